"""Points in time as QuickBooks writes them."""

import re
from datetime import datetime, timedelta, timezone

#: Seen: ``2015-10-05T14:42:19-0700``, ``2026-01-02T03:04:05.123456789Z``, ``2026-01-02T03:04:05-08:00``.
MOMENT = re.compile(r'(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,12})?(?:Z|([+-])(\d\d):?(\d\d))')


def moment(text):
    """Return the aware UTC time of a text, to the whole second as QuickBooks stores it, or None if it is no time.

    A time without its offset is none: it may be US Pacific, and hours too early would look like something old.
    """
    match = MOMENT.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    day, clock, sign, hours, minutes = match.groups()
    try:
        local = datetime.fromisoformat(f'{day}T{clock}').replace(tzinfo=timezone.utc)
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return local + offset if sign == '-' else local - offset
    except (ValueError, OverflowError):
        return None


def updated_at(data):
    """Return when QuickBooks last changed an object (``MetaData.LastUpdatedTime``), or None where it does not say."""
    metadata = data.get('MetaData')
    return moment(metadata.get('LastUpdatedTime')) if isinstance(metadata, dict) else None
