"""What the end-to-end tests run on."""
import pytest

from tests.lab import database, server
from tests.lab.client import Browser, OdooClient
from tests.lab.machine import ready

from .office import Office


@pytest.fixture(scope='session')
def machine():
    """The machine, with PostgreSQL running."""
    with ready() as ready_machine:
        yield ready_machine


@pytest.fixture(scope='session')
def simulator(machine):
    """One simulator for all tests; each test resets it."""
    with server.simulator(machine) as service:
        yield service


@pytest.fixture
def open_office(machine, simulator):
    """Open an office with the Odoo server that the test asks for, and close it afterwards."""
    opened = []

    def open_it(**options) -> Office:
        Browser().post_json(f'{simulator.url}/_sim/reset', {})
        name = database.own_copy(machine, 'e2e')
        odoo = server.odoo_server(machine, name, simulator.url, **options)
        opened.append((odoo, name))
        odoo.start()
        return Office(machine, name, simulator, odoo, OdooClient(odoo.url, name))

    yield open_it
    for odoo, name in opened:
        odoo.stop()
        database.drop(machine, name)


@pytest.fixture
def office(open_office):
    """An office that is connected with QuickBooks."""
    connected = open_office()
    connected.connect()
    return connected
