"""Addons that exist for the tests only."""
