"""Currencies as QuickBooks keeps them, and the exchange rate of a document in its direction.

QuickBooks states rates in home units for one unit of the document's currency, and works the home total out as total
times rate ("Manage multiple currencies": ExchangeRate, HomeTotalAmt). Odoo states them the other way round, and its
company total is a sum of rounded lines, so the same rate may come to a cent more or less.
"""

from decimal import Decimal

from .money import limit_digits, round_half_up

#: QuickBooks keeps every amount of money with two decimals, whatever the currency.
DECIMALS = 2
#: How many decimals of a rate we rely on; what Intuit keeps is not documented.
RATE_DECIMALS = 9

#: ISO 4217, with those that have lately gone out of use: old documents are in them. Intuit publishes no list of its
#: own ("the ISO 4217 code", API reference "CompanyCurrency").
CODES = frozenset("""
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS
    VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
""".split())


def exchange_rate(per_home, total=Decimal(0), home_total=Decimal(0), home_digits=DECIMALS):
    """Return home units for one unit of a document's currency, or None when that is too little to be written.

    The document's own rate, where it makes QuickBooks come to the home total that stands in Odoo; else the nearest
    one that does, total against total; else its own all the same (the home totals then differ, and that is told).

    :param Decimal per_home: units of the document's currency for one home unit, as Odoo states it
    :param Decimal total: total of the document in its currency
    :param Decimal home_total: the same in home currency, as it is booked
    """
    plain = limit_digits(1 / per_home, RATE_DECIMALS)
    candidates = [plain]
    if total and home_total:
        candidates.append(limit_digits(home_total / total, RATE_DECIMALS))
    fitting = (rate for rate in candidates if round_half_up(total * rate, home_digits) == home_total)
    return next(fitting, plain) or None


def fits(amount):
    """Tell whether an amount has no more decimals than QuickBooks keeps."""
    return round_half_up(amount, DECIMALS) == amount
