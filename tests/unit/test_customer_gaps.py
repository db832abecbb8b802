"""What QuickBooks would miss, change or refuse of a customer."""

import pytest
from qbo.customer_gaps import CHANGED, LEFT_OUT, MISSING, NOTED, REFUSED, Gap, customer_gaps
from qbo.documents import Address, CustomerDoc
from qbo.payloads.customer import customer_payload

WHOLE = {
    'display_name': "Whole Customer", 'email': 'whole@example.com', 'phone': '+1 415 555 0100',
    'billing': Address(lines=("1 Main St",), city="Springfield", state="IL", postal_code="62701", country="USA"),
}


def gaps(taxed_by_address=True, **changes):
    """Return the gaps of a customer who has all, but for these changes."""
    return customer_gaps(CustomerDoc(**{**WHOLE, **changes}), taxed_by_address)


def test_a_customer_who_has_all_has_no_gap():
    assert gaps() == []


@pytest.mark.parametrize(('changes', 'expected'), [
    ({'display_name': " \U0001f600 "}, [Gap('name', REFUSED)]),
    ({'display_name': "Ann: Branch"}, [Gap('name', CHANGED, "Ann - Branch")]),
    ({'display_name': "x" * 120}, [Gap('name', CHANGED, "x" * 100)]),
    ({'email': ''}, [Gap('email', MISSING)]),
    ({'email': 'nobody'}, [Gap('email', LEFT_OUT, 'nobody')]),
    ({'email': 'a@example.com, nobody'}, [Gap('email', CHANGED, 'a@example.com')]),
    ({'phone': 'call the front desk, extension 12345'}, [Gap('phone', NOTED, 'call the front desk, extension 12345')]),
    ({'phone': '+1 (415) 555 - 0100 - 0100 - 0100'}, [Gap('phone', CHANGED, '+1415555010001000100')]),
    ({'website': f'https://example.com/{"x" * 1000}'}, [Gap('website', LEFT_OUT, f'https://example.com/{"x" * 1000}')]),
    ({'resale_number': "1" * 17}, [Gap('tax_id', NOTED, "1" * 17)]),
    ({'tax_identifier': "1" * 21}, [Gap('tax_id', NOTED, "1" * 21)]),
    ({'notes': "n" * 2001}, [Gap('notes', CHANGED, "n" * 1999 + "…")]),
    ({'billing': None}, [Gap(field, MISSING) for field in ('street', 'city', 'postal_code', 'country', 'state')]),
])
def test_each_gap_is_named_with_what_becomes_of_it(changes, expected):
    assert gaps(**changes) == expected


def test_the_state_is_missed_only_where_the_tax_depends_on_it():
    stateless = Address(lines=("1 High St",), city="Leeds", postal_code="LS1", country="UK")
    assert gaps(taxed_by_address=False, billing=stateless) == []
    assert gaps(billing=stateless) == [Gap('state', MISSING)]


def test_what_is_said_to_be_changed_is_what_is_sent():
    doc = CustomerDoc(**{**WHOLE, 'display_name': "Ann: Branch", 'email': 'a@example.com; nobody'})
    said = {gap.field: gap.value for gap in customer_gaps(doc)}
    payload = customer_payload(doc)
    assert said == {'name': payload['DisplayName'], 'email': payload['PrimaryEmailAddr']['Address']}
