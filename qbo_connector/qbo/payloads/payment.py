"""PaymentDoc -> Payment. Links, defaults and lengths: API reference "Payment"."""

from decimal import Decimal

from ..names import clean_text
from . import PayloadError
from .common import compact, money, rate, reference

#: What a Payment may be linked to.
TXN_TYPES = ('Invoice', 'CreditMemo', 'JournalEntry', 'Expense', 'Check', 'CreditCardCredit')
#: Those that add to the money received instead of using it up. An expense or a check that was paid out to the customer
#: uses it up as an invoice does: "Payment is reimbursement for expense paid by check made on behalf of the customer".
CREDITS = ('CreditMemo', 'CreditCardCredit')

REFERENCE_LIMIT = 21
PRIVATE_NOTE_LIMIT = 4000


def payment_payload(doc):
    """Return the JSON object of a :class:`~..documents.PaymentDoc`.

    ``Line`` is always there, even when empty: QuickBooks replaces the links as a whole, and an empty list
    takes all of them off. A reference longer than 21 characters is cut and stands complete in the note.

    :raises PayloadError: allocations of nothing, to something that cannot be paid, or of more than there is
    """
    _check(doc)
    short = clean_text(doc.reference, 1000).replace('\n', ' ')
    return compact({
        'CustomerRef': reference(doc.customer),
        'TxnDate': doc.date.isoformat(),
        'TotalAmt': money(doc.total, doc.digits, 'TotalAmt'),
        'CurrencyRef': reference(doc.currency),
        # Left out, QuickBooks books foreign money at a rate of 1.
        'ExchangeRate': rate(doc.exchange_rate),
        'Line': [_link(allocation, doc.digits) for allocation in doc.allocations],
        'DepositToAccountRef': reference(doc.deposit_account),
        'PaymentMethodRef': reference(doc.method),
        'PaymentRefNum': short[:REFERENCE_LIMIT].rstrip(),
        'PrivateNote': _note(doc, short),
    })


def _link(allocation, digits):
    return {
        'Amount': money(allocation.amount, digits, 'Amount'),
        'LinkedTxn': [{'TxnId': str(allocation.txn_id), 'TxnType': allocation.txn_type}],
    }


def _check(doc):
    used = Decimal(0)
    for allocation in doc.allocations:
        if allocation.txn_type not in TXN_TYPES:
            raise PayloadError(f"A payment cannot be applied to a {allocation.txn_type}.", 'TxnType')
        if allocation.amount <= 0:
            raise PayloadError("Amounts applied by a payment must be positive.", 'Amount')
        used += -allocation.amount if allocation.credit or allocation.txn_type in CREDITS else allocation.amount
    if doc.total < 0:
        raise PayloadError("QuickBooks takes no negative payment.", 'TotalAmt')
    if used > doc.total:
        raise PayloadError(f"The payment of {doc.total} is applied to {used}, more than it is.", 'TotalAmt')
    if used < 0:
        raise PayloadError(f"Credits are applied to {-used} less than they are.", 'Amount')


def _note(doc, reference_text):
    """Return the private note, headed by the reference when that was cut; the mark at its end survives."""
    note = clean_text(doc.private_note, PRIVATE_NOTE_LIMIT)
    if len(reference_text) <= REFERENCE_LIMIT:
        return note
    room = PRIVATE_NOTE_LIMIT - len(note) - 1
    return f'{clean_text(reference_text, room)}\n{note}'.strip() if room > 1 else note
