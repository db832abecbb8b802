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


def clean_name(text, limit=DISPLAY_NAME_LIMIT):
    """Return ``text`` as a name QuickBooks accepts; cleaning a clean name changes nothing.

    A colon becomes a hyphen, line breaks and runs of blanks one blank, emoji and invisible characters
    go, and what exceeds ``limit`` characters is cut.

    :raises ValueError: nothing is left
    """
    text = _drop_unsupported(text or '', keep_newlines=False)
    text = re.sub(r'\s*:\s+', ' - ', text).replace(':', '-')
    name = re.sub(r'\s+', ' ', text).strip()[:limit].rstrip()
    if not re.search(r'\w', name) and not any(unicodedata.category(char)[0] == 'S' for char in name):
        raise ValueError("Nothing of the name is left that QuickBooks accepts")
    return name


def clean_text(text, limit):
    """Return a longer text without characters QuickBooks refuses; line breaks stay, the end is cut with …"""
    text = _drop_unsupported(text or '', keep_newlines=True)
    text = '\n'.join(line.rstrip() for line in text.split('\n')).strip()
    return text if len(text) <= limit else text[:limit - 1].rstrip() + '…'


def unique_name(name, suffix, limit=DISPLAY_NAME_LIMIT):
    """Return ``name`` with a suffix in brackets, shortening the name and never the suffix.

    >>> unique_name("Acme", "Odoo 42")
    'Acme (Odoo 42)'
    """
    tail = f' ({clean_name(suffix, limit)})'
    if len(tail) >= limit:
        raise ValueError(f"The suffix {suffix!r} leaves no room for a name")
    return clean_name(name, limit - len(tail)) + tail


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
    kept = [_keep(char, keep_newlines) for char in text]
    text = ''.join(kept)
    # Joiners matter between letters of some scripts; those of a dropped emoji only leave debris.
    text = re.sub(rf'(?<![^\W\d_])[{_JOINERS}]+|[{_JOINERS}]+(?![^\W\d_])', '', text)
    return unicodedata.normalize('NFC', text)


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
