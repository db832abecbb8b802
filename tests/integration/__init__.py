"""Tests inside real Odoo, with the QuickBooks simulator in the same process."""
