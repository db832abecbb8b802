"""Nothing reaches QuickBooks by itself before a person went live; who did, and on what grounds, is recorded."""

import importlib.util
from pathlib import Path

from odoo import fields
from odoo.addons import qbo_connector
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestBeforeLive(QueueCase):
    """A connected company with its mappings that is not live."""

    def setUp(self):
        super().setUp()
        self.connection.live_at = False
        self.env.cr.precommit.run()

    def test_posting_sends_nothing_and_the_document_says_why(self):
        invoice = self.invoice()
        self.assertFalse(self.entries(invoice) | self.entries(self.partner))
        self.connection.sweep_due = True  # the daily search
        self.drain(self.connection)
        self.assertEqual([booked['DocNumber'] for booked in self.books().get('Invoice', [])], [])
        self.assertEqual(invoice.qbo_state, 'none')
        self.assertIn("not live", invoice.qbo_message)
        with self.assertRaisesRegex(UserError, "Go live first"):
            self.connection.action_push_missing()
        with self.assertRaisesRegex(UserError, "Go live first"):
            self.env['qbo.push.batch'].create({'connection_id': self.connection.id}).action_start()

    def test_what_a_person_sends_goes_with_what_it_needs_and_so_do_its_changes(self):
        chosen, other = self.invoice(), self.invoice()
        chosen.action_qbo_push()
        for _run in range(2):  # the customer and the item go first
            self.drain(self.connection)
        self.assertEqual([booked['DocNumber'] for booked in self.books()['Invoice']], [chosen.name])

        chosen.button_draft()
        chosen.invoice_line_ids.price_unit = 70
        chosen.action_post()
        other.button_draft()
        other.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice')['TotalAmt'], 70)

    def test_what_was_only_linked_is_left_alone_and_brought_up_to_date_by_going_live(self):
        self.partner.action_qbo_push()
        self.drain(self.connection)
        link = self.env['qbo.binding'].search([('model', '=', 'res.partner'), ('res_id', '=', self.partner.id)])
        link.pushed_at = False  # as a person links it by hand
        self.env.cr.execute(
            "UPDATE qbo_binding SET create_date = create_date - interval '1 h' WHERE id = %s", [link.id])
        self.env.invalidate_all()
        self.partner.name = "Renamed in Odoo"
        self.drain(self.connection)
        self.one('Customer', DisplayName="Queue Customer")
        self.connection.sync_from = fields.Date.today()
        self.connection._go_live([])
        self.drain(self.connection)
        self.one('Customer', DisplayName="Renamed in Odoo")

    def test_a_connection_that_pushed_before_there_was_the_switch_is_live_after_the_update(self):
        new = self.env['qbo.connection'].create({'company_id': self.env['res.company'].create({'name': "New"}).id})
        self.env.flush_all()
        script = Path(qbo_connector.__file__).parent / 'migrations/19.0.1.1.0/post-live.py'
        spec = importlib.util.spec_from_file_location('post_live', script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, '19.0.1.0.0')
        self.env.invalidate_all()
        self.assertEqual(self.connection.live_at, self.connection.create_date)
        self.assertFalse(new.live_at)

    def test_another_quickbooks_company_has_to_be_gone_live_with_anew(self):
        self.connection.live_at = fields.Datetime.now()
        with self.own_cursors():
            self.connection._disconnect(archive_links=False)
        self.assertTrue(self.connection.live_at)
        with self.own_cursors():
            self.connection._disconnect(archive_links=True)
        self.assertFalse(self.connection.live_at)
