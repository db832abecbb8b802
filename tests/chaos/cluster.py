"""A PostgreSQL cluster for the crash test alone: it is stopped in the middle, which nobody else shall notice."""
import contextlib
import dataclasses
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.lab import database
from tests.lab.machine import Machine
from tests.lab.paths import LabError, locked
from tests.lab.postgres import Cluster

# What was committed must survive the death of the server; that of the machine is not part of the test.
DURABLE = "synchronous_commit = on\nfull_page_writes = on\nshared_buffers = 64MB\n"


class OwnCluster(Cluster):
    """A cluster in a folder of its own, with the binaries of the lab's."""

    def __init__(self, python: Path):
        super().__init__(python)
        self.lab_home = self.home
        self.home = Path(tempfile.mkdtemp(prefix='qbo_chaos-', dir='/var/tmp'))
        self.home.chmod(0o711)
        self.data = self.home / 'data'
        self.socket = self.home / 'run'

    def halt(self, way: str) -> None:
        """Stop the server and cut every connection: 'immediate' as if it had died, 'fast' with a clean end."""
        self._control('stop', '-w', '-m', way)

    def restart(self) -> None:
        """Start it again after a stop; it recovers from its log."""
        self._control('start', '-w', '-l', self.home / 'run/log')

    def tool(self, name: str) -> str:
        """Return the path of one of PostgreSQL's client programs."""
        return str(self._binaries() / name)

    def _make(self) -> None:
        super()._make()
        with open(self.data / 'postgresql.conf', 'a') as conf:
            conf.write(DURABLE)

    def _binaries(self) -> Path:
        own, self.home = self.home, self.lab_home
        try:
            return super()._binaries()
        finally:
            self.home = own


@contextlib.contextmanager
def own_cluster(machine: Machine, name: str) -> Iterator[tuple[OwnCluster, Machine]]:
    """Yield a running cluster with a database `name` that has the addon, and the machine as it looks from there."""
    cluster = OwnCluster(machine.python)
    try:
        cluster.start()
        own = dataclasses.replace(machine, postgres=cluster.environment)
        database.sql(own, f'CREATE DATABASE "{name}"')
        with locked('copies'):  # or another run, on other sources, could drop the template before it is copied
            _pour(cluster, machine, database.addon_template(machine), own, name)
        database.sql(own, "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'", name)
        yield cluster, own
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)


def _pour(cluster: OwnCluster, source: Machine, template: str, target: Machine, name: str) -> None:
    """Copy a database from the lab's server into the cluster."""
    with tempfile.NamedTemporaryFile(dir=tempfile.gettempdir(), suffix='.dump') as dump:
        for command, machine in (
            ([cluster.tool('pg_dump'), '-Fc', '-Z0', '-f', dump.name, template], source),
            ([cluster.tool('pg_restore'), '--no-owner', '-j', '2', '-d', name, dump.name], target),
        ):
            done = subprocess.run(command, env={**os.environ, **machine.postgres}, capture_output=True, text=True,
                                  check=False)
            if done.returncode:
                raise LabError(f"{Path(command[0]).name} failed: {done.stderr[-2000:]}")
