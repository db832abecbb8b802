"""Pure Python core of the QuickBooks Online connector.

Everything in this package works without Odoo and without a database: hosts and OAuth 2.0,
the HTTP client, the classification of faults, retry delays, encryption at rest, money, names,
and the translation of documents (frozen dataclasses) into the JSON that QuickBooks takes.

Rules of the house, guarded by ``tests/unit/test_architecture.py``: no ``odoo`` import in here, only
relative imports of our own code, and nothing outside this package talks HTTP.
"""
