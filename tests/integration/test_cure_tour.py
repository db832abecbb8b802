"""The list of causes in a real browser."""

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestCureTour(QueueCase, HttpCase):
    """An accountant without developer mode."""

    def test_a_mapping_and_a_field_are_mended_from_the_list_and_everything_stands_in_the_books(self):
        self.env['qbo.mapping'].search([('kind', '=', 'account')]).reference_id = False
        moves = self.env['account.move'].union(*(self.invoice() for _each in range(3)))
        partner = self.env['res.partner'].create({'name': "\U0001F600"})
        self.drain(self.connection)
        partner.action_qbo_push()
        self.drain(self.connection)
        new_test_user(
            self.env, login='mender', password='mender',
            groups='qbo_connector.group_qbo_accountant,account.group_account_manager,base.group_partner_manager',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        self.env.flush_all()
        self.start_tour('/odoo/quickbooks', 'qbo_mend_causes', login='mender')
        self.drain(self.connection)
        self.assertEqual({i['DocNumber'] for i in self.books()['Invoice']}, set(moves.mapped('name')))
        self.one('Customer', DisplayName="Smiling Sam")
        self.assertFalse(self.env['qbo.queue.cause'].search([]))
