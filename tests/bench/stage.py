"""What the measurements run on: databases, the stub, processes inside Odoo and Odoo servers."""
import contextlib
import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab import database, server
from tests.lab.machine import Machine
from tests.lab.paths import BUILD, REPO, built_once, locked

QUEUE_JOB = ('odoo-addon-queue-job==19.0.*', 'openupgradelib')  # without its dependency on Odoo itself
ADDONS = REPO / 'tests/bench/addons'
REALM = '91300'
DURABLE = ('fsync', 'synchronous_commit', 'full_page_writes')


@dataclass(frozen=True)
class _WithPath(Machine):
    """A machine whose Python finds some more modules."""

    python_path: str = ''

    @property
    def environment(self) -> dict[str, str]:
        """The process environment; Odoo would prefer a path of addons there to the one we configure."""
        found = dict(super().environment)
        found.pop('ODOO_ADDONS_PATH', None)
        found['PYTHONPATH'] = os.pathsep.join(filter(None, [found['PYTHONPATH'], self.python_path]))
        return found


class Process:
    """A process inside Odoo that obeys; see :mod:`.inside`."""

    def __init__(self, machine: Machine, name: str, conf: Path):
        self._log = open(log_of(name, 'inside'), 'ab')
        self._process = subprocess.Popen(
            [str(machine.python), '-m', 'tests.bench.inside', str(conf), name], env=machine.environment, cwd=REPO,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        self._answer()

    def __call__(self, do: str, **options) -> dict:
        """Have a command done and return its answer."""
        self._process.stdin.write(json.dumps({'do': do, **options}) + '\n')
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The process ended; see {self._log.name}")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait(30)
        self._log.close()


class Stage:
    """Databases and processes of one benchmark; leave it as a context manager and they are gone."""

    def __init__(self, machine: Machine, stub: server.Service):
        self.machine = machine
        self.stub = stub
        self._cleanup = contextlib.ExitStack()
        self._templates: dict[bool, str] = {}

    def __enter__(self) -> 'Stage':
        for name in database.databases(self.machine):
            owner = name.rpartition('_')[2]
            if name.startswith('qbo_bench_') and owner.isdigit() and not Path('/proc', owner).exists():
                database.drop(self.machine, name)  # left by a benchmark that was killed
        # As in production: what is committed is on the disk. The tests' own PostgreSQL does without.
        self._cleanup.callback(self._set_up_postgres, 'RESET {}')
        self._set_up_postgres('SET {} = on')
        return self

    def __exit__(self, *exception) -> None:
        self._cleanup.close()

    def _set_up_postgres(self, change: str) -> None:
        for setting in DURABLE:
            self.sql('postgres', f'ALTER SYSTEM {change.format(setting)}')
        self.sql('postgres', 'SELECT pg_reload_conf()')

    def set_stub(self, latency: float = 0.0, limits: bool = False) -> None:
        """Let the stub forget its counts and behave so."""
        self._ask(f'/set?latency={latency}&limits={int(limits)}')

    def stub_books(self, standing: dict) -> None:
        """Say which invoices the stub's queries answer."""
        request = urllib.request.Request(
            f'{self.stub.url}/books', json.dumps(standing).encode(), {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()

    def stub_counts(self) -> dict:
        """Return what the stub was asked."""
        return self._ask('/stats')

    def _ask(self, path: str) -> dict:
        with urllib.request.urlopen(self.stub.url + path, timeout=10) as answer:
            return json.loads(answer.read())

    def connected(self, purpose: str) -> str:
        """Return a database with the addon, connected with the stub, and the invoices to copy."""
        return self._copy(self._template(with_addon=True), purpose)

    def plain(self, purpose: str) -> str:
        """Return a database that never saw the addon, with the same invoices to copy."""
        return self._copy(self._template(with_addon=False), purpose)

    def _template(self, with_addon: bool) -> str:
        if with_addon not in self._templates:
            template = database.addon_template if with_addon else database.base_template
            with locked('copies'):  # or another run, on other sources, could drop the template before it is copied
                name = self._copy(template(self.machine), 'template' if with_addon else 'plain')
            # No job shall run on its own account while something else is measured.
            self.sql(name, "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '7 days'")
            with self.process(name) as process:
                process('prepare')
                if with_addon:
                    process('connect', realm_id=REALM)
            self._templates[with_addon] = name
        return self._templates[with_addon]

    def _copy(self, source: str, purpose: str) -> str:
        target = f'qbo_bench_{purpose}_{os.getpid()}'
        database.copy(self.machine, source, target)
        self._cleanup.callback(database.drop, self.machine, target)
        return target

    def with_path(self, python_path: str) -> Machine:
        """Return the machine with a further folder of Python modules."""
        return _WithPath(self.machine.odoo, self.machine.python, self.machine.postgres, python_path)

    def configuration(self, name: str, **settings) -> Path:
        """Write the configuration of a database that speaks with the stub."""
        path = database.configuration(
            self.machine, name, http_interface=server.HOST, qbo_simulator_url=self.stub.url, log_level='warn',
            **settings)
        self._cleanup.callback(path.unlink, missing_ok=True)
        return path

    @contextlib.contextmanager
    def process(self, name: str, addons_path: str = '', python_path: str = '') -> Iterator[Process]:
        """Run a process inside Odoo on a database."""
        conf = self.configuration(name, addons_path=addons_path or f'{self.machine.addons_path},{ADDONS}')
        process = Process(self.with_path(python_path), name, conf)
        try:
            yield process
        finally:
            process.close()

    def install(self, name: str, addons: str, path: str) -> str:
        """Install addons into a database; return the addons path to use."""
        path = f'{self.machine.addons_path},{path}'
        conf = self.configuration(name, addons_path=path)
        machine = self.with_path(str(queue_job(self.machine)) if 'queue_job' in addons else '')
        with open(log_of(name, 'install'), 'ab') as log:
            machine.run(*machine.odoo_command('-c', str(conf), '--addons-path', path, '-i', addons,
                                              '--stop-after-init', '--no-http'), stdout=log, stderr=log)
        return path

    def sql(self, name: str, statement: str) -> list[str]:
        """Run a statement in a database."""
        return database.sql(self.machine, statement, name)


def log_of(name: str, what: str) -> Path:
    """Return where something that runs on a database writes its log: the same file in each run."""
    return BUILD / f"{name.rpartition('_')[0]}-{what}.log"


def stub(machine: Machine) -> server.Service:
    """Return the stub as a service, not started yet."""
    port = server.free_port()
    command = [str(machine.python), '-m', 'tests.bench.stub', '--port', str(port)]
    return server.Service(machine, 'bench-stub', command, port, '/stats')


def queue_job(machine: Machine) -> Path:
    """Return the folder with OCA queue_job, fetched once."""
    def fetch(folder: Path) -> None:
        machine.run(machine.python, '-m', 'pip', 'install', '-q', '--no-deps', '--target', folder / 'lib', *QUEUE_JOB)
    return built_once('queue_job-19', fetch) / 'lib'
