"""Suggestions: which QuickBooks object an Odoo record probably corresponds to."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any


@dataclass(frozen=True)
class Suggestion:
    """A candidate, how sure we are (0-100) and why."""

    candidate: Any
    confidence: int
    reason: str


def suggest(candidates, name, number=None, threshold=0.75):
    """Return the best :class:`Suggestion`, or None.

    :param candidates: objects with ``name`` and ``number``
    :param number: code or number; the same number beats every name
    :param float threshold: likeness from 0 to 1 below which a similar name is no suggestion
    """
    wanted = _fold(name)
    best, best_ratio = None, threshold
    for candidate in candidates:
        if number and candidate.number and _fold(candidate.number) == _fold(number):
            return Suggestion(candidate, 100, "same number")
        ratio = _likeness(wanted, _fold(candidate.name))
        if ratio > best_ratio or (best is None and ratio == threshold):
            best, best_ratio = candidate, ratio
    if best is None:
        return None
    if best_ratio == 1:
        return Suggestion(best, 98, "same name")
    percent = round(best_ratio * 100)
    return Suggestion(best, min(percent, 97), f"similar name {percent} %")


def _fold(text):
    return ' '.join(str(text or '').casefold().split())


def _likeness(one, other):
    """Return the likeness of two folded names; a reordering of the same words counts as nearly the same."""
    if one == other:
        return 1.0
    plain = SequenceMatcher(None, one, other).ratio()
    sorted_words = SequenceMatcher(None, ' '.join(sorted(one.split())), ' '.join(sorted(other.split()))).ratio()
    return min(max(plain, sorted_words), 0.99)
