"""What the tests of payments that come in share: a bookkeeper at work in QuickBooks, and an Odoo that hears of it."""

from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.addons.qbo_connector.qbo.webhooks import Change
from odoo.tests import new_test_user

from .common import US_REALM
from .settling import SettlingCase


class Receiving:
    """A company that takes payments over, and a bookkeeper at work in QuickBooks' screens."""

    mode = 'automatic'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, 'enters_payments', groups='account.group_account_invoice,qbo_connector.group_qbo_accountant')

    def take_over(self, realm):
        """Take payments over from now on, entered as the clerk."""
        self.connection.write({'pull_payments': self.mode, 'user_id': self.clerk.id})
        self.bookkeeper = self.simulator.bookkeeper(realm)

    def sent(self, *amounts, **values):
        """Post invoices and push them; returns them and their Ids in QuickBooks."""
        moves = [self.document(amount, **values) for amount in amounts]
        self.drain(self.connection)
        return (*moves, *(self.remote_id(move) for move in moves))

    def notes(self, record):
        """Return what the chatter of a record says."""
        return " ".join(record.message_ids.mapped('body'))

    def close_books(self, day):
        """Close Odoo's books up to a day, though the demo data has bank transactions that nobody reconciled."""
        with patch.object(type(self.company), '_validate_locks'):
            self.company.fiscalyear_lock_date = day

    def remote_id(self, record):
        """Return the Id in QuickBooks."""
        return self.env['qbo.binding']._of_record(self.connection, record._name, record.id).remote_id

    def hear(self, *remote_ids):
        """Let Odoo hear of Payments, each as often as it is named, in this order."""
        for remote_id in remote_ids:
            self.env['qbo.change']._note(self.connection, [Change(
                realm_id=self.connection.realm_id, entity='Payment', remote_id=remote_id, operation='updated',
                changed_at=fields.Datetime.now(), event_id=uuid4().hex)], 'webhook')
        self.drain(self.connection)
        stuck = self.env['qbo.change'].search([('state', 'in', ('failed', 'waiting'))])
        self.assertFalse(stuck, stuck.mapped('outcome'))

    def receive(self, applied, total=None, **details):
        """Enter a payment in QuickBooks and let Odoo hear of it; returns its row."""
        details.setdefault('deposit_to', 'Checking')
        details.setdefault('date', fields.Date.today().isoformat())  # whatever the hour in California
        payment = self.bookkeeper.receive_payment(applied, total, **details)
        self.hear(payment['Id'])
        return self.env['qbo.receipt']._of(self.connection, payment['Id'])


class ReceivingCase(Receiving, SettlingCase):
    """The same in a company with one currency, whose payments are booked on an outstanding account."""

    def setUp(self):
        super().setUp()
        self.take_over(US_REALM)
