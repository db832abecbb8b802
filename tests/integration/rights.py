"""Who may do what: the tables that test_rights.py walks the registry with.

Whoever adds a model, a field on one of Odoo's models, a route or a public method adds a line here, or the test fails.
Roles are cumulative: what is given from a role on, all later ones have too.
"""

ROLES = ('public', 'portal', 'internal', 'user', 'accountant', 'administrator')
NOBODY = 'nobody'

# model -> (who reads, who writes, creates and deletes), with Odoo's own access rights. Odoo lets everybody see and
# alter transient rows only of rules' making, so wizards need a rule like everything else.
MODELS = {
    'qbo.audit': ('accountant', NOBODY),
    'qbo.binding': ('user', NOBODY),
    'qbo.connection': ('user', 'administrator'),
    'qbo.credential': (NOBODY, NOBODY),
    'qbo.credit.application': ('user', NOBODY),
    'qbo.customer.currency': ('user', NOBODY),
    'qbo.cutover': ('user', 'accountant'),
    'qbo.cutover.line': ('user', NOBODY),
    'qbo.disconnect.wizard': ('administrator', 'administrator'),
    'qbo.dry.run.kind': ('accountant', 'accountant'),
    'qbo.dry.run.wizard': ('accountant', 'accountant'),
    'qbo.go.live.check': ('administrator', 'administrator'),
    'qbo.go.live.wizard': ('administrator', 'administrator'),
    'qbo.governor': (NOBODY, NOBODY),
    'qbo.health.token': (NOBODY, NOBODY),  # is for those who administer Odoo itself
    'qbo.link.wizard': ('accountant', 'accountant'),
    'qbo.mapping': ('user', 'accountant'),
    'qbo.mapping.wizard': ('accountant', 'accountant'),
    'qbo.mapping.wizard.line': ('accountant', 'accountant'),
    'qbo.match': ('user', 'accountant'),
    'qbo.oauth.state': (NOBODY, NOBODY),
    'qbo.preflight.problem': ('accountant', 'accountant'),
    'qbo.preflight.step': ('accountant', 'accountant'),
    'qbo.preflight.wizard': ('accountant', 'accountant'),
    'qbo.queue.cause': ('user', NOBODY),
    'qbo.queue.entry': ('user', NOBODY),
    'qbo.reference': ('user', NOBODY),
    'qbo.status.wizard': ('user', 'user'),
    'qbo.resolve.wizard': ('accountant', 'accountant'),
    'qbo.skip.wizard': ('accountant', 'accountant'),
    'qbo.tax.combination': ('user', NOBODY),
    'qbo.unlink.wizard': ('accountant', 'accountant'),
    'qbo.usage': ('user', NOBODY),
}
# Models whose rows a user of another company may see: they hold nothing of any company.
SHARED = ('qbo.health.token',)

# Fields on Odoo's own models, whoever defines them -> who sees them.
CORE_FIELDS = {
    'qbo_changed': 'user',
    'qbo_connected': 'user',
    'qbo_currency_ids': 'user',
    'qbo_differs': 'user',
    'qbo_entry_count': 'user',
    'qbo_entry_id': 'user',
    'qbo_excluded': 'accountant',
    'qbo_fixable': 'user',
    'qbo_in_us': 'user',
    'qbo_keep_audit_days': 'public',  # of the settings, which only who administers Odoo opens
    'qbo_keep_settled_days': 'public',
    'qbo_message': 'user',
    'qbo_notice': 'user',
    'qbo_number': 'user',
    'qbo_sales_tax': 'accountant',
    'qbo_state': 'user',
    'qbo_url': 'user',
}
# Fields on our models that not all readers of the model see; all whose names match SENSITIVE have to be here.
SENSITIVE = ('secret', 'token', 'payload', 'answer', 'hash', 'password', 'client_id', 'key')
FIELDS = {
    'qbo.binding.content_hash': 'user',  # of what was sent, it tells nothing
    'qbo.binding.sync_token': 'user',  # a counter of QuickBooks' versions
    'qbo.connection.client_id': 'administrator',
    'qbo.connection.client_secret': 'administrator',
    'qbo.connection.has_client_secret': 'user',
    'qbo.credential.access_token_enc': NOBODY,
    'qbo.credential.client_secret_enc': NOBODY,
    'qbo.credential.refresh_token_enc': NOBODY,
    'qbo.health.token.token': NOBODY,
    'qbo.oauth.state.state_hash': NOBODY,
    'qbo.preflight.step.payload': 'accountant',  # made of the document that the accountant opened
    'qbo.preflight.wizard.payload': 'accountant',
    'qbo.reference.sync_token': 'user',
    'qbo.resolve.wizard.holder_token': 'accountant',
    'qbo.tax.combination.key': 'user',  # the ids of the taxes
    'qbo.queue.cause.key': 'user',
    'qbo.queue.entry.answer': 'administrator',
    'qbo.queue.entry.content_hash': 'user',
    'qbo.queue.entry.payload': 'administrator',
    'qbo.queue.entry.payload_hash': 'user',
}

# Public methods: callable by RPC and by buttons -> who may. For those of a mixin the mixin stands here.
METHODS = {
    'product.template.action_qbo_check': 'accountant',
    'product.template.action_qbo_link': 'accountant',
    'product.template.action_qbo_fix': 'user',
    'product.template.action_qbo_preview': 'accountant',
    'product.template.action_qbo_push': 'accountant',
    'product.template.action_qbo_retry': 'accountant',
    'qbo.audit.action_open_records': 'accountant',
    'qbo.binding.action_end': 'accountant',
    'qbo.badge.action_qbo_open': 'user',
    'qbo.badge.action_qbo_status': 'user',
    'qbo.binding.action_open_record': 'user',
    'qbo.binding.action_qbo_open': 'user',
    'qbo.connection.action_adopt': 'administrator',
    'qbo.connection.action_connect': 'administrator',
    'qbo.connection.action_disconnect': 'administrator',
    'qbo.connection.action_open_dry_run': 'accountant',
    'qbo.connection.action_open_drift': 'user',
    'qbo.connection.action_open_cutover': 'accountant',
    'qbo.connection.action_open_failed': 'user',
    'qbo.connection.action_open_go_live': 'administrator',
    'qbo.connection.action_open_links': 'user',
    'qbo.connection.action_open_mapping_wizard': 'accountant',
    'qbo.connection.action_open_mappings': 'user',
    'qbo.connection.action_open_queue_graph': 'user',
    'qbo.connection.action_open_matches': 'accountant',
    'qbo.connection.action_open_references': 'user',
    'qbo.connection.action_open_setup': 'user',
    'qbo.connection.action_open_usage': 'user',
    'qbo.connection.action_open_waiting': 'user',
    'qbo.connection.action_push_missing': 'administrator',
    'qbo.connection.action_refresh_references': 'accountant',
    'qbo.connection.action_resume': 'administrator',
    'qbo.connection.action_set_scope': 'administrator',
    'qbo.connection.action_test': 'administrator',
    'qbo.cutover.action_adopt_exact': 'accountant',
    'qbo.cutover.action_continue': 'accountant',
    'qbo.cutover.action_open_adopted': 'user',
    'qbo.cutover.action_open_all': 'user',
    'qbo.cutover.action_open_ambiguous': 'user',
    'qbo.cutover.action_open_differing': 'user',
    'qbo.cutover.action_open_exact': 'user',
    'qbo.cutover.action_open_none': 'user',
    'qbo.cutover.action_search': 'accountant',
    'qbo.cutover.line.action_adopt': 'accountant',
    'qbo.cutover.line.action_apart': 'accountant',
    'qbo.cutover.line.action_open_record': 'user',
    'qbo.cutover.line.action_undo': 'accountant',
    'qbo.disconnect.wizard.action_disconnect': 'administrator',
    'qbo.dry.run.wizard.action_continue': 'accountant',
    'qbo.dry.run.wizard.action_run': 'accountant',
    'qbo.go.live.check.action_mend': 'administrator',
    'qbo.go.live.wizard.action_check_again': 'administrator',
    'qbo.go.live.wizard.action_go_live': 'administrator',
    'qbo.health.token.action_issue': NOBODY,
    'qbo.health.token.action_revoke': NOBODY,
    'qbo.link.wizard.action_link': 'accountant',
    'qbo.link.wizard.action_look_up': 'accountant',
    'qbo.link.wizard.action_unlink': 'accountant',
    'qbo.mapping.action_accept_suggestion': 'accountant',
    'qbo.mapping.action_confirm_drift': 'accountant',
    'qbo.mapping.action_create_counterpart': 'accountant',
    'qbo.mapping.action_open': 'user',
    'qbo.mapping.action_open_record': 'user',
    'qbo.mapping.wizard.action_accept_all': 'accountant',
    'qbo.mapping.wizard.action_accept_tab': 'accountant',
    'qbo.mapping.wizard.action_export': 'accountant',
    'qbo.mapping.wizard.action_import': 'accountant',
    'qbo.mapping.wizard.action_reload': 'accountant',
    'qbo.mapping.wizard.action_save': 'accountant',
    'qbo.mapping.wizard.line.action_accept': 'accountant',
    'qbo.mapping.wizard.line.action_confirm_drift': 'accountant',
    'qbo.mapping.wizard.line.action_create': 'accountant',
    'qbo.match.action_exclude': 'accountant',
    'qbo.match.action_link': 'accountant',
    'qbo.match.action_link_exact': 'accountant',
    'qbo.match.action_new': 'accountant',
    'qbo.match.action_open_record': 'user',
    'qbo.match.action_search': 'accountant',
    'qbo.match.action_undo': 'accountant',
    'qbo.preflight.problem.action_fix': 'accountant',
    'qbo.preflight.problem.action_open_records': 'accountant',
    'qbo.preflight.wizard.action_preview': 'accountant',
    'qbo.queue.cause.action_mend': 'accountant',
    'qbo.queue.cause.action_open_entries': 'user',
    'qbo.queue.cause.action_skip': 'accountant',
    'qbo.queue.entry.action_accept_variance': 'accountant',
    'qbo.queue.entry.action_cancel': 'accountant',
    'qbo.queue.entry.action_fix': 'user',
    'qbo.queue.entry.action_look': 'user',
    'qbo.queue.entry.action_open_entries': 'user',
    'qbo.queue.entry.action_open_record': 'user',
    'qbo.queue.entry.action_retry': 'accountant',
    'qbo.queue.entry.action_retry_all': 'accountant',
    'qbo.reference.action_link': 'accountant',
    'qbo.status.wizard.action_check': 'accountant',
    'qbo.status.wizard.action_open_page': 'user',
    'qbo.status.wizard.action_preview': 'accountant',
    'qbo.status.wizard.action_send': 'accountant',
    'qbo.queue.entry.action_skip': 'accountant',
    'qbo.resolve.wizard.action_apply': 'accountant',
    'qbo.skip.wizard.action_skip': 'accountant',
    'qbo.unlink.wizard.action_unlink_payments': 'accountant',
    'qbo.syncable.action_qbo_accept_variance': 'accountant',
    'qbo.syncable.action_qbo_check': 'accountant',
    'qbo.syncable.action_qbo_entries': 'user',
    'qbo.syncable.action_qbo_fix': 'user',
    'qbo.syncable.action_qbo_link': 'accountant',
    'qbo.syncable.action_qbo_preview': 'accountant',
    'qbo.syncable.action_qbo_push': 'accountant',
    'qbo.syncable.action_qbo_retry': 'accountant',
}

# Route -> {role: status of a bare GET}; the roles that are not named get what the role before them gets.
ROUTES = {
    '/qbo/health': {'public': 401},  # asks for its own token, whoever comes
    '/qbo/oauth/callback': {'public': 303, 'portal': 403, 'administrator': 400},  # log in; may not; what was that?
}


def may(role, least):
    """Tell whether a role has what is given from another one on."""
    return least != NOBODY and ROLES.index(role) >= ROLES.index(least)
