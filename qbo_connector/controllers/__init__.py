"""Controllers of the QuickBooks connector."""
