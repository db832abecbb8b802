"""The calls that are counted: by connection, day and kind, and what of them Intuit meters."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.addons.qbo_connector.models.qbo_usage import KEEP_DAYS, kind_of
from odoo.addons.qbo_connector.qbo.client import Call
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import QueueCase


def call(method='GET', path='/query', error=''):
    """Return what the client reports of a call."""
    return Call(method=method, path=path, requestid='', status=200, intuit_tid='', seconds=0.1, error=error)


@tagged('standard', 'post_install', '-at_install')
class TestUsage(QueueCase):
    """Asserted is what the rows say after real pushes to the simulator."""

    def setUp(self):
        super().setUp()
        self.env['qbo.usage'].search([]).unlink()  # what connecting cost

    def calls(self, connection=None, **values):
        """Return ``{kind: calls}`` of a connection."""
        domain = [('connection_id', '=', (connection or self.connection).id)]
        return {row.kind: row.calls for row in self.env['qbo.usage'].search(
            domain + [(name, '=', value) for name, value in values.items()])}

    def count(self, connection, *calls):
        """Let the client of a connection report calls."""
        with self.own_cursors():
            counter = self.env['qbo.usage']._counter(connection)
            for one in calls:
                counter(one)
        connection.invalidate_recordset()

    def user_of(self, company):
        """Return a user who may see what stands in QuickBooks, and nothing else."""
        return new_test_user(
            self.env, login=f'viewer-{company.id}', groups='qbo_connector.group_qbo_user', company_id=company.id,
            company_ids=[fields.Command.set(company.ids)])

    def test_connecting_costs_reads(self):
        self.connection.unlink()
        self.control('calls', method='DELETE')
        connection = self.connect()
        self.assertEqual(set(self.calls(connection)), {'read'})
        self.assertEqual(self.calls(connection)['read'], len(self.api_calls('GET')))

    def test_pushing_is_counted_call_by_call_and_reads_nothing(self):
        self.control('calls', method='DELETE')
        self.invoice()
        self.drain(self.connection)  # a customer, an item, an invoice
        self.env['account.move'].union(*(self.invoice(post=False) for _number in range(3))).action_post()
        self.drain(self.connection)
        batches = [c for c in self.api_calls('POST') if c['path'].endswith('/batch')]
        self.assertTrue(batches)
        self.assertEqual(
            self.calls(), {'write': len(self.api_calls('POST')) - len(batches), 'batch': len(batches)})

    def test_a_refused_call_and_one_without_an_answer_count_as_failed(self):
        self.control('fail', {'times': 1, 'path': '/customer', 'kind': 'status', 'status': 400, 'code': '2010'})
        self.invoice()
        self.drain(self.connection)
        self.assertEqual(self.calls()['failed'], 1)
        self.control('fail', {'times': 1, 'method': 'POST', 'kind': 'lost_answer'})
        self.env['res.partner'].create({'name': "Silence"})._qbo_enqueue()
        self.invoice(partner=self.env['res.partner'].create({'name': "Silence too"}))
        self.drain(self.connection)
        self.assertEqual(self.calls()['failed'], 2)

    def test_each_call_has_its_kind(self):
        kinds = [
            (call('GET', '/invoice/7'), 'read'), (call('GET', '/query'), 'read'), (call('POST', '/query'), 'read'),
            (call('POST', '/invoice'), 'write'), (call('POST', '/batch'), 'batch'),
            (call('GET', '/query', error='Throttled'), 'failed'), (call('POST', '/batch', error='InDoubt'), 'failed'),
        ]
        for one, kind in kinds:
            self.assertEqual(kind_of(one), kind, one)

    def test_a_day_and_kind_has_one_row(self):
        self.count(self.connection, call(), call(), call('POST', '/invoice'))
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.count(self.connection, call())
            self.assertEqual(self.connection.reads_today, 1)
        self.assertEqual(self.env['qbo.usage'].search_count([('kind', '=', 'read')]), 2)
        self.assertEqual(self.calls(day=fields.Datetime.now().date()), {'read': 2, 'write': 1})

    def test_reads_of_production_companies_are_metered_and_nothing_else(self):
        other = self.env['res.company'].create({'name': "Live Company"})
        production = self.env['qbo.connection'].create({'company_id': other.id, 'environment': 'production'})
        for connection in (self.connection, production):
            self.count(connection, call(), call('POST', '/query'), call('POST', '/invoice'), call('POST', '/batch'),
                       call(error='NotFound'))
        self.assertEqual((self.connection.metered_month, production.metered_month), (0, 2))
        self.assertEqual(
            [production.reads_today, production.writes_today, production.batches_today, production.failed_calls_today],
            [2, 1, 1, 1])

    def test_the_allowance_of_an_app_is_shared_by_its_companies(self):
        companies = self.env['res.company'].create([{'name': f"Of One App {n}"} for n in range(2)])
        first, second = self.env['qbo.connection'].create(
            [{'company_id': company.id, 'client_id': 'shared'} for company in companies])
        self.connection.environment = 'sandbox'
        usage = {'day': fields.Datetime.now().date(), 'kind': 'read'}
        self.env['qbo.usage'].create([
            {**usage, 'connection_id': first.id, 'metered': 100_000, 'calls': 100_000},
            {**usage, 'connection_id': second.id, 'metered': 150_000, 'calls': 150_000},
            {**usage, 'connection_id': second.id, 'metered': 9, 'calls': 9, 'day': usage['day'] - timedelta(days=32)},
        ])
        self.assertEqual((first.metered_month, second.metered_month), (100_000, 150_000))
        self.assertEqual((first.metered_app_month, second.metered_app_month), (250_000, 250_000))
        self.assertEqual((first.metered_share, self.connection.metered_app_month), (50, 0))

    def test_a_call_that_cannot_be_counted_fails_no_push(self):
        move = self.invoice()
        with patch.object(type(self.env['qbo.usage']), '_count', side_effect=psycopg2.OperationalError), \
                self.assertLogs('odoo.addons.qbo_connector.models.qbo_usage', 'WARNING'):
            self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.entries(move).state, 'done')
        self.assertFalse(self.calls())

    def test_an_error_in_the_counting_itself_is_not_swallowed(self):
        with patch.object(type(self.env['qbo.usage']), '_count', side_effect=KeyError), self.assertRaises(KeyError):
            self.count(self.connection, call())

    def test_two_processes_that_count_at_once_both_count(self):
        real = type(self.env['qbo.usage'])._count
        conflicts = [psycopg2.errors.SerializationFailure, None]

        def contended(usage, *args):
            """Be the second of two processes, the first time."""
            conflict = conflicts.pop(0)
            if conflict:
                raise conflict
            real(usage, *args)
        with patch.object(type(self.env['qbo.usage']), '_count', contended):
            self.count(self.connection, call())
        self.assertEqual(self.calls(), {'read': 1})

    def test_a_call_of_a_connection_that_is_gone_is_forgotten(self):
        counter = self.env['qbo.usage']._counter(self.connection)
        self.connection.unlink()
        with self.own_cursors():
            counter(call())
        self.assertFalse(self.env['qbo.usage'].search([]))

    def test_the_rows_of_other_companies_are_not_seen_and_nobody_writes(self):
        self.count(self.connection, call())
        row = self.env['qbo.usage'].search([])
        own, other = (self.user_of(company) for company in (
            self.company, self.env['res.company'].create({'name': "Elsewhere"})))
        self.assertEqual(row.with_user(own).calls, 1)
        self.assertFalse(row.with_user(other).search([]))
        with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_rule'):
            row.with_user(other).read(['calls'])
        for values in ({'calls': 0}, {'metered': 0}):
            with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_model'):
                row.with_user(own).write(values)

    def test_a_viewer_sees_the_figures_on_the_form(self):
        self.count(self.connection, call(), call())
        viewed = self.connection.with_user(self.user_of(self.company))
        with Form(viewed) as form:
            self.assertEqual((form.reads_today, form.metered_limit), (2, 500_000))
        rows = self.env[viewed.action_open_usage()['res_model']].search(viewed.action_open_usage()['domain'])
        self.assertEqual(rows.connection_id, self.connection)

    def test_rows_older_than_a_year_and_a_month_are_dropped(self):
        today = fields.Datetime.now().date()
        ages = (0, KEEP_DAYS, KEEP_DAYS + 1)
        self.env['qbo.usage'].create([
            {'connection_id': self.connection.id, 'kind': 'read', 'day': today - timedelta(days=age)} for age in ages])
        self.env['qbo.usage']._gc_old()
        kept = {(today - row.day).days for row in self.env['qbo.usage'].search([])}
        self.assertEqual(kept, {0, KEEP_DAYS})
