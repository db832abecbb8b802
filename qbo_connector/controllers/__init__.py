"""Controllers of the QuickBooks connector."""

from . import export, health, oauth, webhook
