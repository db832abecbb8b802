"""The guided path and the checklist at its end: each step by its facts, what is overridden, and who went live."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import format_date

from .common import UK_REALM, US_REALM, QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestChecklist(QueueCase):
    """A connected company that has not gone live."""

    def setUp(self):
        super().setUp()
        self.connection.live_at = False
        self.env.cr.precommit.run()

    def wizard(self):
        """Open the checklist by its button."""
        return self.env['qbo.go.live.wizard'].browse(self.connection.action_open_go_live()['res_id'])

    def levels(self, wizard=None):
        """Return ``{check: result}``."""
        return {check.title: check.level for check in (wizard or self.wizard()).check_ids}

    def dry_run(self):
        """Do a dry run, as its dialog does."""
        wizard = self.env['qbo.dry.run.wizard'].create({'connection_id': self.connection.id})
        wizard.action_run()

    def prefer(self, **groups):
        """Change the preferences of the QuickBooks company."""
        self.control(f'preferences/{US_REALM}', groups)

    def map_all(self):
        """Give everything in use the counterpart of its list that comes first."""
        for mapping in self.env['qbo.mapping'].search([('state', '=', 'missing')]):
            mapping.reference_id = self.env['qbo.reference'].search(
                [('connection_id', '=', self.connection.id), ('entity', '=', mapping.entity)], limit=1)

    def test_a_company_in_order_goes_live_without_a_reason_and_sends_what_was_posted_before(self):
        self.map_all()
        invoice = self.invoice()
        self.connection.sync_from = fields.Date.today()
        self.dry_run()
        self.assertEqual(self.connection.dry_run_stopped, 0)
        self.assertGreaterEqual(self.connection.dry_run_found, 1)
        wizard = self.wizard()
        self.assertEqual({'ok', 'hint'}, set(self.levels(wizard).values()), self.levels(wizard))
        action = wizard.action_go_live()
        self.assertEqual(action['res_model'], 'qbo.connection')
        self.assertEqual(self.connection.live_user_id, self.env.user)
        for _run in range(2):
            self.drain(self.connection)
        self.one('Invoice', DocNumber=invoice.name)
        with self.assertRaisesRegex(UserError, "live already"):
            wizard.action_go_live()

    def test_preferences_that_do_not_fit_are_warnings_that_take_a_reason_which_is_kept(self):
        self.map_all()
        self.env.ref('base.EUR').active = True
        self.invoice(currency_id=self.env.ref('base.EUR').id)
        self.prefer(
            SalesFormsPrefs={'CustomTxnNumbers': False, 'AutoApplyCredit': True},
            AccountingInfoPrefs={'BookCloseDate': '2025-12-31'},
            TaxPrefs={'UsingSalesTax': False, 'PartnerTaxEnabled': False})
        tax = self.env['account.tax'].create({'name': "Seven", 'amount': 7, 'company_id': self.company.id})
        self.invoice(lines=[{'name': "Taxed", 'price_unit': 100, 'tax_ids': tax.ids}])
        wizard = self.wizard()
        with self.own_cursors():
            wizard.action_check_again()
        self.assertEqual(
            {title for title, level in self.levels(wizard).items() if level == 'warning'},
            {"Dry Run", "Custom Transaction Numbers", "Automatic Application of Credits", "Closing Date",
             "Multicurrency", "Sales Tax"})
        with self.assertRaisesRegex(UserError, "Automatic Application of Credits"):
            wizard.action_go_live()
        self.assertFalse(self.connection.live_at)
        wizard.reason = "The owner <b>wants</b> it"
        wizard.action_go_live()
        self.assertTrue(self.connection.live_at)
        history = "".join(self.connection.message_ids.mapped('body'))
        self.assertIn("The owner &lt;b&gt;wants&lt;/b&gt; it", history)
        self.assertIn("⚠ Sales Tax", history)
        audit = self.env['qbo.audit'].search([('event', '=', 'golive')], limit=1)
        self.assertIn("Closing Date", audit.text)
        self.assertIn("The owner", audit.text)
        self.assertEqual(audit.user_id, self.env.user)

    def test_books_in_another_currency_block_whatever_the_reason(self):
        self.connection.home_currency = 'GBP'
        wizard = self.wizard()
        self.assertEqual(self.levels(wizard)["Company"], 'blocker')
        wizard.reason = "I insist"
        with self.assertRaisesRegex(UserError, "GBP"):
            wizard.action_go_live()
        self.assertFalse(self.connection.live_at)

    def test_the_trial_is_what_was_sent_and_stands_there_with_the_same_figures(self):
        self.assertEqual(self.levels()["Trial"], 'hint')
        invoice = self.invoice()
        credit = self.invoice(move_type='out_refund')
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
        for document in (invoice, credit, payment):
            document.action_qbo_push()
            for _run in range(2):
                self.drain(self.connection)
        check = self.wizard().check_ids.filtered(lambda check: check.title == "Trial")
        self.assertEqual(check.level, 'ok', check.text)
        self.assertIn(f"{invoice.name} (100.00)", check.text)
        self.assertEqual(self.one('Payment')['TotalAmt'], 100)

        link = self.env['qbo.binding'].search([('entity', '=', 'CreditMemo')])
        link.variance = "QuickBooks says 99.00"
        check = self.wizard().check_ids.filtered(lambda check: check.title == "Trial")
        self.assertEqual(check.level, 'hint')
        self.assertIn("equal yet: credit note.", check.text)
        with self.own_cursors():  # the sandbox was tried out, now for the real books
            self.connection._disconnect(archive_links=True)
        self.assertFalse(self.connection.dry_run_at)
        self.connection.write({'environment': 'production', 'realm_id': '77', 'state': 'connected'})
        self.assertEqual(self.levels()["Trial"], 'warning')
        link.variance = False
        self.assertEqual(self.levels()["Trial"], 'ok')

    def test_webhooks_are_in_order_once_a_signed_post_has_come_and_hold_nobody_up(self):
        def line():
            self.connection.invalidate_recordset()
            check = self.wizard().check_ids.filtered(lambda check: check.title == "Webhooks")
            return check.level, check.text

        self.assertEqual(line()[0], 'hint')
        self.assertIn("every 4 hours", line()[1])
        token = self.env['qbo.webhook.token'].create({'connection_id': self.connection.id, 'token': "secret"})
        self.assertEqual(line()[0], 'hint', "a token alone proves nothing")
        post = self.env['qbo.webhook'].sudo().create({'connection_id': self.connection.id, 'token_id': token.id})
        self.assertEqual(line(), ('ok', f"Last Post: {format_date(self.env, fields.Datetime.now())}"))
        # days after it, only the poll found what changed
        days = fields.Datetime.now() - timedelta(days=9)
        self.env.cr.execute("UPDATE qbo_webhook SET create_date = %s WHERE id = %s", [days, post.id])
        self.env['qbo.change'].create({
            'connection_id': self.connection.id, 'entity': 'Invoice', 'remote_id': '1', 'event_key': 'x',
            'source': 'poll', 'changed_at': days + timedelta(days=7)})
        self.assertEqual(line()[0], 'hint')
        token.unlink()
        post.sudo().create({'connection_id': self.connection.id})
        self.assertEqual(line()[0], 'hint')

    def test_only_an_administrator_goes_live_and_only_by_what_the_checklist_offers(self):
        accountant = new_test_user(
            self.env, login='golive_accountant', groups='qbo_connector.group_qbo_accountant',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        with self.assertRaises(AccessError):
            self.connection.with_user(accountant).action_open_go_live()
        with self.assertRaises(AccessError):
            self.env['qbo.go.live.wizard'].with_user(accountant).create({'connection_id': self.connection.id})

        # A mend button runs nothing but what the checklist offers.
        check = self.wizard().check_ids.filtered(lambda check: check.title == "Dry Run")
        self.assertEqual(check.action_mend()['res_model'], 'qbo.dry.run.wizard')
        check.action = '_archive_links'
        with self.assertRaises(UserError):
            check.action_mend()

    def test_each_step_of_the_path_is_read_from_facts_so_it_can_be_left_and_resumed(self):
        other = self.env['res.company'].create({'name': "Path", 'currency_id': self.env.ref('base.USD').id})
        path = self.env['qbo.connection'].new({'company_id': other.id, 'environment': 'sandbox'})
        self.assertEqual((path.setup_step, path.setup_done), ('app', 0))
        path.update({'client_id': 'abc', 'client_secret': 'typed'})
        self.assertEqual((path.setup_step, path.setup_done), ('connect', 1))

        self.map_all()
        self.assertEqual(self.connection.setup_step, 'scope')
        self.connection.action_set_scope()
        self.assertEqual((self.connection.setup_step, self.connection.setup_done), ('dry_run', 5))
        self.env['qbo.mapping'].search([('state', '=', 'mapped')], limit=1).reference_id = False
        self.connection.invalidate_recordset()
        self.assertEqual(self.connection.setup_step, 'map')
        with self.own_cursors():
            self.connection._disconnect(archive_links=False)
        self.assertEqual(self.connection.setup_step, 'connect')

    def test_the_app_opens_the_path_while_there_is_one_to_go_and_the_dashboard_afterwards(self):
        Connection = self.env['qbo.connection']
        accountant = new_test_user(
            self.env, login='app_accountant', groups='qbo_connector.group_qbo_accountant',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        app = self.env.ref('qbo_connector.qbo_app_action').with_user
        opened = app(self.env.user).run()
        self.assertEqual((opened['path'], opened['res_id']), ('quickbooks-setup', self.connection.id))
        self.assertEqual(app(accountant).run()['path'], 'quickbooks')
        self.connection.live_at = fields.Datetime.now()
        self.assertEqual(app(self.env.user).run()['path'], 'quickbooks')
        Connection.search([]).active = False
        opened = app(self.env.user).run()
        self.assertEqual((opened['path'], opened['res_id']), ('quickbooks-setup', False))

    def test_a_company_of_another_country_or_currency_is_told_at_once(self):
        london = self.env['res.company'].create({
            'name': "London", 'country_id': self.env.ref('base.us').id, 'currency_id': self.env.ref('base.USD').id})
        self.env.user.company_ids |= london
        connection = self.connect(company=london, realm=UK_REALM)
        self.assertIn("GBP", connection.company_mismatch)
        self.assertIn("is in US", connection.country_mismatch)
        connection.live_at = False
        self.assertEqual(connection.setup_step, 'company')
