"""Under which numbers documents stand in QuickBooks: Odoo's, shortened ones, or QuickBooks' own."""

from odoo.tests import tagged

from .test_policies import PolicyCase


class NumberCase(PolicyCase):
    """A company in QuickBooks that takes numbers, or gives them itself."""

    def custom(self, custom):
        """Switch custom transaction numbers on or off in QuickBooks, and let the connection see it."""
        self.control(f'preferences/{self.connection.realm_id}', {'SalesFormsPrefs': {'CustomTxnNumbers': custom}})
        self.connection.custom_txn_numbers = custom

    def standing_as(self, move, entity='Invoice'):
        """Return the object in the books that carries the mark of a document; fails when there are two."""
        found = [obj for obj in self.books()[entity] if f'account.move:{move.id}' in obj.get('PrivateNote', '')]
        self.assertEqual(len(found), 1, move.qbo_message)
        return found[0]


@tagged('standard', 'post_install', '-at_install')
class TestLongNumbers(NumberCase):
    """QuickBooks takes 21 characters."""

    NUMBER = 'NORTHERN-BRANCH/INV/2026/0000042'

    def numbered(self, number, **values):
        """Post a document of a number."""
        move = self.invoice(post=False, **values)
        move.name = number
        move.action_post()
        return move

    def test_a_long_number_is_shortened_and_stands_whole_in_the_notes(self):
        move = self.numbered(self.NUMBER, narration="Thank you")
        self.drain(self.connection)
        invoice = self.standing_as(move)
        self.assertEqual(len(invoice['DocNumber']), 21)
        self.assertTrue(invoice['DocNumber'].endswith("V/2026/0000042"), invoice['DocNumber'])
        self.assertIn(self.NUMBER, invoice['PrivateNote'])
        self.assertIn(self.NUMBER, invoice['CustomerMemo']['value'])
        self.assertIn("Thank you", invoice['CustomerMemo']['value'])
        self.assertEqual((move.qbo_number, move.qbo_state), (invoice['DocNumber'], 'synced'))

    def test_long_numbers_of_one_end_stay_apart(self):
        moves = self.numbered(self.NUMBER) | self.numbered('SOUTHERN-BRANCH/INV/2026/0000042')
        self.drain(self.connection)
        self.assertEqual(len({self.standing_as(move)['DocNumber'] for move in moves}), 2)

    def test_a_lost_create_of_a_long_number_is_found_again(self):
        move = self.numbered(self.NUMBER)
        self.control('fail', {'times': 1, 'method': 'POST', 'entity': 'Invoice', 'kind': 'lost_answer'})
        self.drain(self.connection)
        self.control('answers', method='DELETE')  # QuickBooks forgets our request ids
        entry = self.newest(move)
        entry.write({'not_before': False, 'to_look_up': True})
        self.drain(self.connection)
        self.assertEqual(move.qbo_number, self.standing_as(move)['DocNumber'])

    def test_a_short_number_is_in_no_note(self):
        move = self.pushed(ref="Their order 7")
        note = self.standing_as(move)['PrivateNote']
        self.assertNotIn(move.name, note)


@tagged('standard', 'post_install', '-at_install')
class TestRenumbered(NumberCase):
    """Odoo's number changes after posting."""

    def test_the_number_follows(self):
        move = self.pushed()
        before = self.standing_as(move)['Id']
        move.name = 'RENUMBERED/0001'
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber='RENUMBERED/0001')
        self.assertEqual((invoice['Id'], move.qbo_number), (before, 'RENUMBERED/0001'))

    def test_two_that_swap_their_numbers_end_right_or_say_what_is_in_the_way(self):
        first, second = self.pushed(), self.pushed()
        names = first.name, second.name
        first.name = 'SWAP'
        self.drain(self.connection)
        second.name = names[0]
        self.drain(self.connection)
        first.name = names[1]
        self.drain(self.connection)
        self.assertEqual([self.standing_as(move)['DocNumber'] for move in (first, second)], [names[1], names[0]])


@tagged('standard', 'post_install', '-at_install')
class TestQuickBooksNumbers(NumberCase):
    """QuickBooks numbers its documents."""

    def setUp(self):
        super().setUp()
        self.connection.numbering = 'qbo'
        self.custom(False)

    def test_its_number_comes_back_to_the_document(self):
        move, note = self.invoice(), self.invoice(move_type='out_refund')
        self.drain(self.connection)
        for record, entity in ((move, 'Invoice'), (note, 'CreditMemo')):
            there = self.standing_as(record, entity)
            self.assertRegex(there['DocNumber'], r'^1\d{3}$')
            self.assertEqual((record.qbo_number, record.qbo_state), (there['DocNumber'], 'synced'))
            self.assertIn(record.name, there['PrivateNote'], "Odoo's number can be found there")

    def test_an_update_leaves_its_number_alone(self):
        move = self.pushed()
        number = move.qbo_number
        move.ref = "Their order 7"
        self.drain(self.connection)
        invoice = self.standing_as(move)
        self.assertIn("Their order 7", invoice['PrivateNote'])
        self.assertEqual({invoice['DocNumber'], move.qbo_number}, {number})

    def test_a_lost_create_is_found_by_customer_date_and_mark_and_not_doubled(self):
        move = self.invoice()
        self.control('fail', {'times': 1, 'method': 'POST', 'entity': 'Invoice', 'kind': 'lost_answer'})
        self.drain(self.connection)
        self.control('answers', method='DELETE')  # QuickBooks forgets our request ids
        self.entries(move).write({'not_before': False})
        self.drain(self.connection)
        self.assertEqual(move.qbo_number, self.standing_as(move)['DocNumber'])

    def test_where_custom_numbers_are_on_an_invoice_asks_for_one_and_a_credit_memo_stops(self):
        self.custom(True)
        move, note = self.invoice(), self.invoice(move_type='out_refund')
        self.drain(self.connection)
        self.assertRegex(self.standing_as(move)['DocNumber'], r'^1\d{3}$')
        self.assertEqual(note.qbo_state, 'failed')
        self.assertIn("Custom transaction numbers", note.qbo_message)
        self.control('calls', method='DELETE')
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [], "it does not ask again")


@tagged('standard', 'post_install', '-at_install')
class TestNumbersNobodyAskedFor(NumberCase):
    """Odoo's numbers are sent, and the company counts by itself all the same."""

    def setUp(self):
        super().setUp()
        self.custom(False)

    def test_the_connection_warns(self):
        arch = self.env['qbo.connection'].get_view(view_type='form')['arch']
        self.assertIn("numbers its documents by itself", arch)
        self.assertIn("numbering != 'odoo' or custom_txn_numbers", arch)
        self.connection.custom_txn_numbers = True
        with self.own_cursors():
            self.connection.action_test()
        self.assertFalse(self.connection.custom_txn_numbers, "read again")

    def test_a_number_that_quickbooks_keeps_is_no_matter(self):
        move = self.pushed()
        self.assertEqual((move.qbo_number, move.qbo_state), (move.name, 'synced'))

    def test_another_number_is_a_variance_with_both(self):
        self.control('seed', {'switches': {'automatic_numbers': 'replace'}})
        move = self.pushed()
        self.assertEqual(move.qbo_state, 'variance')
        self.assertIn(f"number {move.name} in Odoo, {move.qbo_number} in QuickBooks", move.qbo_message)

    def test_a_create_in_doubt_is_looked_up_since_no_number_would_be_refused(self):
        move = self.invoice()
        self.control('fail', {'times': 1, 'method': 'POST', 'entity': 'Invoice', 'kind': 'lost_answer'})
        self.drain(self.connection)
        self.control('answers', method='DELETE')
        self.entries(move).write({'not_before': False})
        self.drain(self.connection)
        self.standing_as(move)
