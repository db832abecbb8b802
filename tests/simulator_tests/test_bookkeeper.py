"""What a bookkeeper does in QuickBooks' own screens, and what the API shows of it afterwards."""

from decimal import Decimal

import pytest

from tests.simulator import UK_REALM, US_MULTICURRENCY, US_REALM, Simulator
from tests.simulator.faults import Refusal

from .support import Caller, error_of, line


@pytest.fixture
def ann(sim):
    """The bookkeeper of the US company."""
    return sim.bookkeeper()


def balance(us, invoice):
    """The open balance of an invoice as the API shows it."""
    return us.get('Invoice', invoice['Id'])['Balance']


def test_a_payment_on_several_invoices_and_a_credit_memo_moves_them_all(us, ann, sim):
    customer = us.customer()
    first, second = us.invoice(customer), us.invoice(customer)
    credit = us.post('CreditMemo', {'CustomerRef': {'value': customer['Id']}, 'Line': [line(30)]})
    sim.clock.advance(60)
    made = ann.receive_payment({first['Id']: 100, second['Id']: '50.5', credit['Id']: 30}, date='2026-11-05',
                               deposit_to="Checking", method="Visa", reference="4711", memo="thanks")
    assert made['TotalAmt'] == Decimal('120.5') and made['UnappliedAmt'] == 0
    seen = us.get('Payment', made['Id'])
    assert (seen['DepositToAccountRef']['name'], seen['PaymentMethodRef']['name']) == ("Checking", "Visa")
    assert (seen['PaymentRefNum'], seen['PrivateNote'], seen['TxnDate']) == ('4711', "thanks", '2026-11-05')
    assert [balance(us, first), balance(us, second)] == [0, 49.5]
    for entity, before in (('Invoice', first), ('Invoice', second), ('CreditMemo', credit)):
        after = us.get(entity, before['Id'])
        assert (after['SyncToken'], after['LinkedTxn']) == ('1', [{'TxnId': made['Id'], 'TxnType': 'Payment'}])
        assert after['MetaData']['LastUpdatedTime'] > before['MetaData']['LastUpdatedTime']


def test_the_whole_open_amount_an_overpayment_and_money_without_a_document(us, ann):
    customer = us.customer()
    first, second = us.invoice(customer), us.invoice(customer)
    assert ann.receive_payment([first['Id']])['TotalAmt'] == 100
    assert ann.receive_payment([second['Id']], total=130)['UnappliedAmt'] == 30
    assert ann.receive_payment(total=5, customer="Ann Baker")['UnappliedAmt'] == 5
    with pytest.raises(Refusal):
        ann.receive_payment({first['Id']: 1})  # paid already
    for wrong in ({}, {'customer': "Ann Baker"}, {'customer': "Nobody", 'total': 1}):
        with pytest.raises(Refusal):
            ann.receive_payment(**wrong)


def test_a_payment_is_changed_voided_and_deleted(us, ann):
    customer = us.customer()
    first, second = us.invoice(customer), us.invoice(customer)
    made = ann.receive_payment([first['Id']])
    changed = ann.edit_payment(made['Id'], applied={second['Id']: 40}, total=40, reference="1", date='2026-11-01')
    assert (changed['TotalAmt'], changed['SyncToken'], balance(us, first), balance(us, second)) == (40, '1', 100, 60)
    assert ann.void('Payment', made['Id'])['PrivateNote'] == 'Voided' and balance(us, second) == 100
    other = ann.receive_payment([first['Id']])
    assert ann.delete('Payment', other['Id'])['status'] == 'Deleted' and balance(us, first) == 100


def test_foreign_money_has_the_customers_currency_and_a_rate():
    sim = Simulator()
    sim.add_company(**US_MULTICURRENCY)
    us, ann = Caller(sim, US_MULTICURRENCY['realm_id']), sim.bookkeeper(US_MULTICURRENCY['realm_id'])
    customer = us.customer(CurrencyRef={'value': 'EUR'})
    invoice = us.invoice(customer, CurrencyRef={'value': 'EUR'}, ExchangeRate=1.1)
    made = ann.receive_payment([invoice['Id']], rate='1.2')
    assert (made['CurrencyRef']['value'], made['ExchangeRate']) == ('EUR', Decimal('1.2'))
    with pytest.raises(Refusal):
        ann.receive_payment(total=1, customer=customer['Id'], currency='GBP')


def test_an_invoice_is_edited_and_voided_although_the_api_refuses_while_it_is_paid(us, ann):
    invoice = us.invoice(us.customer(), line(100, Qty=3, UnitPrice=33.333333), DocNumber="INV/1")
    seen = ann.edit_invoice(invoice['Id'], amount=70, number="INV/1b", date='2026-10-01')
    assert (seen['TotalAmt'], seen['DocNumber'], seen['TxnDate'], seen['SyncToken']) == (
        70, "INV/1b", '2026-10-01', '1')
    payment = ann.receive_payment([invoice['Id']])
    current = us.get('Invoice', invoice['Id'])
    assert us.refused('Invoice', {'Id': current['Id'], 'SyncToken': current['SyncToken']},
                      operation='void')['code'] == '6000'
    assert ann.void('Invoice', invoice['Id'])['TotalAmt'] == 0
    assert us.get('Payment', payment['Id'])['UnappliedAmt'] == 70
    assert us.get('Payment', payment['Id'])['SyncToken'] == '1'
    ann.delete('Invoice', invoice['Id'])
    assert error_of(us.call('GET', f"invoice/{invoice['Id']}"))['code'] == '610'


def test_lists_are_renamed_made_inactive_and_brought_back(us, ann):
    customer = us.customer()
    assert ann.rename('Customer', customer['Id'], "Ann B.")['DisplayName'] == "Ann B."
    assert ann.make_inactive('Customer', customer['Id'])['DisplayName'] == "Ann B. (deleted)"
    assert ann.make_active('Customer', customer['Id'])['DisplayName'] == "Ann B."
    item = us.query("SELECT * FROM Item")['Item'][0]
    assert ann.make_inactive('Item', item['Id'])['Active'] is False
    account = ann.find('Account', Name="Savings")
    assert ann.make_inactive('Account', account['Id'])['Name'] == "Savings (deleted)"
    us.invoice(us.customer("Owes"), line(item=us.post('Item', {
        'Name': "New", 'Type': 'Service', 'IncomeAccountRef': item['IncomeAccountRef']})['Id']))
    with pytest.raises(Refusal):
        ann.make_inactive('Customer', ann.find('Customer', DisplayName="Owes")['Id'])


@pytest.mark.parametrize('touches', [True, False])
def test_a_merge_moves_the_transactions_and_ends_the_name(us, ann, sim, touches):
    sim.set_switches(merge_touches=touches)
    gone, kept = us.customer(), us.customer("Ann Baker Inc")
    job = us.customer("Job", Job=True, ParentRef={'value': gone['Id']})
    invoice = us.invoice(gone)
    payment = ann.receive_payment({invoice['Id']: 40})
    token = us.get('Invoice', invoice['Id'])['SyncToken']
    assert ann.merge('Customer', gone['Id'], kept['Id'])['Balance'] == 60
    for entity, obj in (('Invoice', invoice), ('Payment', payment)):
        assert us.get(entity, obj['Id'])['CustomerRef'] == {'value': kept['Id'], 'name': "Ann Baker Inc"}
    assert us.get('Customer', job['Id'])['ParentRef']['value'] == kept['Id']
    assert us.get('Invoice', invoice['Id'])['SyncToken'] == (str(int(token) + 1) if touches else token)
    assert error_of(us.call('GET', f"customer/{gone['Id']}"))['code'] == '610'
    with pytest.raises(Refusal):
        ann.merge('Customer', kept['Id'], kept['Id'])


def test_what_is_refused_half_way_changes_nothing(us, ann):
    invoice = us.invoice(us.customer())
    us.preferences(AccountingInfoPrefs={'BookCloseDate': '2026-12-31'})
    with pytest.raises(Refusal):
        ann.void('Invoice', invoice['Id'])
    assert us.get('Invoice', invoice['Id']) == {**invoice, 'CustomerRef': invoice['CustomerRef']}


def test_a_tax_rate_changes_from_a_day_on(uk, sim):
    code = sim.bookkeeper(UK_REALM).find('TaxCode', Name="20.0% S")
    rate = code['SalesTaxRateList']['TaxRateDetail'][0]['TaxRateRef']['value']
    customer = uk.customer()
    before = uk.invoice(customer, line(code=code['Id']), GlobalTaxCalculation='TaxExcluded')
    changed = sim.bookkeeper(UK_REALM).change_tax_rate(rate, '22', date='2026-11-01')
    assert changed['RateValue'] == 22 and len(changed['EffectiveTaxRate']) == 2
    after = uk.invoice(customer, line(code=code['Id']), GlobalTaxCalculation='TaxExcluded')
    assert (uk.get('Invoice', before['Id'])['TotalAmt'], after['TotalAmt']) == (120, 122)


def test_the_control_plane_does_the_same_and_says_what_is_refused(us, sim):
    invoice = us.invoice(us.customer())
    address = f"/_sim/bookkeeper/{US_REALM}"
    made = us.client.post(f"{address}/receive_payment", json={'applied': {invoice['Id']: 60.1}}).get_json()
    assert (made['TotalAmt'], balance(us, invoice)) == (60.1, 39.9)
    refused = us.client.post(f"{address}/receive_payment", json={'applied': {invoice['Id']: 60}})
    assert (refused.status_code, refused.get_json()['code']) == (400, '6000')
    assert us.client.post(f"{address}/void", json={'entity': 'Payment', 'remote_id': made['Id']}).status_code == 200
    assert us.client.post(f"{address}/burn", json={}).status_code == 400
    assert balance(us, invoice) == 100


def test_listeners_hear_of_a_write_once_it_is_through(us, ann, sim):
    heard = []
    us.company.listeners.append(lambda company, changes: heard.extend(
        (change.entity, change.remote_id, change.operation, change.deleted_id) for change in changes))
    gone, kept = us.customer(), us.customer("Kept")
    invoice = us.invoice(gone)
    payment = ann.receive_payment([invoice['Id']])
    with pytest.raises(Refusal):
        ann.receive_payment([invoice['Id']], total=-1)
    ann.void('Payment', payment['Id'])
    ann.delete('Payment', payment['Id'])
    sim.clock.advance(60)
    ann.merge('Customer', gone['Id'], kept['Id'])
    us.call('POST', f"invoice/{invoice['Id']}/send", sendTo="a@example.com")
    assert heard == [
        ('Customer', gone['Id'], 'Create', None), ('Customer', kept['Id'], 'Create', None),
        ('Invoice', invoice['Id'], 'Create', None),
        ('Payment', payment['Id'], 'Create', None), ('Invoice', invoice['Id'], 'Update', None),
        ('Payment', payment['Id'], 'Void', None), ('Invoice', invoice['Id'], 'Update', None),
        ('Payment', payment['Id'], 'Delete', None),
        ('Invoice', invoice['Id'], 'Update', None), ('Customer', kept['Id'], 'Merge', gone['Id']),
        ('Invoice', invoice['Id'], 'Emailed', None)]
