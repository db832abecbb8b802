"""Dialogs: mapping, disconnecting."""

from . import qbo_disconnect_wizard, qbo_mapping_wizard
