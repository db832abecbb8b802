"""The mapping wizard in a real browser, against the simulator's books."""

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from tests.integration.common import QboCase, SimulatorMixin


@tagged('standard', 'post_install', '-at_install')
class TestMappingTour(SimulatorMixin, HttpCase):
    """An accountant who may not administer the connection."""

    connect, consent, own_cursors, drain = QboCase.connect, QboCase.consent, QboCase.own_cursors, QboCase.drain

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env['qbo.connection'].search([]).unlink()
        cls.env.user.group_ids |= cls.env.ref('qbo_connector.group_qbo_administrator')
        cls.accountant = new_test_user(
            cls.env, login='mapper', password='mapper',
            groups='qbo_connector.group_qbo_accountant,account.group_account_user',
            company_id=cls.company.id, company_ids=[fields.Command.set(cls.company.ids)])

    def test_tabs_search_create_choose_and_save(self):
        connection = self.connect()
        self.env['account.payment.term'].create({'name': "Tour Term", 'line_ids': [fields.Command.create({
            'value': 'percent', 'value_amount': 100, 'delay_type': 'days_after', 'nb_days': 83})]})
        account = self.env['account.account'].create(
            {'name': "Tour Sales", 'code': '487950', 'account_type': 'income'})
        move = self.env['account.move'].create({
            'move_type': 'out_invoice', 'invoice_date': fields.Date.today(),
            'partner_id': self.env['res.partner'].create({'name': "Tour Mapped"}).id,
            'invoice_line_ids': [fields.Command.create({
                'name': "Seeds", 'price_unit': 40, 'tax_ids': [], 'account_id': account.id})]})
        move.action_post()
        self.drain(connection)
        self.start_tour(f'/odoo/quickbooks/{connection.id}', 'qbo_mapping_wizard', login='mapper')
        self.assertEqual([t['DueDays'] for t in self.books()['Term'] if t['Name'] == "Tour Term"], [83])
        rows = self.env['qbo.mapping'].search([('connection_id', '=', connection.id), ('reference_id', '!=', False)])
        chosen = {row.name: row.reference_id.name for row in rows}
        self.assertEqual(chosen["Tour Term"], "Tour Term")
        self.assertEqual(rows.filtered(lambda row: row.res_id == account.id).reference_id.name, "Services")
        self.assertIn("Default income account", chosen, "all suggestions were accepted")
        for _run in range(2):  # the customer and the item go first
            self.drain(connection)
        self.assertIn(move.name, {invoice['DocNumber'] for invoice in self.books()['Invoice']})
