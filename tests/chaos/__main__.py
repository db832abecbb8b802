"""``python -m tests.chaos``: spend a night; the exit code tells whether the books agree."""
import argparse
import secrets
import sys

from tests.lab.machine import ready
from tests.lab.paths import LabError, say

from .night import Plan, spend


def main() -> int:
    """Run with the options of the command line."""
    parser = argparse.ArgumentParser(prog='python -m tests.chaos', description=__doc__)
    parser.add_argument('--seed', default='', help="of an earlier night; a new one by default")
    parser.add_argument('--kills', type=int, default=Plan.kills)
    parser.add_argument('--people', type=int, default=Plan.people)
    parser.add_argument('--size', type=float, default=Plan.size, help="of the backlog, 1 is about 300 entries")
    parser.add_argument('--rate', type=float, default=Plan.rate, help="share of the calls that the weather strikes")
    parser.add_argument('--slow-seconds', type=float, default=Plan.slow_seconds, help="the slowest answer")
    parser.add_argument('--latency', type=float, default=Plan.latency, help="seconds that any answer may take")
    parser.add_argument('--outlast', type=float, default=Plan.outlast, help="seconds of bad weather after the kills")
    options = vars(parser.parse_args())
    options['seed'] = options['seed'] or str(secrets.randbelow(10 ** 6))
    try:
        with ready() as machine:
            outcome = spend(machine, Plan(**options))
    except LabError as error:
        say(f"{error}\nThe seed was {options['seed']}.")
        return 1
    print(outcome.text())
    return 0 if outcome.good else 1


if __name__ == '__main__':
    sys.exit(main())
