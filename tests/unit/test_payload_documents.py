"""Invoices, credit memos and payments as JSON."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.documents import Address, Allocation, LineDoc, PaymentDoc, SalesDoc
from qbo.money import round_half_up
from qbo.payloads import PayloadError
from qbo.payloads.payment import payment_payload
from qbo.payloads.sales import sales_payload

D = Decimal
TODAY = date(2026, 11, 21)


def line(**values):
    """Return a line of one desk for 100."""
    return LineDoc(**{
        'description': "Desk", 'item': '7', 'quantity': D(1), 'unit_price': D(100), 'amount': D(100), 'tax_code': '3',
        **values})


def sale(*lines, **values):
    """Return the payload of a sales document."""
    return sales_payload(SalesDoc(**{
        'kind': 'Invoice', 'number': "INV/2026/00001", 'date': TODAY, 'customer': '58', 'lines': lines or (line(),),
        **values}))


def payment(*allocations, **values):
    """Return the payload of a payment of 100."""
    return payment_payload(PaymentDoc(**{
        'customer': '58', 'date': TODAY, 'total': D(100), 'allocations': allocations, **values}))


def amounts(payload):
    """Return the exact amounts of the lines, after checking them as QuickBooks does."""
    lines = json.loads(json.dumps(payload), parse_float=Decimal, parse_int=Decimal)['Line']
    for part in lines:
        detail = part.get('SalesItemLineDetail', {})
        if 'Qty' in detail and 'UnitPrice' in detail:
            product = (detail['Qty'] * detail['UnitPrice']).quantize(D('0.01'), rounding=ROUND_HALF_UP)
            assert product == part['Amount']
    return [part['Amount'] for part in lines if 'Amount' in part]


# === HEAD === #

def test_a_full_invoice():
    home = Address(lines=("Azure Interior", "4557 De Silva St"), city="Fremont")
    assert sale(
        line(taxable=True), due_date=date(2026, 12, 21), term='3', currency='EUR', exchange_rate=D('1.1'),
        tax_regime='us', tax_total=D('8.25'), tax_code='2', memo="Thank you", private_note="odoo:1:account.move:1",
        billing=home, shipping=home, email="a@example.com",
    ) == {
        'DocNumber': "INV/2026/00001", 'TxnDate': '2026-11-21', 'DueDate': '2026-12-21',
        'SalesTermRef': {'value': '3'}, 'CustomerRef': {'value': '58'}, 'CurrencyRef': {'value': 'EUR'},
        'ExchangeRate': 1.1,
        'Line': [{
            'DetailType': 'SalesItemLineDetail', 'Amount': 100, 'Description': "Desk", 'SalesItemLineDetail': {
                'ItemRef': {'value': '7'}, 'Qty': 1, 'UnitPrice': 100, 'TaxCodeRef': {'value': 'TAX'}},
        }],
        'TxnTaxDetail': {'TxnTaxCodeRef': {'value': '2'}, 'TotalTax': 8.25},
        'CustomerMemo': {'value': "Thank you"}, 'PrivateNote': "odoo:1:account.move:1",
        'BillAddr': {'Line1': "Azure Interior", 'Line2': "4557 De Silva St", 'City': "Fremont"},
        'ShipAddr': {'Line1': "Azure Interior", 'Line2': "4557 De Silva St", 'City': "Fremont"},
        'BillEmail': {'Address': "a@example.com"},
    }


def test_quickbooks_is_never_asked_to_mail():
    assert 'EmailStatus' not in sale(email="a@example.com")


def test_a_credit_memo_has_the_same_positive_lines():
    assert sale(kind='CreditMemo')['Line'] == sale()['Line']


def test_a_number_of_more_than_21_characters_is_refused_in_clear_words():
    with pytest.raises(PayloadError) as caught:
        sale(number="INV/2026/" + "0" * 21)
    assert str(caught.value) == (
        "Number 'INV/2026/000000000000000000000' has 30 characters; QuickBooks takes 21.")
    assert caught.value.field == 'DocNumber'
    assert sale(number="X" * 21)['DocNumber'] == "X" * 21


def test_long_memos_and_notes_are_cut():
    found = sale(memo="x" * 1001, private_note="y" * 4001)
    assert (len(found['CustomerMemo']['value']), len(found['PrivateNote'])) == (1000, 4000)


def test_an_exchange_rate_is_limited_to_what_quickbooks_takes():
    assert sale(exchange_rate=D('1.0843289473284732984'))['ExchangeRate'] == 1.084328947


@pytest.mark.parametrize('lines', [(LineDoc(description="Only words"),), (LineDoc(),)])
def test_a_document_without_amounts_is_refused(lines):
    with pytest.raises(PayloadError, match="at least one"):
        sale(*lines)


def test_a_document_of_nothing_else_is_no_sales_document():
    with pytest.raises(PayloadError):
        sale(kind='Bill')


def test_a_total_of_zero_is_a_document():
    assert amounts(sale(line(amount=D(0), unit_price=D(0)))) == [0]


# === TAX === #

@pytest.mark.parametrize(('taxable', 'code'), [(True, 'TAX'), (False, 'NON')])
def test_us_lines_say_taxable_or_not(taxable, code):
    found = sale(line(taxable=taxable), tax_regime='us')
    assert found['Line'][0]['SalesItemLineDetail']['TaxCodeRef'] == {'value': code}
    assert found['TxnTaxDetail'] == {'TotalTax': 0}
    assert 'GlobalTaxCalculation' not in found


def test_us_tax_without_a_code_is_refused():
    with pytest.raises(PayloadError, match="its own tax"):
        sale(tax_regime='us', tax_total=D('8.25'))


def test_elsewhere_every_line_has_a_code_and_quickbooks_computes():
    found = sale(line(), line(discount=D(10), amount=D(90)), tax_regime='global')
    assert found['GlobalTaxCalculation'] == 'TaxExcluded' and 'TxnTaxDetail' not in found
    assert [part['SalesItemLineDetail']['TaxCodeRef'] for part in found['Line']] == [{'value': '3'}] * 3


def test_elsewhere_a_line_without_a_code_is_refused():
    with pytest.raises(PayloadError, match="'Desk' has no tax code"):
        sale(line(tax_code=None), tax_regime='global')


def test_a_company_without_sales_tax_gets_no_tax_fields():
    found = sale()
    assert 'TxnTaxDetail' not in found and 'GlobalTaxCalculation' not in found
    assert 'TaxCodeRef' not in found['Line'][0]['SalesItemLineDetail']
    with pytest.raises(PayloadError, match="does not use sales tax"):
        sale(tax_total=D(1))


# === LINES === #

def test_sections_and_notes_are_lines_of_text():
    found = sale(LineDoc(description="Furniture"), line(), LineDoc(description=""), LineDoc(description="x" * 4001))
    assert [part['DetailType'] for part in found['Line']] == [
        'DescriptionOnly', 'SalesItemLineDetail', 'DescriptionOnly']
    assert found['Line'][0] == {
        'DetailType': 'DescriptionOnly', 'Description': "Furniture", 'DescriptionLineDetail': {}}
    assert len(found['Line'][2]['Description']) == 4000


@pytest.mark.parametrize('values', [{'item': None}, {'amount': None}])
def test_half_a_line_is_refused(values):
    with pytest.raises(PayloadError, match="'Desk'"):
        sale(line(**values))


def detail_of(**values):
    """Return the only line of an invoice and its detail."""
    [found] = sale(line(**values))['Line']
    return found, found['SalesItemLineDetail']


def test_a_price_that_does_not_lead_to_the_amount_is_replaced():
    found, detail = detail_of(quantity=D(3), unit_price=D('33.33'), amount=D(100))
    assert (found['Amount'], detail['Qty'], detail['UnitPrice']) == (100, 3, 33.333)


def test_a_quantity_of_zero_with_an_amount_is_told_in_words():
    found, detail = detail_of(quantity=D(0), unit_price=D('5.50'), amount=D(7))
    assert found['Amount'] == 7 and 'Qty' not in detail and 'UnitPrice' not in detail
    assert found['Description'] == "Desk (0 x 5.5)"


def test_a_quantity_without_any_price_is_told_in_words():
    found, _detail = detail_of(quantity=D(0), unit_price=None, amount=D(7))
    assert found['Description'] == "Desk (0)"


def test_a_quantity_of_zero_without_an_amount_is_an_ordinary_line():
    found, detail = detail_of(quantity=D(0), unit_price=D(5), amount=D(0))
    assert (found['Amount'], detail['Qty'], detail['UnitPrice']) == (0, 0, 5)


def test_words_about_the_quantity_survive_a_long_description():
    found, _detail = detail_of(quantity=D(0), unit_price=D(5), amount=D(7), description="x" * 5000)
    assert found['Description'].endswith("… (0 x 5)") and len(found['Description']) == 4000


def test_a_line_without_quantity_has_its_amount_only():
    found, detail = detail_of(quantity=None, unit_price=None, amount=D('-0.01'))
    assert found['Amount'] == -0.01 and set(detail) == {'ItemRef'}


def test_noise_of_floats_does_not_reach_the_books():
    found, detail = detail_of(quantity=D('3.0000000000000004'), unit_price=D('0.30000000000000004'), amount=D('0.9'))
    assert (found['Amount'], detail['Qty'], detail['UnitPrice']) == (0.9, 3, 0.3)
    assert sale(tax_regime='us', tax_total=D('8.250000000000001'), tax_code='2')['TxnTaxDetail']['TotalTax'] == 8.25


def test_an_amount_beyond_15_digits_is_refused():
    with pytest.raises(PayloadError, match="15 digits") as caught:
        sale(line(quantity=None, amount=D('99999999999999.99')))
    assert caught.value.field == 'Amount'


# === DISCOUNTS === #

def test_a_discount_is_a_line_of_its_own_with_the_same_item_and_tax():
    found = sale(line(discount=D(10), amount=D(90), taxable=True), tax_regime='us')
    gross, off = found['Line']
    assert (gross['Amount'], gross['SalesItemLineDetail']['UnitPrice']) == (100, 100)
    assert (off['Amount'], off['Description']) == (-10, "Discount 10 %")
    assert off['SalesItemLineDetail'] == {'ItemRef': {'value': '7'}, 'TaxCodeRef': {'value': 'TAX'}}


@pytest.mark.parametrize(('discount', 'text'), [('12.50', "Discount 12.5 %"), ('100', "Discount 100 %")])
def test_a_discount_is_written_as_people_do(discount, text):
    percent = D(discount)
    found = sale(line(discount=percent, amount=100 - percent))
    assert found['Line'][1]['Description'] == text


def test_a_full_discount_leaves_nothing():
    assert amounts(sale(line(discount=D(100), amount=D(0)))) == [100, -100]


def test_a_discount_on_a_price_that_includes_tax_is_taken_from_the_net_amount():
    found = sale(line(quantity=D(2), unit_price=D(121), discount=D(10), amount=D(180)))
    assert amounts(found) == [200, -20]


def test_a_discount_on_nothing_is_one_line():
    assert len(sale(line(discount=D(10), unit_price=D(0), amount=D(0)))['Line']) == 1


def test_a_discount_without_price_is_taken_from_the_net_amount():
    assert amounts(sale(line(quantity=None, unit_price=None, discount=D(25), amount=D(75)))) == [100, -25]


@given(
    st.decimals('0.001', '9999', places=3), st.decimals('0', '99999', places=4),
    st.decimals('0', '100', places=2), st.integers(0, 3),
)
def test_gross_and_discount_add_up_to_the_net_amount(quantity, price, discount, digits):
    net = round_half_up(quantity * price * (1 - discount / 100), digits)
    payload = sale(line(quantity=quantity, unit_price=price, discount=discount, amount=net), digits=digits)
    parts = [part['Amount'] for part in json.loads(
        json.dumps(payload), parse_float=Decimal, parse_int=Decimal)['Line']]
    assert sum(parts) == net
    if len(parts) == 2:
        assert parts[0] == round_half_up(quantity * price, digits)


@given(st.decimals('-9999', '9999', places=3), st.decimals('-9999', '9999', places=2) | st.none(),
       st.decimals('-100', '100', places=2), st.decimals('-99999', '99999', places=2))
def test_whatever_the_line_its_amount_is_booked_and_the_check_passed(quantity, price, discount, amount):
    payload = sale(line(quantity=quantity, unit_price=price, discount=discount, amount=amount))
    assert sum(amounts(payload)) == amount


# === PAYMENTS === #

def test_a_full_payment():
    assert payment(
        Allocation('130', 'Invoice', D('60.5')), Allocation('131', 'Invoice', D('39.5')), currency='EUR',
        exchange_rate=D('1.1'), deposit_account='35', method='2', reference="CHK 7", private_note="odoo:1:x:1",
    ) == {
        'CustomerRef': {'value': '58'}, 'TxnDate': '2026-11-21', 'TotalAmt': 100, 'CurrencyRef': {'value': 'EUR'},
        'ExchangeRate': 1.1,
        'Line': [
            {'Amount': 60.5, 'LinkedTxn': [{'TxnId': '130', 'TxnType': 'Invoice'}]},
            {'Amount': 39.5, 'LinkedTxn': [{'TxnId': '131', 'TxnType': 'Invoice'}]},
        ],
        'DepositToAccountRef': {'value': '35'}, 'PaymentMethodRef': {'value': '2'}, 'PaymentRefNum': "CHK 7",
        'PrivateNote': "odoo:1:x:1",
    }


def test_a_payment_without_links_says_so():
    assert payment()['Line'] == []


def test_a_long_reference_is_cut_and_stands_complete_in_the_note():
    reference = "INV/2026/00001, INV/2026/00002"
    found = payment(reference=reference, private_note="odoo:1:x:1")
    assert found['PaymentRefNum'] == "INV/2026/00001, INV/2"
    assert found['PrivateNote'] == f"{reference}\nodoo:1:x:1"


def test_a_full_note_keeps_its_mark():
    note = "y" * 3980 + "\nodoo:1:x:1"
    found = payment(reference="z" * 100, private_note=note)['PrivateNote']
    assert len(found) <= 4000 and found.endswith("\nodoo:1:x:1")


def test_a_credit_memo_is_applied_by_a_payment_of_nothing():
    found = payment(Allocation('130', 'Invoice', D(40)), Allocation('140', 'CreditMemo', D(40)), total=D(0))
    assert found['TotalAmt'] == 0 and [part['Amount'] for part in found['Line']] == [40, 40]


def test_money_paid_out_uses_a_payment_up_as_an_invoice_does():
    found = payment(Allocation('150', 'Check', D(40)), Allocation('151', 'Expense', D(60)))
    assert [part['Amount'] for part in found['Line']] == [40, 60]
    with pytest.raises(PayloadError):
        payment(Allocation('150', 'Check', D('100.01')))


def test_a_journal_entry_helps_or_burdens_a_payment_as_it_credits_or_debits_the_customer():
    payment(Allocation('130', 'Invoice', D(102)), Allocation('160', 'JournalEntry', D(2), credit=True))
    payment(Allocation('130', 'Invoice', D(98)), Allocation('160', 'JournalEntry', D(2)))
    with pytest.raises(PayloadError):
        payment(Allocation('130', 'Invoice', D(99)), Allocation('160', 'JournalEntry', D(2)))


@pytest.mark.parametrize(('allocations', 'values', 'field'), [
    ([Allocation('1', 'Invoice', D('100.01'))], {}, 'TotalAmt'),
    ([Allocation('1', 'Invoice', D(0))], {}, 'Amount'),
    ([Allocation('1', 'Invoice', D(-5))], {}, 'Amount'),
    ([Allocation('1', 'Estimate', D(5))], {}, 'TxnType'),
    ([], {'total': D(-1)}, 'TotalAmt'),
    ([Allocation('1', 'CreditMemo', D(5))], {}, 'Amount'),
])
def test_a_payment_that_does_not_add_up_is_refused(allocations, values, field):
    with pytest.raises(PayloadError) as caught:
        payment(*allocations, **values)
    assert caught.value.field == field
