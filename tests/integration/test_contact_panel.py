"""The page QuickBooks of a contact: what stands there, reading it again, and creating it with all gaps named."""

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import US_REALM, QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestContactPanel(QueueCase):
    """A customer with two open invoices in QuickBooks, and a bookkeeper there."""

    def test_the_page_shows_the_customer_and_refresh_reads_balance_and_open_invoices_in_the_background(self):
        self.invoice()
        self.invoice()
        self.drain(self.connection)
        remote_id = self.one('Customer', DisplayName="Queue Customer")['Id']
        shown = self.partner.qbo_customer_ids
        self.assertEqual((shown.remote_id, shown.status, shown.open_read_at), (remote_id, 'active', False))

        desk = self.simulator.bookkeeper(US_REALM)
        first, _second = self.books()['Invoice']
        desk.receive_payment({first['Id']: '60.00'})
        desk.edit('Customer', remote_id, Notes="Pays late")
        before = len(self.api_calls())
        self.partner.action_qbo_refresh()
        self.env.invalidate_all()
        self.assertTrue(self.partner.qbo_asked)
        self.assertEqual(len(self.api_calls()), before, "the click waits for nobody")
        self.drain(self.connection)
        self.assertEqual(len(self.api_calls()) - before, 2, "the customer, and its open invoices")
        self.assertFalse(self.partner.qbo_asked)
        customer = self.one('Customer', Id=remote_id)
        self.assertEqual((shown.balance, shown.open_count, shown.open_total), (140.0, 2, 140.0))
        self.assertEqual(shown.balance, float(customer['Balance']))
        self.assertEqual(shown.currency, customer['CurrencyRef']['value'])
        self.assertEqual(shown.notes, "Pays late")
        self.assertTrue(shown.read_at and shown.open_read_at and shown.remote_updated_at)

        desk.delete('Payment', self.one('Payment')['Id'])
        for invoice in self.books()['Invoice']:
            desk.void('Invoice', invoice['Id'])
        desk.make_inactive('Customer', remote_id)
        self.partner.action_qbo_refresh()
        self.drain(self.connection)
        self.assertEqual((self.partner.with_context(active_test=False).qbo_customer_ids.status, shown.open_count),
                         ('inactive', 0))
        self.connection.state = 'reconnect'
        with self.assertRaises(UserError):
            self.partner.action_qbo_refresh()
        self.assertFalse(self.partner.qbo_asked, "nobody would answer")

    def test_what_quickbooks_would_miss_change_or_refuse_is_named_field_by_field_before_it_is_created(self):
        partner = self.env['res.partner'].create({'name': "Gaps: Branch", 'email': "nobody", 'street': "1 Main St"})
        before = len(self.api_calls())
        wizard = self.env['qbo.create.wizard'].browse(partner.action_qbo_create()['res_id'])
        self.assertFalse(wizard.refused)
        self.assertEqual({(line.field_label, line.kind) for line in wizard.line_ids} - {("State", 'missing')}, {
            ("Name", 'changed'), ("City", 'missing'), ("Zip", 'missing'), ("Country", 'missing'),
            ("Email", 'left_out')})
        self.assertIn("Gaps - Branch", wizard.line_ids.filtered(lambda line: line.kind == 'changed').message)
        self.assertEqual(len(self.api_calls()), before)
        wizard.action_create_there()
        self.drain(self.connection)
        self.assertNotIn('PrimaryEmailAddr', self.one('Customer', DisplayName="Gaps - Branch"))
        self.assertEqual(partner.qbo_customer_ids.name, "Gaps - Branch")

        nameless = self.env['res.partner'].create({'name': "\U0001f600"})
        wizard = self.env['qbo.create.wizard'].browse(nameless.action_qbo_create()['res_id'])
        self.assertTrue(wizard.refused)
        self.assertIn("no name that QuickBooks can show", wizard.line_ids.filtered(
            lambda line: line.kind == 'refused').message)
        with self.assertRaisesRegex(UserError, "refused"):
            wizard.action_create_there()

    def test_who_belongs_to_another_company_sees_nothing_of_a_shared_contact_and_has_nothing_read(self):
        self.invoice()
        self.drain(self.connection)
        self.assertFalse(self.partner.company_id)
        elsewhere = self.env['res.company'].create({'name': "Connected, too"})
        self.env['qbo.connection'].create({'company_id': elsewhere.id, 'realm_id': '4711', 'state': 'connected'})
        stranger = new_test_user(self.env, login='panel_elsewhere', company_id=elsewhere.id, groups=(
            'base.group_partner_manager,qbo_connector.group_qbo_accountant'))
        self.partner.action_qbo_refresh()
        theirs = self.partner.with_user(stranger).with_company(elsewhere)
        self.assertTrue(self.partner.qbo_customer_ids and self.partner.qbo_asked)
        self.assertFalse(theirs.qbo_customer_ids or theirs.qbo_asked)
        with self.assertRaisesRegex(UserError, "not in QuickBooks"):
            theirs.action_qbo_refresh()

    def test_who_has_no_connection_gets_no_page_and_readers_cause_no_calls(self):
        form = self.env.ref('base.view_partner_form').id
        other = self.env['res.company'].create({'name': "Unconnected"})
        stranger = new_test_user(self.env, login='panel_stranger', company_id=other.id, groups=(
            'base.group_partner_manager,qbo_connector.group_qbo_administrator'))
        reader = new_test_user(self.env, login='panel_reader', company_id=self.company.id, groups=(
            'base.group_partner_manager,qbo_connector.group_qbo_user'))

        def parts(user):
            arch = self.env['res.partner'].with_user(user).get_view(form, 'form')['arch']
            return {node.get('name') for node in etree.fromstring(arch).xpath(
                "//*[@name='qbo_panel' or @name='qbo_customer_ids' or @name='action_qbo_refresh']")}
        self.assertEqual(parts(stranger), set())
        self.assertEqual(parts(reader), {'qbo_panel', 'qbo_customer_ids'})
        for action in ('action_qbo_refresh', 'action_qbo_create'):
            with self.assertRaises(AccessError):
                getattr(self.partner.with_user(reader), action)()
