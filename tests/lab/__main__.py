"""``python3 -m tests.lab <command>``."""
import argparse
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.account_suite import suite as account_suite
from tests.bench import figures as bench_figures
from tests.bench import measures
from tests.bench import plan as bench_plan
from tests.bench import stage as benchmark

from . import checks, database, postgres, retail, venv
from . import demo as demonstration
from . import screenshots as pictures
from . import translations as texts
from .machine import ready
from .paths import BUILD, REPO, LabError, cache, say


def setup(_options) -> bool:
    """Fetch and build everything the other commands need."""
    with ready() as machine:
        database.base_template(machine)
        say(f"Ready: Odoo in {machine.odoo.code}, Python {machine.python}")
    return True


def start(_options) -> bool:
    """Start PostgreSQL, leave it running, and print the environment for a shell to eval."""
    (cache() / 'postgres.keep').touch()
    with ready() as machine:
        exports = {name: machine.environment[name] for name in ('PATH', 'PYTHONPATH', *machine.postgres)}
        exports['ODOO_ADDONS_PATH'] = machine.addons_path
        exports['ODOO_BIN'] = str(machine.odoo.binary)
        exports['ODOO_BASE_DB'] = database.base_template(machine)
        for name, value in exports.items():
            print(f'export {name}={shlex.quote(value)}')
    return True


def stop(_options) -> bool:
    """Stop the PostgreSQL that start left running."""
    (cache() / 'postgres.keep').unlink(missing_ok=True)
    with ready():
        pass
    return True


def test(options) -> bool:
    """Run the tests, or only the named stages of them."""
    with ready() as machine:
        return checks.test(machine, options.stages)


def lint(_options) -> bool:
    """Run the linters."""
    with ready(with_database=False) as machine:
        return checks.lint(machine)


def demo(options) -> bool:
    """Show Odoo and QuickBooks with the same books; serves until Ctrl-C."""
    with ready() as machine:
        return demonstration.demo(machine, options.once, options.input, options.vat)


def screenshots(options) -> bool:
    """Take the pictures of the README, the manual and the Apps page anew, from a real run in Chromium."""
    with ready() as machine:
        pictures.take(machine, options.only)
    return True


def translations(_options) -> bool:
    """Write the template of all texts anew, and bring the languages in line with it."""
    with ready() as machine:
        texts.update(machine)
    return True


def bench(options) -> bool:
    """Measure what the connector costs; writes build/bench.json."""
    with ready() as machine, benchmark.stub(machine) as stub, benchmark.Stage(machine, stub) as stage:
        sizes = replace(measures.QUICK if options.quick else measures.Sizes(), profile=options.profile)
        figures = bench_plan.measure(stage, sizes, options.only or bench_plan.KEYS)
    bench_figures.write(figures, BUILD / 'bench.json')
    print(bench_figures.table(figures))
    return options.quick or all(figure.met for figure in figures)


def chaos(options) -> bool:
    """Kill Odoo and PostgreSQL while they sync in bad weather, and compare the books."""
    with ready() as machine:
        # In the environment that has PostgreSQL's client library: this one need not.
        command = [str(machine.python), '-m', 'tests.chaos', '--seed', options.seed, '--kills', str(options.kills)]
        return not subprocess.run(command, env=machine.environment, cwd=REPO, check=False).returncode


def both_ways(options) -> bool:
    """Let people work in Odoo and in QuickBooks at once while webhooks fail and Odoo is killed; compare the books."""
    with ready() as machine:
        command = [str(machine.python), '-m', 'pytest', '-p', 'no:odoo', 'tests/e2e/test_both_ways.py']
        sizes = {'QBO_BOTH_WAYS': str(options.documents), 'QBO_FORGERIES': str(options.forgeries)}
        return not subprocess.run(command, env={**machine.environment, **sizes}, cwd=REPO, check=False).returncode


def account_tests(options) -> bool:
    """Run Odoo's own tests of accounting with the addon and without it, and compare them one by one."""
    with ready() as machine:
        return account_suite.compare(machine, options.quick)


def clean(_options) -> bool:
    """Remove everything the lab ever downloaded or built."""
    if (cache() / 'postgres.users').exists() and list(cache().glob('venv-*')):
        postgres.remove(venv.python())
    shutil.rmtree(cache())
    return True


def main() -> int:
    """Run the command named on the command line."""
    parser = argparse.ArgumentParser(prog='python3 -m tests.lab', description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(function):
        sub = commands.add_parser(function.__name__.replace('_', '-'), help=function.__doc__)
        sub.set_defaults(function=function)
        return sub

    for function in (setup, start, stop, lint, translations, clean):
        command(function)
    command(test).add_argument('stages', nargs='*', metavar='stage', help=', '.join(checks.STAGES))
    command(screenshots).add_argument(
        '--only', type=lambda text: tuple(text.split(',')), default=(), metavar='name,...', help="keep these alone")
    bench_options = command(bench)
    bench_options.add_argument('--only', type=bench_plan.keys, default=[], metavar='key,...',
                               help=f"only some of {', '.join(bench_plan.KEYS)}")
    bench_options.add_argument('--profile', action='store_true',
                               help="with cpu_ratio: write a profile of the engine to build/bench-profile.txt")
    bench_options.add_argument('--quick', action='store_true', help="tiny sizes: shows that it works, measures nothing")
    sizes = command(both_ways)
    sizes.add_argument('--documents', type=int, default=500)
    sizes.add_argument('--forgeries', type=int, default=10_000)
    show = command(demo)
    show.add_argument('--once', action='store_true', help="exit when the books are compared")
    show.add_argument('--input', type=Path, help="invoices to load: a CSV file in Online Retail's format, or .csv.gz")
    show.add_argument('--vat', choices=(retail.EXCLUDED, retail.INCLUDED),
                      help="with 20 %% UK VAT on every line of the file, on top of its price or inside it")
    storm = command(chaos)
    storm.add_argument('--seed', default='', help="of an earlier run, to see it again; a new one by default")
    storm.add_argument('--kills', type=int, default=60, help="how many times something is killed")
    command(account_tests).add_argument(
        '--quick', action='store_true', help="only the classes that concern what the addon does")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as after Ctrl-C
    try:
        return 0 if options.function(options) else 1
    except (LabError, subprocess.CalledProcessError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130


if __name__ == '__main__':
    sys.exit(main())
