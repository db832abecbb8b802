"""The governor between the connector and a QuickBooks that refuses what is over Intuit's limits."""

import json
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.addons.qbo_connector.models import qbo_governor
from odoo.addons.qbo_connector.qbo import faults, limiter
from odoo.addons.qbo_connector.qbo.batch import BatchItem
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import QboCase


@tagged('standard', 'post_install', '-at_install')
class TestGovernor(QboCase):
    """The time of the simulator and of the database is the test's: it passes where the test says so, and waiting is
    done at once. A refusal by the simulator is an error of the call."""

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.connection = self.connect()
        self.env['qbo.governor'].search([]).unlink()
        self.control('seed', {'switches': {'rate_limits': True}})
        for name, limit in (('PER_SECOND', 10), ('PER_MINUTE', 500), ('BATCHES_PER_MINUTE', 40)):
            self.patch(limiter, name, limit)
        self.patch(qbo_governor, 'NOW', None)
        self.time = self.enterContext(freeze_time(fields.Datetime.now()))
        self.pass_time(0)
        self.slept = []
        self.patch(type(self.env['qbo.governor']), '_sleep', lambda _governor, seconds: self.sleep(seconds))
        self.enterContext(self.own_cursors())
        self.client = self.connection._qbo_client()

    def pass_time(self, seconds):
        """Let time pass here and in QuickBooks."""
        self.time.tick(seconds)
        qbo_governor.NOW = SQL("%s::float", self.time().timestamp())

    def sleep(self, seconds):
        """Wait for a slot."""
        self.slept.append(seconds)
        self.pass_time(seconds)

    def stalled(self, seconds):
        """Let the next call be so long on its way."""
        arrive = self.ask_simulator

        def late(request):
            self.pass_time(seconds)
            stall.stop()
            return arrive(request)
        stall = patch.object(type(self), 'ask_simulator', late)
        stall.start()
        self.addCleanup(stall.stop)

    def batch(self, number):
        """Send a batch of one customer; when no batch may leave for longer, later."""
        item = BatchItem(str(number), 'Customer', 'create', json.dumps({'DisplayName': f"Customer {number}"}))
        try:
            return self.client.write_batch([item], f'batch-{number}')
        except faults.Unavailable as error:
            self.pass_time(error.retry_after)
            return self.batch(number)

    def test_a_minute_of_batches_after_one_that_was_held_up_on_its_way_is_not_refused(self):
        self.stalled(3)
        for number in range(45):
            self.batch(number)
        self.assertEqual(len([c for c in self.books()['Customer'] if c['DisplayName'].startswith("Customer ")]), 45)

    def test_the_calls_after_one_that_was_held_up_for_less_than_a_second_are_not_refused(self):
        self.stalled(0.9)
        for _number in range(25):
            self.client.company_info()

    def test_the_very_first_call_of_a_connection_counts(self):
        self.client.company_info()
        self.batch(1)
        used = self.env['qbo.governor']._used(self.connection)
        self.assertEqual((used['requests'], used['batches']), (2, 1))

    def test_a_call_whose_answer_is_late_is_counted_once(self):
        self.stalled(3)
        self.batch(1)
        used = self.env['qbo.governor']._used(self.connection)
        self.assertEqual((used['requests'], used['batches']), (1, 1))

    def test_a_user_is_told_at_once_when_the_minute_is_used_up_and_until_when(self):
        self.client.company_info()
        self.pass_time(48.5)
        self.patch(limiter, 'PER_MINUTE', 1)
        for action in (self.connection.action_test, self.connection.action_refresh_references):
            with self.assertRaisesRegex(UserError, r"used up. Try again in 13 seconds\."):
                action()
        self.assertFalse(self.slept)
        self.pass_time(13)
        self.patch(limiter, 'PER_MINUTE', 500)
        self.connection.action_test()

    def test_a_drain_waits_a_few_seconds_for_which_a_user_does_not(self):
        self.client.company_info()
        self.pass_time(58)
        self.patch(limiter, 'PER_MINUTE', 1)
        with self.assertRaisesRegex(UserError, r"Try again in 3 seconds\."):
            self.connection.action_test()
        self.assertFalse(self.slept)
        self.client.company_info()
        self.assertTrue(self.slept)

    def test_a_user_s_request_that_needs_more_than_ten_calls_is_paced(self):
        for _once in range(2):
            self.connection.action_refresh_references()
        self.assertTrue(self.slept)
        self.assertLessEqual(max(self.slept), limiter.SECOND)
