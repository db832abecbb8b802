"""What comes from QuickBooks, in a real browser: a payment, a change, a difference, a contact."""

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import US_REALM
from .reconciling import ReconcileMixin
from .settling import SettlingCase


@tagged('standard', 'post_install', '-at_install')
class TestIncomingTour(ReconcileMixin, SettlingCase, HttpCase):
    """An accountant who administers nothing, and a bookkeeper at work in QuickBooks' screens."""

    def test_payment_change_difference_and_contact_are_settled_from_the_screens_that_tell_of_them(self):
        user = new_test_user(
            self.env, login='receiver', password='receiver',
            groups='qbo_connector.group_qbo_accountant,account.group_account_user,base.group_partner_manager',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        self.connection.write({'pull_payments': 'propose', 'user_id': user.id})
        paid, changed, gone = self.sold(100, 200, 300)
        desk, there = self.keep_books(), {move: self.there(move)['Id'] for move in (paid, changed, gone)}
        money = desk.receive_payment({there[paid]: 100}, deposit_to='Checking', reference="Check 4711")
        desk.edit_invoice(there[changed], amount='230')
        desk.delete('Invoice', there[gone])
        for entity, remote_id in (('Payment', money['Id']), ('Invoice', there[changed])):  # of the third nobody tells
            self.env['qbo.change']._ask(self.connection, entity, [remote_id])
        self.drain(self.connection)
        contact = self.env['res.partner'].create({'name': "Gaps: Branch", 'email': "nobody", 'street': "1 Main St"})
        self.env.flush_all()

        self.start_tour(f'/odoo/res.partner/{contact.id}', 'qbo_decide_what_came', login='receiver')
        self.env.invalidate_all()
        self.assertEqual((paid.amount_residual, paid.payment_state), (0, paid._get_invoice_in_payment_state()))
        payment = self.env['account.payment'].search([('payment_reference', '=', "Check 4711")])
        self.assertEqual((payment.amount, payment.journal_id), (100, self.bank))
        for _run in range(2):
            self.drain(self.connection)
        self.assertEqual(self.one('Invoice', Id=there[changed])['TotalAmt'], 200)
        self.assertNotIn('PrimaryEmailAddr', self.one('Customer', DisplayName="Gaps - Branch"))
        self.turn()
        self.assertEqual(self.connection.reconciliation_id.drift_count, 1)

        desk.edit('Customer', self.one('Customer', DisplayName="Gaps - Branch")['Id'], Notes="Pays late")
        self.start_tour(f'/odoo/res.partner/{contact.id}', 'qbo_repair_difference', login='receiver')
        self.drain(self.connection)
        self.assertEqual(contact.qbo_customer_ids.notes, "Pays late")
        self.assertEqual(self.one('Invoice', DocNumber=gone.name)['TotalAmt'], 300)

        self.start_tour('/odoo/quickbooks', 'qbo_compare_again', login='receiver')
        self.turn()
        run = self.connection.reconciliation_id
        self.assertEqual((run.state, run.compared), ('clean', 4))
        self.assertEqual(self.books(US_REALM)['Payment'][0]['Id'], money['Id'])
