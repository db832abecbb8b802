"""What is sent as a Payment: money received, and credits that are applied to what a customer owes."""

import json
from decimal import Decimal

from odoo import api, models

from ..exceptions import Refused
from ..qbo.documents import Allocation
from ..qbo.payloads.payment import CREDITS
from ..qbo.query import select


class QboSettlement(models.AbstractModel):
    """Base of the handlers that link transactions of one customer with one another (QBO: "Payment", Line)."""

    _name = 'qbo.entity.settlement'
    _inherit = 'qbo.entity.money'
    _description = "Base of Payments in QuickBooks"

    @api.model
    def _link_handler(self, connection, record, entities):
        """Return the handler of a record that can be linked, or None: it is not pushed, or as something else."""
        handler = self.env['qbo.entity']._for_record(record)
        fits = handler is not None and handler._qbo_entity in entities and handler._may_refer(connection, record)
        return handler if fits else None

    @api.model
    def _linked(self, ids, amounts):
        """Return the allocations to records.

        :param dict amounts: ``{record: amount}``
        """
        handlers = self.env['qbo.entity']
        return tuple(
            Allocation(ids[record], handler._link_type(record), amount, credit=handler._is_credit(record))
            for record, amount in amounts.items() for handler in (handlers._for_record(record),))

    @api.model
    def _linked_references(self, records):
        """Return (entity, record) of what must stand in QuickBooks to be linked."""
        return [(self.env['qbo.entity']._for_record(record)._qbo_entity, record) for record in records]

    @api.model
    def _check_linked(self, payer, currency, records):
        """Refuse links that QuickBooks would drop without a word, or not take.

        :raise Refused: another customer's, or in another currency
        """
        names, handlers = self._names, self.env['qbo.entity']
        partners = {record: handlers._for_record(record)._payer(record) for record in records}
        others = [record for record, partner in partners.items() if partner != payer]
        if others:
            raise Refused(self.env._(
                "The payment or credit of %(payer)s settles %(others)s of another customer (%(customers)s). QuickBooks "
                "leaves it unapplied then. Undo the reconciliation, book it on the customer of the document and "
                "reconcile that, or make them contacts of one company; then retry.",
                payer=payer.display_name, others=names(others),
                customers=", ".join(sorted({name for o in others for name in partners[o].mapped('display_name')}))),
                'partner_id')
        foreign = [record for record in records if handlers._for_record(record)._currency_of(record) != currency]
        if foreign:
            raise Refused(self.env._(
                "A payment or credit in %(currency)s settles %(others)s in another currency, and QuickBooks takes one "
                "currency a transaction. Reconcile all of it, with documents of one currency and without a write-off, "
                "or register it in the currency of the document, then retry; its journal may stay the same if it has "
                "no currency of its own.", currency=currency.name, others=names(foreign)), 'currency_id')

    @api.model
    def _names(self, records):
        """Return what records are called, in one text."""
        return ", ".join(record.display_name for record in records)

    # === AFTERWARDS === #

    @api.model
    def _figures(self, entry, data):
        """Say where QuickBooks dropped a link, which it does without a word (QBO: "Payment", UnappliedAmt)."""
        figures = super()._figures(entry, data)
        if not figures or entry.operation not in ('create', 'update'):
            return figures
        sent = json.loads(entry.payload)
        ours, theirs = _applied(sent), _applied(data)
        if ours != theirs:
            self._add_variance(figures, self.env._(
                "unapplied %(odoo).2f in Odoo, %(qbo).2f in QuickBooks",
                odoo=_unapplied(sent), qbo=_unapplied(data)))
        return figures

    @api.model
    def _find_remote(self, client, entry, payload):
        found = client.query(select('Payment', {
            'TxnDate': payload['TxnDate'], 'CustomerRef': payload['CustomerRef']['value']}))
        return self._marked(found.data.get('Payment', []), entry)


def _applied(payment):
    """Return ``{(TxnType, TxnId): amount}`` of a Payment's links."""
    return {
        (link['TxnType'], str(link['TxnId'])): Decimal(str(line['Amount']))
        for line in payment.get('Line') or () for link in line.get('LinkedTxn') or ()}


def _unapplied(payment):
    """Return what a Payment leaves unapplied; of one that is sent, what is not linked to charges."""
    if 'UnappliedAmt' in payment:
        return payment['UnappliedAmt']
    used = sum(-amount if kind in (*CREDITS, 'JournalEntry') else amount
               for (kind, _id), amount in _applied(payment).items())
    return payment['TotalAmt'] - float(used)
