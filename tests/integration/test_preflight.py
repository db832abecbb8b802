"""Check, Preview and dry run: what they say is what happens then, and looking changes nothing."""

import json
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import UK_REALM, QboCase, QueueCase

TABLES = (
    'qbo_queue_entry', 'qbo_binding', 'qbo_mapping', 'qbo_reference', 'qbo_connection', 'qbo_governor', 'qbo_usage',
    'qbo_customer_currency', 'ir_cron_trigger', 'mail_message')
RESULT = ['dry_run_at', 'dry_run_found', 'dry_run_stopped', 'write_date', 'write_uid']  # the connection remembers it


class PreflightMixin:
    """Looks at records, and makes sure that nothing else happened."""

    def snapshot(self):
        """Return everything that a look must leave as it is."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        rows = {}
        for table in TABLES:
            noted = RESULT if table == 'qbo_connection' else []
            self.env.cr.execute(f"SELECT to_jsonb({table}) - %s::text[] FROM {table} ORDER BY id", [noted])
            rows[table] = self.env.cr.fetchall()
        return rows, len(self.api_calls()), self.books()

    def look(self, records, method='action_qbo_check'):
        """Press Check or Preview, make sure that it changed nothing, and return the dialog."""
        before = self.snapshot()
        action = getattr(records, method)()
        after = self.snapshot()
        for table in TABLES:
            self.assertEqual(after[0][table], before[0][table], table)
        self.assertEqual(after[1:], before[1:])
        self.env.invalidate_all()
        return self.env[action['res_model']].browse(action['res_id'])

    def dry_run(self, **values):
        """Run the whole wizard, make sure that it changed nothing, and return it."""
        before = self.snapshot()
        wizard = self.env['qbo.dry.run.wizard'].create({'connection_id': self.connection.id, **values})
        wizard.action_run()
        self.assertEqual(self.snapshot(), before)
        self.env.invalidate_all()
        return wizard

    def kind(self, wizard, entity):
        """Return the line of a dry run for a QuickBooks type."""
        return wizard.kind_ids.filtered(lambda kind: self.env[kind.handler]._qbo_entity == entity)


@tagged('standard', 'post_install', '-at_install')
class TestPreflight(PreflightMixin, QueueCase):
    """A company in the US whose mappings are complete."""

    def unmap(self, account):
        """Take the mappings of an account and of the default account away."""
        self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'),
            ('res_id', 'in', (0, account.id))]).unlink()

    def test_a_draft_that_could_be_sent_once_posted_says_that_nothing_is_sent_now(self):
        dialog = self.look(self.invoice(post=False))
        self.assertTrue(dialog.ready and dialog.nothing)
        self.assertIn("Only posted documents", dialog.summary)

    def test_a_good_document_is_ready_and_what_goes_before_it_is_listed(self):
        move = self.invoice()
        dialog = self.look(move)
        self.assertEqual((dialog.ready, dialog.nothing, dialog.summary), (True, False, "Ready to be sent."))
        self.assertEqual(dialog.step_ids.mapped('entity'), ['Customer', 'Item', 'Invoice'])
        self.assertEqual(set(dialog.step_ids.mapped('operation')), {'create'})
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_the_preview_is_to_the_byte_what_is_sent_then(self):
        first, move = self.invoice(), self.invoice()
        first.action_qbo_push()
        self.entries(move).action_cancel()
        self.drain(self.connection)
        for change, operation in ((move.action_qbo_push, 'create'), (lambda: move.write({'ref': "PO 9"}), 'update')):
            change()
            dialog = self.look(move, 'action_qbo_preview')
            self.assertTrue(dialog.preview)
            self.assertEqual(dialog.step_ids[-1].operation, operation)
            self.drain(self.connection)
            entry = self.entries(move).filtered(lambda row: row.state == 'done')[0]
            self.assertEqual(entry.operation, operation)
            self.assertEqual(dialog.payload, json.dumps(json.loads(entry.payload), indent=4, ensure_ascii=False))
        dialog = self.look(move, 'action_qbo_preview')
        self.assertEqual((dialog.step_ids.operation, dialog.payload), ('none', False))
        self.assertIn("already has it", dialog.summary)

    def test_customers_products_and_payments_are_previewed_too(self):
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=self.invoice().ids).create({})._create_payments()
        dialog = self.look(payment, 'action_qbo_preview')
        self.assertEqual(json.loads(dialog.payload)['TotalAmt'], 100)
        self.assertEqual(dialog.step_ids.mapped('entity'), ['Customer', 'Item', 'Invoice', 'Payment'])
        self.assertEqual(
            json.loads(self.look(self.partner, 'action_qbo_preview').payload)['DisplayName'], "Queue Customer")
        self.assertEqual(
            json.loads(self.look(self.product.product_tmpl_id, 'action_qbo_preview').payload)['Name'], "Queue Item")

    def test_an_existing_item_would_be_adopted_and_is_not_yet(self):
        existing = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Item'), ('type', '=', 'Service')], limit=1)
        product = self.env['product.product'].create({'name': existing.name, 'type': 'service', 'taxes_id': False})
        dialog = self.look(product)
        self.assertEqual(dialog.step_ids.operation, 'update')
        self.assertFalse(self.env['qbo.binding'].search([('res_id', '=', product.id), ('model', '=', product._name)]))

    def test_everything_that_stops_a_document_is_named_at_once_also_what_stops_its_items(self):
        sold = self.product.product_tmpl_id._get_product_accounts()['income']
        other = sold.copy({'code': "400999", 'name': "Other Sales"})
        self.unmap(sold)
        self.partner.name = ":-:"
        move = self.invoice(lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 1.0, 'tax_ids': []},
            {'name': "Other", 'account_id': other.id, 'quantity': 1, 'price_unit': 1.0, 'tax_ids': []}])
        self.entries(move).action_cancel()
        dialog = self.look(move)
        self.assertFalse(dialog.ready)
        self.assertEqual(sorted(dialog.problem_ids.mapped('kind')), ['mapping', 'mapping', 'record'])
        by_name = {problem.name: problem for problem in dialog.problem_ids}
        self.assertEqual(by_name[":-:"].action_fix()['res_id'], self.partner.id)
        problem = next(p for p in dialog.problem_ids if "Other Sales" in p.message)
        action = problem.action_fix()
        self.assertEqual(self.env['qbo.mapping'].browse(action['res_id']).res_id, other.id)

        self.partner.name = "Queue Customer"
        income = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('type', '=', 'Income')], limit=1)
        for problem in dialog.problem_ids.filtered('mapping_kind'):
            self.env['qbo.mapping'].browse(problem.action_fix()['res_id']).reference_id = income
        self.assertTrue(self.look(move).ready)
        move.action_qbo_push()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_a_mapping_that_the_check_made_for_itself_is_completed_in_the_wizard(self):
        problem = self.env['qbo.preflight.problem'].create({
            'connection_id': self.connection.id, 'kind': 'mapping', 'message': "x", 'mapping_kind': 'tax',
            'mapping_res_id': 10 ** 9})
        self.assertEqual(problem.action_fix()['res_model'], 'qbo.mapping.wizard')

    def test_what_the_check_refuses_the_drain_refuses_in_the_same_words(self):
        bad = self.env['res.partner'].create({'name': ":-:"})
        self.connection.sudo().tax_regime = 'none'
        tax = self.env['account.tax'].create({
            'name': "7 %", 'amount': 7, 'type_tax_use': 'sale', 'company_id': self.company.id})
        moves = self.invoice(partner=bad) | self.invoice(lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 10, 'tax_ids': tax.ids}])
        said = {problem.message for problem in self.look(moves).problem_ids}
        self.drain(self.connection)
        stuck = self.env['qbo.queue.entry'].search([('state', '=', 'failed')])
        self.assertEqual(said, set(stuck.mapped('fault_message')))
        self.assertEqual(len(said), 2)

    def test_what_quickbooks_refused_before_is_no_surprise(self):
        move = self.invoice()
        self.control('fail', {
            'entity': 'Invoice', 'method': 'POST', 'kind': 'status', 'status': 400, 'code': '6000', 'format': 'json'})
        self.drain(self.connection)
        dialog = self.look(move)
        self.assertEqual(dialog.problem_ids.kind, 'quickbooks')
        self.assertEqual(dialog.problem_ids.message, move.qbo_message)

    def test_a_connection_that_stands_still_is_the_first_thing_to_know(self):
        move = self.invoice()
        self.connection._set_reconnect("The consent was withdrawn.")
        dialog = self.look(move)
        self.assertEqual(dialog.problem_ids.message, "The consent was withdrawn.")
        self.assertEqual(dialog.problem_ids.action_fix()['res_id'], self.connection.id)

    def test_an_excluded_document_has_nothing_to_send_and_says_by_whose_wish(self):
        move = self.invoice(qbo_excluded=True)
        dialog = self.look(move)
        self.assertTrue(dialog.ready)
        self.assertIn("Do Not Send", dialog.summary)

    def test_looking_is_for_accountants_and_at_what_they_may_read(self):
        move = self.invoice()
        user, accountant = (new_test_user(
            self.env, login=name, groups=f'account.group_account_invoice,qbo_connector.group_qbo_{name}')
            for name in ('user', 'accountant'))
        with self.assertRaises(AccessError):
            move.with_user(user).action_qbo_check()
        dialog = self.look(move.with_user(accountant))
        self.assertTrue(dialog.with_user(accountant).ready)
        with self.assertRaises(AccessError):
            move.with_user(new_test_user(
                self.env, login='mapper', groups='qbo_connector.group_qbo_accountant')).action_qbo_check()

    def test_a_dry_run_counts_and_adds_up_what_would_be_sent(self):
        partner = self.partner
        moves = [self.invoice(lines=[{'product_id': self.product.id, 'quantity': 1, 'price_unit': price,
                                      'tax_ids': []}]) for price in (10.0, 20.5)]
        draft = self.invoice(post=False)
        excluded = self.invoice(qbo_excluded=True)
        self.connection.sudo().sync_from = date.today()
        earlier = self.invoice(invoice_date='2020-01-31')
        wizard = self.dry_run()
        invoices = self.kind(wizard, 'Invoice')
        everything = self.env['qbo.entity.invoice']._missing(self.connection)
        self.assertLessEqual({*moves, excluded}, {*everything})
        self.assertFalse({draft, earlier} & {*everything})
        self.assertEqual((invoices.found, invoices.examined), (len(everything),) * 2)
        self.assertEqual(invoices.stays_out, 1)
        self.assertIn("Do Not Send", invoices.reasons)
        out = wizard.out_ids.filtered(lambda row: "Do Not Send" in row.message and row.stopped_model == 'account.move')
        self.assertEqual((out.record_count, out.action_open_records()['res_id']), (1, excluded.id))
        self.assertEqual(out.entity, 'Invoice')
        self.assertFalse(wizard.problem_ids & wizard.out_ids)
        total = sum((everything - excluded).mapped('amount_total'))
        self.assertAlmostEqual(float(invoices.totals['USD']), total)
        self.assertEqual((wizard.state, invoices.to_send), ('done', len(everything) - 1))
        # a dry run of an earlier beginning, for one customer's sake
        self.assertEqual(self.kind(self.dry_run(date_from='2020-01-01', date_to='2020-12-31'), 'Invoice').found,
                         self.env['account.move'].search_count([
                             ('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),
                             ('company_id', '=', self.company.id), ('invoice_date', '>=', '2020-01-01'),
                             ('invoice_date', '<=', '2020-12-31')]))
        self.assertEqual(self.connection.sync_from, date.today())
        self.assertTrue(partner.exists())

    def test_the_dialog_offers_the_kinds_before_it_is_started(self):
        form = Form(self.env['qbo.dry.run.wizard'].with_context(default_connection_id=self.connection.id))
        with form.kind_ids.edit(0) as kind:
            kind.chosen = False
        wizard = form.save()
        self.assertEqual(wizard.kind_ids.mapped('chosen'), [False] + [True] * (len(wizard.kind_ids) - 1))
        self.assertIn("Credit Memo", wizard.kind_ids.mapped('name'))

    def test_kinds_that_are_not_chosen_are_not_looked_at(self):
        self.invoice()
        wizard = self.env['qbo.dry.run.wizard'].create({'connection_id': self.connection.id})
        self.kind(wizard, 'Invoice').chosen = False
        wizard.action_run()
        self.assertEqual(self.kind(wizard, 'Invoice').found, 0)

    def test_a_dry_run_goes_on_where_its_turn_ended(self):
        for _number in range(5):
            self.invoice()
        path = 'odoo.addons.qbo_connector.wizard.qbo_dry_run_wizard'
        with patch(f'{path}.BATCH', 2), patch(f'{path}.TURN', 0.0):
            wizard = self.env['qbo.dry.run.wizard'].create({'connection_id': self.connection.id})
            wizard.action_run()
            self.assertEqual((wizard.state, wizard.examined), ('running', 0))
        with patch(f'{path}.BATCH', 2):
            wizard.action_continue()
        self.assertEqual((wizard.state, wizard.examined), ('done', wizard.found))
        whole = self.dry_run()
        self.assertEqual([(kind.to_send, kind.totals) for kind in wizard.kind_ids],
                         [(kind.to_send, kind.totals) for kind in whole.kind_ids])


@tagged('standard', 'post_install', '-at_install')
class TestUkPreflight(PreflightMixin, QboCase):
    """A company outside the US, whose lines need tax codes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.use_uk_company("London Lamps")
        cls.partner = cls.env['res.partner'].create({'name': "Jane Roe"})
        cls.product = cls.env['product.product'].create({'name': "Mug", 'type': 'consu', 'taxes_id': False})

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.connection = self.connect(realm=UK_REALM)
        self.accept_mappings(self.connection)

    def test_twelve_invoices_wait_for_one_tax_mapping_and_go_once_it_is_made(self):
        taxes = [self.env['account.tax'].create({
            'name': name, 'amount': amount, 'type_tax_use': 'sale', 'company_id': self.company.id})
            for name, amount in (("GST 18%", 18), ("GST 5%", 5))]
        moves = self.env['account.move'].union(*(self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 10, 'tax_ids': taxes[0].ids}])
            for _number in range(12)))
        both = self.invoice(lines=[
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 10, 'tax_ids': tax.ids} for tax in taxes])
        wizard = self.dry_run()
        self.assertEqual(wizard.problem_ids.mapped('record_count'), [13, 1])
        common, other = wizard.problem_ids
        self.assertIn("GST 18%", common.message)
        self.assertIn("GST 5%", other.message)
        self.assertEqual(set(common.stopped_ids), set((moves | both).ids))
        self.assertEqual(self.env['account.move'].search(common.action_open_records()['domain']), moves | both)
        self.assertEqual(other.action_open_records()['res_id'], both.id)
        self.assertEqual((self.kind(wizard, 'Invoice').stopped, self.kind(wizard, 'Invoice').to_send), (13, 0))

        code = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'TaxCode'), ('rate', '=', 20)], limit=1)
        self.env['qbo.mapping'].browse(common.action_fix()['res_id']).reference_id = code
        wizard = self.dry_run()
        self.assertEqual(wizard.problem_ids.mapped('record_count'), [1])
        self.assertEqual(self.kind(wizard, 'Invoice').to_send, 12)
        for _run in range(2):
            self.drain(self.connection)
        self.assertEqual(len(self.books(UK_REALM)['Invoice']), 12)

    def test_a_mapping_to_what_became_inactive_in_quickbooks_is_a_problem(self):
        tax = self.company.account_sale_tax_id
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 10, 'tax_ids': tax.ids}])
        self.assertTrue(self.look(move).ready)
        self.env['qbo.mapping']._target(self.connection, 'tax', tax).active = False
        dialog = self.look(move)
        self.assertIn("inactive", dialog.problem_ids.message)
