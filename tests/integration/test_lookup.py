"""Past the safe age nothing is sent blindly: QuickBooks is asked what became of the first attempt."""

import json

from odoo.tests import tagged

from .test_remote_changes import RemoteCase


@tagged('standard', 'post_install', '-at_install')
class TestUnknownCreate(RemoteCase):
    """One hit is adopted, none is created, several wait for a person: for documents, payments and customers."""

    def newcomers(self):
        """Return {entity: a new record of it that waits}; each goes by itself."""
        return {
            'Invoice': lambda: self.invoice(),
            'CreditMemo': lambda: self.invoice(move_type='out_refund'),
            'Payment': lambda: self.payment(12.34),
            'Customer': self._customer,
        }

    def _customer(self):
        partner = self.env['res.partner'].create({'name': "Lost and Found"})
        partner.action_qbo_push()
        return partner

    def found(self, entity, record):
        """Return what stands in the books of a record."""
        wanted = {
            'Payment': {'TotalAmt': 12.34}, 'Customer': {'DisplayName': "Lost and Found"},
        }.get(entity) or {'DocNumber': record.name}
        return [obj for obj in self.books().get(entity, []) if all(obj.get(k) == v for k, v in wanted.items())]

    def check_linked(self, entity, record):
        """Assert that the record stands once in QuickBooks, and is linked with it."""
        (standing,) = self.found(entity, record)
        link = self.env['qbo.binding']._of_record(self.connection, record._name, record.id)
        self.assertEqual((self.newest(record).state, link.remote_id, link.state), ('done', standing['Id'], 'active'))

    def test_one_hit_is_adopted(self):
        for entity, create in self.newcomers().items():
            with self.subTest(entity):
                self.lose_answer(entity)
                record = create()
                self.drain(self.connection)
                self.assertEqual((self.newest(record).state, len(self.found(entity, record))), ('sending', 1))
                self.pass_the_safe_age()
                self.assertEqual(self.writes(), [], "found, so not sent again")
                self.check_linked(entity, record)

    def test_none_is_created(self):
        for entity, create in self.newcomers().items():
            with self.subTest(entity):
                self.lose_answer(entity, 'reset')
                record = create()
                self.drain(self.connection)
                self.assertEqual((self.newest(record).state, self.found(entity, record)), ('sending', []))
                self.pass_the_safe_age()
                self.assertEqual(len(self.writes()), 1)
                self.check_linked(entity, record)

    def test_several_wait_for_a_person(self):
        for entity in ('Invoice', 'CreditMemo', 'Payment'):
            with self.subTest(entity):
                self.control('seed', {'switches': {'duplicate_number_warning': False}})
                self.lose_answer(entity)
                record = self.newcomers()[entity]()
                self.drain(self.connection)
                entry = self.newest(record)
                copy = json.loads(entry.payload)  # a person copied it in QuickBooks, mark and all
                self.control('seed', {'objects': {self.connection.realm_id: {entity: [copy]}}})
                self.pass_the_safe_age()
                self.assertEqual((entry.state, self.writes()), ('unknown', []))
                self.assertIn("2 documents there look like it", entry.fault_message)
                self.assertEqual(record.qbo_state, 'unknown')
                self.pass_the_safe_age()
                self.assertEqual(entry.state, 'unknown', "time alone decides nothing")
                self.by_hand(entity, 'delete', self.found(entity, record)[1])
                entry.action_retry()
                self.pass_the_safe_age()
                self.assertEqual(self.writes(), [])
                self.check_linked(entity, record)

    def test_a_person_may_remove_them_all_and_then_it_is_created(self):
        self.control('seed', {'switches': {'duplicate_number_warning': False}})
        self.lose_answer('Invoice')
        move = self.invoice()
        self.drain(self.connection)
        entry = self.newest(move)
        self.control('seed', {'objects': {self.connection.realm_id: {'Invoice': [json.loads(entry.payload)]}}})
        self.pass_the_safe_age()
        self.assertEqual(entry.state, 'unknown')
        for standing in self.found('Invoice', move):
            self.by_hand('Invoice', 'delete', standing)
        entry.action_retry()
        self.pass_the_safe_age()
        self.check_linked('Invoice', move)

    def test_while_the_outcome_is_unknown_neither_a_push_nor_an_edit_nor_the_sweep_sends_it_anew(self):
        self.lose_answer('Payment')
        payment = self.payment(12.34)
        self.drain(self.connection)
        copy = json.loads(self.newest(payment).payload)
        self.control('seed', {'objects': {self.connection.realm_id: {'Payment': [copy]}}})
        self.pass_the_safe_age()
        payment.action_qbo_push()
        self.connection.action_push_missing()
        self.pass_the_safe_age()
        self.assertEqual((len(self.found('Payment', payment)), payment.qbo_state), (2, 'blocked'))
        self.assertEqual(self.entries(payment).mapped('state'), ['pending', 'unknown'])
        self.by_hand('Payment', 'delete', self.found('Payment', payment)[1])
        self.entries(payment)[1].action_retry()
        self.pass_the_safe_age()
        self.check_linked('Payment', payment)

    def test_another_payment_of_the_same_day_customer_and_amount_is_not_taken_for_ours(self):
        twin = self.payment(12.34)
        self.drain(self.connection)
        self.lose_answer('Payment', 'reset')
        payment = self.payment(12.34)
        self.drain(self.connection)
        self.pass_the_safe_age()
        self.assertEqual(len(self.found('Payment', payment)), 2)
        links = [self.env['qbo.binding']._of_record(self.connection, p._name, p.id) for p in (twin, payment)]
        self.assertEqual(len({link.remote_id for link in links}), 2)

    def test_while_quickbooks_cannot_be_asked_nothing_is_sent(self):
        self.lose_answer('Invoice')
        move = self.invoice()
        self.drain(self.connection)
        self.control('fail', {'times': 1, 'path': '/query', 'kind': 'reset'})
        self.pass_the_safe_age()
        self.assertEqual((self.newest(move).state, self.writes()), ('sending', []))
        self.pass_the_safe_age()
        self.assertEqual(self.writes(), [])
        self.check_linked('Invoice', move)


@tagged('standard', 'post_install', '-at_install')
class TestUnknownChange(RemoteCase):
    """Updates, voids and deletes are repeatable by nature: past the safe age they are built anew."""

    def test_an_update_that_had_arrived_is_done_once_more_and_changes_nothing(self):
        move = self.invoice()
        self.drain(self.connection)
        self.lose_answer('Invoice')
        self.change(move, 70.0)
        self.drain(self.connection)
        self.pass_the_safe_age()
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 70)
        self.assertEqual((self.newest(move).state, move.qbo_state), ('done', 'synced'))

    def test_an_update_that_had_not_arrived_is_done_with_the_last_state(self):
        move = self.invoice()
        self.drain(self.connection)
        self.lose_answer('Invoice', 'reset')
        self.change(move, 70.0)
        self.drain(self.connection)
        self.change(move, 71.0)
        self.pass_the_safe_age()
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TotalAmt'], 71)
        self.assertEqual(self.newest(move).state, 'done')

    def test_a_void_and_a_delete_that_had_arrived_or_not_are_done_in_the_end(self):
        for kind in ('lost_answer', 'reset'):
            with self.subTest(kind):
                move, note = self.invoice(), self.invoice(move_type='out_refund')
                self.drain(self.connection)
                numbers = move.name, note.name
                self.control('fail', {'times': 1, 'path': '/batch', 'kind': kind})
                (move | note).button_cancel()
                self.drain(self.connection)
                self.assertEqual({self.newest(record).state for record in (move, note)}, {'sending'})
                self.pass_the_safe_age()
                self.assertEqual(self.one('Invoice', DocNumber=numbers[0])['TotalAmt'], 0)
                self.assertEqual(self.standing('CreditMemo', numbers[1]), [])
                self.assertEqual({self.newest(record).state for record in (move, note)}, {'done'})
