"""Which account each line of a sales document posts to: the side of the books that no answer of the API shows."""

SIGNS = {'Invoice': 1, 'SalesReceipt': 1, 'CreditMemo': -1, 'RefundReceipt': -1}


def postings(company):
    """What sales documents post, line by line, without tax.

    :return: dicts of entity, Id, DocNumber, Account (its name), Amount (what the account gains), Class, Department
    """
    return [
        {'entity': entity, 'Id': obj['Id'], 'DocNumber': obj.get('DocNumber'),
         'Account': _name(company, 'Account', account), 'Amount': SIGNS[entity] * amount, **dimensions}
        for entity in SIGNS for obj in company.all(entity) for account, amount, dimensions in _lines(company, obj)]


def _lines(company, obj):
    department = _name(company, 'Department', (obj.get('DepartmentRef') or {}).get('value'))
    for line in obj['Line']:
        detail = line.get(line['DetailType']) or {}
        if line.get('_account'):
            ref = detail.get('ClassRef') or obj.get('ClassRef') or {}
            yield line['_account'], line['Amount'], {
                'Class': _name(company, 'Class', ref.get('value')), 'Department': department}


def _name(company, entity, remote_id):
    found = company.get(entity, remote_id) if remote_id else None
    return found['FullyQualifiedName'] if found else None


