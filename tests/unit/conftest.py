"""Loads the pure core by path as the package ``qbo``, since importing it as part of the addon would import Odoo."""

import importlib.util
import sys
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / 'qbo_connector' / 'qbo'


def _load_core():
    spec = importlib.util.spec_from_file_location(
        'qbo', CORE / '__init__.py', submodule_search_locations=[str(CORE)])
    module = importlib.util.module_from_spec(spec)
    sys.modules['qbo'] = module
    spec.loader.exec_module(module)


if 'qbo' not in sys.modules:
    _load_core()


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
