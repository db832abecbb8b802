"""The books as a person would look at them: companies, their lists and transactions, and the latest calls."""

from decimal import Decimal
from html import escape

from werkzeug.wrappers import Response

from . import jsonio
from .control import summary
from .entities import ENTITIES
from .style import STYLE

_SHOWN = {  # entity: (heading, columns)
    'Customer': ("Customers", ('Id', 'DisplayName', 'PrimaryEmailAddr', 'BillAddr', 'CurrencyRef', 'Balance')),
    'Item': ("Products and services", ('Id', 'Name', 'Sku', 'Type', 'IncomeAccountRef', 'UnitPrice')),
    'Invoice': ("Invoices", ('Id', 'DocNumber', 'TxnDate', 'DueDate', 'CustomerRef', 'Tax', 'TotalAmt', 'Balance')),
    'CreditMemo': ("Credit memos", ('Id', 'DocNumber', 'TxnDate', 'CustomerRef', 'Tax', 'TotalAmt', 'Balance')),
    'Payment': ("Payments", ('Id', 'PaymentRefNum', 'TxnDate', 'CustomerRef', 'DepositToAccountRef', 'TotalAmt',
                             'UnappliedAmt')),
    'Purchase': ("Expenses and checks", ('Id', 'PaymentType', 'TxnDate', 'EntityRef', 'AccountRef', 'TotalAmt')),
    'JournalEntry': ("Journal entries", ('Id', 'DocNumber', 'TxnDate', 'PrivateNote')),
    'SalesReceipt': ("Sales receipts", ('Id', 'DocNumber', 'TxnDate', 'CustomerRef', 'Tax', 'TotalAmt')),
    'RefundReceipt': ("Refund receipts", ('Id', 'DocNumber', 'TxnDate', 'CustomerRef', 'Tax', 'TotalAmt')),
    'Estimate': ("Estimates", ('Id', 'DocNumber', 'TxnDate', 'CustomerRef', 'TxnStatus', 'Tax', 'TotalAmt')),
    'Account': ("Chart of accounts", ('Id', 'AcctNum', 'Name', 'AccountType', 'AccountSubType')),
    'Vendor': ("Vendors", ('Id', 'DisplayName', 'CurrencyRef', 'Balance')),
    'TaxRate': ("Tax rates", ('Id', 'Name', 'RateValue')),
    'TaxCode': ("Tax codes", ('Id', 'Name', 'Description')),
    'Term': ("Terms", ('Id', 'Name', 'DueDays')),
    'PaymentMethod': ("Payment methods", ('Id', 'Name', 'Type')),
}
_LABELS = {
    'DocNumber': "No.", 'TxnDate': "Date", 'DueDate': "Due", 'CustomerRef': "Customer", 'TotalAmt': "Total",
    'Balance': "Open", 'UnappliedAmt': "Unapplied", 'DisplayName': "Name", 'PrimaryEmailAddr': "E-mail",
    'BillAddr': "Billing address", 'CurrencyRef': "Currency", 'IncomeAccountRef': "Income account",
    'UnitPrice': "Price", 'PaymentRefNum': "Reference", 'DepositToAccountRef': "Deposited to", 'TxnStatus': "Status",
    'PaymentType': "Type", 'EntityRef': "Name", 'AccountRef': "Account", 'PrivateNote': "Memo",
    'AcctNum': "No.", 'AccountType': "Type", 'AccountSubType': "Sub-type", 'Sku': "SKU", 'DueDays': "Days",
    'RateValue': "Percent",
}
_MONEY = {'TotalAmt', 'Balance', 'UnappliedAmt', 'Tax', 'UnitPrice', 'Amount'}
_TABS = ('Customer', 'Item', 'Invoice', 'CreditMemo', 'Payment')
_LIMIT = 200


def page(title, body):
    """A whole page around `body`."""
    return Response(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        '<header><a href="/">QuickBooks simulator</a><span>a QuickBooks Online of your own, on this machine</span>'
        f"</header><main>{body}</main></body></html>", content_type='text/html; charset=utf-8')


def respond(sim, request, forms):
    """/, /books/{realm}, /books/{realm}/{Entity}, /books/{realm}/{Entity}/{id}.

    :param callable forms: (company, entity, object) -> HTML below the object
    """
    words = request.path.strip('/').split('/')
    if words == ['']:
        return _home(sim)
    company = sim.companies.get(words[1]) if len(words) > 1 else None
    if company is None:
        return missing()
    if len(words) == 2:
        return _company(company)
    if words[2] not in _SHOWN:
        return missing()
    if len(words) == 3:
        return page(f"{_SHOWN[words[2]][0]} · {company.name}",
                    _heading(company) + _table(company, words[2], limit=None))
    obj = company.get(words[2], words[3]) if len(words) == 4 else None
    return _document(company, words[2], obj, forms) if obj else missing()


def missing():
    """The page that is not there."""
    response = page("Not found", '<section class="card narrow"><h1>There is no such page</h1></section>')
    response.status_code = 404
    return response


def _home(sim):
    cards = ''.join(_card(company) for company in sim.companies.values())
    calls = ''.join(
        f'<tr><td class="num">{call["n"]}</td><td>{escape(call["at"][11:19])}</td><td><b>{call["method"]}</b> '
        f"{escape(call['path'])}</td><td>{escape(call['operation'] or '')}</td>"
        f'<td class="{"good" if call["status"] == 200 else "bad"}">{call["status"] or "dropped"}</td>'
        f"<td>{escape(_outcome(call))}</td></tr>" for call in reversed(sim.recorder.calls[-40:]))
    table = (f'<table><thead><tr><th class="num">#</th><th>Time</th><th>Request</th><th>Operation</th><th>Status</th>'
             f"<th>Outcome</th></tr></thead><tbody>{calls}</tbody></table>" if calls else "<p>None yet.</p>")
    return page("QuickBooks simulator", f'<div class="cards">{cards}</div><h2>Latest calls</h2>{table}'
                f'<p class="more">Everything: <a href="/_sim/calls">/_sim/calls</a> · '
                '<a href="/webhooks">Webhooks</a></p>')


def _card(company):
    table = summary(company)
    rows = ''.join(
        f'<tr><td><a href="/books/{company.realm_id}/{name}">{_SHOWN[name][0]}</a></td>'
        f'<td class="num">{table[name]["count"]}</td>'
        f'<td class="num">{_money(table[name]["total"]) if "total" in table[name] else ""}</td></tr>' for name in _TABS)
    return (f'<section class="card"><h2><a href="/books/{company.realm_id}">{escape(company.name)}</a></h2>'
            f"<p><small>{company.country} · {company.home_currency} · {company.environment} · realm "
            f"{company.realm_id}</small></p><table>{rows}</table></section>")


def _outcome(call):
    body = call.get('response_body')
    if isinstance(body, dict):
        fault = body.get('Fault') or {}
        for error in fault.get('Error') or []:
            return f"{error.get('code')} {error.get('Message')}"
    return "replayed" if call.get('replayed') else (call.get('failure') or '')


def _heading(company):
    links = ''.join(f'<a href="/books/{company.realm_id}/{name}">{label}</a>'
                    for name, (label, _columns) in _SHOWN.items() if company.objects[name])
    return (f'<h1><a href="/books/{company.realm_id}">{escape(company.name)}</a></h1>'
            f"<p><small>{company.country} · {company.home_currency} · {company.environment} · realm "
            f"{company.realm_id}</small></p><nav>{links}</nav>")


def _company(company):
    tables = ''.join(_table(company, name) for name in _TABS if company.objects[name])
    return page(company.name, _heading(company) + (tables or "<p>Nothing in these books yet.</p>"))


def _table(company, name, limit=_LIMIT):
    heading, columns = _SHOWN[name]
    objects = company.all(name)
    rows = [ENTITIES[name].shown(company, obj) for obj in objects[:limit]]
    head = ''.join(f"<th{_right(column)}>{_LABELS.get(column, column)}</th>" for column in columns)
    body = ''.join(_row(company, name, columns, row) for row in rows)
    more = f'<p class="more">{len(objects) - len(rows)} more</p>' if len(objects) > len(rows) else ''
    return (f"<h2>{heading} <small>{len(objects)}</small></h2><table><thead><tr>{head}</tr></thead><tbody>{body}"
            f"</tbody>{_totals(columns, objects)}</table>{more}")


def _row(company, name, columns, row):
    cells = ''.join(f"<td{_right(column)}>{_cell(row, column)}</td>" for column in columns[1:])
    faded = ' class="faded"' if row.get('Active') is False else ''
    return (f'<tr{faded}><td{_right("Id")}><a href="/books/{company.realm_id}/{name}/{row["Id"]}">{row["Id"]}</a></td>'
            f"{cells}</tr>")


def _totals(columns, objects):
    if 'TotalAmt' not in columns:
        return ''
    cells = ''.join(
        f'<td class="num">{_money(sum((_amount(obj, column) for obj in objects), Decimal(0)))}</td>'
        if column in _MONEY else '<td></td>' for column in columns)
    return f"<tfoot><tr>{cells}</tr></tfoot>"


def _amount(obj, column):
    if column == 'Tax':
        return (obj.get('TxnTaxDetail') or {}).get('TotalTax') or Decimal(0)
    return obj.get(column) or Decimal(0)


def _right(column):
    return ' class="num"' if column in _MONEY or column in ('Id', 'Qty', 'DueDays') else ''


def _money(value):
    return f"{value:,.2f}"


def _cell(row, column):
    if column == 'Tax' or column in _MONEY:
        return _money(_amount(row, column))
    value = row.get(column)
    if isinstance(value, dict):
        value = value.get('name') or value.get('Address') or value.get('value') or ', '.join(
            str(part) for key, part in value.items() if key != 'Id')
    return escape(str(value)) if value is not None else ''


def _document(company, name, obj, forms):
    """One object: its lines, what it is linked to, and the JSON as the API shows it."""
    shown = ENTITIES[name].shown(company, obj)
    title = obj.get('DocNumber') or obj.get('DisplayName') or obj.get('Name') or obj['Id']
    lines = ''.join(_line(company, line) for line in shown.get('Line') or [])
    table = (f"<table><thead><tr><th>Item</th><th>Description</th><th class='num'>Qty</th><th class='num'>Price</th>"
             f"<th>Tax</th><th class='num'>Amount</th></tr></thead>"
             f"<tbody>{lines}{_taxes(company, shown)}</tbody></table>") if lines else ''
    facts = ''.join(f"<dt>{_LABELS.get(key, key)}</dt><dd>{_cell(shown, key)}</dd>"
                    for key in _SHOWN[name][1] if key in shown or key == 'Tax')
    return page(f"{title} · {company.name}", _heading(company) + f"<h2>{name} {escape(str(title))}</h2>"
                f"<dl>{facts}</dl>{table}{forms(company, name, obj)}<details><summary>JSON</summary><pre>"
                f"{escape(jsonio.dumps(shown, indent=2))}</pre></details>")


def _taxes(company, shown):
    """Rows of the taxes and the total under the lines of a sales document."""
    if 'TxnTaxDetail' not in shown:
        return ''
    rows = ''
    for tax in shown['TxnTaxDetail'].get('TaxLine') or []:
        detail = tax['TaxLineDetail']
        rate = company.get('TaxRate', detail['TaxRateRef']['value'])
        rows += (f"<tr><td colspan='5'>{escape(rate['Name'])}, {rate['RateValue']} % of "
                 f"{_money(detail['NetAmountTaxable'])}</td><td class='num'>{_money(tax['Amount'])}</td></tr>")
    return f"{rows}<tr class='sub'><td colspan='5'>Total</td><td class='num'>{_money(shown['TotalAmt'])}</td></tr>"


def _line(company, line):
    detail = line.get(line.get('DetailType') or '') or {}
    if line.get('LinkedTxn'):
        links = ', '.join(f'<a href="/books/{company.realm_id}/{link["TxnType"]}/{link["TxnId"]}">'
                          f"{link['TxnType']} {link['TxnId']}</a>" for link in line['LinkedTxn'])
        return f"<tr><td colspan='5'>{links}</td><td class='num'>{_money(line['Amount'])}</td></tr>"
    amount = _money(line['Amount']) if line.get('Amount') is not None else ''
    if line.get('DetailType') == 'SubTotalLineDetail':
        return f"<tr class='sub'><td colspan='5'>Subtotal</td><td class='num'>{amount}</td></tr>"
    code = detail.get('TaxCodeRef') or {}
    rate = company.get('TaxCode', code.get('value'))
    return (f"<tr><td>{_cell(detail, 'ItemRef')}</td><td>{escape(line.get('Description') or '')}</td>"
            f"<td class='num'>{detail.get('Qty', '')}</td><td class='num'>{detail.get('UnitPrice', '')}</td>"
            f"<td>{escape(rate['Name']) if rate else ''}</td><td class='num'>{amount}</td></tr>")
