"""The same requests as were recorded against Intuit's sandbox get answers of the same keys, types and codes."""

import json

import pytest

from .distil_recordings import TARGET, differences
from .support import line, ref, sale

SHAPES = json.loads(TARGET.read_text(encoding='utf-8'))['shapes']
ADDRESS = {'Line1': "4581 Finch St.", 'City': "Bayshore", 'CountrySubDivisionCode': 'CA', 'PostalCode': '94326'}
AMY = {'Id': '1', 'DisplayName': "Amy's Bird Sanctuary", 'CompanyName': "Amy's Bird Sanctuary", 'GivenName': "Amy",
       'FamilyName': "Lauterbach", 'PrimaryPhone': {'FreeFormNumber': "(650) 555-3311"}, 'BillAddr': ADDRESS,
       'ShipAddr': ADDRESS, 'PrimaryEmailAddr': {'Address': "birds@a.example"}}
PLAIN = {'Amount': 100.0, 'DetailType': 'SalesItemLineDetail',
         'SalesItemLineDetail': {'ItemRef': {'value': '1', 'name': "Services"}}}
DESIGN = dict(line(337.5, Qty=4.5, UnitPrice=75), Description="Custom Design")


@pytest.fixture
def sandbox(us):
    """The US company with QuickBooks' own numbers and the first customer of Intuit's sample company."""
    us.preferences(SalesFormsPrefs={'CustomTxnNumbers': False})
    us.sim.seed(us.realm, 'Customer', [AMY])
    return us


def assert_like(recording, answer, status=200):
    """The answer has the status and the shape of the recording."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert differences(SHAPES[recording], answer.get_json()) == []


def seed(sandbox, entity, *bodies):
    """Scenery."""
    return sandbox.sim.seed(sandbox.realm, entity, bodies)


def query(sandbox, statement):
    """The raw answer of a query."""
    return sandbox.call('GET', 'query', query=statement)


def test_create_customer(sandbox):
    assert_like('create-customer-02', sandbox.call('POST', 'customer', {'DisplayName': "Doe5, Jane"}))


def test_update_customer(sandbox):
    customer = sandbox.customer("Jack Doe")
    assert_like('update-customer-01', sandbox.call('GET', f"customer/{customer['Id']}"))
    body = ref(customer, DisplayName="Jack Moe", PrimaryPhone={'FreeFormNumber': "(415) 444-1234"})
    assert_like('update-customer-03', sandbox.call('POST', 'customer', body))


def test_create_delete_and_void_invoice(sandbox):
    body = {'Line': [PLAIN], 'CustomerRef': {'value': '1'}}
    answer = sandbox.call('POST', 'invoice', body)
    assert_like('create-invoice-02', answer)
    invoice = answer.get_json()['Invoice']
    assert_like('delete-invoice-01', sandbox.call('GET', f"invoice/{invoice['Id']}"))
    assert_like('delete-invoice-03', sandbox.call('POST', 'invoice', ref(invoice), operation='delete'))
    other = sandbox.post('Invoice', body)
    assert_like('void-invoice-01', sandbox.call('GET', f"invoice/{other['Id']}"))
    answer = sandbox.call('POST', 'invoice', ref(other), operation='void')
    assert_like('void-invoice-03', answer)
    assert answer.get_json()['Invoice']['PrivateNote'] == 'Voided'


def test_deactivate_account_changes_nothing_the_second_time(sandbox):
    account = sandbox.post('Account', {'Name': "Fees Billed", 'AccountSubType': 'ServiceFeeIncome',
                                       'AccountType': 'Income'})
    sandbox.post('Account', ref(account, sparse=True, Active=False))
    first = sandbox.call('GET', f"account/{account['Id']}")
    assert_like('deactivate-account-01', first)
    body = {'Id': account['Id'], 'SyncToken': '1', 'sparse': True, 'Active': False, 'Name': "Fees Billed (deleted)"}
    again = sandbox.call('POST', 'account', body)
    assert_like('deactivate-account-03', again)
    assert again.get_json()['Account'] == first.get_json()['Account']


def test_deactivate_employee_changes_nothing_the_second_time(sandbox):
    employee = sandbox.post('Employee', {'GivenName': "Emily", 'FamilyName': "Platt"})
    sandbox.post('Employee', ref(employee, sparse=True, Active=False))
    first = sandbox.call('GET', f"employee/{employee['Id']}")
    assert_like('deactivate-employee-01', first)
    assert first.get_json()['Employee']['PrintOnCheckName'] == "Emily Platt"
    again = sandbox.call('POST', 'employee', {'Id': employee['Id'], 'SyncToken': '1', 'sparse': True, 'Active': False})
    assert_like('deactivate-employee-03', again)
    assert again.get_json()['Employee'] == first.get_json()['Employee']
    sandbox.post('Employee', {'GivenName': "John", 'FamilyName': "Johnson", 'BirthDate': '1984-10-02',
                              'HiredDate': '2015-09-08', 'PrimaryPhone': {'FreeFormNumber': "1"}})
    where = "where Active IN (true, false)"
    assert_like('all-employees-including-active-01', query(sandbox, f"select count(*) from Employee {where}"))
    assert_like('all-employees-including-active-02', query(sandbox, f"select * from Employee {where}"))


def test_update_sales_receipt_gives_the_line_a_new_id(sandbox):
    body = {'Line': [DESIGN]}
    receipt = sandbox.post('SalesReceipt', body)
    assert_like('update-sales-receipt-01', sandbox.call('GET', f"salesreceipt/{receipt['Id']}"))
    answer = sandbox.call('POST', 'salesreceipt', ref(receipt, **body))
    assert_like('update-sales-receipt-03', answer)
    changed = answer.get_json()['SalesReceipt']
    assert (changed['SyncToken'], changed['Line'][0]['Id'], changed['DocNumber']) == ('1', '2', receipt['DocNumber'])


@pytest.fixture
def people(sandbox):
    """Customers and vendors as the sample company has them."""
    phone = {'FreeFormNumber': "1"}
    seed(sandbox, 'Customer', dict(AMY, **{'DisplayName': "Freeman", 'Id': '7', 'Mobile': phone, 'Fax': phone,
                                           'Taxable': False, 'WebAddr': {'URI': "http://a.example"}}))
    seed(sandbox, 'Customer', {'DisplayName': "55 Twin Lane", 'Job': True, 'ParentRef': {'value': '7'}, 'Id': '9'})
    vendors = [{'DisplayName': f"Vendor {number:02}"} for number in range(26)]
    vendors[0].update(BillAddr=ADDRESS, AcctNum="1", TermRef={'value': '3'}, Title="Mr.", GivenName="Tony",
                      MiddleName="L", FamilyName="R", Suffix="Jr.", WebAddr={'URI': "x"}, Fax=phone, Mobile=phone,
                      PrimaryPhone=phone, PrimaryEmailAddr={'Address': "a@b.example"}, TaxIdentifier="XXXXXX2222")
    seed(sandbox, 'Vendor', *vendors)
    return sandbox


def test_customers_by_id_name_and_page(people):
    for recording, statement in (
            ('all-customers-01', "select count(*) from Customer"),
            ('all-customers-02', "select * from Customer maxresults 1000"),
            ('all-alt-select-01', "select count(*) from Customer where Id IN ('1', '7', '9')"),
            ('all-alt-select-05', "select * from Customer where Id IN ('99')"),
            ('get-display-name-01', r"select * from Customer where DisplayName = 'Amy\'s Bird Sanctuary'")):
        assert_like(recording, query(people, statement))
    assert_like('get-id-01', people.call('GET', 'customer/1'))
    assert_like('all-alt-select-03', query(people, "select * from Customer where Id = '7'"))


def test_vendors_by_page_with_inactive_ones_and_an_ampersand(people):
    assert_like('all-vendors-by-5-01', query(people, "select count(*) from Vendor"))
    assert query(people, "select count(*) from Vendor").get_json()['QueryResponse']['totalCount'] == 26
    for start in (2, 7, 12):
        answer = query(people, f"select * from Vendor orderby Id startposition {start} maxresults 5")
        assert_like('get-inactive-vendors-01', answer)
    vendor = people.query("select * from Vendor orderby Id startposition 2 maxresults 1")['Vendor'][0]
    people.post('Vendor', ref(vendor, sparse=True, Active=False))
    answer = query(people, "select * from Vendor where Active IN (true, false)")
    assert_like('get-inactive-vendors-01', answer)
    assert answer.get_json()['QueryResponse']['maxResults'] == 26
    seed(people, 'Vendor', {
        'DisplayName': "Robertson & Associates", 'CompanyName': "Robertson & Associates", 'AcctNum': "1",
        'GivenName': "J", 'FamilyName': "R", 'BillAddr': ADDRESS, 'PrimaryPhone': {'FreeFormNumber': "1"}})
    assert_like('misc-ampersand-01', query(people, "select * from Vendor where DisplayName = 'Robertson & Associates'"))


def test_sales_receipts(sandbox):
    seed(sandbox, 'SalesReceipt', {'Line': [DESIGN]}, sale(
        {'Id': '1'}, DESIGN, PrivateNote="x", PaymentMethodRef={'value': '2'}, PaymentRefNum="101",
        CustomerMemo={'value': "Thank you"}, BillAddr={'Line1': "1 Road"}))
    assert_like('all-sales-receipts-01', query(sandbox, "select * from SalesReceipt"))


def test_batch(sandbox):
    receipt = seed(sandbox, 'SalesReceipt', {'Line': [DESIGN]})[0]
    sandbox.post('SalesReceipt', ref(receipt, sparse=True, PrivateNote="x"))
    items = [{'bId': 'bid1', 'operation': 'create', 'Vendor': {'DisplayName': "Boraski Family Store"}},
             {'bId': 'bid2', 'operation': 'delete', 'Invoice': {'Id': '129', 'SyncToken': '0'}},
             {'bId': 'bid3', 'operation': 'update', 'SalesReceipt': {
                 'domain': 'QBO', 'sparse': True, 'Id': receipt['Id'], 'SyncToken': '0', 'PrivateNote': "A note."}},
             {'bId': 'bid4', 'Query': "select * from SalesReceipt where TotalAmt > '300.00'"}]
    answer = sandbox.call('POST', 'batch', {'BatchItemRequest': items})
    assert_like('batch-basic-02', answer)
    faults = [item['Fault']['Error'][0]['code'] for item in answer.get_json()['BatchItemResponse'] if 'Fault' in item]
    assert faults == ['610', '5010']


def test_cdc(sandbox):
    estimate = seed(sandbox, 'Estimate', sale(
        {'Id': '1'}, dict(line(275, 'TAX', Qty=1, UnitPrice=275), Description="Fountain"),
        CustomerMemo={'value': "Thank you"}, BillEmail={'Address': "a@b.example"}, ShipAddr=ADDRESS,
        BillAddr={'Line1': "1", 'Line2': "2", 'Line3': "3", 'Line4': "4"}))[0]
    sandbox.invoice({'Id': '1'}, LinkedTxn=[{'TxnId': estimate['Id'], 'TxnType': 'Estimate'}])
    answer = sandbox.call('GET', 'cdc', entities='Estimate', changedSince='2026-11-01T00:00:00-08:00')
    assert_like('cdc-basic-01', answer)


def test_faults(sandbox):
    assert_like('error-400-02', query(sandbox, "SELECT * FROM Custmoer"), 400)
    assert_like('error-400-json-02', sandbox.call('POST', 'invoice', {'BadJson': "x"}), 400)
    assert_like('error-500-01', sandbox.call('GET', 'customer/1/5'), 400)
    assert_like('error-500-02', sandbox.call('GET', 'customer/1.5'), 400)
    seed(sandbox, 'Customer', {'DisplayName': "Weiskopf Consulting"})
    assert_like('error-validation-02', sandbox.call('POST', 'customer', {'DisplayName': "Weiskopf Consulting"}), 400)
    assert_like('error-401-01', sandbox.call('GET', 'customer/1', headers={'Authorization': 'Bearer old'}), 401)


def test_the_comparison_finds_what_is_missing_too_many_or_of_another_type():
    expected = {'keys': {'a': 'string', 'b': {'one_of': ['x']}, 'c': {'items': 'number'}}, 'optional': ['c']}
    assert differences(expected, {'a': "text", 'b': 'x'}) == []
    assert len(differences(expected, {'a': 1, 'b': 'y', 'c': ["1"], 'd': None})) == 4
    assert len(differences(expected, {})) == 2
