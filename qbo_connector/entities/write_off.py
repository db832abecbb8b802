"""What a payment writes off: discounts, bank fees, small rests -> JournalEntry that the Payment is linked with."""

from odoo import api, models

from ..qbo.documents import JournalDoc, PostingDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.postings import journal_payload
from .qbo_entity import GONE, PRESENT


class QboWriteOff(models.AbstractModel):
    """Pushes of the journal entry of a payment what is neither money nor the customer's, against the customer."""

    _name = 'qbo.entity.write_off'
    _inherit = 'qbo.entity.applicable'
    _description = "Write-Off"

    _qbo_entity = 'JournalEntry'
    _qbo_model = 'account.move'
    _qbo_on_demand = True

    @api.model
    def _handles(self, record):
        return record.move_type == 'entry' and record._qbo_booked_as() != record

    @api.model
    def _wanted(self, connection, record):
        return False

    @api.model
    def _missing(self, connection):
        return self.env['account.move']  # only when a payment needs one

    @api.model
    def _excluders(self, record):
        return []  # as its payment

    @api.model
    def _intent(self, connection, record):
        """As its payment: refunds have their write-offs on themselves."""
        money = record._qbo_booked_as()
        handler = self.env['qbo.entity']._for_record(money)
        if handler is None or handler._qbo_entity != 'Payment':
            return GONE, ''
        intent, reason = handler._intent(connection, money)
        return (GONE, '') if intent == PRESENT and not self._written_off_lines(money) else (intent, reason)

    @api.model
    def _not_booked(self, record):
        return '' if record.state == 'posted' else self.env._("Only posted payments are pushed.")

    @api.model
    def _check(self, connection, record):
        """Its payment is checked before."""

    @api.model
    def _references(self, connection, record):
        return [('Customer', self._money_customer(connection, record._qbo_booked_as()))]

    @api.model
    def _money_customer(self, connection, record):
        """Return the record that stands for the customer of a payment or bank transaction."""
        return self.env['qbo.entity']._for_record(record)._customer(connection, record)

    @api.model
    def _content(self, connection, record, suffix, ids):
        money = record._qbo_booked_as()
        postings = [PostingDoc(*posting) for posting in self._postings(connection, self._written_off_lines(money))]
        if rest := self._written_off(money):
            postings.append(PostingDoc(
                self._receivable_account(connection, money.currency_id), -rest, record.display_name,
                customer=ids[self._money_customer(connection, money)]))
        document = JournalDoc(
            date=record.date, postings=tuple(postings),
            **self._currency_facts(connection, money.currency_id, money),
            private_note=note_with_marker(record.ref or record.name or '', self._marker(record._name, record.id)),
        )
        return journal_payload(document), 0.0, 0.0

    @api.model
    def _figures(self, entry, data):
        """Its amounts cannot differ: QuickBooks works nothing out; what its TotalAmt says is not documented."""
        return {'remote_total': 0.0, 'remote_tax': 0.0, 'remote_balance': 0.0, 'variance': False}

    @api.model
    def _party(self, data):
        parties = (line['JournalEntryLineDetail'].get('Entity') for line in data.get('Line') or ())
        return next((party['EntityRef']['value'] for party in parties if party), False)

    @api.model
    def _find_remote(self, client, entry, payload):
        """Look through the journal entries of that day."""
        return self._marked(client.query_all('JournalEntry', {'TxnDate': payload['TxnDate']}), entry)
