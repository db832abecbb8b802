"""The stage of the crash test: its own PostgreSQL, the simulator, and two prefork Odoo servers on one database."""
import contextlib
import json
import os
import signal
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from tests.lab import connect, database, server
from tests.lab.client import OdooClient
from tests.lab.machine import Machine
from tests.lab.paths import BUILD, REPO, LabError

from .cluster import OwnCluster, own_cluster

ADDONS = REPO / 'tests/chaos/addons'
DATABASE = 'qbo_chaos'
SERVERS = ('a', 'b')
CRON_NICE = 10  # Odoo's own: cron workers are nice to the others
PARENT_FIELD, NICE_FIELD = 1, 16  # of /proc/<pid>/stat, counted behind the command's name
ALARM = 0.3  # seconds between two looks of the crons at what is due; in life it is a minute
# Who runs a cron holds a lock on its row, and tells its process id in its name.
DRAINER = """
    SELECT substring(application_name FROM 'odoo-([0-9]+)') FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE relation = 'ir_cron'::regclass AND mode = 'RowShareLock' AND state LIKE 'idle in transaction%'
"""


class Stage:
    """Everything that runs; `client()` gives a user of whichever server is up."""

    def __init__(self, machine: Machine, cluster: OwnCluster, simulator: server.Service):
        self.machine = machine
        self.cluster = cluster
        self.simulator = simulator
        self.servers = {name: self._server(name) for name in SERVERS}
        self.connection = 0
        self.company = 0
        self.realm_id = connect.US_REALM
        self.starts: Counter = Counter()

    # --- Odoo ---

    @contextlib.contextmanager
    def calm_server(self) -> Iterator[OdooClient]:
        """Run one threaded Odoo without crons: it sends only when it is told to."""
        odoo = self._server('calm', workers=0, cron_threads=0)
        with odoo:
            client = OdooClient(odoo.url, DATABASE)
            if not self.connection:
                self._connect(client)
            yield client.in_company(self.company)

    def client(self, name: str) -> OdooClient:
        """Log in at a server and work in the connected company."""
        return OdooClient(self.servers[name].url, DATABASE).in_company(self.company)

    def start(self, name: str, cause: str = 'by plan') -> None:
        """Start a server and return when it answers."""
        self.servers[name].start()
        self.starts[cause] += 1

    def look_after(self) -> None:
        """Start servers that ended by themselves, as a service manager does: Odoo's does without PostgreSQL."""
        for name, odoo in self.servers.items():
            if odoo.process and odoo.process.poll() is not None:
                odoo.kill()  # what is left of its group
                self.start(name, 'ended by itself')

    def cron_workers(self, name: str) -> list[int]:
        """Return the process ids of a server's cron workers."""
        master = self.servers[name].process
        return [pid for pid in _children(master.pid) if _nice(pid) == CRON_NICE] if master else []

    def drainer(self) -> int | None:
        """Return the process id of the process that drains just now, if one does."""
        with contextlib.suppress(psycopg2.Error), self.sql() as cursor:
            cursor.execute(DRAINER)
            return next((int(pid) for pid, in cursor.fetchall() if pid), None)
        return None

    def server_of(self, pid: int) -> str | None:
        """Return the name of the server that a process belongs to."""
        with contextlib.suppress(ProcessLookupError):
            group = os.getpgid(pid)
            return next((name for name, odoo in self.servers.items() if odoo.process and odoo.process.pid == group),
                        None)
        return None

    # --- PostgreSQL ---

    def in_flight(self) -> int:
        """Return how many entries are prepared and not settled."""
        return self._count("state = 'sending'")

    def settled(self) -> int:
        """Return how many entries are done."""
        return self._count("state = 'done'")

    @contextlib.contextmanager
    def sql(self, name: str = DATABASE) -> Iterator:
        """Yield a cursor in a transaction of its own."""
        connection = psycopg2.connect(dbname=name, host=str(self.cluster.socket), user='odoo', port=5432)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def wait_for_postgres(self) -> None:
        """Return when PostgreSQL answers."""
        until(self._answers, "PostgreSQL")

    @contextlib.contextmanager
    def alarm(self) -> Iterator[None]:
        """Let the crons look at what is due several times a second, not once a minute."""
        ended = threading.Event()

        def ring():
            while not ended.wait(ALARM):
                with contextlib.suppress(psycopg2.Error), self.sql('postgres') as cursor:
                    cursor.execute(f"NOTIFY cron_trigger, '{DATABASE}'")

        thread = threading.Thread(target=ring, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    # --- QuickBooks ---

    def sim(self, path: str, body: dict | None = None, method: str | None = None) -> dict:
        """Speak with the simulator's control plane."""
        request = urllib.request.Request(
            f'{self.simulator.url}/_sim/{path}', method=method or ('GET' if body is None else 'POST'),
            data=None if body is None else json.dumps(body).encode(), headers={'Content-Type': 'application/json'})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def books(self) -> dict[str, list[dict]]:
        """Return everything that stands in QuickBooks, by type."""
        return self.sim(f'books/{self.realm_id}')

    def waiting(self) -> int:
        """Return how many entries are neither done nor stuck."""
        return self._count("state IN ('pending', 'sending')")

    # --- within ---

    def _count(self, condition: str) -> int:
        with contextlib.suppress(psycopg2.Error), self.sql() as cursor:
            cursor.execute(f"SELECT count(*) FROM qbo_queue_entry WHERE {condition}")
            return cursor.fetchone()[0]
        return 0

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg2.Error), self.sql() as cursor:
            cursor.execute("SELECT 1")
            return True
        return False

    def _connect(self, client: OdooClient) -> None:
        self.company = client.find('res.company', [('chart_template', '=', 'us')])
        client = client.in_company(self.company)
        self.connection = connect.connect(
            client, self.company, self.realm_id, self.simulator.url, sync_from=False, push_all_customers=True,
            push_all_products=True, sync_interval=1)
        connect.accept_mappings(client, self.connection)

    def _server(self, name: str, workers: int = 2, cron_threads: int = 2) -> server.Service:
        port = server.free_port()
        conf = database.configuration(
            self.machine, f'chaos-{name}', db_name=DATABASE, http_interface=server.HOST, http_port=port,
            gevent_port=server.free_port(), workers=workers, max_cron_threads=cron_threads,
            server_wide_modules='base,web,qbo_connector_hurry',
            qbo_simulator_url=self.simulator.url, log_level='info', limit_time_real=600, limit_time_cpu=600,
            db_maxconn=16,
        )
        # On the command line: an environment made by `python3 -m tests.lab start` names the addons too, and wins.
        command = self.machine.odoo_command('-c', str(conf), '--addons-path', f'{self.machine.addons_path},{ADDONS}')
        service = server.Service(self.machine, f'chaos-{name}', command, port, '/web/health', 'localhost')
        service.log.unlink(missing_ok=True)
        return service


@contextlib.contextmanager
def stage(machine: Machine) -> Iterator[Stage]:
    """Set the stage and clear it afterwards; the servers are not started yet."""
    BUILD.mkdir(exist_ok=True)
    with own_cluster(machine, DATABASE) as (cluster, own), server.simulator(own) as simulator:
        made = Stage(own, cluster, simulator)
        try:
            yield made
        finally:
            for odoo in made.servers.values():
                odoo.kill()


def until(condition, what: str, seconds: float = 60, pause: float = 0.05):
    """Ask until `condition` returns something true and return that; raise LabError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise LabError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)
    return result


def kill(pid: int) -> bool:
    """End one process at once; tell whether there was one."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _children(pid: int) -> list[int]:
    found = []
    for folder in Path('/proc').glob('[0-9]*'):
        facts = _facts(int(folder.name))
        if facts and int(facts[PARENT_FIELD]) == pid:
            found.append(int(folder.name))
    return found


def _nice(pid: int) -> int | None:
    facts = _facts(pid)
    return int(facts[NICE_FIELD]) if facts else None


def _facts(pid: int) -> list[str]:
    """Return what the kernel tells of a process, from its state on; nothing when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return []
