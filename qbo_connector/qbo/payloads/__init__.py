"""From documents to JSON: pure functions, one module a family."""

import hashlib
import json


class PayloadError(ValueError):
    """A rule of QuickBooks that the document can't meet.

    :param str message: cause and cure, in the words of the user
    :param str field: the Odoo field to correct, if it is one
    """

    def __init__(self, message, field=None):
        super().__init__(message)
        self.field = field


def content_hash(payload):
    """Return a hash that is equal for equal content, whatever the order of its keys."""
    text = json.dumps(payload, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def ref(remote_id):
    """Return a reference to another object."""
    return {'value': remote_id}


def filled(values):
    """Return a dict without its empty values; zero and False stay."""
    return {key: value for key, value in values.items() if value not in (None, '', {}, [])}
