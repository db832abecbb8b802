"""Load invoices in the format of UCI's Online Retail data into Odoo, through Odoo's own API.

Columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country. What a
bookkeeper makes of it:

* a number that starts with C is a credit note; its quantities are negative in the file, positive on the note;
* lines without customer belong to one customer per country, "Cash sales France";
* codes that are no article numbers (POST, DOT, M, D, C2, BANK CHARGES, ...) are services: postage, fees,
  discounts;
* goods given away (price 0) and goods written off (price 0, negative quantity) stay on their document, at 0;
* the data carries no VAT, so no line carries a tax unless one is asked for: then every line does, on top of its price
  or inside it, and the tax of a document is rounded once;
* a line that cannot be read, or that contradicts its document, is refused and reported, the rest is booked.
"""
import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from .client import OdooClient
from .paths import LabError

COLUMNS = {'InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID', 'Country'}
ARTICLE = re.compile(r'\d{5}')
COUNTRY_CODES = {'EIRE': 'IE', 'USA': 'US', 'RSA': 'ZA', 'Channel Islands': 'JE', 'Korea': 'KR'}
DOCUMENTS_PER_CALL = 25
LINES_PER_CALL = 600
RECORDS_PER_CALL = 500
CENT = Decimal('0.01')
VAT = Decimal(20)  # percent
EXCLUDED, INCLUDED = 'excluded', 'included'


@dataclass(frozen=True)
class Line:
    """One line as it will stand on its document."""

    code: str
    description: str
    quantity: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """The line's amount as Odoo rounds it."""
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Document:
    """An invoice or a credit note of the file."""

    number: str
    date: str
    customer: str
    country: str
    lines: list[Line] = field(default_factory=list)

    @property
    def is_credit_note(self) -> bool:
        """Whether the file takes money back with it."""
        return self.number.startswith('C')

    @property
    def total(self) -> Decimal:
        """What its prices add up to, positive on both kinds."""
        return sum((line.amount for line in self.lines), Decimal(0))

    def tax(self, vat: str | None) -> Decimal:
        """The VAT on top of its prices (`EXCLUDED`) or inside them (`INCLUDED`)."""
        return self._exact_tax(vat).quantize(CENT, ROUND_HALF_UP) if vat else Decimal(0)

    def is_tie(self, vat: str | None) -> bool:
        """Whether the VAT lies exactly between two cents, so that either is right."""
        return bool(vat) and self._exact_tax(vat) % CENT * 2 == CENT

    def _exact_tax(self, vat: str) -> Decimal:
        return self.total * VAT / (100 + (VAT if vat == INCLUDED else 0))


@dataclass
class Retail:
    """What a file holds: documents to book, and the lines that were refused with the reason."""

    documents: list[Document]
    refused: list[str]

    def expected(self, vat: str | None = None) -> dict[str, dict]:
        """Return count, total and tax per QuickBooks document type, computed from the file alone."""
        result = {}
        for kind, wanted in (('Invoice', False), ('CreditMemo', True)):
            chosen = [document for document in self.documents if document.is_credit_note == wanted]
            tax = sum((document.tax(vat) for document in chosen), Decimal(0))
            total = sum((document.total for document in chosen), tax if vat == EXCLUDED else Decimal(0))
            result[kind] = {'count': len(chosen), 'total': total.quantize(CENT), 'tax': tax.quantize(CENT)}
        return result

    def ties(self, vat: str | None = None) -> set[str]:
        """Return the numbers of the documents whose VAT lies exactly between two cents."""
        return {document.number for document in self.documents if document.is_tie(vat)}


def read(path: Path) -> Retail:
    """Read the CSV file (plain or .gz) at `path`; raise LabError when it is not of this format."""
    opener = gzip.open if path.suffix == '.gz' else open
    documents: dict[str, Document] = {}
    refused = []
    try:
        with opener(path, 'rt', encoding='utf-8-sig', newline='') as stream:
            rows = csv.DictReader(stream)
            if not COLUMNS <= set(rows.fieldnames or ()):
                raise LabError(f"{path} lacks the columns {', '.join(sorted(COLUMNS - set(rows.fieldnames or ())))}.")
            for row in rows:
                try:
                    _book(row, documents)
                except ValueError as reason:
                    refused.append(f"line {rows.line_num}, document {row['InvoiceNo'] or '-'}: {reason}")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read: {error}") from None
    kept = [document for document in documents.values() if document.total >= 0]
    refused += [f"document {document.number}: its total {document.total} is negative, which only a credit note may be"
                for document in documents.values() if document.total < 0]
    return Retail([document for document in kept if document.lines], refused)


def _book(row: dict, documents: dict[str, Document]) -> None:
    """Add the line `row` to its document; raise ValueError with the reason why it is refused."""
    number, code = (row['InvoiceNo'] or '').strip().upper(), (row['StockCode'] or '').strip().upper()
    if not number or not code:
        raise ValueError("it has no document number or no stock code")
    try:
        quantity, price = Decimal(row['Quantity']), Decimal(row['UnitPrice'])
    except (InvalidOperation, TypeError):
        raise ValueError(f"{row['Quantity']!r} times {row['UnitPrice']!r} is no amount") from None
    if not quantity.is_finite() or not price.is_finite() or not quantity:
        raise ValueError(f"{row['Quantity']!r} times {row['UnitPrice']!r} is no amount")
    if not re.match(r'\d{4}-\d\d-\d\d', row['InvoiceDate'] or ''):
        raise ValueError(f"{row['InvoiceDate']!r} is no date")
    customer, country = (row['CustomerID'] or '').strip(), (row['Country'] or '').strip()
    document = documents.setdefault(number, Document(number, row['InvoiceDate'][:10], customer, country))
    if document.customer != customer:
        raise ValueError(f"its customer is {customer or 'missing'}, the document's is {document.customer or 'missing'}")
    sign = -1 if document.is_credit_note else 1
    document.lines.append(Line(code, (row['Description'] or '').strip(), sign * quantity, price))


class Loader:
    """Books a Retail file in one company through `client`, telling `progress` how far it is.

    `taxes` are the ids of the taxes on every line.
    """

    def __init__(self, client: OdooClient, progress: Callable[[str], None], taxes: Iterable[int] = ()):
        self.client = client
        self.progress = progress
        self.taxes = list(taxes)

    def load(self, retail: Retail) -> list[str]:
        """Create customers, products and documents and post them; return what Odoo refused, with its reason."""
        customers = self._customers(retail.documents)
        products = self._products(retail.documents)
        refused, booked = [], 0
        for batch in _batches(retail.documents):
            values = [self._document(document, customers, products) for document in batch]
            refused += self._post(batch, values)
            booked += len(batch)
            self.progress(f"  posted {booked} of {len(retail.documents)} documents")
        return refused

    def _post(self, batch: list[Document], values: list[dict]) -> list[str]:
        try:
            self._create_posted(values)
        except LabError as error:
            if len(batch) == 1:
                return [f"document {batch[0].number}: {error}"]
            # One bad document must not keep its neighbours out: the call was rolled back as a whole, go one by one.
            return [reason for document, value in zip(batch, values, strict=True)
                    for reason in self._post([document], [value])]
        return []

    def _create_posted(self, values: list[dict]) -> None:
        moves = self.client.call('account.move', 'create', values)
        try:
            self.client.call('account.move', 'action_post', moves)
        except LabError:
            self.client.call('account.move', 'unlink', moves)
            raise

    def _document(self, document: Document, customers: dict[str, int], products: dict[str, int]) -> dict:
        lines = [
            {'product_id': products[line.code], 'name': line.description or line.code, 'quantity': float(line.quantity),
             'price_unit': float(line.price), 'tax_ids': [(6, 0, self.taxes)]}
            for line in document.lines
        ]
        return {
            'move_type': 'out_refund' if document.is_credit_note else 'out_invoice',
            'name': document.number,
            'partner_id': customers[customer_name(document)],
            'invoice_date': document.date,
            'date': document.date,
            'invoice_line_ids': [(0, 0, line) for line in lines],
        }

    def _customers(self, documents: list[Document]) -> dict[str, int]:
        wanted = {customer_name(document): document for document in documents}
        countries = self._countries({document.country for document in documents})
        return self._create('customers', 'res.partner', {
            name: {'name': name, 'ref': document.customer or False, 'is_company': True, 'customer_rank': 1,
                   'country_id': countries.get(document.country, False),
                   'company_id': self.client.context['allowed_company_ids'][0]}
            for name, document in wanted.items()
        })

    def _products(self, documents: list[Document]) -> dict[str, int]:
        names: dict[str, Counter] = {}
        prices: dict[str, Decimal] = {}
        for line in (line for document in documents for line in document.lines):
            names.setdefault(line.code, Counter()).update([line.description] if line.description else [])
            prices.setdefault(line.code, line.price)
        return self._create('products', 'product.product', {
            code: {'name': (known.most_common(1) or [(code, 0)])[0][0], 'default_code': code,
                   'type': 'consu' if ARTICLE.match(code) else 'service', 'list_price': float(prices[code]),
                   'taxes_id': [(6, 0, [])], 'supplier_taxes_id': [(6, 0, [])],
                   'company_id': self.client.context['allowed_company_ids'][0]}
            for code, known in names.items()
        })

    def _create(self, what: str, model: str, values: dict[str, dict]) -> dict[str, int]:
        ids: dict[str, int] = {}
        names = list(values)
        for start in range(0, len(names), RECORDS_PER_CALL):
            chunk = names[start:start + RECORDS_PER_CALL]
            ids.update(zip(chunk, self.client.call(model, 'create', [values[name] for name in chunk]), strict=True))
            self.progress(f"  created {len(ids)} of {len(names)} {what}")
        return ids

    def _countries(self, names: Iterable[str]) -> dict[str, int]:
        known = self.client.search_read('res.country', [], ['name', 'code'])
        by_name = {country['name']: country['id'] for country in known}
        by_code = {country['code']: country['id'] for country in known}
        found = {name: by_name.get(name) or by_code.get(COUNTRY_CODES.get(name, '')) for name in names}
        return {name: country for name, country in found.items() if country}


def customer_name(document: Document) -> str:
    """Return the name under which the document's customer is kept."""
    return f"Customer {document.customer}" if document.customer else f"Cash sales {document.country}"


def _batches(documents: list[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    lines = 0
    for document in documents:
        if batch and (len(batch) >= DOCUMENTS_PER_CALL or lines + len(document.lines) > LINES_PER_CALL):
            yield batch
            batch, lines = [], 0
        batch.append(document)
        lines += len(document.lines)
    if batch:
        yield batch
