"""Analytic distribution: classes and locations of documents in QuickBooks."""

from odoo.tests import Form, tagged

from .common import US_REALM, QueueCase

BOTH = {'TrackDepartments': True, 'ClassTrackingPerTxn': False, 'ClassTrackingPerTxnLine': True}
ONCE = {'TrackDepartments': True, 'ClassTrackingPerTxn': True, 'ClassTrackingPerTxnLine': False}
NONE = {'TrackDepartments': False, 'ClassTrackingPerTxn': False, 'ClassTrackingPerTxnLine': False}


@tagged('standard', 'post_install', '-at_install')
class TestClasses(QueueCase):
    """Two plans: one is mapped to classes, the other to locations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines_plan, cls.regions_plan = cls.env['account.analytic.plan'].create([
            {'name': "Business Lines"}, {'name': "Regions"}])
        cls.retail, cls.trade, cls.unknown, cls.north, cls.south = cls.env['account.analytic.account'].create([
            {'name': name, 'plan_id': plan.id} for name, plan in (
                ("Retail Trade", cls.lines_plan), ("Wholesale", cls.lines_plan), ("Something Else", cls.lines_plan),
                ("North", cls.regions_plan), ("South", cls.regions_plan))])

    def setUp(self):
        super().setUp()
        self.control('seed', {'objects': {US_REALM: {
            'Class': [{'Name': "Retail Trade"}, {'Name': "Wholesale"}],
            'Department': [{'Name': "North"}, {'Name': "South"}]}}})
        self.track(BOTH)

    def track(self, preferences, **values):
        """Let the QuickBooks company track something, read what it is, choose the plans and map their accounts."""
        self.control(f'preferences/{US_REALM}', {'AccountingInfoPrefs': preferences})
        with self.own_cursors():
            self.connection.action_test()
            self.connection._load_references()
        self.connection.write({
            'class_plan_id': self.lines_plan.id, 'department_plan_id': self.regions_plan.id, **values})
        self.accept_mappings(self.connection)

    def push(self, *distributions, prices=None, **values):
        """Push a document with a line of each distribution and return it as it stands in the books."""
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'name': f"Line {number}", 'quantity': 1, 'tax_ids': [],
            'price_unit': prices[number - 1] if prices else 100.0, 'analytic_distribution': distribution,
        } for number, distribution in enumerate(distributions, start=1)], **values)
        self.drain(self.connection)
        return self.one('CreditMemo' if move.move_type == 'out_refund' else 'Invoice', DocNumber=move.name)

    def shown(self, document):
        """Return (class of the document, classes of its lines, location) by name."""
        def name(holder, key):
            return holder.get(key, {}).get('name')
        return (name(document, 'ClassRef'),
                [name(line['SalesItemLineDetail'], 'ClassRef') for line in document['Line'][:-1]],
                name(document, 'DepartmentRef'))

    def test_each_line_has_the_class_of_its_analytic_account_and_the_document_its_location(self):
        document = self.push({f'{self.retail.id},{self.north.id}': 100}, {str(self.trade.id): 100}, False)
        self.assertEqual(self.shown(document), (None, ["Retail Trade", "Wholesale", None], "North"))
        self.assertNotIn("Split", document['PrivateNote'])

    def test_a_credit_note_has_them_too(self):
        document = self.push({f'{self.retail.id},{self.north.id}': 100}, move_type='out_refund')
        self.assertEqual(self.shown(document), (None, ["Retail Trade"], "North"))

    def test_a_line_that_is_split_has_the_class_of_the_largest_share_and_the_note_says_so(self):
        document = self.push({
            f'{self.retail.id},{self.north.id}': 30, f'{self.retail.id},{self.south.id}': 30, str(self.trade.id): 40})
        self.assertEqual(self.shown(document)[1], ["Retail Trade"])
        self.assertIn("Split in Odoo: Line 1: 60 % Retail Trade, 40 % Wholesale", document['PrivateNote'])

    def test_a_document_of_several_regions_has_the_location_of_its_largest_part_and_the_note_says_so(self):
        document = self.push({str(self.north.id): 100}, {str(self.south.id): 100}, prices=[40.0, 60.0])
        self.assertEqual(self.shown(document)[2], "South")
        self.assertIn("Split in Odoo: 60 % South, 40 % North", document['PrivateNote'])

    def test_the_class_stands_once_where_the_company_keeps_one_a_document(self):
        self.track(ONCE)
        document = self.push({str(self.retail.id): 100}, {str(self.trade.id): 100}, prices=[30.0, 70.0])
        self.assertEqual(self.shown(document), ("Wholesale", [None, None], None))
        self.assertIn("70 % Wholesale, 30 % Retail Trade", document['PrivateNote'])

    def test_lines_of_nothing_have_classes_too(self):
        self.track(ONCE)
        document = self.push({str(self.retail.id): 40, str(self.trade.id): 60}, prices=[0.0])
        self.assertEqual(self.shown(document)[0], "Wholesale")

    def test_a_discount_has_the_class_of_its_line(self):
        move = self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 100.0, 'discount': 10, 'tax_ids': [],
            'analytic_distribution': {str(self.retail.id): 100}}])
        self.drain(self.connection)
        self.assertEqual(self.shown(self.one('Invoice', DocNumber=move.name))[1], ["Retail Trade"] * 2)

    def test_what_is_not_mapped_is_left_out_and_shown_in_the_wizard(self):
        document = self.push({str(self.unknown.id): 100})
        self.assertEqual(self.shown(document), (None, [None], None))
        wizard = self.env['qbo.mapping.wizard'].create({'connection_id': self.connection.id})
        row = wizard.line_ids.filtered(lambda line: line.name == self.unknown.display_name)
        self.assertEqual((row.kind, row.mapping_id.state), ('class', 'optional'))

    def test_without_a_plan_nothing_is_sent(self):
        self.track(BOTH, class_plan_id=False, department_plan_id=False)
        self.assertEqual(self.shown(self.push({f'{self.retail.id},{self.north.id}': 100})), (None, [None], None))

    def test_what_the_company_does_not_track_is_neither_sent_nor_read_nor_mapped(self):
        self.control('calls', method='DELETE')
        self.track(NONE)
        self.assertEqual(self.shown(self.push({f'{self.retail.id},{self.north.id}': 100})), (None, [None], None))
        asked = ' '.join(call['query'].get('query', '') for call in self.api_calls('GET'))
        self.assertIn('Term', asked)
        self.assertNotIn('Class', asked)
        self.assertNotIn('Department', asked)

    def test_the_plans_are_chosen_on_the_connection_where_the_company_tracks_something(self):
        self.env.user.group_ids |= self.env.ref('analytic.group_analytic_accounting')
        self.track(ONCE, class_plan_id=False)
        with Form(self.connection) as form:
            form.class_plan_id = self.lines_plan
        self.assertEqual(self.connection.class_plan_id, self.lines_plan)
        self.track(NONE)
        form = Form(self.connection)
        for name in ('class_plan_id', 'department_plan_id'):
            self.assertTrue(form._get_modifier(name, 'invisible'))

    def test_tracking_that_was_turned_off_in_quickbooks_is_noticed_at_the_refusal(self):
        self.control(f'preferences/{US_REALM}', {'AccountingInfoPrefs': NONE})
        document = self.push({f'{self.retail.id},{self.north.id}': 100})
        self.assertEqual(self.shown(document), (None, [None], None))
        self.assertEqual((self.connection.class_tracking, self.connection.track_departments), ('none', False))

    def test_tracking_that_quickbooks_passes_over_in_silence_changes_no_amount(self):
        self.control(f'preferences/{US_REALM}', {'AccountingInfoPrefs': NONE})
        self.control('seed', {'switches': {'untracked': 'drop'}})
        document = self.push({f'{self.retail.id},{self.north.id}': 100})
        self.assertEqual((document['TotalAmt'], self.shown(document)), (100, (None, [None], None)))

    def test_thirty_documents_cost_the_queries_of_three(self):
        regions = (self.north, self.south)
        moves = self.env['account.move'].union(*(self.invoice(lines=[{
            'product_id': self.product.id, 'quantity': 1, 'price_unit': 10.0, 'tax_ids': [],
            'analytic_distribution': {f'{account.id},{regions[number % 2].id}': 100},
        } for account in (self.retail, self.trade)]) for number in range(30)))
        self.drain(self.connection)
        entries = self.env['qbo.queue.entry'].sudo()._enqueue(moves, self.connection)

        def queries(rows):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual({plan.operation for _entry, _handler, plan in rows._plans()}, {'none'})
            return self.env.cr.sql_log_count - before

        queries(entries)
        self.assertEqual(queries(entries), queries(entries[:3]))

    def test_a_class_that_was_made_inactive_in_quickbooks_is_left_out(self):
        made = self.one('Class', Name="Retail Trade")
        self.control(f'touch/{US_REALM}', {'entity': 'Class', 'id': made['Id'], 'change': {'Active': False}})
        self.assertEqual(self.shown(self.push({str(self.retail.id): 100}))[1], [None])

    def test_an_analytic_account_that_was_deleted_is_passed_over(self):
        gone = self.env['account.analytic.account'].create({'name': "Gone", 'plan_id': self.lines_plan.id})
        move = self.invoice(post=False)
        move.invoice_line_ids.analytic_distribution = {str(gone.id): 60, str(self.trade.id): 40}
        gone.unlink()
        move.action_post()
        self.drain(self.connection)
        self.assertEqual(self.shown(self.one('Invoice', DocNumber=move.name))[1], ["Wholesale"])
