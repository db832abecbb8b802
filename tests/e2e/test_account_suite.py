"""Odoo's own tests of what the addon has its fingers in; `make account-tests` runs all of them."""
import json

from tests.account_suite import suite


def test_odoos_own_tests_find_the_same_with_the_addon_at_work_as_without_it(machine):
    assert suite.compare(machine, quick=True)

    result = json.loads(suite.RESULT.read_text())
    assert result['tests'] > 100
    assert result['entries'] > 100, "the hooks were at work"
