"""A short night of the crash test; `make chaos` is the long one, on another seed each time."""
from tests.chaos.night import LEAST_BACKLOG, Plan, spend

SHORT = Plan(seed='2026', kills=7, people=3, rate=0.4, slow_seconds=3, latency=0.3, outlast=25)


def test_crashes_restarts_and_bad_weather_leave_every_document_once_in_quickbooks(machine):
    outcome = spend(machine, SHORT)
    assert outcome.good, outcome.text()
    figures = outcome.figures
    assert outcome.backlog >= LEAST_BACKLOG
    assert sum(figures['kills'].values()) >= 6 and figures['in flight at kills']['entries']
    assert sum(figures['PostgreSQL restarts'].values()) == 2
    assert sum(figures['faults'].values()) >= 10, "the weather blew"
