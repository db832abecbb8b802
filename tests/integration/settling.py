"""What the tests of payments, credits, refunds and write-offs share: after every step the open balances are equal."""

from odoo import fields

from .common import QueueCase

CONTROL = ('asset_receivable',)


class SettlingCase(QueueCase):
    """Posts in Odoo, drains, and compares what is open in the simulator's books with what is open in Odoo's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', cls.company.id)], limit=1)
        cls.outstanding = cls.env['account.account'].create({
            'name': "Outstanding", 'code': '101498', 'account_type': 'asset_current', 'reconcile': True})
        cls.book_payments_on(cls.outstanding)
        cls.fees = cls.env['account.account'].create({
            'name': "Fees of the Bank", 'code': '699998', 'account_type': 'expense'})

    def setUp(self):
        super().setUp()
        self.map('journal', self.bank, "Checking")

    @classmethod
    def book_payments_on(cls, account):
        """Let payments book on an outstanding account, or, without one, not at all."""
        journals = cls.env['account.journal'].search([
            ('type', 'in', ('bank', 'cash')), ('company_id', '=', cls.company.id)])
        (journals.inbound_payment_method_line_ids | journals.outbound_payment_method_line_ids
         ).payment_account_id = account

    def map(self, kind, record, name):
        """Map a record to an account of QuickBooks."""
        mappings = self.env['qbo.mapping']
        row = mappings.search([('connection_id', '=', self.connection.id), ('kind', '=', kind),
                               ('res_id', '=', record.id)]) or mappings._add(self.connection, kind, record)
        row.reference_id = self.account(name)

    def account(self, name):
        """Return a mirrored account."""
        found = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('name', '=', name)])
        self.assertEqual(len(found), 1)
        return found

    def document(self, amount=100.0, move_type='out_invoice', **values):
        """Post an invoice or credit note over an amount."""
        return self.invoice(move_type=move_type, lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': amount, 'tax_ids': []}], **values)

    def pay(self, moves, amount=None, **values):
        """Register payments as the user does, with the wizard."""
        if amount is not None:
            values['amount'] = amount
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=moves.ids).create(values)._create_payments()

    def money(self, amount, payment_type='inbound', partner=None, **values):
        """Post a payment that settles nothing yet."""
        payment = self.env['account.payment'].create({
            'payment_type': payment_type, 'partner_type': 'customer', 'partner_id': (partner or self.partner).id,
            'amount': amount, 'journal_id': self.bank.id, **values})
        payment.action_post()
        return payment

    def receivables(self, *records):
        """Return the lines of documents and payments on customers' accounts."""
        moves = self.env['account.move'].union(*(
            record if record._name == 'account.move' else record.move_id for record in records))
        return moves.line_ids.filtered(lambda line: line.account_id.account_type in CONTROL)

    def reconcile(self, *records):
        """Reconcile documents and payments with one another."""
        self.receivables(*records).reconcile()

    def transaction(self, amount, *moves, fee=None):
        """Book a bank transaction and reconcile it with documents, as a bank reconciliation does.

        :param fee: (account, debit) of what the bank kept, if anything
        """
        line = self.env['account.bank.statement.line'].create({
            'journal_id': self.bank.id, 'date': fields.Date.today(), 'payment_ref': "Transfer 77", 'amount': amount,
            'partner_id': self.partner.id})
        suspense = line._seek_for_lines()[1]
        receivable = self.receivables(*moves).account_id[:1] if moves else suspense.account_id
        commands = [fields.Command.update(suspense.id, {
            'account_id': receivable.id, 'balance': -amount - (fee[1] if fee else 0),
            'partner_id': moves[0].partner_id.id if moves else self.partner.id})]
        if fee:
            commands.append(fields.Command.create({
                'name': "Bank fee", 'account_id': fee[0].id, 'balance': fee[1], 'partner_id': False}))
        line.move_id.with_context(skip_readonly_check=True, force_delete=True).write({'line_ids': commands})
        if moves:
            self.reconcile(line, *moves)
        return line

    # === THE SIMULATOR'S BOOKS === #

    def drained(self):
        """Drain, and see that nothing stopped and that what is open is the same on both sides."""
        self.drain(self.connection)
        stuck = self.env['qbo.queue.entry'].search([('state', 'not in', ('done', 'superseded', 'cancelled'))])
        self.assertEqual(stuck.mapped(lambda row: (row.record_name, row.state, row.fault_message, row.note)), [])
        self.assert_same_balances()

    def assert_same_balances(self):
        """Compare the open amount of each document, and what each customer owes in total."""
        books = self.books()
        for entity, kind in (('Invoice', 'out_invoice'), ('CreditMemo', 'out_refund')):
            theirs = {obj['DocNumber']: float(obj['Balance']) for obj in books.get(entity, [])}
            moves = self.env['account.move'].search([
                ('move_type', '=', kind), ('state', '=', 'posted'), ('name', 'in', list(theirs))])
            self.assertEqual({move.name: move.amount_residual for move in moves},
                             {move.name: theirs[move.name] for move in moves})
        names = [customer['DisplayName'] for customer in books['Customer']]
        for partner in self.env['res.partner'].search([('name', 'in', names), ('id', '>=', self.partner.id)]):
            owed = sum(self.env['account.move.line'].search([
                ('partner_id', 'child_of', partner.id), ('account_type', 'in', CONTROL),
                ('parent_state', '=', 'posted')]).mapped('balance'))
            customer = next(c for c in books['Customer'] if c['DisplayName'] == partner.name)
            self.assertAlmostEqual(float(customer['Balance']), owed, msg=f"what {partner.name} owes")

    def payments(self):
        """Return the payments of QuickBooks that came to something, by Id."""
        return sorted((p for p in self.books().get('Payment', []) if p['TotalAmt'] or p['Line']),
                      key=lambda payment: int(payment['Id']))

    def links(self, payment):
        """Return {TxnType: amount} of a payment's links."""
        found = {}
        for line in payment['Line']:
            kind = line['LinkedTxn'][0]['TxnType']
            found[kind] = found.get(kind, 0) + float(line['Amount'])
        return found
