"""Books that are closed in QuickBooks, or locked in Odoo: stop and ask, book later, or leave out."""

from datetime import date

from odoo.tests import tagged

from .test_policies import PolicyCase

CLOSED = date(2026, 3, 31)
BEFORE, AFTER = date(2026, 3, 15), date(2026, 4, 10)


class ClosedCase(PolicyCase):
    """Books that close at the end of March, in the middle of the test."""

    def close(self, until=CLOSED, known=True):
        """Close the books in QuickBooks; known: the connection has read it since."""
        self.control(f'preferences/{self.connection.realm_id}', {'AccountingInfoPrefs': {
            'BookCloseDate': until and until.isoformat()}})
        if known:
            self.connection.book_close_date = until
        self.control('calls', method='DELETE')

    def dated(self, day, **values):
        """Post a document of a day."""
        return self.invoice(invoice_date=day, **values)

    def payment_of(self, day):
        """Post money that came in on a day."""
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': 30.0,
            'date': day})
        payment.action_post()
        return payment


@tagged('standard', 'post_install', '-at_install')
class TestNewInClosedBooks(ClosedCase):
    """What QuickBooks does not have yet."""

    def test_by_default_it_stops_and_the_message_names_both_dates_and_the_cure(self):
        self.close()
        move, payment = self.dated(BEFORE), self.payment_of(BEFORE)
        self.drain(self.connection)
        self.assertEqual(self.writes(), [], "it is found before anything is sent")
        for record in (move, payment):
            self.assertEqual(record.qbo_state, 'failed')
            for words in ("2026-03-15", "2026-03-31", "Open the books", "retry"):
                self.assertIn(words, record.qbo_message)

    def test_it_goes_once_the_books_are_open(self):
        self.close()
        move = self.dated(BEFORE)
        self.drain(self.connection)
        self.close(until=None, known=False)
        move.action_qbo_retry()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TxnDate'], "2026-03-15")

    def test_a_check_finds_it_before_it_is_posted_to_the_queue(self):
        self.close()
        move = self.dated(BEFORE)
        (finding,) = [found for found in self.env['qbo.preflight']._examine(self.connection, move).values()
                      if found.model == 'account.move']
        self.assertIn("2026-03-31", ' '.join(problem.message for problem in finding.problems))
        self.assertEqual(self.api_calls(), [])

    def test_the_day_after_is_open(self):
        self.close()
        move = self.dated(date(2026, 4, 1))
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_it_can_be_booked_on_the_first_open_day_with_a_note_on_both_sides(self):
        self.connection.on_closed = 'redate'
        self.close()
        move, payment = self.dated(BEFORE), self.payment_of(BEFORE)
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        for entity, record in ((invoice, move), (self.one('Payment'), payment)):
            self.assertEqual(entity['TxnDate'], "2026-04-01")
            self.assertIn("Dated 2026-03-15 in Odoo", entity['PrivateNote'])
            self.assertIn(f'{record._name}:{record.id}', entity['PrivateNote'], "the mark survives")
            notes = ' '.join(record.message_ids.mapped('body'))
            self.assertIn("booked in QuickBooks on 2026-04-01", notes)
        self.assertEqual(move.invoice_date, BEFORE, "Odoo keeps its date")

    def test_a_document_that_was_booked_later_stays_on_its_day_and_is_told_of_once(self):
        self.connection.on_closed = 'redate'
        self.close()
        move = self.dated(BEFORE)
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        move.ref = "Their order 7"
        self.drain(self.connection)
        invoice = self.one('Invoice', DocNumber=move.name)
        self.assertEqual(invoice['TxnDate'], "2026-04-01")
        self.assertIn("Their order 7", invoice['PrivateNote'])
        told = [body for body in move.message_ids.mapped('body') if "booked in QuickBooks" in body]
        self.assertEqual(len(told), 1)

    def test_it_can_be_left_out_with_its_reason_on_the_document(self):
        self.connection.on_closed = 'exclude'
        self.close()
        move, payment = self.dated(BEFORE), self.payment_of(BEFORE)
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        for record in (move, payment):
            self.assertEqual(record.qbo_state, 'none')
            self.assertIn("Excluded: dated 2026-03-15, and QuickBooks' books are closed until 2026-03-31",
                          record.qbo_message)

    def test_money_for_a_document_that_was_left_out_arrives_unapplied(self):
        self.outstanding()
        self.connection.on_closed = 'exclude'
        self.close()
        move = self.dated(BEFORE)
        payment = self.pay(move)
        self.drain(self.connection)
        self.assertGreater(payment.date, CLOSED)
        self.assertEqual(self.one('Payment')['UnappliedAmt'], 100)

    def test_odoos_lock_date_counts_too_unless_the_connection_says_not(self):
        move = self.dated(BEFORE)
        self.company.fiscalyear_lock_date = CLOSED
        self.drain(self.connection)
        self.assertEqual(move.qbo_state, 'failed')
        for words in ("2026-03-15", "Lock Date is 2026-03-31"):
            self.assertIn(words, move.qbo_message)
        self.connection.heed_lock_dates = False
        move.action_qbo_retry()
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)

    def test_the_first_open_day_is_open_on_both_sides(self):
        self.connection.on_closed = 'redate'
        self.close()
        move = self.dated(BEFORE)
        self.company.sale_lock_date = date(2026, 4, 30)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TxnDate'], "2026-05-01")


@tagged('standard', 'post_install', '-at_install')
class TestStandingInClosedBooks(ClosedCase):
    """What stands in QuickBooks cannot be changed there any more."""

    def setUp(self):
        super().setUp()
        self.move = self.dated(BEFORE)
        self.drain(self.connection)
        self.close()

    def correct(self, price=70.0):
        """Correct the posted document."""
        self.move.button_draft()
        self.move.invoice_line_ids.price_unit = price
        self.move.action_post()

    def test_a_change_stops_and_says_why(self):
        self.correct()
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        self.assertEqual(self.move.qbo_state, 'failed')
        for words in ("closed until 2026-03-31", "dated 2026-03-15", "Open the books in QuickBooks"):
            self.assertIn(words, self.move.qbo_message)

    def test_no_change_is_no_matter(self):
        self.move.action_qbo_push()
        self.drain(self.connection)
        self.assertEqual(self.move.qbo_state, 'synced')

    def test_it_cannot_be_booked_later_either(self):
        self.connection.on_closed = 'redate'
        self.correct()
        self.drain(self.connection)
        self.assertEqual((self.writes(), self.move.qbo_state), ([], 'failed'))

    def test_a_change_is_left_out_and_the_document_flagged(self):
        self.connection.on_closed = 'exclude'
        self.correct()
        self.drain(self.connection)
        self.assertEqual((self.writes(), self.move.qbo_state), ([], 'kept'))
        self.assertIn("closed until 2026-03-31", self.move.qbo_message)

    def test_a_cancelled_one_is_neither_voided_nor_forgotten(self):
        self.move.button_cancel()
        self.drain(self.connection)
        self.assertEqual((self.writes(), self.move.qbo_state), ([], 'failed'))
        self.connection.on_closed = 'exclude'
        self.move.action_qbo_retry()  # perhaps the books are open by now: QuickBooks says no
        self.drain(self.connection)
        self.assertEqual((self.total(self.move.name), self.move.qbo_state), (100, 'kept'))
        self.assertEqual(self.connection.book_close_date, CLOSED)

    def test_a_payment_of_that_time_can_be_neither_voided_nor_applied_otherwise(self):
        self.close(until=None)
        payment = self.payment_of(BEFORE)
        self.drain(self.connection)
        self.close()
        payment.action_cancel()
        self.drain(self.connection)
        self.assertEqual((self.writes(), payment.qbo_state), ([], 'failed'))
        self.assertIn("closed until 2026-03-31", payment.qbo_message)

    def test_a_payment_of_today_still_pays_it(self):
        self.outstanding()
        self.connection.on_closed = 'exclude'
        self.pay(self.move)
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=self.move.name)['Balance'], 0)

    def test_a_document_that_is_moved_into_the_closed_period_stops(self):
        move = self.dated(AFTER)
        self.drain(self.connection)
        self.control('calls', method='DELETE')
        move.button_draft()
        move.invoice_date = BEFORE
        move.action_post()
        self.drain(self.connection)
        self.assertEqual((self.writes(), move.qbo_state), ([], 'failed'))
        self.connection.on_closed = 'redate'
        move.action_qbo_retry()
        self.drain(self.connection)
        self.assertEqual(self.one('Invoice', DocNumber=move.name)['TxnDate'], "2026-04-10", "where it stands")
        self.assertEqual(move.qbo_state, 'synced')


@tagged('standard', 'post_install', '-at_install')
class TestClosedMeanwhile(ClosedCase):
    """The books were closed since the connection looked last: QuickBooks says so first, once."""

    def test_the_date_is_read_and_the_policy_decides(self):
        self.close(known=False)
        move = self.dated(BEFORE)
        self.drain(self.connection)
        self.assertEqual(self.connection.book_close_date, CLOSED)
        self.assertEqual(len(self.writes()), 1)
        self.assertIn("closed until 2026-03-31", move.qbo_message)

    def test_of_many_documents_the_date_is_read_once(self):
        self.close(known=False)
        self.connection.on_closed = 'redate'
        moves = self.dated(BEFORE) | self.dated(BEFORE) | self.dated(BEFORE)
        self.drain(self.connection)
        self.assertEqual({self.one('Invoice', DocNumber=move.name)['TxnDate'] for move in moves}, {"2026-04-01"})
        self.assertEqual(len(self.api_calls('GET', '/preferences')), 1)

    def test_where_the_date_does_not_explain_it_a_person_is_asked(self):
        self.control('fail', {
            'times': 9, 'method': 'POST', 'entity': 'Invoice', 'kind': 'status', 'status': 400, 'code': 6200})
        move = self.dated(BEFORE)
        self.drain(self.connection)
        self.assertEqual(len(self.writes()), 1, "no second try")
        self.assertEqual(move.qbo_state, 'failed')
        self.assertIn("books are closed for the date", move.qbo_message)
