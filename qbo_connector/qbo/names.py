"""Names and texts as QuickBooks takes them.

Source: API reference of Customer and Item: no colon, tab or newline in a name; names are unique. Intuit "Basic schema and data
formats": characters outside the common planes (emoji) are refused or lost, so they are left out.
"""

import re
import unicodedata

_FORBIDDEN = re.compile(r'[:\s]+')


def _is_plain(char):
    """Tell whether QuickBooks can store a character: no emoji, no control, format or private ones."""
    return ord(char) <= 0xFFFF and char not in '\ufe0e\ufe0f\u200d' and (
        char in '\n\t' or unicodedata.category(char) not in ('Cc', 'Cs', 'Co', 'Cn'))


def clean_text(text, limit):
    """Return a text without unstorable characters, cut with an ellipsis where it is too long."""
    plain = ''.join(char for char in text.replace('\r\n', '\n').replace('\r', '\n') if _is_plain(char))
    return plain if len(plain) <= limit else plain[:limit - 1] + '…'


def clean_name(text, limit, empty=False):
    """Return a text as a name: forbidden characters become one space, the rest is cut at the limit.

    :param bool empty: whether the result may be empty
    :raises ValueError: nothing is left
    """
    plain = ''.join(char if _is_plain(char) else '' for char in text.replace('\r', ' '))
    name = _FORBIDDEN.sub(' ', plain).strip()[:limit].rstrip()
    if not name and not empty:
        raise ValueError("The name holds nothing that QuickBooks can store")
    return name


def unique_name(name, suffix, limit):
    """Return a name with a suffix that tells it from its namesake, within the limit; without one the name itself."""
    if not suffix:
        return name
    suffix = clean_name(suffix, limit // 2)
    return f'{name[:limit - len(suffix) - 1].rstrip()} {suffix}'


def split_person_name(full):
    """Return (given, family) of a person's full name; the last word is the family, or what precedes a comma."""
    if ',' in full:
        family, _comma, given = full.partition(',')
    else:
        given, _space, family = full.strip().rpartition(' ')
        if not given:
            given, family = family, ''
    return given.strip()[:100], family.strip()[:100]
