"""Payments that were entered in QuickBooks: one row each, what Odoo makes of it, and what a person decides.

A row says what stands in QuickBooks (:mod:`..qbo.receipts`), whether it can be entered in Odoo, and what became of it.
Whether it can is judged in :mod:`.qbo_receipt_judge`, the ledger is moved in :mod:`.qbo_receipt_booking` alone.
"""

import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..exceptions import PullError
from ..qbo.receipts import ReceiptError, read_receipt
from ..qbo.weblinks import object_url

ACCOUNTANTS = 'qbo_connector.group_qbo_accountant'
UNDECIDED = ('waiting', 'proposed', 'decide')


class QboReceipt(models.Model):
    """One Payment of QuickBooks that Odoo did not send; kept for ever, as links are."""

    _name = 'qbo.receipt'
    _description = "Payment from QuickBooks"
    _inherit = ['qbo.exportable']
    _order = 'date desc, id desc'

    connection_id = fields.Many2one('qbo.connection', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    realm_id = fields.Char(required=True, readonly=True, string="QuickBooks Company ID")
    remote_id = fields.Char(required=True, readonly=True, string="QuickBooks ID")
    state = fields.Selection(
        [
            ('waiting', "Waits for Something"), ('proposed', "To Accept"), ('decide', "To Decide"),
            ('taken', "In Odoo"), ('declined', "Declined"), ('gone', "Gone in QuickBooks"),
        ],
        required=True, default='waiting', readonly=True, index=True,
        help="To accept: it waits for a click. Waits for something: the reason says what is missing, and what to do. "
             "To decide: it is in Odoo, was changed in QuickBooks, and Odoo does not follow by itself.")
    cause = fields.Char(readonly=True, help="What stops it, in a word.")
    reason = fields.Char(readonly=True, help="Why it is not in Odoo, or not as in QuickBooks, and what helps.")

    # === AS QUICKBOOKS HAS IT === #
    data = fields.Json(readonly=True, prefetch=False, help="The Payment as it was read last; empty: deleted there.")
    booked = fields.Json(
        readonly=True, prefetch=False, help="The Payment as Odoo's ledger follows it; later changes are told by it.")
    customer_name = fields.Char(readonly=True, string="Customer in QuickBooks")
    date = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    unapplied = fields.Monetary(readonly=True, help="What settles nothing in QuickBooks: an open credit.")
    currency_id = fields.Many2one('res.currency', readonly=True)
    reference = fields.Char(readonly=True)
    memo = fields.Char(readonly=True)
    method_name = fields.Char(readonly=True, string="Payment Method")
    deposit_name = fields.Char(readonly=True, string="Deposited To")
    line_ids = fields.One2many('qbo.receipt.line', 'receipt_id', string="Settles")
    documents = fields.Char(compute='_compute_documents', string="Settled Documents")

    # === IN ODOO === #
    partner_id = fields.Many2one('res.partner', readonly=True, string="Customer")
    journal_id = fields.Many2one(
        'account.journal', domain="[('type', 'in', ('bank', 'cash', 'credit')), ('company_id', '=', company_id)]",
        help="The journal it is entered in: the one that is mapped to the account of the deposit, or your choice.")
    book_on = fields.Date(
        string="Enter On", help="Another day than QuickBooks', where Odoo's books are closed. Empty: the same day.")
    rest_open = fields.Boolean(
        readonly=True, help="A person let it in although not all of it could be applied: the rest is an open credit.")
    twin_id = fields.Many2one(
        'account.payment', readonly=True, string="Looks Like", index='btree_not_null', ondelete='set null',
        help="A payment of Odoo's own that may be the same money.")
    payment_id = fields.Many2one(
        'account.payment', readonly=True, index='btree_not_null', ondelete='set null')
    decided_by_id = fields.Many2one('res.users', readonly=True, ondelete='set null')
    decided_at = fields.Datetime(readonly=True)
    decision = fields.Char(readonly=True, help="What was decided, and why.")
    qbo_url = fields.Char(compute='_compute_qbo_url', string="Page in QuickBooks")

    _remote_unique = models.UniqueIndex('(connection_id, realm_id, remote_id)')
    _undecided_index = models.Index("(connection_id) WHERE state IN ('waiting', 'proposed', 'decide')")

    # === COMPUTE === #

    @api.depends('reference', 'remote_id')
    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = self.env._("QuickBooks payment %(number)s",
                                              number=receipt.reference or receipt.remote_id)

    @api.depends('line_ids.number', 'line_ids.txn_id', 'line_ids.move_id.name')
    def _compute_documents(self):
        for receipt in self:
            receipt.documents = ", ".join(receipt.line_ids.mapped('display_name'))

    def _compute_qbo_url(self):
        for receipt in self:
            connection_sudo = receipt.connection_id.sudo()
            receipt.qbo_url = bool(receipt.data) and object_url(
                connection_sudo.environment, receipt.realm_id, 'Payment', receipt.remote_id,
                connection_sudo._simulator_url())

    def _open(self):
        """Return the action that shows the rows."""
        action = self.env['ir.actions.act_window']._for_xml_id('qbo_connector.qbo_receipt_action')
        if len(self) == 1:
            return {**action, 'view_mode': 'form', 'views': [(False, 'form')], 'res_id': self.id, 'context': {}}
        return {**action, 'domain': [('id', 'in', self.ids)], 'context': {}}

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: rows come from QuickBooks alone.

        :raise AccessError: for people
        """
        if not self.env.su:
            raise AccessError(self.env._("Payments from QuickBooks are only made there."))
        return super().create(vals_list)

    def write(self, vals):
        """Override: a person chooses journal and day, all else follows from QuickBooks and from decisions.

        :raise AccessError: for anything else
        """
        if not self.env.su and set(vals) - {'journal_id', 'book_on'}:
            raise AccessError(self.env._("Of a payment from QuickBooks only the journal and the day are chosen here."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """Keep what tells what became of a payment."""
        raise UserError(self.env._("Payments from QuickBooks are left out, never deleted."))

    # === WHAT COMES IN === #

    @api.model
    def _of(self, connection, remote_id):
        """Return the row of a Payment, or empty."""
        return self.sudo().search([
            ('connection_id', '=', connection.id), ('realm_id', '=', connection.realm_id),
            ('remote_id', '=', remote_id)])

    @api.model
    def _receive(self, connection, remote_id, data):
        """Take note of a Payment as it stands in QuickBooks now, and enter it or follow it where that is wanted.

        :param dict data: the object, None when it was deleted
        :return: what came of it, in words
        :raises PullError: it cannot be read, or nobody may enter it
        """
        receipt = self._of(connection, remote_id)
        if connection.pull_payments == 'off':
            return self.env._("Payments are not taken over from QuickBooks here.")
        if data is not None:
            try:
                read = read_receipt(data)
            except ReceiptError as error:
                raise PullError(self.env._(
                    "QuickBooks' answer cannot be read as a payment (%(error)s). Please report it.",
                    error=error)) from error
            if not receipt and read.is_empty:
                return self.env._("Voided before Odoo heard of it.")
        elif not receipt:
            return self.env._("Deleted before Odoo heard of it.")
        if not receipt:
            receipt = self.sudo().create({
                'connection_id': connection.id, 'realm_id': connection.realm_id, 'remote_id': remote_id})
        receipt._store(data)
        return receipt._go_on()

    def _store(self, data):
        """Keep a Payment as it was just read; the screen shows this."""
        before = self._read()
        self.data = data and json.loads(json.dumps(data, default=str))
        if not data:
            return
        read = self._read()
        if not self.booked and before and before.deposit_account != read.deposit_account:
            self.journal_id = False  # it was chosen for the other account
        documents = self._documents(read)
        values = {
            'customer_name': read.customer_name, 'date': read.date, 'amount': float(read.total),
            'unapplied': float(read.unapplied), 'currency_id': self._currency(read).id, 'reference': read.reference,
            'memo': read.memo, 'method_name': read.method_name, 'deposit_name': read.deposit_name,
        }
        if not read.is_empty or not self.line_ids:  # of a voided one it is still shown what it was for
            values['line_ids'] = [fields.Command.clear(), *(fields.Command.create({
                'txn_type': link.txn_type, 'txn_id': link.txn_id, 'number': link.number, 'amount': float(link.amount),
                'move_id': documents.get((link.txn_type, link.txn_id), self.env['account.move']).id,
            }) for link in read.applications)]
        self.write({} if read.is_empty and self.booked else values)

    def _read(self, name='data'):
        """Return the Payment as stored, as :class:`~..qbo.receipts.Receipt`; None when it was deleted."""
        stored = self[name]
        return read_receipt(stored) if stored else None

    def _go_on(self, by_person=False):
        """Do with a Payment what can be done now; what cannot is said on the row.

        :param bool by_person: somebody clicked: what only asks for a click is done
        :return: what came of it, in words
        """
        self.ensure_one()
        # Waits for whoever is at it; PostgreSQL then lets this transaction start again, and it sees what was done.
        self.env.cr.execute("SELECT FROM qbo_receipt WHERE id = %s FOR UPDATE", [self.id])
        read = self._read()
        if read is None or read.is_empty:
            return self._let_go(by_person)
        if self.booked:
            return self._follow(by_person)
        if self.state == 'declined':
            return self.env._("Declined by %(user)s.", user=self.decided_by_id.name)
        cause, reason = self._judge(read, by_person)
        if not cause:
            return self._enter(read)
        self._list('waiting' if cause in self._hard_causes() else 'proposed', cause, reason)
        return self.env._("Listed under Payments from QuickBooks: %(reason)s", reason=reason)

    def _list(self, state, cause, reason):
        """Put it before a person."""
        self.write({'state': state, 'cause': cause, 'reason': reason})

    # === BUTTONS === #

    def _check_may_decide(self):
        """Let accountants decide.

        :raise AccessError: for others
        """
        if not (self.env.su or self.env.user.has_group(ACCOUNTANTS)):
            raise AccessError(self.env._("Deciding on payments from QuickBooks needs the QuickBooks accountant group."))
        self.check_access('write')

    def _decided(self, text):
        """Note who decided, here and in the audit trail."""
        self.sudo().write({
            'decided_by_id': self.env.user.id, 'decided_at': fields.Datetime.now(), 'decision': text})
        for connection, receipts in self.grouped('connection_id').items():
            self.env['qbo.audit']._note(connection, 'accepted', text, receipts)

    def action_accept(self):
        """Enter what waits for a click, and follow what was changed; what cannot be says why on its row."""
        self._check_may_decide()
        chosen = self.filtered(lambda receipt: receipt.state in UNDECIDED)
        if not chosen:
            raise UserError(self.env._("Nothing of this waits for a decision."))
        for receipt in chosen:
            receipt._decided(self.env._("Accepted by %(user)s", user=self.env.user.name))
            receipt._go_on_for_person()
        return chosen._say_what_stays() if len(self) == 1 else None

    def action_accept_rest(self):
        """Enter it although not all of it can be applied: the rest stays an open credit of the customer."""
        self.ensure_one()
        self._check_may_decide()
        self.sudo().rest_open = True
        return self.action_accept()

    @api.model
    def action_accept_all(self):
        """Accept all that only waits for a click and looks like nothing that Odoo has already."""
        self._check_may_decide()
        ready = self.search([('state', '=', 'proposed'), ('cause', '=', 'asked')])
        if not ready:
            raise UserError(self.env._("No payment waits for nothing but a click."))
        ready.action_accept()

    def _say_what_stays(self):
        """Return a message of why a row was not entered, if it was not."""
        left = self.filtered(lambda receipt: receipt.state in UNDECIDED)
        return left and {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': 'warning', 'sticky': True, 'title': self.env._("Not entered"), 'message': left.reason,
                       'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}}}

    def action_link_twin(self):
        """Say that it is the same money as Odoo's own payment: the two are linked, nothing is entered."""
        self.ensure_one()
        self._check_may_decide()
        if not self.twin_id or self.booked:
            raise UserError(self.env._("There is no payment of Odoo's own that it looks like."))
        twin, read = self.twin_id, self._read()
        self.env['qbo.binding']._link(self.connection_id, [{
            'entity': 'Payment', 'model': twin._name, 'res_id': twin.id, 'record_name': twin.display_name,
            'remote_id': self.remote_id, 'sync_token': read.sync_token, 'remote_customer': read.customer,
            'remote_date': read.date,
        }], self.env._("Linked by %(user)s: the same payment was entered in Odoo and in QuickBooks",
                       user=self.env.user.name))
        self._decided(self.env._("Linked with %(payment)s by %(user)s", payment=twin.display_name,
                                 user=self.env.user.name))
        self.sudo().write({'state': 'taken', 'payment_id': twin.id, 'cause': False, 'reason': False})

    def action_decline(self):
        """Ask why it should not be entered, or not followed."""
        self._check_may_decide()
        return self.env['qbo.receipt.decline']._open(self.filtered(lambda receipt: receipt.state in UNDECIDED))

    def _decline(self, why):
        """Leave Odoo as it is: what is not in it stays out, what is in it stays as it is."""
        self._check_may_decide()
        for receipt in self.filtered(lambda receipt: receipt.state in UNDECIDED):
            receipt._decided(self.env._("Left out by %(user)s: %(why)s", user=self.env.user.name, why=why))
            receipt.sudo()._leave()

    def _leave(self):
        """Do what :meth:`_decline` says: later changes in QuickBooks are told by what it is now."""
        self.write({'state': 'taken' if self.booked else 'declined', 'cause': False, 'reason': False})
        if not self.booked:
            return
        if self._read() is None:
            self._binding().state = 'deleted'
        elif self._read().is_empty:
            self._binding().state = 'voided'
        self.booked = self.data or self.booked

    def action_take_up(self):
        """Take back that it was declined."""
        self._check_may_decide()
        for receipt in self.filtered(lambda receipt: receipt.state == 'declined'):
            receipt.sudo().write({'state': 'waiting', 'cause': False, 'reason': False})
            receipt._go_on_for_person(said_yes=False)

    def _go_on_for_person(self, said_yes=True):
        """Do now what a click asks for.

        :raise UserError: nobody may enter it
        """
        try:
            self.sudo()._go_on(said_yes)
        except PullError as error:
            raise UserError(str(error)) from error

    def action_look_again(self):
        """Read the payments in QuickBooks again, and do what can be done now."""
        self._check_may_decide()
        for connection, receipts in self.grouped('connection_id').items():
            self.env['qbo.change']._ask(connection, 'Payment', receipts.mapped('remote_id'))

    def action_open_mappings(self):
        """Open the mappings of journals, where the account of the deposit has none."""
        self.ensure_one()
        action = self.connection_id.action_open_mappings()
        return action | {'domain': [*action['domain'], ('kind', '=', 'journal')]}

    def action_open_payment(self):
        """Open the payment in Odoo; of credits that were applied, the documents."""
        self.ensure_one()
        record = self.payment_id or self.twin_id
        if record:
            return {'type': 'ir.actions.act_window', 'res_model': 'account.payment', 'res_id': record.id,
                    'view_mode': 'form', 'target': 'current'}
        return self.action_open_documents()

    def action_open_documents(self):
        """Open the documents that it settles, as far as Odoo has them."""
        self.check_access('read')
        return {'type': 'ir.actions.act_window', 'name': self.env._("Settled Documents"), 'res_model': 'account.move',
                'view_mode': 'list,form', 'domain': [('id', 'in', self.line_ids.move_id.ids)]}

    def action_qbo_open(self):
        """Open the payment's page in QuickBooks."""
        self.ensure_one()
        self.check_access('read')
        return self.env['qbo.badge']._qbo_visit(self.qbo_url)


class QboReceiptLine(models.Model):
    """One document that a payment of QuickBooks settles, or a credit that it uses."""

    _name = 'qbo.receipt.line'
    _description = "Document That a Payment from QuickBooks Settles"
    _order = 'id'

    receipt_id = fields.Many2one('qbo.receipt', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='receipt_id.company_id', store=True)
    currency_id = fields.Many2one(related='receipt_id.currency_id')
    txn_type = fields.Char(required=True, readonly=True, string="QuickBooks Type")
    txn_id = fields.Char(required=True, readonly=True, string="QuickBooks ID")
    number = fields.Char(readonly=True, string="QuickBooks Number")
    amount = fields.Monetary(readonly=True)
    move_id = fields.Many2one('account.move', readonly=True, string="In Odoo", index='btree_not_null',
                              ondelete='set null')

    @api.depends('move_id.name', 'number', 'txn_type', 'txn_id')
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.move_id.name or line.number or f'{line.txn_type} {line.txn_id}'
