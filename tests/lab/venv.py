"""The virtual environment with everything Odoo 19, the addon and the tests import."""
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from .apt import PrivateApt, this_machine
from .paths import REPO, built_once, fingerprint, say

REQUIREMENTS = ('requirements.txt', 'tests/requirements-odoo.txt', 'tests/requirements.txt')


def python() -> Path:
    """Return the environment's Python, making the environment when its requirements changed."""
    texts = [(REPO / name).read_text() for name in REQUIREMENTS]
    name = f'venv-{sys.version_info[0]}.{sys.version_info[1]}-{fingerprint(sys.base_prefix, *texts)}'
    return built_once(name, _make) / 'bin/python'


def _make(folder: Path) -> None:
    say("Installing Python packages ...")
    subprocess.run([_own_python(), '-m', 'venv', '--without-pip', folder], check=True)
    command = [folder / 'bin/python', '-m', 'pip', 'install', '-qq', '--no-warn-script-location']
    for name in REQUIREMENTS:
        command += ['-r', REPO / name]
    subprocess.run(command, check=True, env=_with_pip(folder))


def _own_python() -> str:
    """Return the machine's Python, also when this one is an environment's."""
    return getattr(sys, '_base_executable', sys.executable)


def _with_pip(folder: Path) -> dict[str, str]:
    """Give `folder` a pip: the standard library's, or where Debian left it out, Debian's package."""
    if importlib.util.find_spec('ensurepip'):
        subprocess.run([folder / 'bin/python', '-m', 'ensurepip', '--default-pip'],
                       check=True, stdout=subprocess.DEVNULL)
        return {**os.environ, 'PYTHONPATH': ''}
    machine = this_machine()
    apt = PrivateApt(folder / 'apt', (machine.codename,), machine)
    apt.unpack(['python3-pip', 'python3-setuptools', 'python3-wheel'], folder / 'apt/root')
    return {**os.environ, 'PYTHONPATH': str(folder / 'apt/root/usr/lib/python3/dist-packages')}
