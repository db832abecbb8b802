"""Run the tests of Odoo's ``account`` module in two databases, with the addon and without, and compare them one by one.

With the addon every company the tests make is connected (``addons/qbo_connector_everywhere``), so its hooks are at work
in every test. Both runs see the same Odoo, the same demo data and the same prepared pages. Some tests fail in Debian's
package all by themselves; what counts is that the addon changes nothing.
"""
import json
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.lab import chromium, database, server
from tests.lab.machine import Machine
from tests.lab.paths import BUILD, REPO, LabError, say

ADDONS = REPO / 'tests/account_suite/addons'
INSTALLED = 'qbo_connector,qbo_connector_everywhere'
RESULT = BUILD / 'account-tests.json'
#: What the addon has its fingers in: moves, payments, reconciliation, numbers, contacts.
QUICK = (
    'TestAccountMove', 'TestAccountPayment', 'TestAccountPaymentRegister', 'TestAccountEarlyPaymentDiscount',
    'TestMergePartner', 'TestSequenceMixinDeletion',
)
WITHOUT, WITH = 'without', 'with'
OUTCOMES = ('passed', 'failed', 'skipped')
_LOG_LINE = re.compile(
    r'^\S+ \S+ \d+ (?P<level>[A-Z]+) \S+ odoo\.addons\.(?P<module>account\.tests\.\S+): (?P<text>.*)$')
_STARTED = re.compile(r'Starting (?P<test>\S+) \.\.\.\s*$')
_FAILED = re.compile(r'(?:FAIL|ERROR): (?:Subtest )?(?P<test>[\w.]+)')
_SKIPPED = re.compile(r'skipped (?P<test>\S+) : ')
_CLASS_FAILED = re.compile(r'(?:FAIL|ERROR): (?P<test>(?:setUp|tearDown)Class \(odoo\.addons\.account\.\S+\))')
_ENDED = re.compile(r'(?P<failed>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<count>\d+) tests when loading database')


@dataclass(frozen=True)
class Comparison:
    """What each test did (``'passed'``, ``'failed'``, ``'skipped'``) without the addon and with it."""

    without: dict[str, str]
    with_addon: dict[str, str]
    entries: int
    seconds: float = 0

    @property
    def differences(self) -> dict[str, tuple[str, str]]:
        """What is not the same on both sides: (without, with), ``'missing'`` where a test did not run."""
        pairs = {test: (self.without.get(test, 'missing'), self.with_addon.get(test, 'missing'))
                 for test in sorted(self.without | self.with_addon)}
        return {test: pair for test, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def same(self) -> bool:
        """Whether tests ran, the addon was at work in them, and none told the two apart."""
        return 'passed' in self.without.values() and self.entries > 0 and not self.differences

    def as_json(self) -> dict:
        """Return it for build/account-tests.json."""
        return {
            'tests': len(self.without), 'entries': self.entries, 'seconds': round(self.seconds), 'same': self.same,
            'fail_without_the_addon_too': sorted(test for test, what in self.without.items() if what == 'failed'),
            'differences': {test: {WITHOUT: pair[0], WITH: pair[1]} for test, pair in self.differences.items()},
        }

    def __str__(self) -> str:
        lines = [
            f"{side:>8} the addon: " + ", ".join(f"{list(found.values()).count(what)} {what}" for what in OUTCOMES)
            for side, found in ((WITHOUT, self.without), (WITH, self.with_addon))
        ]
        lines += [f"  {test}: {pair[0]} without, {pair[1]} with" for test, pair in self.differences.items()]
        lines.append(f"  its hooks wrote {self.entries} queue entries meanwhile")
        verdict = "the same, test by test" if self.same else "NOT THE SAME"
        return '\n'.join([*lines, f"{verdict}; {self.seconds:.0f} s; {RESULT}"])


def compare(machine: Machine, quick: bool = False) -> bool:
    """Run both, print and write what came out; return whether the addon changed nothing."""
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(_run, machine, side, quick) for side in (WITHOUT, WITH)]
        (without, _none), (with_addon, entries) = (run.result() for run in runs)
    comparison = Comparison(without, with_addon, entries, time.monotonic() - began)
    RESULT.write_text(json.dumps(comparison.as_json(), indent=2) + '\n')
    say(f"\n{comparison}")
    return comparison.same


def outcomes(log: str) -> dict[str, str]:
    """Return what each test did, out of the log of Odoo's test runner.

    :raises LabError: the run did not come to its end
    """
    found = {}
    for line in log.splitlines():
        parts = _LOG_LINE.match(line)
        if not parts:
            continue
        text, module = parts['text'], parts['module']
        if broken := _CLASS_FAILED.match(text):
            found[broken['test']] = 'failed'
        elif started := _STARTED.match(text):
            found.setdefault(f"{module}:{started['test']}", 'passed')
        elif parts['level'] == 'ERROR' and (failed := _FAILED.match(text)):
            found[f"{module}:{failed['test']}"] = 'failed'
        elif skipped := _SKIPPED.match(text):
            found[f"{module}:{skipped['test']}"] = 'skipped'
    if not _ENDED.search(log):
        raise LabError("Odoo's tests did not come to their end; see the log.")
    return found


def _run(machine: Machine, side: str, quick: bool) -> tuple[dict[str, str], int]:
    """Run the tests in a database of their own; return what each did, and how many queue entries were written."""
    name = database.own_copy(machine, f'account_{side}', with_addon=False)
    log = BUILD / f'account-tests-{side}.log'
    try:
        say(f"Running Odoo's tests of account {side} the addon; {log}")
        addons = f'{machine.addons_path},{ADDONS}'
        if side == WITH:
            database.odoo(machine, name, '--addons-path', addons, '-i', INSTALLED, '--stop-after-init')
        if not quick:
            database.prepare_pages(machine, name)
        tags = ','.join(f'/account:{test_class}' for test_class in QUICK) if quick else '/account'
        conf = database.configuration(
            machine, name, addons_path=addons, log_level='info', http_port=server.free_port(),
            gevent_port=server.free_port(), screenshots=BUILD / 'screenshots')
        path = os.pathsep.join(filter(None, [not quick and chromium.folder_on_path(), machine.environment['PATH']]))
        _odoo_tests(machine, log, machine.odoo_command(
            '-c', str(conf), '--addons-path', addons, '--test-tags', tags, '--stop-after-init'), path)
        return outcomes(log.read_text(errors='replace')), _entries(machine, name) if side == WITH else 0
    finally:
        database.drop(machine, name)


def _entries(machine: Machine, name: str) -> int:
    """Return how many queue entries were written: a sequence does not go back when a test does."""
    [row] = database.sql(machine, 'SELECT last_value, is_called FROM qbo_queue_entry_id_seq', name)
    last, called = row.split('|')
    return int(last) if called == 'True' else 0


def _odoo_tests(machine: Machine, log: Path, command: list[str], path: str) -> None:
    """Run Odoo with its log in a file; a test that fails is no error of ours."""
    with open(log, 'wb') as stream:
        subprocess.run(command, env={**machine.environment, 'PATH': path}, cwd=REPO, check=False, stdout=stream,
                       stderr=subprocess.STDOUT)
