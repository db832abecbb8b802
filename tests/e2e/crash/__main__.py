"""``python -m tests.e2e.crash <odoo.conf> <database> <simulator's address> <report.json> <claims>``.

Processes that are given the same empty folder for their claims share the work.
"""
import sys

from odoo.tools import config


def main() -> None:
    """Prepare Odoo, kill its drain at every point, and write the report."""
    conf, database, simulator_url, report, claims = sys.argv[1:]
    config.parse_config(['-c', conf], setup_logging=False)
    from .run import run  # the addon can be imported only now

    run(database, simulator_url, report, claims)


main()
