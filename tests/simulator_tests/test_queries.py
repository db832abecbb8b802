"""The query language."""

import pytest

from .support import error_of, line, ref, sale


@pytest.fixture
def people(us):
    """Three customers."""
    return [us.customer(name, **more) for name, more in (
        ("Zoe", {}), ("Amy's Bird Sanctuary", {'CompanyName': "Birds", 'PrimaryEmailAddr': {'Address': "a@b.example"}}),
        ("Mark & Sons", {'Taxable': False}))]


def names(us, where=''):
    """Display names a query returns, in its order."""
    return [row['DisplayName'] for row in us.query(f"select * from Customer {where}").get('Customer', [])]


def refused(us, statement):
    """The error of a statement."""
    return error_of(us.call('GET', 'query', query=statement))


def test_the_answer_counts_its_rows(us, people):
    answer = us.query("SELECT * FROM Customer ORDERBY Id")
    assert [row['Id'] for row in answer['Customer']] == [row['Id'] for row in people]
    assert (answer['startPosition'], answer['maxResults']) == (1, 3)
    assert set(answer) == {'Customer', 'startPosition', 'maxResults'}


def test_nothing_found_is_an_empty_object(us):
    assert us.query("select * from Invoice") == {}


def test_count_gives_only_the_total(us, people):
    assert us.query("SELECT COUNT(*) FROM Customer WHERE Taxable = true") == {'totalCount': 2}


@pytest.mark.parametrize(('where', 'found'), [
    (r"DisplayName = 'Amy\'s Bird Sanctuary'", ["Amy's Bird Sanctuary"]),
    ("DisplayName = 'MARK & SONS'", ["Mark & Sons"]), ("displayname = 'zoe'", ["Zoe"]),
    ("DisplayName LIKE '%bird%'", ["Amy's Bird Sanctuary"]), ("DisplayName LIKE 'Z%'", ["Zoe"]),
    ("DisplayName LIKE 'o'", []), ("Id IN ('1', '3')", ["Mark & Sons", "Zoe"]), ("Id = '2'", ["Amy's Bird Sanctuary"]),
    ("Taxable = false", ["Mark & Sons"]), ("Taxable = true AND Id IN ('1')", ["Zoe"]), ("CompanyName = ' '",
                                                                                     ["Mark & Sons", "Zoe"]),
    ("PrimaryEmailAddr = 'a@b.example'", ["Amy's Bird Sanctuary"]), ("Balance > '0'", []), ("Balance <= 0",
     ["Amy's Bird Sanctuary", "Mark & Sons", "Zoe"]), ("DisplayName > 'N'", ["Zoe"]),
])
def test_conditions(us, people, where, found):
    assert names(us, f"where {where}") == found


def test_numbers_compare_as_numbers_and_dates_as_dates(us):
    customer = us.customer()
    for amount, day in ((9, '2026-01-09'), (100, '2026-01-10')):
        us.invoice(customer, line(amount), TxnDate=day, DocNumber=f"N{amount}")
    assert us.query("select * from Invoice where TotalAmt > '10'")['Invoice'][0]['DocNumber'] == 'N100'
    assert us.query("select * from Invoice where TxnDate <= '2026-01-09'")['Invoice'][0]['DocNumber'] == 'N9'
    assert us.query("select count(*) from Invoice where TxnDate < CURRENT_DATE")['totalCount'] == 2
    assert us.query(f"select count(*) from Invoice where CustomerRef = '{customer['Id']}'")['totalCount'] == 2
    assert us.query("select count(*) from Invoice where DocNumber IN ('N9', 'N7')")['totalCount'] == 1


def test_times_of_change_are_filtered_with_their_offset(us):
    us.customer()
    us.client.post('/_sim/clock', json={'advance': 60})
    us.customer("Later")
    assert names(us, "where MetaData.LastUpdatedTime > '2026-11-06T12:00:30-08:00'") == ["Later"]
    assert len(names(us, "where MetaData.CreateTime >= '2026-11-06T20:00:00Z'")) == 2
    assert refused(us, "select * from Customer where MetaData.CreateTime > 'soon'")['code'] == '4001'


def test_pages_start_at_one_and_hold_a_hundred_unless_told(us):
    us.sim.seed(us.realm, 'Customer', [{'DisplayName': f"C{number:04}"} for number in range(1, 1105)])
    assert us.query("select * from Customer")['maxResults'] == 100
    assert us.query("select * from Customer MAXRESULTS 5000")['maxResults'] == 1000
    page = us.query("select * from Customer ORDERBY Id STARTPOSITION 1101 MAXRESULTS 1000")
    assert (page['startPosition'], page['maxResults']) == (1101, 4)
    assert us.query("select * from Customer ORDER BY Id DESC MAXRESULTS 1 STARTPOSITION 2")['Customer'][0][
        'DisplayName'] == 'C1103'
    us.company.switches['max_results'] = 'fault'
    assert refused(us, "select * from Customer MAXRESULTS 1001")['code'] == '4001'


def test_an_in_list_takes_so_many_values_and_no_more(us, people):
    def ids(count):
        return "select * from Customer where Id IN ({})".format(', '.join(f"'{number}'" for number in range(count)))
    assert us.query(ids(100))['Customer']
    assert refused(us, ids(101))['code'] == '4001'
    us.company.switches['in_values'] = 0
    assert us.query(ids(101))['Customer']


def test_inactive_records_are_hidden_unless_asked_for(us, people):
    us.post('Customer', ref(people[0], sparse=True, Active=False))
    assert "Zoe (deleted)" not in names(us)
    assert "Zoe (deleted)" in names(us, "where Active IN (true, false)")
    assert names(us, "where Active = false") == ["Zoe (deleted)"]


def test_without_order_lists_come_by_name_and_transactions_by_last_change(us, people):
    assert names(us) == ["Amy's Bird Sanctuary", "Mark & Sons", "Zoe"]
    first = us.invoice(people[0], DocNumber='1')
    us.client.post('/_sim/clock', json={'advance': 60})
    us.invoice(people[0], DocNumber='2')
    us.client.post('/_sim/clock', json={'advance': 60})
    us.post('Invoice', ref(first, sparse=True, PrivateNote="x"))
    assert [row['DocNumber'] for row in us.query("select * from Invoice")['Invoice']] == ['1', '2']
    us.company.switches['default_order'] = 'id'
    assert names(us) == ["Zoe", "Amy's Bird Sanctuary", "Mark & Sons"]


def test_several_orders_and_directions(us, people):
    assert names(us, "ORDERBY Taxable, DisplayName DESC") == ["Mark & Sons", "Zoe", "Amy's Bird Sanctuary"]


@pytest.mark.parametrize('statement', [
    "", "hello", "select * Customer", "select * from Customer where", "select Id from Customer",
    "select * from Customer where DisplayName = Zoe", "select * from Customer where DisplayName = 'Amy's'",
    "select * from Customer where Id = '1' OR Id = '2'", "select * from Customer where Id != '1'",
    "select * from Customer where DisplayName = 'Amy''s Bird'", "select * from Customer limit 5",
    "select * from Customer group by Id", "select * from Customer where (Id = '1')",
])
def test_what_is_no_query_is_refused_with_4000(us, statement):
    error = refused(us, statement)
    assert (error['code'], error['Message']) == ('4000', "Error parsing query")
    assert error['Detail'].startswith("QueryParserError: Encountered")


@pytest.mark.parametrize(('statement', 'detail'), [
    ("select * from Custmoer", "QueryValidationError: invalid context declaration: Custmoer"),
    ("select * from Customer where Colour = 'red'",
     "QueryValidationError: Property Colour not found for Entity Customer"),
    ("select * from Invoice where PrivateNote = 'x'", "QueryValidationError: property 'PrivateNote' is not queryable"),
    ("select * from Invoice where Line.Amount = '5'", "QueryValidationError: property 'Line.Amount' is not queryable"),
    ("select * from Invoice where PaymentRefNum = '5'",
     "QueryValidationError: property 'PaymentRefNum' is not queryable"),
    ("select * from Customer MAXRESULTS 0", "QueryValidationError: value 0 is too small. Min allowed value is 1"),
    ("select * from Customer STARTPOSITION 0", "QueryValidationError: value 0 is too small. Min allowed value is 1"),
    ("select * from Customer where Id > '1'", "QueryValidationError: property 'Id' supports only = and IN"),
    ("select * from Invoice where TotalAmt > 'much'", "QueryValidationError: invalid number much"),
])
def test_what_cannot_be_asked_is_refused_with_4001(us, statement, detail):
    us.post('Invoice', sale(us.customer()))
    error = refused(us, statement)
    assert (error['code'], error['Detail']) == ('4001', detail)


def test_a_query_may_be_posted(us, people):
    answer = us.client.post(
        f"/v3/company/{us.realm}/query", data="select * from Customer where Id = '1'",
        content_type='application/text', headers={'Authorization': f"Bearer {us.tokens['access_token']}"})
    assert answer.get_json()['QueryResponse']['Customer'][0]['DisplayName'] == "Zoe"


def test_payments_are_found_by_reference(us, people):
    us.payment(people[0], 5, PaymentRefNum='R-1')
    assert us.query("select * from Payment where PaymentRefNum = 'R-1'")['maxResults'] == 1
