"""A Chromium for the browser tours: the machine's own, else Debian's package, unpacked."""
import os
import shutil
import subprocess
from pathlib import Path

from .apt import PrivateApt, this_machine
from .paths import LabError, built_once, say

# The names, and the order, in which Odoo looks for a browser.
NAMES = ('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable')
STARTER = """#!/bin/sh
LD_LIBRARY_PATH={libraries} exec {program} --disable-background-networking "$@"
"""


def folder_on_path() -> str:
    """Return a folder to put on PATH so that Odoo finds a browser; empty when it already does."""
    for name in NAMES:
        if (program := shutil.which(name)) and _works(program):
            return ''
    machine = this_machine()
    if machine.name != 'debian':
        raise LabError("The browser tours need Chromium or Google Chrome: install one and run this again.")
    return str(built_once(f'chromium-{machine.codename}', _fetch) / 'bin')


def _fetch(folder: Path) -> None:
    say("Fetching Chromium (100 MB) ...")
    machine = this_machine()
    apt = PrivateApt(folder / 'apt', (machine.codename,), machine)
    apt.unpack(apt.missing_for('chromium'), folder)
    shutil.rmtree(folder / 'apt')
    libraries = sorted({str(path.parent) for path in (folder / 'usr/lib').glob('*-linux-gnu*/**/*.so*')})
    starter = folder / 'bin/chromium'
    starter.parent.mkdir(exist_ok=True)
    starter.write_text(STARTER.format(libraries=os.pathsep.join(libraries),
                                      program=folder / 'usr/lib/chromium/chromium'))
    starter.chmod(0o755)
    if not _works(str(starter)):
        raise LabError(f"{starter} does not start; install Chromium or Google Chrome and run this again.")


def _works(program: str) -> bool:
    """Tell whether `program` really is a browser (Ubuntu's chromium-browser only asks for a snap)."""
    done = subprocess.run([program, '--version'], capture_output=True, text=True, check=False)
    return done.returncode == 0 and 'Chrom' in done.stdout
