"""PaymentDoc -> Payment (API reference of Payment: lines are replaced all or none; no line leaves money unapplied)."""

from ..money import as_number
from ..names import clean_text
from . import filled, ref

REFERENCE_LIMIT = 21


def payment_payload(doc):
    """Return the JSON object of a payment."""
    payload = filled({
        'CustomerRef': ref(doc.customer),
        'TxnDate': doc.date.isoformat(),
        'TotalAmt': as_number(doc.total),
        'CurrencyRef': ref(doc.currency) if doc.currency else None,
        'ExchangeRate': as_number(doc.exchange_rate) if doc.exchange_rate else None,
        'DepositToAccountRef': ref(doc.deposit_account) if doc.deposit_account else None,
        'PaymentMethodRef': ref(doc.method) if doc.method else None,
        'PaymentRefNum': clean_text(doc.reference, REFERENCE_LIMIT),
        'PrivateNote': doc.private_note,
    })
    payload['Line'] = [
        {'Amount': as_number(part.amount), 'LinkedTxn': [{'TxnId': part.txn_id, 'TxnType': part.txn_type}]}
        for part in doc.allocations
    ]
    return payload
