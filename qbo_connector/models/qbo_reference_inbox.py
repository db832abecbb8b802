"""The mirror follows what is told of single objects, and what Odoo itself has just pushed, without reading lists."""

import logging
from decimal import Decimal

from odoo import fields, models

from ..entities.mirrored import FOLLOWED
from ..qbo import faults

_logger = logging.getLogger(__name__)


class QboReference(models.Model):
    """The part of the mirror that knows what a customer owes by which invoices; read when a person asks."""

    _inherit = 'qbo.reference'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    open_count = fields.Integer(string="Open Invoices", aggregator=None)
    open_total = fields.Float(
        string="Open Amount", digits=(16, 4), aggregator=None, help="Of the open invoices, in the customer's currency.")
    open_read_at = fields.Datetime(string="Open Invoices Read At")

    def _read_open(self, client):
        """Ask QuickBooks which invoices of a customer are open: one call for up to 1,000 of them."""
        balances = [Decimal(str(invoice['Balance'])) for invoice in client.query_all(
            'Invoice', [('CustomerRef', '=', self.remote_id), ('Balance', '>', '0')])]
        self.write({'open_count': len(balances), 'open_total': float(sum(balances)),
                    'open_read_at': fields.Datetime.now()})


class QboChange(models.Model):
    """The part of the inbox that keeps the mirror up to date."""

    _inherit = 'qbo.change'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _take_in_one(self, subject):
        """Override to mirror list entries, whatever else becomes of them."""
        entity, connection = subject.newest.entity, subject.newest.connection_id
        if entity in FOLLOWED and subject.data is not None:
            self.env['qbo.reference']._take(connection, entity, subject.data)
        elif entity in FOLLOWED:
            self.env['qbo.reference']._drop(connection, entity, subject.newest.remote_id)
        return super()._take_in_one(subject)

    def _take_in(self, client):
        """Override to read, too, the open invoices of customers that a person asked for."""
        asked = {(change.connection_id, change.remote_id) for change in self
                 if change.source == 'hand' and change.entity == 'Customer'}
        super()._take_in(client)
        for connection, remote_id in asked:
            row = self.env['qbo.reference']._row(connection, 'Customer', remote_id)
            if not row or not connection._may_send():
                continue
            try:
                row._read_open(client)
            except faults.QboError as error:  # the balance itself was read; the person may ask again
                _logger.info("Open invoices of QuickBooks customer %s not read: %s", remote_id, error)
                connection._is_held_by(error)
            self._commit()


class QboQueueEntry(models.Model):
    """The part of the queue that mirrors what QuickBooks answers to a push."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _settle(self, answers):
        """Override to mirror the objects as QuickBooks has just shown them; that costs no read."""
        shown = {}
        for entry, answer in answers.items():
            if entry.entity in FOLLOWED and answer.data.get('MetaData'):
                shown.setdefault((entry.connection_id, entry.entity), []).append(answer.data)
        for (connection, entity), objects in shown.items():
            self.env['qbo.reference']._put(connection, entity, objects)
        return super()._settle(answers)
