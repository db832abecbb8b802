"""The badge of a record: what it says of waiting, changed, excluded and absent records, and how it is found."""

from odoo.tests import Form, new_test_user, tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestBadges(QueueCase):
    """Badges are computed from the queue and the link, so each test lets something happen and looks again."""

    def badge(self, record):
        """Return the badge and its explanation as the next request would show them."""
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        return record.qbo_state, record.qbo_message

    def found(self, **states):
        """Return the moves that a search by these badges finds."""
        self.env.cr.precommit.run()
        return self.env['account.move'].search([
            ('partner_id', '=', self.partner.id), *((name, 'in', value) for name, value in states.items())])

    def synced(self):
        """Return an invoice that stands in QuickBooks."""
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.badge(move), ('synced', ''))
        return move

    def test_a_document_that_is_edited_is_changed_since_sync_until_the_update_arrived(self):
        move = self.synced()
        move.ref = "PO 1"
        self.assertEqual(self.badge(move), ('changed', "In the queue for QuickBooks."))
        self.assertTrue(move.qbo_changed)
        self.assertEqual(self.found(qbo_state=['changed']), move)
        self.assertFalse(self.found(qbo_state=['synced']))
        self.drain(self.connection)
        self.assertIn("PO 1", self.one('Invoice', DocNumber=move.name)['PrivateNote'])
        self.assertEqual(self.badge(move), ('synced', ''))
        self.assertFalse(move.qbo_changed or self.found(qbo_changed=[True]))

    def test_reset_to_draft_quickbooks_still_shows_what_was_posted(self):
        move, other = self.synced(), self.synced()
        move.button_draft()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 100)
        state, message = self.badge(move)
        self.assertEqual(state, 'changed')
        self.assertIn("draft", message)
        self.assertEqual(self.found(qbo_state=['changed']), move)
        self.assertEqual(self.found(qbo_changed=[True]), move)
        self.assertEqual(self.found(qbo_changed=[False]), other)
        self.assertEqual(self.found(qbo_state=['synced']), other)

    def test_an_update_that_fails_is_failed_and_changed(self):
        move = self.synced()
        self.control('fail', {
            'entity': 'Invoice', 'method': 'POST', 'kind': 'status', 'status': 400, 'code': '6000', 'format': 'json'})
        move.button_draft()
        move.invoice_line_ids.price_unit = 7.0
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 100)
        self.assertEqual(self.badge(move)[0], 'failed')
        self.assertTrue(move.qbo_changed)
        self.assertEqual(self.found(qbo_changed=[True]), move)
        self.assertEqual(self.found(qbo_state=['failed']), move)

    def test_a_new_document_that_waits_is_not_changed(self):
        move = self.invoice()
        self.assertEqual(self.badge(move), ('waiting', "In the queue for QuickBooks."))
        self.assertFalse(move.qbo_changed)
        self.assertEqual(self.found(qbo_state=['waiting']), move)

    def test_what_waits_says_what_stops_the_connection(self):
        move = self.invoice()
        self.connection._set_reconnect("The consent was withdrawn.")
        self.assertEqual(self.badge(move), ('waiting', "The consent was withdrawn."))

    def test_a_document_before_the_first_day_says_so(self):
        self.connection.sync_from = '2026-01-01'
        move = self.invoice(invoice_date='2025-12-31')
        self.drain(self.connection)
        state, message = self.badge(move)
        self.assertEqual(state, 'none')
        self.assertIn("2026-01-01", message)

    def test_every_absence_is_explained(self):
        draft = self.invoice(post=False)
        self.assertEqual(self.badge(draft), ('none', "Only posted documents are pushed."))
        self.assertIn("first document", self.badge(self.partner)[1])
        move = self.invoice()
        self.entries(move).action_cancel()
        self.assertIn("Taken out of the queue", self.badge(move)[1])
        self.entries(move).unlink()
        self.assertIn("Not in the queue", self.badge(move)[1])
        bill = self.env['account.move'].create({'move_type': 'in_invoice', 'partner_id': self.partner.id})
        self.assertEqual(self.badge(bill), ('none', ''))

    def test_readers_see_on_the_form_why_a_document_is_not_in_quickbooks(self):
        reader = new_test_user(self.env, 'reader', groups='account.group_account_invoice,qbo_connector.group_qbo_user')
        journal = self.env['account.journal'].create({'name': "Accruals", 'type': 'sale', 'code': "ACC"})
        journal.qbo_excluded = True
        self.connection.mapping_ids.filtered(lambda row: row.kind == 'account').reference_id.active = False
        self.connection.sync_from = '2026-01-01'
        reasons = {
            "Only posted documents": self.invoice(post=False),
            "Accruals": self.invoice(journal_id=journal.id),
            "2026-01-01": self.invoice(invoice_date='2025-12-31'),
            "Queue Item: ": self.invoice(),  # whose account has no mapping
            "Booked by hand": self.invoice(),
            "Taken out of the queue": self.invoice(),
        }
        self.entries(reasons["Booked by hand"])._skip("Booked by hand")
        self.entries(reasons["Taken out of the queue"]).action_cancel()
        self.drain(self.connection)
        for reason, move in reasons.items():
            with self.subTest(reason), Form(move.with_user(reader)) as form:
                self.assertIn(reason, form.qbo_message)
                self.assertEqual(form.qbo_notice, 'danger' if move.qbo_fixable else (
                    'info' if move.state == 'posted' else False))

    def test_without_a_connection_the_badge_says_so_and_the_views_hide_it(self):
        elsewhere = self.env['res.company'].create({'name': "Elsewhere"})
        partner = self.partner.with_company(elsewhere).with_context(allowed_company_ids=elsewhere.ids)
        self.assertEqual(partner.qbo_state, 'none')
        self.assertIn("No QuickBooks company", partner.qbo_message)
        self.assertFalse(partner.qbo_connected)

    def test_a_page_of_badges_costs_the_same_queries_whatever_its_length(self):
        moves = self.env['account.move'].union(*(self.invoice() for _number in range(8)))
        moves[:2].qbo_excluded = True
        self.drain(self.connection)
        moves[2:4].ref = "changed"
        moves[4].button_draft()
        self.env.flush_all()
        self.env.cr.precommit.run()

        def queries(records):
            self.env.invalidate_all()
            records.mapped('state')
            before = self.env.cr.sql_log_count
            records.mapped('qbo_state')
            return self.env.cr.sql_log_count - before

        queries(moves)
        few = queries(moves[:5])
        self.assertLessEqual(queries(moves), few)
        self.assertLess(few, 14)
