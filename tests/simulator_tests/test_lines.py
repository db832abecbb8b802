"""Lines of sales documents: the accounts they post to, classes and locations, how many there may be."""

import pytest

from tests.simulator.postings import postings

from .support import line, ref, sale

PER_LINE = {'ClassTrackingPerTxn': False, 'ClassTrackingPerTxnLine': True, 'TrackDepartments': True}


def income(us, name):
    """Reference to an account by name."""
    return {'value': us.company.by_name('Account', name)['Id']}


def posted(us):
    """(account, amount) of all lines in the books."""
    return [(row['Account'], row['Amount']) for row in postings(us.company)]


def test_a_line_posts_to_the_account_of_its_item_and_a_credit_takes_it_back(us):
    customer = us.customer()
    item = us.post('Item', {'Name': "Lamp", 'Type': 'NonInventory', 'IncomeAccountRef': income(us, "Sales")})
    us.invoice(customer, line(60), line(40, item=item['Id']))
    us.post('CreditMemo', sale(customer, line(40, item=item['Id'])))
    assert posted(us) == [("Services", 60), ("Sales", 40), ("Sales", -40)]


def test_an_account_sent_with_a_line_changes_nothing(us):
    us.invoice(us.customer(), line(60, ItemAccountRef=income(us, "Sales")))
    assert posted(us) == [("Services", 60)]


def test_an_item_that_gets_another_account_takes_only_lines_that_are_written_anew_along(us):
    customer = us.customer()
    first, second = us.invoice(customer), us.invoice(customer)
    us.post('Item', ref(us.get('Item', '1'), sparse=True, IncomeAccountRef=income(us, "Sales")))
    us.post('Invoice', ref(first, sparse=True, PrivateNote="another note"))
    us.post('Invoice', ref(second, sparse=True, Line=[line()]))
    assert posted(us) == [("Services", 100), ("Sales", 100)]


def test_the_control_plane_shows_what_lines_post(us):
    us.invoice(us.customer(), DocNumber="A1")
    [row] = us.client.get(f"/_sim/postings/{us.realm}").get_json()
    assert row == {'entity': 'Invoice', 'Id': row['Id'], 'DocNumber': "A1", 'Account': "Services", 'Amount': 100,
                   'Class': None, 'Department': None}


def test_classes_and_locations_are_kept_where_the_preferences_have_them(us):
    us.preferences(AccountingInfoPrefs=PER_LINE)
    kind, place = us.post('Class', {'Name': "Retail"})['Id'], us.post('Department', {'Name': "North"})['Id']
    us.invoice(us.customer(), line(60, ClassRef={'value': kind}), line(40), DepartmentRef={'value': place})
    assert [(row['Class'], row['Department']) for row in postings(us.company)] == [("Retail", "North"), (None, "North")]


@pytest.mark.parametrize(('preferences', 'on_line', 'key'), [
    ({**PER_LINE, 'ClassTrackingPerTxnLine': False}, True, 'ClassRef'), (PER_LINE, False, 'ClassRef'),
    ({**PER_LINE, 'TrackDepartments': False}, False, 'DepartmentRef')])
def test_what_the_company_does_not_track_is_refused_or_dropped(us, preferences, on_line, key):
    entity = 'Class' if key == 'ClassRef' else 'Department'
    made = us.post(entity, {'Name': "Retail"})
    us.preferences(AccountingInfoPrefs=preferences)
    extra = {key: {'value': made['Id']}}
    body = sale(us.customer(), line(100, **extra)) if on_line else sale(us.customer(), **extra)
    error = us.refused('Invoice', body)
    assert error['code'] == '6000' and key in error['Detail']
    us.company.switches['untracked'] = 'drop'
    invoice = us.post('Invoice', body)
    assert key not in invoice and key not in invoice['Line'][0]['SalesItemLineDetail']


@pytest.mark.parametrize(('entity', 'preferences'), [
    ('Class', {'ClassTrackingPerTxn': False, 'ClassTrackingPerTxnLine': False}),
    ('Department', {'TrackDepartments': False})])
def test_new_classes_and_locations_need_a_company_that_tracks_them(us, entity, preferences):
    us.preferences(AccountingInfoPrefs=preferences)
    assert us.refused(entity, {'Name': "Retail"})['code'] == '5030'


def test_a_class_stays_when_classes_are_no_longer_tracked(us):
    us.preferences(AccountingInfoPrefs=PER_LINE)
    kind = us.post('Class', {'Name': "Retail"})['Id']
    invoice = us.invoice(us.customer(), line(100, ClassRef={'value': kind}))
    us.preferences(AccountingInfoPrefs={'ClassTrackingPerTxnLine': False})
    us.post('Invoice', ref(invoice, sparse=True, PrivateNote="another note"))
    assert [row['Class'] for row in postings(us.company)] == ["Retail"]


def test_an_inactive_class_cannot_be_used(us):
    made = us.post('Class', {'Name': "Retail"})
    us.post('Class', ref(made, sparse=True, Active=False))
    assert us.refused('Invoice', sale(us.customer(), line(100, ClassRef={'value': made['Id']})))['code'] == '610'


def test_a_document_with_tax_has_750_lines_at_most(us):
    customer = us.customer()
    assert us.refused('Invoice', sale(customer, *[line(1, code='TAX')], *[line(1)] * 750))['code'] == '6000'
    us.invoice(customer, line(1, code='TAX'), *[line(1)] * 749)
    assert us.invoice(customer, *[line(1)] * 1000)['TotalAmt'] == 1000
    us.company.switches['taxed_lines'] = 0
    us.invoice(customer, *[line(1, code='TAX')] * 751)


def test_outside_of_the_us_every_line_with_a_code_counts_as_taxed(uk):
    zero = uk.company.by_name('TaxCode', "0.0% Z")['Id']
    assert uk.refused('Invoice', sale(uk.customer(), *[line(1, code=zero)] * 751))['code'] == '6000'


def test_no_document_has_more_than_10000_lines(us):
    us.company.switches['lines'] = 3
    customer = us.customer()
    us.invoice(customer, *[line(1)] * 3)
    assert us.refused('Invoice', sale(customer, *[line(1)] * 4))['code'] == '6000'
