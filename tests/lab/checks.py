"""Run the tests and the linters, and count: a skipped test or an empty run is a failure."""
import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import chromium, database, server
from .machine import Machine
from .paths import BUILD, REPO, LabError, say

STAGES = ('unit', 'integration', 'e2e')
# About half of the stage e2e, as long as it takes; the other files go on beside them.
E2E_HALF = ('test_account_suite.py', 'test_crash_points.py', 'test_delivery.py', 'test_tokens.py')


@dataclass(frozen=True)
class Outcome:
    """What one pytest process did."""

    stage: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    returncode: int

    @property
    def good(self) -> bool:
        """Whether every test ran and passed, and there was at least one."""
        return not self.returncode and not self.failed and not self.skipped and bool(self.passed)

    def __str__(self) -> str:
        word = "ok" if self.good else "FAILED"
        return (f"{self.stage:<12} {self.passed:>5} passed {self.failed:>4} failed {self.skipped:>4} skipped"
                f" {self.seconds:>6.0f} s   {word}")


def test(machine: Machine, stages: list[str]) -> bool:
    """Run `stages` (all when empty) and print a summary; return whether everything is good."""
    runners = {'unit': _unit, 'integration': _integration, 'e2e': _e2e}
    outcomes = [runners[stage](machine) for stage in STAGES if stage in (stages or STAGES)]
    say('\n' + '\n'.join(map(str, outcomes)))
    return all(outcome.good for outcome in outcomes)


def lint(machine: Machine) -> bool:
    """Run ruff and pylint with Odoo's rules over the repository; return whether both are content."""
    addons = [str(path.parent) for path in sorted(REPO.glob('tests/addons/*/__manifest__.py'))]
    commands = (
        [machine.python, '-m', 'ruff', 'check', REPO],
        # The addon's page is static/description, not the README.rst of one community's habit; and what extends our
        # own `_check`, which raises or does not, has nothing to return.
        [machine.python, '-m', 'pylint', '--rcfile', REPO / '.pylintrc', '--disable=missing-readme,missing-return',
         REPO / 'qbo_connector', *addons],
    )
    # All of them run, so that one round shows everything there is to mend.
    results = [subprocess.run(list(map(str, command)), env=machine.environment, cwd=REPO, check=False).returncode
               for command in commands]
    return not any(results)


def _unit(machine: Machine) -> Outcome:
    files = sorted(path for folder in ('unit', 'simulator_tests', 'lab_tests')
                   for path in (REPO / 'tests' / folder).rglob('test_*.py'))
    return _together(machine, 'unit', shares(files, count=2), _part)


def _integration(machine: Machine) -> Outcome:
    """Run the tests inside Odoo in two processes with a database each."""
    files = sorted(REPO.glob('tests/integration/test_*.py'))
    return _together(machine, 'integration', shares(files, count=2), _integration_part)


def _e2e(machine: Machine) -> Outcome:
    files = sorted(REPO.glob('tests/e2e/test_*.py'))
    half = [file for file in files if file.name in E2E_HALF]
    return _together(machine, 'e2e', [half, [file for file in files if file not in half]], _part)


def _together(machine: Machine, stage: str, dealt: list[list[Path]], run) -> Outcome:
    """Run shares of a stage's test files at the same time, for one process of them keeps one core busy.

    :param run: ``run(machine, name, options)`` runs pytest with the options, and returns its outcome
    """
    with ThreadPoolExecutor(len(dealt)) as pool:
        parts = list(pool.map(
            lambda share: run(machine, f'{stage}-{share[0]}', [str(f.relative_to(REPO)) for f in sorted(share[1])]),
            enumerate(dealt, start=1)))
    return Outcome(
        stage, sum(part.passed for part in parts), sum(part.failed for part in parts),
        sum(part.skipped for part in parts), max(part.seconds for part in parts),
        next((part.returncode for part in parts if part.returncode), 0))


def shares(files: list[Path], count: int) -> list[list[Path]]:
    """Deal out test files so that each share has about as many tests: that is nearest to how long they take."""
    dealt: list[list[Path]] = [[] for _share in range(count)]
    tests = {file: file.read_text().count('def test_') for file in files}
    totals = [0] * count
    for file in sorted(files, key=lambda file: -tests[file]):
        least = totals.index(min(totals))
        dealt[least].append(file)
        totals[least] += tests[file]
    return dealt


def _part(machine: Machine, name: str, options: list[str]) -> Outcome:
    return _pytest(machine, name, ['-p', 'no:odoo', *options])


def _integration_part(machine: Machine, name: str, options: list[str]) -> Outcome:
    database_name = database.own_copy(machine, name.replace('-', ''), with_test_addons=True)
    conf = database.configuration(
        machine, database_name, screenshots=BUILD / 'screenshots', http_port=server.free_port(),
        gevent_port=server.free_port())
    path = os.pathsep.join(filter(None, [chromium.folder_on_path(), machine.environment['PATH']]))
    try:
        return _pytest(machine, name, [*options, '--odoo-http', '--odoo-log-level=error'], ODOO_RC=str(conf), PATH=path)
    finally:
        database.drop(machine, database_name)


def _pytest(machine: Machine, stage: str, options: list[str], **environment: str) -> Outcome:
    """Run one pytest process; since it is not alone, its output is shown when it has ended."""
    report = BUILD / f'{stage}.xml'
    report.unlink(missing_ok=True)
    command = [str(machine.python), '-m', 'pytest', f'--junit-xml={report}', *options]
    say(f"\n=== {stage}: {' '.join(command[1:])}")
    began = time.monotonic()
    done = subprocess.run(
        command, env={**machine.environment, **environment}, cwd=REPO, check=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    say(f"\n=== {stage} has ended:\n{done.stdout}")
    passed, failed, skipped = _counts(report)
    return Outcome(stage, passed, failed, skipped, time.monotonic() - began, done.returncode)


def _counts(report: Path) -> tuple[int, int, int]:
    if not report.exists():
        raise LabError(f"pytest ended without writing {report}.")
    suites = list(ElementTree.parse(report).getroot().iter('testsuite'))

    def total(*names: str) -> int:
        return sum(int(suite.get(name, 0)) for suite in suites for name in names)

    failed, skipped = total('failures', 'errors'), total('skipped')
    return total('tests') - failed - skipped, failed, skipped
