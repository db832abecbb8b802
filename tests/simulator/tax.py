"""Taxes of sales documents: US automated sales tax, US manual rates, and tax codes per line elsewhere.

Facts: "QBO: Using QuickBooks Online API for automated sales tax", "QBO: Manage sales tax for US locales", and the
error codes 6000, 6100, 6170. The simulator works taxes out by itself and never echoes what a caller sends, except
where the API honours an explicit total.
"""

from collections import defaultdict
from decimal import Decimal

from . import amounts, faults

ZERO = Decimal(0)


def apply(company, obj):
    """Set TxnTaxDetail of a document and return (sum of net line amounts, total tax).

    :raises faults.Refusal: 6000, 6100, 6170
    """
    if company.is_us:
        return _us(company, obj)
    return _global(company, obj)


def _taxed_lines(obj):
    for line in obj.get('Line') or []:
        if line.get('DetailType') == 'SalesItemLineDetail':
            yield line, line['SalesItemLineDetail']
        elif line.get('DetailType') == 'GroupLineDetail':
            yield line, line['GroupLineDetail']


def _discount(obj, subtotal, currency):
    """The document's discount: positive amount, taken off the sum of the lines."""
    for line in obj.get('Line') or []:
        if line.get('DetailType') == 'DiscountLineDetail':
            detail = line.setdefault('DiscountLineDetail', {})
            if detail.get('PercentBased') or (line.get('Amount') is None and detail.get('DiscountPercent') is not None):
                if detail.get('DiscountPercent') is None:
                    raise _incomplete_discount()
                line['Amount'] = amounts.cents(subtotal * detail['DiscountPercent'] / 100, currency)
            if line.get('Amount') is None:
                raise _incomplete_discount()
            return line['Amount']
    return ZERO


def _incomplete_discount():
    return faults.Refusal(6090, "Invalid discount", "A discount line needs an amount or a percentage", "")


# --- United States ---

def _us(company, obj):
    currency = obj['CurrencyRef']['value']
    net = taxable = ZERO
    for line, detail in _taxed_lines(obj):
        code = detail.setdefault('TaxCodeRef', {'value': 'NON'})['value']
        if code not in ('TAX', 'NON'):
            raise faults.Refusal(6100, "Invalid Tax Code",
                                 "Business Validation Error: US companies take TAX or NON as the tax code of a line. "
                                 f"Supplied value:{code}", "")
        net += line['Amount']
        if code == 'TAX':
            taxable += line['Amount']
    discount = _discount(obj, net, currency)
    if discount and net and obj.get('ApplyTaxAfterDiscount'):
        taxable -= amounts.cents(discount * taxable / net, currency)
    sent = obj.get('TxnTaxDetail') or {}
    prefs = company.objects['Preferences']['1']['TaxPrefs']
    if not prefs.get('UsingSalesTax'):
        obj['TxnTaxDetail'] = {'TotalTax': ZERO}
        return net - discount, ZERO
    customer = company.get('Customer', (obj.get('CustomerRef') or {}).get('value'))
    if customer is not None and customer.get('Taxable') is False:
        taxable = ZERO
    detail = _us_detail(company, sent, taxable, prefs, currency)
    obj['TxnTaxDetail'] = detail
    return net - discount, detail['TotalTax']


def _us_detail(company, sent, taxable, prefs, currency):
    """TxnTaxDetail of a US document: AST picks the code itself and honours TotalTax only next to a TxnTaxCodeRef."""
    automated = prefs.get('PartnerTaxEnabled')
    given = sent.get('TxnTaxCodeRef')
    code_ref = prefs.get('TaxGroupCodeRef') if automated else given
    total = sent.get('TotalTax') if given and (automated or company.switch('manual_tax_override')) else None
    if not code_ref or not (taxable or (total and automated and company.switch('automated_tax_on_nothing'))):
        return {'TotalTax': ZERO, **({'TxnTaxCodeRef': dict(given)} if given else {})}
    rates = code_rates(company, code_ref['value'])
    computed = [amounts.cents(taxable * rate['RateValue'] / 100, currency) for rate in rates]
    if total is not None:
        weights = [rate['RateValue'] for rate in rates]
        parts = amounts.spread(total, weights, currency) if sum(weights) else computed
    else:
        parts = computed
    return {
        'TxnTaxCodeRef': dict(code_ref), 'TotalTax': sum(parts, ZERO),
        'TaxLine': [_tax_line(rate, part, taxable) for rate, part in zip(rates, parts, strict=True)],
    }


# --- elsewhere ---

_MISSING = {
    'CA': "Make sure all your transactions have a GST/HST rate before you save.",
    'GB': "Make sure all your transactions have a VAT rate before you save.",
}


def _global(company, obj):
    mode = obj.setdefault('GlobalTaxCalculation', 'TaxExcluded')
    currency = obj['CurrencyRef']['value']
    if mode == 'NotApplicable':
        return _without_tax(obj, currency)
    inclusive = mode == 'TaxInclusive' and company.switch('inclusive_amounts') != 'display'
    bases, line_tax, subtotal = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO), ZERO
    for line, detail in _taxed_lines(obj):
        code = (detail.get('TaxCodeRef') or {}).get('value')
        if not code or code in ('TAX', 'NON'):
            raise faults.business(_MISSING.get(company.country, "Make sure all your transactions have a tax rate "
                                                                "before you save."))
        rates = code_rates(company, code)
        base = amount = line['Amount']
        if inclusive:
            amount = _gross(company, detail, line['Amount'], rates, currency)
            base = amount * 100 / (100 + sum((rate['RateValue'] for rate in rates), ZERO))
            detail['TaxInclusiveAmt'], line['Amount'] = amount, amounts.cents(base, currency)
        subtotal += amount
        for rate in rates:
            bases[rate['Id']] += base
            line_tax[rate['Id']] += amounts.cents(base * rate['RateValue'] / 100, currency)
    discount = _discount(obj, subtotal, currency)
    if discount and subtotal:
        for rate_id in bases:
            bases[rate_id] -= amounts.cents(discount * bases[rate_id] / subtotal, currency)
    obj['TxnTaxDetail'] = detail = _global_detail(company, obj.get('TxnTaxDetail') or {}, bases, line_tax, currency)
    if not inclusive:
        return subtotal - discount, detail['TotalTax']
    # The total is the sum of what the lines show with their tax, whatever their net amounts round to.
    net = subtotal - discount - detail['TotalTax']
    _let_lines_sum_up(obj, net + discount)
    return net, detail['TotalTax']


def _gross(company, detail, amount, rates, currency):
    """A line's amount with tax: TaxInclusiveAmt, or what the company makes of Amount."""
    if company.switch('inclusive_amounts') == 'amount':
        return amount
    if detail.get('TaxInclusiveAmt') is not None:
        return detail['TaxInclusiveAmt']
    return amounts.cents(amount * (100 + sum((rate['RateValue'] for rate in rates), ZERO)) / 100, currency)


def _let_lines_sum_up(obj, net):
    """Put what the lines' net amounts are off by on the largest of them."""
    lines = [line for line, _detail in _taxed_lines(obj)]
    rest = net - sum(line['Amount'] for line in lines)
    if rest and lines:
        max(lines, key=lambda line: abs(line['Amount']))['Amount'] += rest


def _without_tax(obj, currency):
    if obj.get('TxnTaxDetail'):
        raise faults.Refusal(6170, "TxnTaxDetail not allowed",
                             "Business Validation Error: TxnTaxDetail is not allowed when GlobalTaxCalculation is "
                             "NotApplicable", "")
    net = ZERO
    for line, detail in _taxed_lines(obj):
        detail.pop('TaxCodeRef', None)
        net += line['Amount']
    return net - _discount(obj, net, currency), ZERO


def _global_detail(company, sent, bases, line_tax, currency):
    by_line = company.switch('tax_rounding') == 'line'
    # Sixths do not quite add up: the last of 28 digits must not decide about half a cent.
    taxes = {
        rate_id: line_tax[rate_id] if by_line else amounts.cents(
            round(base * company.get('TaxRate', rate_id)['RateValue'] / 100, 12), currency)
        for rate_id, base in bases.items()}
    given = _given_taxes(sent, bases)
    if company.switch('line_tax_override'):
        taxes.update(given)
    lines = [_tax_line(company.get('TaxRate', rate_id), tax, amounts.cents(bases[rate_id], currency))
             for rate_id, tax in taxes.items()]
    return {'TotalTax': sum(taxes.values(), ZERO), 'TaxLine': lines}


def _given_taxes(sent, bases):
    """Taxes by rate that the caller sent.

    :raises faults.Refusal: a rate that no line has, a total that is not the sum of its lines
    """
    given = defaultdict(lambda: ZERO)
    for line in sent.get('TaxLine') or []:
        rate_id = ((line.get('TaxLineDetail') or {}).get('TaxRateRef') or {}).get('value')
        if rate_id not in bases:
            raise faults.business(f"The tax rate {rate_id} does not belong to the tax codes of the lines.")
        given[rate_id] += line.get('Amount', ZERO)
    total = sent.get('TotalTax')
    if given and total is not None and total != sum(given.values(), ZERO):
        raise faults.business("The total tax is not the sum of the tax lines.")
    return given


def _tax_line(rate, amount, base):
    return {
        'Amount': amount, 'DetailType': 'TaxLineDetail',
        'TaxLineDetail': {
            'TaxRateRef': {'value': rate['Id']}, 'PercentBased': True, 'TaxPercent': rate['RateValue'],
            'NetAmountTaxable': base,
        },
    }


def code_rates(company, code_id):
    """The sales TaxRate objects of a tax code."""
    code = company.get('TaxCode', code_id)
    if code is None:
        raise faults.reference('TaxCodes', code_id)
    details = (code.get('SalesTaxRateList') or {}).get('TaxRateDetail') or []
    return [company.get('TaxRate', detail['TaxRateRef']['value']) for detail in details]
