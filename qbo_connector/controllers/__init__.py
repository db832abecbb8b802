"""Controllers of the QuickBooks connector."""

from . import oauth
