"""What kind of QuickBooks company this is, from its CompanyInfo and Preferences.

Sources: API reference of CompanyInfo and Preferences; Intuit blog "Upcoming changes to the Accounting API" (countries are answered as
ISO 3166 alpha-3 since autumn 2025); blog "Using QuickBooks Online API for automated sales tax" (PartnerTaxEnabled).
"""

#: Countries QuickBooks Online sells in, as alpha-3; others come as alpha-2 or stay as they are.
ALPHA2 = {
    'USA': 'US', 'GBR': 'GB', 'CAN': 'CA', 'AUS': 'AU', 'IND': 'IN', 'FRA': 'FR', 'IRL': 'IE', 'NZL': 'NZ', 'ZAF': 'ZA',
    'DEU': 'DE', 'ESP': 'ES', 'ITA': 'IT', 'NLD': 'NL', 'BEL': 'BE', 'BRA': 'BR', 'MEX': 'MX', 'SGP': 'SG', 'HKG': 'HK',
    'MYS': 'MY', 'PHL': 'PH', 'ARE': 'AE', 'UK': 'GB',
}


def parse_company(company_info, preferences):
    """Return the facts a connection stores, by the names of its fields.

    ``tax_regime`` is ``'us'`` (TAX/NON lines, one tax code a document), ``'global'`` (a tax code on each line) or ``'none'``
    (sales tax is switched off).

    :param dict company_info: the CompanyInfo object
    :param dict preferences: the Preferences object
    """
    tax = preferences.get('TaxPrefs') or {}
    sales = preferences.get('SalesFormsPrefs') or {}
    currency = preferences.get('CurrencyPrefs') or {}
    books = preferences.get('AccountingInfoPrefs') or {}
    products = preferences.get('ProductAndServicesPrefs') or {}
    country = (company_info.get('Country') or '').upper()
    country = ALPHA2.get(country, country)
    using_tax = bool(tax.get('UsingSalesTax'))
    named = {pair.get('Name'): pair.get('Value') for pair in company_info.get('NameValue') or []}
    return {
        'qbo_company_name': company_info.get('CompanyName') or '',
        'country_code': country,
        'home_currency': (currency.get('HomeCurrency') or {}).get('value') or '',
        'multi_currency': bool(currency.get('MultiCurrencyEnabled')),
        'tax_regime': 'none' if not using_tax else 'us' if country == 'US' else 'global',
        'using_sales_tax': using_tax,
        'partner_tax': bool(tax.get('PartnerTaxEnabled')),
        'us_tax_code': (tax.get('TaxGroupCodeRef') or {}).get('value') or False,
        'custom_txn_numbers': bool(sales.get('CustomTxnNumbers')),
        'allow_discount': bool(sales.get('AllowDiscount')),
        'allow_shipping': bool(sales.get('AllowShipping')),
        'track_quantity': bool(products.get('QuantityOnHand')),
        'book_close_date': books.get('BookCloseDate') or False,
        'plan': named.get('OfferingSku') or '',
    }
