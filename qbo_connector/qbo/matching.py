"""Suggestions which QuickBooks record stands for which Odoo record; a person reviews them."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Suggestion:
    """One candidate, how sure we are (0 to 100), and why, in words."""

    candidate: object
    confidence: int
    reason: str


def suggest(candidates, name, number=None, threshold=0.75):
    """Return the best :class:`Suggestion`, or None.

    The same number decides, then the same name, then likeness of names. Names whose figures differ
    ("VAT 20 %" and "VAT 5 %", "30 days" and "15 days") are never alike, however similar they look.

    :param candidates: objects with ``name`` and ``number``
    :param str name: the name to find; accents, case, punctuation and word order count little
    :param str number: its account number or code, if it has one
    :param float threshold: least likeness, 0 to 1
    """
    candidates = list(candidates)
    wanted_number = compact(number)
    if wanted_number:
        for candidate in candidates:
            if compact(candidate.number) == wanted_number:
                return Suggestion(candidate, 100, "same number")
    wanted = plain(name)
    if not wanted:
        return None
    best, best_ratio = None, 0.0
    for candidate in candidates:
        ratio = likeness(wanted, plain(candidate.name))
        if ratio > best_ratio:
            best, best_ratio = candidate, ratio
    if best is None or best_ratio < threshold:
        return None
    if best_ratio == 1.0:
        return Suggestion(best, 100, "same name")
    confidence = min(99, round(best_ratio * 100))
    return Suggestion(best, confidence, f"similar name {confidence} %")


def likeness(one, other):
    """Return the likeness of two plain names, 0 to 1; other word order costs a little."""
    if one == other:
        return 1.0
    if not other or _figures(one) != _figures(other):
        return 0.0
    straight = SequenceMatcher(None, one, other).ratio()
    by_word = SequenceMatcher(None, _sorted(one), _sorted(other)).ratio()
    return min(max(straight, by_word * 0.98), 0.99)


def plain(text):
    """Return lowercase words without accents and punctuation, one blank between them."""
    text = unicodedata.normalize('NFKD', str(text or '')).casefold()
    text = ''.join(char for char in text if not unicodedata.combining(char))
    return ' '.join(re.findall(r'\d+(?:[.,]\d+)*|[^\W\d_]+', text))


def _figures(plain):
    return sorted(re.findall(r'\d+(?:[.,]\d+)*', plain))


def _sorted(plain):
    return ' '.join(sorted(plain.split()))


def compact(number):
    """Return a number or code without what people write between its parts."""
    return re.sub(r'[\s._-]+', '', str(number or '')).casefold()
