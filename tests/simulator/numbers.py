"""Document numbers: given by the caller, or counted by QuickBooks, by the preference CustomTxnNumbers."""

import re

from . import faults

# Sales forms that draw on one sequence; the others count by themselves.
_SHARED = ('Invoice', 'CreditMemo', 'SalesReceipt', 'RefundReceipt')
_AUTOMATIC = ('Invoice', 'Estimate', 'SalesReceipt')


def space(entity):
    """The number space of an entity."""
    return 'sales' if entity in _SHARED else entity


def assign(company, entity, obj, old, allow_duplicate):
    """Give `obj` its DocNumber.

    :raises faults.Refusal: 6140 when the number is taken
    """
    custom = company.objects['Preferences']['1']['SalesFormsPrefs']['CustomTxnNumbers']
    number = obj.get('DocNumber')
    if number == 'AUTO_GENERATE' and entity in _AUTOMATIC:
        obj['DocNumber'] = _next_number(company, entity)
    elif number is None:
        # A full update that leaves the number out keeps it (recorded for SalesReceipt).
        kept = old.get('DocNumber') if old else None
        obj['DocNumber'] = kept if kept or custom else _next_number(company, entity)
    elif not custom and company.switch('automatic_numbers') == 'replace':
        obj['DocNumber'] = (old or {}).get('DocNumber') or _next_number(company, entity)
    elif custom and not allow_duplicate and company.switch('duplicate_number_warning'):
        _check_free(company, entity, obj, number)


def _check_free(company, entity, obj, number):
    for holder in sorted(company.find(('number', space(entity), number.casefold()))):
        if holder != (entity, obj.get('Id')):
            raise faults.duplicate_number(number, *holder)


def _next_number(company, entity):
    highest = 1000
    for other in _SHARED if entity in _SHARED else (entity,):
        for obj in company.objects[other].values():
            if re.fullmatch(r"\d{1,15}", obj.get('DocNumber') or ''):
                highest = max(highest, int(obj['DocNumber']))
    return str(highest + 1)
