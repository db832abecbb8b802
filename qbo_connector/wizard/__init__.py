"""Dialogs: mapping, how a record stands, looking ahead, disconnecting, the token for monitoring."""

from . import (
    base_partner_merge,
    qbo_create_wizard,
    qbo_disconnect_wizard,
    qbo_dry_run_wizard,
    qbo_explain_wizard,
    qbo_go_live_wizard,
    qbo_health_token,
    qbo_link_wizard,
    qbo_mapping_wizard_line,
    qbo_mapping_wizard,
    qbo_mapping_file,
    qbo_preflight_wizard,
    qbo_receipt_decline,
    qbo_resolve_wizard,
    qbo_skip_wizard,
    qbo_status_wizard,
    qbo_unlink_wizard,
    qbo_undo_wizard,
)
