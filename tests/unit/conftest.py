"""Loads the pure core by path as the package ``qbo``, since importing it as part of the addon would import Odoo.

And says how many examples a property test draws: see :data:`HYPOTHESIS_PROFILE` in the environment.
"""

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

CORE = Path(__file__).resolve().parents[2] / 'qbo_connector' / 'qbo'


def _load_core():
    spec = importlib.util.spec_from_file_location(
        'qbo', CORE / '__init__.py', submodule_search_locations=[str(CORE)])
    module = importlib.util.module_from_spec(spec)
    sys.modules['qbo'] = module
    spec.loader.exec_module(module)


if 'qbo' not in sys.modules:
    _load_core()

# The same examples at every run, so that a change is judged and not luck; new ones every night.
settings.register_profile('fixed', max_examples=500, deadline=None, derandomize=True)
settings.register_profile('nightly', max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get('HYPOTHESIS_PROFILE', 'fixed'))


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch):
    """Proxies and certificate bundles of the machine must not decide about a test."""
    for name in ('http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server():
    """A scripted HTTP server on this machine, see :class:`.server.ScriptedServer`."""
    from .server import ScriptedServer

    with ScriptedServer() as running:
        yield running
