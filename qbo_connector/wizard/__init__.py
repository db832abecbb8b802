"""Wizard of the QuickBooks connector."""
