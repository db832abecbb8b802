"""What the card of a connection shows besides its figures: what went to QuickBooks on each of the last days."""

import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

DAYS = 14
DAY = timedelta(days=1)


class QboConnection(models.Model):
    """The part of the connection that is the dashboard. All cards together take one query for each kind of figure."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    dashboard_graph = fields.Text(compute='_compute_dashboard_graph')

    @api.depends_context('tz', 'lang')
    def _compute_dashboard_graph(self):
        """Count what was done a day, for the graph of Odoo's own dashboard (widget ``dashboard_graph``, bars)."""
        midnight = self._midnight()
        first = midnight - (DAYS - 1) * DAY
        # Days are grouped by the context's time zone alone, today is that of the user's as well.
        done = self.env['qbo.queue.entry'].sudo().with_context(tz=self.env.tz.zone)._read_group(
            [('connection_id', 'in', self._origin.ids), ('state', '=', 'done'), ('done_at', '>=', first)],
            ['connection_id', 'done_at:day'], ['__count'])
        counts = {(connection.id, day.date()): count for connection, day, count in done}
        today = fields.Date.context_today(self)
        days = [today - age * DAY for age in range(DAYS - 1, -1, -1)]
        for connection in self:
            values = [{
                'label': format_date(self.env, day, date_format='d'), 'type': 'past',
                'value': counts.get((connection._origin.id, day), 0)} for day in days]
            connection.dashboard_graph = json.dumps([{
                'key': self.env._("Sent to QuickBooks"), 'values': values}])

    def action_open_queue_graph(self):
        """Open the queue of this connection as graphs, by day and state."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_queue_entry_analysis_action')
        return {**action, 'domain': [('connection_id', '=', self.id)]}
