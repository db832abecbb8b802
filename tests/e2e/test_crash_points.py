"""The drain is killed before each of its statements; the next drain makes good whatever that left behind.

The points are the statements themselves, found in the source: a new one is tested as soon as it is written, and one
that no scenario reaches fails the test. The list, with what came of each, is in build/crash_points.txt.
"""
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab import database, server
from tests.lab.client import OdooClient
from tests.lab.paths import BUILD, LabError

from .office import Office

LIST = BUILD / 'crash_points.txt'
PROCESSES = 2


@pytest.fixture(scope='module')
def report(machine, tmp_path_factory):
    """What processes that fork, kill and compare have to report; it takes some minutes."""
    claims = tmp_path_factory.mktemp('claims')
    with ThreadPoolExecutor(PROCESSES) as pool:
        parts = list(pool.map(lambda number: _part(machine, number, claims), range(1, PROCESSES + 1)))
    found = {
        'outcomes': [row for part in parts for row in part['outcomes']],
        'wrong': [row for part in parts for row in part['wrong']],
        'surplus': [row for part in parts for row in part['surplus']],
        'races': {name: problem for part in parts for name, problem in part['races'].items()},
        'missed': sorted(set.intersection(*(set(part['missed']) for part in parts))),
        'seconds': max(part['seconds'] for part in parts),
    }
    LIST.write_text(_listing(found))
    return found


def _part(machine, number, claims):
    """Let one process work in a company and a QuickBooks of its own, and return its report."""
    report, log = BUILD / f'crash_points-{number}.json', BUILD / f'crash_points-{number}.log'
    report.unlink(missing_ok=True)
    name = database.own_copy(machine, f'crash{number}')
    try:
        with server.simulator(machine) as simulator:
            with server.odoo_server(machine, name, simulator.url) as odoo:
                Office(machine, name, simulator, odoo, OdooClient(odoo.url, name)).connect()
            conf = database.configuration(machine, name, qbo_simulator_url=simulator.url)
            with open(log, 'w') as output:
                try:
                    machine.run(machine.python, '-m', 'tests.e2e.crash', conf, name, simulator.url, report, claims,
                                stdout=output, stderr=output)
                except LabError as error:
                    raise LabError(f"{error}\n{log.read_text()[-4000:]}") from None
    finally:
        database.drop(machine, name)
    return json.loads(report.read_text())


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
