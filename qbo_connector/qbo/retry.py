"""How long to wait before the next attempt; the source of randomness is injected.

Jitter keeps the rows of one outage from coming back all at the same instant. Intuit's own advice after
a 429 is 60 seconds ("API call limits and throttles").
"""

import random

#: Attempts after the first one; then a queue entry is given up.
MAX_RETRIES = 8

RECORD_BASE = 60
RECORD_CAP = 6 * 3600
OUTAGE_BASE = 60
THROTTLE_BASE = 60
OUTAGE_CAP = 30 * 60


def delay(attempt, rng=random, retry_after=None):
    """Return the seconds to wait after the ``attempt``-th failed attempt of one record (1, 2, ...).

    One minute, times three each time, at most six hours; 50 to 100 % of that, and never less than what
    the server asked for.
    """
    return _spread(min(RECORD_BASE * 3 ** min(attempt - 1, 20), RECORD_CAP), rng, retry_after)


def outage_delay(count, rng=random, retry_after=None):
    """Return the seconds to pause a whole company after ``count`` failures in a row (1, 2, ...).

    One minute, doubling, at most half an hour, with the same jitter as :func:`delay`.
    """
    return _spread(min(OUTAGE_BASE * 2 ** min(count - 1, 20), OUTAGE_CAP), rng, retry_after)


def throttle_delay(rng=random, retry_after=None):
    """Return the seconds to pause a whole company after a 429: what the server asked for, else a minute, and jitter."""
    return (THROTTLE_BASE if retry_after is None else float(retry_after)) + rng.uniform(0, THROTTLE_BASE / 6)


def _spread(seconds, rng, retry_after):
    return max(seconds * rng.uniform(0.5, 1.0), float(retry_after or 0))
