"""Dialogs: mapping, disconnecting, the token for monitoring."""

from . import qbo_disconnect_wizard, qbo_health_token, qbo_mapping_wizard
