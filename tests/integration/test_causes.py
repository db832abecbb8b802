"""*Needs Attention*: each root cause once, with all that it holds up, and one button for all of it."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .cures import CureCase
from .taxes import TaxCase
from .test_progress import RowsMixin


@tagged('standard', 'post_install', '-at_install')
class TestOneTax(TaxCase):
    """Many invoices wait for one mapping."""

    def test_thirty_invoices_of_one_unmapped_tax_are_one_row_and_one_mapping_lets_all_go(self):
        self.bill((1.0, None))  # accounts are mapped, and the item stands there
        odd = self.tax("GST 20%", 20)
        values = [{'product_id': self.product.id, 'quantity': 1, 'price_unit': 10.0, 'tax_ids': odd.ids}]
        moves = self.env['account.move'].union(*(self.invoice(lines=values, post=False) for _each in range(30)))
        moves.action_post()
        other = self.invoice(lines=[{**values[0], 'tax_ids': self.tax("Levy 33", 33).ids}])
        self.drain(self.connection)
        self.env.invalidate_all()
        causes = self.env['qbo.queue.cause'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual(causes.mapped('entry_count'), [30, 1], "the one that holds up most comes first")
        cause = causes[0]
        self.assertEqual((cause.stuck_count, cause.amounts, cause.who), (30, "£\xa0360.00", 'accountant'))
        self.assertIn("GST 20%", cause.name)
        entries = self.env['qbo.queue.entry'].search(cause.action_open_entries()['domain'])
        self.assertEqual(set(entries.mapped('res_id')), set(moves.ids))
        mapping = self.env['qbo.mapping'].browse(cause.action_mend()['res_id'])
        mapping.reference_id = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'TaxCode'), ('rate', '=', 20)], limit=1)
        self.drain(self.connection)
        totals = {invoice['DocNumber']: float(invoice['TotalAmt']) for invoice in self.books(
            self.connection.realm_id)['Invoice'] if invoice['DocNumber'] in moves.mapped('name')}
        self.assertEqual(totals, dict.fromkeys(moves.mapped('name'), 12.0))
        self.assertEqual(other.qbo_state, 'failed')
        self.assertEqual(len(self.env['qbo.queue.cause'].search([])), 1)

    def test_what_quickbooks_refuses_for_its_tax_opens_the_mapping_and_goes_when_that_changes(self):
        vat = self.tax("VAT 20", 20)
        self.map(vat, "20.0% S")
        self.control('fail', {'times': 1, 'kind': 'status', 'status': 400, 'entity': 'Invoice', 'code': '6100'})
        move = self.bill((10.0, vat))
        entry = self.entries(move)[0]
        self.assertEqual((entry.state, entry.cure), ('failed', 'tax'), entry.fault_message)
        mapping = self.env['qbo.mapping'].browse(entry.action_fix()['res_id'])
        self.assertEqual((mapping.kind, mapping.res_id), ('tax', vat.id))
        mapping.reference_id = mapping.reference_id
        self.assertEqual(entry.state, 'pending')
        self.drain(self.connection)
        self.assertEqual(self.entries(move)[0].state, 'done')

    def test_figures_that_differ_are_looked_at_and_accepted(self):
        odd = self.tax("GST 18%", 18)
        self.map(odd, "20.0% S")
        move = self.bill((100.0, odd))
        self.env.invalidate_all()
        (cause,) = self.env['qbo.queue.cause'].search([])
        entry = self.env['qbo.queue.entry'].browse(cause.action_mend()['res_id'])
        self.assertEqual((entry.cure, entry.res_id, cause.amounts), ('variance', move.id, "£\xa0118.00"))
        entry.action_accept_variance()
        self.assertEqual((entry.state, move.qbo_state), ('done', 'variance'))


@tagged('standard', 'post_install', '-at_install')
class TestConnectionCauses(CureCase):
    """A connection that sends nothing is one row, with all that waits for it."""

    def held(self):
        """Post two invoices and let the drain meet what was scripted; return them and the one cause."""
        moves = self.invoice() | self.invoice()
        self.drain(self.connection)
        (cause,) = self.causes()
        self.assertEqual((cause.key, cause.entry_count), ('connection', 2))
        return moves, cause

    def check_goes_on(self, moves):
        """Assert that nothing is stopped any more, and the invoices are in the books."""
        self.drain(self.connection)
        for move in moves:
            self.booked(move)
        self.assertFalse(self.causes())

    def test_throttles_maintenance_and_a_lapsed_subscription_end_with_try_now(self):
        def lapse(status='EXPIRED'):
            self.simulator.companies[self.connection.realm_id].status = status

        for name, who, begin, end in (
                ('throttled', 'intuit', lambda: self.script(times=9, status=429), self.calm),
                ('maintenance', 'intuit', lambda: self.script(times=9, code='150'), self.calm),
                ('subscription', 'bookkeeper', lapse, lambda: lapse('ACTIVE'))):
            with self.subTest(name):
                begin()
                moves, cause = self.held()
                self.assertEqual((cause._cure().name, cause.who, cause.button), (name, who, 'resume'))
                self.press(cause)
                self.assertFalse(self.connection.paused_until)
                self.drain(self.connection)
                self.assertTrue(self.causes(), "it is so still")
                end()
                self.press(self.causes())
                self.check_goes_on(moves)

    def test_an_ended_consent_and_what_the_user_may_not_do_end_with_reconnect(self):
        denied = self.env['account.move']
        for name, code in (('permission', '5020'), ('reset', '10200')):
            move = self.invoice()
            self.script(entity='Invoice', code=code)
            self.drain(self.connection)
            self.check_row(move, name)
            denied |= move
        self.script(times=9, status=403)
        moves = self.invoice() | self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.connection.state, 'reconnect')
        cause = self.causes().filtered(lambda row: row.key == 'connection')
        self.assertEqual((cause.entry_count, cause.who, cause.button), (2, 'administrator', 'reconnect'))
        accountant = new_test_user(self.env, 'mender', groups='qbo_connector.group_qbo_accountant')
        self.assertEqual(cause.with_user(accountant).action_mend()['res_model'], 'qbo.connection')
        action = self.press(cause)
        self.assertEqual(action['type'], 'ir.actions.act_url')
        self.calm()
        callback = self.consent(action['url'], self.connection.realm_id)
        with self.own_cursors():
            pending, redirect_uri = self.env['qbo.oauth.state']._consume(callback['state'], self.env.user)
            pending._complete_oauth(callback['code'], callback['realmId'], redirect_uri)
        self.check_goes_on(moves | denied)

    def test_a_quickbooks_that_fails_again_and_again_is_retried_and_looked_up(self):
        self.script(times=99, status=500, code='10000', entity='Invoice')
        move = self.invoice()
        elapsed = timedelta()
        for _attempt in range(14):
            with freeze_time(fields.Datetime.now() + elapsed):
                self.drain(self.connection)
            if self.newest(move).state == 'unknown':
                break
            elapsed += timedelta(hours=7)
        entry, cause = self.newest(move), self.cause_of(move)
        self.assertEqual((entry.state, entry.cure, cause.button), ('unknown', 'no_answer', 'retry'))
        self.calm()
        self.press(cause)
        with freeze_time(fields.Datetime.now() + elapsed + timedelta(hours=7)):
            self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.newest(move).state, 'done')

    def test_an_open_outcome_is_looked_up_by_retry_and_nothing_is_doubled(self):
        self.script(entity='Invoice', kind='lost_answer')
        move = self.invoice()
        self.drain(self.connection)
        self.newest(move)._set_stopped('unknown', 'OutcomeUnknown', "Two documents look like it")
        cause = self.cause_of(move)
        self.assertEqual((cause.entry_id.cure, cause.state, cause.button), ('outcome', 'unknown', 'retry'))
        self.press(cause)
        self.check_goes_on(move)

    def test_a_reference_that_quickbooks_does_not_have_opens_the_mappings_that_were_sent(self):
        product = self.env['product.product'].create({'name': "Lost Account", 'type': 'service', 'taxes_id': False})
        move = self.invoice(lines=[{'product_id': product.id, 'price_unit': 5.0, 'tax_ids': []}])
        self.script(times=9, entity='Item', code='2500')
        self.drain(self.connection)
        self.check_row(product, 'reference')
        mapping = self.env['qbo.mapping'].search(self.press(self.cause_of(move))['domain'])[:1]
        self.assertEqual((mapping.kind, mapping.connection_id), ('account', self.connection))
        self.calm()
        mapping.reference_id = mapping.reference_id
        self.check_goes_on(move)

    def test_wrong_accounts_open_the_mapping_that_was_sent(self):
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'), ('reference_id', '!=', False),
            ('res_id', '=', self.product.product_tmpl_id._get_product_accounts()['income'].id)])
        income = mapping.reference_id
        mapping.reference_id = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('type', '=', 'Bank')], limit=1)
        product = self.env['product.product'].create({'name': "Misbooked", 'type': 'service', 'taxes_id': False})
        moves = [self.invoice(lines=[{'product_id': product.id, 'price_unit': 5.0, 'tax_ids': []}]) for _each in '12']
        self.drain(self.connection)
        self.check_row(product, 'account')
        cause = self.cause_of(moves[0])
        self.assertEqual((cause.button, cause._entries().filtered(lambda row: row.model == 'account.move').mapped(
            'res_id')), ('mapping', [move.id for move in reversed(moves)]))
        self.assertEqual(self.press(cause)['res_id'], mapping.id)
        mapping.reference_id = income
        self.drain(self.connection)
        for move in moves:
            self.booked(move)


@tagged('standard', 'post_install', '-at_install')
class TestRows(RowsMixin, CureCase):
    """Rows put into the queue, and people."""

    def setUp(self):
        super().setUp()
        self.env['qbo.queue.entry'].search([]).unlink()

    def test_what_waits_through_others_belongs_to_the_root_and_what_waits_for_two_to_both(self):
        customer = self.rows(1, state='failed', cure='refused', fault_class='Refused', fault_message="No name")
        item = self.rows(1, state='failed', cure='length', fault_class='ValidationFault', fault_code='2050')
        invoices = self.rows(3, dependency_ids=(customer | item).ids)
        payments = self.rows(2, dependency_ids=invoices.ids)
        single = self.rows(2, state='failed', cure='length', fault_class='ValidationFault', fault_code='2050')
        found = {cause.entry_id: cause for cause in self.causes()}
        self.assertEqual(set(found), {customer, item, single[0]})
        self.assertEqual({entry.id for entry in found[customer]._entries()}, {
            *customer.ids, *invoices.ids, *payments.ids})
        self.assertEqual((found[item].entry_count, found[single[0]].entry_count), (6, 2))
        self.assertEqual(payments[0].cause_ids, found[customer] | found[item])
        listed = found[single[0]].action_mend()
        self.assertEqual(self.env['qbo.queue.entry'].search(listed['domain']), single.sorted('id', reverse=True))

    def test_ten_times_the_rows_take_no_more_queries(self):
        def count(rows):
            blocker = self.rows(1, state='failed', cure='refused', fault_class='Refused', fault_message=f"{rows}")
            self.rows(rows, dependency_ids=blocker.ids)
            self.rows(rows, state='failed', cure='closed', fault_class='ClosedPeriod', fault_code='6210')
            self.causes()
            before = self.env.cr.sql_log_count
            self.causes().read(['name', 'message', 'amounts', 'who', 'button', 'entry_count', 'since'])
            return self.env.cr.sql_log_count - before

        self.assertLessEqual(count(200), count(20) + 3)

    def test_a_skip_has_a_reason_a_name_and_the_way_back_and_takes_what_waits_along(self):
        move = self.invoice()
        self.script(entity='Invoice', code='6000')
        self.drain(self.connection)
        entry = self.newest(move)
        payment = self.rows(1, dependency_ids=entry.ids)
        accountant = new_test_user(
            self.env, 'skipper', name="Sam Skipper",
            groups='qbo_connector.group_qbo_accountant,account.group_account_invoice')
        wizard = self.dialog(entry.with_user(accountant).action_skip())
        self.assertEqual((wizard.entry_count, wizard.waiting_count), (1, 1))
        with self.assertRaises(UserError):
            wizard.with_user(accountant).action_skip()
        wizard.with_user(accountant).reason = "Booked there by hand."
        wizard.with_user(accountant).action_skip()
        self.assertEqual((entry | payment).mapped('state'), ['cancelled', 'cancelled'])
        self.assertEqual((entry.skip_user_id, move.qbo_state), (accountant, 'excluded'))
        for words in ("Sam Skipper", "Booked there by hand"):
            self.assertIn(words, move.qbo_message)
            self.assertIn(words, move.message_ids[0].body)
        self.assertIn(move, self.env['account.move'].search([('qbo_state', '=', 'excluded')]))
        noted = self.env['qbo.audit'].search([('event', '=', 'skipped')])
        self.assertEqual((set(noted.mapped('user_id')), noted[0].record_count), ({accountant}, 2))
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.assertEqual(self.newest(move), entry, "nothing asks for it again by itself")
        move.action_qbo_push()
        self.drain(self.connection)
        self.booked(move)

    def test_what_could_not_be_taken_in_stands_here_once_for_each_cause_and_leads_to_the_inbox(self):
        self.rows(1, state='failed', cure='length', fault_class='ValidationFault', fault_code='2050')
        Change = self.env['qbo.change']
        one, two, lone = (Change.create({
            'connection_id': self.connection.id, 'entity': entity, 'remote_id': remote_id, 'event_key': remote_id,
            'source': 'poll', 'state': 'failed', 'outcome': outcome}) for entity, remote_id, outcome in (
                ('Payment', '1', "No journal"), ('Payment', '2', "No journal"), ('CreditMemo', '3', "Locked")))
        for state in ('waiting', 'done', 'ignored'):
            Change.create({'connection_id': self.connection.id, 'entity': 'Payment', 'remote_id': "9",
                           'event_key': state, 'source': 'poll', 'state': state})
        causes = self.causes()
        self.assertEqual(len(causes), 3)
        inbox = causes.filtered('change_id')
        self.assertEqual({(cause.name, cause.message, cause.entry_count, cause.button) for cause in inbox}, {
            ("Not taken in", "No journal", 2, 'look'), ("Credit Memo 3: Not taken in", "Locked", 1, 'look')})
        self.assertEqual(set(inbox.mapped('who')), {'accountant'})
        for cause, changes in ((inbox[0], one | two), (inbox[1], lone)):
            for action in (cause.action_open_entries(), cause.action_mend()):
                self.assertEqual(self.env[action['res_model']].search(action['domain']), changes)
            self.assertFalse(cause._entries(), "no entry of the queue waits for it")
        self.assertEqual(causes.filtered('entry_id')._entries().mapped('state'), ['failed'])
        self.assertEqual(self.env['qbo.queue.entry']._causes(self.connection, 9)[1:], (1, 1), "told of by itself")
        (one | two | lone).sudo().write({'state': 'done'})
        self.assertFalse(self.causes().filtered('change_id'))

    def test_users_see_causes_of_their_companies_and_mend_nothing(self):
        self.rows(1, state='failed', cure='length', fault_class='ValidationFault', fault_code='2050')
        reader = new_test_user(self.env, 'cause_reader', groups='qbo_connector.group_qbo_user')
        cause = self.causes().with_user(reader)
        self.assertTrue(cause.name)
        for press in (cause.action_mend, cause.action_skip, cause.entry_id.action_skip):
            with self.assertRaises(AccessError):
                press()
        other = self.env['res.company'].create({'name': "Elsewhere"})
        stranger = new_test_user(
            self.env, 'cause_stranger', groups='qbo_connector.group_qbo_user', company_id=other.id,
            company_ids=[fields.Command.set(other.ids)])
        self.assertFalse(self.env['qbo.queue.cause'].with_user(stranger).search([]))

    def test_what_is_copied_for_support_holds_no_secret_and_nothing_of_the_record(self):
        partner = self.env['res.partner'].create({'name': "Private Person", 'email': "private@example.com"})
        self.control('fail', {'kind': 'status', 'status': 400, 'times': 3, 'entity': 'Customer', 'code': '9999'})
        partner.action_qbo_push()
        with patch.object(type(self.connection), '_trigger_drain'):
            self.drain(self.connection)
        entry = self.newest(partner)
        for words in ("code: 9999", "HTTP status: 400", f"requestid: {entry.requestid}", "entity: Customer",
                      f"realm id: {self.connection.realm_id}", "operation: create", "intuit_tid",
                      "qbo_connector: 19.0."):
            self.assertIn(words, entry.support_text)
        credential = self.connection._credential_sudo()
        for secret in ("Private", "private@", "sim-secret", credential.refresh_token_enc, "Bearer"):
            self.assertNotIn(secret, entry.support_text)
