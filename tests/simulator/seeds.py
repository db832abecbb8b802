"""What a fresh QuickBooks company holds: chart of accounts, terms, payment methods, taxes, preferences."""

from decimal import Decimal

from . import clock as clocks
from . import operations
from .entities import ENTITIES

_ACCOUNTS = [  # name, type, sub-type
    ("Checking", 'Bank', 'Checking'),
    ("Savings", 'Bank', 'Savings'),
    ("Petty Cash", 'Bank', 'CashOnHand'),
    ("Accounts Receivable (A/R)", 'Accounts Receivable', 'AccountsReceivable'),
    ("Undeposited Funds", 'Other Current Asset', 'UndepositedFunds'),
    ("Inventory Asset", 'Other Current Asset', 'Inventory'),
    ("Prepaid Expenses", 'Other Current Asset', 'PrepaidExpenses'),
    ("Furniture and Fixtures", 'Fixed Asset', 'FurnitureAndFixtures'),
    ("Accounts Payable (A/P)", 'Accounts Payable', 'AccountsPayable'),
    ("Credit Card", 'Credit Card', 'CreditCard'),
    ("Loan Payable", 'Other Current Liability', 'LoanPayable'),
    ("Opening Balance Equity", 'Equity', 'OpeningBalanceEquity'),
    ("Retained Earnings", 'Equity', 'RetainedEarnings'),
    ("Sales of Product Income", 'Income', 'SalesOfProductIncome'),
    ("Services", 'Income', 'ServiceFeeIncome'),
    ("Sales", 'Income', 'SalesOfProductIncome'),
    ("Discounts given", 'Income', 'DiscountsRefundsGiven'),
    ("Shipping and Delivery Income", 'Income', 'OtherPrimaryIncome'),
    ("Unapplied Cash Payment Income", 'Income', 'UnappliedCashPaymentIncome'),
    ("Interest Earned", 'Other Income', 'InterestEarned'),
    ("Cost of Goods Sold", 'Cost of Goods Sold', 'SuppliesMaterialsCogs'),
    ("Advertising", 'Expense', 'AdvertisingPromotional'),
    ("Bank Charges", 'Expense', 'BankCharges'),
    ("Office Expenses", 'Expense', 'OfficeGeneralAdministrativeExpenses'),
    ("Rent or Lease", 'Expense', 'RentOrLeaseOfBuildings'),
    ("Travel", 'Expense', 'Travel'),
    ("Reconciliation Discrepancies", 'Other Expense', 'OtherMiscellaneousExpense'),
]
_TERMS = [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)]
_METHODS = [("Cash", False), ("Check", False), ("Visa", True), ("MasterCard", True), ("Discover", True),
            ("American Express", True), ("Direct Debit", False)]
_UK_TAXES = [  # code, description, rate
    ("20.0% S", "20.0% S (standard rate)", 20), ("5.0% R", "5.0% R (reduced rate)", 5),
    ("0.0% Z", "0.0% Z (zero rate)", 0), ("Exempt", "Exempt from VAT", 0), ("No VAT", "Outside of VAT", 0),
    ("20.0% ECG", "EC goods 20.0%", 0), ("0.0% ECS", "EC services, zero rated", 0),
]
# Several rates make one code: their sum is what a line is charged.
_CA_TAXES = [("GST", "GST", 5), ("HST ON", "HST Ontario", 13), ("PST BC", "PST British Columbia", 7),
             ("GST/PST BC", "GST and PST British Columbia", (5, 7)), ("GST/QST QC", "GST and QST", (5, "9.975")),
             ("Zero-rated", "Zero-rated", 0), ("Exempt", "Exempt", 0), ("Out of Scope", "Out of Scope", 0)]
_EU_TAXES = [("21.0%", "Standard rate", 21), ("9.0%", "Reduced rate", 9), ("0.0%", "Zero rate", 0),
             ("Exempt", "Exempt", 0), ("Reverse Charge", "Reverse charge", 0)]
_AU_TAXES = [("GST", "GST", 10), ("GST free", "GST free", 0), ("Out of Scope", "Out of Scope", 0)]
_IN_TAXES = [("GST 18%", "CGST 9 % and SGST 9 %", (9, 9)), ("IGST 18%", "IGST 18 %", 18), ("Exempt", "Exempt", 0),
             ("Out of Scope", "Out of Scope", 0)]
_TAXES = {'GB': _UK_TAXES, 'CA': _CA_TAXES, 'AU': _AU_TAXES, 'IN': _IN_TAXES}
_AGENCIES = {'GB': "HM Revenue & Customs (VAT)", 'CA': "Canada Revenue Agency"}
#: A US company that keeps several currencies: add it with add_company(**US_MULTICURRENCY), or by /_sim/seed.
US_MULTICURRENCY = {
    'realm_id': '9130000000000004', 'name': "Sandbox Company US, several currencies", 'multicurrency': True}
ALPHA3 = {'US': 'USA', 'GB': 'GBR', 'CA': 'CAN', 'FR': 'FRA', 'DE': 'DEU', 'NL': 'NLD', 'AU': 'AUS', 'IN': 'IND'}


def furnish(company, multicurrency=False, preferences=None):
    """Fill an empty company.

    :param bool multicurrency: whether the company keeps several currencies
    :param dict preferences: groups of Preferences to change, e.g. {'SalesFormsPrefs': {'CustomTxnNumbers': False}}
    """
    company.put('Preferences', _preferences(company, multicurrency))
    company.put('CompanyInfo', _company_info(company))
    for name, kind, subtype in _ACCOUNTS:
        _add(company, 'Account', {'Name': name, 'AccountType': kind, 'AccountSubType': subtype})
    for name, days in _TERMS:
        _add(company, 'Term', {'Name': name, 'DueDays': days})
    for name, card in _METHODS:
        _add(company, 'PaymentMethod', {'Name': name, 'Type': 'CREDIT_CARD' if card else 'NON_CREDIT_CARD'})
    _us_taxes(company) if company.is_us else _other_taxes(company)
    income = company.by_name('Account', "Services")['Id']
    for name in ("Services", "Hours"):
        _add(company, 'Item', {'Name': name, 'Type': 'Service', 'IncomeAccountRef': {'value': income}})
    change_preferences(company, preferences or {})


def change_preferences(company, preferences):
    """Change groups of the preferences, as a user does on QuickBooks' settings pages."""
    new = dict(company.objects['Preferences']['1'])
    for group, values in preferences.items():
        new[group] = dict(new.get(group) or {}, **values)
    company.touch('Preferences', new)


def _add(company, entity, body):
    return operations.create(company, ENTITIES[entity], body, seeding=True)


def _rate(company, name, percent, agency):
    return company.add('TaxRate', {
        'Name': name, 'Description': name, 'Active': True, 'RateValue': Decimal(str(percent)),
        'AgencyRef': {'value': agency}, 'SpecialTaxType': 'NONE', 'DisplayType': 'ReadOnly',
        'EffectiveTaxRate': [{'RateValue': Decimal(str(percent)), 'EffectiveDate': '2020-01-01T00:00:00-08:00'}],
    }, 'TaxRate')


def _code(company, name, description, sales=(), purchases=(), remote_id=None, group=True):
    def rate_list(rates):
        return {'TaxRateDetail': [
            {'TaxRateRef': {'value': rate['Id'], 'name': rate['Name']}, 'TaxTypeApplicable': 'TaxOnAmount',
             'TaxOrder': order} for order, rate in enumerate(rates)]}
    return company.add('TaxCode', {
        **({'Id': remote_id} if remote_id else {}), 'Name': name, 'Description': description, 'Active': True,
        'Hidden': False, 'Taxable': name != 'NON', 'TaxGroup': group, 'SalesTaxRateList': rate_list(sales),
        'PurchaseTaxRateList': rate_list(purchases),
    }, 'TaxCode')


def _us_taxes(company):
    """The pseudo codes TAX and NON, and one agency code with a state and a district rate (automated sales tax)."""
    agency = _add(company, 'TaxAgency', {'DisplayName': "California Department of Tax and Fee Administration"})
    _code(company, 'TAX', 'TAX', remote_id='TAX', group=False)
    _code(company, 'NON', 'NON', remote_id='NON', group=False)
    state = _rate(company, "California State", 6, agency['Id'])
    district = _rate(company, "Santa Clara County District", '3.375', agency['Id'])
    code = _code(company, "California", "Santa Clara County, California", [state, district], remote_id='2')
    change_preferences(company, {'TaxPrefs': {
        'UsingSalesTax': True, 'PartnerTaxEnabled': True, 'TaxGroupCodeRef': {'value': code['Id']}}})


def _other_taxes(company):
    name = _AGENCIES.get(company.country, "Tax Office")
    agency = _add(company, 'TaxAgency', {'DisplayName': name, 'TaxTrackedOnPurchases': True})
    for code, description, percents in _TAXES.get(company.country, _EU_TAXES):
        percents = percents if isinstance(percents, tuple) else (percents,)
        sides = [[_rate(company, f"{code} ({side}{position or ''})", percent, agency['Id'])
                  for position, percent in enumerate(percents)] for side in ("Sales", "Purchases")]
        _code(company, code, description, *sides)
    change_preferences(company, {'TaxPrefs': {'UsingSalesTax': True}})


def _singleton(company, content):
    now = clocks.stamp(company.clock.now())
    return {**content, 'domain': 'QBO', 'sparse': False, 'Id': '1', 'SyncToken': '0',
            'MetaData': {'CreateTime': now, 'LastUpdatedTime': now}}


def _preferences(company, multicurrency):
    return _singleton(company, {
        'AccountingInfoPrefs': {
            'UseAccountNumbers': False, 'TrackDepartments': True, 'ClassTrackingPerTxn': False,
            'ClassTrackingPerTxnLine': True, 'FirstMonthOfFiscalYear': 'January', 'TaxYearMonth': 'January',
            'CustomerTerminology': "Customers", 'DepartmentTerminology': "Location"},
        'ProductAndServicesPrefs': {'ForSales': True, 'ForPurchase': True, 'QuantityWithPriceAndRate': True,
                                    'QuantityOnHand': True},
        'SalesFormsPrefs': {
            'CustomField': [], 'CustomTxnNumbers': True, 'AllowDeposit': True, 'AllowDiscount': True,
            'AllowEstimates': True, 'AllowServiceDate': False, 'AllowShipping': False, 'AutoApplyCredit': False,
            'AutoApplyPayments': False, 'DefaultTerms': {'value': '3'}, 'ETransactionEnabledStatus': 'NotApplicable',
            'ETransactionAttachPDF': False, 'ETransactionPaymentEnabled': False, 'IPNSupportEnabled': False,
            'EmailCopyToCompany': False, 'DefaultCustomerMessage': "Thank you for your business!"},
        'EmailMessagesPrefs': {'InvoiceMessage': {'Subject': f"Invoice from {company.name}", 'Message': ""}},
        'VendorAndPurchasesPrefs': {'TrackingByCustomer': True, 'BillableExpenseTracking': True,
                                    'POCustomField': []},
        'TimeTrackingPrefs': {'UseServices': True, 'BillCustomers': True, 'ShowBillRateToAll': False,
                              'WorkWeekStartDate': 'Monday', 'MarkTimeEntriesBillable': True},
        'TaxPrefs': {'UsingSalesTax': False},
        'CurrencyPrefs': {'MultiCurrencyEnabled': multicurrency,
                          'HomeCurrency': {'value': company.home_currency}},
        'ReportPrefs': {'ReportBasis': 'Accrual'},
        'OtherPrefs': {'NameValue': [{'Name': 'SalesFormsPrefs.DefaultCustomerMessage',
                                      'Value': "Thank you for your business!"}]},
    })


def _company_info(company):
    address = {'Id': '1', 'Line1': "123 Sierra Way", 'City': "San Pablo", 'CountrySubDivisionCode': 'CA',
               'PostalCode': '87999'}
    if not company.is_us:
        address = {'Id': '1', 'Line1': "1 High Street", 'City': "London", 'PostalCode': "EC1A 1AA"}
    address['Country'] = ALPHA3.get(company.country, company.country)
    return _singleton(company, {
        'CompanyName': company.name, 'LegalName': company.name, 'CompanyAddr': address,
        'CustomerCommunicationAddr': dict(address), 'LegalAddr': dict(address),
        'CustomerCommunicationEmailAddr': {'Address': "noreply@quickbooks.example"}, 'PrimaryPhone': {},
        'CompanyStartDate': '2025-01-01', 'FiscalYearStartMonth': 'January', 'Country': company.country,
        'Email': {'Address': "noreply@quickbooks.example"}, 'WebAddr': {}, 'SupportedLanguages': 'en',
        'DefaultTimeZone': 'America/Los_Angeles',
        'NameValue': [
            {'Name': 'NeoEnabled', 'Value': 'true'}, {'Name': 'SubscriptionStatus', 'Value': 'PAID'},
            {'Name': 'OfferingSku', 'Value': "QuickBooks Online Plus"}, {'Name': 'PayrollFeature', 'Value': 'false'},
            {'Name': 'AccountantFeature', 'Value': 'false'}, {'Name': 'IsQbdtMigrated', 'Value': 'false'},
            {'Name': 'ItemCategoriesFeature', 'Value': 'true'}],
    })
