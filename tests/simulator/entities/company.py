"""CompanyInfo, Preferences and ExchangeRate: one record a company, or none at all."""

from decimal import Decimal

from .. import clock as clocks
from .. import faults, rules, schema
from .base import Entity


class Singleton(Entity):
    """A record that is only read; its Id is 1."""

    writable = False


def exchange_rate(company, currency, day):
    """The ExchangeRate object of a currency on a day.

    :raises faults.Refusal: 2020, 2500
    """
    if not currency:
        raise faults.required('sourcecurrencycode')
    if currency not in rules.CURRENCIES:
        raise faults.reference('Currencies', currency)
    return {
        'SourceCurrencyCode': currency, 'TargetCurrencyCode': company.home_currency,
        'Rate': company.exchange_rate(currency), 'AsOfDate': day or company.clock.today(),
        'domain': 'QBO', 'sparse': False,
        'MetaData': {'LastUpdatedTime': clocks.stamp(company.clock.now())},
    }


def set_exchange_rate(company, body):
    """Store a rate (home units for one foreign unit) and return the object.

    :raises faults.Refusal: 2010, 2020, 2080, 2500
    """
    sent = schema.clean('ExchangeRate', body)
    for key in ('SourceCurrencyCode', 'Rate'):
        if not sent.get(key):
            raise faults.required(key)
    if sent['SourceCurrencyCode'] not in rules.CURRENCIES:
        raise faults.reference('Currencies', sent['SourceCurrencyCode'])
    if sent['Rate'] < 0:
        raise faults.malformed(2080, 'Rate', sent['Rate'])
    company.exchange_rates[sent['SourceCurrencyCode']] = Decimal(sent['Rate'])
    return exchange_rate(company, sent['SourceCurrencyCode'], sent.get('AsOfDate'))
