"""The hand that kills: Odoo's processes at random moments, PostgreSQL twice, the memory of requestids now and then."""
import random
import time
from collections import Counter

from tests.lab.paths import say

from .addons.qbo_connector_hurry import SAFE_REPLAY
from .stage import SERVERS, Stage, kill

# Some kills follow each other closely; most wait for their share of the backlog to be settled, or there would soon be
# nothing but one batch of customers that never gets through.
AT_ONCE = 0.3
PROGRESS_PATIENCE = 12  # seconds
CALLS_BETWEEN = (0, 1, 1, 2, 2, 3, 4)  # then so many more calls to QuickBooks pass,
CALLS_PATIENCE = 3  # seconds, should they not come,
HESITATION = 0.35  # seconds at most until the blow: the moments between two statements are what is sought
MARGIN = 1.5  # seconds beyond the safe age, so that the clocks' whole seconds do not matter
# How often each kind of kill comes.
WAYS = {'drainer': 5, 'drainer and its server': 4, 'server': 4, 'both servers': 3, 'any cron worker': 2,
        'both servers, and QuickBooks forgets': 1}
WRITES = '/v3/company/[0-9]+/(batch|customer|item|invoice|creditmemo|payment)$'


class Harm:
    """Does so much harm, as its seed will have it, all along the way of a backlog."""

    def __init__(self, stage: Stage, seed: str, kills: int, postgres_restarts: int, backlog: int):
        self.stage = stage
        self.share = backlog // max(kills, 1)
        self.draw = random.Random(f'{seed}:harm')
        self.kills = kills
        self.postgres_at = {(number + 1) * kills // (postgres_restarts + 1) for number in range(postgres_restarts)}
        self.done: Counter = Counter()
        self.postgres: Counter = Counter()
        self.in_flight: list[int] = []  # entries that were neither here nor there, at each kill

    def do(self) -> None:
        """Kill, restart, and kill again."""
        while self.done.total() < self.kills:
            self.stage.look_after()
            if self.done.total() in self.postgres_at:
                self.postgres_at.discard(self.done.total())
                self._restart_postgres()
            way = self.draw.choices(list(WAYS), list(WAYS.values()))[0]
            # All of a kill's randomness is drawn at once: how it goes does not shift the next one's.
            calls, hesitation, other = self.draw.choice(CALLS_BETWEEN), self.draw.random(), self.draw.random()
            if self.draw.random() > AT_ONCE:
                self._wait_for_progress()
            if way == 'both servers, and QuickBooks forgets':
                self._forget()
            else:
                self._wait(calls, hesitation * HESITATION)
                way = self._strike(way, SERVERS[int(other * len(SERVERS))], other)
            self.done[way] += 1
            say(f"  kill {self.done.total()} of {self.kills}: {way}, {self.in_flight[-1]} entries in flight")

    def _wait_for_progress(self) -> None:
        """Wait until the next kill's share of the backlog is settled."""
        deadline, goal = time.monotonic() + PROGRESS_PATIENCE, self.stage.settled() + self.share
        while self.stage.settled() < goal and time.monotonic() < deadline:
            time.sleep(0.05)

    def _wait(self, calls: int, hesitation: float) -> None:
        """Wait until so many calls reached QuickBooks since now, and a moment longer."""
        deadline, before = time.monotonic() + CALLS_PATIENCE, self._calls()
        while self._calls() < before + calls and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(hesitation)

    def _calls(self) -> int:
        return self.stage.sim('weather')['calls']

    def _strike(self, way: str, name: str, other: float) -> str:
        """Kill; returns what was killed in fact."""
        if way.startswith('drainer'):
            pid = self.stage.drainer()
            name = (pid and self.stage.server_of(pid)) or name
            if pid and way == 'drainer' and kill(pid):
                self.in_flight.append(self.stage.in_flight())
                return way
            if not pid:
                way = 'server'
        if way == 'any cron worker':
            workers = self.stage.cron_workers(name)
            if workers and kill(workers[int(other * 1000) % len(workers)]):
                self.in_flight.append(self.stage.in_flight())
                return way
            way = 'server'
        names = SERVERS if way == 'both servers' else (name,)
        self._end(names)
        self._start(names)
        return way

    def _forget(self) -> None:
        """A long outage: answers got lost, everybody is down past the safe age, QuickBooks' memory is gone."""
        [rule] = self.stage.sim('fail', {'kind': 'lost_answer', 'method': 'POST', 'path': WRITES, 'times': 2})['rules']
        deadline = time.monotonic() + CALLS_PATIENCE
        while time.monotonic() < deadline:
            [found] = [found for found in self.stage.sim('fail')['rules'] if found['number'] == rule]
            if found['used'] == found['times']:
                break
            time.sleep(0.02)
        self._end(SERVERS)
        self.stage.sim('fail', {}, 'DELETE')
        time.sleep(SAFE_REPLAY.total_seconds() + MARGIN)
        self.stage.sim('answers', {}, 'DELETE')
        self._start(SERVERS)

    def _end(self, names) -> None:
        for name in names:
            self.stage.servers[name].kill()
        self.in_flight.append(self.stage.in_flight())

    def _start(self, names) -> None:
        # Not from threads: the kernel ends a server (lab/server.py) with the very thread that started it.
        for name in names:
            self.stage.start(name)

    def _restart_postgres(self) -> None:
        """Once it dies, the next time it is shut down; Odoo has to live through both."""
        self._wait(1, self.draw.random() * HESITATION)
        way = 'fast' if self.postgres['immediate'] > self.postgres['fast'] else 'immediate'
        self.stage.cluster.halt(way)
        time.sleep(self.draw.uniform(0.2, 2))
        self.stage.cluster.restart()
        self.stage.wait_for_postgres()
        self.stage.look_after()
        self.postgres[way] += 1
        say(f"  PostgreSQL restarted ({way})")
