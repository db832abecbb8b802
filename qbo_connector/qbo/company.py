"""What a QuickBooks company is and prefers, as far as it changes how we write to it.

Fields are those of the API reference pages "CompanyInfo" and "Preferences"; absent ones are normal,
since plans and countries differ.
"""

from datetime import date

from .countries import alpha2


def parse_company(company_info, preferences):
    """Return the facts of a company as a dict.

    ``qbo_company_name``, ``country_code`` (ISO alpha-2, ``''`` if unknown), ``home_currency`` (ISO code),
    ``multi_currency``, ``tax_regime`` (see :func:`regime`), ``using_sales_tax``, ``partner_tax`` (US
    automated sales tax), ``us_tax_code`` (id of the default tax code, or None), ``custom_txn_numbers``
    (QuickBooks keeps our numbers), ``allow_discount``, ``allow_shipping``, ``auto_apply_credit``,
    ``track_departments``, ``class_tracking`` (none, txn or line), ``track_quantity``, ``book_close_date`` (a date
    or None: the API cannot write before it), ``plan`` (the edition's name).

    :param dict company_info: the CompanyInfo object
    :param dict preferences: the Preferences object
    """
    sales = _part(preferences, 'SalesFormsPrefs')
    accounting = _part(preferences, 'AccountingInfoPrefs')
    currency = _part(preferences, 'CurrencyPrefs')
    tax = _part(preferences, 'TaxPrefs')
    country = alpha2(company_info.get('Country'))
    return {
        'qbo_company_name': company_info.get('CompanyName') or company_info.get('LegalName') or '',
        'country_code': country,
        'home_currency': _reference(currency, 'HomeCurrency') or '',
        'multi_currency': _flag(currency, 'MultiCurrencyEnabled'),
        'tax_regime': regime(country, preferences),
        'using_sales_tax': _flag(tax, 'UsingSalesTax'),
        'partner_tax': _flag(tax, 'PartnerTaxEnabled'),
        'us_tax_code': _reference(tax, 'TaxGroupCodeRef') if country == 'US' else None,
        'custom_txn_numbers': _flag(sales, 'CustomTxnNumbers'),
        'allow_discount': _flag(sales, 'AllowDiscount'),
        'allow_shipping': _flag(sales, 'AllowShipping'),
        'auto_apply_credit': _flag(sales, 'AutoApplyCredit'),
        'track_departments': _flag(accounting, 'TrackDepartments'),
        'class_tracking': _class_tracking(accounting),
        'track_quantity': _flag(_part(preferences, 'ProductAndServicesPrefs'), 'QuantityOnHand'),
        'book_close_date': _date(accounting.get('BookCloseDate')),
        'plan': _named_value(company_info, 'OfferingSku'),
    }


def regime(country, preferences):
    """Return how a company taxes its sales.

    ``'us'``: one tax amount for the document, lines only say taxable or not ("Manage sales tax for US
    locales"); ``'global'``: a tax code on every line; ``'none'``: sales tax is switched off.

    :param str country: ISO alpha-2; an unknown country is not the US
    :param dict preferences: the Preferences object
    """
    tax = _part(preferences, 'TaxPrefs')
    if country == 'US':
        return 'us' if _flag(tax, 'UsingSalesTax') or _flag(tax, 'PartnerTaxEnabled') else 'none'
    # Outside the US silence is read as "uses tax": then a missing code is refused instead of booked without.
    return 'none' if 'UsingSalesTax' in tax and not _flag(tax, 'UsingSalesTax') else 'global'


def _class_tracking(accounting):
    """Return where a company keeps classes: on each ``'line'``, once per transaction (``'txn'``), or ``'none'``."""
    if _flag(accounting, 'ClassTrackingPerTxnLine'):
        return 'line'
    return 'txn' if _flag(accounting, 'ClassTrackingPerTxn') else 'none'


def _part(data, key):
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _flag(data, key):
    # Extension values arrive as text.
    return data.get(key) in (True, 'true', 'True')


def _reference(data, key):
    value = data.get(key)
    return (value.get('value') if isinstance(value, dict) else value) or None


def _date(text):
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _named_value(company_info, name):
    for pair in company_info.get('NameValue') or []:
        if pair.get('Name') == name:
            return pair.get('Value') or ''
    return ''
