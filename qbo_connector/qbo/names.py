"""Names and texts as QuickBooks accepts them.

Display names may contain no colon, tab or newline, and are one name space over customers, vendors and
employees; item names follow the same character rule (API reference "Customer", "Item"). Characters
outside the Basic Multilingual Plane, emoji above all, are refused or mangled by companies whose data is
not full Unicode ("Basic schema and data formats": US companies are ISO-8859-1), so they are left out.
"""

import re
import unicodedata

#: DisplayName takes 500 by API, but QuickBooks' own screens (and reports) stop at 100.
DISPLAY_NAME_LIMIT = 100
ITEM_NAME_LIMIT = 100

#: Words that begin a family name: "Ludwig van Beethoven".
PARTICLES = frozenset((
    'af', 'al', 'av', 'ben', 'bin', 'da', 'dal', 'de', 'del', 'della', 'den', 'der', 'di', 'do', 'dos', 'du',
    'el', 'la', 'le', 'st', 'st.', 'te', 'ten', 'ter', 'van', 'von', 'vom', 'zu', 'zum', 'zur',
))

_JOINERS = '\u200c\u200d'


def clean_name(text, limit=DISPLAY_NAME_LIMIT, empty=False):
    """Return ``text`` as a name QuickBooks accepts; cleaning a clean name changes nothing.

    A colon becomes a hyphen, line breaks and runs of blanks one blank, emoji and invisible characters
    go, and what exceeds ``limit`` characters is cut.

    :param bool empty: return ``''`` instead of raising when nothing is left
    :raises ValueError: nothing is left
    """
    text = _drop_unsupported(text or '', keep_newlines=False)
    text = re.sub(r'\s*:\s+', ' - ', text).replace(':', '-')
    name = re.sub(r'\s+', ' ', text).strip()[:limit].rstrip(' ' + _JOINERS)
    if name.strip('- '):
        return name
    if empty:
        return ''
    raise ValueError("Nothing of the name is left that QuickBooks accepts")


def clean_text(text, limit):
    """Return a longer text without characters QuickBooks refuses; line breaks stay, the end is cut with …"""
    text = text or ''
    if text.isascii() and text.isprintable():  # most texts are that plain, and of one line
        text = text.strip()
    else:
        text = _drop_unsupported(text, keep_newlines=True)
        text = '\n'.join(line.rstrip() for line in text.split('\n')).strip()
    return text if len(text) <= limit else text[:limit - 1].rstrip() + '…'


def unique_name(name, suffix='', limit=DISPLAY_NAME_LIMIT):
    """Return ``name`` with a suffix that tells it apart, shortening the name and never the suffix.

    >>> unique_name("Acme", "(Paris)")
    'Acme (Paris)'

    :raises ValueError: nothing of the name is left, or the suffix leaves no room for it
    """
    tail = clean_name(suffix, limit, empty=True)
    if not tail:
        return clean_name(name, limit)
    if len(tail) + 2 > limit:
        raise ValueError(f"The suffix {tail!r} leaves no room for a name")
    return f'{clean_name(name, limit - len(tail) - 1)} {tail}'


def split_person_name(full):
    """Split a person's name into (given, family); a single word is a given name.

    Understands "Family, Given" and particles that belong to the family name.
    """
    full = re.sub(r'\s+', ' ', full or '').strip()
    family, comma, given = full.partition(',')
    if comma and given.strip() and family.strip():
        return given.strip(), family.strip()
    words = full.strip(', ').split(' ')
    if len(words) == 1:
        return words[0], ''
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return ' '.join(words[:start]), ' '.join(words[start:])


def _drop_unsupported(text, keep_newlines):
    """Normalise to NFC without control, invisible, half and non-BMP characters."""
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    return unicodedata.normalize('NFC', _drop_debris(''.join(_keep(char, keep_newlines) for char in text)))


def _drop_debris(text):
    """Drop joiners that join nothing: they matter inside words of some scripts; an emoji leaves them behind."""
    kept = []
    for char, following in zip(text, text[1:] + ' ', strict=False):
        if char not in _JOINERS or (
            kept and unicodedata.category(kept[-1])[0] in 'LM' and unicodedata.category(following)[0] == 'L'
        ):
            kept.append(char)
    return ''.join(kept)


def _keep(char, keep_newlines):
    """Return what stays of one character."""
    if char == '\n':
        return '\n' if keep_newlines else ' '
    if char.isspace():
        return ' '
    if ord(char) > 0xFFFF or '\ufe00' <= char <= '\ufe0f' or char == '\u20e3':
        return ''
    if char in _JOINERS:
        return char
    return '' if unicodedata.category(char) in ('Cc', 'Cf', 'Cs') else char
