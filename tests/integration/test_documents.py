"""From a record posted in Odoo to the object in QuickBooks' books."""

from odoo import fields
from odoo.tests import tagged

from .documents import DocumentCase


@tagged('standard', 'post_install', '-at_install')
class TestDocuments(DocumentCase):
    """Each test posts in Odoo, drains, and looks into the simulator's books."""

    def test_a_posted_invoice_stands_in_the_books_with_its_customer_and_item(self):
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'name': "Lamp, brass", 'quantity': 3, 'price_unit': 33.335, 'tax_ids': []}])
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertAlmostEqual(invoice['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(invoice['Balance'], move.amount_residual)
        self.assertEqual(invoice['TxnDate'], str(move.invoice_date))
        self.assertEqual(invoice['DueDate'], str(move.invoice_date_due))
        self.assertEqual(invoice['CustomerRef']['name'], "Bright Lamps Ltd")
        line = invoice['Line'][0]
        self.assertEqual(line['Description'], "Lamp, brass")
        self.assertEqual(line['SalesItemLineDetail']['ItemRef']['name'], "Desk Lamp")
        self.assertEqual(self.one('Item', Name="Desk Lamp")['Sku'], "LAMP-1")
        self.assertEqual(move.qbo_state, 'synced')

    def test_a_customer_carries_names_addresses_and_the_resale_number(self):
        self.env['res.partner'].create({
            'parent_id': self.partner.id, 'type': 'delivery', 'name': "Dock", 'street': "9 Quay", 'city': "Harbor",
            'country_id': self.env.ref('base.us').id})
        self.invoice()
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName="Bright Lamps Ltd")
        self.assertEqual(customer['CompanyName'], "Bright Lamps Ltd")
        self.assertEqual(customer['PrimaryEmailAddr']['Address'], "ap@bright.example")
        self.assertEqual(customer['PrimaryPhone']['FreeFormNumber'], "+1 555 0100")
        self.assertEqual(customer['BillAddr']['Line1'], "1 Main Street")
        self.assertEqual(customer['ShipAddr']['Line1'], "9 Quay")
        self.assertEqual(customer['ResaleNum'], "US-RESALE-77")

    def test_a_person_is_split_into_given_and_family_name(self):
        person = self.env['res.partner'].create({'name': "Maria Elena Lopez"})
        self.invoice(partner=person)
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName="Maria Elena Lopez")
        self.assertEqual((customer['GivenName'], customer['FamilyName']), ("Maria Elena", "Lopez"))
        self.assertFalse(customer.get('CompanyName'))

    def test_the_customer_of_a_document_is_its_commercial_partner(self):
        contact = self.env['res.partner'].create({'name': "Joan", 'parent_id': self.partner.id})
        move = self.invoice(partner=contact)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['name'], "Bright Lamps Ltd")

    def test_sections_and_notes_become_description_lines(self):
        move = self.invoice(lines=[
            {'display_type': 'line_section', 'name': "Lighting"},
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 10.0, 'tax_ids': []},
            {'display_type': 'line_note', 'name': "Handle with care"},
        ])
        self.drain(self.connection)
        lines = self.one('Invoice', DocNumber=move.name)['Line']
        self.assertEqual([line.get('Description') for line in lines[:3]][::2], ["Lighting", "Handle with care"])
        self.assertEqual([line['DetailType'] for line in lines[:3]],
                         ['DescriptionOnly', 'SalesItemLineDetail', 'DescriptionOnly'])

    def test_a_discount_is_shown_and_the_total_is_right_to_the_cent(self):
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 3, 'price_unit': 19.99, 'discount': 12.5, 'tax_ids': []}])
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertAlmostEqual(invoice['TotalAmt'], move.amount_total)
        gross, discount = invoice['Line'][:2]
        self.assertAlmostEqual(gross['Amount'], 59.97)
        self.assertAlmostEqual(discount['Amount'], move.amount_total - 59.97)

    def test_a_line_without_product_uses_an_item_of_its_account(self):
        account = self.product.product_tmpl_id._get_product_accounts()['income']
        move = self.invoice(lines=[{
            'name': "Consulting", 'account_id': account.id, 'quantity': 1, 'price_unit': 40.0, 'tax_ids': []}])
        self.drain(self.connection)
        line = self.one('Invoice', DocNumber=move.name)['Line'][0]
        item = self.one('Item', Id=line['SalesItemLineDetail']['ItemRef']['value'])
        mapped = self.env['qbo.mapping']._target(self.connection, 'account', account)
        self.assertEqual(item['IncomeAccountRef']['value'], mapped.remote_id)

    def test_us_sales_tax_is_what_odoo_charged(self):
        tax = self.env['account.tax'].create({
            'name': "Sales 7.25 %", 'amount': 7.25, 'type_tax_use': 'sale', 'company_id': self.company.id})
        move = self.invoice(lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 19.99, 'tax_ids': tax.ids},
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 5.0, 'tax_ids': []},
        ])
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertAlmostEqual(invoice['TotalAmt'], move.amount_total)
        self.assertAlmostEqual(invoice['TxnTaxDetail']['TotalTax'], move.amount_tax)
        codes = [line['SalesItemLineDetail']['TaxCodeRef']['value'] for line in invoice['Line'][:2]]
        self.assertEqual(codes, ['TAX', 'NON'])

    def test_a_credit_note_becomes_a_credit_memo_and_not_an_invoice(self):
        move = self.invoice(move_type='out_refund')
        self.drain(self.connection)
        memo = self.one('CreditMemo', DocNumber=move.name)
        self.assertAlmostEqual(memo['TotalAmt'], 100.0)
        self.assertAlmostEqual(memo['Balance'], 100.0)
        self.assertEqual(self.books().get('Invoice', []), [])

    def test_terms_and_comments_travel_as_plain_text(self):
        self.partner.comment = "<p>Ring <b>twice</b></p>"
        move = self.invoice(narration="<p>Thank you</p>")
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerMemo']['value'], "Thank you")
        self.assertIn("Ring", self.one('Customer', DisplayName="Bright Lamps Ltd")['Notes'])

    def test_a_draft_deleted_after_it_was_pushed_is_voided(self):
        move = self.invoice()
        name = move.name
        self.drain(self.connection)
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.drain(self.connection)
        self.assertAlmostEqual(self.one('Invoice', DocNumber=name)['TotalAmt'], 0.0)

    def test_an_invoice_reset_and_posted_again_is_an_update(self):
        move = self.invoice()
        self.drain(self.connection)
        move.button_draft()
        move.invoice_line_ids.price_unit = 120.0
        move.action_post()
        self.drain(self.connection)
        invoice = self.one('Invoice')
        self.assertAlmostEqual(invoice['TotalAmt'], 120.0)
        self.assertEqual(self.entries(move)[0].operation, 'update')

    def test_a_cancelled_invoice_is_voided(self):
        move = self.invoice()
        self.drain(self.connection)
        move.button_draft()
        move.button_cancel()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertAlmostEqual(invoice['TotalAmt'], 0.0)
        self.assertEqual(move.qbo_state, 'voided')

    def test_an_invoice_cancelled_before_the_drain_never_leaves(self):
        move = self.invoice()
        move.button_draft()
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual(self.books().get('Invoice', []), [])
        self.assertEqual(self.entries(move)[0].state, 'done')

    def test_a_cancelled_credit_note_is_deleted(self):
        move = self.invoice(move_type='out_refund')
        self.drain(self.connection)
        move.button_draft()
        move.button_cancel()
        self.drain(self.connection)
        self.assertEqual([m for m in self.books().get('CreditMemo', []) if m.get('status') != 'Deleted'], [])

    def test_pushing_again_without_change_sends_nothing(self):
        move = self.invoice()
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.api_calls(), [])

    def test_pushing_a_document_costs_no_read(self):
        self.control('calls', method='DELETE')
        self.pay(self.invoice(), 100.0)
        self.drain(self.connection)
        self.assertEqual(self.api_calls('GET'), [])
        self.assertEqual(len(self.api_calls('POST')), 4, "customer, item, invoice, payment: one call each")

    def test_a_later_edit_of_the_contact_travels_and_other_fields_do_not(self):
        self.invoice()
        self.drain(self.connection)
        self.partner.phone = "+1 555 0199"
        self.drain(self.connection)
        self.assertEqual(self.one('Customer', DisplayName="Bright Lamps Ltd")['PrimaryPhone']['FreeFormNumber'],
                         "+1 555 0199")
        self.control('calls', method='DELETE')
        self.partner.ref = "internal"
        self.drain(self.connection)
        self.assertEqual(self.api_calls(), [])

    def test_an_existing_customer_is_adopted_by_name_instead_of_doubled(self):
        self.control('seed', {'objects': {self.connection.realm_id: {
            'Customer': [{'DisplayName': "Bright Lamps Ltd", 'Notes': "kept"}]}}})
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.one('Customer', DisplayName="Bright Lamps Ltd")['Id'],
                         self.one('Invoice', DocNumber=move.name)['CustomerRef']['value'])

    def test_an_existing_customer_is_adopted_by_an_unambiguous_e_mail_only(self):
        shared = {'Address': "office@shared.example"}
        self.control('seed', {'objects': {self.connection.realm_id: {'Customer': [
            {'DisplayName': "Bright Lamps", 'PrimaryEmailAddr': {'Address': "AP@bright.example"}},
            {'DisplayName': "Alpha Ltd", 'PrimaryEmailAddr': {'Address': "info@alpha.example"}},
            {'DisplayName': "Twin One", 'PrimaryEmailAddr': shared},
            {'DisplayName': "Twin Two", 'PrimaryEmailAddr': shared}]}}})
        with self.enter_registry_test_mode():
            self.connection._load_references()
        tenant = self.env['res.partner'].create({'name': "T_in One", 'email': "office@shared.example"})
        stranger = self.env['res.partner'].create({'name': "Quite Different", 'email': "info@alpha.example"})
        for partner in (self.partner, tenant, stranger):
            self.invoice(partner=partner)
        self.drain(self.connection)
        names = sorted(c['DisplayName'] for c in self.books()['Customer'])
        self.assertEqual(
            names, ["Alpha Ltd", "Bright Lamps Ltd", "Quite Different", "T_in One", "Twin One", "Twin Two"])

    def test_an_existing_item_is_adopted_by_its_sku(self):
        account = next(a for a in self.books()['Account'] if a['AccountType'] == 'Income')
        self.control('seed', {'objects': {self.connection.realm_id: {'Item': [{
            'Name': "Lamp for desks", 'Sku': "LAMP-1", 'Type': 'Service',
            'IncomeAccountRef': {'value': account['Id']}}]}}})
        with self.enter_registry_test_mode():
            self.connection._load_references()
        self.invoice()
        self.drain(self.connection)
        item = self.one('Item', Sku="LAMP-1")
        self.assertEqual(item['Type'], 'Service', "what an adopted item is stays QuickBooks' business")

    def test_an_inventory_item_is_created_with_its_accounts_and_later_edits_leave_its_stock_alone(self):
        self.patch(type(self.env['qbo.entity.item']), '_kind', lambda *args: 'Inventory')  # needs Odoo's stock app
        self.invoice()
        self.drain(self.connection)
        item = self.one('Item', Name="Desk Lamp")
        self.assertEqual((item['Type'], item['TrackQtyOnHand'], item['QtyOnHand']), ('Inventory', True, 0))
        accounts = {account['Id']: account for account in self.books()['Account']}
        self.assertEqual(accounts[item['ExpenseAccountRef']['value']]['AccountType'], 'Cost of Goods Sold')
        self.assertEqual(accounts[item['AssetAccountRef']['value']]['AccountSubType'], 'Inventory')
        self.product.name = "Desk Lamp II"
        self.drain(self.connection)
        self.assertEqual(self.one('Item', Name="Desk Lamp II")['Id'], item['Id'])
        self.assertNotIn('InvStartDate', self.entries(self.product)[0].payload)

    def test_a_name_that_a_vendor_holds_gets_a_suffix(self):
        self.control('seed', {'objects': {self.connection.realm_id: {
            'Vendor': [{'DisplayName': "Bright Lamps Ltd"}]}}})
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['name'],
                         "Bright Lamps Ltd (Customer)")
        self.control('calls', method='DELETE')
        self.partner.phone = "+1 555 0111"
        self.drain(self.connection)
        self.assertEqual(self.one('Customer', DisplayName="Bright Lamps Ltd (Customer)")['PrimaryPhone'],
                         {'FreeFormNumber': "+1 555 0111"})
        self.assertEqual(len(self.api_calls()), 1, "the suffix is remembered")

    def test_two_contacts_of_one_name_are_two_customers(self):
        twin = self.env['res.partner'].create({'name': "Bright Lamps Ltd", 'is_company': True, 'city': "Shelbyville"})
        moves = self.invoice() | self.invoice(partner=twin)
        self.drain(self.connection)
        names = {i['DocNumber']: i['CustomerRef']['name'] for i in self.books()['Invoice']}
        self.assertEqual([names[m.name] for m in moves], ["Bright Lamps Ltd", "Bright Lamps Ltd (Shelbyville)"])

    def test_variants_are_items_of_their_own(self):
        attribute = self.env['product.attribute'].create({'name': "Colour", 'value_ids': [
            fields.Command.create({'name': "Red"}), fields.Command.create({'name': "Blue"})]})
        template = self.env['product.template'].create({'name': "Shade", 'taxes_id': False, 'attribute_line_ids': [
            fields.Command.create({'attribute_id': attribute.id, 'value_ids': attribute.value_ids.ids})]})
        self.invoice(lines=[{'product_id': v.id, 'quantity': 1, 'price_unit': 5.0, 'tax_ids': []}
                            for v in template.product_variant_ids])
        self.drain(self.connection)
        names = {item['Name'] for item in self.books()['Item']}
        self.assertLessEqual({"Shade (Red)", "Shade (Blue)"}, names)

    def test_the_sweep_finds_what_no_hook_enqueued(self):
        move = self.invoice()
        self.entries(move).unlink()
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_documents_before_the_starting_date_stay_out(self):
        self.connection.sync_from = fields.Date.add(fields.Date.today(), days=1)
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.books().get('Invoice', []), [])
        self.assertEqual(move.qbo_state, 'none')
        self.assertIn("from which documents are pushed", move.qbo_message)

    def test_another_addon_adds_an_entity_that_follows_its_record_and_is_found_by_the_daily_search(self):
        plan = self.env['account.analytic.plan'].create({'name': "Projects"})
        project, forgotten = self.env['account.analytic.account'].create([
            {'name': name, 'plan_id': plan.id} for name in ("Lighthouse", "Harbour")])
        self.entries(forgotten).unlink()
        self.drain(self.connection)
        made = self.one('Class', Name="Lighthouse")
        project.name = "Lighthouse North"
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.assertEqual(self.one('Class', Name="Lighthouse North")['Id'], made['Id'])
        self.one('Class', Name="Harbour")
        project.active = False
        self.drain(self.connection)
        self.assertFalse(self.one('Class', Id=made['Id'])['Active'])
