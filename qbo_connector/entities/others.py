"""Other objects in QuickBooks: what one refers to, and the payments that were applied to it.

QuickBooks refuses to void or delete a document while a payment is applied to it, and to move it to another customer
(fault 6000); payments can only be taken off by changing the payment (QBO: "Payment", Line). A reference to an inactive
record is refused, too (610 or 2500).
"""

from odoo import api, models
from odoo.tools import split_every

from ..exceptions import MissingDependency
from ..qbo import faults
from ..qbo.query import MAX_IN, select
from .qbo_entity import KEEP, PRESENT

PAYMENTS = ('Payment', 'BillPayment')


class QboEntity(models.AbstractModel):
    """The part of the handlers that minds other objects, and answers refusals because of them."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _may_refer(self, connection, record):
        """Tell whether what is sent may name the record: QuickBooks will hold it, or holds it and is left as it is."""
        intent, _reason = self._intent(connection, record)
        return intent == PRESENT or (intent == KEEP and bool(
            self.env['qbo.binding']._remote_ids(connection, [[(self._qbo_entity, record)]])))

    @api.model
    def _resolved(self, references, links):
        """Return ``{record: remote Id}`` for (entity, records) pairs that must stand in QuickBooks first.

        :param dict links: ``{(entity, model, id): remote Id}`` of what stands there
        :raise MissingDependency: naming all that are not there yet, at once
        """
        ids = {record: links.get((entity, record._name, record.id))
               for entity, records in references for record in records}
        missing = [record for record, remote_id in ids.items() if not remote_id]
        if missing:
            self._put_off(MissingDependency(missing))
        return {record: remote_id or f'({record.display_name})' for record, remote_id in ids.items()}

    @api.model
    def _link_type(self, record):
        """Return what the link of a Payment calls the record (QBO: "Payment", Line.LinkedTxn.TxnType)."""
        return self._qbo_entity

    @api.model
    def _unfit(self, record):
        """Return why QuickBooks could not hold what payments would be linked with, or ''."""
        return ''

    @api.model
    def _is_credit(self, record):
        """Tell whether the record is a credit to its customer where the type of its link does not say so."""
        return False

    @api.model
    def _payer(self, record):
        """Return the commercial partner on whose account the record is booked."""
        return record.partner_id.commercial_partner_id

    @api.model
    def _currency_of(self, record):
        """Return the currency that the customer's account is charged or credited in."""
        return record.currency_id

    @api.model
    def _fitted(self, binding, payload):
        """Return the content as it can be sent to the object as it stands in QuickBooks.

        :param binding: the live link, empty for a new object
        """
        return payload

    # === REFUSALS === #

    @api.model
    def _recover(self, client, entry, binding, error):
        """Override to mind the payments that hold on to an object, and what it refers to.

        Applied payments keep it from being voided, deleted, made smaller or moved to another customer; something that
        it names may have been made inactive in QuickBooks.
        """
        if self._qbo_payable and type(error) is faults.ValidationFault and binding and (
                self._wait_for_payments(client, entry, binding, error)):
            return True
        recovered = super()._recover(client, entry, binding, error)
        if recovered and binding.state != 'deleted' and isinstance(error, (faults.NotFound, faults.InvalidReference)):
            self._look_at_references(client, entry)
        return recovered

    @api.model
    def _look_at_references(self, client, entry):
        """Note which of the objects that a document needs are inactive or gone: they are then brought back first."""
        record, Binding = entry._record(), self.env['qbo.binding']
        for entity, records in self._references(entry.connection_id, record) if record else ():
            links = Binding.union(*(
                Binding._of_record(entry.connection_id, needed._name, needed.id, entity) for needed in records))
            if not links:
                continue
            there = {
                data['Id']: data for some in split_every(MAX_IN, links.mapped('remote_id'), list)
                for data in client.query(select(entity, [
                    ('Id', 'IN', some), ('Active', 'IN', (True, False))])).data.get(entity, [])}
            for link in links.filtered(lambda link: link.state == 'active'):
                data = there.get(link.remote_id)
                if data is None:
                    link.state = 'deleted'
                elif data.get('Active') is False:
                    link.write({'state': 'inactive', 'sync_token': data['SyncToken']})

    # === PAYMENTS === #

    @api.model
    def _wait_for_payments(self, client, entry, binding, error):
        """Let the payments of ours that are applied to a document be brought in line first.

        :return: whether there are any that it did not wait for before
        :raise ValidationFault: the document shall go, and somebody applied a payment to it in QuickBooks
        """
        remote = client.read(self._qbo_entity, binding.remote_id).data
        linked = {link['TxnId'] for link in remote.get('LinkedTxn') or () if link.get('TxnType') in PAYMENTS}
        links = binding.search([('connection_id', '=', entry.connection_id.id), ('entity', 'in', PAYMENTS),
                                ('origin', '=', 'odoo'), ('remote_id', 'in', list(linked))])
        strangers = linked - set(links.mapped('remote_id'))
        if strangers and entry.operation in ('void', 'delete'):
            raise faults.PaymentApplied(self.env._(
                "A payment that somebody booked in QuickBooks is applied to %(record)s (payment Id %(ids)s). Take it "
                "off or remove it in QuickBooks, then retry.",
                record=entry.record_name, ids=", ".join(sorted(strangers))),
                code=error.code, intuit_tid=error.intuit_tid, http_status=error.http_status)
        waited = {(row.model, row.res_id) for row in entry.dependency_ids}
        payments = [record for link in links
                    if (link.model, link.res_id) not in waited and (record := link._record())]
        if payments:
            entry._wait_for({entry: payments})
            entry.recoveries -= 1  # to wait is no answer yet: as many are left as before
        return bool(payments)

    @api.model
    def _relink(self, connection, records):
        """Push the payments of documents again that QuickBooks took off them, as they were applied in Odoo."""
        for payments in records._qbo_settling() if hasattr(records, '_qbo_settling') else ():
            self.env['qbo.binding'].sudo().search([
                ('connection_id', '=', connection.id), ('model', '=', payments._name),
                ('res_id', 'in', payments.ids)]).content_hash = False
            self.env['qbo.queue.entry']._collect(payments)
