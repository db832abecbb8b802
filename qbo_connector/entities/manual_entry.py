"""Journal entries made by hand that settle documents or are settled by payments -> JournalEntry that can be linked.

A bad debt that is written off, an opening balance, a charge without an invoice: Odoo reconciles them like documents.
They go to QuickBooks as long as they settle something that stands there, and no others do. QuickBooks takes one line
on accounts receivable a journal entry.
"""

from decimal import Decimal

from odoo import api, models

from ..exceptions import Refused
from ..qbo.documents import JournalDoc, PostingDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.postings import journal_payload
from .qbo_entity import GONE, KEEP, PRESENT

SETTLED = ('Invoice', 'CreditMemo', 'Payment', 'Purchase')


class QboManualEntry(models.AbstractModel):
    """Pushes the whole entry, its accounts by their mapping."""

    _name = 'qbo.entity.manual_entry'
    _inherit = 'qbo.entity.write_off'
    _description = "Journal Entry"

    @api.model
    def _handles(self, record):
        return record._qbo_made_by_hand()

    @api.model
    def _excluders(self, record):
        return [record, record.journal_id, *self._payer(record)]

    @api.model
    def _intent(self, connection, record):
        if excluded := self._excluded(connection, record):
            return KEEP, excluded
        if reason := self._not_booked(record):
            return GONE, reason
        if reason := self._taken_back(connection, record):
            return GONE, reason
        if connection.sync_from and record.date < connection.sync_from and not self._backfilled(connection, record):
            return KEEP, self.env._(
                "Dated before %(date)s, from which documents are pushed.", date=connection.sync_from)
        closed_out = self._closed_out(connection, record)
        return (KEEP, closed_out) if closed_out else (PRESENT, '')

    @api.model
    def _not_booked(self, record):
        settled = self._reconciled(record) if record.state == 'posted' else ()
        handlers = [self.env['qbo.entity']._for_record(other) for other in settled]
        if any(handler is not None and handler._qbo_entity in SETTLED for handler in handlers):
            return ''
        return self.env._("Journal entries made by hand are pushed while they settle documents or are paid.")

    @api.model
    def _locks(self, record):
        return record.company_id._get_violated_lock_dates(record.date, False, record.journal_id)

    # === WHAT QUICKBOOKS CAN HOLD === #

    @api.model
    def _check(self, connection, record):
        if reason := self._unfit(record):
            raise Refused(reason, 'line_ids')
        self._check_currency(connection, self._currency_of(record), record.line_ids.mapped('amount_currency'))

    @api.model
    def _unfit(self, record):
        """Return why QuickBooks cannot hold the entry, and what to do, or ''."""
        lines = self._receivable_lines(record)
        cause = (
            self.env._("posts to payables") if 'liability_payable' in record.line_ids.mapped('account_type')
            else self.env._("posts to the accounts of several customers") if len(self._payer(record)) > 1
            else self.env._("posts to receivables without a customer") if not all(line.partner_id for line in lines)
            else self.env._("both debits and credits the customer") if len({line.balance > 0 for line in lines}) > 1
            else self.env._("is in several currencies") if len(record.line_ids.currency_id) > 1
            else '')
        return cause and self.env._(
            "The journal entry %(entry)s settles documents and %(cause)s; one in QuickBooks has a single line on the "
            "account of a single customer, in one currency. Undo the reconciliation, make entries of one such line "
            "each and reconcile those; or settle the documents in QuickBooks by hand and mark the entry “Do Not Send "
            "to QuickBooks”.", entry=record.display_name, cause=cause)

    # === READING === #

    @api.model
    def _receivable_lines(self, record):
        return record.line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable' and line.amount_currency)

    @api.model
    def _payer(self, record):
        return self._receivable_lines(record).partner_id.commercial_partner_id

    @api.model
    def _currency_of(self, record):
        return self._receivable_lines(record).currency_id[:1] or record.company_id.currency_id

    @api.model
    def _charged(self, record):
        """Return what the entry charges its customer; negative: credits."""
        return sum((self._decimal(line.amount_currency) for line in self._receivable_lines(record)), Decimal(0))

    @api.model
    def _is_credit(self, record):
        return self._charged(record) < 0

    @api.model
    def _money_customer(self, connection, record):
        return self._customer_in(connection, self._payer(record)[:1], self._currency_of(record))

    @api.model
    def _home_value(self, currency, record):
        """The rate that was booked."""
        lines = self._receivable_lines(record)
        amount, home = abs(sum(lines.mapped('amount_currency'))), abs(sum(lines.mapped('balance')))
        return amount / home if home else 1, amount, home

    @api.model
    def _content(self, connection, record, suffix, ids):
        currency, lines = self._currency_of(record), self._receivable_lines(record)
        others = (record.line_ids - lines).filtered('amount_currency')
        document = JournalDoc(
            date=record.date, **self._currency_facts(connection, currency, record),
            postings=(*(PostingDoc(*posting) for posting in self._postings(connection, others)), PostingDoc(
                self._receivable_account(connection, currency), self._charged(record), lines[:1].name or '',
                customer=ids[self._money_customer(connection, record)])),
            private_note=note_with_marker(
                ': '.join(filter(None, (record.name, record.ref))), self._marker(record._name, record.id)),
        )
        return journal_payload(document), 0.0, 0.0
