"""What the queue remembers of what was sent, for how long, and who meddled with it."""

import hashlib

from odoo import api, fields, models

KEEP_SETTLED_DAYS = 'qbo_connector.keep_settled_days'


class QboQueueEntry(models.Model):
    """The part of the queue that is looked at afterwards."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    payload_hash = fields.Char(
        string="SHA-256 of What Was Sent", compute='_compute_payload_hash', compute_sudo=True,
        help="Of the bytes that went to QuickBooks, which administrators see.")

    @api.depends('payload')
    def _compute_payload_hash(self):
        for entry in self:
            entry.payload_hash = entry.payload and hashlib.sha256(entry.payload.encode()).hexdigest()

    def _note_audit(self, event, text):
        """Note in the audit trail of each connection what the user does to these rows."""
        for connection, entries in self.grouped('connection_id').items():
            self.env['qbo.audit']._note(connection, event, text, entries)

    # === MAINTENANCE === #

    @api.autovacuum
    def _gc_settled(self):
        """Delete settled rows after a while; links stay for ever, stuck and cancelled rows are a person's.

        The system parameter ``qbo_connector.keep_settled_days`` says after how many days, 30 without it.
        """
        days = int(self.env['ir.config_parameter'].sudo().get_param(KEEP_SETTLED_DAYS) or 30)
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        settled = self.search(  # the oldest have the lowest numbers: found without an index of their own
            [('state', 'in', ('done', 'superseded')), ('write_date', '<', limit)], order='id', limit=1000)
        settled.unlink()
        return len(settled), len(settled) == 1000
