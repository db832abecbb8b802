"""Customers and items that stand in QuickBooks before the first push: matched, decided about, linked by hand."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestMatching(QueueCase):
    """A QuickBooks company in use, and an Odoo company that begins to send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create = cls.env['res.partner'].create
        cls.env['res.partner'].search([('customer_rank', '>', 0)]).customer_rank = 0  # Odoo's demo data
        cls.env['product.product'].search([('sale_ok', '=', True)]).sale_ok = False
        cls.acme, cls.mailed, cls.likely, cls.stranger, cls.twin, cls.other = (create({
            'name': name, 'email': email, 'customer_rank': 1}) for name, email in (
                ("Acme Ltd", False), ("J. Smith", "john@smith.example"), ("Northwind Inc", False),
                ("Quite Alone", False), ("Quite  alone", False), ("Bolt & Nut", False)))
        cls.lamp = cls.env['product.product'].create({
            'name': "Lamp", 'default_code': "L-1", 'type': 'service', 'taxes_id': False})

    def setUp(self):
        super().setUp()
        income = [a for a in self.books()['Account'] if a['AccountType'] == 'Income']
        self.control('seed', {'objects': {self.connection.realm_id: {
            'Customer': [
                {'DisplayName': "ACME LTD", 'Notes': "kept"},
                {'DisplayName': "John Smith", 'PrimaryEmailAddr': {'Address': "John@Smith.example"}},
                {'DisplayName': "Northwind Incorporated"}, {'DisplayName': "Northwind Corp."},
                {'DisplayName': "O'Hara: Son".replace(':', '')}],
            'Item': [{'Name': "Desk light", 'Sku': "L-1", 'Type': 'Service',
                      'IncomeAccountRef': {'value': income[-1]['Id']}}]}}})
        with self.own_cursors():
            self.connection._load_references()
            self.connection.action_open_matches()
        self.matches = self.env['qbo.match'].search([('connection_id', '=', self.connection.id)])
        self.before = self.books()

    def match(self, record):
        """Return the row of a record."""
        return self.matches.filtered(lambda row: (row.model, row.res_id) == (record._name, record.id))

    def reference(self, name):
        """Return a customer or item of the mirror."""
        return self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', 'in', ('Customer', 'Item')), ('name', '=', name)])

    def names(self, entity='Customer'):
        """Return what QuickBooks' list holds."""
        field = 'DisplayName' if entity == 'Customer' else 'Name'
        return sorted(o[field] for o in self.books()[entity])

    def test_what_matches_is_listed_with_its_reason_and_all_exact_are_linked_at_once_without_a_word_to_quickbooks(self):
        found = {record: (self.match(record).state, self.match(record).reference_id.name, self.match(record).reason)
                 for record in (self.acme, self.mailed, self.likely, self.stranger, self.lamp)}
        self.assertEqual(found, {
            self.acme: ('exact', "ACME LTD", "same name"),
            self.mailed: ('exact', "John Smith", "same e-mail"),
            self.likely: ('likely', self.match(self.likely).reference_id.name,
                          "same name but for the legal form or its spelling"),
            self.stranger: ('none', False, False),
            self.lamp: ('exact', "Desk light", "same code"),
        })
        self.assertEqual(self.match(self.stranger).twins, "Quite  alone (same name but for the legal form or its "
                                                          "spelling)")
        self.assertIn("Northwind Corp. (same name but for the legal form",
                      self.reference("Northwind Incorporated").twin_names)
        self.assertEqual(self.connection.match_count, 4)

        self.control('calls', method='DELETE')
        self.matches.with_context(default_connection_id=self.connection.id).browse().action_link_exact()
        self.drain(self.connection)
        self.assertEqual(self.books(), self.before)
        self.assertEqual(self.api_calls(), [])
        self.assertEqual(self.match(self.acme).state, 'link')
        self.assertEqual(self.acme.qbo_state, 'synced')
        self.assertIn("Linked by", self.acme.message_ids[:1].body)
        self.assertEqual(self.connection.match_count, 1)

        # the account of the item is known: a line of another account does not use it
        account = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('type', '=', 'Income')])[:1]
        own = self.lamp.product_tmpl_id._get_product_accounts()['income']
        self.env['qbo.mapping'].search([('connection_id', '=', self.connection.id), ('kind', '=', 'account'),
                                        ('res_id', 'in', (own.id, 0))]).reference_id = account
        self.invoice(partner=self.acme, lines=[{'product_id': self.lamp.id, 'price_unit': 5, 'tax_ids': []}])
        for _run in range(2):
            self.drain(self.connection)
        invoice, = self.books()['Invoice']
        used = self.one('Item', Id=invoice['Line'][0]['SalesItemLineDetail']['ItemRef']['value'])
        self.assertEqual(used['IncomeAccountRef']['value'], account.remote_id)
        self.assertEqual(invoice['CustomerRef']['value'], self.one('Customer', DisplayName="ACME LTD")['Id'])

        self.acme.phone = "+1 555 0100"  # only now it is changed there, and nothing else of it
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName="Acme Ltd")
        self.assertEqual((customer['PrimaryPhone']['FreeFormNumber'], customer['Notes']), ("+1 555 0100", "kept"))
        self.assertEqual(len(self.names()), 5)

    def test_decisions_are_kept_and_obeyed_by_the_push(self):
        self.match(self.acme).action_new()
        self.match(self.likely).reference_id = self.reference("Northwind Corp.")
        self.match(self.likely).action_link()
        self.match(self.mailed).action_exclude()
        with self.assertRaisesRegex(UserError, "decided already"):
            self.match(self.acme).action_link()
        with self.own_cursors():
            self.matches.with_context(default_connection_id=self.connection.id).browse().action_search()
        self.assertEqual([self.match(record).state for record in (self.acme, self.likely, self.mailed, self.lamp)],
                         ['new', 'link', 'exclude', 'exact'])
        for partner in (self.acme, self.likely, self.mailed):
            self.invoice(partner=partner)
        for _run in range(3):
            self.drain(self.connection)
        self.assertEqual(self.names(), [
            "ACME LTD", f"Acme Ltd ({self.acme.id})", "John Smith", "Northwind Corp.", "Northwind Incorporated",
            "O'Hara Son"])
        self.assertEqual(sorted(i['CustomerRef']['name'] for i in self.books()['Invoice']),
                         [f"Acme Ltd ({self.acme.id})", "Northwind Corp."])
        self.assertEqual(self.mailed.qbo_state, 'excluded')

        self.match(self.mailed).action_undo()
        self.match(self.likely).action_undo()
        self.assertFalse(self.mailed.qbo_excluded)
        self.assertEqual(self.match(self.likely).decision, False)

    def test_one_object_that_suits_two_records_is_no_exact_match(self):
        rival = self.env['res.partner'].create({'name': "acme ltd", 'customer_rank': 1})
        self.env['qbo.match']._search_all(self.connection)
        self.matches = self.env['qbo.match'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual(self.match(rival).state, 'likely')
        self.assertIn("suits another", self.match(self.acme).reason)
        self.assertIn("acme ltd (same name)", self.match(self.acme).twins)
        with self.assertRaisesRegex(UserError, "more than one"):
            (self.match(rival) | self.match(self.acme)).action_link()

    # === BY HAND === #

    def link(self, record, name):
        """Link a record with an object of the mirror in the dialog."""
        wizard = self.env['qbo.link.wizard'].browse(record.action_qbo_link()['res_id'])
        wizard.reference_id = self.reference(name)
        wizard.action_link()
        return wizard

    def test_a_link_by_hand_is_made_from_either_side_and_the_next_push_updates_that_object(self):
        self.link(self.stranger, "Northwind Incorporated")
        wizard = self.env['qbo.link.wizard'].browse(self.reference("O'Hara Son").action_link()['res_id'])
        shown, = wizard.web_read({'binding_id': {'fields': {'display_name': {}}}, 'model': {}, 'from_mirror': {}})
        self.assertEqual((shown['binding_id'], shown['model'], shown['from_mirror']), (False, 'res.partner', True))
        wizard.res_id = self.other.id
        wizard.action_link()
        self.assertEqual(self.books(), self.before)
        self.assertEqual(self.reference("O'Hara Son").linked_name, "Bolt & Nut")
        self.assertNotIn(self.reference("O'Hara Son"), self.env['qbo.reference'].search([('linked_name', '=', False)]))
        self.control(f'touch/{self.connection.realm_id}', {  # what is known of it is out of date
            'entity': 'Customer', 'id': self.reference("O'Hara Son").remote_id, 'change': {'Notes': "edited"}})
        (self.stranger | self.other).action_qbo_push()
        self.drain(self.connection)
        self.drain(self.connection)
        self.assertEqual(self.names(), ["ACME LTD", "Bolt & Nut", "John Smith", "Northwind Corp.", "Quite Alone"])
        self.assertEqual(self.one('Customer', DisplayName="Quite Alone")['Id'],
                         next(c['Id'] for c in self.before['Customer'] if c['DisplayName'] == "Northwind Incorporated"))

        with self.assertRaisesRegex(UserError, "with Quite Alone"):
            self.link(self.acme, "Quite Alone")
        with self.assertRaisesRegex(UserError, "linked with Quite Alone"):
            self.reference("Quite Alone").action_link()
        with self.assertRaisesRegex(UserError, "Quite Alone as Customer"):
            self.link(self.stranger, "Northwind Corp.")

        wizard = self.env['qbo.link.wizard'].browse(self.stranger.action_qbo_link()['res_id'])
        wizard.action_unlink()
        self.stranger.invalidate_recordset()
        self.assertEqual(self.stranger.qbo_state, 'none')
        self.assertIn("Unlinked by", self.stranger.message_ids[:1].body)
        self.assertEqual(self.env['qbo.audit'].search([('event', 'in', ('linked', 'unlinked'))], order='id').mapped(
            'record_names'), ["Quite Alone", "Bolt & Nut", "Quite Alone"])
        self.link(self.stranger, "Northwind Corp.")

    def test_a_document_is_linked_by_the_number_it_has_in_quickbooks(self):
        customer = self.books()['Customer'][0]['Id']
        item = self.books()['Item'][0]['Id']
        line = {'Amount': 70, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
            'ItemRef': {'value': item}, 'Qty': 1, 'UnitPrice': 70}}
        made = self.control('seed', {'objects': {self.connection.realm_id: {'Invoice': [
            {'DocNumber': "O'1", 'CustomerRef': {'value': customer}, 'Line': [line], 'TxnDate': '2026-01-05'}]}}})
        remote = made['objects'][self.connection.realm_id]['Invoice'][0]
        self.link(self.acme, "ACME LTD")
        move = self.invoice(partner=self.acme)
        wizard = self.env['qbo.link.wizard'].browse(move.action_qbo_link()['res_id'])
        wizard.wanted = "7777"
        with self.own_cursors(), self.assertRaisesRegex(UserError, "no Invoice 7777"):
            wizard.action_look_up()
        for wanted in ("O'1", remote['Id']):
            wizard.wanted = wanted
            with self.own_cursors():
                wizard.action_look_up()
            self.assertIn("70.0", wizard.found_text)
        wizard.action_link()
        for _run in range(2):
            self.drain(self.connection)
        booked, = self.books()['Invoice']
        self.assertEqual((booked['Id'], booked['DocNumber'], booked['TotalAmt']), (remote['Id'], move.name, 100))

    def test_readers_decide_nothing(self):
        reader = new_test_user(self.env, 'match_reader', groups='qbo_connector.group_qbo_user')
        row = self.match(self.acme).with_user(reader)
        self.assertEqual(row.state, 'exact')
        for forbidden in (row.action_link, row.action_new, row.action_exclude, row.action_search,
                          self.acme.with_user(reader).action_qbo_link,
                          self.connection.with_user(reader).action_open_matches,
                          self.connection.with_user(reader).action_open_cutover,
                          lambda: row.write({'reference_id': False})):
            with self.assertRaises(AccessError):
                forbidden()
        accountant = new_test_user(self.env, 'match_accountant', groups='qbo_connector.group_qbo_accountant')
        with self.assertRaisesRegex(UserError, "decide with the buttons"):
            self.match(self.acme).with_user(accountant).write({'decision': 'link'})
