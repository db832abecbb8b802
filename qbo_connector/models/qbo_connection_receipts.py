"""What of payments that are entered in QuickBooks becomes of Odoo's, and where rows are looked at again."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from .qbo_receipt import UNDECIDED

RECEIPTS = 'qbo_connector.mail_activity_type_receipts'


class QboConnection(models.Model):
    """The part of the connection that says whether payments are taken over."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    pull_payments = fields.Selection(
        [('off', "No"), ('propose', "Propose them: an accountant accepts each"), ('automatic', "Automatically")],
        string="Payments from QuickBooks", required=True, default='propose',
        help="Payments that were entered in QuickBooks on invoices of Odoo. Automatically: they are posted and "
             "reconciled at once; what is not plain still waits for a click. No: nothing of them is followed.")
    receipt_journal_id = fields.Many2one(
        'account.journal', string="Journal for Other Deposits",
        domain="[('type', 'in', ('bank', 'cash', 'credit')), ('company_id', '=', company_id)]",
        help="Where payments are entered whose deposit account in QuickBooks (Undeposited Funds, say) is no journal's "
             "counterpart. Empty: they wait until somebody chooses.")
    receipts_told_for = fields.Json(readonly=True, copy=False, help="The payments that people were told of.")
    receipt_count = fields.Integer(compute='_compute_receipt_count', string="Payments to Decide On")

    def _init_column(self, column_name):
        """Override: a company that is connected already does not take over payments until somebody says so."""
        if column_name != 'pull_payments':
            return super()._init_column(column_name)
        self.env.cr.execute("UPDATE qbo_connection SET pull_payments = 'off' WHERE pull_payments IS NULL")
        return None

    def _compute_receipt_count(self):
        counts = dict(self.env['qbo.receipt'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('state', 'in', UNDECIDED)], ['connection_id'], ['__count']))
        for connection in self:
            connection.receipt_count = counts.get(connection, 0)

    def _listed(self, remote_ids):
        """Override: of payments that wait for a person it matters that they were deleted."""
        return super()._listed(remote_ids) | {('Payment', receipt.remote_id) for receipt in self.env[
            'qbo.receipt'].sudo().search([('connection_id', '=', self.id), ('realm_id', '=', self.realm_id),
                                          ('remote_id', 'in', remote_ids), ('state', '!=', 'gone')])}

    def _archive_links(self):
        """Override: what was not decided stays as it is; another company's payments have the same Ids."""
        super()._archive_links()
        receipts = self.env['qbo.receipt'].sudo().search([
            ('connection_id', '=', self.id), ('state', 'in', UNDECIDED)])
        receipts.decision = self.env._("Disconnected, links archived.")
        for receipt in receipts:
            receipt._leave()

    def _alert_people(self):
        """Override to tell once of payments that wait for a person, and again when there are new ones."""
        super()._alert_people()
        if not self.exists():
            return
        connection = self._for_alerted_user()
        receipts = connection.env['qbo.receipt'].search([
            ('connection_id', '=', self.id), ('state', 'in', UNDECIDED)]) if (
            self.active and self.state != 'disconnected') else connection.env['qbo.receipt']
        if not receipts:
            connection.activity_unlink([RECEIPTS])
            self.receipts_told_for = False
            return
        told = self.receipts_told_for or {}
        # A payment that asks for another thing than before is news.
        self.receipts_told_for = now = {str(receipt.id): f'{receipt.state} {receipt.cause}' for receipt in receipts}
        if now.items() - told.items():
            connection._tell(RECEIPTS, connection.env._("Payments from QuickBooks wait for you: %(count)s",
                                                        count=len(receipts)), receipts._alert_note())

    def action_open_receipts(self):
        """Open the payments from QuickBooks that somebody has to decide on."""
        return self._open('qbo.receipt', self.env._("Payments from QuickBooks"), [], context={
            'search_default_undecided': 1, 'create': False})


class QboReceipt(models.Model):
    """The part of the rows that is looked at again when what they waited for is there."""

    _inherit = 'qbo.receipt'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _look_again(self, connection):
        """Have payments read again whose document or customer got a link, or was posted, since; one statement."""
        if connection.pull_payments == 'off':
            return
        self.flush_model()
        self.env['qbo.binding'].flush_model()
        found = self.env.execute_query(SQL(
            """SELECT DISTINCT receipt.id, receipt.remote_id FROM qbo_receipt receipt
                 JOIN qbo_receipt_line line ON line.receipt_id = receipt.id AND line.move_id IS NULL
                 JOIN qbo_binding link ON link.connection_id = receipt.connection_id AND link.active
                      AND link.entity = line.txn_type AND link.remote_id = line.txn_id AND link.model = 'account.move'
                WHERE receipt.connection_id = %s AND receipt.state = 'waiting' AND receipt.cause = 'document'
               UNION
               SELECT receipt.id, receipt.remote_id FROM qbo_receipt receipt
                 JOIN qbo_binding link ON link.connection_id = receipt.connection_id AND link.active
                      AND link.entity = 'Customer' AND link.remote_id = receipt.data -> 'CustomerRef' ->> 'value'
                WHERE receipt.connection_id = %s AND receipt.state = 'waiting' AND receipt.cause = 'customer'
               UNION
               SELECT receipt.id, receipt.remote_id FROM qbo_receipt receipt
                WHERE receipt.connection_id = %s AND receipt.state = 'waiting' AND receipt.cause = 'state'""",
            connection.id, connection.id, connection.id))
        # A link may lead to nothing, and a read costs: not before something else, or nothing, is in the way.
        self._ask_for(connection, [(row_id, remote_id) for row_id, remote_id in found
                                   if (row := self.sudo().browse(row_id))._obstacle() != row.cause])

    def _free_others(self, before):
        """Have payments read again that found too little open, as this one no longer settles what it did.

        :param before: the Payment as it was followed until now
        """
        moves = self.env['account.move'].union(*self._documents(before).values())
        others = self.sudo().search([
            ('connection_id', '=', self.connection_id.id), ('id', '!=', self.id), ('state', 'in', UNDECIDED),
            ('cause', 'in', ('open', 'refused')), ('line_ids.move_id', 'in', moves.ids)])
        self._ask_for(self.connection_id, [(other.id, other.remote_id) for other in others])

    def _obstacle(self):
        """Return the cause that stops it now, as it was read last, or ''."""
        read = self._read()
        documents = self._documents(read)
        return (self._why_not_at_all(read, documents, self._payer(read, documents)) or ('',))[0]

    @api.model
    def _ask_for(self, connection, found):
        """Have (row id, Payment Id) read again; they are not asked for twice."""
        if found:
            self.sudo().browse([row_id for row_id, _remote_id in found]).cause = 'asked again'
            self.env['qbo.change']._ask(connection, 'Payment', [remote_id for _id, remote_id in found])

    def _alert_note(self):
        """Return how many wait for what, and the way to them, as HTML."""
        states = dict(self._fields['state']._description_selection(self.env))
        lines = Markup().join(Markup("<li>%s: %s</li>") % (states[state], len(receipts))
                              for state, receipts in self.grouped('state').items())
        return Markup('<ul>%s</ul><p><a href="%s/odoo/quickbooks-payments">%s</a></p>') % (
            lines, self.browse().get_base_url(), self.env._("Open the payments"))


class QboQueueEntry(models.Model):
    """The drain looks at waiting payments first: what it pushed last may be what they wait for."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _schedule_rest(self, connection):
        """Override to look again at payments that waited for what was just linked."""
        self.env['qbo.receipt']._look_again(connection)
        return super()._schedule_rest(connection)


class QboMapping(models.Model):
    """A journal that was mapped is what payments may have waited for."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _release_entries(self):
        """Override to look again at payments that waited for a journal."""
        super()._release_entries()
        for connection, mappings in self.filtered('reference_id').grouped('connection_id').items():
            if 'journal' in mappings.mapped('kind'):
                receipts = self.env['qbo.receipt'].sudo().search([
                    ('connection_id', '=', connection.id), ('state', '=', 'waiting'), ('cause', '=', 'journal')])
                self.env['qbo.receipt']._ask_for(connection, [(row.id, row.remote_id) for row in receipts])


class QboCreditApplication(models.Model):
    """The part of the applications that was made in QuickBooks."""

    _inherit = 'qbo.credit.application'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    receipt_id = fields.Many2one(
        'qbo.receipt', string="Applied in QuickBooks By", readonly=True, index='btree_not_null', ondelete='set null')


class QboChange(models.Model):
    """What is gone before it was entered in Odoo has no link, and still is to be told on its row."""

    _inherit = 'qbo.change'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _why_not(self, binding, data):
        """Override: a payment that is listed is followed without a link."""
        reason = super()._why_not(binding, data)
        listed = reason and not binding and data is None and self.entity == 'Payment' and (
            self.env['qbo.receipt']._of(self.connection_id, self.remote_id))
        return '' if listed else reason
