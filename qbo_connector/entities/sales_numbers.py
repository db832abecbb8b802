"""The numbers of documents: Odoo's, shortened where they are too long, or QuickBooks' own."""

import json

from odoo import api, models
from odoo.tools import float_is_zero

from ..exceptions import Refused
from ..qbo import faults
from ..qbo.marker import has_any_marker
from ..qbo.numbers import DOC_NUMBER_LIMIT, short_number
from ..qbo.query import select

AUTO_GENERATE = 'AUTO_GENERATE'
NUMBERED_ON_DEMAND = ('Invoice', 'Estimate', 'SalesReceipt')  # take AUTO_GENERATE (QBO: "Invoice", DocNumber)


class QboSalesDocument(models.AbstractModel):
    """The part of the sales documents that knows their numbers."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _number(self, connection, record, suffix=''):
        """Return the number to send, empty where QuickBooks gives one: an update without it leaves it alone.

        :param str suffix: what a person added because QuickBooks has such a number already
        """
        return '' if connection.numbering == 'qbo' else short_number(f'{record.name}{suffix}')

    @api.model
    def _number_note(self, connection, record):
        """Return Odoo's number for the notes, where QuickBooks shows another one; else nothing."""
        if connection.numbering != 'qbo' and len(record.name) <= DOC_NUMBER_LIMIT:
            return ''
        return self.env._("Number in Odoo: %(number)s", number=record.name)

    @api.model
    def _is_numbered(self, connection):
        """Only with custom transaction numbers QuickBooks refuses a number that is taken (QBO: "Preferences")."""
        return connection.numbering == 'odoo' and connection.custom_txn_numbers

    @api.model
    def _new(self, connection, payload):
        """Override to ask for a number where the company would leave it blank."""
        payload = super()._new(connection, payload)
        ask = connection.numbering == 'qbo' and connection.custom_txn_numbers
        return {**payload, 'DocNumber': AUTO_GENERATE} if ask else payload

    @api.model
    def _check(self, connection, record):
        """Override to refuse what would stand in QuickBooks without a number."""
        super()._check(connection, record)
        blank = connection.numbering == 'qbo' and connection.custom_txn_numbers
        if blank and self._qbo_entity not in NUMBERED_ON_DEMAND:
            raise Refused(self.env._(
                "QuickBooks is to number this document, and would leave its number blank, as Custom transaction "
                "numbers are switched on there. Switch them off in QuickBooks (Account and settings > Sales), use "
                "Test Connection and retry; or let the connection send Odoo's numbers."), 'name')

    @api.model
    def _figures(self, entry, data):
        """Override to say when QuickBooks gave a document another number than it was told to."""
        figures = super()._figures(entry, data)
        ours, theirs = entry.expected_number, data.get('DocNumber') or ''
        if figures and ours and ours != theirs and entry.operation in ('create', 'update'):
            self._add_variance(figures, self.env._(
                "number %(odoo)s in Odoo, %(qbo)s in QuickBooks", odoo=ours, qbo=theirs or self.env._("none")))
        return figures

    # === EXISTING DOCUMENTS === #

    @api.model
    def _find_remote(self, client, entry, payload):
        """Of the documents of that number, those with our mark; else those of that customer and total with no mark.

        Without a number of ours: of the customer's documents of that day, those with our mark.
        """
        number = payload.get('DocNumber')
        if number in (None, AUTO_GENERATE):
            found = client.query(select(self._qbo_entity, {
                'TxnDate': payload['TxnDate'], 'CustomerRef': payload['CustomerRef']['value']}))
            return self._marked(found.data.get(self._qbo_entity, []), entry)
        candidates = client.query(select(self._qbo_entity, {'DocNumber': number})).data.get(self._qbo_entity, [])
        return self._marked(candidates, entry) or [
            data for data in candidates
            if not has_any_marker(data.get('PrivateNote') or '')
            and data['CustomerRef']['value'] == payload['CustomerRef']['value']
            and float_is_zero(float(data['TotalAmt']) - entry.expected_total, precision_digits=4)]

    @api.model
    def _recover(self, client, entry, binding, error):
        """A number that is taken: the document is ours if it carries our mark.

        One that was deleted in Odoo and voided in QuickBooks holds its number there: it gives it up to the document
        that has it now.
        """
        if isinstance(error, faults.DuplicateDocNumber):
            found = [] if binding else self._find_remote(client, entry, json.loads(entry.payload))
            if len(found) == 1:
                binding._bind(entry, self._qbo_entity, found[0]['Id'], sync_token=found[0]['SyncToken'])
                return True
            holder = binding.search([
                ('connection_id', '=', entry.connection_id.id), ('entity', '=', error.txn_type),
                ('remote_id', '=', error.txn_id), ('state', '=', 'voided')])
            if holder and not holder._record():
                self._renumber_voided(client, entry, holder)
                return True
        return super()._recover(client, entry, binding, error)

    @api.model
    def _renumber_voided(self, client, entry, holder):
        """Give a voided document of ours a number that no other will ever want: its own with its Id."""
        number = short_number(f'{holder.remote_number}-void-{holder.remote_id}')
        answer = client.write(holder.entity, 'update', json.dumps({
            'Id': holder.remote_id, 'SyncToken': holder.sync_token, 'sparse': True, 'DocNumber': number,
        }), f'{entry.requestid}-renumber')
        holder.write({'sync_token': answer.data['SyncToken'], 'remote_number': number})

    @api.model
    def _explain(self, entry, error):
        if isinstance(error, faults.DuplicateDocNumber):
            return self.env._(
                "QuickBooks already has a document number %(number)s that did not come from here. If it is the "
                "same, link with it; if not, send this one under another number. (%(detail)s)",
                number=entry.expected_number or entry.record_name, detail=error.detail)
        return super()._explain(entry, error)
