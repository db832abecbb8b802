"""``python3 -m tests.lab <command>``."""
import argparse
import shlex
import sys

from . import database
from .machine import ready
from .paths import LabError, cache, say


def setup() -> None:
    """Fetch and build everything."""
    with ready() as machine:
        say(f"Ready: Odoo in {machine.odoo.code}, Python {machine.python}")


def start() -> None:
    """Start PostgreSQL and leave it running; prints the environment for a shell (eval it)."""
    (cache() / 'postgres.keep').touch()
    with ready() as machine:
        for name in ('PATH', 'PYTHONPATH', *machine.postgres):
            print(f'export {name}={shlex.quote(machine.environment[name])}')
        print(f'export ODOO_ADDONS_PATH={shlex.quote(machine.addons_path)}')
        print(f'export ODOO_BIN={shlex.quote(str(machine.odoo.binary))}')
        print(f'export ODOO_BASE_DB={database.base_template(machine)}')


def base() -> None:
    """Build the template database without the addon and print its name."""
    with ready() as machine:
        print(database.base_template(machine))


def stop() -> None:
    """Stop the PostgreSQL that start left running."""
    (cache() / 'postgres.keep').unlink(missing_ok=True)
    with ready():
        pass


COMMANDS = {'setup': setup, 'start': start, 'base': base, 'stop': stop}


def main() -> int:
    """Run the command named on the command line."""
    parser = argparse.ArgumentParser(prog='python3 -m tests.lab', description=__doc__)
    commands = parser.add_subparsers(dest='command', required=True)
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__)
    try:
        COMMANDS[parser.parse_args().command]()
    except LabError as error:
        say(str(error))
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
