"""Money paid out to customers -> Purchase on accounts receivable: a charge that settles a credit memo or overpayment.

QuickBooks' RefundReceipt would take the sale back once more, which the CreditMemo has done already. The documented way
for a credit that is paid out is an expense or check to accounts receivable ("Record a customer refund"), linked with
the credit by a payment of nothing.
"""

from odoo import api, models

from ..exceptions import Refused
from ..qbo.documents import PostingDoc, PurchaseDoc
from ..qbo.marker import note_with_marker
from ..qbo.payloads.postings import purchase_payload

LINK_TYPES = {'Cash': 'Expense', 'Check': 'Check'}  # PaymentType -> what a Payment calls it (QBO: "Payment", TxnType)


class QboRefund(models.AbstractModel):
    """Pushes outbound payments to customers; what their entry writes off besides are further lines of the purchase."""

    _name = 'qbo.entity.refund'
    _inherit = 'qbo.entity.applicable'
    _description = "Refund"

    _qbo_entity = 'Purchase'
    _qbo_model = 'account.payment'
    _qbo_direction = 'outbound'

    @api.model
    def _kind(self, record):
        """Return the PaymentType: a check, or anything else."""
        return 'Check' if record.payment_method_code == 'check_printing' else 'Cash'

    @api.model
    def _link_type(self, record):
        return LINK_TYPES[self._kind(record)]

    @api.model
    def _check(self, connection, record):
        super()._check(connection, record)
        account = self._bank_account(connection, record)
        self._check_account(connection, record.currency_id, account)
        if account.type and account.type != 'Bank':
            raise Refused(self.env._(
                "Refunds leave a bank account in QuickBooks, and the journal %(journal)s is mapped to %(account)s "
                "(%(type)s). Map it to a bank account.", journal=record.journal_id.display_name,
                account=account.display_name, type=account.type), 'journal_id')

    @api.model
    def _bank_account(self, connection, record):
        """Return the QuickBooks account (``qbo.reference``) that the money leaves.

        :raise MissingMapping: the journal has no counterpart
        """
        return self.env['qbo.mapping']._target(connection, 'journal', record.journal_id)

    @api.model
    def _references(self, connection, record):
        return [('Customer', self._customer(connection, record))]

    @api.model
    def _content(self, connection, record, suffix, ids):
        total, rest = abs(self._decimal(record.amount)), self._written_off_lines(record)
        customer = ids[self._customer(connection, record)]
        postings = [PostingDoc(*posting) for posting in self._postings(connection, rest)]
        postings.insert(0, PostingDoc(
            self._receivable_account(connection, record.currency_id), total - self._written_off(record),
            self._memo(record)))
        document = PurchaseDoc(
            kind=self._kind(record), customer=customer, account=self._bank_account(connection, record).remote_id,
            date=record.date, postings=tuple(postings), untaxed=connection.tax_regime == 'global',
            **self._currency_facts(connection, record.currency_id, record),
            private_note=note_with_marker(self._memo(record), self._marker(record._name, record.id)),
        )
        return purchase_payload(document), float(total), 0.0

    @api.model
    def _party(self, data):
        return (data.get('EntityRef') or {}).get('value') or False

    @api.model
    def _find_remote(self, client, entry, payload):
        """Look through the purchases of that day: neither the name nor the note can be asked for."""
        return self._marked(client.query_all('Purchase', {'TxnDate': payload['TxnDate']}), entry)
