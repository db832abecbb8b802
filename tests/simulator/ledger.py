"""Open amounts: what payments have applied to a document, what a name owes, which currencies are in use."""

from decimal import Decimal

from . import faults, rules

# The documents that show an open balance of their own.
BALANCED = ('Invoice', 'CreditMemo')
# What the links of a Payment call a Purchase ("QBO: Payment", Line.LinkedTxn.TxnType).
_PURCHASES = ('Check', 'Expense', 'CreditCardCredit')
ZERO = Decimal(0)


def entity_of(txn_type):
    """The entity behind the TxnType of a link."""
    return 'Purchase' if txn_type in _PURCHASES else txn_type


def receivable(company, entity, obj):
    """What a transaction adds to the account of a customer, or takes off it.

    :return: (sign, amount, customer's id); None when it does not touch accounts receivable
    """
    if entity == 'Invoice':
        return 1, obj['TotalAmt'] - (obj.get('Deposit') or ZERO), obj['CustomerRef']['value']
    if entity == 'CreditMemo':
        return -1, obj['TotalAmt'], obj['CustomerRef']['value']
    if entity == 'Purchase':
        amount = sum((line['Amount'] for line in obj['Line'] if is_receivable(company, line)), ZERO)
        sign = -1 if obj.get('Credit') else 1
        return (sign, amount, obj['EntityRef']['value']) if amount else None
    if entity == 'JournalEntry':
        for line in obj['Line']:
            if is_receivable(company, line):
                detail = line['JournalEntryLineDetail']
                sign = 1 if detail['PostingType'] == 'Debit' else -1
                return sign, line['Amount'], detail['Entity']['EntityRef']['value']
    return None


def is_receivable(company, line, kind='Accounts Receivable'):
    """Whether a line posts to accounts receivable (or to accounts of another kind)."""
    ref = (line.get(line.get('DetailType') or '') or {}).get('AccountRef') or {}
    return (company.get('Account', ref.get('value')) or {}).get('AccountType') == kind


def net(company, payment):
    """What the links of a payment take from its money: charges less credits."""
    return sum((receivable(company, entity, company.get(entity, txn))[0] * amount
                for entity, txn, amount in links(payment)), ZERO)


def applied(company, entity, remote_id, without=None):
    """Sum that payments have applied to a document.

    :param str without: id of a payment that does not count (the one being changed)
    """
    total = ZERO
    for payment in company.find_objects(('applies', entity, remote_id)):
        if payment['Id'] != without:
            total += sum((amount for kind, txn, amount in links(payment) if (kind, txn) == (entity, remote_id)), ZERO)
    return total


def links(payment):
    """(entity, Id, amount) of every line of a payment."""
    for line in payment.get('Line') or []:
        for link in line.get('LinkedTxn') or []:
            yield entity_of(link['TxnType']), link['TxnId'], line['Amount']


def settle(company, entity, remote_id):
    """Work out the balance of a document anew after its payments changed; counts as a change of the document."""
    old = company.get(entity, remote_id)
    if old is None:
        return
    payments = company.find_objects(('applies', entity, remote_id))
    others = [link for link in old.get('LinkedTxn') or [] if link['TxnType'] != 'Payment']
    linked = others + [{'TxnId': payment['Id'], 'TxnType': 'Payment'} for payment in payments]
    new = dict(old, LinkedTxn=linked)
    set_balance(company, entity, new)
    if new != old:
        company.touch(entity, new)


def set_balance(company, entity, obj):
    """Balance (RemainingCredit, HomeBalance) of a document from its total and what is applied."""
    if entity not in BALANCED:
        return
    obj['Balance'] = open_amount = open_of(company, entity, obj)
    if entity == 'CreditMemo':
        obj['RemainingCredit'] = open_amount


def open_of(company, entity, obj, without=None):
    """What is open of a transaction.

    :param str without: id of a payment that does not count
    """
    _sign, amount, _customer = receivable(company, entity, obj)
    return amount - (applied(company, entity, obj['Id'], without) if obj.get('Id') else ZERO)


def name_balance(company, entity, obj):
    """What a customer owes (or a vendor is owed), in the name's currency."""
    if not obj.get('Id'):
        return ZERO
    key = ('party', entity, obj['Id'])
    total = ZERO
    for kind, remote_id in company.find(key):
        txn = company.objects[kind][remote_id]
        if kind == 'Payment':
            total -= txn.get('UnappliedAmt') or ZERO
        elif found := receivable(company, kind, txn):
            total += found[0] * open_of(company, kind, txn)
    return total


def multicurrency(company):
    """Whether the company keeps books in several currencies."""
    return company.objects['Preferences']['1']['CurrencyPrefs']['MultiCurrencyEnabled']


def use_currency(company, code):
    """A currency comes into use: it is added to the company with its receivable account.

    :raises faults.Refusal: 6000 without multicurrency, 2500 for a currency that does not exist
    """
    if code not in rules.CURRENCIES:
        raise faults.reference('Currencies', code)
    if code == company.home_currency:
        return
    if not multicurrency(company):
        raise faults.business("Multicurrency must be turned on before another currency can be used")
    if any(currency['Code'] == code for currency in company.all('CompanyCurrency')):
        return
    company.add('CompanyCurrency', {'Code': code, 'Name': rules.CURRENCIES[code], 'Active': True}, 'CompanyCurrency')
    company.add('Account', {
        'Name': f"Accounts Receivable (A/R) - {code}", 'SubAccount': False, 'Active': True,
        'FullyQualifiedName': f"Accounts Receivable (A/R) - {code}", 'Classification': 'Asset',
        'AccountType': 'Accounts Receivable', 'AccountSubType': 'AccountsReceivable',
        'CurrentBalance': ZERO, 'CurrentBalanceWithSubAccounts': ZERO, 'CurrencyRef': {'value': code},
    }, 'Account')


def document_currency(company, obj, party, old):
    """Set CurrencyRef (and ExchangeRate with multicurrency) of a document and check it against its customer's.

    :param old: the document as it stands, None for a new one
    :raises faults.Refusal: 2020 without CurrencyRef, 2500 unknown, 6000 when the currencies differ or it changes
    """
    wanted = (obj.get('CurrencyRef') or {}).get('value')
    theirs = (party.get('CurrencyRef') or {}).get('value') if party else None
    if not wanted and multicurrency(company) and company.switch('currency_required'):
        raise faults.required('CurrencyRef')
    code = wanted or theirs or company.home_currency
    if theirs and code != theirs:
        raise faults.business(f"The currency of the transaction ({code}) must be the currency of the customer "
                              f"({theirs})")
    if old and old['CurrencyRef']['value'] != code and company.switch('currency_change') == 'refuse':
        raise faults.business(f"The currency of a transaction ({old['CurrencyRef']['value']}) cannot be changed")
    use_currency(company, code)
    obj['CurrencyRef'] = {'value': code}
    check_account_currency(company, obj.get('ARAccountRef'), code)
    if not multicurrency(company):
        obj.pop('ExchangeRate', None)
        return
    if obj.get('ExchangeRate') is not None and obj['ExchangeRate'] <= 0:
        raise faults.malformed(2080, 'ExchangeRate', obj['ExchangeRate'])
    if code == company.home_currency or not obj.get('ExchangeRate'):
        obj['ExchangeRate'] = Decimal(1)


def check_account_currency(company, ref, code, *others):
    """The account, if one is named, is kept in the currency of the transaction or one of `others`.

    :raises faults.Refusal: 6000
    """
    account = company.get('Account', ref['value']) if ref else None
    theirs = ((account or {}).get('CurrencyRef') or {}).get('value')
    if theirs and theirs not in (code, *others):
        raise faults.business(f"You can only use one foreign currency per transaction: the account {account['Name']} "
                              f"is kept in {theirs}, the transaction is in {code}")
