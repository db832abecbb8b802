"""Invoices and their sisters: lines, totals, numbers, dates, updates, voids, deletions."""

import pytest

from .support import line, ref, sale


@pytest.mark.parametrize('missing', ['CustomerRef', 'Line'])
def test_a_sales_document_needs_a_customer_and_lines(us, missing):
    body = sale(us.customer())
    del body[missing]
    error = us.refused('Invoice', body)
    assert error['code'] == '2020' and missing in error['Detail']
    assert us.refused('Invoice', dict(sale(us.customer("B")), Line=[]))['code'] == '2020'


@pytest.mark.parametrize('missing', ['Amount', 'DetailType', 'SalesItemLineDetail'])
def test_a_line_needs_its_amount_kind_and_detail(us, missing):
    body = line()
    del body[missing]
    assert us.refused('Invoice', sale(us.customer(), body))['code'] == '2020'


@pytest.mark.parametrize(('key', 'word'), [
    ('CustomerRef', 'Names'), ('SalesTermRef', 'Terms'), ('ClassRef', 'Klasses'), ('DepartmentRef', 'Depts')])
def test_references_of_a_document_must_exist(us, key, word):
    error = us.refused('Invoice', dict(sale(us.customer()), **{key: {'value': '75'}}))
    assert error['code'] == '2500' and error['Detail'].endswith(f"{word} element id 75 not found")


def test_an_item_must_exist_be_active_and_be_no_category(us):
    customer = us.customer()
    assert us.refused('Invoice', sale(customer, line(item='99')))['code'] == '2500'
    category = us.post('Item', {'Name': "Garden", 'Type': 'Category'})
    assert us.refused('Invoice', sale(customer, line(item=category['Id'])))['code'] == '2500'
    us.post('Item', ref(us.get('Item', '1'), sparse=True, Active=False))
    assert us.refused('Invoice', sale(customer))['code'] == '610'


def test_an_inactive_customer_gets_no_new_document_but_keeps_the_old_ones(us):
    customer = us.customer()
    invoice = us.invoice(customer, line(0))
    us.post('Customer', ref(customer, sparse=True, Active=False))
    assert us.refused('Invoice', sale(customer))['code'] == '610'
    us.post('Invoice', ref(invoice, sparse=True, PrivateNote="still ours", CustomerRef={'value': customer['Id']}))


@pytest.mark.parametrize(('quantity', 'price', 'amount'), [
    (3, 33.333333, 100), (128.35, 14.5, 1861.08), (2, 50, 100), (-1, 5, -5), (0, 5, 0)])
def test_an_amount_is_quantity_by_price_rounded_half_up(us, quantity, price, amount):
    invoice = us.invoice(us.customer(), line(amount, Qty=quantity, UnitPrice=price), line(200))
    assert invoice['TotalAmt'] == amount + 200


@pytest.mark.parametrize(('quantity', 'price', 'amount'), [(3, 33.33, 100), (128.35, 14.5, 1861.07), (2, 50, 99.99)])
def test_an_amount_that_does_not_fit_is_refused(us, quantity, price, amount):
    error = us.refused('Invoice', sale(us.customer(), line(amount, Qty=quantity, UnitPrice=price)))
    assert error['code'] == '6070' and error['Detail'].endswith(f"Supplied value:{amount:,}")


def test_without_quantity_or_price_the_amount_stands(us):
    assert us.invoice(us.customer(), line(77, Qty=2), line(5, UnitPrice=9))['TotalAmt'] == 82


def test_a_line_without_an_item_is_documentation(us):
    text = {'Amount': 50, 'Description': "Note", 'DetailType': 'SalesItemLineDetail', 'SalesItemLineDetail': {}}
    only = {'DetailType': 'DescriptionOnly', 'Description': "Section"}
    invoice = us.invoice(us.customer(), line(), text, only)
    assert invoice['TotalAmt'] == 100
    assert [row['DetailType'] for row in invoice['Line']] == [
        'SalesItemLineDetail', 'DescriptionOnly', 'DescriptionOnly', 'SubTotalLineDetail']


def test_quickbooks_appends_the_subtotal_and_ignores_one_that_is_sent(us):
    first = us.invoice(us.customer(), line(60), line(40))
    assert first['Line'][-1] == {'Amount': 100, 'DetailType': 'SubTotalLineDetail', 'SubTotalLineDetail': {}}
    again = us.post('Invoice', ref(first, sparse=True, Line=first['Line'], PrivateNote="x"))
    assert [row.get('Id') for row in again['Line']] == ['1', '2', None]


def test_a_discount_line_takes_its_amount_off(us):
    customer = us.customer()
    half = {'DetailType': 'DiscountLineDetail', 'DiscountLineDetail': {'PercentBased': True, 'DiscountPercent': 10}}
    assert us.invoice(customer, line(), half)['TotalAmt'] == 90
    fixed = {'DetailType': 'DiscountLineDetail', 'Amount': 15, 'DiscountLineDetail': {}}
    assert us.invoice(customer, line(), fixed)['TotalAmt'] == 85
    assert us.refused('Invoice', sale(customer, line(), half, fixed))['code'] == '6000'
    empty = {'DetailType': 'DiscountLineDetail', 'DiscountLineDetail': {}}
    assert us.refused('Invoice', sale(customer, line(), empty))['code'] == '6090'
    us.preferences(SalesFormsPrefs={'AllowDiscount': False})
    assert us.refused('Invoice', sale(customer, line(), half))['code'] == '6000'


def test_a_negative_total_is_refused_and_zero_is_fine(us):
    assert us.refused('Invoice', sale(us.customer(), line(-5)))['code'] == '6000'
    assert us.invoice(us.customer("B"), line(5), line(-5))['TotalAmt'] == 0


def test_addresses_and_due_dates_come_from_the_customer_and_the_terms(us):
    customer = us.customer(BillAddr={'Line1': "1 Road"}, SalesTermRef={'value': '2'})
    invoice = us.invoice(customer, TxnDate='2026-03-01')
    assert (invoice['BillAddr']['Line1'], invoice['DueDate']) == ("1 Road", '2026-03-16')
    assert us.invoice(us.customer("B"), TxnDate='2026-03-01')['DueDate'] == '2026-03-31'
    assert us.invoice(us.customer("C"), TxnDate='2026-03-01', DueDate='2026-03-02')['DueDate'] == '2026-03-02'


def test_the_date_defaults_to_the_pacific_date(us):
    us.client.post('/_sim/clock', json={'now': '2026-11-07T05:00:00+00:00'})
    us.tokens = us.refresh(us.tokens['refresh_token']).get_json()
    assert us.invoice(us.customer())['TxnDate'] == '2026-11-06'


def test_need_to_send_needs_an_address(us):
    customer = us.customer()
    assert us.refused('Invoice', sale(customer, EmailStatus='NeedToSend'))['code'] == '2020'
    us.invoice(customer, EmailStatus='NeedToSend', BillEmail={'Address': "a@b.example"})


# --- numbers ---

def test_a_number_is_given_once_over_the_sales_forms(us):
    customer = us.customer()
    first = us.invoice(customer, DocNumber='INV/1')
    error = us.refused('CreditMemo', sale(customer, DocNumber='inv/1'))
    assert (error['code'], error['element']) == ('6140', 'DocNumber')
    assert f"DocNumber=inv/1 is assigned to TxnType=Invoice with TxnId={first['Id']}" in error['Detail']
    us.post('Invoice', sale(customer, DocNumber='INV/1'), include='allowduplicatedocnum')
    us.post('Estimate', sale(customer, DocNumber='INV/1'))
    us.company.switches['duplicate_number_warning'] = False
    us.invoice(customer, DocNumber='INV/1')


def test_a_number_of_a_deleted_document_is_free_and_of_a_voided_one_is_not(us):
    customer = us.customer()
    us.post('Invoice', ref(us.invoice(customer, DocNumber='7')), operation='delete')
    us.post('Invoice', ref(us.invoice(customer, DocNumber='7')), operation='void')
    assert us.refused('Invoice', sale(customer, DocNumber='7'))['code'] == '6140'


def test_with_custom_numbers_a_document_without_number_has_none(us):
    assert 'DocNumber' not in us.invoice(us.customer())
    assert us.invoice(us.customer("B"), DocNumber='AUTO_GENERATE')['DocNumber'] == '1001'


def test_without_custom_numbers_quickbooks_counts(us):
    us.preferences(SalesFormsPrefs={'CustomTxnNumbers': False})
    customer = us.customer()
    assert us.invoice(customer)['DocNumber'] == '1001'
    assert us.post('CreditMemo', sale(customer))['DocNumber'] == '1002'
    us.invoice(customer, DocNumber='1002')  # stored even though it exists already
    assert us.invoice(customer)['DocNumber'] == '1003'


# --- updates ---

def test_a_stale_synctoken_is_refused_with_400(us):
    invoice = us.invoice(us.customer())
    us.post('Invoice', ref(invoice, sparse=True, PrivateNote="first"))
    error = us.refused('Invoice', ref(invoice, sparse=True, PrivateNote="second"))
    assert error['code'] == '5010' and "were working on this at the same time" in error['Detail']
    assert us.get('Invoice', invoice['Id'])['PrivateNote'] == "first"


def test_an_update_needs_id_and_synctoken(us):
    invoice = us.invoice(us.customer())
    assert us.refused('Invoice', {'Id': invoice['Id'], 'sparse': True})['code'] == '2020'
    assert us.refused('Invoice', {'SyncToken': '0'}, operation='delete')['code'] == '2020'
    assert us.refused('Invoice', {'Id': '999', 'SyncToken': '0'}, operation='delete')['code'] == '610'


def test_a_sparse_update_changes_only_what_is_sent(us):
    customer = us.customer(Notes="keep", CompanyName="Acme")
    changed = us.post('Customer', ref(customer, sparse=True, CompanyName="Bcme"))
    assert (changed['CompanyName'], changed['Notes'], changed['SyncToken']) == ("Bcme", "keep", '1')


def test_a_sparse_update_empties_nothing_while_the_switches_say_so(us):
    customer = us.customer(Notes="keep", BillAddr={'Line1': "1 Road", 'Line2': "Back"})
    changes = {'sparse': True, 'Notes': '', 'CompanyName': None, 'BillAddr': {'Line1': "2 Road"}}
    kept = us.post('Customer', ref(customer, **changes))
    assert (kept['Notes'], kept['BillAddr']['Line1'], kept['BillAddr']['Line2']) == ("keep", "2 Road", "Back")
    us.company.switches.update(sparse_empties=True, sparse_parts='drop')
    emptied = us.post('Customer', ref(kept, **changes))
    assert 'Line2' not in emptied['BillAddr'] and not emptied.get('Notes')


def test_a_full_update_empties_what_is_not_sent(us):
    customer = us.customer(Notes="gone", PrimaryPhone={'FreeFormNumber': '1'})
    changed = us.post('Customer', ref(customer, DisplayName="Ann Baker"))
    assert 'Notes' not in changed and 'PrimaryPhone' not in changed
    invoice = us.invoice(us.customer("B"), PrivateNote="gone", DocNumber='5')
    changed = us.post('Invoice', ref(invoice, CustomerRef=invoice['CustomerRef'], Line=[line()]))
    assert 'PrivateNote' not in changed and changed['DocNumber'] == '5'


def test_an_update_that_changes_nothing_keeps_the_synctoken(us):
    customer = us.customer(BillAddr={'Line1': "1 Road"})
    same = us.post('Customer', ref(customer, sparse=True, DisplayName="Ann Baker", BillAddr={'Line1': "1 Road"}))
    assert (same['SyncToken'], same['MetaData']) == ('0', customer['MetaData'])


def test_lines_are_replaced_as_a_whole_and_known_ids_survive(us):
    invoice = us.invoice(us.customer(), line(10), line(20), line(30))
    second = invoice['Line'][1]
    changed = us.post('Invoice', ref(invoice, sparse=True, Line=[line(5), second]))
    assert changed['TotalAmt'] == 25
    assert [row.get('Id') for row in changed['Line']] == ['4', '2', None]


def test_a_refused_write_leaves_nothing_behind(us):
    before = us.client.get(f"/_sim/books/{us.realm}").get_json()
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    us.refused('Customer', {'DisplayName': "A:B", 'CurrencyRef': {'value': 'EUR'}})
    us.refused('Customer', {'DisplayName': "A", 'CurrencyRef': {'value': 'EUR'}, 'ParentRef': {'value': '9'}})
    after = us.client.get(f"/_sim/books/{us.realm}").get_json()
    assert {name for name in before if before[name] != after[name]} == {'Preferences'}


# --- void and delete ---

def test_a_voided_invoice_stays_with_nothing_in_it(us):
    invoice = us.invoice(us.customer(), line(10, 'TAX', Qty=2, UnitPrice=5), PrivateNote="ours")
    voided = us.post('Invoice', ref(invoice), operation='void')
    assert (voided['SyncToken'], voided['TotalAmt'], voided['Balance']) == ('1', 0, 0)
    assert voided['PrivateNote'].startswith('Voided') and voided['PrivateNote'].endswith("ours")
    assert {row['Amount'] for row in voided['Line']} == {0}
    again = us.post('Invoice', ref(voided), operation='void')
    assert again['SyncToken'] == '1'


@pytest.mark.parametrize('operation', ['void', 'delete'])
def test_an_invoice_with_a_payment_is_neither_voided_nor_deleted(us, operation):
    customer = us.customer()
    invoice = us.invoice(customer)
    us.payment(customer, 40, ('Invoice', invoice['Id'], 40))
    live = us.get('Invoice', invoice['Id'])
    assert us.refused('Invoice', ref(live), operation=operation)['code'] == '6000'
    us.company.switches.update(void_paid='unlink', delete_paid='unlink')
    us.post('Invoice', ref(live), operation=operation)
    assert us.query("select * from Payment")['Payment'][0]['UnappliedAmt'] == 40


def test_verbs_are_those_of_the_entity(us):
    customer = us.customer()
    receipt = us.post('SalesReceipt', sale(customer))
    assert us.refused('SalesReceipt', ref(receipt), operation='void')['code'] == '500'
    voided = us.post('SalesReceipt', ref(receipt, sparse=True), operation='update', include='void')
    assert voided['TotalAmt'] == 0
    memo = us.post('CreditMemo', sale(customer))
    assert us.refused('CreditMemo', ref(memo), operation='void')['code'] == '500'
    assert us.refused('Invoice', ref(us.invoice(customer)), operation='update', include='void')['code'] == '500'


def test_a_deleted_document_is_gone(us):
    invoice = us.invoice(us.customer())
    gone = us.post('Invoice', ref(invoice), operation='delete')
    assert gone == {'domain': 'QBO', 'status': 'Deleted', 'Id': invoice['Id']}
    assert us.call('GET', f"invoice/{invoice['Id']}").get_json()['Fault']['Error'][0]['code'] == '610'


# --- the other documents, periods, currencies ---

def test_transactions_share_one_sequence_of_ids(us):
    customer = us.customer()
    ids = [int(us.post(entity, sale(customer))['Id']) for entity in ('Invoice', 'CreditMemo', 'Estimate')]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]


def test_a_sales_receipt_goes_to_undeposited_funds_and_needs_no_customer(us):
    body = sale({'Id': None})
    del body['CustomerRef']
    receipt = us.post('SalesReceipt', body)
    assert (receipt['DepositToAccountRef']['name'], receipt['Balance']) == ("Undeposited Funds", 0)


def test_a_refund_receipt_names_the_account_it_takes_from(us):
    customer = us.customer()
    assert us.refused('RefundReceipt', sale(customer))['code'] == '2020'
    us.post('RefundReceipt', sale(customer, DepositToAccountRef={'value': '1'}))
    sales = us.company.by_name('Account', "Sales")['Id']
    assert us.refused('RefundReceipt', sale(customer, DepositToAccountRef={'value': sales}))['code'] == '6430'


def test_billing_an_estimate_closes_it(us):
    customer = us.customer()
    estimate = us.post('Estimate', sale(customer))
    assert (estimate['TxnStatus'], 'Balance' in estimate) == ('Pending', False)
    invoice = us.invoice(customer, LinkedTxn=[{'TxnId': estimate['Id'], 'TxnType': 'Estimate'}])
    closed = us.get('Estimate', estimate['Id'])
    assert (closed['TxnStatus'], closed['LinkedTxn']) == ('Closed', [{'TxnId': invoice['Id'], 'TxnType': 'Invoice'}])
    assert us.refused('Invoice', sale(customer, LinkedTxn=[{'TxnId': '99', 'TxnType': 'Estimate'}]))['code'] == '6000'
    assert us.refused('Estimate', sale(customer, TxnStatus='Lost'))['code'] == '2170'


def test_closed_books_take_no_change(us):
    customer = us.customer()
    invoice = us.invoice(customer, TxnDate='2026-02-01')
    us.preferences(AccountingInfoPrefs={'BookCloseDate': '2026-02-28'})
    assert us.refused('Invoice', sale(customer, TxnDate='2026-02-28'))['code'] == '6210'
    assert us.refused('Invoice', ref(invoice, sparse=True, TxnDate='2026-03-05'))['code'] == '6210'
    for operation in ('void', 'delete'):
        assert us.refused('Invoice', ref(invoice), operation=operation)['code'] == '6210'
    us.invoice(customer, TxnDate='2026-03-01')


def test_an_inventory_item_is_not_sold_before_its_start(us):
    def account(name):
        return {'value': us.company.by_name('Account', name)['Id']}
    item = us.post('Item', {
        'Name': "Pump", 'Type': 'Inventory', 'TrackQtyOnHand': True, 'QtyOnHand': 3, 'InvStartDate': '2026-06-01',
        'IncomeAccountRef': account("Sales of Product Income"), 'AssetAccountRef': account("Inventory Asset"),
        'ExpenseAccountRef': account("Cost of Goods Sold")})
    body = sale(us.customer(), line(item=item['Id']), TxnDate='2026-05-31')
    assert us.refused('Invoice', body)['code'] == '6270'
    us.post('Invoice', dict(body, TxnDate='2026-06-01'))


def test_a_document_is_in_its_customers_currency(us):
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    customer = us.customer(CurrencyRef={'value': 'EUR'})
    assert us.refused('Invoice', sale(customer, CurrencyRef={'value': 'USD'}))['code'] == '6000'
    invoice = us.invoice(customer, CurrencyRef={'value': 'EUR'}, ExchangeRate=1.1)
    assert (invoice['TotalAmt'], invoice['HomeTotalAmt'], invoice['HomeBalance']) == (100, 110, 110)
    plain = us.invoice(customer, CurrencyRef={'value': 'EUR'})
    assert (plain['ExchangeRate'], plain['HomeTotalAmt']) == (1, 100)


def test_a_single_currency_company_shows_no_exchange_rate_and_takes_no_other_currency(us):
    invoice = us.invoice(us.customer())
    assert not {'ExchangeRate', 'HomeTotalAmt', 'HomeBalance'} & set(invoice)
    assert us.refused('Invoice', sale(us.customer("B"), CurrencyRef={'value': 'EUR'}))['code'] == '6000'


def test_sending_an_invoice_marks_it(us):
    invoice = us.invoice(us.customer())
    assert us.call('POST', f"invoice/{invoice['Id']}/send").get_json()['Fault']['Error'][0]['code'] == '2020'
    sent = us.call('POST', f"invoice/{invoice['Id']}/send", sendTo='a@b.example').get_json()['Invoice']
    assert (sent['EmailStatus'], sent['BillEmail']['Address']) == ('EmailSent', 'a@b.example')
    pdf = us.call('GET', f"invoice/{invoice['Id']}/pdf")
    assert pdf.content_type == 'application/pdf' and pdf.get_data().startswith(b'%PDF')


@pytest.fixture
def paid_invoice(us):
    """An invoice with a payment of half of it."""
    customer = us.customer()
    invoice = us.invoice(customer)
    us.payment(customer, 50, ('Invoice', invoice['Id'], 50))
    return us.get('Invoice', invoice['Id'])


def test_a_paid_invoice_does_not_go_to_another_customer(us, paid_invoice):
    other = us.customer("Other")
    body = ref(paid_invoice, sparse=True, CustomerRef={'value': other['Id']})
    assert us.refused('Invoice', body)['code'] == '6000'


def test_a_paid_invoice_loses_its_payments_to_another_customer_with_the_switch(us, paid_invoice):
    us.company.switches['customer_change_paid'] = 'unlink'
    other = us.customer("Other")
    moved = us.post('Invoice', ref(paid_invoice, sparse=True, CustomerRef={'value': other['Id']}))
    assert (moved['Balance'], moved['LinkedTxn']) == (100, [])
    payment = us.get('Payment', paid_invoice['LinkedTxn'][0]['TxnId'])
    assert (payment['Line'], payment['UnappliedAmt']) == ([], 50)


def test_an_unpaid_invoice_goes_to_another_customer(us):
    invoice, other = us.invoice(us.customer()), us.customer("Other")
    moved = us.post('Invoice', ref(invoice, sparse=True, CustomerRef={'value': other['Id']}))
    assert moved['CustomerRef']['name'] == "Other"


def test_a_company_that_counts_may_replace_a_number_that_was_sent(us):
    us.preferences(SalesFormsPrefs={'CustomTxnNumbers': False})
    customer = us.customer()
    assert us.invoice(customer, DocNumber="INV/1")['DocNumber'] == "INV/1"
    us.company.switches['automatic_numbers'] = 'replace'
    invoice = us.invoice(customer, DocNumber="INV/2")
    assert invoice['DocNumber'] == "1001"
    kept = us.post('Invoice', ref(invoice, sparse=True, DocNumber="INV/3"))
    assert kept['DocNumber'] == "1001"
