"""What happens to a document after it was posted, and to the contacts and products that it names."""

from odoo import fields
from odoo.tests import tagged

from .currencies import MC_REALM, CurrencyCase
from .test_policies import PolicyCase


@tagged('standard', 'post_install', '-at_install')
class TestPostedAgain(PolicyCase):
    """A change of a posted document is an update of the same object."""

    def corrected(self, move, **values):
        """Reset a document to draft, change it, post it again, drain; returns it as it stands in QuickBooks."""
        before = self.standing('Invoice', move.name)[0]['Id']
        move.button_draft()
        move.write(values)
        move.action_post()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((invoice['Id'], move.qbo_state), (before, 'synced'))
        return invoice

    def test_another_date_follows(self):
        move = self.pushed()
        day = fields.Date.subtract(fields.Date.today(), days=3)
        self.assertEqual(self.corrected(move, invoice_date=day)['TxnDate'], day.isoformat())

    def test_lines_that_were_added_and_removed_follow(self):
        move = self.pushed()
        invoice = self.corrected(move, invoice_line_ids=[
            fields.Command.clear(),
            fields.Command.create({'product_id': self.product.id, 'quantity': 2, 'price_unit': 11.0, 'tax_ids': []}),
            fields.Command.create({'product_id': self.product.id, 'quantity': 1, 'price_unit': 5.0, 'tax_ids': []})])
        self.assertEqual(invoice['TotalAmt'], 27)

    def test_what_can_be_edited_while_it_is_posted_follows_without_a_reset(self):
        move = self.pushed()
        due = fields.Date.add(fields.Date.today(), days=9)
        move.invoice_date_due = due
        move.invoice_line_ids.name = "Told otherwise"
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((invoice['DueDate'], invoice['Line'][0]['Description']), (due.isoformat(), "Told otherwise"))

    def test_another_customer_follows(self):
        other = self.env['res.partner'].create({'name': "The Right One"})
        self.assertEqual(self.corrected(self.pushed(), partner_id=other.id)['CustomerRef']['name'], "The Right One")

    def test_a_paid_one_goes_to_another_customer_once_its_payment_has_come_off(self):
        for switch in ('refuse', 'unlink'):
            self.control('seed', {'switches': {'customer_change_paid': switch}})
            move = self.pushed()
            payment = self.pay(move)
            self.drain(self.connection)
            move.line_ids.remove_move_reconcile()
            other = self.env['res.partner'].create({'name': f"The Right One {switch}"})
            invoice = self.corrected(move, partner_id=other.id)
            self.assertEqual((invoice['CustomerRef']['name'], invoice['Balance']), (other.name, 100))
            self.assertEqual(payment.qbo_state, 'synced')

    def setUp(self):
        super().setUp()
        self.outstanding()


@tagged('standard', 'post_install', '-at_install')
class TestAnotherCurrency(CurrencyCase):
    """A document whose currency changes goes over to the customer of that currency."""

    def test_the_currency_and_with_it_the_customer_follow(self):
        self.join()
        move = self.bill(self.dollar)
        self.drain(self.connection)
        before = self.one('Invoice', MC_REALM, DocNumber=move.name)
        move.button_draft()
        move.currency_id = self.euro
        move.action_post()
        self.drain(self.connection)
        invoice = self.one('Invoice', MC_REALM, DocNumber=move.name)
        self.assertNotEqual(invoice['Id'], before['Id'], "QuickBooks changes no currency: it was deleted and made anew")
        self.assertEqual((invoice['CurrencyRef']['value'], invoice['CustomerRef']['name']),
                         ('EUR', "Bright Lamps Ltd (EUR)"))
        self.assertEqual((invoice['TotalAmt'], move.qbo_state), (move.amount_total, 'synced'))


@tagged('standard', 'post_install', '-at_install')
class TestChangedProducts(PolicyCase):
    """Items follow their products."""

    def test_a_new_name_is_an_update_of_the_item(self):
        item = self.one('Item', Name="Queue Item")
        self.product.name = "Queue Item II"
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Queue Item II")['Id'], item['Id'])

    def test_another_income_account_is_an_update_of_the_item(self):
        account = self.env['account.account'].create({
            'name': "Other Income of Ours", 'code': '400999', 'account_type': 'income'})
        there = next(a for a in self.books()['Account'] if a['AccountType'] == 'Income' and a['Id'] != (
            self.one('Item', Name="Queue Item")['IncomeAccountRef']['value']))
        reference = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('remote_id', '=', there['Id'])])
        self.env['qbo.mapping'].create({
            'connection_id': self.connection.id, 'kind': 'account', 'res_id': account.id,
            'name': account.display_name, 'reference_id': reference.id})
        self.product.property_account_income_id = account
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Queue Item")['IncomeAccountRef']['value'], there['Id'])

    def test_the_companys_own_income_account_reaches_items_without_another(self):
        account = self.env['account.account'].create({
            'name': "Other Sales", 'code': '499993', 'account_type': 'income'})
        other = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('type', '=', 'Income'),
            ('remote_id', '!=', self.one('Item', Name="Queue Item")['IncomeAccountRef']['value'])], limit=1)
        self.env['qbo.mapping']._add(self.connection, 'account', account).reference_id = other
        self.product.categ_id = self.env['product.category'].create({
            'name': "Without an Account", 'property_account_income_categ_id': False})
        self.drain(self.connection)
        self.company.income_account_id = account
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Queue Item")['IncomeAccountRef']['value'], other.remote_id)


@tagged('standard', 'post_install', '-at_install')
class TestArchived(PolicyCase):
    """Archived contacts and products become inactive; what is needed again comes back."""

    def settle_balance(self):
        """Cancel what the customer owes, so that its balance is 0."""
        self.env['account.move'].search([('partner_id', '=', self.partner.id)]).button_cancel()
        self.drain(self.connection)

    def test_an_archived_product_becomes_inactive_and_comes_back_under_its_name(self):
        self.product.active = False
        self.drain(self.connection)
        item = self.one('Item', Name="Queue Item (deleted)")
        self.assertFalse(item['Active'])
        self.assertEqual(self.product.qbo_state, 'inactive')
        self.product.active = True
        self.drain(self.connection)
        back = self.one('Item', Name="Queue Item")
        self.assertEqual((back['Id'], back['Active'], self.product.qbo_state), (item['Id'], True, 'synced'))

    def test_an_archived_template_takes_its_variants_along(self):
        self.product.product_tmpl_id.active = False
        self.drain(self.connection)
        self.one('Item', Name="Queue Item (deleted)")

    def test_an_archived_contact_becomes_inactive_and_comes_back(self):
        self.settle_balance()
        self.partner.active = False
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName="Queue Customer (deleted)")
        self.assertFalse(customer['Active'])
        self.partner.active = True
        self.drain(self.connection)
        self.assertEqual(self.one('Customer', DisplayName="Queue Customer")['Id'], customer['Id'])

    def test_a_contact_with_an_open_balance_stays_active_and_says_so(self):
        self.partner.active = False
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', DisplayName="Queue Customer")['Active'])
        entry = self.newest(self.partner)
        self.assertEqual((entry.state, entry.operation), ('done', 'none'))
        self.assertEqual(self.partner.qbo_state, 'kept')
        self.assertIn("balance", self.partner.qbo_message)
        self.assertIn("still active in QuickBooks", ' '.join(self.partner.message_ids.mapped('body')))
        self.assertEqual(len(self.writes()), 1, "it is not tried again by itself")

    def test_what_settles_its_balance_makes_an_archived_contact_inactive(self):
        self.outstanding()
        move = self.env['account.move'].search([('partner_id', '=', self.partner.id)])
        other = self.invoice(partner=self.env['res.partner'].create({'name': "Somebody Else"}))
        self.partner.active = False
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        self.pay(other, 100.0)
        self.drain(self.connection)
        self.assertNotIn('customer', [path for path, _id in self.writes()], "nothing of it was touched")
        self.pay(move, 60.0)
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', DisplayName="Queue Customer")['Active'])
        self.pay(move, 40.0)
        self.drain(self.connection)
        self.assertFalse(self.one('Customer', DisplayName="Queue Customer (deleted)")['Active'])
        self.assertEqual(self.partner.qbo_state, 'inactive')
        notes = self.partner.message_ids.filtered(lambda note: "still active in QuickBooks" in note.body)
        self.assertEqual(len(notes), 1, "said once")
        self.assertEqual(self.api_calls('GET'), [], "nothing is read for it")

    def test_a_refund_and_the_deletion_of_a_document_settle_it_as_well(self):
        self.outstanding()
        self.connection.on_cancel = 'delete'
        self.env['account.move'].search([('partner_id', '=', self.partner.id)]).button_cancel()
        note = self.pushed(move_type='out_refund')
        self.partner.active = False
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', DisplayName="Queue Customer")['Active'])
        note.button_draft()
        note.button_cancel()
        self.drain(self.connection)
        self.assertFalse(self.one('Customer', DisplayName="Queue Customer (deleted)")['Active'])

    def test_unarchived_meanwhile_it_stays_active(self):
        self.outstanding()
        self.partner.active = False
        self.drain(self.connection)
        self.partner.active = True
        self.pay(self.env['account.move'].search([('partner_id', '=', self.partner.id)]), 100.0)
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', DisplayName="Queue Customer")['Active'])

    def test_what_is_deleted_becomes_inactive(self):
        self.connection.push_all_products = self.connection.push_all_customers = True
        partner = self.env['res.partner'].create({'name': "Mistaken", 'customer_rank': 1})
        products = self.env['product.product'].create([
            {'name': f"Mistake {number}", 'type': 'service', 'taxes_id': False} for number in (1, 2)])
        self.drain(self.connection)
        self.one('Customer', DisplayName="Mistaken")
        partner.unlink()
        products[0].unlink()
        products[1].product_tmpl_id.unlink()
        self.drain(self.connection)
        self.one('Customer', DisplayName="Mistaken (deleted)", Active=False)
        for number in (1, 2):
            self.one('Item', Name=f"Mistake {number} (deleted)", Active=False)

    def test_an_address_that_is_deleted_leaves_its_customer_as_it_is(self):
        child = self.env['res.partner'].create({
            'name': "Works", 'parent_id': self.partner.id, 'type': 'delivery', 'city': "Reno"})
        self.drain(self.connection)
        child.unlink()
        self.drain(self.connection)
        self.assertTrue(self.one('Customer', DisplayName="Queue Customer")['Active'])

    def test_a_name_that_was_taken_meanwhile_gets_a_suffix(self):
        self.product.active = False
        self.drain(self.connection)
        account = self.one('Item', Name="Queue Item (deleted)")['IncomeAccountRef']
        self.control('seed', {'objects': {self.connection.realm_id: {'Item': [
            {'Name': "Queue Item", 'Type': 'Service', 'IncomeAccountRef': account}]}}})
        self.product.active = True
        self.drain(self.connection)
        self.assertTrue(self.one('Item', Name=f"Queue Item ({self.product.id})")['Active'])

    def test_a_document_brings_back_what_it_needs(self):
        self.settle_balance()
        self.partner.active = self.product.active = False
        self.drain(self.connection)
        move = self.invoice()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual(invoice['CustomerRef']['name'], "Queue Customer")
        self.assertTrue(self.one('Item', Name="Queue Item")['Active'])

    def test_a_document_that_waits_goes_before_its_customer_becomes_inactive(self):
        self.settle_balance()
        note = self.invoice(move_type='out_refund', lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 0.0, 'tax_ids': []}])
        self.partner.active = False
        self.drain(self.connection)
        self.one('CreditMemo', DocNumber=note.name)
        self.assertFalse(self.one('Customer', DisplayName="Queue Customer (deleted)")['Active'])

    def test_what_an_accountant_made_inactive_is_brought_back_when_a_document_needs_it(self):
        for code in (610, 2500):
            self.control('seed', {'switches': {'inactive_reference_code': code}})
            item = self.one('Item', Name="Queue Item")
            self.control(f'touch/{self.connection.realm_id}', {'entity': 'Item', 'id': item['Id'], 'change': {
                'Active': False, 'Name': "Queue Item (deleted)"}})
            move = self.invoice()
            self.drain(self.connection)
            self.assertEqual(self.total(move.name), 100, code)
            self.assertTrue(self.one('Item', Name="Queue Item")['Active'])

    def test_what_was_archived_before_it_was_ever_pushed_does_not_go(self):
        self.connection.push_all_products = True
        product = self.env['product.product'].create({'name': "Short Lived", 'type': 'service', 'taxes_id': False})
        product.active = False
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])


@tagged('standard', 'post_install', '-at_install')
class TestFrozen(PolicyCase):
    """Money that was deposited in QuickBooks cannot be changed there."""

    def test_a_deposited_payment_says_what_to_do(self):
        payment = self.payment()
        self.drain(self.connection)
        there = self.one('Payment')
        self.control(f'touch/{self.connection.realm_id}', {'entity': 'Payment', 'id': there['Id'], 'change': {
            'LinkedTxn': [{'TxnId': '999', 'TxnType': 'Deposit'}]}})
        payment.action_cancel()
        self.drain(self.connection)
        self.assertEqual(payment.qbo_state, 'failed')
        self.assertIn("Take it off there, then retry", payment.qbo_message)
