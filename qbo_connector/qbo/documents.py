"""What goes to QuickBooks, before it is JSON: frozen dataclasses that know neither Odoo nor HTTP.

Amounts are Decimals; a float is refused on the spot, because its error would show in somebody's books.
Ids are QuickBooks' own, as text. Dates are ``datetime.date``.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


class _Exact:
    """Base that refuses floats."""

    def __post_init__(self):
        for name, value in vars(self).items():
            if isinstance(value, float):
                raise TypeError(f"{type(self).__name__}.{name} must be a Decimal, not a float")


@dataclass(frozen=True, kw_only=True)
class Address:
    """A postal address; ``lines`` are printed above the city (a company's name may be the first)."""

    lines: tuple[str, ...] = ()
    city: str = ''
    state: str = ''
    postal_code: str = ''
    country: str = ''


@dataclass(frozen=True, kw_only=True)
class CustomerDoc:
    """A customer: company or person.

    ``resale_number`` is the tax id of US customers, ``tax_identifier`` that of others; ``taxable`` is
    left to QuickBooks when None, and ``exemption`` (TaxExemptionReasonId, 1 to 15) says why it is not.
    """

    display_name: str
    company_name: str = ''
    given_name: str = ''
    family_name: str = ''
    email: str = ''
    phone: str = ''
    mobile: str = ''
    website: str = ''
    billing: Address | None = None
    shipping: Address | None = None
    currency: str | None = None
    resale_number: str = ''
    tax_identifier: str = ''
    notes: str = ''
    taxable: bool | None = None
    exemption: int | None = None
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ItemDoc(_Exact):
    """Something sold: ``kind`` is ``'Service'``, ``'NonInventory'`` or ``'Inventory'``.

    ``quantity_on_hand`` and ``start_date`` belong to the creation of an Inventory item; on an update they
    would be booked as a stock adjustment.
    """

    name: str
    kind: str
    income_account: str
    sku: str = ''
    description: str = ''
    price: Decimal | None = None
    purchase_description: str = ''
    cost: Decimal | None = None
    expense_account: str | None = None
    asset_account: str | None = None
    quantity_on_hand: Decimal | None = None
    start_date: date | None = None
    taxable: bool | None = None
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class LineDoc(_Exact):
    """A line of a sales document.

    ``amount`` is the net amount (discount taken off, tax excluded) that must stand in the books;
    ``unit_price`` is before ``discount`` (percent). Without item and amount the line is only text.
    ``discount_item`` and ``discount_amount`` are the item of the discount and what it is booked as, where it has an
    account of its own; ``unit`` is the unit of measure, where the quantity would be misread without it. ``gross`` is
    the amount with its tax, on documents whose prices include it.
    """

    description: str = ''
    item: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)
    discount_item: str | None = None
    discount_amount: Decimal | None = None
    unit: str = ''
    amount: Decimal | None = None
    gross: Decimal | None = None
    tax_code: str | None = None
    taxable: bool = False
    class_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class SalesDoc(_Exact):
    """An invoice or credit note; ``kind`` is ``'Invoice'`` or ``'CreditMemo'``.

    ``digits`` are the decimals of its currency, ``tax_regime`` is ``'us'``, ``'global'`` or ``'none'`` (see
    :func:`.company.regime`), ``tax_code`` the US code of the whole document, ``automated_tax`` whether US automated
    sales tax is on. ``total`` and ``tax_total`` are Odoo's; ``rounded`` is what Odoo rounded off within a tax.
    ``tax_rates`` are the rates of the tax codes, ``{code: ((rate Id, percent), ...)}``; ``tax_included`` says that
    the lines' ``gross`` amounts count. ``taxes`` (of :class:`~.taxes.TaxShare`) and ``rounding`` close a difference,
    see :func:`.taxes.closed`; ``untaxed_code`` is the tax code of such a rounding line.
    """

    kind: str
    number: str
    date: date
    customer: str
    lines: tuple[LineDoc, ...]
    due_date: date | None = None
    term: str | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    digits: int = 2
    tax_regime: str = 'none'
    tax_total: Decimal = Decimal(0)
    tax_code: str | None = None
    total: Decimal = Decimal(0)
    automated_tax: bool = False
    tax_rates: dict = field(default_factory=dict)
    tax_included: bool = False
    rounded: Decimal = Decimal(0)
    taxes: tuple = ()
    rounding: Decimal = Decimal(0)
    untaxed_code: str | None = None
    memo: str = ''
    private_note: str = ''
    billing: Address | None = None
    shipping: Address | None = None
    email: str = ''
    class_id: str | None = None
    department_id: str | None = None


@dataclass(frozen=True)
class Allocation(_Exact):
    """What a payment applies to or takes from one transaction; ``txn_type`` is Intuit's name, e.g. ``'Invoice'``.

    ``credit`` says of a journal entry that it credits the customer; of the others their type says it.
    """

    txn_id: str
    txn_type: str
    amount: Decimal
    credit: bool = False


@dataclass(frozen=True, kw_only=True)
class PaymentDoc(_Exact):
    """Money received from a customer, with what it settles; of a total of 0, credits applied to what they owe."""

    customer: str
    date: date
    total: Decimal
    digits: int = 2
    currency: str | None = None
    exchange_rate: Decimal | None = None
    allocations: tuple[Allocation, ...] = ()
    deposit_account: str | None = None
    method: str | None = None
    reference: str = ''
    private_note: str = ''


@dataclass(frozen=True)
class PostingDoc(_Exact):
    """What one account gets: a debit, or a credit where ``amount`` is negative; ``customer`` on receivables."""

    account: str
    amount: Decimal
    description: str = ''
    customer: str | None = None


@dataclass(frozen=True, kw_only=True)
class JournalDoc(_Exact):
    """A journal entry; its postings add up to 0."""

    date: date
    postings: tuple[PostingDoc, ...]
    digits: int = 2
    currency: str | None = None
    exchange_rate: Decimal | None = None
    private_note: str = ''


@dataclass(frozen=True, kw_only=True)
class PurchaseDoc(_Exact):
    """Money that is paid out to a customer from a bank ``account``; ``kind`` is ``'Cash'`` or ``'Check'``.

    ``untaxed`` says that there is no tax where QuickBooks wants to know (outside the US).
    """

    kind: str
    customer: str
    account: str
    date: date
    postings: tuple[PostingDoc, ...]
    untaxed: bool = False
    digits: int = 2
    currency: str | None = None
    exchange_rate: Decimal | None = None
    private_note: str = ''
