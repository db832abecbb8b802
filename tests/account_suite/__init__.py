"""Odoo's own tests of accounting, with the addon and without it: the addon must not change what they find."""
