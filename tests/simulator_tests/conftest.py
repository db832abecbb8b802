"""A fresh simulator for every test, at a fixed time, with a connected caller for each company."""

from datetime import datetime, timezone

import pytest

from tests.simulator import UK_REALM, US_REALM, Simulator

from .support import Caller


@pytest.fixture
def sim():
    """A simulator whose clock stands at noon Pacific time of 6 November 2026 until a test moves it."""
    return Simulator(now=lambda: datetime(2026, 11, 6, 20, 0, tzinfo=timezone.utc))


@pytest.fixture
def us(sim):
    """A caller connected to the US company."""
    return Caller(sim, US_REALM)


@pytest.fixture
def uk(sim):
    """A caller connected to the UK company."""
    return Caller(sim, UK_REALM)
