"""What Odoo pushed and somebody changed in QuickBooks: told, decided, and never anything of Odoo's ledger changed."""

import json
from datetime import UTC

from odoo.addons.qbo_connector.qbo.webhooks import Change
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from tests.simulator.bookkeeper import Bookkeeper

from .common import US_REALM
from .lifecycle import LifecycleCase


class ChangedCase(LifecycleCase):
    """A bookkeeper at work in QuickBooks' screens, and Odoo told of it."""

    def setUp(self):
        super().setUp()
        self.bookkeeper = Bookkeeper(self.simulator, US_REALM)

    def link(self, record):
        """Return the link of a record."""
        return self.env['qbo.binding']._of_record(self.connection, record._name, record.id)

    def told(self, *records):
        """Let the connection look at what the records are in QuickBooks, and drain."""
        for link in (self.link(record) for record in records):
            self.env['qbo.change']._ask(self.connection, link.entity, [link.remote_id])
        self.drain(self.connection)
        stuck = self.env['qbo.change'].search([('state', 'not in', ('done', 'ignored'))])
        self.assertFalse(stuck.mapped('outcome'))

    def ledger(self):
        """Return all that Odoo's books say."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT line.id, move.state, move.name, line.date, line.partner_id, line.balance, line.amount_residual,
                   line.full_reconcile_id FROM account_move_line line JOIN account_move move ON move.id = line.move_id
             WHERE move.company_id = %s ORDER BY line.id""", [self.company.id])
        return self.env.cr.fetchall()

    def pay(self, move):
        """Pay a document in Odoo."""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({})._create_payments()

    def notes(self, record):
        """Return what the chatter of a record says."""
        return ' '.join(record.message_ids.mapped('body'))

    def state(self, record):
        """Return how a record shows, checked against the search for it."""
        state = record.qbo_state
        self.assertIn(record, record.search([('qbo_state', '=', state)]))
        return state


@tagged('standard', 'post_install', '-at_install')
class TestDocumentsChangedThere(ChangedCase):
    """Invoices and payments that Odoo pushed."""

    def pushed(self, **values):
        """Return a posted invoice and its id in QuickBooks."""
        move = self.invoice(**values)
        self.drain(self.connection)
        return move, self.link(move).remote_id

    def test_an_edit_is_shown_field_by_field_and_replaced_when_it_is_pushed_again(self):
        move, remote_id = self.pushed()
        day, books = move.invoice_date.isoformat(), self.ledger()
        self.bookkeeper.edit_invoice(remote_id, amount='130', number='X-1', date='2031-01-31')
        self.told(move)
        self.assertEqual((self.ledger(), move.name), (books, move.name))
        self.assertEqual((self.state(move), self.connection.changed_count), ('changed_there', 1))
        rows = {name: (one.pushed, one.theirs) for name, one in self.link(move)._change_rows()}
        self.assertEqual(rows, {
            "Number": (move.name, 'X-1'), "Date": (day, '2031-01-31'), "Total": ('100.00', '130.00'),
            "Line 1, Amount": ('100.00', '130.00'), "Line 1, Price": ('100', '130')})
        self.assertIn("130.00", self.notes(move))
        table = self.link(move).remote_change_table
        self.assertEqual(table.count('100.00'), 4, "Odoo today and as pushed, of total and line")
        self.assertIn('01/31/2031', table)

        with self.own_cursors():
            self.env.ref('qbo_connector.ir_cron_alert').method_direct_trigger()
        activity = self.connection.activity_search(['qbo_connector.mail_activity_type_changed'])
        self.assertIn('130.00', activity.note)
        reader = new_test_user(
            self.env, 'reads_changes', groups='qbo_connector.group_qbo_user,account.group_account_invoice')
        with self.assertRaises(AccessError):
            move.with_user(reader).action_qbo_push_again()
        move.action_qbo_push_again()
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual((invoice['Id'], invoice['TotalAmt'], invoice['TxnDate']), (remote_id, 100, day))
        self.assertEqual((self.state(move), self.connection.changed_count), ('synced', 0))
        with self.own_cursors():
            self.env.ref('qbo_connector.ir_cron_alert').method_direct_trigger()
        self.assertFalse(activity.exists())
        audit = self.env['qbo.audit'].search([('event', '=', 'pushed')], limit=1)
        self.assertEqual((audit.user_id, audit.record_names), (self.env.user, move.name))
        self.told(move)  # our own echo
        self.assertEqual((self.state(move), self.ledger()), ('synced', books))
        with self.assertRaises(UserError):
            move.action_qbo_push_again()

    def test_what_moves_by_itself_is_taken_over_and_the_next_push_is_not_stale(self):
        move, remote_id = self.pushed()
        books, before = self.ledger(), self.link(move).sync_token
        self.bookkeeper.receive_payment({remote_id: '40'})
        self.bookkeeper.edit('Invoice', remote_id, TrackingNum="1Z999")
        self.told(move)
        link = self.link(move)
        self.assertEqual((self.state(move), link.remote_balance, self.ledger()), ('synced', 60, books))
        self.assertNotEqual(link.sync_token, before)
        self.control('calls', method='DELETE')
        move.ref = "Their order 7"
        self.drain(self.connection)
        self.assertEqual([(call['method'], call['status']) for call in self.api_calls()], [('POST', 200)])
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TrackingNum'], "1Z999")

        self.entries(move).unlink()  # as after a month: it is compared with what Odoo says
        self.bookkeeper.edit('Invoice', remote_id, TrackingNum="2Z999")
        self.told(move)
        self.assertEqual(self.state(move), 'synced')
        self.bookkeeper.edit_invoice(remote_id, amount='130')
        self.told(move)
        self.assertEqual({name: one.theirs for name, one in self.link(move)._change_rows()},
                         {"Line 1, Amount": '130.00', "Line 1, Price": '130', "Total": '130.00'})

    def test_an_accepted_change_stays_until_another_one_comes_and_the_policy_may_decide(self):
        move, remote_id = self.pushed()
        due = move.invoice_date_due.isoformat()
        self.bookkeeper.edit('Invoice', remote_id, DueDate='2031-01-31')
        self.told(move)
        move.action_qbo_accept_change()
        self.assertEqual((self.state(move), self.link(move).remote_change_state), ('synced', 'accepted'))
        self.assertEqual(self.env['qbo.audit'].search([('event', '=', 'accepted')], limit=1).record_names, move.name)
        self.bookkeeper.edit('Invoice', remote_id, TrackingNum="1Z999")
        self.told(move)
        self.assertEqual(self.state(move), 'synced', "the same difference is not asked twice")
        move.action_qbo_push()  # nothing changed in Odoo, but a person wants it there
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['DueDate'], due)
        for day, state in (('2031-02-28', 'changed_there'), (due, 'synced')):
            self.bookkeeper.edit('Invoice', remote_id, DueDate=day)
            self.told(move)
            self.assertEqual(self.state(move), state)
        self.assertFalse(self.link(move).remote_change_state, "taken back there")

        self.connection.on_changed_there = 'accept'
        self.bookkeeper.edit('Invoice', remote_id, DueDate='2031-03-31')
        self.told(move)
        self.assertEqual((self.state(move), self.link(move).remote_change_state), ('synced', 'accepted'))
        self.assertIn('2031-03-31', self.notes(move))
        self.connection.on_changed_there = 'odoo'
        for month in range(1, 5):
            self.bookkeeper.edit('Invoice', remote_id, DueDate=f'2032-0{month}-28')
            self.told(move)
            there = self.one('Invoice', DocNumber=move.name)['DueDate']
            self.assertEqual(there, due if month < 4 else '2032-04-28')
        self.assertEqual(self.state(move), 'changed_there', "somebody changes it back each time")

    def test_what_was_deleted_or_voided_waits_for_a_decision_and_comes_back_with_its_payment(self):
        deleted, voided, payment = self.invoice(), self.invoice(), self.payment()
        applied = self.pay(deleted)
        self.drain(self.connection)
        books, remote_id = self.ledger(), self.link(deleted).remote_id
        self.bookkeeper.delete('Invoice', remote_id)
        self.bookkeeper.void('Invoice', self.link(voided).remote_id)
        self.bookkeeper.void('Payment', self.link(payment).remote_id)
        records = (deleted, voided, payment, applied)
        self.told(*records)
        self.assertEqual([self.link(record).state for record in records], ['deleted', 'voided', 'voided', 'active'])
        self.assertEqual({self.state(record) for record in records}, {'changed_there'})
        self.assertEqual([(name, one.theirs) for name, one in self.link(applied)._change_rows()],
                         [(f"Applied to {deleted.name}", "")])
        self.env['qbo.queue.entry']._sweep(self.connection)
        deleted.ref = voided.ref = "Their order 7"
        self.drain(self.connection)
        self.assertEqual(self.standing('Invoice', deleted.name), [], "nobody decided that yet")
        self.assertEqual(self.one('Invoice', DocNumber=voided.name)['TotalAmt'], 0)
        self.env['qbo.binding'].union(*map(self.link, (deleted, voided, payment))).action_push_again()
        self.drain(self.connection)
        again = self.one('Invoice', DocNumber=deleted.name)
        self.assertEqual((again['TotalAmt'], again['Balance'], again['Id'] == remote_id), (100, 0, False))
        self.assertEqual(self.one('Invoice', DocNumber=voided.name)['TotalAmt'], 100)
        self.assertEqual(self.one('Payment', Id=self.link(payment).remote_id)['TotalAmt'], 30)
        self.assertEqual(({self.state(record) for record in records}, self.ledger()), ({'synced'}, books))
        self.bookkeeper.delete('Payment', self.link(payment).remote_id)
        self.told(payment)
        payment.action_qbo_accept_change()
        voided.button_cancel()
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.told(voided)
        self.assertEqual((len(self.books()['Payment']), self.state(payment)), (1, 'deleted'))
        self.assertEqual(self.state(voided), 'voided', "by ourselves")

    def test_a_push_that_is_on_its_way_is_waited_for_and_tells_what_it_replaced(self):
        move, remote_id = self.pushed()
        due = move.invoice_date_due.isoformat()
        self.bookkeeper.edit('Invoice', remote_id, DueDate='2031-01-31')
        move.ref = "Their order 7"
        entry = self.entries(move)[0]
        self.leave_orphans(entry)
        entry.not_before = '2031-01-01'  # QuickBooks was not heard of
        change = self.env['qbo.change']._ask(self.connection, 'Invoice', [remote_id])
        self.drain(self.connection)
        self.assertEqual((change.state, bool(change.not_before)), ('waiting', True))
        entry.not_before = change.not_before = False
        self.drain(self.connection)
        self.assertEqual((change.state, self.one('Invoice', DocNumber=move.name)['DueDate']), ('done', due))
        self.assertIn('2031-01-31', self.notes(move))
        self.bookkeeper.edit('Invoice', remote_id, DueDate='2032-02-28')
        there = self.bookkeeper.find('Invoice', Id=remote_id)
        self.env['qbo.change']._note(self.connection, [(Change(
            US_REALM, 'Invoice', remote_id, 'updated', self.link(move).remote_updated_at.replace(tzinfo=UTC), 'poll'),
            json.dumps(there, default=float))], 'poll')
        self.drain(self.connection)
        self.assertEqual(self.state(move), 'changed_there', "in the second of our own push")
        move.ref = "Their order 8"
        self.drain(self.connection)
        self.assertEqual((self.state(move), self.link(move).remote_change_state), ('synced', 'pushed'))
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['DueDate'], due)
        self.assertEqual(self.notes(move).count('2032-02-28'), 2, "told, and told again when it was replaced")


@tagged('standard', 'post_install', '-at_install')
class TestListsChangedThere(ChangedCase):
    """Customers and items."""

    def customer(self, name):
        """Return a contact that stands in QuickBooks, and its Id there."""
        partner = self.env['res.partner'].create({'name': name})
        self.invoice(partner=partner)
        self.drain(self.connection)
        return partner, self.link(partner).remote_id

    def merge(self, gone, kept):
        """Merge two customers in QuickBooks, and tell Odoo of it as its webhook does."""
        self.bookkeeper.merge('Customer', gone, kept)
        self.env['qbo.change']._note(self.connection, [
            Change(US_REALM, 'Customer', kept, 'merged', None, f'merge-{gone}', gone),
            Change(US_REALM, 'Customer', gone, 'updated', None, f'inactive-{gone}')], 'webhook')
        self.drain(self.connection)

    def test_names_are_told_and_what_was_made_inactive_comes_back_with_a_document(self):
        item = self.link(self.product).remote_id
        customer = self.link(self.partner).remote_id
        for move in self.env['account.move'].search([('partner_id', '=', self.partner.id)]):
            self.pay(move)  # QuickBooks keeps customers active who owe something
        self.drain(self.connection)
        self.bookkeeper.edit('Customer', customer, DisplayName="Ann's", Fax={'FreeFormNumber': "555 0199"})
        self.bookkeeper.make_inactive('Item', item)
        self.told(self.product, self.partner)
        self.assertEqual([(name, one.pushed, one.theirs) for name, one in self.link(self.partner)._change_rows()],
                         [("Name", self.partner.name, "Ann's")])
        self.partner.action_qbo_push_again()
        self.drain(self.connection)
        there = self.one('Customer', Id=customer)
        self.assertEqual((there['DisplayName'], there['Fax']['FreeFormNumber']), (self.partner.name, "555 0199"))

        self.bookkeeper.make_inactive('Customer', customer)
        self.told(self.partner)
        for record in (self.product, self.partner, self.product.product_tmpl_id):
            self.assertEqual(self.state(record), 'changed_there')
        self.partner.phone = "555 0100"
        self.connection.push_all_customers = self.connection.push_all_products = True
        self.env['qbo.queue.entry']._sweep(self.connection)
        self.drain(self.connection)
        self.assertFalse(self.one('Customer', Id=customer)['Active'], "nothing needs it")
        self.product.product_tmpl_id.action_qbo_accept_change()
        move = self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['value'], customer)
        self.assertTrue(self.one('Customer', Id=customer)['Active'] and self.one('Item', Id=item)['Active'])
        self.assertEqual((self.state(self.product), self.state(self.partner)), ('synced', 'synced'))
        self.bookkeeper.make_inactive('Item', item)
        self.told(self.product)
        self.bookkeeper.make_active('Item', item)
        self.told(self.product)
        self.assertEqual(self.state(self.product), 'synced')

    def test_the_link_follows_to_the_customer_that_stays(self):
        partner, gone = self.customer("Ann Shop")
        kept = self.bookkeeper_creates("Ann's Shop Ltd")
        books, move = self.ledger(), self.env['account.move'].search([('partner_id', '=', partner.id)])
        self.merge(gone, kept)
        self.assertEqual((self.link(partner).remote_id, self.state(partner), self.ledger()), (kept, 'synced', books))
        self.told(move)
        self.assertEqual(self.state(move), 'synced', "it is the same customer")
        again = self.invoice(partner=partner)
        move.ref = "Their order 7"
        self.drain(self.connection)
        for one in (move, again):
            self.assertEqual(self.one('Invoice', DocNumber=one.name)['CustomerRef']['value'], kept)

    def test_two_contacts_that_became_one_customer_are_told_with_two_cures(self):
        partner, gone = self.customer("Ann Shop")
        third, third_gone = self.customer("Third Shop")
        other, kept = self.customer("Ann's Shop Ltd")
        moves = self.env['account.move'].search([('partner_id', '=', partner.id)])
        self.merge(gone, kept)
        self.merge(third_gone, kept)
        self.assertEqual((self.state(partner), self.state(other)), ('changed_there', 'synced'))
        self.assertIn("Ann's Shop Ltd", partner.qbo_message)
        self.told(moves)
        self.assertEqual(self.state(moves), 'synced', "told once, on the contact")
        move = self.invoice(partner=partner)
        third.action_qbo_push_again()
        self.drain(self.connection)
        self.assertEqual(self.standing('Invoice', move.name), [])
        self.assertIn("Merge the two contacts", self.newest(partner).fault_message)
        anew = self.one('Customer', DisplayName="Third Shop")
        self.assertNotIn(anew['Id'], (third_gone, kept))
        self.assertEqual(self.link(third).remote_id, anew['Id'])
        self.env['base.partner.merge.automatic.wizard']._merge((partner | other).ids, other)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['CustomerRef']['value'], kept)
        self.assertEqual((self.state(other), self.connection.changed_count), ('synced', 0))
        self.assertTrue(self.one('Customer', Id=kept)['Active'])

    def bookkeeper_creates(self, name):
        """Create a customer that Odoo does not know; returns its Id."""
        with self.own_cursors():
            answer = self.connection._qbo_client().write(
                'Customer', 'create', json.dumps({'DisplayName': name}), f'made-there-{name[:3]}')
        return answer.data['Id']
