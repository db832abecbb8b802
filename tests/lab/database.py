"""Databases: a template with Odoo's own demo data, and on top of it one with the addon, each built once."""
import hashlib
import subprocess
from pathlib import Path

from .machine import Machine
from .paths import BUILD, REPO, cache, fingerprint, locked, say

BASE_MODULES = 'account,l10n_us,l10n_uk'
# Attachments live in the database, so that a copy of the database is whole.
SELF_CONTAINED = """
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
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


def addon_template(machine: Machine, extra: str = '') -> str:
    """Return the name of a database with the addon as it is on disk now, on top of the base template.

    `extra` is Python for Odoo's shell, run when the database is made.
    """
    base = base_template(machine)
    name = f'qbo_addon_{fingerprint(base, extra, _addon_digest())}'
    with locked('databases'):
        if not exists(machine, name):
            say("Installing the addon ...")
            making = f'{name}_making'
            copy(machine, base, making)
            odoo(machine, making, '-i', ','.join(_addons()), '--stop-after-init')
            if extra:
                odoo_shell(machine, making, extra)
            for outdated in databases(machine):
                if outdated.startswith('qbo_addon_') and outdated != making:
                    drop(machine, outdated)
            sql(machine, f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def odoo(machine: Machine, database: str, *options: str, **run) -> None:
    """Run Odoo's server program on `database` with `options` and wait for its end."""
    conf = configuration(machine, database, log_level='warn', http_enable=False)
    machine.run(*machine.odoo_command('-c', str(conf), *options), **run)


def odoo_shell(machine: Machine, database: str, script: str) -> None:
    """Run `script` with an `env` of `database`."""
    conf = configuration(machine, database, log_level='warn', http_enable=False)
    machine.run(*machine.odoo_command('shell', '-c', str(conf)), input=script, text=True,
                stdout=subprocess.DEVNULL)


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


def _addons() -> list[str]:
    manifests = sorted((REPO / 'tests/addons').glob('*/__manifest__.py'))
    return ['qbo_connector', *(manifest.parent.name for manifest in manifests)]


def _addon_digest() -> str:
    """Return a digest of every file that an installation reads."""
    digest = hashlib.sha256()
    for folder in (REPO / 'qbo_connector', REPO / 'tests/addons'):
        for path in sorted(folder.rglob('*')):
            if path.is_file() and '__pycache__' not in path.parts:
                digest.update(str(path.relative_to(REPO)).encode() + b'\0' + path.read_bytes())
    return digest.hexdigest()
