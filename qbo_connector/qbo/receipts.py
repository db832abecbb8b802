"""A Payment of QuickBooks, read: what came in from a customer, and what it settles (API reference "Payment").

``Line`` holds the links: charges (Invoice) use the money up, credits (CreditMemo) add to it, all amounts are positive;
what is left is ``UnappliedAmt``. A Payment of 0 links credits with charges and moves no money. A voided one keeps
neither amount nor links. ``ExchangeRate`` is in home units for one unit of the Payment's currency.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from .money import round_half_up

CHARGE, CREDIT = 'Invoice', 'CreditMemo'
ZERO = Decimal(0)


class ReceiptError(ValueError):
    """A Payment cannot be read as what it documents; the message says where, for a developer."""


@dataclass(frozen=True)
class Application:
    """One document that a Payment settles (a charge) or uses (a credit), and how much of it."""

    txn_type: str
    txn_id: str
    amount: Decimal
    number: str = ''


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A Payment; Ids are QuickBooks' own, amounts in ``currency`` (empty where the company has only one)."""

    remote_id: str
    sync_token: str
    customer: str
    customer_name: str
    date: date
    total: Decimal
    unapplied: Decimal
    currency: str
    rate: Decimal | None
    deposit_account: str
    deposit_name: str
    method: str
    method_name: str
    reference: str
    memo: str
    applications: tuple[Application, ...]

    @property
    def is_empty(self):
        """Whether nothing came in and nothing is settled: a voided Payment, or one that never was more."""
        return not self.total and not self.applications

    def of_type(self, txn_type):
        """Return ``{Id: amount}`` of the documents of a type."""
        return {link.txn_id: link.amount for link in self.applications if link.txn_type == txn_type}

    def home_value(self, digits=2):
        """Return what the money is worth in home currency by QuickBooks' own rate, None where it tells none."""
        return round_half_up(self.total * self.rate, digits) if self.rate else None


def read_receipt(data):
    """Return the :class:`Receipt` of a Payment's JSON.

    :param dict data: the object as QuickBooks answers it
    :raises ReceiptError: something that every Payment has is missing or unreadable
    """
    try:
        return Receipt(
            remote_id=str(data['Id']), sync_token=str(data.get('SyncToken', '')),
            customer=_value(data, 'CustomerRef'), customer_name=_name(data, 'CustomerRef'),
            date=date.fromisoformat(data['TxnDate']), total=_amount(data.get('TotalAmt')),
            unapplied=_amount(data.get('UnappliedAmt')), currency=_value(data, 'CurrencyRef'),
            rate=_amount(data.get('ExchangeRate')) or None,
            deposit_account=_value(data, 'DepositToAccountRef'), deposit_name=_name(data, 'DepositToAccountRef'),
            method=_value(data, 'PaymentMethodRef'), method_name=_name(data, 'PaymentMethodRef'),
            reference=data.get('PaymentRefNum') or '', memo=data.get('PrivateNote') or '',
            applications=_applications(data.get('Line') or ()))
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as error:
        raise ReceiptError(f"not a Payment as documented: {error!r}") from error


def _applications(lines):
    """Return what lines link to; the same document linked twice is one application."""
    found = {}
    for line in lines:
        links = line.get('LinkedTxn') or ()
        if len(links) > 1:  # whose amount would it be?
            raise ReceiptError("a line is linked with several documents")
        for link in links:
            key = (link['TxnType'], str(link['TxnId']))
            amount, number = found.get(key, (ZERO, ''))
            found[key] = amount + _amount(line.get('Amount')), number or _number(line)
    return tuple(Application(kind, txn_id, amount, number) for (kind, txn_id), (amount, number) in found.items()
                 if amount)


def _number(line):
    """Return the number of the linked document, which answers tell in ``LineEx``, or ''."""
    values = (extra.get('value') or {} for extra in (line.get('LineEx') or {}).get('any') or ())
    return next((str(value.get('Value') or '') for value in values if value.get('Name') == 'txnReferenceNumber'), '')


def _value(data, key):
    return str((data.get(key) or {}).get('value') or '')


def _name(data, key):
    return str((data.get(key) or {}).get('name') or '')


def _amount(value):
    """Return an amount, never by way of a float's error; absent is 0."""
    amount = Decimal(str(value)) if value is not None else ZERO
    if not amount.is_finite() or amount < 0:
        raise ReceiptError(f"no amount: {value!r}")
    return amount


def split(receipt):
    """Tell by what each charge is settled: money first come, first served, after the credits.

    QuickBooks says how much of each document is used, not which credit pays which charge, and it does not matter to
    what is open: credits go to the charges in the order of the Payment's lines, the money takes the rest.

    :return: (``{charge Id: money}``, ``{(credit Id, charge Id): amount}``), without zeros
    :raises ReceiptError: more credits than charges, or more applied than there is
    """
    charges, credits = receipt.of_type(CHARGE), receipt.of_type(CREDIT)
    money, paired = dict(charges), {}
    for credit, left in credits.items():
        for charge in charges:
            taken = min(left, money[charge])
            if taken:
                paired[credit, charge] = taken
                money[charge] -= taken
                left -= taken
        if left:
            raise ReceiptError("credits are applied to less than they are")
    money = {charge: amount for charge, amount in money.items() if amount}
    if sum(money.values(), ZERO) > receipt.total:
        raise ReceiptError("more is applied than came in")
    return money, paired
