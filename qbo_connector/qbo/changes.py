"""What a person changed in QuickBooks in fields that we are about to replace.

Compared are two answers of QuickBooks, that to our last push and today's, since QuickBooks writes down much in its own
way (country codes, computed figures). Only what we send counts: the rest is not ours, and a sparse update leaves it.
"""

import hashlib
import json

#: What tells our object from others and versions of it, and is no content.
NO_CONTENT = ('Id', 'SyncToken', 'sparse', 'domain')
#: What QuickBooks moves by itself, or shows in one answer and not in another.
MOVED = (
    *NO_CONTENT, 'MetaData', 'LineEx', 'Balance', 'BalanceWithJobs', 'HomeBalance', 'RemainingCredit', 'UnappliedAmt',
    'InvoiceLink', 'status', 'DefaultTaxCodeRef')
#: What QuickBooks adds to a line by itself.
LINE_EXTRAS = ('Id', 'LineNum', 'LinkedTxn')


def replaced(before, now, ours):
    """Return [(field, QuickBooks' value, our value)] of what changed there and differs from what we send.

    :param dict before: QuickBooks' answer to our last push
    :param dict now: the object as it is there now
    :param dict ours: what we are about to send
    """
    before, now, ours = map(_plain, (before, now, ours))
    return [
        (field, shown(now.get(field)), shown(value))
        for field, value in ours.items()
        if field not in NO_CONTENT
        and _part(before.get(field), value) != _part(now.get(field), value) != _part(value, value)
    ]


def shown(value):
    """Return a JSON value as a person reads it: the words of an object, the lines of a document."""
    if isinstance(value, dict):
        return value.get('name') or ", ".join(filter(None, (shown(part) for part in value.values())))
    if isinstance(value, list):
        return "; ".join(filter(None, (_line(line) if isinstance(line, dict) else shown(line) for line in value)))
    return '' if value is None else str(value)


def _line(line):
    words = (str(line[key]) for key in ('Description', 'Amount') if key in line)
    return " ".join(words)


def fingerprint(answer):
    """Return a digest of what a person can change of an object, as QuickBooks returns it.

    What QuickBooks itself moves is left out: versions, balances, what was applied to it, names of what it refers to.

    :param dict answer: the object
    """
    content = _content({**_plain(answer), 'LinkedTxn': None})  # of the document: what is applied to it
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _content(value):
    if isinstance(value, dict):
        if 'value' in value:
            return value['value']
        return {key: _content(part) for key, part in value.items() if key not in MOVED and part not in (None, [], {})}
    return [_content(part) for part in value] if isinstance(value, list) else value


def _plain(data):
    """Return JSON data with floats for Decimals, so that 10.0 is 10.00."""
    return json.loads(json.dumps(data, default=float))


def _part(value, ours):
    """Return of a value what corresponds to ours: of an object only the keys that we send."""
    if isinstance(value, dict) and isinstance(ours, dict):
        return {key: _part(value.get(key), ours[key]) for key in ours}
    if isinstance(value, list):
        lines = [{k: v for k, v in line.items() if k not in LINE_EXTRAS} if isinstance(line, dict) else line
                 for line in value if not (isinstance(line, dict) and line.get('DetailType') == 'SubTotalLineDetail')]
        if isinstance(ours, list) and len(lines) == len(ours):
            return [_part(line, mine) for line, mine in zip(lines, ours, strict=True)]
        return lines
    return value
