"""Records are found by their badge: the same ones that show it, by the indexes, however many there are."""

from odoo.addons.qbo_connector.models.qbo_badge import STATES
from odoo.tests import tagged

from .common import QueueCase


@tagged('standard', 'post_install', '-at_install')
class TestBadgeSearch(QueueCase):
    """One situation in which every badge occurs, and a long queue."""

    def test_what_is_found_by_a_badge_is_what_shows_it(self):
        self.connection.sync_from = '2026-01-01'
        moves = self.env['account.move'].union(*(self.invoice(invoice_date='2026-02-03') for _n in range(14)))
        early = self.invoice(invoice_date='2025-12-31')
        self.drain(self.connection)
        variance, kept, voided, deleted, changed, drafted, failed, unknown, blocked, busy, excluded, left, there = (
            moves[1:])
        self.link(variance).variance = "QuickBooks says 99.99"
        self.link(kept).kept_because = "Closed books"
        self.link(voided).state = 'voided'
        self.link(deleted).write({'state': 'deleted', 'active': False})
        self.link(there).write({'state': 'voided', 'remote_change_kind': 'voided', 'remote_change_state': 'open'})
        drafted.button_draft()
        (changed | failed | unknown | blocked | busy | excluded | left)._qbo_enqueue()
        excluded.qbo_excluded = True
        waiting, late, cancelled, skipped = (self.invoice(invoice_date='2026-02-03') for _n in range(4))
        self.newest(failed).write({'state': 'failed', 'fault_message': "No", 'fault_class': 'Variance'})
        self.newest(unknown).write({'state': 'unknown', 'fault_message': "Maybe"})
        self.newest(blocked).dependency_ids = self.newest(failed)
        self.newest(busy).state = 'sending'
        busy.qbo_excluded = True
        self.newest(late).write({'state': 'failed', 'fault_message': "No"})
        late._qbo_enqueue()  # a failure of old: what counts is the newest row
        self.newest(late)
        self.newest(cancelled).action_cancel()
        for move in (skipped, left):
            self.newest(move)._skip("Booked by hand")
        bill = self.env['account.move'].create({'move_type': 'in_invoice', 'partner_id': self.partner.id})
        every = moves | early | waiting | late | cancelled | skipped | bill
        self.env.invalidate_all()

        shown = every.grouped('qbo_state')
        self.assertLess({'none', 'excluded', 'waiting', 'changed', 'blocked', 'synced', 'variance', 'kept', 'failed',
                         'unknown', 'voided'}, set(shown) | {'nothing'})
        self.assertEqual(shown['changed'], changed | drafted | busy)
        self.assertEqual(shown['changed_there'], there)
        self.assertEqual((shown['kept'], shown['excluded']), (kept | left, excluded | skipped))
        self.assertEqual(shown['none'], deleted | early | cancelled | bill)
        mine = [('partner_id', '=', self.partner.id)]
        for state, label in STATES:
            with self.subTest(label):
                found = every.search([*mine, ('qbo_state', '=', state)])
                self.assertEqual(found.sorted('id'), shown.get(state, every.browse()).sorted('id'))
        self.assertEqual(every.search([*mine, ('qbo_state', 'not in', ['synced', 'none'])]).sorted('id'),
                         every.filtered(lambda move: move.qbo_state not in ('synced', 'none')).sorted('id'))
        for wanted in (True, False):
            self.assertEqual(every.search([*mine, ('qbo_changed', '=', wanted)]).sorted('id'),
                             every.filtered(lambda move, wanted=wanted: move.qbo_changed == wanted).sorted('id'))
        self.assertEqual(every.filtered_domain([('qbo_state', '=', 'failed')]), failed)

    def test_a_contact_shows_how_it_stands_in_the_quickbooks_of_the_current_company(self):
        self.invoice()
        self.drain(self.connection)
        there = self.env['res.company'].create({'name': "There"})
        self.env.user.company_ids |= there
        self.env['qbo.connection'].create({'company_id': there.id})  # and not connected yet
        both = self.company | there
        here, elsewhere = (self.partner.with_context(allowed_company_ids=(company | both).ids)
                           for company in (self.company, there))
        found = [contact.search([('id', '=', self.partner.id), ('qbo_state', '=', 'synced')])
                 for contact in (here, elsewhere)]
        self.assertEqual((here.qbo_state, elsewhere.qbo_state), ('synced', 'none'))
        self.assertEqual(found, [self.partner, self.partner.browse()])
        self.assertEqual((here.qbo_connected, elsewhere.qbo_connected), (True, False))

    def test_a_product_shows_the_most_urgent_of_its_variants(self):
        colour = self.env['product.attribute'].create({'name': "Colour", 'value_ids': [
            (0, 0, {'name': "Red"}), (0, 0, {'name': "Blue"})]})
        chair = self.env['product.template'].create({'name': "Chair", 'attribute_line_ids': [
            (0, 0, {'attribute_id': colour.id, 'value_ids': colour.value_ids.ids})]})
        red, blue = chair.product_variant_ids

        def looks():
            self.env.cr.precommit.run()
            self.env.invalidate_all()
            for state in ('none', 'synced', 'waiting', 'failed'):
                found = chair.search([('id', '=', chair.id), ('qbo_state', '=', state)])
                self.assertEqual(bool(found), chair.qbo_state == state, state)
            return chair.qbo_state, chair.qbo_message

        self.assertEqual(looks()[0], 'none')
        self.invoice(lines=[{'product_id': red.id, 'price_unit': 5, 'tax_ids': []}])
        self.drain(self.connection)
        self.assertEqual(looks(), ('synced', "1 of 2 variants."))
        blue.action_qbo_push()
        self.assertEqual(looks()[0], 'waiting')
        self.newest(blue).write({'state': 'failed', 'fault_message': "No account."})
        self.assertEqual(looks(), ('failed', "1 of 2 variants. No account."))
        self.assertEqual((chair.qbo_notice, chair.qbo_entry_id), ('danger', self.newest(blue)))
        shown = self.env['qbo.status.wizard'].browse(chair.action_qbo_status()['res_id'])
        self.assertEqual(shown.link_ids.mapped('res_id'), red.ids)
        self.assertEqual(shown.entry_ids.mapped('res_id'), [blue.id, red.id])

    def test_a_long_queue_is_searched_by_its_indexes(self):
        move = self.invoice()
        self.drain(self.connection)
        self.env.flush_all()
        for table, row in (('qbo_queue_entry', self.newest(move)), ('qbo_binding', self.link(move))):
            columns = ', '.join(
                name for name, field in row._fields.items()
                if field.store and field.column_type and name not in ('id', 'res_id', 'remote_id'))
            remote = ", remote_id" if table == 'qbo_binding' else ''
            self.env.cr.execute(
                f"INSERT INTO {table} ({columns}, res_id{remote}) SELECT {columns}, 10000000 + number"
                f"{', number::text' if remote else ''} FROM {table}, generate_series(1000000, 1020000) number "
                "WHERE id = %s", [row.id])
            self.env.cr.execute(f"ANALYZE {table}")
        self.env.cr.execute("UPDATE qbo_queue_entry SET state = 'failed' WHERE res_id % 4000 = 1")
        self.env.cr.execute("ANALYZE account_move")
        for state, _label in STATES:
            for extra in ([], [('id', 'in', move.ids)]):
                query = move._search([('qbo_state', '=', state), *extra], order='id desc', limit=80)
                self.env.cr.execute("EXPLAIN %s" % self.env.cr.mogrify(query.select()).decode())
                plan = "\n".join(line for line, in self.env.cr.fetchall())
                self.assertNotRegex(plan, r"Seq Scan on qbo_(queue_entry|binding) ", state)

    def link(self, record):
        """Return the live link of a record."""
        return self.env['qbo.binding']._of_record(self.connection, record._name, record.id)

    def newest(self, record):
        """Return the newest row of a record."""
        return self.entries(record)[:1]
