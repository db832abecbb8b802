"""Entries of QuickBooks' lists that a mapping may make: terms, payment methods, classes, accounts, currencies, taxes.

Required fields and lengths: API references "Term", "PaymentMethod", "Class", "Department", "Account",
"CompanyCurrency", "TaxAgency", "TaxService", and Intuit's published schema.
"""

from ..money import limit_digits
from ..names import clean_name
from . import PayloadError
from .common import compact, number, reference

SHORT_NAME = 31  # of terms and payment methods
LONG_NAME = 100
MOST_DAYS = 999
LAST_DAY = 31  # or the last one of a shorter month
#: What a term can say exactly. Of the 1st it could not, as "issued so many days before" is at least one; after the 29th
#: and 30th of January, such a day of February would be near enough to be skipped.
DAYS_OF_NEXT_MONTH = (*range(2, 29), LAST_DAY)
#: An account number takes 7 characters, in Australia and Canada 20 ("Account": AcctNum).
NUMBER_LIMIT, LONG_NUMBER_LIMIT, LONG_NUMBERS_IN = 7, 20, ('AU', 'CA')


def named(name, limit=LONG_NAME):
    """Return the JSON object of what has a name alone: a class, a location.

    :raises PayloadError: nothing of the name is left that QuickBooks accepts
    """
    return {'Name': _name(name, limit)}


def term_payload(name, due_days, discount_days=None, discount_percent=None):
    """Return a standard term: due so many days after the document, perhaps with a discount for paying early.

    :raises PayloadError: no usable name, or more days than QuickBooks takes
    """
    for days, field in ((due_days, 'DueDays'), (discount_days or 0, 'DiscountDays')):
        if not 0 <= days <= MOST_DAYS:
            raise PayloadError(f"QuickBooks takes terms of 0 to {MOST_DAYS} days, not {days}.", field)
    term = {**named(name, SHORT_NAME), 'DueDays': due_days}
    if discount_percent:
        term.update(DiscountDays=discount_days,
                    DiscountPercent=number(limit_digits(discount_percent), 'DiscountPercent'))
    return term


def next_month_term_payload(name, day):
    """Return a date driven term: due on a day of the month after the document's.

    A document is due on the next such day, and a month later if it is issued no more than DueNextMonthDays before. So
    many days are needed as lie between the first of the month and its day, and no more: a document that is issued after
    that day is due on the next one already. (API reference "Term"; Intuit's help on terms "Due by certain day of the
    month", which takes 31 and 31 for the end of the next month.)

    :param int day: one of :data:`DAYS_OF_NEXT_MONTH`
    :raises PayloadError: no usable name
    """
    return {**named(name, SHORT_NAME), 'DayOfMonthDue': day, 'DueNextMonthDays': day if day == LAST_DAY else day - 1}


def payment_method_payload(name, credit_card=False):
    """Return a payment method.

    :raises PayloadError: no usable name
    """
    return {**named(name, SHORT_NAME), 'Type': 'CREDIT_CARD' if credit_card else 'NON_CREDIT_CARD'}


def account_payload(name, kind, subtype, code='', country='', currency=None):
    """Return an account of the chart; a number that is too long for the country is left out.

    :param str kind: AccountType
    :param str subtype: AccountSubType, which has to go with the type
    :param str currency: ISO code, where the company keeps several
    :raises PayloadError: no usable name
    """
    limit = LONG_NUMBER_LIMIT if country in LONG_NUMBERS_IN else NUMBER_LIMIT
    return compact({
        **named((name or '').replace('"', "'")), 'AccountType': kind, 'AccountSubType': subtype,
        'AcctNum': code if code and len(code) <= limit else None,
        'CurrencyRef': reference(currency) if currency else None,
    })


def currency_payload(code):
    """Return a currency to be used in the company."""
    return {'Code': code}


def agency_payload(name):
    """Return an agency that sales tax is reported to.

    :raises PayloadError: no usable name
    """
    return {'DisplayName': _name(name, LONG_NAME)}


def tax_code_payload(name, rates, agency):
    """Return the body of the tax service, which makes a code together with its rates on sales.

    :param rates: (name, percent) of each; QuickBooks wants the names of rates to be unique, hence the code's before it
    :param str agency: Id of the tax agency they are reported to
    :raises PayloadError: no usable name, or a rate that is not between 0 and 100
    """
    code = _name(name, LONG_NAME)
    if any(not 0 < percent <= 100 for _name_of_rate, percent in rates):
        raise PayloadError("QuickBooks makes tax rates above 0 and up to 100 %.", 'RateValue')
    return {
        'TaxCode': code,
        'TaxRateDetails': [{
            'TaxRateName': code if len(rates) == 1 else _name(f"{code[:60]} - {rate}", LONG_NAME),
            'RateValue': number(limit_digits(percent), 'RateValue'), 'TaxAgencyId': agency,
            'TaxApplicableOn': 'Sales',
        } for rate, percent in rates],
    }


def _name(name, limit):
    try:
        return clean_name(name, limit)
    except ValueError:
        raise PayloadError("It needs a name that QuickBooks can show.", 'Name') from None
