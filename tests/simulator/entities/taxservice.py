"""TaxService: the way to make tax codes and rates ("QBO: TaxService")."""

from .. import faults, schema
from ..schema import FIELDS


def create(company, body):
    """Make a tax code with its rates; the answer carries the ids.

    :raises faults.Refusal: 2010, 2020, 2500, 6240
    """
    sent = schema.clean('TaxService', body)
    for key in ('TaxCode', 'TaxRateDetails'):
        if not sent.get(key):
            raise faults.required(key)
    if company.find(('name', 'TaxCode', sent['TaxCode'].casefold())):
        raise faults.duplicate_name()
    with company.atomic():
        rates = [_rate(company, detail) for detail in sent['TaxRateDetails']]
        code = company.add('TaxCode', _code(sent, rates), 'TaxCode')
    shown = [{**{key: value for key, value in detail.items() if key in FIELDS['TaxRateDetails']},
              'TaxRateId': rate['Id']} for detail, rate in rates]
    return {'TaxCode': code['Name'], 'TaxCodeId': code['Id'], 'TaxRateDetails': shown}


def _rate(company, detail):
    if detail.get('TaxRateId'):
        rate = company.get('TaxRate', detail['TaxRateId'])
        if rate is None:
            raise faults.reference('TaxRates', detail['TaxRateId'])
        return detail, rate
    for key in ('TaxRateName', 'RateValue', 'TaxAgencyId'):
        if detail.get(key) is None:
            raise faults.required(f"TaxRateDetails.{key}")
    if company.get('TaxAgency', detail['TaxAgencyId']) is None:
        raise faults.reference('TaxAgencies', detail['TaxAgencyId'])
    if company.find(('name', 'TaxRate', detail['TaxRateName'].casefold())):
        raise faults.duplicate_name()
    return detail, company.add('TaxRate', {
        'Name': detail['TaxRateName'], 'Description': detail['TaxRateName'], 'Active': True,
        'RateValue': detail['RateValue'], 'AgencyRef': {'value': detail['TaxAgencyId']},
        'SpecialTaxType': 'NONE', 'DisplayType': 'ReadOnly',
    }, 'TaxRate')


def _code(sent, rates):
    lists = {'Sales': [], 'Purchase': []}
    for detail, rate in rates:
        side = lists[detail.get('TaxApplicableOn') or 'Sales']
        side.append({'TaxRateRef': {'value': rate['Id'], 'name': rate['Name']}, 'TaxTypeApplicable': 'TaxOnAmount',
                     'TaxOrder': len(side)})
    return {
        'Name': sent['TaxCode'], 'Description': sent['TaxCode'], 'Active': True, 'Taxable': True, 'TaxGroup': True,
        'Hidden': False, 'SalesTaxRateList': {'TaxRateDetail': lists['Sales']},
        'PurchaseTaxRateList': {'TaxRateDetail': lists['Purchase']},
    }
