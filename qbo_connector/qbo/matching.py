"""Suggestions which QuickBooks record stands for which Odoo record; a person reviews them."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Suggestion:
    """One candidate, how sure we are (0 to 100), and why, in words."""

    candidate: object
    confidence: int
    reason: str


#: So many candidates are compared letter by letter; of more, those that share most with the name.
SHORTLIST = 30


def suggest(candidates, name, number=None, threshold=0.75):
    """Return the best :class:`Suggestion`, or None; see :meth:`Finder.suggest`. For many names make one Finder."""
    return Finder(candidates).suggest(name, number, threshold)


class Finder:
    """Finds likenesses among many candidates: numbers and names are looked up, and few are compared.

    :param candidates: objects with ``name`` and ``number``
    """

    def __init__(self, candidates):
        self._candidates = list(candidates)
        self._plain = [plain(candidate.name) for candidate in self._candidates]
        self._numbers, self._names, self._places = {}, {}, {}
        for place, (candidate, text) in enumerate(zip(self._candidates, self._plain, strict=True)):
            self._numbers.setdefault(compact(candidate.number), candidate)
            self._names.setdefault(text, candidate)
            if len(self._candidates) > SHORTLIST:
                for gram in _grams(text):
                    self._places.setdefault(gram, []).append(place)

    def suggest(self, name, number=None, threshold=0.75):
        """Return the best :class:`Suggestion`, or None.

        The same number decides, then the same name, then likeness of names. Names whose figures differ
        ("VAT 20 %" and "VAT 5 %", "30 days" and "15 days") are never alike, however similar they look.

        :param str name: the name to find; accents, case, punctuation and word order count little
        :param str number: its account number or code, if it has one
        :param float threshold: least likeness, 0 to 1
        """
        wanted_number, wanted = compact(number), plain(name)
        if wanted_number and wanted_number in self._numbers:
            return Suggestion(self._numbers[wanted_number], 100, "same number")
        if not wanted:
            return None
        if wanted in self._names:
            return Suggestion(self._names[wanted], 100, "same name")
        best, best_ratio = None, 0.0
        for place in self._shortlist(wanted):
            ratio = likeness(wanted, self._plain[place])
            if ratio > best_ratio:
                best, best_ratio = self._candidates[place], ratio
        if best is None or best_ratio < threshold:
            return None
        confidence = min(99, round(best_ratio * 100))
        return Suggestion(best, confidence, f"similar name {confidence} %")

    def _shortlist(self, wanted):
        """Return the places of the candidates that are worth comparing, in their order."""
        if len(self._candidates) <= SHORTLIST:
            return range(len(self._candidates))
        shared = Counter()
        for gram in _grams(wanted):
            shared.update(self._places.get(gram, ()))
        return sorted(place for place, _count in shared.most_common(SHORTLIST))


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


def _grams(text):
    """Return the sets of three letters that a name is made of, ends of words included."""
    text = f' {text} ' if text else ''
    return {text[start:start + 3] for start in range(len(text) - 2)}


def _figures(plain):
    return sorted(re.findall(r'\d+(?:[.,]\d+)*', plain))


def _sorted(plain):
    return ' '.join(sorted(plain.split()))


def compact(number):
    """Return a number or code without what people write between its parts."""
    return re.sub(r'[\s._-]+', '', str(number or '')).casefold()
