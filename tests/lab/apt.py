"""Unpack Debian packages into a folder without installing them: no root, nothing on the system touched.

The mirror is the one this machine's own apt uses.
"""
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .paths import LabError

NO_APT = (
    "Odoo 19 is fetched from this machine's Debian or Ubuntu mirror, but %s.\n"
    "Point ODOO_HOME at an Odoo 19 you already have (the folder with odoo-bin) and run this again."
)
KEYRINGS = '/usr/share/keyrings/%s-archive-keyring.gpg'
SOURCE = """Types: deb
URIs: %(mirror)s
Suites: %(suite)s
Components: %(components)s
Signed-By: %(keyring)s

"""


@dataclass(frozen=True)
class Distribution:
    """What this machine runs, and which suite of it carries the newest packages."""

    name: str
    codename: str
    newest: str
    font_suite: str
    components: str


def this_machine() -> Distribution:
    """Read the machine's distribution from os-release; raise LabError where it is another one."""
    release = Path('/etc/os-release')
    lines = release.read_text().splitlines() if release.exists() else []
    facts = dict(line.replace('"', '').split('=', 1) for line in lines if '=' in line)
    codename = facts.get('VERSION_CODENAME', '')
    if facts.get('ID') == 'debian':
        return Distribution('debian', codename, 'sid', 'bookworm', 'main')
    if facts.get('ID') == 'ubuntu':
        return Distribution('ubuntu', codename, 'devel', 'jammy', 'main universe')
    raise LabError(NO_APT % "this is neither Debian nor Ubuntu")


class PrivateApt:
    """An apt of our own: own sources, own lists, own cache, all inside `folder`."""

    def __init__(self, folder: Path, suites: tuple[str, ...], machine: Distribution):
        if not shutil.which('apt-get') or not shutil.which('dpkg-deb'):
            raise LabError(NO_APT % "there is no apt-get here")
        self.folder = folder
        for part in ('lists/partial', 'cache/archives/partial', 'parts', 'debs'):
            (folder / part).mkdir(parents=True, exist_ok=True)
        keyring = KEYRINGS % machine.name
        if not Path(keyring).exists():
            raise LabError(NO_APT % f"its keyring {keyring} is missing")
        mirror = self._mirror(machine)
        (folder / 'apt.sources').write_text(''.join(
            SOURCE % {'mirror': mirror, 'suite': suite, 'components': machine.components, 'keyring': keyring}
            for suite in suites
        ))
        self._apt('apt-get', 'update', '-qq', *self._private())

    def unpack(self, packages: list[str], root: Path) -> None:
        """Download `packages` (name, or name/suite) and unpack them into `root`."""
        debs = self.folder / 'debs'
        self._apt('apt-get', *self._private(), 'download', '-qq', *packages, cwd=debs)
        for deb in sorted(debs.glob('*.deb')):
            subprocess.run(['dpkg-deb', '-x', deb, root], check=True)
            deb.unlink()

    def missing_for(self, package: str) -> list[str]:
        """Return what an installation of `package` would add to what this machine already has."""
        plan = self._apt(
            'apt-get', *self._private(status='/var/lib/dpkg/status'), '-o', 'Debug::NoLocking=1',
            '--no-install-recommends', '-s', 'install', package,
        )
        return [line.split()[1] for line in plan.splitlines() if line.startswith('Inst ')]

    def _private(self, status: str = '/dev/null') -> list[str]:
        settings = {
            'Dir::Etc::sourcelist': self.folder / 'apt.sources',
            'Dir::Etc::sourceparts': self.folder / 'parts',
            'Dir::State::lists': self.folder / 'lists',
            'Dir::State::status': status,
            'Dir::Cache': self.folder / 'cache',
            # As root apt would download as its own user, who may not enter a home folder.
            'APT::Sandbox::User': 'root',
        }
        return [word for name, value in settings.items() for word in ('-o', f'{name}={value}')]

    def _mirror(self, machine: Distribution) -> str:
        own_lists = ['-o', f'Dir::State::lists={self.folder / "lists"}', '-o', f'Dir::Cache={self.folder / "cache"}']
        for options in ([], own_lists):
            if options:  # a fresh container has no lists yet: read the configured ones into our own folder
                self._apt('apt-get', 'update', '-qq', '-o', 'APT::Sandbox::User=root', *options)
            targets = self._apt(
                'apt-get', 'indextargets', *options,
                '--format', '$(REPO_URI) $(LABEL)', 'Created-By: Packages',
            )
            for line in targets.splitlines():
                address, _, label = line.partition(' ')
                if label.strip().lower() == machine.name:
                    return address
        raise LabError(NO_APT % f"apt here knows no {machine.name.title()} mirror")

    @staticmethod
    def _apt(*command, cwd: Path | None = None) -> str:
        done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(NO_APT % f"apt said:\n{done.stderr.strip()}\nand so it failed")
        return done.stdout
