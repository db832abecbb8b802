"""Test addon: analytic accounts as QuickBooks classes."""

from . import analytic_class
