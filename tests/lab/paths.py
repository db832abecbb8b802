"""Where the lab keeps what it downloads and builds, and the one way of building it.

Everything lies under ``${XDG_CACHE_HOME:-~/.cache}/qbo_connector`` and can be deleted at any time.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
BUILD = REPO / 'build'
STAMP = '.complete'


class LabError(Exception):
    """Something a person has to know about the machine; the text is the whole message."""


def cache() -> Path:
    """Return the lab's cache folder, created when it is not there."""
    base = os.environ.get('XDG_CACHE_HOME') or Path('~/.cache').expanduser()
    folder = Path(base) / 'qbo_connector'
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fingerprint(*texts: str) -> str:
    """Return a short name for what was built from `texts`."""
    return hashlib.sha256('\0'.join(texts).encode()).hexdigest()[:12]


def say(text: str) -> None:
    """Tell the person who waits what is going on."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Let only one process of this machine's user do `name` at a time."""
    with open(cache() / f'{name}.lock', 'w') as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def built_once(name: str, build: Callable[[Path], None]) -> Path:
    """Return the cache folder `name`, letting `build` fill it if no earlier run completed it.

    Whole is what carries the stamp, set last: what an interrupted run left is removed and built anew.
    (It is not filled under another name: a virtual environment does not survive being renamed.)
    """
    folder = cache() / name
    if (folder / STAMP).exists():
        return folder
    with locked(name):
        if not (folder / STAMP).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            (folder / STAMP).touch()
    return folder
