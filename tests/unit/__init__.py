"""Tests of the pure core: no Odoo, no database, no network but this machine."""
