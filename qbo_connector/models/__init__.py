"""Rows, state and hooks of the QuickBooks connector."""

from . import (
    qbo_connection,
    qbo_connection_oauth,
    qbo_connection_sending,
    qbo_credential,
    qbo_governor,
    qbo_oauth_state,
    qbo_reference,
    qbo_mapping,
    qbo_mapping_suggestion,
    qbo_binding,
    qbo_queue_entry,
    qbo_queue_drain,
    qbo_queue_push,
    qbo_queue_outcome,
    qbo_syncable,
    account_move,
    account_partial_reconcile,
    account_payment,
    product,
    res_partner,
)
