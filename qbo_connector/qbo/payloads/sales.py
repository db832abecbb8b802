"""SalesDoc -> Invoice or CreditMemo.

Sources: API reference "Invoice" and "CreditMemo"; for taxes "Using QuickBooks Online API for automated
sales tax" (US: lines say TAX or NON, and an explicit TotalTax is honoured) and "Manage sales tax" of the
other countries (a code on every line, QuickBooks works the tax out itself); docs/taxes.md.
"""

from ..names import clean_text
from . import PayloadError
from .common import address, compact, email, limited, money, number, rate, reference
from .lines import line_payloads, rounding_payload

KINDS = ('Invoice', 'CreditMemo')
DOC_NUMBER_LIMIT = 21
MEMO_LIMIT = 1000
PRIVATE_NOTE_LIMIT = 4000
LINES_LIMIT = 10_000
TAXED_LINES_LIMIT = 750


def sales_payload(doc):
    """Return the JSON object of a :class:`~..documents.SalesDoc`.

    EmailStatus is not set, so QuickBooks never mails anything by itself because of us.

    :raises PayloadError: a number over 21 characters, no line with an amount, too many lines, a line without item or
        tax code, US tax without a tax code, tax in a company that does not use sales tax, amounts beyond 15 digits
    """
    if doc.kind not in KINDS:
        raise PayloadError(f"'{doc.kind}' is not a sales document.", '')
    return compact({
        'DocNumber': limited(doc.number, DOC_NUMBER_LIMIT, 'DocNumber', "Number"),
        'TxnDate': doc.date.isoformat(),
        'DueDate': doc.due_date.isoformat() if doc.due_date else None,
        'SalesTermRef': reference(doc.term),
        'CustomerRef': reference(doc.customer),
        'CurrencyRef': reference(doc.currency),
        'ExchangeRate': rate(doc.exchange_rate),
        'Line': _lines(doc),
        **_tax(doc),
        'CustomerMemo': compact({'value': clean_text(doc.memo, MEMO_LIMIT)}),
        'PrivateNote': clean_text(doc.private_note, PRIVATE_NOTE_LIMIT),
        'BillAddr': address(doc.billing),
        'ShipAddr': address(doc.shipping),
        'BillEmail': email(doc.email),
        'ClassRef': reference(doc.class_id),
        'DepartmentRef': reference(doc.department_id),
    })


def _lines(doc):
    lines = [payload for line in doc.lines for payload in line_payloads(line, doc)]
    if not any(line['DetailType'] == 'SalesItemLineDetail' for line in lines):
        raise PayloadError("The document has no line with an amount; QuickBooks needs at least one.", 'Line')
    if doc.rounding:
        lines.append(rounding_payload(doc))
    _check_count(len(lines), doc)
    return lines


def _check_count(count, doc):
    """Refuse more lines than QuickBooks takes ("API call limits", API reference "Invoice")."""
    # Outside the US every line has a tax code: whether one of 0 % counts as tax is not documented.
    taxed = doc.tax_regime == 'global' or (doc.tax_regime == 'us' and any(line.taxable for line in doc.lines))
    limit = TAXED_LINES_LIMIT if taxed else LINES_LIMIT
    if count > limit:
        raise PayloadError(
            f"The document has {count} lines (a discount is one of its own); QuickBooks takes {limit}"
            f"{' with tax' if taxed else ''}. Reset it to draft and make several documents of it.", 'Line')


def _tax(doc):
    """Return the document's tax fields."""
    if doc.tax_regime == 'us':
        if doc.tax_total and not doc.tax_code:
            # Without a code QuickBooks ignores the total and works out a tax of its own.
            raise PayloadError(
                "QuickBooks has no default sales tax code, so it would compute its own tax. Map the taxes of this "
                "document to a QuickBooks tax code.", 'TxnTaxCodeRef')
        ours = not doc.rounding  # beside a rounding line QuickBooks' own tax is to stand
        return {'TxnTaxDetail': compact({
            'TxnTaxCodeRef': reference(doc.tax_code),
            'TotalTax': money(doc.tax_total, doc.digits, 'TotalTax') if ours else None,
        })}
    if doc.tax_regime == 'global':
        return {'GlobalTaxCalculation': 'TaxInclusive' if doc.tax_included else 'TaxExcluded', **_tax_lines(doc)}
    if doc.tax_total:
        raise PayloadError(
            f"The document has {doc.tax_total} of tax, and the QuickBooks company does not use sales tax.",
            'TxnTaxDetail')
    return {}


def _tax_lines(doc):
    """Return Odoo's own tax by rate, where QuickBooks would come to another one."""
    if not doc.taxes:
        return {}
    return {'TxnTaxDetail': {
        'TotalTax': money(sum(share.amount for share in doc.taxes), doc.digits, 'TotalTax'),
        'TaxLine': [{
            'DetailType': 'TaxLineDetail', 'Amount': money(share.amount, doc.digits, 'Amount'),
            'TaxLineDetail': {
                'TaxRateRef': reference(share.rate), 'PercentBased': True,
                'TaxPercent': number(share.percent, 'TaxPercent'),
                'NetAmountTaxable': money(share.base, doc.digits, 'NetAmountTaxable'),
            },
        } for share in doc.taxes],
    }}
