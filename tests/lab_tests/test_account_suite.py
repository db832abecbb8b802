"""What is read out of the log of Odoo's test runner, and what tells two runs apart."""
import pytest

from tests.account_suite.suite import Comparison, outcomes
from tests.lab.paths import LabError

MODULE = 'account.tests.test_x'
END = ("2026-11-21 11:06:19,813 5902 ERROR db odoo.tests.result: 1 failed, 1 error(s) of 4 tests when loading "
       "database 'db' ")


def line(text, level='INFO', module=f'odoo.addons.{MODULE}'):
    """Return a line of the log."""
    return f"2026-11-21 10:57:48,683 5902 {level} db {module}: {text}"


def log(*lines):
    """Return a log that came to its end."""
    return '\n'.join([*lines, END])


@pytest.mark.parametrize(('lines', 'outcome'), [
    ([], 'passed'),
    ([line("FAIL: TestX.test_a", 'ERROR'), "Traceback (most recent call last):"], 'failed'),
    ([line("ERROR: TestX.test_a", 'ERROR')], 'failed'),
    ([line("FAIL: Subtest TestX.test_a (lang='fr')", 'ERROR')], 'failed'),
    ([line("skipped TestX.test_a : no wkhtmltopdf")], 'skipped'),
    ([line("FAIL: TestX.test_a", 'ERROR', 'odoo.addons.sale.tests.test_x')], 'passed'),
])
def test_a_test_passes_fails_or_is_skipped(lines, outcome):
    assert outcomes(log(line("Starting TestX.test_a ... "), *lines)) == {f'{MODULE}:TestX.test_a': outcome}


def test_a_class_that_cannot_be_set_up_is_an_outcome_of_its_own():
    broken = f"setUpClass (odoo.addons.{MODULE}.TestX)"
    assert outcomes(log(line(f"ERROR: {broken}", 'ERROR'))) == {broken: 'failed'}


def test_a_run_that_did_not_end_is_no_result():
    with pytest.raises(LabError, match="did not come to their end"):
        outcomes(line("Starting TestX.test_a ... "))


def test_the_same_failures_on_both_sides_are_no_difference():
    both = {'a': 'passed', 'b': 'failed'}
    assert Comparison(both, dict(both), entries=1).same


@pytest.mark.parametrize(('with_addon', 'pair'), [
    ({'a': 'passed', 'b': 'failed'}, ('passed', 'failed')), ({'a': 'passed'}, ('passed', 'missing'))])
def test_one_outcome_that_changes_is_named(with_addon, pair):
    comparison = Comparison({'a': 'passed', 'b': 'passed'}, with_addon, entries=1)
    assert comparison.differences == {'b': pair}
    assert not comparison.same
    assert f"b: {pair[0]} without, {pair[1]} with" in str(comparison)


def test_an_addon_that_did_nothing_proves_nothing():
    assert not Comparison({'a': 'passed'}, {'a': 'passed'}, entries=0).same
    assert not Comparison({}, {}, entries=1).same
