"""JournalDoc -> JournalEntry, PurchaseDoc -> Purchase: what posts to accounts directly.

Required fields: API references "JournalEntry" and "Purchase". A line on accounts receivable names its customer, in a
journal entry on the line itself, in a purchase by EntityRef.
"""

from ..names import clean_text
from . import PayloadError
from .common import compact, money, rate, reference

DESCRIPTION_LIMIT = 4000
KINDS = ('Cash', 'Check')


def journal_payload(doc):
    """Return the JSON object of a :class:`~..documents.JournalDoc`.

    :raises PayloadError: debits and credits differ, or there is nothing to post
    """
    if len(doc.postings) < 2 or sum(posting.amount for posting in doc.postings):
        raise PayloadError("The debits and the credits of a journal entry must be equal.", 'Line')
    return compact({
        'TxnDate': doc.date.isoformat(),
        'CurrencyRef': reference(doc.currency),
        'ExchangeRate': rate(doc.exchange_rate),
        'Line': [_journal_line(posting, doc.digits) for posting in doc.postings],
        'PrivateNote': doc.private_note,
    })


def _journal_line(posting, digits):
    entity = posting.customer and {'Type': 'Customer', 'EntityRef': reference(posting.customer)}
    return compact({
        'Amount': money(abs(posting.amount), digits, 'Amount'),
        'Description': clean_text(posting.description, DESCRIPTION_LIMIT),
        'DetailType': 'JournalEntryLineDetail',
        'JournalEntryLineDetail': compact({
            'PostingType': 'Debit' if posting.amount > 0 else 'Credit',
            'AccountRef': reference(posting.account),
            'Entity': entity,
        }),
    })


def purchase_payload(doc):
    """Return the JSON object of a :class:`~..documents.PurchaseDoc`.

    :raises PayloadError: an unknown kind, or less than nothing is paid out
    """
    if doc.kind not in KINDS:
        raise PayloadError(f"'{doc.kind}' is no way of paying out in QuickBooks.", 'PaymentType')
    if sum(posting.amount for posting in doc.postings) < 0:
        raise PayloadError("QuickBooks pays out no negative amount.", 'TotalAmt')
    return compact({
        'PaymentType': doc.kind,
        'AccountRef': reference(doc.account),
        'EntityRef': {'value': str(doc.customer), 'type': 'Customer'},
        'TxnDate': doc.date.isoformat(),
        'CurrencyRef': reference(doc.currency),
        'ExchangeRate': rate(doc.exchange_rate),
        'GlobalTaxCalculation': 'NotApplicable' if doc.untaxed else None,
        'Line': [_expense_line(posting, doc.digits) for posting in doc.postings],
        'PrivateNote': doc.private_note,
    })


def _expense_line(posting, digits):
    return compact({
        'Amount': money(posting.amount, digits, 'Amount'),
        'Description': clean_text(posting.description, DESCRIPTION_LIMIT),
        'DetailType': 'AccountBasedExpenseLineDetail',
        'AccountBasedExpenseLineDetail': {'AccountRef': reference(posting.account)},
    })
