"""Intuit's published limits as a sliding window: may one more call leave now, and if not, when?

The limits hold for one company and one app (QBO: "API call limits and throttles"): 500 requests a minute, 10 a second,
40 batches a minute. A refusal costs a whole minute, so the window is a little longer than Intuit's: two calls that
leave a minute apart may arrive less than that apart. How late a call arrives is not known, only that it has when it is
answered. Whatever takes its time on the way (a busy machine, a new connection, the network) is caught by that: a call
that was answered late counts from shortly before its answer.

Time is given, never read, in seconds since the epoch; whoever keeps the window uses one clock for all processes.
"""

from dataclasses import dataclass

PER_MINUTE = 500
PER_SECOND = 10
BATCHES_PER_MINUTE = 40

#: Seconds by which a call may arrive later than it counts from.
SLACK = 0.1

#: A minute and a second, each with what the ways of two calls to Intuit may differ.
MINUTE = 61.0
SECOND = 1 + SLACK


@dataclass(frozen=True)
class Window:
    """When the calls of the last minute left.

    :param tuple requests: all of them, ascending
    :param tuple batches: those of them that were batches
    """

    requests: tuple = ()
    batches: tuple = ()

    def at(self, now):
        """Return the window as it is at a moment: what is older than a minute does not count any more."""
        return Window(_since(self.requests, now), _since(self.batches, now))

    def wait(self, batch, now):
        """Return the seconds until one more call may leave; 0 when it may leave now.

        :param bool batch: whether it is a batch
        """
        waits = [_wait(self.requests, PER_MINUTE, MINUTE, now), _wait(self.requests, PER_SECOND, SECOND, now)]
        if batch:
            waits.append(_wait(self.batches, BATCHES_PER_MINUTE, MINUTE, now))
        return max(waits)

    def room(self, now):
        """Return how many batches may leave now, one right after the other."""
        current = self.at(now)
        lately = sum(now - SECOND < time for time in current.requests)
        return max(0, min(PER_MINUTE - len(current.requests), PER_SECOND - lately,
                          BATCHES_PER_MINUTE - len(current.batches)))

    def taken(self, batch, now):
        """Return the window with one more call that leaves now."""
        current = self.at(now)
        return Window((*current.requests, now), (*current.batches, now) if batch else current.batches)

    def answered(self, slot, batch, now):
        """Return the window after the answer to a call came now, whose slot was taken at the moment ``slot``."""
        if now - slot <= SLACK:
            return self
        batches = _moved(self.batches, slot, now - SLACK) if batch else self.batches
        return Window(_moved(self.requests, slot, now - SLACK), batches)


def _since(times, now):
    # A clock that was set back must not close the window for longer than a minute.
    return tuple(time for time in times if now - MINUTE < time <= now + 1)


def _moved(times, slot, to):
    rest = list(times)
    if slot in rest:  # else it was longer on its way than the window is
        rest.remove(slot)
    return tuple(sorted((*rest, to)))


def _wait(times, limit, period, now):
    """Return how long the call must wait whose predecessor ``limit`` calls ago left less than ``period`` ago."""
    return max(0.0, times[-limit] + period - now) if len(times) >= limit else 0.0
