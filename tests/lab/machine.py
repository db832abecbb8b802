"""One object that stands for a ready machine: Odoo, Python, PostgreSQL and how to run things on them."""
import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import postgres, venv
from .odoo_source import Odoo, find_odoo
from .paths import BUILD, REPO, LabError, cache


@dataclass(frozen=True)
class Machine:
    """What a command of ours runs on."""

    odoo: Odoo
    python: Path
    postgres: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The process environment in which Odoo, pytest and psycopg2 find everything."""
        path = os.pathsep.join([str(self.python.parent), os.environ.get('PATH', os.defpath)])
        code = os.pathsep.join([str(self.odoo.code), str(REPO)])
        return {**os.environ, **self.postgres, 'PATH': path, 'PYTHONPATH': code, 'PYTHONUNBUFFERED': '1'}

    @property
    def addons_path(self) -> str:
        """Odoo's addons, this repository's, and those the tests bring."""
        return ','.join(map(str, [*self.odoo.addons, REPO, *self._test_addons]))

    @property
    def _test_addons(self) -> list[Path]:
        folder = REPO / 'tests/addons'
        return [folder] if folder.is_dir() else []

    def odoo_command(self, *options: str) -> list[str]:
        """Return the command line of Odoo's server with `options`."""
        return [str(self.python), str(self.odoo.binary), *options]

    def run(self, *command, **options) -> subprocess.CompletedProcess:
        """Run `command` in the environment; raise LabError when it fails."""
        words = list(map(str, command))
        done = subprocess.run(words, env=self.environment, cwd=REPO, check=False, **options)
        if done.returncode:
            raise LabError(f"{' '.join(words)[:300]} ended with {done.returncode}. {done.stderr or ''}")
        return done


@contextlib.contextmanager
def ready(with_database: bool = True) -> Iterator[Machine]:
    """Make the machine ready and yield it; PostgreSQL runs inside the block."""
    BUILD.mkdir(exist_ok=True)
    (cache() / 'filestore').mkdir(exist_ok=True)
    odoo, python = find_odoo(), venv.python()
    with postgres.running(python) if with_database else contextlib.nullcontext({}) as server:
        yield Machine(odoo, python, server)
