"""What the tests of cures share: provoke a fault in the simulator, press the button, look into the books."""

from odoo.addons.qbo_connector.qbo import cures

from .lifecycle import LifecycleCase


class CureCase(LifecycleCase):
    """A connected company whose customer and item stand in QuickBooks."""

    def script(self, times=1, **failure):
        """Script the next answers of the simulator."""
        self.control('fail', {'times': times, 'kind': 'status', 'status': 400, 'method': 'POST', **failure})

    def calm(self):
        """Forget what was scripted."""
        self.control('fail', method='DELETE')

    def causes(self):
        """Return the rows of *Needs Attention*, read anew."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env['qbo.queue.cause'].search([('connection_id', '=', self.connection.id)])

    def cause_of(self, record):
        """Return the one cause that holds up a record."""
        cause = self.causes().filtered(lambda cause: self.newest(record) in cause._entries())
        self.assertEqual(len(cause), 1, self.causes().mapped('name'))
        return cause

    def press(self, pressed):
        """Press the one button of a cause or of an entry, and of the dialog that it opens.

        :return: the action it led to
        """
        with self.own_cursors():
            return pressed.action_mend() if pressed._name == 'qbo.queue.cause' else pressed.action_fix()

    def dialog(self, action):
        """Return the record behind a dialog or form."""
        return self.env[action['res_model']].browse(action['res_id'])

    def check_row(self, record, name):
        """Assert that a record stopped for a row of the table of faults, in the words of that row."""
        entry = self.newest(record)
        cure = cures.BY_NAME[name]
        self.assertEqual((entry.state, entry.cure), ('failed', name), entry.fault_message)
        self.assertEqual((entry.cure_who, entry.cure_button), (cure.who, cure.button))
        if not cure.by_text and name not in ('mapping', 'closed', 'duplicate_number', 'gone', 'applied'):
            self.assertIn(cure.cause, entry.fault_message)
        if entry.fault_code:
            self.assertTrue(entry.intuit_tid)
            self.assertIn(f"code: {entry.fault_code}", entry.support_text)
            self.assertIn(entry.intuit_tid, entry.support_text)
            self.assertIn(self.connection.realm_id, entry.support_text)
        return entry

    def booked(self, move, **match):
        """Assert that a document stands in QuickBooks once, with Odoo's total."""
        match = match or {'DocNumber': move.name}
        self.assertAlmostEqual(float(self.one('Invoice', **match)['TotalAmt']), move.amount_total)
        self.assertIn(move.qbo_state, ('synced', 'variance'))
