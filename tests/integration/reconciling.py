"""What the tests of the reconciliation share: documents on both sides, a run, and what it told."""

from odoo import fields

from .common import US_REALM, QueueCase

TODAY = fields.Date.today()


class ReconcileMixin:
    """Compares the documents of this test alone."""

    realm = US_REALM

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        for table in ('account_move', 'account_payment'):  # Odoo's demo data
            cls.env.cr.execute(f"UPDATE {table} SET state = 'draft' WHERE state NOT IN ('draft', 'cancel')")
        cls.env.cr.execute("UPDATE account_move_line SET parent_state = 'draft', reconciled = true")
        cls.env.invalidate_all()

    def sold(self, *amounts, **values):
        """Post invoices of these amounts and push them."""
        made = [self.invoice(lines=[{'name': "Work", 'quantity': 1, 'price_unit': amount, 'tax_ids': []}], **values)
                for amount in amounts]
        self.drain(self.connection)
        return made

    def pay(self, move, **values):
        """Register a payment of an invoice."""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create(values)._create_payments()

    def reconcile(self, **values):
        """Compare, as the cron does; returns the run."""
        run = self.env['qbo.reconciliation'].create({'connection_id': self.connection.id, **values})
        run.action_start()
        self.turn()
        return run

    def turn(self):
        """Run the cron."""
        self.env.cr.precommit.run()
        with self.own_cursors():
            self.assertIs(self.env.ref('qbo_connector.ir_cron_reconcile').method_direct_trigger(), True)
        self.env.invalidate_all()

    def told(self, run, *statuses):
        """Return ``{record or remote Id: kinds}`` of the rows of documents of a run, drift by default."""
        return {(self.env[line.model].browse(line.res_id) if line.res_id and line.kind != 'doubled'
                 else line.remote_id): line.differs
                for line in run.line_ids if line.status in (statuses or ('drift',)) and line.entity != 'Customer'}

    def line(self, run, record):
        """Return the row of a record."""
        return run.line_ids.filtered(lambda line: (line.model, line.res_id) == (record._name, record.id))

    def there(self, move):
        """Return the object that a record is linked with."""
        link = self.env['qbo.binding']._of_record(self.connection, move._name, move.id)
        return self.one(link.entity, self.realm, Id=link.remote_id)

    def keep_books(self):
        """Return the bookkeeper of the QuickBooks company."""
        return self.simulator.bookkeeper(self.realm)

    def alert(self):
        """Run the cron that tells people."""
        with self.own_cursors():
            self.assertIs(self.env.ref('qbo_connector.ir_cron_alert').method_direct_trigger(), True)
        self.env.invalidate_all()

    def forget(self, record):
        """Let a record be pushed by nobody, as if its row had been lost."""
        self.env.cr.precommit.clear()
        self.env['qbo.queue.entry'].search([('res_id', '=', record.id), ('model', '=', record._name)]).unlink()
        self.env['qbo.binding'].search([('res_id', '=', record.id), ('model', '=', record._name)]).unlink()

    def meddle(self, move, **changes):
        """Change a document in QuickBooks' own screens."""
        return self.keep_books().edit_invoice(self.there(move)['Id'], **changes)


class ReconcileCase(ReconcileMixin, QueueCase):
    """One company and currency."""

    def seed(self, switches=None, **objects):
        """Put objects into QuickBooks by hand; returns them as they stand there."""
        return self.control('seed', {'switches': switches or {}, 'objects': {US_REALM: objects}})['objects'][US_REALM]

    def line_there(self, amount):
        """Return the lines of a sales document typed into QuickBooks."""
        return [{'Amount': amount, 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {
            'ItemRef': {'value': self.books()['Item'][0]['Id']}, 'Qty': 1, 'UnitPrice': amount}}]
