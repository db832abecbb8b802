"""Do Not Send to QuickBooks: on contacts, products, journals, documents and payments, and what changing it does."""

from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestOptOut(QueueCase):
    """What a person keeps out never travels; what was sent before stays as it is."""

    def pushed_invoice(self, **values):
        """Return an invoice that stands in QuickBooks."""
        move = self.invoice(**values)
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        return move

    def number(self, move):
        """Return how many invoices of that number are in the books."""
        return sum(invoice['DocNumber'] == move.name for invoice in self.books().get('Invoice', []))

    def pay(self, move, **values):
        """Register the payment of an invoice and return it."""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create(values)._create_payments()

    def test_an_excluded_document_never_reaches_the_books_and_has_no_row(self):
        move = self.invoice(post=False, qbo_excluded=True)
        move.action_post()
        self.assertFalse(self.entries(move))
        move.ref = "changed"
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.number(move), 0)
        self.assertFalse(self.entries(move))
        self.assertEqual(move.qbo_state, 'excluded')
        self.assertIn("Do Not Send", move.qbo_message)

    def test_documents_and_payments_of_an_excluded_journal_stay_out_and_say_which_journal(self):
        move = self.invoice(post=False)
        bank = self.env['account.journal'].search([
            ('type', '=', 'bank'), ('company_id', '=', self.company.id)], limit=1)
        (move.journal_id | bank).qbo_excluded = True
        move.action_post()
        payment = self.pay(move, journal_id=bank.id)
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.assertEqual(self.number(move), 0)
        self.assertFalse(self.books().get('Payment'))
        self.assertFalse(self.entries(move) | self.entries(payment))
        self.assertIn(move.journal_id.display_name, move.qbo_message)
        self.assertIn(bank.display_name, payment.qbo_message)

    def test_an_excluded_customer_stays_out_with_its_documents_those_of_its_contacts_too(self):
        contact = self.env['res.partner'].create({'name': "Joan", 'parent_id': self.partner.id})
        self.partner.qbo_excluded = True
        move = self.invoice(partner=contact)
        payment = self.pay(move)
        self.connection.push_all_customers = True
        self.partner.street = "1 Main Street"
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.assertEqual(self.number(move), 0)
        self.assertFalse(self.books().get('Payment'))
        self.assertNotIn("Queue Customer", [c['DisplayName'] for c in self.books().get('Customer', [])])
        self.assertIn("Queue Customer", move.qbo_message)
        self.assertEqual([r.qbo_state for r in (move, payment, self.partner)], ['excluded'] * 3)

    def test_the_flag_of_a_customer_counts_in_its_company_only(self):
        other = self.env['res.company'].create({'name': "Elsewhere"})
        self.partner.with_company(other).qbo_excluded = True
        self.assertFalse(self.partner.qbo_excluded)
        self.pushed_invoice()

    def test_lines_of_an_excluded_product_go_by_the_item_of_their_account(self):
        self.product.qbo_excluded = True
        self.connection.push_all_products = True
        self.env['qbo.queue.entry']._sweep(self.connection)
        move = self.pushed_invoice()
        names = [item['Name'] for item in self.books()['Item']]
        self.assertNotIn("Queue Item", names)
        account = move.invoice_line_ids.account_id
        line = self.one('Invoice', DocNumber=move.name)['Line'][0]
        self.assertIn(account.name, line['SalesItemLineDetail']['ItemRef']['name'])
        self.assertEqual(line['Description'], move.invoice_line_ids.name)
        self.assertEqual(self.product.qbo_state, 'excluded')

    def test_exclusion_ends_what_waits_with_a_note(self):
        move = self.invoice()
        (row,) = self.entries(move)
        move.qbo_excluded = True
        self.assertEqual((row.state, row.operation), ('done', 'none'))
        self.assertIn("Do Not Send", row.note)
        self.drain(self.connection)
        self.assertEqual(self.number(move), 0)
        self.assertEqual(move.message_ids[0].body.striptags(), "From now on not sent to QuickBooks.")

    def test_exclusion_of_the_journal_ends_what_failed_too(self):
        self.partner.name = ":-:"
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'blocked')
        move.journal_id.qbo_excluded = True
        self.env.invalidate_all()
        self.assertEqual(self.entries(move).state, 'done')
        self.assertEqual(move.qbo_state, 'excluded')

    def test_a_product_that_stops_its_documents_no_longer_does_once_it_is_excluded(self):
        self.product.name = ":-:"
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'blocked')
        triggers = self.env['ir.cron.trigger'].sudo()
        triggers.search([]).unlink()
        self.product.qbo_excluded = True
        self.env.cr.precommit.run()
        self.assertTrue(triggers.search([('cron_id', '=', self.connection.cron_id.id)]))
        self.drain(self.connection)
        self.assertEqual(self.number(move), 1)

    def test_what_was_sent_before_stays_as_it_is_whatever_happens_in_odoo(self):
        move = self.pushed_invoice()
        move.qbo_excluded = True
        before = self.one('Invoice', DocNumber=move.name)
        self.assertEqual(move.qbo_state, 'excluded')
        self.assertIn("keeps what it has", move.qbo_message)
        move.button_draft()
        move.invoice_line_ids.price_unit = 7.0
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name), before)
        move.button_draft()
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=before['DocNumber']), before)

    def test_without_the_flag_a_document_is_made_equal_again(self):
        move = self.pushed_invoice()
        move.qbo_excluded = True
        move.button_draft()
        move.invoice_line_ids.price_unit = 7.0
        move.action_post()
        self.drain(self.connection)
        move.qbo_excluded = False
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 7)
        self.assertEqual(move.qbo_state, 'synced')

    def test_without_the_flag_documents_payments_customers_and_products_are_sent_that_never_were(self):
        move = self.invoice(qbo_excluded=True)
        payment = self.pay(move)
        payment.qbo_excluded = self.partner.qbo_excluded = self.product.qbo_excluded = True
        self.drain(self.connection)
        self.assertFalse(self.books().get('Invoice') or self.books().get('Payment'))
        for record in (move, payment, self.partner):
            record.qbo_excluded = False
        self.drain(self.connection)
        self.assertEqual(self.number(move), 1)
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 0)
        self.connection.push_all_products = True
        self.product.qbo_excluded = False
        self.drain(self.connection)
        self.one('Item', Name="Queue Item")

    def test_without_the_flag_of_their_journal_documents_are_sent_and_made_equal(self):
        old, journal = self.pushed_invoice(), self.invoice(post=False).journal_id
        journal.qbo_excluded = True
        old.ref = "PO 77"
        new = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.number(new), 0)
        journal.qbo_excluded = False
        self.drain(self.connection)
        self.assertEqual(self.number(new), 1)
        self.assertIn("PO 77", self.one('Invoice', DocNumber=old.name)['PrivateNote'])

    def test_money_for_an_excluded_document_is_sent_unapplied(self):
        move = self.invoice(post=False, qbo_excluded=True)
        move.action_post()
        payment = self.pay(move)
        self.drain(self.connection)
        booked = self.one('Payment')
        self.assertEqual((booked['TotalAmt'], booked['UnappliedAmt']), (100, 100))
        self.assertEqual(payment.qbo_state, 'synced')

    def test_a_payment_stays_applied_to_a_document_that_was_excluded_after_it_was_sent(self):
        move = self.pushed_invoice()
        payment = self.pay(move)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['Balance'], 0)
        move.qbo_excluded = True
        payment.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 0)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['Balance'], 0)

    def test_a_copy_is_not_excluded_and_anybody_can_make_it(self):
        manager = new_test_user(
            self.env, login='manager', company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)],
            groups='account.group_account_manager,product.group_product_manager,base.group_partner_manager')
        move = self.invoice(qbo_excluded=True)
        for record in (move, move.journal_id, self.partner, self.product.product_tmpl_id, self.product):
            record.qbo_excluded = True
            self.env.invalidate_all()
            self.assertFalse(record.with_user(manager).copy().sudo().qbo_excluded)

    def test_excluded_documents_are_found_by_whoever_keeps_them_out(self):
        own, sent = self.invoice(qbo_excluded=True), self.pushed_invoice()
        stranger = self.env['res.partner'].create({'name': "Stranger", 'qbo_excluded': True})
        by_customer = self.invoice(partner=stranger)
        mine = [('id', 'in', (own | sent | by_customer).ids)]
        moves = self.env['account.move']
        self.assertEqual(moves.search([*mine, ('qbo_state', '=', 'excluded')]), own | by_customer)
        self.assertEqual(moves.search([*mine, ('qbo_state', '=', 'synced')]), sent)
        self.assertFalse(moves.search([*mine, ('qbo_state', '=', 'none')]))
        self.assertIn(stranger, stranger.search([('qbo_state', '=', 'excluded')]))
        self.product.qbo_excluded = True
        self.assertIn(self.product, self.product.search([('qbo_state', '=', 'excluded')]))

    def test_only_accountants_see_and_set_the_flag_and_only_where_quickbooks_is_connected(self):
        clerk = new_test_user(
            self.env, login='clerk', groups='account.group_account_invoice', company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)])
        move = self.invoice(post=False)
        with Form(move.with_user(clerk)) as form:
            self.assertNotIn('qbo_excluded', form._view['fields'])
        self.assertTrue(move.qbo_connected)
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        self.assertFalse(self.partner.with_company(elsewhere).qbo_connected)
