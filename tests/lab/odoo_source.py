"""Find Odoo 19: the one the user has (ODOO_HOME, or importable), else Debian's package, unpacked."""
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .apt import PrivateApt, this_machine
from .paths import LabError, built_once, say

# The package's files link to these packages' files by relative links: same root, nothing dangling.
LINKED = [
    'libjs-jquery', 'libjs-jquery-form', 'libjs-underscore', 'fonts-roboto-unhinted',
    'fonts-montserrat', 'fonts-inconsolata', 'fonts-ocr-b',
]


@dataclass(frozen=True)
class Odoo:
    """Where Odoo's Python code is, and how its server is started."""

    code: Path
    binary: Path

    @property
    def addons(self) -> list[Path]:
        """The folders with Odoo's own addons."""
        return [folder for folder in (self.code / 'addons', self.code / 'odoo/addons') if folder.is_dir()]


def find_odoo() -> Odoo:
    """Return the Odoo to use, fetching it when the machine has none."""
    home = os.environ.get('ODOO_HOME')
    if home:
        return _at(Path(home).expanduser().resolve())
    spec = importlib.util.find_spec('odoo')
    if spec and spec.submodule_search_locations:
        code = Path(next(iter(spec.submodule_search_locations))).parent
        binary = shutil.which('odoo') or shutil.which('odoo-bin')
        if (code / 'odoo/release.py').exists() and binary:
            return Odoo(code, Path(binary))
    return _at(built_once('odoo-19', _fetch))


def _at(home: Path) -> Odoo:
    for code, binary in (
        (home, home / 'odoo-bin'),
        (home / 'usr/lib/python3/dist-packages', home / 'usr/bin/odoo'),
    ):
        if (code / 'odoo/release.py').exists() and binary.exists():
            return Odoo(code, binary)
    raise LabError(f"ODOO_HOME={home} is no Odoo: it has neither odoo-bin nor usr/bin/odoo.")


def _fetch(folder: Path) -> None:
    say("Fetching Odoo 19 (120 MB) ...")
    machine = this_machine()
    apt = PrivateApt(folder / 'apt', (machine.newest, machine.font_suite), machine)
    # Font Awesome 4.7 is what Odoo's pages use; newer packages lack its web fonts.
    font = f'fonts-font-awesome/{machine.font_suite}'
    apt.unpack(['odoo-19', font, *(f'{name}/{machine.newest}' for name in LINKED)], folder)
    shutil.rmtree(folder / 'apt')
