"""Throttling ("QBO: API call limits and throttles"): off by default, exact when on."""

from collections import defaultdict, deque

PER_MINUTE = 500
PER_SECOND = 10
BATCH_PER_MINUTE = 40
BATCH_PER_MINUTE_ALL_APPS = 120


class Limiter:
    """Counts requests of the last minute and second; a batch is one request, whatever it holds."""

    def __init__(self, clock):
        self._clock = clock
        self._times = defaultdict(deque)

    def exceeded(self, realm_id, client_id, is_batch):
        """Whether one more request is too many; counts it if it is not."""
        limits = [(('minute', realm_id), 60, PER_MINUTE), (('second', realm_id, client_id), 1, PER_SECOND)]
        if is_batch:
            limits.append((('batch', realm_id, client_id), 60, BATCH_PER_MINUTE))
            limits.append((('batch', realm_id), 60, BATCH_PER_MINUTE_ALL_APPS))
        now = self._clock.now().timestamp()
        for key, window, limit in limits:
            times = self._times[key]
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= limit:
                return True
        for key, _window, _limit in limits:
            self._times[key].append(now)
        return False
