"""The private mark by which a QuickBooks document is recognised as ours.

It stands at the end of PrivateNote (at most 4000 characters, API reference "Invoice"), which customers
never see. QuickBooks cannot search in that field, so candidates are found by number or date first.
"""

import re

PRIVATE_NOTE_LIMIT = 4000


def marker(database_uuid, model, res_id):
    """Return the mark of a record, e.g. ``odoo:1a2b3c4d:account.move:42``."""
    return f'odoo:{database_uuid[:8]}:{model}:{res_id}'


def note_with_marker(text, mark, limit=PRIVATE_NOTE_LIMIT):
    """Return a note that ends with the mark; the text is shortened if need be, the mark never."""
    text = (text or '').strip()
    room = limit - len(mark) - 1
    if len(text) > room:
        text = text[:max(room - 1, 0)].rstrip() + '…' if room > 0 else ''
    return f'{text}\n{mark}' if text else mark


def headed(heading, note):
    """Return a note with a line above it; the mark at its end survives, whatever must be cut."""
    text, _newline, mark = (note or '').rpartition('\n')
    return note_with_marker(f'{heading}\n{text}', mark)


def has_any_marker(private_note):
    """Tell whether a note carries a mark, of whatever record and database."""
    return bool(re.search(r'\bodoo:[0-9a-f]{8}:[a-z_.]+:\d+', private_note or ''))


def has_marker_of(private_note, database_uuid):
    """Tell whether a note carries the mark of any record of this database."""
    return bool(re.search(rf'\bodoo:{re.escape(database_uuid[:8])}:[a-z_.]+:\d+', private_note or ''))


def has_marker(private_note, mark):
    """Tell whether a note carries exactly this mark (that of record 4 is not found in that of 42).

    What stands before it does not matter: QuickBooks itself puts "Voided" in front of notes.
    """
    return bool(re.search(re.escape(mark) + r'(?!\w|[.:]\w)', private_note or ''))
