"""The mirror of QuickBooks' lists: what it shows, what reading it costs, and how it follows what happens there."""

from unittest.mock import patch

from odoo.addons.qbo_connector.models import qbo_connection_oauth, qbo_list
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import US_REALM, QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestMirror(QueueCase):
    """A connected company, and a bookkeeper at work on the other side."""

    def setUp(self):
        super().setUp()
        self.control('seed', {'objects': {US_REALM: {
            'Customer': [{'DisplayName': f"Mirror Customer {number}"} for number in range(5)],
            'Vendor': [{'DisplayName': "Mirror Vendor", 'Notes': "Pays late"}],
            'Account': [{'Name': "Mirror Sales", 'AccountType': 'Income', 'AcctNum': '4711', 'Active': False}]}}})
        with self.own_cursors():
            self.connection._load_references()
        self.desk = self.simulator.bookkeeper(US_REALM)
        self.mirror = self.env['qbo.reference'].with_context(active_test=False)

    def row(self, entity, remote_id):
        """Return the row of the mirror of an object."""
        return self.mirror.search([('connection_id', '=', self.connection.id), ('entity', '=', entity),
                                   ('remote_id', '=', remote_id)])

    def shown(self, entity):
        """Return what the mirror says of a list, in the API's words."""
        return {row.remote_id: (row.full_name or row.name, row.active) for row in self.mirror.search([
            ('connection_id', '=', self.connection.id), ('entity', '=', entity)])}

    def calls(self):
        """Return how many calls of the API there were so far."""
        return len(self.api_calls())

    def sync(self, *entities):
        """Press Sync Now, let the drain work, and return how many calls it took."""
        before = self.calls()
        lists = self.env['qbo.list']._of(self.connection, entities)
        lists.with_env(self.env).action_sync()
        self.assertEqual(set(lists.mapped('state')), {'waiting'})
        self.assertEqual(self.calls(), before, "the click waits for nobody")
        self.drain(self.connection)
        return self.calls() - before

    def change(self, entity, remote_id, operation='updated', source='webhook'):
        """Tell the inbox that something happened to an object, take it in, and return how many calls that took."""
        before = self.calls()
        self.env['qbo.change'].create({
            'connection_id': self.connection.id, 'entity': entity, 'remote_id': remote_id, 'operation': operation,
            'event_key': f'{entity} {remote_id} {before}', 'source': source})
        self.drain(self.connection)
        return self.calls() - before

    def test_every_list_is_mirrored_with_what_counts_of_it(self):
        self.assertEqual(self.sync(*self.connection._all_lists()), len(self.connection._all_lists()))
        books = self.books()
        for entity in self.connection._all_lists():
            with self.subTest(entity):
                self.assertEqual(self.shown(entity), {
                    data['Id']: (data.get('FullyQualifiedName') or data.get('DisplayName') or data['Name'],
                                 data.get('Active', True)) for data in books.get(entity, ())})
        vendor = self.row('Vendor', self.one('Vendor', DisplayName="Mirror Vendor")['Id'])
        self.assertEqual((vendor.notes, vendor.active), ("Pays late", True))
        self.assertTrue(vendor.remote_updated_at and vendor.read_at)
        for rate in books['TaxRate']:
            self.assertAlmostEqual(self.row('TaxRate', rate['Id']).rate, float(rate['RateValue']))
        lists = self.env['qbo.list'].search([('connection_id', '=', self.connection.id)])
        self.assertEqual((set(lists.mapped('state')), set(lists.mapped('calls'))), ({'read'}, {1}))
        self.assertTrue(all(lists.mapped('read_at')))
        accounts = lists.filtered(lambda row: row.entity == 'Account')
        self.assertEqual(accounts.inactive_count, 1)
        self.assertEqual(self.mirror.search(accounts.action_open_rows()['domain']).mapped('entity').count('Account'),
                         accounts.active_count + 1)

    def test_only_what_changed_is_written_and_counted(self):
        customers = self.env['qbo.list']._of(self.connection, ['Customer'])
        self.sync('Customer')
        stamps = {row: row.write_date for row in self.mirror.search([('entity', '=', 'Customer')])}
        self.assertFalse(customers.changes)
        customer = self.books()['Customer'][0]
        self.desk.rename('Customer', customer['Id'], "Mirror Renamed")
        self.sync('Customer')
        self.assertEqual((customers.changes, self.row('Customer', customer['Id']).name), (1, "Mirror Renamed"))
        self.assertEqual({row: row.write_date for row in stamps if row.remote_id != customer['Id']},
                         {row: stamp for row, stamp in stamps.items() if row.remote_id != customer['Id']})

    def test_a_long_list_is_read_page_by_page_before_and_after_what_is_sent(self):
        self.drain(self.connection)
        count, before = len(self.books()['Customer']), self.calls()
        self.invoice()
        lists = self.env['qbo.list']._ask(self.connection, ['Customer'])
        with patch.object(qbo_list, 'PAGE', 2):
            with patch.object(type(self.env['qbo.queue.entry']), '_is_due', lambda *args: True):
                self.drain(self.connection)
            self.assertEqual((lists.position, lists.state), (4, 'waiting'), "it makes way for what is to be sent")
            self.drain(self.connection)
        kinds = ['read' if 'query' in call['path'] else 'sent' for call in self.api_calls()[before:]]
        self.assertEqual((kinds[0], kinds[1], kinds.count('read')), ('read', 'sent', (count + 1) // 2 + 1))
        self.assertEqual((lists.position, lists.state), (0, 'read'))

    def test_a_person_waits_for_a_few_pages_and_the_rest_is_read_before_anything_is_sent(self):
        self.drain(self.connection)
        self.env['qbo.list'].search([('connection_id', '=', self.connection.id)]).unlink()
        count, before = len(self.books()['Customer']), self.calls()
        self.invoice()
        with patch.object(qbo_list, 'PAGE', 2), patch.object(qbo_connection_oauth, 'PAGES_NOW', 1):
            with self.own_cursors():
                answer = self.connection.action_refresh_references()
            self.assertEqual(self.calls() - before, len(self.connection._all_lists()))
            self.assertIn("Customer (2 so far)", answer['params']['message'])
            opened = self.connection.action_open_matches()
            self.assertIn("Customer (2 so far)", opened['params']['message'])
            self.assertEqual(opened['params']['next']['res_model'], 'qbo.match')
            self.drain(self.connection)
        calls = self.api_calls()[before:]
        first_sent = next(number for number, call in enumerate(calls) if 'query' not in call['path'])
        customers = [number for number, call in enumerate(calls) if 'FROM Customer' in call['query'].get('query', '')]
        self.assertEqual(len([number for number in customers if number < first_sent]), count // 2 + 1)
        self.assertEqual(self.connection.action_open_matches()['res_model'], 'qbo.match')

    def test_lists_are_read_while_nothing_is_sent_in_a_parallel_run(self):
        self.connection.parallel_run = True
        self.desk.rename('Vendor', self.desk.find('Vendor', DisplayName="Mirror Vendor")['Id'], "Parallel Vendor")
        self.sync('Vendor')
        self.assertIn(("Parallel Vendor", True), self.shown('Vendor').values())

    def test_what_is_gone_becomes_inactive_and_mappings_to_it_stay_but_are_not_used(self):
        company = self.simulator.companies[US_REALM]
        term = next(iter(self.books()['Term']))
        income = self.invoice(post=False).invoice_line_ids.account_id
        mapping = self.env['qbo.mapping'].search([
            ('connection_id', '=', self.connection.id), ('kind', '=', 'account'), ('res_id', '=', income.id)])
        account = mapping.reference_id = self.row('Account', self.desk.find('Account', AccountType='Income')['Id'])
        company.remove('Term', term['Id'], told=False)
        self.assertEqual(self.sync('Term'), 2, "it was asked for once more by its Id")
        self.assertFalse(self.row('Term', term['Id']).active)
        company.put('Term', term)
        self.sync('Term')
        self.assertTrue(self.row('Term', term['Id']).active)

        self.desk.make_inactive('Account', account.remote_id)
        self.assertEqual(self.change('Account', account.remote_id), 1)
        self.assertEqual((mapping.reference_id, mapping.state, mapping.drifted), (account, 'inactive', True))
        self.assertIn("inactive", mapping.drift)
        self.connection._alert_people()
        self.assertIn(mapping.name, "".join(self.connection.activity_ids.mapped('note')))
        invoice = self.invoice()
        self.drain(self.connection)
        self.assertIn(f"{account.name} is inactive or deleted in QuickBooks",
                      "".join(self.env['qbo.queue.entry'].search([('mapping_id', '=', mapping.id)]).mapped(
                          'fault_message')))
        self.assertEqual(invoice.qbo_state, 'blocked')
        self.assertFalse(self.books().get('Invoice'))

    def test_a_row_that_moves_between_pages_while_they_are_read_is_not_taken_for_gone(self):
        customers = self.env['qbo.list']._of(self.connection, ['Customer'])
        shown = [data['Id'] for data in self.books()['Customer']]
        with patch.object(qbo_list, 'PAGE', 2), self.own_cursors():
            client = self.connection._qbo_client()
            self.assertFalse(customers._read_page(client))
            self.simulator.companies[US_REALM].remove('Customer', shown[0], told=False)
            while not customers._read_page(client):
                pass
        self.env.invalidate_all()
        self.assertTrue(all(self.row('Customer', remote_id).active for remote_id in shown), "the third was on no page")
        self.sync('Customer')
        self.assertEqual([remote_id for remote_id in shown if not self.row('Customer', remote_id).active], shown[:1])

    def test_a_single_counterpart_that_is_gone_is_told_before_a_document_fails(self):
        term = self.env['account.payment.term'].create({'name': "Soon gone"})
        row = self.mirror.search([('connection_id', '=', self.connection.id), ('entity', '=', 'Term')], limit=1)
        mapping = self.env['qbo.mapping']._add(self.connection, 'term', term)
        mapping.reference_id = row
        self.simulator.companies[US_REALM].remove('Term', row.remote_id, told=False)
        self.change('Term', row.remote_id, 'deleted')
        self.assertEqual((row.active, mapping.reference_id, mapping.drifted), (False, row, True))
        self.connection._alert_people()
        self.assertIn("Soon gone", "".join(self.connection.activity_ids.mapped('note')))

    def test_single_changes_of_lists_are_followed_by_one_call_and_gone_objects_by_their_name(self):
        customer, other = self.books()['Customer'][:2]
        vendor = self.desk.find('Vendor', DisplayName="Mirror Vendor")
        self.desk.rename('Vendor', vendor['Id'], "Followed Vendor")
        self.assertEqual(self.change('Vendor', vendor['Id']), 1)
        self.assertEqual(self.row('Vendor', vendor['Id']).name, "Followed Vendor")
        self.desk.merge('Customer', other['Id'], customer['Id'])
        self.change('Customer', other['Id'], 'merged')
        self.assertFalse(self.row('Customer', other['Id']).active)
        change = self.env['qbo.change'].search([('remote_id', '=', vendor['Id']), ('entity', '=', 'Vendor')])
        self.assertEqual(change.state, 'done')

    def test_what_odoo_pushes_stands_in_the_mirror_at_once_and_an_older_answer_takes_nothing_back(self):
        self.invoice()
        self.drain(self.connection)
        customer = self.one('Customer', DisplayName="Queue Customer")
        row = self.row('Customer', customer['Id'])
        self.assertEqual((row.name, row.active), ("Queue Customer", True))
        self.assertEqual(self.row('Item', self.one('Item', Name="Queue Item")['Id']).type, 'Service')
        older = {**customer, 'DisplayName': "Older", 'MetaData': {
            **customer['MetaData'], 'LastUpdatedTime': '2001-01-01T00:00:00-08:00'}}
        self.env['qbo.reference']._take(self.connection, 'Customer', older)
        self.assertEqual(row.name, "Queue Customer")

    def test_a_list_that_quickbooks_does_not_show_stops_no_other_and_says_why(self):
        self.control('fail', {'path': '/query', 'times': 1, 'kind': 'status', 'status': 400, 'code': '4001'})
        self.sync('Term', 'Vendor')
        terms, vendors = self.env['qbo.list']._of(self.connection, ['Term', 'Vendor'])
        self.assertEqual((terms.state, bool(terms.message), vendors.state), ('failed', True, 'read'))
        self.assertTrue(all(active for _name, active in self.shown('Term').values()), "what was read stays")
        self.sync('Term')
        self.assertEqual((terms.state, terms.message), ('read', False))

    def test_accountants_alone_may_ask_for_lists(self):
        reader = new_test_user(self.env, login='mirror_reader', groups='qbo_connector.group_qbo_user',
                               company_id=self.company.id)
        lists = self.env['qbo.list']._of(self.connection, ['Term']).with_user(reader)
        lists.read(['state'])
        with self.assertRaises(AccessError):
            lists.action_sync()
