"""The drain is killed before each of its statements; the next drain makes good whatever that left behind.

The points are the statements themselves, found in the source: a new one is tested as soon as it is written, and one
that no scenario reaches fails the test. The list, with what came of each, is in build/crash_points.txt.
"""
import json

import pytest

from tests.lab import database, server
from tests.lab.client import Browser, OdooClient
from tests.lab.paths import BUILD, LabError

from .office import Office

REPORT = BUILD / 'crash_points.json'
LIST = BUILD / 'crash_points.txt'
LOG = BUILD / 'crash_points.log'


@pytest.fixture(scope='module')
def report(machine, simulator):
    """What a process that forks, kills and compares has to report; it takes a minute or two."""
    Browser().post_json(f'{simulator.url}/_sim/reset', {})
    name = database.own_copy(machine, 'crash')
    try:
        with server.odoo_server(machine, name, simulator.url) as odoo:
            Office(machine, name, simulator, odoo, OdooClient(odoo.url, name)).connect()
        REPORT.unlink(missing_ok=True)
        conf = database.configuration(machine, name, qbo_simulator_url=simulator.url)
        with open(LOG, 'w') as log:
            try:
                machine.run(machine.python, '-m', 'tests.e2e.crash', conf, name, simulator.url, REPORT,
                            stdout=log, stderr=log)
            except LabError as error:
                raise LabError(f"{error}\n{LOG.read_text()[-4000:]}") from None
    finally:
        database.drop(machine, name)
    found = json.loads(REPORT.read_text())
    LIST.write_text(_listing(found))
    return found


def _listing(report: dict) -> str:
    lines = [f"{len(report['outcomes'])} kills in {report['seconds']:.0f} s", ""]
    lines += sorted(f"{row['point']}\n    {row['scenario']}: {row['outcome']}" for row in report['outcomes'])
    return '\n'.join(lines) + '\n'


def test_after_a_kill_at_any_point_the_queue_comes_to_its_end(report):
    assert [row for row in report['outcomes'] if row['outcome'] != 'recovered'] == []


def test_after_a_kill_at_any_point_every_record_stands_in_quickbooks_once_and_is_linked(report):
    assert report['wrong'] == []
    assert report['surplus'] == []


def test_there_is_no_statement_of_the_drain_at_which_it_was_not_killed(report):
    assert report['missed'] == [], "no scenario in tests/e2e/crash/scenarios.py reaches these"
    assert len(report['outcomes']) > 400


def test_two_transactions_at_once_lose_nothing_whoever_comes_first(report):
    assert report['races'] and {name: problem for name, problem in report['races'].items() if problem} == {}
