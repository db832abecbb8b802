"""The lab makes any Debian or Ubuntu machine ready to run real Odoo 19 with this addon.

``python3 -m tests.lab`` lists the commands. The bootstrap (``paths``, ``apt``, ``odoo_source``, ``venv``,
``postgres``, ``chromium``) runs on the plain standard library of Python 3.11, as root or not.
"""
