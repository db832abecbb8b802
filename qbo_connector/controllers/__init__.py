"""Controllers of the QuickBooks connector."""

from . import health, oauth, webhook
