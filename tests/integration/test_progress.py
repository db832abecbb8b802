"""The progress of a drain on the connection's form, and how much of Intuit's limits is used."""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import QboCase, QueueCase, SimulatorMixin

NOON = datetime(2026, 3, 10, 12, 0, 0)


class RowsMixin:
    """Puts rows into the queue in the state a test needs."""

    def rows(self, count=1, connection=None, **values):
        """Create rows of the queue."""
        connection = connection or self.connection
        return self.env['qbo.queue.entry'].create([{
            'connection_id': connection.id, 'model': 'res.partner', 'res_id': number, 'record_name': f"Row {number}",
            'state': 'pending', **values} for number in range(1, count + 1)])

    def finished(self, count, minutes_ago, **values):
        """Create rows that were finished so long ago."""
        return self.rows(count, **{
            'state': 'done', 'operation': 'create',
            'done_at': fields.Datetime.now() - timedelta(minutes=minutes_ago), **values})


@tagged('standard', 'post_install', '-at_install')
class TestProgress(RowsMixin, QueueCase):
    """Rows are put into the queue; asserted is what the form says about them."""

    def setUp(self):
        super().setUp()
        self.env['qbo.queue.entry'].search([]).unlink()

    def test_an_idle_connection_says_so(self):
        self.assertEqual((self.connection.remaining_count, self.connection.rate), (0, 0))
        self.assertEqual((self.connection.expected_end, self.connection.oldest_due_at), (False, False))

    def test_what_can_be_sent_what_waits_for_others_and_what_for_its_time_are_told_apart(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        first, second = self.rows(2)
        self.rows(1, state='sending')
        self.rows(4, not_before=later)
        self.rows(1, not_before=later - timedelta(hours=2))
        self.rows(3, dependency_ids=first.ids)
        self.rows(5, dependency_ids=self.rows(1, state='failed').ids)
        self.rows(1, dependency_ids=self.rows(1, state='done').ids)
        self.rows(1, dependency_ids=second.ids, not_before=later)
        self.assertEqual(self.connection.due_count, 5)
        self.assertEqual(self.connection.blocked_count, 8)
        self.assertEqual(self.connection.later_count, 5)
        self.assertEqual(self.connection.waiting_count, 18)
        self.assertEqual(self.connection.remaining_count, 8, "five wait for a person, five for their time")

    def test_rate_run_and_end_follow_from_what_was_finished(self):
        with freeze_time(NOON):
            self.finished(50, 120)
            self.finished(10, 30)
            for minutes in (4, 3, 2, 1):
                self.finished(20, minutes)
            self.rows(100)
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.run_count, 90)
            self.assertAlmostEqual(self.connection.run_share, 100 * 90 / 190)
            self.assertEqual(self.connection.rate, 20)
            self.assertEqual(self.connection.expected_end, NOON + timedelta(minutes=5))

    def test_what_waits_for_its_time_does_not_delay_the_end(self):
        with freeze_time(NOON):
            self.finished(20, 2)
            self.rows(10)
            self.rows(1000, not_before=NOON + timedelta(hours=3))
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.expected_end, NOON + timedelta(minutes=1))

    def test_a_standstill_has_no_expected_end(self):
        with freeze_time(NOON):
            self.finished(20, 6)
            self.rows(10)
            self.connection.invalidate_recordset()
            self.assertEqual((self.connection.rate, self.connection.expected_end), (0, False))

    def test_today_begins_at_the_users_midnight(self):
        with freeze_time(NOON):
            self.finished(3, 60 * 11)
            self.finished(4, 60 * 13)  # 23:00 UTC, which is past midnight in Berlin and six in the evening in New York
            for zone, expected in (('UTC', 3), ('Europe/Berlin', 7), ('America/New_York', 0), ('Asia/Tokyo', 7)):
                self.connection.invalidate_recordset()
                self.assertEqual(self.connection.with_context(tz=zone).done_today, expected, zone)

    def test_a_run_goes_on_past_midnight(self):
        with freeze_time(NOON.replace(hour=0, minute=10)):
            self.finished(5, 20)
            self.finished(2, 1)
            self.rows(1)
            connection = self.connection.with_context(tz='UTC')
            connection.invalidate_recordset()
            self.assertEqual((connection.run_count, connection.done_today), (7, 2))

    def test_the_oldest_due_row_is_dated_from_when_it_came_to_its_turn(self):
        with freeze_time(NOON):
            old = self.rows(1)
            self.env.flush_all()
            moment = NOON - timedelta(hours=2)
            self.env.cr.execute("UPDATE qbo_queue_entry SET create_date = %s, write_date = %s WHERE id = %s", [
                moment - timedelta(days=3), moment, old.id])
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.oldest_due_at, moment, "retried two hours ago, whenever it was created")
            old.not_before = NOON - timedelta(minutes=20)
            self.env.flush_all()
            self.env.cr.execute("UPDATE qbo_queue_entry SET write_date = %s WHERE id = %s", [moment, old.id])
            self.connection.invalidate_recordset()
            self.assertEqual(self.connection.oldest_due_at, NOON - timedelta(minutes=20))

    def test_the_last_success_is_the_last_time_that_quickbooks_took_something(self):
        self.finished(1, 30)
        self.finished(1, 5, operation='none')
        self.assertEqual(
            self.connection.last_done_at, max(self.env['qbo.queue.entry'].search([
                ('operation', '=', 'create')]).mapped('done_at')))

    def test_a_real_push_is_seen(self):
        move = self.invoice()
        self.env.cr.precommit.run()
        self.assertEqual(self.connection.remaining_count, 1)
        self.drain(self.connection)
        self.assertEqual(self.entries(move).state, 'done')
        self.assertEqual((self.connection.remaining_count, self.connection.done_today), (0, 3))
        self.assertTrue(self.connection.last_done_at)

    def test_the_queue_of_another_company_is_not_counted(self):
        other = self.env['qbo.connection'].create({'company_id': self.env['res.company'].create({'name': "Else"}).id})
        self.rows(2)
        self.rows(7, connection=other)
        self.assertEqual([(self.connection | other).mapped('remaining_count'), other.done_today], [[2, 7], 0])

    def test_many_connections_cost_as_many_queries_as_one(self):
        companies = self.env['res.company'].create([{'name': f"Many {n}"} for n in range(5)])
        many = self.env['qbo.connection'].create([{'company_id': company.id} for company in companies])
        self.rows(2)
        self.env.flush_all()
        for connections in (self.connection, self.connection | many):
            connections.mapped('remaining_count')
            connections.invalidate_recordset(['remaining_count', 'rate'], flush=False)
            with self.assertQueryCount(2):
                connections.mapped('rate')

    def test_a_viewer_without_other_rights_sees_progress_and_limits(self):
        viewer = new_test_user(
            self.env, login='viewer', groups='qbo_connector.group_qbo_user', company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)])
        self.rows(3)
        fields_ = ['remaining_count', 'requests_used', 'request_limit', 'batch_limit', 'last_done_at', 'metered_month']
        (seen,) = self.connection.with_user(viewer).read(fields_)
        self.assertEqual(seen['remaining_count'], 3)
        self.assertGreaterEqual(seen['request_limit'], 500)

    def test_calls_of_the_last_minute_are_shown_beside_the_limit(self):
        self.env['qbo.governor'].search([]).unlink()
        self.assertEqual((self.connection.requests_used, self.connection.batches_used), (0, 0))
        self.invoice()
        self.drain(self.connection)
        self.env['account.move'].union(*(self.invoice(post=False) for _number in range(2))).action_post()
        self.control('calls', method='DELETE')
        used = self.connection.requests_used
        self.drain(self.connection)
        self.assertEqual(self.connection.requests_used, used + len(self.api_calls()))
        self.assertEqual(self.connection.batches_used, 1)


@tagged('standard', 'post_install', '-at_install')
class TestLiveProgress(RowsMixin, SimulatorMixin, HttpCase):
    """The form in a browser, and what it shows without being loaded again."""

    consent = QboCase.consent

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['qbo.connection'].search([]).unlink()
        cls.user = new_test_user(
            cls.env, login='bookkeeper', password='bookkeeper', groups='qbo_connector.group_qbo_administrator',
            company_id=cls.env.company.id, company_ids=[fields.Command.set(cls.env.company.ids)])
        cls.connection = cls.env['qbo.connection'].create({'user_id': cls.user.id})
        cls.connection.sudo().write({
            'state': 'connected', 'realm_id': '1', 'database_uuid': cls.connection._current_uuid()})

    def test_the_form_counts_down_by_itself_and_leaves_alone_what_somebody_types(self):
        self.rows(3)
        self.finished(60, 1)
        self.start_tour(f'/odoo/quickbooks/{self.connection.id}', 'qbo_live_progress', login='bookkeeper')

    def test_the_queue_is_seen_as_graph_and_pivot(self):
        self.rows(3, entity='Invoice')
        self.rows(2, entity='Payment', state='failed', fault_code='6240', fault_message="Duplicate name")
        self.env['qbo.usage'].create({
            'connection_id': self.connection.id, 'day': fields.Datetime.now().date(), 'kind': 'read', 'calls': 5})
        self.start_tour('/odoo/quickbooks-analysis', 'qbo_dashboards', login='bookkeeper')
