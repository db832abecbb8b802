"""What is pushed, as plain values: Decimal money, dates, remote Ids; no Odoo, no JSON."""

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Address:
    """A postal address; up to five lines above city and country."""

    lines: tuple = ()
    city: str = ''
    state: str = ''
    postal_code: str = ''
    country: str = ''


@dataclass(frozen=True, kw_only=True)
class CustomerDoc:
    """A customer, company or person."""

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


@dataclass(frozen=True, kw_only=True)
class ItemDoc:
    """A product or service; accounts are remote Ids, prices in the home currency."""

    name: str
    kind: str  # Service, NonInventory or Inventory
    sku: str = ''
    description: str = ''
    price: Decimal | None = None
    purchase_description: str = ''
    cost: Decimal | None = None
    income_account: str
    expense_account: str | None = None
    asset_account: str | None = None
    quantity_on_hand: Decimal | None = None
    start_date: Date | None = None


@dataclass(frozen=True, kw_only=True)
class LineDoc:
    """A line of a sales document; without item it is text only (section, note).

    :param unit_price: before discount and without tax, or None where it follows from the amount
    :param discount: percent
    :param amount: net of discount and tax, as Odoo has it
    :param tax_code: remote Id outside the US
    :param taxable: whether any tax is on it (US: TAX or NON)
    """

    description: str = ''
    item: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)
    amount: Decimal | None = None
    tax_code: str | None = None
    taxable: bool = False


@dataclass(frozen=True, kw_only=True)
class SalesDoc:
    """An invoice or credit memo; amounts are positive on the document's own side."""

    kind: str  # Invoice or CreditMemo
    number: str
    date: Date
    due_date: Date | None = None
    term: str | None = None
    customer: str
    currency: str | None = None
    exchange_rate: Decimal | None = None
    digits: int = 2
    lines: tuple = ()
    tax_regime: str = 'none'
    tax_total: Decimal = Decimal(0)
    tax_code: str | None = None
    memo: str = ''
    private_note: str = ''
    billing: Address | None = None
    shipping: Address | None = None
    email: str = ''


@dataclass(frozen=True)
class Allocation:
    """The part of a payment that pays one document."""

    txn_id: str
    txn_type: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class PaymentDoc:
    """Money received from a customer."""

    customer: str
    date: Date
    total: Decimal
    currency: str | None = None
    exchange_rate: Decimal | None = None
    allocations: tuple = ()
    deposit_account: str | None = None
    method: str | None = None
    reference: str = ''
    private_note: str = ''
