"""One round through all scenarios and all points."""
import hashlib
import json
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from odoo import sql_db
from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.qbo_connector.models.qbo_queue_drain import QboQueueEntry
from odoo.addons.qbo_connector.qbo import client

from . import batches, incoming, trouble  # noqa: F401 -- add their scenarios
from .audit import Audit
from .points import DRAIN, Point, Watch, points_of
from .races import RACES
from .scenarios import SCENARIOS, Scenario
from .stage import FOLDER, Expected, Stage, Wrong

RECOVERED = 'recovered'
PROVOKED_LOGGERS = ('odoo.sql_db', 'odoo.addons.qbo_connector.models.qbo_queue_outcome')


@dataclass(frozen=True)
class Visit:
    """One pass of a point; `number` counts them, `after_effect`: it is the first after something left the process."""

    point: Point
    number: int
    after_effect: bool


class Effects:
    """Notices what outlives this process: what the drain commits, and what it asks QuickBooks.

    :param bool every: also what is committed beside it: tokens, slots of the governor, counts of calls
    """

    def __init__(self, every: bool):
        self._every = every
        self._new = every  # nothing has happened before the first statement, which is the same in each scenario

    def any_new(self) -> bool:
        """Tell whether there was any since the last time you asked."""
        new, self._new = self._new, False
        return new

    def __enter__(self) -> 'Effects':
        if self._every:
            sql_db.Cursor.commit = self._noticed(sql_db.Cursor.commit)
        IrCron._commit_progress = self._noticed(IrCron._commit_progress)
        QboQueueEntry._report = self._unnoticed(QboQueueEntry._report)
        client.exchange = self._noticed(client.exchange)
        return self

    def __exit__(self, *_exception) -> None:
        """Leave it as it is: the process that is watched ends now."""

    def _noticed(self, function):
        def noticed(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            finally:
                self._new = True
        return noticed

    def _unnoticed(self, function):
        """Let a report of progress be none: what it commits was committed before."""
        def unnoticed(*args, **kwargs):
            new = self._new
            try:
                return function(*args, **kwargs)
            finally:
                self._new = new or self._every
        return unnoticed


class Claims:
    """Shares out work among processes: each thing is the first one's who claims it.

    :param Path folder: empty at the beginning, the same for all of them
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def is_mine(self, thing: str) -> bool:
        """Claim something; tell whether nobody had done so."""
        try:
            (self._folder / hashlib.sha256(thing.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Run:
    """Kills the drain of each scenario at its points and collects what came of it."""

    def __init__(self, stage: Stage, claims: Claims):
        self.stage = stage
        self.claims = claims
        self.audit = Audit(stage)
        self.killed: dict[Point, int] = {}
        self.outcomes: list[dict] = []

    def scenario(self, scenario: Scenario) -> None:
        """Run a scenario unharmed to see which points it passes, then again with a kill at one of them, and so on."""
        passed = self._passed(scenario)
        chosen, landed = set(), set()
        for visit in passed:
            lands = visit.after_effect and visit.point not in landed
            if lands:
                landed.add(visit.point)
            new = visit.point.file in DRAIN and visit.number == 1 and self.claims.is_mine(str(visit.point))
            if new or lands:
                chosen.add((visit.point, visit.number))
        for point, number in sorted(chosen):
            self._kill(scenario, point, number)

    def _kill(self, scenario: Scenario, point: Point, number: int) -> None:
        began = time.monotonic()
        label = f"{scenario.name}, pass {number}"
        try:
            status = self._kill_once(scenario, point, number, label)
            if status == 0:  # what hangs on the clock may take another way: once more
                status = self._kill_once(scenario, point, number, label)
            outcome = RECOVERED if status == -signal.SIGKILL else f"not reached, ended with {status}"
        except Exception as error:  # noqa: BLE001 -- the report says what came of which point
            outcome = f"{type(error).__name__}: {error}"
            self.stage.clear()
        self.killed[point] = self.killed.get(point, 0) + (outcome == RECOVERED)
        self.outcomes.append({
            'point': str(point), 'scenario': label, 'outcome': outcome,
            'seconds': round(time.monotonic() - began, 3)})

    def _kill_once(self, scenario: Scenario, point: Point, number: int, label: str) -> int:
        expected = self._arrange(scenario)
        status = self.stage.fork(lambda: self._drain_until(point, number))
        self._recover(scenario)
        self.audit.check_links(expected)
        self.audit.add(f"{point} ({label})", expected)
        return status

    def race(self, race: Callable[[Stage], list[Expected]]) -> None:
        """Let a race happen and see at once what came of it: the next drains must find no more than a remainder.

        :raises Wrong: something is still open then, or not linked
        """
        self.stage.restock()
        expected = race(self.stage)
        for _turn in range(2):
            self.stage.drain()
        if left := self.stage.open_rows():
            raise Wrong(f"still open: {left}")
        self.audit.check_links(expected)
        self.audit.add(race.__name__, expected)

    def missed(self) -> list[Point]:
        """Return the statements of the drain that no scenario reaches."""
        every = {point for file in DRAIN for point in points_of(FOLDER, file).values()}
        return sorted(point for point in every if not self.killed.get(point))

    def _passed(self, scenario: Scenario) -> list[Visit]:
        """Return which points a drain of the scenario passes."""
        expected = self._arrange(scenario)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, 'passed')

            def record():
                visits, effects = [], Effects(every=scenario.thorough)

                def tell(point, number):
                    visits.append([point.__dict__, number, effects.any_new()])

                with effects, Watch(FOLDER, tell):
                    self.stage.drain()
                path.write_text(json.dumps(visits))

            if status := self.stage.fork(record):
                raise Wrong(f"{scenario.name} ended with {status}")
            visits = json.loads(path.read_text())
        self._recover(scenario)
        self.audit.add(f"{scenario.name}, unharmed", expected)
        return [Visit(Point(**facts), number, after) for facts, number, after in visits]

    def _arrange(self, scenario: Scenario) -> list[Expected]:
        self.stage.restock()
        return scenario.arrange(self.stage)

    def _drain_until(self, point: Point, number: int) -> None:
        def tell(passed: Point, times: int):
            if passed == point and times == number:
                os.kill(os.getpid(), signal.SIGKILL)

        with Watch(FOLDER, tell, only=point):
            self.stage.drain()

    def _recover(self, scenario: Scenario) -> None:
        self.stage.calm()
        if scenario.mend:
            self.stage.drain()
            self.stage.let_time_pass()
            self.stage.drain()
            scenario.mend(self.stage)
        self.stage.settle()


def run(database: str, simulator_url: str, report: str, claims: str) -> None:
    """Go through the scenarios that nobody has claimed and write the report: what came of each kill."""
    for name in PROVOKED_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    stage = Stage(database, simulator_url)
    before = stage.books()
    one = Run(stage, Claims(Path(claims)))
    began = time.monotonic()
    wanted = os.environ.get('CRASH_SCENARIOS')  # names, separated by commas: while you work on some
    for scenario in SCENARIOS:
        if (not wanted or scenario.name in wanted.split(',')) and one.claims.is_mine(scenario.name):
            start, count = time.monotonic(), len(one.outcomes)
            try:
                one.scenario(scenario)
            except Exception as error:  # noqa: BLE001 -- the others are worth knowing, too
                one.outcomes.append({'point': "unharmed", 'scenario': scenario.name, 'outcome': str(error)})
                stage.clear()
            print(f"{scenario.name}: {len(one.outcomes) - count} kills in {time.monotonic() - start:.1f} s", flush=True)
    races = {}
    for race in RACES:
        name = race.__name__.replace('_', ' ')
        if (not wanted or name in wanted.split(',')) and one.claims.is_mine(name):
            try:
                one.race(race)
                races[name] = ''
            except Exception as error:  # noqa: BLE001 -- as above
                races[name] = f"{type(error).__name__}: {error}"
                stage.clear()
    Path(report).write_text(json.dumps({
        'races': races,
        'seconds': round(time.monotonic() - began, 1),
        'outcomes': one.outcomes,
        'wrong': [f"{label}: {problem}" for label, problem in one.audit.problems()],
        'surplus': one.audit.surplus(before),
        'missed': list(map(str, one.missed())),
    }, indent=1))
