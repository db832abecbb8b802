"""The simulator's time: real by default, movable by tests, printed in US Pacific time as QuickBooks does."""

from datetime import datetime, timedelta, timezone


def _utc_now():
    return datetime.now(timezone.utc)


def _nth_sunday(year, month, nth):
    first = datetime(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def pacific(moment):
    """The same moment with the offset of US Pacific time (daylight saving by the rule of 2007, no tz database)."""
    standard = moment.astimezone(timezone(timedelta(hours=-8)))
    wall = standard.replace(tzinfo=None)
    starts = _nth_sunday(wall.year, 3, 2) + timedelta(hours=2)
    ends = _nth_sunday(wall.year, 11, 1) + timedelta(hours=1)
    return moment.astimezone(timezone(timedelta(hours=-7))) if starts <= wall < ends else standard


def stamp(moment):
    """MetaData form: whole seconds with the Pacific offset."""
    return pacific(moment).isoformat(timespec='seconds')


def envelope_time(moment):
    """The `time` of an answer: milliseconds with the Pacific offset."""
    return pacific(moment).isoformat(timespec='milliseconds')


def parse(text):
    """An aware datetime from ISO text; without an offset it is taken as Pacific (ValueError if it is no time)."""
    moment = datetime.fromisoformat(text.strip().replace(' ', '+').replace('Z', '+00:00'))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=pacific(moment.replace(tzinfo=timezone.utc)).tzinfo)
    return moment.astimezone(timezone.utc)


class Clock:
    """Source of `now`, aware and in UTC, which the control plane can set or advance."""

    def __init__(self, source=None):
        self._source = source or _utc_now
        self._offset = timedelta()

    def now(self):
        """The simulator's present, aware, UTC."""
        moment = self._source()
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc) + self._offset

    def advance(self, seconds):
        """Let `seconds` pass at once."""
        self._offset += timedelta(seconds=seconds)

    def set(self, moment):
        """Make `moment` (aware) the present; time goes on from there."""
        self._offset += moment - self.now()

    def today(self):
        """The server's date, in Pacific time: the default of TxnDate."""
        return pacific(self.now()).date().isoformat()
