"""Two lists side by side: which entry of QuickBooks is the same as one of Odoo, which may be, and what is there twice.

Nothing is compared with everything: entries are looked up by name, code and e-mail, and those that may be alike by the
words they share, the rarest first. A few thousand on each side take seconds.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from .matching import Suggestion, compact, likeness, plain

ALIKE = 0.5  # how alike names must be for the same e-mail to mean the same: an address may be shared by strangers
LIKELY = 0.78  # how alike names must be to be suggested
TWINS = 0.92  # how alike names must be for two entries of one list to look like the same
COMMON = 60  # words that more entries share say nothing
COMPARED = 12  # entries that are compared letter by letter with one wanted
MOST_TWINS = 5  # named for one entry
LEGAL_FORMS = frozenset(
    'inc incorporated corp corporation co company llc llp lp ltd limited plc gmbh mbh ag kg ohg ug se sa sas sarl '
    'srl spa bv nv ab as oy aps pty pte the and und et'.split())

# Why two are taken for the same; the words for the user are Odoo's.
CODE, NAME, EMAIL, LIKE_CODE, LEGAL, MAIL_ONLY, OTHER_CODE, SIMILAR = (
    'code', 'name', 'email', 'like_code', 'legal', 'mail_only', 'other_code', 'similar')


@dataclass(frozen=True)
class Entry:
    """One entry of a list: ``key`` says which, ``currency`` is an ISO code or empty where it does not matter."""

    key: object
    name: str
    code: str = ''
    email: str = ''
    currency: str = ''


class Directory:
    """The entries of one list, to be found by what they are called.

    :param entries: of :class:`Entry`
    """

    def __init__(self, entries):
        self.entries = list(entries)
        self._named, self._coded, self._mailed = defaultdict(list), defaultdict(list), defaultdict(list)
        for entry in self.entries:
            self._named[entry.name.casefold()].append(entry)
            self._coded[entry.code].append(entry)
            self._mailed[entry.email.casefold()].append(entry)
        self._core_of, self._cores, self._blocks, self._compact = {}, defaultdict(list), None, defaultdict(list)

    def same(self, wanted):
        """Return a :class:`~.matching.Suggestion` of the entry that is the wanted one, or None.

        The only one of its code; else the one of its name, unless both have a code; else the only one of its e-mail,
        if it has its currency and a name that is somewhat alike.
        """
        coded = self._coded[wanted.code] if wanted.code else ()
        if len(coded) == 1:
            return Suggestion(coded[0], 100, CODE)
        named = self._named[wanted.name.casefold()][:1] if wanted.name else ()
        if named and not (named[0].code and wanted.code):
            return Suggestion(named[0], 100, NAME)
        mailed = [] if named or not wanted.email else [
            entry for entry in self._mailed[wanted.email.casefold()] if entry.currency in ('', wanted.currency)]
        if len(mailed) == 1 and likeness(plain(wanted.name), plain(mailed[0].name)) >= ALIKE:
            return Suggestion(mailed[0], 100, EMAIL)
        return None

    def like(self, wanted, threshold=LIKELY):
        """Return a :class:`~.matching.Suggestion` of the entry that is most likely the wanted one, or None."""
        self._index()
        found = [Suggestion(entry, 95, LIKE_CODE) for entry in self._compact.get(compact(wanted.code), ())]
        name, core = plain(wanted.name), _core(wanted.name)
        found += [Suggestion(entry, 97, LEGAL) for entry in (self._cores.get(core, ()) if core else ())
                  if not (entry.code and wanted.code)]
        found += [Suggestion(entry, 70, OTHER_CODE) for entry in self._named.get(wanted.name.casefold(), ())
                  if entry.code and wanted.code]
        found += [Suggestion(entry, 60, MAIL_ONLY)
                  for entry in (self._mailed.get(wanted.email.casefold(), ()) if wanted.email else ())]
        best = max(found, key=lambda suggestion: suggestion.confidence, default=None)
        if best and best.confidence >= 95:
            return best
        for entry in self._near(core):
            ratio = max(likeness(name, plain(entry.name)), likeness(core, self._core_of[entry.key]))
            confidence = min(round(ratio * 100), 65 if entry.code and wanted.code else 95)  # its code is another one
            if ratio >= threshold and (best is None or confidence > best.confidence):
                best = Suggestion(entry, confidence, SIMILAR)
        return best

    def twins(self):
        """Return ``{key: [(key of another, why)]}`` of the entries that stand in this list more than once."""
        self._index()
        found = defaultdict(dict)
        for groups, reason in ((self._named, NAME), (self._mailed, EMAIL), (self._coded, CODE), (self._cores, LEGAL)):
            for value, group in groups.items():
                for entry in group if value and len(group) > 1 else ():
                    for other in group[:MOST_TWINS + 1]:
                        if other is not entry:
                            found[entry.key].setdefault(other.key, reason)
        for entry in self.entries:
            core = self._core_of[entry.key]
            for other in self._near(core):
                if other.key != entry.key and likeness(core, self._core_of[other.key]) >= TWINS:
                    found[entry.key].setdefault(other.key, SIMILAR)
        return {key: list(others.items())[:MOST_TWINS] for key, others in found.items()}

    def _index(self):
        """Prepare what likeness is looked up by, once."""
        if self._blocks is not None:
            return
        self._blocks = defaultdict(list)
        for entry in self.entries:
            core = self._core_of[entry.key] = _core(entry.name)
            if core:
                self._cores[core].append(entry)
            if entry.code:
                self._compact[compact(entry.code)].append(entry)
            for block in _blocks(core):
                self._blocks[block].append(entry)

    def _near(self, core):
        """Return the few entries that share the rarest words with a name."""
        groups = sorted((self._blocks[block] for block in _blocks(core) if block in self._blocks), key=len)
        scores, entries = Counter(), {}
        for position, group in enumerate(groups):
            if len(group) > COMMON and position:
                break
            for entry in group[:COMMON]:
                scores[entry.key] += 1 / len(group)
                entries[entry.key] = entry
        return [entries[key] for key, _score in scores.most_common(COMPARED)]


def contested(pairs):
    """Return the keys of those of ``{key: Suggestion}`` whose entry is suggested for another one as well."""
    count = Counter(suggestion.candidate.key for suggestion in pairs.values())
    return {key for key, suggestion in pairs.items() if count[suggestion.candidate.key] > 1}


def _core(name):
    """Return the plain words of a name without its legal form; of one that is nothing else, all of them."""
    words = plain(name).split()
    return ' '.join(word for word in words if word not in LEGAL_FORMS) or ' '.join(words)


def _blocks(core):
    """Return what names that are alike most likely share: a word, the beginning of one, or how all of it ends."""
    words, joined = core.split(), core.replace(' ', '')
    blocks = set(words) | {f'{word[:4]}-' for word in words if len(word) > 4}
    if len(joined) > 5:
        blocks |= {f'-{joined[-4:]}', f'{joined[:3]}_'}
    return blocks
