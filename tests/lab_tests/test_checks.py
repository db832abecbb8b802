"""What `make test` runs is everything, once."""
import subprocess
import sys

from tests.lab.checks import shares
from tests.lab.paths import REPO


def test_each_file_is_dealt_to_one_process_and_none_gets_much_more_than_its_share():
    files = sorted(REPO.glob('tests/integration/test_*.py'))
    assert len(files) > 40

    dealt = shares(files, 2)

    assert sorted(file for share in dealt for file in share) == files
    tests = [sum(file.read_text().count('def test_') for file in share) for share in dealt]
    assert max(tests) < 1.1 * min(tests)


def test_no_process_is_without_a_file():
    assert all(shares(sorted(REPO.glob('tests/integration/test_*.py'))[:2], 2))


def test_the_lab_starts_where_no_package_is_installed():
    command = [sys.executable, '-S', '-m', 'tests.lab', '--help']  # -S: without what pip has installed
    done = subprocess.run(command, cwd=REPO, env={}, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
