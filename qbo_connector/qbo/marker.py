"""The private mark that tells which Odoo record a QuickBooks document came from.

It stands in PrivateNote, which the customer does not see. PrivateNote cannot be filtered by a query, so candidates are narrowed by
number or date first (Intuit "Query operations and syntax").
"""

import re

from .names import clean_text

NOTE_LIMIT = 4000  # API reference of Invoice, PrivateNote


def marker(database_uuid, model, res_id):
    """Return the mark of a record, e.g. ``odoo:1a2b3c4d:account.move:42``."""
    return f'odoo:{database_uuid[:8]}:{model}:{res_id}'


def note_with_marker(text, mark, limit=NOTE_LIMIT):
    """Return a private note that ends with the mark, the text cut before it if need be."""
    if not text:
        return mark
    return f'{clean_text(text, limit - len(mark) - 1)}\n{mark}'


def has_marker(note, mark):
    """Tell whether a note carries exactly this mark (``...:4`` is not ``...:42``)."""
    return re.search(rf'(?<![\w:.]){re.escape(mark)}(?![\w:]|\.\w)', note or '') is not None
