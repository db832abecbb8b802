"""Real processes: an Odoo server on a database, and the QuickBooks simulator, each with a log in build/."""
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import database
from .machine import Machine
from .paths import BUILD, REPO, LabError

START_SECONDS = 90
STOP_SECONDS = 20
HOST = '127.0.0.1'
PR_SET_PDEATHSIG = 1


class Service:
    """A server process and the processes it starts; use it as a context manager or call start and stop."""

    def __init__(self, machine: Machine, name: str, command: list[str], port: int, health: str,
                 host: str = HOST):
        self.machine = machine
        self.name = name
        self.command = command
        self.port = port
        self.host = host
        self.health = health
        self.log = BUILD / f'{name}.log'
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """The address it serves, without a slash at the end."""
        return f'http://{self.host}:{self.port}'

    def start(self) -> 'Service':
        """Start the process and return when it answers; raise LabError with the log's end if it does not."""
        BUILD.mkdir(exist_ok=True)
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(self.command, cwd=REPO, env=self.machine.environment, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True,
                                            preexec_fn=_end_with_parent)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise LabError(f"{self.name} did not start; the end of {self.log}:\n{self.tail()}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Ask the process to end, and end it when it does not."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process and all it started at once, as a power cut would (kill -9)."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def tail(self, lines: int = 25) -> str:
        """Return the end of the log."""
        return '\n'.join(self.log.read_text(errors='replace').splitlines()[-lines:])

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + self.health, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> 'Service':
        return self.start()

    def __exit__(self, *_exception) -> None:
        self.stop()


def _end_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is gone, however it went."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def simulator(machine: Machine, port: int | None = None) -> Service:
    """Return the QuickBooks simulator as a service, not started yet."""
    port = port or free_port()
    command = [str(machine.python), '-m', 'tests.simulator', '--port', str(port), '--host', HOST]
    return Service(machine, f'simulator-{port}', command, port, '/')


def odoo_server(machine: Machine, name: str, simulator_url: str, port: int | None = None, workers: int = 0,
                cron_threads: int = 1, **settings) -> Service:
    """Return an Odoo server on the database `name` as a service, not started yet.

    With `workers` it runs prefork, each worker and cron worker a process of its own; without, threads.
    """
    port = port or free_port()
    conf = database.configuration(
        machine, name, http_interface=HOST, http_port=port, gevent_port=free_port(), workers=workers,
        max_cron_threads=cron_threads, qbo_simulator_url=simulator_url, log_level='info',
        limit_time_real=600, limit_time_cpu=600, **settings,
    )
    # By the name a person types: Odoo takes its own address, and so the redirect URI, from the login.
    return Service(machine, f'odoo-{name}', machine.odoo_command('-c', str(conf)), port, '/web/health', 'localhost')


def free_port(wanted: int | None = None) -> int:
    """Return a TCP port nobody listens on: `wanted` if it is free."""
    for port in filter(lambda port: port is not None, (wanted, 0)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return probe.getsockname()[1]
    raise LabError("There is no free TCP port.")
