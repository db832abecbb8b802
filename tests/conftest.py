"""Keep the two kinds of pytest process apart: pure tests, and tests inside Odoo.

Pure tests run with ``-p no:odoo``; tests inside Odoo need a prepared database, named by ODOO_RC.
"""
import os

import pytest

INSIDE_ODOO = 'integration'


def _is_odoo_process(config) -> bool:
    return config.pluginmanager.hasplugin('odoo')


def pytest_configure(config):
    """Say what to do instead of failing deep inside Odoo when there is no database."""
    if _is_odoo_process(config) and not (os.environ.get('ODOO_RC') or config.getoption('--odoo-config')):
        raise pytest.UsageError(
            "`make test` runs everything; `pytest -p no:odoo tests/unit tests/simulator_tests` runs what needs no "
            "database; tests/integration needs ODOO_RC to name the configuration of a prepared database."
        )


def pytest_ignore_collect(collection_path, config):
    """Leave out the folder of the other kind; None leaves the decision to pytest."""
    folder = config.rootpath / 'tests' / INSIDE_ODOO
    inside = collection_path == folder or folder in collection_path.parents
    is_test = collection_path.is_file() and collection_path.name.startswith('test_')
    if inside and not _is_odoo_process(config):
        return True
    if is_test and not inside and _is_odoo_process(config):
        return True
    return None
