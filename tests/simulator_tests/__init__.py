"""Tests of the QuickBooks simulator."""
