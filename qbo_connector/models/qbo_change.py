"""The inbox: one row says "something happened to this object in QuickBooks".

It is told by webhooks, found by the poll, or asked for by a person; the object itself is read when the drain takes the
row in (:mod:`.qbo_change_drain`). Nothing here is believed: a row names an object, QuickBooks says what it is like.
"""

import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KEEP_INBOX_DAYS = 'qbo_connector.keep_inbox_days'
BLIND_INSERT = """
    INSERT INTO qbo_change (connection_id, company_id, entity, remote_id, operation, changed_at, event_key, merged_into,
                            source, state, data, attempts, create_uid, write_uid, create_date, write_date)
    VALUES %s ON CONFLICT (connection_id, event_key) DO NOTHING RETURNING id
"""


class QboChange(models.Model):
    """One thing that happened in QuickBooks."""

    _name = 'qbo.change'
    _description = "Change in QuickBooks"
    _inherit = ['qbo.exportable', 'qbo.isolating']
    _order = 'id desc'
    _rec_name = 'remote_id'

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True)
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type", required=True)
    remote_id = fields.Char(string="QuickBooks ID", required=True)
    operation = fields.Selection(
        [
            ('created', "Created"), ('updated', "Changed"), ('deleted', "Deleted"), ('voided', "Voided"),
            ('merged', "Merged"), ('emailed', "Emailed"),
        ],
        string="What Happened", help="As it was told. What counts is what QuickBooks says when it is read.")
    changed_at = fields.Datetime(string="Changed There", help="Empty: it was not told, or a person asked.")
    merged_into = fields.Char(help="QuickBooks ID of the object that stays, of one that was merged into it.")
    event_key = fields.Char(required=True, help="The same when the same event is told again.")
    source = fields.Selection(
        [('webhook', "Webhook"), ('poll', "Poll"), ('hand', "By hand")], string="Told By", required=True,
        help="Webhook: Intuit told us. Poll: we asked what had changed. By hand: a person asked for this object.")
    state = fields.Selection(
        [('waiting', "Waiting"), ('done', "Done"), ('ignored', "Ignored"), ('failed', "Failed")],
        default='waiting', required=True, help="Ignored: Odoo knew it already, or does not follow such objects.")
    outcome = fields.Char(help="What came of it, or why not.")
    attempts = fields.Integer()
    not_before = fields.Datetime(string="Next Try")
    data = fields.Text(
        string="As Found", groups='qbo_connector.group_qbo_administrator', prefetch=False,
        help="The object as the poll delivered it, which spares reading it again; only until it is taken in.")
    model = fields.Char()
    res_id = fields.Many2oneReference(model_field='model', string="Record")
    version = fields.Char(help="QuickBooks' counter of the object's versions: the one that was taken in.")
    webhook_id = fields.Many2one(
        'qbo.webhook', string="Post", index='btree_not_null', ondelete='set null', help="The post that told it.")
    done_at = fields.Datetime()

    _event_unique = models.Constraint('UNIQUE (connection_id, event_key)', "This event was told already.")
    _waiting_index = models.Index("(connection_id, id) WHERE state = 'waiting'")
    _failed_index = models.Index("(connection_id) WHERE state = 'failed'")
    _object_index = models.Index('(connection_id, entity, remote_id)')

    @api.depends('entity', 'remote_id')
    def _compute_display_name(self):
        for change in self:
            change.display_name = f"{self.env['qbo.entity']._entity_label(change.entity)} {change.remote_id}"

    # === TAKING NOTE === #

    @api.model
    def _note(self, connection, changes, source):
        """Insert what happened, by one statement, and wake the drain; what was told before is not inserted again.

        Two processes that are told the same at once insert it once. A merge becomes two rows: of the object that is no
        more, and of the one that stays.

        :param changes: a list of :class:`~..qbo.webhooks.Change`, or pairs of one and its object as JSON text
        :param str source: ``webhook``, ``poll`` or ``hand``
        :return: the new rows
        """
        rows = []
        for change in changes:
            change, data = change if isinstance(change, tuple) else (change, None)
            if change.operation == 'merged' and change.deleted_id and change.deleted_id != change.remote_id:
                rows.append((change, change.deleted_id, 'merged', f'{change.event_id}:merged', change.remote_id, None))
                rows.append((change, change.remote_id, 'updated', change.event_id, None, None))
            else:
                rows.append((change, change.remote_id, change.operation, change.event_id, None, data))
        if not rows:
            return self.browse()
        now, uid = fields.Datetime.now(), self.env.uid
        ids = self.env.cr.execute_values(BLIND_INSERT, [
            (connection.id, connection.company_id.id, change.entity, remote_id, operation,
             change.changed_at and change.changed_at.replace(tzinfo=None), event_key, merged_into, source, 'waiting',
             data, 0, uid, uid, now, now)
            for change, remote_id, operation, event_key, merged_into, data in rows
        ], page_size=len(rows), fetch=True)
        if ids:
            connection._wake_for_inbox()
        return self.browse([row_id for row_id, in ids])

    @api.model
    def _ask(self, connection, entity, remote_ids):
        """Take objects in as they are in QuickBooks now, whatever is known of them: a person asked.

        :return: the new rows
        """
        rows = self.sudo().create([{
            'connection_id': connection.id, 'entity': entity, 'remote_id': remote_id, 'operation': 'updated',
            'event_key': uuid.uuid4().hex, 'source': 'hand',
        } for remote_id in dict.fromkeys(remote_ids)])
        connection._trigger_drain(at=fields.Datetime.now())
        return rows

    # === BUTTONS === #

    def action_retry(self):
        """Take in again what failed."""
        self.check_access('read')
        if not (self.env.su or self.env.user.has_group('qbo_connector.group_qbo_accountant')):
            raise AccessError(self.env._("Retrying needs the QuickBooks accountant group."))
        failed = self.filtered(lambda change: change.state == 'failed')
        if not failed:
            raise UserError(self.env._("Only what failed can be tried again."))
        failed.sudo().write({'state': 'waiting', 'attempts': 0, 'not_before': False, 'outcome': False, 'data': False})
        for connection in failed.connection_id:
            connection._trigger_drain(at=fields.Datetime.now())

    def action_open_record(self):
        """Open the Odoo record that it was about."""
        self.ensure_one()
        if not self.model or self.model not in self.env or not self.env[self.model].browse(self.res_id).exists():
            raise UserError(self.env._("No record of Odoo is linked with it."))
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}

    # === MAINTENANCE === #

    @api.autovacuum
    def _gc_settled(self):
        """Delete what was taken in or ignored after a while; what failed is a person's.

        The system parameter ``qbo_connector.keep_inbox_days`` says after how many days, 30 without it.
        """
        days = int(self.env['ir.config_parameter'].sudo().get_param(KEEP_INBOX_DAYS) or 30)
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        settled = self.search(
            [('state', 'in', ('done', 'ignored')), ('create_date', '<', limit)], order='id', limit=1000)
        settled.unlink()
        return len(settled), len(settled) == 1000
