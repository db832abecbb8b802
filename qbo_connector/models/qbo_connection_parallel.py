"""The parallel run: both systems get the same data by other means, the books are compared, and nothing is sent.

Three things see to that, each by itself: no row enters the queue, the drain does not run, and the client refuses
every call that writes.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError


class QboConnection(models.Model):
    """The part of the connection that can be a spectator."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    parallel_run = fields.Boolean(
        readonly=True, copy=False, tracking=True,
        help="Documents are compared, and nothing is sent to QuickBooks, not even by hand.")
    parallel_from = fields.Date(
        string="Compared From", copy=False,
        help="The first day whose documents and payments are compared in the parallel run.")
    parallel_to = fields.Date(
        string="Compared Until", copy=False,
        help="The parallel run is meant to last until this day; it ends when a person ends it.")

    def _may_send(self):
        """Override: not in a parallel run."""
        return not self.parallel_run and super()._may_send()

    def _standstill(self):
        """Override to say so first."""
        return self._parallel_text() if self.parallel_run else super()._standstill()

    def _parallel_text(self):
        """Return why nothing is sent."""
        return self.env._("%(company)s is in a parallel run: the books are compared, and nothing is sent.",
                          company=self.company_id.name)

    def _check_sending(self):
        """Refuse what a parallel run rules out.

        :raise UserError: it is on
        """
        for connection in self.filtered('parallel_run'):
            raise UserError(connection._parallel_text())

    def _qbo_client(self, *args, **kwargs):
        """Override to get a client that can only read."""
        client = super()._qbo_client(*args, **kwargs)
        client.read_only = self.parallel_run
        return client

    def _go_live(self, checks, reason=''):
        """Override: first the parallel run ends."""
        self._check_sending()
        return super()._go_live(checks, reason)

    def action_start_parallel(self):
        """Begin a parallel run."""
        self.ensure_one()
        self._check_administrator()
        if self.live_at:
            raise UserError(self.env._(
                "This company is live: its documents are sent. A parallel run is for a company that is not live yet."))
        if not self.parallel_from:
            raise UserError(self.env._("Enter the first day whose documents are compared."))
        if self.env['qbo.queue.entry'].sudo().search_count(
                [('connection_id', '=', self.id), ('state', 'in', ('pending', 'sending', 'unknown'))], limit=1):
            raise UserError(self.env._(
                "Something is on its way to QuickBooks. Wait for it, or cancel it in the queue."))
        self.parallel_run = True
        self._note_parallel(self.env._("Parallel run begun: nothing is sent, the books are compared from %(day)s.",
                                       day=self.parallel_from))

    def action_end_parallel(self):
        """End it. What both systems have stays as it is: what is sent later begins today, unless a person says else."""
        self.ensure_one()
        self._check_administrator()
        if not self.parallel_run:
            return
        today = fields.Date.context_today(self)
        self.write({'parallel_run': False, 'sync_from': max(self.sync_from or today, today)})
        self._note_parallel(self.env._(
            "Parallel run ended. Documents from %(day)s on are sent once the company is live; earlier ones stand in "
            "both systems already, and can be linked by Cut-Over.", day=self.sync_from))

    def _note_parallel(self, text):
        """Keep the change in the chatter and in the audit trail."""
        self.message_post(body=text)
        self.env['qbo.audit']._note(self, 'settings', text)


class QboQueueEntry(models.Model):
    """The part of the queue that stays empty in a parallel run."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _insert(self, rows):
        """Override to leave out what belongs to a company in a parallel run."""
        rows = list(rows)
        Connection = self.env['qbo.connection'].sudo()
        still = set(Connection.browse({row['connection_id'] for row in rows}).filtered('parallel_run').ids)
        return super()._insert([row for row in rows if row['connection_id'] not in still])


class QboSyncable(models.AbstractModel):
    """What a person is told who sends by hand."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _qbo_refusal(self, handlers):
        """Override to say that nothing is sent."""
        reason = super()._qbo_refusal(handlers)
        handler = handlers._for_record(self)
        connection = self._qbo_connections(handler)[:1] if not reason else None
        return connection._parallel_text() if connection and connection.parallel_run else reason
