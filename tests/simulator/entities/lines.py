"""Lines of sales documents."""

from .. import amounts, faults

_TYPES = ('SalesItemLineDetail', 'GroupLineDetail', 'DescriptionOnly', 'DiscountLineDetail', 'SubTotalLineDetail')


def check_line(company, line, currency, txn_date):
    """One line as it will be stored: its kind, its detail, and Amount = Qty x UnitPrice.

    :raises faults.Refusal: 2020, 2170, 6070, 6270
    """
    kind = line.get('DetailType')
    if kind not in _TYPES:
        raise faults.enumeration('DetailType', kind) if kind else faults.required('Line.DetailType')
    if kind == 'DescriptionOnly':
        line.setdefault('DescriptionLineDetail', {})
        line.pop('Amount', None)
        return line
    if kind == 'DiscountLineDetail':
        return line
    if line.get('Amount') is None:
        raise faults.required('Line.Amount')
    if line.get(kind) is None:
        raise faults.required(f"Line.{kind}")
    detail = line[kind] = dict(line[kind])
    if kind == 'SalesItemLineDetail':
        if not detail.get('ItemRef'):
            # A line without an item is documentation; its amount is ignored ("QBO: CreditMemo").
            return {'Description': line.get('Description', ''), 'DetailType': 'DescriptionOnly',
                    'DescriptionLineDetail': {}, **({'Id': line['Id']} if line.get('Id') else {})}
        _check_product(line, detail, currency)
        _check_stock(company, detail, txn_date)
        _post(company, line, detail)
    line['Amount'] = amounts.cents(line['Amount'], currency)
    return line


def _check_product(line, detail, currency):
    quantity, price = detail.get('Qty'), detail.get('UnitPrice')
    if quantity is None or price is None:
        return
    expected = amounts.cents(quantity * price, currency)
    if expected != line['Amount']:
        raise faults.Refusal(6070, "Amount calculation incorrect in the request",
                             "Amount is not equal to UnitPrice * Qty. Supplied value:" + f"{line['Amount']:,}", "")


def _check_stock(company, detail, txn_date):
    item = company.get('Item', detail['ItemRef']['value'])
    if item and item.get('Type') == 'Inventory' and txn_date < item['InvStartDate']:
        raise faults.Refusal(6270, "Transaction date is prior to start date for inventory item",
                             "Business Validation Error: The transaction date is earlier than the inventory start "
                             f"date of {item['Name']}", "")


def _post(company, line, detail):
    """The line posts to the account of its item as that is now; ItemAccountRef is for billable expenses only.

    ("QBO: Invoice": ItemAccountRef counts with a LinkedTxn of type ReimburseCharge.) A line that is not sent again
    keeps its account.
    """
    detail.pop('ItemAccountRef', None)
    item = company.get('Item', detail['ItemRef']['value']) or {}
    line.setdefault('_account', (item.get('IncomeAccountRef') or {}).get('value'))


def check_count(company, obj):
    """A document has so many lines at most, fewer with tax.

    With tax is every line that has a tax rate, be it of 0 %.

    :raises faults.Refusal: 6000
    """
    count = sum(line['DetailType'] != 'SubTotalLineDetail' for line in obj['Line'])
    if count > company.switch('lines'):
        raise faults.business(f"A transaction can have {company.switch('lines')} lines at most")
    details = [line['SalesItemLineDetail'] for line in obj['Line'] if line['DetailType'] == 'SalesItemLineDetail']
    codes = {(detail.get('TaxCodeRef') or {}).get('value') for detail in details} - {None, 'NON'}
    if codes and company.switch('taxed_lines') and count > company.switch('taxed_lines'):
        raise faults.business(f"A transaction with sales tax can have {company.switch('taxed_lines')} lines at most")


def check_tracking(company, obj, old):
    """Classes and locations stand where the company's preferences have them; those of old stay.

    :raises faults.Refusal: 6000, or they are dropped, as switch `untracked` says
    """
    preferences = company.objects['Preferences']['1']['AccountingInfoPrefs']
    known = [(key, holder.get(key)) for holder, key, _preference in _tracked(old)] if old else []
    for holder, key, preference in _tracked(obj):
        if holder.get(key) and not preferences.get(preference) and (key, holder[key]) not in known:
            if company.switch('untracked') == 'refuse':
                raise faults.business(f"{key} cannot be used: {preference} is turned off for this company")
            del holder[key]


def _tracked(obj):
    """(object, property, preference that allows it) of a document and its lines."""
    yield obj, 'ClassRef', 'ClassTrackingPerTxn'
    yield obj, 'DepartmentRef', 'TrackDepartments'
    for line in obj['Line']:
        yield line.get(line['DetailType']) or {}, 'ClassRef', 'ClassTrackingPerTxnLine'


def check_discount(company, lines):
    """Whether a discount line may join `lines`.

    :raises faults.Refusal: 6000
    """
    if not company.objects['Preferences']['1']['SalesFormsPrefs'].get('AllowDiscount'):
        raise faults.business("Discounts are turned off for this company")
    if any(line['DetailType'] == 'DiscountLineDetail' for line in lines):
        raise faults.business("A transaction can have only one discount line")
