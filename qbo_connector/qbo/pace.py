"""How fast a queue is worked off, told from the moments at which its rows were finished.

Time is given, never read, in seconds since the epoch.
"""

from dataclasses import dataclass

from .retry import OUTAGE_CAP

#: A run goes on after the longest pause that an outage imposes; what lies further back was another run.
RUN_GAP = OUTAGE_CAP + 5 * 60
#: The rate is that of the last minutes: long enough to even out batches, short enough to notice a standstill.
RATE_PERIOD = 5 * 60
#: What a first batch took before it was finished is not known; nobody gets a rate out of less than this.
SHORTEST = 10


@dataclass(frozen=True)
class Finished:
    """Rows that were finished within one minute: how many, and when the first and the last of them."""

    first: float
    last: float
    count: int


@dataclass(frozen=True)
class Pace:
    """How a run goes.

    :param int run: rows finished since the run began; 0 when nothing has been finished lately
    :param float per_minute: rows a minute, at the moment
    """

    run: int = 0
    per_minute: float = 0.0

    def end(self, remaining, now):
        """Return when so many more rows will be finished, or None when nothing moves."""
        return now + remaining * 60 / self.per_minute if self.per_minute else None


def pace_of(minutes, now):
    """Return the :class:`Pace` of a run that may still be going on.

    :param minutes: :class:`Finished` of each minute that has any, ascending
    """
    run, later = 0, now
    for minute in reversed(minutes):
        if later - minute.last > RUN_GAP:
            break
        run, later = run + minute.count, minute.first
    recent = [minute for minute in minutes if minute.last > now - RATE_PERIOD]
    if not recent:
        return Pace(run)
    seconds = max(now - recent[0].first, SHORTEST)
    return Pace(run, sum(minute.count for minute in recent) * 60 / seconds)
