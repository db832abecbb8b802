"""Names, types, lengths and enumerations of properties."""

import pytest

from .support import line, sale


def test_an_unknown_property_is_refused_and_the_known_ones_are_listed(us):
    error = us.refused('Invoice', {'BadJson': 1})
    assert error['code'] == '2010'
    assert 'Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Invoice)' in error['Detail']
    assert '"DocNumber"' in error['Detail'] and 'element' not in error


def test_an_unknown_property_deep_inside_is_refused(us):
    body = sale(us.customer(), line(Colour='red'))
    assert us.refused('Invoice', body)['code'] == '2010'
    assert us.refused('Customer', {'DisplayName': "A", 'BillAddr': {'Street': "x"}})['code'] == '2010'
    assert us.refused('Customer', {'DisplayName': "A", 'SalesTermRef': {'id': '1'}})['code'] == '2010'


def test_an_extension_block_echoed_back_is_refused(us):
    assert us.refused('Customer', {'DisplayName': "A", 'CustomerEx': {'any': []}})['code'] == '2010'


def test_values_of_read_only_properties_are_ignored(us):
    customer = us.customer(Balance=77, MetaData={'CreateTime': '2001-01-01T00:00:00-08:00'}, FullyQualifiedName="Z")
    assert (customer['Balance'], customer['FullyQualifiedName']) == (0, "Ann Baker")
    assert customer['MetaData']['CreateTime'].startswith('2026-11-06')
    invoice = us.invoice(customer, TotalAmt=1, Balance=1)
    assert (invoice['TotalAmt'], invoice['Balance']) == (100, 100)


@pytest.mark.parametrize(('entity', 'field', 'limit'), [
    ('Customer', 'Title', 16), ('Customer', 'GivenName', 100), ('Customer', 'ResaleNum', 16),
    ('Customer', 'DisplayName', 500), ('Item', 'Name', 100), ('Item', 'Sku', 100), ('Item', 'Description', 4000),
    ('Term', 'Name', 31),
])
def test_a_text_may_be_as_long_as_published_and_no_longer(us, entity, field, limit):
    body = {'Customer': {'DisplayName': "A"}, 'Term': {'Name': "T", 'DueDays': 3},
            'Item': {'Name': "I", 'Type': 'Service', 'IncomeAccountRef': {'value': '15'}}}[entity]
    error = us.refused(entity, dict(body, **{field: 'x' * (limit + 1)}))
    assert (error['code'], error['element']) == ('2050', field)
    assert f"Min:0 Max:{limit} supported. Supplied length:{limit + 1}" in error['Detail']
    us.post(entity, dict(body, **{field: 'x' * limit}))


@pytest.mark.parametrize(('field', 'limit'), [('DocNumber', 21), ('PrivateNote', 4000)])
def test_document_texts_have_limits(us, field, limit):
    customer = us.customer()
    assert us.refused('Invoice', sale(customer, **{field: 'x' * (limit + 1)}))['code'] == '2050'
    us.invoice(customer, **{field: 'x' * limit})


def test_the_customer_memo_reports_its_limit_under_its_label(us):
    error = us.refused('Invoice', sale(us.customer(), CustomerMemo={'value': 'x' * 1001}))
    assert (error['code'], error['element']) == ('2050', 'Customer Memo')
    assert 'Max:1,000 supported. Supplied length:1001' in error['Detail']


def test_line_descriptions_phones_and_mail_have_limits(us):
    customer = us.customer()
    assert us.refused('Invoice', sale(customer, dict(line(), Description='x' * 4001)))['code'] == '2050'
    assert us.refused('Customer', {'DisplayName': "B", 'PrimaryPhone': {'FreeFormNumber': '1' * 31}})['code'] == '2050'
    mail = f"{'x' * 95}@ab.example"
    assert us.refused('Customer', {'DisplayName': "B", 'PrimaryEmailAddr': {'Address': mail}})['code'] == '2050'


@pytest.mark.parametrize(('entity', 'body'), [
    ('Invoice', {'EmailStatus': 'Perhaps'}), ('Invoice', {'PrintStatus': 'Later'}),
    ('Item', {'Name': "A", 'Type': 'Thing'}), ('PaymentMethod', {'Name': "A", 'Type': 'GOLD'}),
    ('Customer', {'DisplayName': "A", 'PreferredDeliveryMethod': 'Pigeon'}),
    ('Customer', {'DisplayName': "A", 'TaxExemptionReasonId': '16'}),
    ('Account', {'Name': "A", 'AccountType': 'Cash'}),
])
def test_a_value_outside_of_an_enumeration_is_refused(us, entity, body):
    if entity == 'Invoice':
        body = sale(us.customer(), **body)
    assert us.refused(entity, body)['code'] == '2170'


def test_a_line_of_an_unknown_kind_is_refused(us):
    body = sale(us.customer(), dict(line(), DetailType='SalesLine'))
    assert us.refused('Invoice', body)['code'] == '2170'


@pytest.mark.parametrize(('field', 'value', 'code'), [
    ('TxnDate', 'tomorrow', '2060'), ('Deposit', 'much', '2080'), ('Line', [{'LineNum': 'one'}], '2070'),
    ('ApplyTaxAfterDiscount', 'maybe', '2090'), ('CustomerRef', '1', '2090'), ('PrivateNote', {}, '2090'),
])
def test_a_value_of_the_wrong_type_is_refused(us, field, value, code):
    assert us.refused('Invoice', dict(sale(us.customer()), **{field: value}))['code'] == code


def test_numbers_and_booleans_may_come_as_text(us):
    invoice = us.invoice(us.customer(), line('100.00', Qty='2', UnitPrice='50'), ApplyTaxAfterDiscount='true')
    assert (invoice['TotalAmt'], invoice['ApplyTaxAfterDiscount']) == (100, True)


def test_what_is_no_json_or_no_utf8_or_no_object_is_refused(us):
    headers = {'Authorization': f"Bearer {us.tokens['access_token']}"}
    address = f"/v3/company/{us.realm}/customer"

    def send(data, kind='application/json'):
        answer = us.client.post(address, data=data, content_type=kind, headers=headers)
        return answer.get_json()['Fault']['Error'][0]['code']

    assert send(b'{"DisplayName":') == '2010'
    assert send(b'{"DisplayName": "caf\xe9"}') == '500'
    assert send(b'DisplayName=A', 'application/x-www-form-urlencoded') == '1050'
    assert send(b'[]') == '2090'


def test_emoji_are_refused_unless_the_switch_keeps_them(us):
    assert us.refused('Customer', {'DisplayName': "Smile \U0001F600"})['code'] == '2040'
    us.company.switches['beyond_bmp'] = 'keep'
    assert us.customer("Smile \U0001F600")['DisplayName'] == "Smile \U0001F600"


def test_other_alphabets_and_accents_are_kept(us):
    assert us.customer("Café Ωmega 株式会社")['DisplayName'] == "Café Ωmega 株式会社"
