"""Records that QuickBooks cannot take, and users who may not do everything."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestBadInput(QueueCase):
    """Each gives a clear message on the record; nothing is half-written, the other entries go on."""

    def test_odd_but_bookable_documents_go_through(self):
        odd = self.env['res.partner'].create({'name': "Parent: Child\tCo \U0001F600"})
        product = self.env['product.product'].create({'name': "Colon: item\U0001F680", 'taxes_id': False})
        zero_total = self.invoice(partner=odd, lines=[
            {'product_id': product.id, 'quantity': 1, 'price_unit': 0.0, 'tax_ids': []}])
        zero_quantity = self.invoice(lines=[
            {'product_id': self.product.id, 'quantity': 0, 'price_unit': 5.0, 'tax_ids': []},
            {'product_id': self.product.id, 'quantity': 1, 'price_unit': 5.0, 'tax_ids': []}])
        long_text = self.invoice(lines=[
            {'product_id': self.product.id, 'name': "x" * 4500, 'quantity': 1, 'price_unit': 1.0, 'tax_ids': []}])
        self.drain(self.connection)
        for move in (zero_total, zero_quantity, long_text):
            self.assertAlmostEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], move.amount_total)
        self.assertEqual(self.one('Invoice', DocNumber=zero_total.name)['CustomerRef']['name'], "Parent - Child Co")

    def test_a_deleted_account_behind_a_mapping_is_named(self):
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'), ('reference_id', '!=', False)])
        mapping.reference_id.active = False
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.books().get('Invoice', []), [])
        entry = self.entries(self.product)[0]
        self.assertEqual((entry.state, entry.fault_class), ('failed', 'MissingMapping'))
        self.assertTrue(entry.mapping_id)
        self.assertEqual(move.qbo_state, 'blocked')

    def test_an_account_deleted_in_quickbooks_unseen_is_found_out_and_named(self):
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'), ('reference_id', '!=', False)])
        for remote_id in set(mapping.reference_id.mapped('remote_id')):
            self.control(f'touch/{self.connection.realm_id}', {
                'entity': 'Account', 'id': remote_id, 'change': {'Active': False}})
        self.invoice()
        self.drain(self.connection)
        entry = self.entries(self.product)[0]
        self.assertEqual((entry.state, entry.fault_class), ('failed', 'MissingMapping'))
        self.assertIn(entry.mapping_id.reference_id.name, entry.fault_message)

    # === RIGHTS === #

    def test_payloads_are_for_administrators_and_retry_for_accountants(self):
        self.invoice()
        self.drain(self.connection)
        entry = self.env['qbo.queue.entry'].search([('payload', '!=', False)], limit=1)
        reader = new_test_user(self.env, 'qbo_reader', groups='qbo_connector.group_qbo_user')
        self.assertNotIn('payload', entry.with_user(reader).read()[0])
        with self.assertRaises(AccessError):
            entry.with_user(reader).action_cancel()

    def test_not_even_an_accountant_writes_rows_directly_or_moves_a_mapping(self):
        self.invoice()
        self.drain(self.connection)
        accountant = new_test_user(self.env, 'qbo_accountant', groups='qbo_connector.group_qbo_accountant')
        entry = self.env['qbo.queue.entry'].search([('state', '=', 'done')], limit=1)
        with self.assertRaises(AccessError):
            entry.with_user(accountant).write({'state': 'sending', 'requestid': 'forged'})
        mapping = self.env['qbo.mapping'].search([('connection_id', '=', self.connection.id)], limit=1)
        with self.assertRaises(UserError):
            mapping.with_user(accountant).write({'res_id': 0})
        entry.state = 'failed'
        entry.with_user(accountant).action_retry()
        self.assertEqual(entry.state, 'pending')

    def test_what_waited_when_the_links_were_archived_is_found_again(self):
        move = self.invoice()
        self.env.cr.precommit.run()
        self.connection._archive_links()
        self.assertEqual(self.entries(move).state, 'superseded')
        self.connection.live_at = fields.Datetime.now()  # another company of QuickBooks is gone live with anew
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.assertIn('pending', self.entries(move).mapped('state'))

    def test_a_wizard_saved_untouched_changes_no_mapping(self):
        wizard = self.env['qbo.mapping.wizard'].create({'connection_id': self.connection.id})
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'), ('res_id', '!=', 0)], limit=1)
        other = self.env['qbo.reference'].search([
            ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'),
            ('id', '!=', mapping.reference_id.id)], limit=1)
        mapping.reference_id = other  # a colleague, meanwhile
        wizard.action_save()
        self.assertEqual(mapping.reference_id, other)
        other.active = False  # inactivated in QuickBooks: the documents must stop, not take the default account
        self.env['qbo.mapping.wizard'].create({'connection_id': self.connection.id}).action_save()
        self.assertEqual(mapping.reference_id, other)

    def test_a_user_without_quickbooks_rights_can_post(self):
        biller = new_test_user(self.env, 'qbo_biller', groups='account.group_account_invoice')
        move = self.invoice(post=False)
        move.with_user(biller).action_post()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
