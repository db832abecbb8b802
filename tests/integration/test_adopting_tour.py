"""In a real browser: match what stands in QuickBooks already, and adopt a document that was typed in there."""

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from tests.integration.common import QboCase, SimulatorMixin


@tagged('standard', 'post_install', '-at_install')
class TestAdoptingTour(SimulatorMixin, HttpCase):
    """An accountant before the first push."""

    consent, connect, own_cursors = QboCase.consent, QboCase.connect, QboCase.own_cursors

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['qbo.connection'].search([]).unlink()
        cls.company = cls.env.company
        cls.env['res.partner'].search([('customer_rank', '>', 0)]).customer_rank = 0  # Odoo's demo data
        cls.env['product.product'].search([('sale_ok', '=', True)]).sale_ok = False
        cls.env.flush_all()
        for table in ('account_move', 'account_payment'):
            cls.env.cr.execute(f'UPDATE {table} SET qbo_excluded = true')
        cls.env.invalidate_all()
        new_test_user(
            cls.env, login='bookkeeper', password='bookkeeper',
            groups='qbo_connector.group_qbo_accountant,account.group_account_manager',
            company_id=cls.company.id, company_ids=[fields.Command.set(cls.company.ids)])

    def test_match_the_customers_and_adopt_an_invoice(self):
        connection = self.connect(sync_mode='queue')
        partners = self.env['res.partner'].create([
            {'name': name, 'customer_rank': 1} for name in ("Tour Customer", "Wayfinder Inc")])
        invoice = self.env['account.move'].create({
            'move_type': 'out_invoice', 'invoice_date': fields.Date.today(), 'partner_id': partners[0].id,
            'invoice_line_ids': [fields.Command.create({'name': "Work", 'price_unit': 70, 'tax_ids': []})]})
        invoice.action_post()
        realm = connection.realm_id

        def seed(**objects):
            return self.control('seed', {'objects': {realm: objects}})['objects'][realm]

        customer, _likely, other = seed(Customer=[
            {'DisplayName': name} for name in ("Tour Customer", "Wayfinder Corp", "Quite Different")])['Customer']
        seed(Invoice=[{
            'DocNumber': invoice.name, 'CustomerRef': {'value': customer['Id']}, 'TxnDate': str(fields.Date.today()),
            'Line': [{'Amount': 70, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
                'ItemRef': {'value': self.books()['Item'][0]['Id']}, 'Qty': 1, 'UnitPrice': 70}}]}])
        with self.own_cursors():
            connection._load_references()
        before = self.books()
        self.env.flush_all()
        self.start_tour(f'/odoo/quickbooks/{connection.id}', 'qbo_match_customers', login='bookkeeper')
        links = self.env['qbo.binding'].search([('connection_id', '=', connection.id)])
        self.assertEqual({link.res_id: link.remote_id for link in links},
                         {partners[0].id: customer['Id'], partners[1].id: other['Id']})
        self.start_tour(f'/odoo/quickbooks/{connection.id}', 'qbo_adopt_documents', login='bookkeeper')
        self.env.invalidate_all()
        self.assertEqual(invoice.qbo_state, 'synced')
        self.assertEqual(self.books(), before)
