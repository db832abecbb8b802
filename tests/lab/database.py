"""Databases: a template with Odoo's own demo data, and on top of it one with the addon, each built once."""
import hashlib
import os
import subprocess
from pathlib import Path

from .machine import Machine
from .paths import BUILD, REPO, LabError, cache, fingerprint, locked, say

BASE_MODULES = 'account,l10n_us,l10n_uk'
# Attachments live in the database, so that a copy of the database is whole. And everybody's day is that of the tests'
# clock: where the demo data lets people live (Brussels) it is tomorrow already in the evening.
SELF_CONTAINED = """
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
env['res.partner'].with_context(active_test=False).search([('tz', '!=', False)]).tz = 'UTC'
env.cr.commit()
"""
# Debian's Odoo lacks one file of its pages, on which every browser tour would fail; and pages whose assets
# are built beforehand open at once.
PREPARED_PAGES = """
from odoo.tools.misc import file_path
missing = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'
try:
    file_path(missing)
except FileNotFoundError:
    env['ir.asset'].create({
        'name': 'Not in this Odoo', 'bundle': 'web.assets_backend', 'directive': 'remove', 'path': missing,
    })
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""


def configuration(machine: Machine, database: str, **settings) -> Path:
    """Write build/<database>.conf for Odoo and return its path; `settings` are further options."""
    options = {
        'db_name': database,
        'addons_path': machine.addons_path,
        'data_dir': cache() / 'filestore',
        'list_db': False,
        'max_cron_threads': 0,
        **settings,
    }
    BUILD.mkdir(exist_ok=True)
    path = BUILD / f'{database}.conf'
    path.write_text('[options]\n' + ''.join(f'{name} = {value}\n' for name, value in options.items()))
    return path


def base_template(machine: Machine) -> str:
    """Return the name of a database with Odoo's accounting and demo data, without the addon."""
    release = (machine.odoo.code / 'odoo/release.py').read_text()
    name = f'qbo_base_{fingerprint(release, str(machine.odoo.code), BASE_MODULES, SELF_CONTAINED)}'
    with locked('databases'):
        if not exists(machine, name):
            say("Creating a database with Odoo's demo data (about a minute) ...")
            making = f'{name}_making'
            drop(machine, making)
            odoo(machine, making, '-i', BASE_MODULES, '--with-demo', '--stop-after-init')
            odoo_shell(machine, making, SELF_CONTAINED)
            sql(machine, f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def addon_template(machine: Machine, with_test_addons: bool = False) -> str:
    """Return the name of a database with the addon as it is on disk now, on top of the base template."""
    base = base_template(machine)
    kind = 'qbo_tested' if with_test_addons else 'qbo_addon'
    addons = ['qbo_connector', *(_test_addons() if with_test_addons else ())]
    name = f'{kind}_{fingerprint(base, PREPARED_PAGES, *addons, _digest(addons))}'
    with locked('databases'):
        if not exists(machine, name):
            say("Installing the addon ...")
            making = f'{kind}_making'
            copy(machine, base, making)
            odoo(machine, making, '-i', ','.join(addons), '--stop-after-init')
            prepare_pages(machine, making)
            for outdated in databases(machine):
                if outdated.startswith(f'{kind}_') and outdated != making:
                    drop(machine, outdated)
            sql(machine, f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def own_copy(machine: Machine, purpose: str, with_test_addons: bool = False, with_addon: bool = True) -> str:
    """Return a fresh copy of a template, the addon's unless told otherwise, for this process; the caller drops it."""
    name = f'qbo_{purpose}_{os.getpid()}'
    with locked('copies'):  # or another run, on other sources, could drop the template before it is copied
        copy(machine, addon_template(machine, with_test_addons) if with_addon else base_template(machine), name)
    for other in databases(machine):
        kind, _, owner = other.rpartition('_')
        if kind == f'qbo_{purpose}' and not Path('/proc', owner).exists():
            drop(machine, other)  # left by a process that was killed
    # Only what happens from now on shall move anything, no daily job that fell due while the template lay there.
    sql(machine, "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'", name)
    return name


def prepare_pages(machine: Machine, database: str) -> None:
    """Make the pages of `database` open, and at once."""
    odoo_shell(machine, database, PREPARED_PAGES)


def odoo(machine: Machine, database: str, *options: str) -> None:
    """Run Odoo's server program on `database` with `options` and wait for its end."""
    conf = configuration(machine, database, log_level='warn', http_enable=False)
    _logged(machine, machine.odoo_command('-c', str(conf), *options), database)


def odoo_shell(machine: Machine, database: str, script: str) -> None:
    """Run `script` with an `env` of `database`."""
    conf = configuration(machine, database, log_level='warn', http_enable=False)
    _logged(machine, machine.odoo_command('shell', '-c', str(conf)), database, input=script, text=True)


def _logged(machine: Machine, command: list[str], database: str, **options) -> None:
    """Run Odoo with its output in build/<database>.log; raise LabError with the log's end when it fails."""
    path = BUILD / f'{database}.log'
    with open(path, 'ab') as log:
        done = subprocess.run(command, env=machine.environment, cwd=REPO, check=False, stdout=log,
                              stderr=subprocess.STDOUT, **options)
    if done.returncode:
        tail = '\n'.join(path.read_text(errors='replace').splitlines()[-40:])
        raise LabError(f"Odoo failed on the database {database}; the end of {path}:\n{tail}")


def sql(machine: Machine, statement: str, database: str = 'postgres') -> list[str]:
    """Run `statement` and return its answer, one string a row."""
    script = (
        'import psycopg2, sys\n'
        'connection = psycopg2.connect(dbname=sys.argv[1])\n'
        'connection.autocommit = True\n'
        'cursor = connection.cursor()\n'
        'cursor.execute(sys.argv[2])\n'
        'for row in cursor.fetchall() if cursor.description else (): print(*row, sep="|")\n'
    )
    done = machine.run(machine.python, '-c', script, database, statement, capture_output=True, text=True)
    return done.stdout.splitlines()


def databases(machine: Machine) -> list[str]:
    """Return the names of all databases of the server."""
    return sql(machine, 'SELECT datname FROM pg_database')


def exists(machine: Machine, name: str) -> bool:
    """Tell whether there is a database `name`."""
    return name in databases(machine)


def drop(machine: Machine, name: str) -> None:
    """Remove the database `name` if there is one, whoever is connected to it."""
    sql(machine, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def copy(machine: Machine, source: str, target: str) -> None:
    """Make `target` a copy of `source`, replacing an earlier `target`."""
    drop(machine, target)
    sql(machine, f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _test_addons() -> list[str]:
    return sorted(manifest.parent.name for manifest in (REPO / 'tests/addons').glob('*/__manifest__.py'))


def _digest(addons: list[str]) -> str:
    """Return a digest of every file that an installation of `addons` reads."""
    digest = hashlib.sha256()
    for parent in (REPO, REPO / 'tests/addons'):
        for path in sorted(path for addon in addons for path in (parent / addon).rglob('*')):
            if path.is_file() and '__pycache__' not in path.parts:
                digest.update(str(path.relative_to(REPO)).encode() + b'\0' + path.read_bytes())
    return digest.hexdigest()
