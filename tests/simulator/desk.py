"""The forms of the pages: what a bookkeeper (bookkeeper.py) can do to the object that is shown."""

from html import escape

from werkzeug.utils import redirect

from . import books, faults, ledger, rules
from .entities import ENTITIES
from .entities.sales import is_voided

_VOIDED = ('Invoice', 'Payment', 'SalesReceipt', 'RefundReceipt')
_PAYMENT_FIELDS = ('date', 'deposit_to', 'method', 'reference', 'memo', 'rate')


def respond(sim, request, realm, entity, remote_id, verb):
    """Do what a form asks for and show the object; the refusal where the rules forbid it.

    :return: a response, None for an address that is none
    """
    deed = _DEEDS.get(verb)
    if deed is None or realm not in sim.companies or entity not in ENTITIES:
        return None
    form = {key: value.strip() for key, value in request.form.items() if value.strip()}
    try:
        shown = deed(sim.bookkeeper(realm), entity, remote_id, form)
    except (faults.Refusal, ArithmeticError, KeyError) as error:
        detail = error.detail if isinstance(error, faults.Refusal) else f"{type(error).__name__}: {error}"
        response = books.page("Refused", f'<section class="card narrow"><h1>QuickBooks refuses that</h1>'
                              f'<p>{escape(detail)}</p><p><a href="/books/{realm}/{entity}/{remote_id}">Back</a></p>'
                              '</section>')
        response.status_code = 400
        return response
    return redirect(f"/books/{realm}/{'/'.join(shown)}", 303)


def _applied(form):
    return {key.removeprefix('applied-'): value for key, value in form.items() if key.startswith('applied-')}


def _details(form):
    return {name: form[name] for name in _PAYMENT_FIELDS if name in form}


def _receive(ann, entity, remote_id, form):
    customer = remote_id if entity == 'Customer' else None
    made = ann.receive_payment(_applied(form), total=form.get('total'), customer=customer, **_details(form))
    return 'Payment', made['Id']


def _edit(ann, entity, remote_id, form):
    if entity == 'Payment':
        ann.edit_payment(remote_id, applied=_applied(form), total=form.get('total'), **_details(form))
    else:
        ann.edit_invoice(remote_id, entity=entity, amount=form.get('amount'), number=form.get('number'),
                         date=form.get('date'))
    return entity, remote_id


def _delete(ann, entity, remote_id, _form):
    ann.delete(entity, remote_id)
    return (entity,)


def _merge(ann, entity, remote_id, form):
    ann.merge(entity, remote_id, form['kept'])
    return entity, form['kept']


def _simple(verb, *names):
    """A deed that is a method of the bookkeeper, with fields of the form as further arguments."""
    def deed(ann, entity, remote_id, form):
        getattr(ann, verb)(entity, remote_id, *(form[name] for name in names))
        return entity, remote_id
    return deed


def _tax_rate(ann, entity, remote_id, form):
    ann.change_tax_rate(remote_id, form['percent'], form.get('date'))
    return entity, remote_id


_DEEDS = {
    'receive': _receive, 'edit': _edit, 'void': _simple('void'), 'delete': _delete, 'merge': _merge,
    'rename': _simple('rename', 'name'), 'inactive': _simple('make_inactive'), 'active': _simple('make_active'),
    'rate': _tax_rate,
}


# --- forms ---

def forms(company, entity, obj):
    """The forms of an object's page."""
    if ENTITIES[entity].is_transaction:
        parts = _transaction(company, entity, obj)
    elif entity == 'TaxRate':
        parts = [("Change the rate", 'rate', _input('percent', "Percent", obj['RateValue']) + _input(
            'date', "From", company.clock.today(), 'date'))]
    else:
        parts = _row(company, entity, obj)
    address = f"/books/{company.realm_id}/{entity}/{obj['Id']}"
    return ''.join(f'<form class="card desk" method="post" action="{address}/{verb}">{fields}'
                   f'<p class="buttons"><button class="{"primary" if fields else ""}">{title}</button></p></form>'
                   for title, verb, fields in parts)


def _transaction(company, entity, obj):
    if entity == 'Payment':
        applied = {txn: amount for _kind, txn, amount in ledger.links(obj)}
        yield ("Save changes", 'edit', _documents(company, obj['CustomerRef']['value'], applied)
               + _payment(company, obj))
    elif entity == 'Invoice':
        if obj['Balance'] > 0:
            customer = obj['CustomerRef']['value']
            yield ("Receive payment", 'receive', _documents(company, customer, {obj['Id']: obj['Balance']}, obj['Id'])
                   + _payment(company, {'CurrencyRef': obj['CurrencyRef']}))
    if entity in ('Invoice', 'CreditMemo', 'SalesReceipt', 'RefundReceipt', 'Estimate') and not is_voided(obj):
        first = next((line for line in obj['Line'] if line['DetailType'] == 'SalesItemLineDetail'), {})
        yield ("Save changes", 'edit', _input('number', "No.", obj.get('DocNumber', ''))
               + _input('date', "Date", obj['TxnDate'], 'date')
               + _input('amount', "Amount of the first line", first.get('Amount', '')))
    if entity in _VOIDED and not is_voided(obj):
        yield "Void", 'void', ''
    yield "Delete", 'delete', ''


def _row(company, entity, obj):
    if entity == 'Customer':
        yield ("Receive payment", 'receive', _documents(company, obj['Id'], {})
               + _payment(company, {'CurrencyRef': obj['CurrencyRef']}))
    if ENTITIES[entity].writable and 'Active' in obj:
        yield "Rename", 'rename', _input('name', "Name", obj.get(ENTITIES[entity].named, ''))
        yield ("Make inactive", 'inactive', '') if obj['Active'] else ("Make active", 'active', '')
    if entity in ('Customer', 'Vendor'):
        others = [(other['Id'], other['DisplayName']) for other in company.all(entity)
                  if other is not obj and other['Active'] and other['CurrencyRef'] == obj['CurrencyRef']]
        if others:
            yield "Merge into the other", 'merge', _select('kept', "Other", others)


def _documents(company, customer, applied, alone=None):
    """A field for what is applied to each open document of a customer (or to `alone`)."""
    fields = ''
    for kind, remote_id in sorted(company.find(('party', 'Customer', customer)), key=lambda pair: int(pair[1])):
        txn = company.get(kind, remote_id)
        if kind == 'Payment' or (alone and remote_id != alone) or not ledger.receivable(company, kind, txn):
            continue
        left = ledger.open_of(company, kind, txn)
        if left or remote_id in applied:
            label = f"{kind} {txn.get('DocNumber') or remote_id}, {left:,.2f} open"
            fields += _input(f'applied-{remote_id}', label, applied.get(remote_id, ''))
    return fields


def _payment(company, obj):
    accounts = [(account['Id'], rules.label('Account', account)) for account in company.all('Account')
                if account['Active'] and account['AccountType'] in ('Bank', 'Other Current Asset')]
    methods = [(method['Id'], method['Name']) for method in company.all('PaymentMethod') if method['Active']]
    fields = (
        _input('total', "Amount received", obj.get('TotalAmt', ''))
        + _input('date', "Date", obj.get('TxnDate') or company.clock.today(), 'date')
        + _select('deposit_to', "Deposit to", accounts, (obj.get('DepositToAccountRef') or {}).get('value'))
        + _select('method', "Payment method", methods, (obj.get('PaymentMethodRef') or {}).get('value'))
        + _input('reference', "Reference no.", obj.get('PaymentRefNum', ''))
        + _input('memo', "Memo", obj.get('PrivateNote', '')))
    if obj['CurrencyRef']['value'] != company.home_currency:
        fields += _input('rate', f"{company.home_currency} for 1 {obj['CurrencyRef']['value']}",
                         obj.get('ExchangeRate') or company.exchange_rate(obj['CurrencyRef']['value']))
    return fields


def _input(name, label, value, kind='text'):
    return (f'<label>{escape(label)}<input name="{name}" type="{kind}" value="{escape(str(value))}" '
            'autocomplete="off"></label>')


def _select(name, label, choices, chosen=None):
    options = ''.join(f'<option value="{value}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
                      for value, text in [('', ''), *choices])
    return f'<label>{escape(label)}<select name="{name}">{options}</select></label>'
