"""Figures that differ: tolerated, to be looked at, accepted; never green by itself."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .taxes import TaxCase


@tagged('standard', 'post_install', '-at_install')
class TestVariance(TaxCase):
    """A tax code of 20 % stands for Odoo's 18 %."""

    def setUp(self):
        super().setUp()
        self.odd = self.tax("GST 18%", 18)
        self.map(self.odd, "20.0% S")
        self.vat = self.tax("VAT 20", 20)

    def wrong(self):
        """Push an invoice of 118.00 that QuickBooks takes for 120.00."""
        move = self.bill((100.0, self.odd))
        return move, self.entries(move)[0]

    def link(self, move):
        return self.env['qbo.binding']._of_record(self.connection, move._name, move.id)

    def test_beyond_the_tolerance_a_person_must_look_and_the_link_is_there(self):
        move, entry = self.wrong()
        self.assertEqual((entry.state, entry.fault_class), ('failed', 'Variance'))
        for text in ("118.00", "120.00", "18.00", "20.00"):
            self.assertIn(text, entry.fault_message)
        self.assertEqual(move.qbo_state, 'failed')
        self.assertEqual((move.qbo_differs, move.qbo_changed), (True, False))
        self.assertEqual(self.link(move).remote_id, self.standing(move)['Id'])
        self.assertAlmostEqual(self.link(move).remote_total, 120)
        self.assertIn("118.00", move.message_ids[0].body)
        self.assertNotIn("Not in QuickBooks", move.message_ids[0].body)

    def test_fix_is_offered_where_it_leads_elsewhere(self):
        move, _entry = self.wrong()
        self.assertFalse(move.qbo_fixable)
        stopped = self.bill((100.0, self.tax("Levy 33", 33)))
        self.assertEqual((stopped.qbo_state, stopped.qbo_fixable), ('failed', True))
        self.assertEqual(stopped.action_qbo_fix()['res_model'], 'qbo.mapping')

    def test_a_retry_of_the_same_content_says_the_same_again_and_sends_nothing(self):
        move, entry = self.wrong()
        message, token = entry.fault_message, self.standing(move)['SyncToken']
        for _again in range(2):
            entry.action_retry()
            self.drain(self.connection)
            self.assertEqual((entry.state, entry.fault_class, entry.fault_message), ('failed', 'Variance', message))
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'failed')
        self.assertEqual(self.standing(move)['SyncToken'], token)

    def test_correcting_the_cause_settles_it(self):
        move, entry = self.wrong()
        self.map(self.odd, "5.0% R")
        entry.action_retry()
        self.drain(self.connection)
        self.assertEqual(entry.state, 'failed')
        self.assertIn("105.00", entry.fault_message)
        move.button_draft()
        self.map(self.vat, "20.0% S")
        move.invoice_line_ids.tax_ids = self.vat
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'synced')
        self.assertEqual(set(self.entries(move).mapped('state')), {'done', 'superseded'})

    def test_accepting_settles_it_and_says_who(self):
        move, entry = self.wrong()
        move.action_qbo_accept_variance()
        self.env.invalidate_all()
        self.assertEqual(entry.state, 'done')
        self.assertEqual(move.qbo_state, 'variance')
        self.assertIn("accepted", move.message_ids[0].body + move.message_ids[1].body)
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'variance')

    def test_the_forms_of_documents_and_payments_offer_it_to_accountants(self):
        for role, offered in (('accountant', True), ('user', False)):
            user = new_test_user(self.env, role, groups=f'account.group_account_invoice,qbo_connector.group_qbo_{role}')
            for model in ('account.move', 'account.payment'):
                arch = self.env[model].with_user(user).get_view(view_type='form')['arch']
                self.assertEqual('name="action_qbo_accept_variance"' in arch, offered, (model, role))

    def test_a_payment_that_differs_is_accepted_as_well(self):
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 50.0})
        payment.action_post()
        answer = {'Payment': {'Id': '999', 'SyncToken': '0', 'TotalAmt': 49, 'UnappliedAmt': 49, 'Line': []}}
        self.control('fail', {
            'times': 1, 'entity': 'Payment', 'method': 'POST', 'kind': 'status', 'status': 200, 'body': answer})
        self.drain(self.connection)
        self.assertEqual((payment.qbo_state, payment.qbo_differs), ('failed', True))
        payment.action_qbo_accept_variance()
        self.env.invalidate_all()
        self.assertEqual((payment.qbo_state, payment.qbo_differs), ('variance', False))

    def test_only_differences_are_accepted_and_only_by_accountants(self):
        _move, entry = self.wrong()
        user = new_test_user(self.env, 'looker', groups='account.group_account_readonly,qbo_connector.group_qbo_user',
                             company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        with self.assertRaises(AccessError):
            entry.with_user(user).action_accept_variance()
        entry.action_accept_variance()
        with self.assertRaises(UserError):
            entry.action_accept_variance()

    def test_an_accepted_difference_is_open_again_when_the_document_changes(self):
        move, entry = self.wrong()
        entry.action_accept_variance()
        move.button_draft()
        move.invoice_line_ids.price_unit = 200
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("240.00", move.qbo_message)

    def test_what_pays_the_document_does_not_wait(self):
        move, _entry = self.wrong()
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({})._create_payments()
        self.drain(self.connection)
        payment = self.one('Payment', realm=self.realm)
        self.assertEqual(payment['Line'][0]['LinkedTxn'][0]['TxnId'], self.standing(move)['Id'])

    def test_a_difference_within_the_tolerance_is_shown_and_no_more(self):
        self.simulator.companies[self.realm].switches['inclusive_amounts'] = 'display'
        included = self.tax("VAT 20 incl", 20, price_include_override='tax_included')
        self.company.tax_calculation_rounding_method = 'round_globally'
        for tolerance, state in ((0.0, ('failed', 'failed')), (0.003, ('failed', 'failed')),
                                 (0.004, ('done', 'variance')), (0.01, ('done', 'variance'))):
            with self.subTest(tolerance):
                self.connection.write({'variance_tolerance': tolerance, 'tax_override': 'honoured'})
                move = self.bill(*((9.99, included) for _ in range(3)))  # a cent too little, three lines
                self.assertEqual((self.entries(move)[0].state, move.qbo_state), state)
                self.assertIn("total 29.97 in Odoo, 29.96 in QuickBooks", self.link(move).variance)

    def test_the_tolerance_is_a_cent_at_most(self):
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.connection.variance_tolerance = 0.02
            self.env.flush_all()

    def test_the_queue_can_be_filtered_by_it(self):
        _move, entry = self.wrong()
        self.assertIn(entry, self.env['qbo.queue.entry'].search([('fault_class', '=', 'Variance')]))
        self.assertTrue(self.env['qbo.binding'].search([('variance_open', '=', True)]))
