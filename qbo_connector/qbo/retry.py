"""How long to wait before trying again. All times in seconds."""

import random

MAX_RETRIES = 8
BASE, FACTOR, CAP = 60, 3, 6 * 3600  # one minute, three, nine ... six hours: about a day in all
OUTAGE_BASE, OUTAGE_CAP = 60, 30 * 60  # Intuit advises 60 s after a 429 ("API call limits and throttles")


def _jitter(seconds, rng):
    """Spread waits over the upper half, so that many rows do not return at once."""
    return seconds * (0.5 + rng.random() / 2)


def delay(attempt, rng=random, retry_after=None):
    """Return the wait before a delivery whose outcome is in doubt is repeated.

    :param int attempt: 1 for the first retry
    :param rng: anything with ``random()``
    :param retry_after: the server's own wish, honoured as the least wait
    """
    return max(_jitter(min(BASE * FACTOR ** (attempt - 1), CAP), rng), retry_after or 0)


def outage_delay(count, rng=random, retry_after=None):
    """Return how long a whole company pauses after its ``count``-th trouble in a row; never under a minute."""
    seconds = min(OUTAGE_BASE * 2 ** (count - 1), OUTAGE_CAP)
    return max(seconds + _jitter(seconds / 4, rng), retry_after or 0)
