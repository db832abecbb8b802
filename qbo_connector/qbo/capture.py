"""Change data capture: what changed in QuickBooks since a moment, deletions included.

Sources: API reference "ChangeDataCapture" and guide "Change data capture operation": it looks back 30 days at most and
names 1,000 objects at most an answer, oldest change first and deletions last; there are no pages and no upper bound.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .moments import moment, updated_at

LOOK_BACK = timedelta(days=30)
MOST = 1000
NOT_SERVED = ('JournalCode', 'TimeActivity', 'TaxAgency', 'TaxCode', 'TaxRate')


@dataclass(frozen=True)
class Captured:
    """What one answer told.

    :param datetime time: QuickBooks' own clock when it answered, aware UTC; None when it did not say
    :param list objects: pairs of (entity, object as it is now)
    :param list deleted: triples of (entity, Id, when: aware UTC or None)
    :param bool cut: whether there may be more than was told
    """

    time: datetime | None
    objects: list
    deleted: list
    cut: bool


def captured(data):
    """Read the JSON of an answer."""
    objects, deleted, cut = [], [], False
    for response in data.get('CDCResponse') or ():
        for block in response.get('QueryResponse') or ():
            rows = [(entity, row) for entity, found in block.items() if isinstance(found, list) for row in found]
            for entity, row in rows:
                if row.get('status') == 'Deleted':
                    deleted.append((entity, row['Id'], updated_at(row)))
                else:
                    objects.append((entity, row))
            cut = cut or int(block.get('totalCount') or 0) > len(rows)
    return Captured(moment(data.get('time')), objects, deleted, cut or len(objects) + len(deleted) >= MOST)
