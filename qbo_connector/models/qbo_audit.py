"""The audit trail: who did what to a connection, its mappings, its queue and its links, and when.

Rows are only ever added. What was pushed is not here but on the queue's own rows, which are kept as long as configured.
"""

import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .rows import insert_rows

KEEP_DAYS = 'qbo_connector.keep_audit_days'
GC_LIMIT = 10000
LABEL_LIMIT = 200  # records whose names are stored with a row; all of them can be opened from it


class QboAudit(models.Model):
    """One thing that somebody did. Nobody writes or deletes rows, whatever their rights: :meth:`_note` adds them."""

    _name = 'qbo.audit'
    _description = "QuickBooks Audit Trail"
    _inherit = ['qbo.exportable']
    _order = 'id desc'
    _rec_name = 'text'

    connection_id = fields.Many2one('qbo.connection', readonly=True, index=True, ondelete='set null')
    company_id = fields.Many2one(
        'res.company', readonly=True, index=True, ondelete='cascade', help="Empty: it concerns all companies.")
    at = fields.Datetime(string="When", readonly=True, required=True, index=True)
    user_id = fields.Many2one('res.users', readonly=True, ondelete='set null')
    user_name = fields.Char(
        string="Who", readonly=True, required=True, help="Name and login at that time; they stay when the user goes.")
    event = fields.Selection(
        [
            ('connected', "Connected"),
            ('disconnected', "Disconnected"),
            ('adopted', "Connection Taken Over"),
            ('credentials', "Credentials Changed"),
            ('settings', "Settings Changed"),
            ('mapping', "Mapping Changed"),
            ('linked', "Linked"),
            ('unlinked', "Link Removed"),
            ('excluded', "Kept Out or Let In"),
            ('pushed', "Sending Asked For"),
            ('retried', "Retried"),
            ('skipped', "Skipped"),
            ('cancelled', "Cancelled"),
            ('accepted', "Difference Accepted"),
            ('backfill', "Backfill"),
            ('undone', "Undone"),
            ('golive', "Go-Live"),
        ],
        readonly=True, required=True)
    text = fields.Char(string="What", readonly=True, required=True)
    model = fields.Char(readonly=True)
    record_ids = fields.Json(readonly=True, string="IDs")
    record_count = fields.Integer(string="Number of Records", readonly=True)
    record_names = fields.Text(string="Records", readonly=True)

    # === ADD === #

    @api.model
    def _note(self, connection, event, text, records=None):
        """Add a row for what the current user has just done; with sudo too it is the user's.

        :param connection: the ``qbo.connection`` concerned; empty for what concerns all companies
        :param str event: a key of the field ``event``
        :param str text: what was done in the user's language; never a secret
        :param records: a recordset of what it was done to, if that is not the connection
        :return: the new row
        """
        return self._note_each(connection, event, [(text, records)])

    @api.model
    def _note_each(self, connection, event, notes):
        """Add rows for several things that the current user has just done, see :meth:`_note`.

        :param list notes: (text, records or None) of each
        :return: the new rows
        """
        user_sudo = self.env.user.sudo()
        common = {
            'connection_id': connection.id, 'company_id': connection.sudo().company_id.id, 'event': event,
            'at': fields.Datetime.now(), 'user_id': user_sudo.id, 'user_name': f'{user_sudo.name} ({user_sudo.login})',
        }
        rows = []
        for text, records in notes:
            about = {
                'model': records._name, 'record_ids': json.dumps(records.ids), 'record_count': len(records),
                'record_names': ", ".join(records[:LABEL_LIMIT].sudo().mapped('display_name')),
            } if records else {}
            rows.append({**common, 'text': text, **about})
        return insert_rows(self, rows)

    # === NOTHING ELSE === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Override to refuse: a trail that can be written by hand proves nothing."""
        self._refuse()

    def write(self, vals):  # pylint: disable=method-required-super
        """Override to refuse, superuser or not."""
        self._refuse()

    def unlink(self):  # pylint: disable=method-required-super
        """Override to refuse, superuser or not; what is too old goes by :meth:`_gc_old`."""
        self._refuse()

    def _refuse(self):
        """Refuse what would alter the trail.

        :raises AccessError: always
        """
        raise AccessError(self.env._("The QuickBooks audit trail cannot be changed."))

    # === READ === #

    def action_open_records(self):
        """Open what it was done to, as far as it still exists."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.text, 'res_model': self.model, 'view_mode': 'list,form',
            'domain': [('id', 'in', self.record_ids or [])], 'context': {'active_test': False},
        }

    # === MAINTENANCE === #

    @api.autovacuum
    def _gc_old(self):
        """Delete what is older than the system parameter ``qbo_connector.keep_audit_days``; nothing without it."""
        days = int(self.env['ir.config_parameter'].sudo().get_param(KEEP_DAYS) or 0)
        if days <= 0:
            return 0, False
        self.env.cr.execute(
            "DELETE FROM qbo_audit WHERE id IN (SELECT id FROM qbo_audit WHERE at < %s ORDER BY id LIMIT %s)",
            [fields.Datetime.now() - timedelta(days=days), GC_LIMIT])
        deleted = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        return deleted, deleted == GC_LIMIT
