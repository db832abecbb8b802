"""What a connection's calls cost: today's by kind, and the month's metered reads against what is free."""

from odoo import fields, models

FREE_READS = 500_000  # a month, for all companies of one app together (Intuit App Partner Program, Builder tier)


class QboConnection(models.Model):
    """The part of the connection that shows how much of Intuit's allowance is used."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    reads_today = fields.Integer(compute='_compute_usage', help="Since midnight UTC.")
    writes_today = fields.Integer(compute='_compute_usage', help="Since midnight UTC; free of charge.")
    batches_today = fields.Integer(
        compute='_compute_usage', help="Batch calls of up to 30 writes each; free of charge.")
    failed_calls_today = fields.Integer(
        string="Failed Today", compute='_compute_usage', help="Refused by QuickBooks, or without an answer.")
    metered_month = fields.Integer(
        string="Metered Reads This Month", compute='_compute_usage',
        help="Reads of this company since the first of the month (UTC). Intuit meters them; writes, failed calls and "
             "sandbox companies are free.")
    metered_app_month = fields.Integer(
        string="Metered Reads of the App", compute='_compute_usage',
        help="The free allowance belongs to your Intuit app, not to the company: all companies connected through the "
             "same app share it, also those in other databases, whose reads are not counted here. Once it is used up, "
             "Intuit refuses reads until the month ends.")
    metered_limit = fields.Integer(
        string="Free Reads a Month", compute='_compute_usage', help="For all companies of one Intuit app together.")
    metered_share = fields.Float(string="Used of the Free Reads (%)", compute='_compute_usage')

    def _compute_usage(self):
        today = self.env['qbo.usage']._today(self._origin)
        month = self.env['qbo.usage']._metered_this_month()
        for connection in self:
            calls = today.get(connection._origin.id, {})
            connection.reads_today = calls.get('read', 0)
            connection.writes_today = calls.get('write', 0)
            connection.batches_today = calls.get('batch', 0)
            connection.failed_calls_today = calls.get('failed', 0)
            connection.metered_month = month.get(connection._origin, 0)
            app = connection._app_id()
            connection.metered_app_month = sum(
                reads for other, reads in month.items() if other.sudo()._app_id() == app)
            connection.metered_limit = FREE_READS
            connection.metered_share = 100 * connection.metered_app_month / FREE_READS

    def _app_id(self):
        """Return the client ID of the app through which this connection reads."""
        return (self.sudo().client_id or '').strip() or self._parameter('client_id') or ''

    def action_open_usage(self):
        """Open the calls of this connection, day by day."""
        return self._open('qbo.usage', self.env._("API Calls"), [], view_mode='graph,pivot,list')
