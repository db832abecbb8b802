"""Customers and items as JSON."""

from datetime import date
from decimal import Decimal

import pytest
from qbo.documents import Address, CustomerDoc, ItemDoc
from qbo.payloads import PayloadError
from qbo.payloads.common import address, email
from qbo.payloads.customer import customer_payload
from qbo.payloads.item import item_payload

D = Decimal


def item(**values):
    """Return the payload of an item."""
    return item_payload(ItemDoc(**{'name': "Desk", 'kind': 'Service', 'income_account': '79', **values}))


def customer(**values):
    """Return the payload of a customer."""
    return customer_payload(CustomerDoc(**{'display_name': "Azure Interior", **values}))


# === CUSTOMERS === #

def test_a_full_customer():
    home = Address(lines=("Azure Interior", "4557 De Silva St"), city="Fremont", state="CA", postal_code="94538",
                   country="United States")
    assert customer(
        company_name="Azure Interior", given_name="Brandon", family_name="Freeman", email="a@example.com",
        phone="(870)-931-0505", mobile="+1 555", website="http://azure.example.com", billing=home, shipping=home,
        currency='USD', resale_number="US12345", notes="Pays\nlate", taxable=False,
    ) == {
        'DisplayName': "Azure Interior", 'CompanyName': "Azure Interior", 'GivenName': "Brandon",
        'FamilyName': "Freeman", 'PrimaryEmailAddr': {'Address': "a@example.com"},
        'PrimaryPhone': {'FreeFormNumber': "(870)-931-0505"}, 'Mobile': {'FreeFormNumber': "+1 555"},
        'WebAddr': {'URI': "http://azure.example.com"},
        'BillAddr': {'Line1': "Azure Interior", 'Line2': "4557 De Silva St", 'City': "Fremont",
                     'CountrySubDivisionCode': "CA", 'PostalCode': "94538", 'Country': "United States"},
        'ShipAddr': {'Line1': "Azure Interior", 'Line2': "4557 De Silva St", 'City': "Fremont",
                     'CountrySubDivisionCode': "CA", 'PostalCode': "94538", 'Country': "United States"},
        'CurrencyRef': {'value': 'USD'}, 'ResaleNum': "US12345", 'Notes': "Pays\nlate", 'Taxable': False,
        'Active': True,
    }


def test_an_exempt_customer_has_a_reason():
    payload = customer(taxable=False, exemption=9)
    assert (payload['Taxable'], payload['TaxExemptionReasonId']) == (False, '9')
    assert 'TaxExemptionReasonId' not in customer(taxable=True)


def test_what_is_empty_is_not_sent():
    assert customer() == {'DisplayName': "Azure Interior", 'Active': True}


@pytest.mark.parametrize('name', ['', '   ', '🎉🎉', '\t'])
def test_a_customer_without_a_name_is_refused(name):
    with pytest.raises(PayloadError, match="needs a name") as caught:
        customer(display_name=name)
    assert caught.value.field == 'DisplayName'


def test_names_are_cleaned():
    found = customer(display_name="Parent: Child\t🎉", given_name="A:B", family_name="🎉")
    assert (found['DisplayName'], found['GivenName']) == ("Parent - Child", "A-B")
    assert 'FamilyName' not in found


def test_a_long_phone_number_loses_its_blanks_first_and_then_goes_into_the_notes():
    found = customer(phone="+1 (870) 931 - 0505  ext.  12345 6")
    assert found['PrimaryPhone'] == {'FreeFormNumber': "+18709310505ext123456"}
    found = customer(phone="1" * 31, mobile="2" * 31, notes="Hello")
    assert 'PrimaryPhone' not in found and 'Mobile' not in found
    assert found['Notes'] == f"Hello\nPhone: {'1' * 31}\nMobile: {'2' * 31}"


def test_a_tax_id_is_never_cut():
    found = customer(resale_number="R" * 17, tax_identifier="T" * 21)
    assert 'ResaleNum' not in found and 'PrimaryTaxIdentifier' not in found
    assert found['Notes'] == f"Tax ID: {'R' * 17}\nTax ID: {'T' * 21}"
    assert customer(tax_identifier="GB123456789")['PrimaryTaxIdentifier'] == "GB123456789"


def test_long_notes_are_cut():
    assert len(customer(notes="x" * 5000)['Notes']) == 2000


def test_a_website_that_is_too_long_is_left_out():
    assert 'WebAddr' not in customer(website="http://" + "x" * 1000)


@pytest.mark.parametrize(('text', 'kept'), [
    ("a@example.com", "a@example.com"), ("Ann <a@example.com>", "a@example.com"),
    ("a@example.com, b@example.com", "a@example.com, b@example.com"),
    ("a@example.com; b@example.com", "a@example.com, b@example.com"),
    ("a@example.com, broken", "a@example.com"),
    ("broken", None), ("a@b", None), ("a@@example.com", None), ("", None), (None, None), ("a@example.", None),
    ("x" * 90 + "@example.com", None),
    (", ".join(["someone@example.com"] * 9), ", ".join(["someone@example.com"] * 4)),
])
def test_only_well_formed_addresses_are_sent(text, kept):
    assert email(text) == (kept and {'Address': kept})


def test_more_than_five_lines_are_joined_into_the_fifth():
    assert address(Address(lines=tuple("1234567"))) == {
        'Line1': '1', 'Line2': '2', 'Line3': '3', 'Line4': '4', 'Line5': '5, 6, 7'}


def test_lines_of_an_address_are_lines():
    assert address(Address(lines=("Floor 1\nDoor 2", "", "🎉"))) == {'Line1': "Floor 1, Door 2"}


def test_an_empty_address_is_none():
    assert address(None) is None
    assert address(Address(lines=("", "  "))) is None


def test_parts_of_an_address_are_cut_to_their_length():
    found = address(Address(lines=("x" * 600,), city="x" * 300, postal_code="9" * 40))
    assert [len(found[key]) for key in ('Line1', 'City', 'PostalCode')] == [500, 255, 30]


# === ITEMS === #

def test_a_service():
    assert item(sku="FURN_1", description="A desk", price=D('12.50'), taxable=True) == {
        'Name': "Desk", 'Type': 'Service', 'Sku': "FURN_1", 'Description': "A desk", 'UnitPrice': 12.5,
        'IncomeAccountRef': {'value': '79'}, 'Taxable': True, 'Active': True,
    }


def test_the_purchase_side_needs_an_expense_account():
    assert 'PurchaseCost' not in item(cost=D(3), purchase_description="x")
    found = item(kind='NonInventory', cost=D(3), purchase_description="x" * 2000, expense_account='80')
    assert (found['PurchaseCost'], len(found['PurchaseDesc'])) == (3, 1000)
    assert found['ExpenseAccountRef'] == {'value': '80'}


def test_an_inventory_item_starts_with_a_quantity_and_a_date():
    found = item(kind='Inventory', expense_account='80', asset_account='81', quantity_on_hand=D(0),
                 start_date=date(2026, 11, 21))
    assert found['TrackQtyOnHand'] is True
    assert (found['QtyOnHand'], found['InvStartDate'], found['AssetAccountRef']) == (0, '2026-11-21', {'value': '81'})


def test_an_inventory_item_that_exists_is_not_adjusted():
    found = item(kind='Inventory', expense_account='80', asset_account='81')
    assert 'QtyOnHand' not in found and 'InvStartDate' not in found


@pytest.mark.parametrize(('values', 'field'), [
    ({'name': ''}, 'Name'), ({'name': "🎉"}, 'Name'), ({'kind': 'Category'}, 'Type'),
    ({'sku': "x" * 101}, 'Sku'), ({'price': D('1E+12')}, 'UnitPrice'), ({'income_account': ''}, 'IncomeAccountRef'),
    ({'kind': 'Inventory'}, 'AssetAccountRef'), ({'kind': 'Inventory', 'asset_account': '1'}, 'AssetAccountRef'),
])
def test_an_item_that_quickbooks_cannot_hold_is_refused(values, field):
    with pytest.raises(PayloadError) as caught:
        item(**values)
    assert caught.value.field == field


def test_a_long_description_is_cut_with_an_ellipsis():
    found = item(description="x" * 4001)['Description']
    assert len(found) == 4000 and found.endswith('…')


def test_a_price_with_noise_is_sent_without():
    assert item(price=D('0.30000000000000004'))['UnitPrice'] == 0.3
