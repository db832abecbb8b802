"""Batch and change data capture."""

import pytest

from .support import error_of, ref, sale


def batch(us, *items, **query):
    """The items of a batch answer."""
    answer = us.call('POST', 'batch', {'BatchItemRequest': list(items)}, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()['BatchItemResponse']


def test_a_batch_answers_each_item_in_order_and_goes_on_after_a_fault(us):
    invoice = us.invoice(us.customer())
    made, refused, voided, found = batch(
        us, {'bId': 'a', 'operation': 'create', 'Vendor': {'DisplayName': "Store"}},
        {'bId': 'b', 'operation': 'create', 'Vendor': {'DisplayName': "Store"}},
        {'bId': 'c', 'operation': 'update', 'optionsData': 'void', 'Invoice': ref(invoice)},
        {'bId': 'd', 'Query': "select * from Vendor"})
    assert [item['bId'] for item in (made, refused, voided, found)] == list('abcd')
    assert made['Vendor']['Id'] and refused['Fault']['Error'][0]['code'] == '6240'
    assert voided['Invoice']['TotalAmt'] == 0 and found['QueryResponse']['maxResults'] == 1


def test_a_payment_is_voided_in_a_batch_too(us):
    payment = us.payment(us.customer(), 5)
    [voided] = batch(us, {'bId': 'a', 'operation': 'update', 'optionsData': 'void', 'Payment': ref(payment)})
    assert voided['Payment']['TotalAmt'] == 0


@pytest.mark.parametrize(('item', 'code'), [
    ({'operation': 'create', 'Unicorn': {}}, '2000'), ({'operation': 'paint', 'Vendor': {}}, '2170'),
    ({'Query': "select"}, '4000')])
def test_an_item_that_makes_no_sense_gets_a_fault_of_its_own(us, item, code):
    [answer] = batch(us, dict(item, bId='1'))
    assert answer['Fault']['Error'][0]['code'] == code


def test_a_batch_holds_thirty_items(us):
    items = [{'bId': str(number), 'Query': "select * from Term"} for number in range(31)]
    assert len(batch(us, *items[:30])) == 30
    assert error_of(us.call('POST', 'batch', {'BatchItemRequest': items}))['code'] == '1040'
    assert error_of(us.call('POST', 'batch', {}))['code'] == '2020'


def test_the_identity_of_a_batch_item_is_requestid_and_bid(us):
    def create(bid, name):
        [answer] = batch(us, {'bId': bid, 'operation': 'create', 'Vendor': {'DisplayName': name}}, requestid='r')
        return answer['Vendor']['Id']
    assert create('1', "Store") == create('1', "Store") != create('2', "Shop")
    item = {'bId': 'x' * 11, 'Query': "select * from Term"}
    assert error_of(us.call('POST', 'batch', {'BatchItemRequest': [item]}, requestid='s'))['code'] == '2130'
    short = {'BatchItemRequest': [dict(item, bId='1')]}
    assert error_of(us.call('POST', 'batch', short, requestid='s' * 37))['code'] == '2130'


def test_captured_changes_are_grouped_and_deletions_come_last(us):
    customer = us.customer()
    us.client.post('/_sim/clock', json={'advance': 100})
    since = us.sim.clock.now().isoformat()
    first, second, third = (us.invoice(customer) for _number in range(3))
    us.client.post('/_sim/clock', json={'advance': 10})
    us.post('Invoice', ref(first, sparse=True, PrivateNote="x"))
    us.post('Invoice', ref(second), operation='delete')
    blocks = us.call('GET', 'cdc', entities='Invoice,Customer', changedSince=since).get_json()[
        'CDCResponse'][0]['QueryResponse']
    rows = blocks[0]['Invoice']
    assert [row['Id'] for row in rows] == [third['Id'], first['Id'], second['Id']]
    assert set(rows[-1]) == {'domain', 'status', 'Id', 'MetaData'} and rows[-1]['status'] == 'Deleted'
    assert (blocks[0]['maxResults'], blocks[1]) == (3, {})


def test_an_inactive_record_is_captured_as_an_object(us):
    customer = us.customer()
    us.post('Customer', ref(customer, sparse=True, Active=False))
    [block] = us.call('GET', 'cdc', entities='Customer', changedSince='2026-11-01').get_json()[
        'CDCResponse'][0]['QueryResponse']
    assert block['Customer'][0]['Active'] is False


@pytest.mark.parametrize(('old', 'told'), [('clip', []), ('accept', ["Ann Baker"]), ('fault', '2060')])
def test_changes_older_than_thirty_days_are_not_told(us, old, told):
    us.sim.set_switches(cdc_old=old)
    us.customer()
    us.client.post('/_sim/clock', json={'advance': 31 * 86400})
    us.tokens = us.refresh(us.tokens['refresh_token']).get_json()
    answer = us.call('GET', 'cdc', entities='Customer', changedSince='2026-01-01')
    if old == 'fault':
        assert error_of(answer)['code'] == told
        return
    [block] = answer.get_json()['CDCResponse'][0]['QueryResponse']
    assert [row['DisplayName'] for row in block.get('Customer', [])] == told


def test_capture_ends_at_a_thousand_over_all_entities_and_deletions_are_cut_first(us):
    us.sim.seed(us.realm, 'Customer', [{'DisplayName': f"C{number}"} for number in range(998)])
    invoices = [us.invoice({'Id': '1'}) for _number in range(3)]
    us.post('Invoice', ref(us.invoice({'Id': '1'})), operation='delete')

    def captured():
        answer = us.call('GET', 'cdc', entities='Customer,Invoice,Vendor', changedSince='2026-11-01')
        return answer.get_json()['CDCResponse'][0]['QueryResponse']
    customers, some, none = captured()
    assert (customers['maxResults'], some['maxResults'], none) == (998, 2, {})
    assert [row['Id'] for row in some['Invoice']] == [invoice['Id'] for invoice in invoices[:2]]
    assert 'totalCount' not in some
    us.sim.set_switches(cdc_cap='block', cdc_total=True)
    assert (captured()[1]['maxResults'], captured()[1]['totalCount']) == (4, 4)


@pytest.mark.parametrize(('query', 'code'), [
    ({'entities': 'TaxCode', 'changedSince': '2026-11-01'}, '2000'),
    ({'entities': 'Unicorn', 'changedSince': '2026-11-01'}, '2000'), ({'entities': 'Invoice'}, '2020'),
    ({'changedSince': '2026-11-01'}, '2020'), ({'entities': 'Invoice', 'changedSince': 'soon'}, '2060')])
def test_capture_refuses_what_it_cannot_tell(us, query, code):
    assert error_of(us.call('GET', 'cdc', **query))['code'] == code


def test_a_refused_batch_item_takes_nothing_back_from_the_others(us):
    customer = us.customer()
    batch(us, {'bId': '1', 'operation': 'create', 'Invoice': sale(customer)},
          {'bId': '2', 'operation': 'create', 'Invoice': sale({'Id': '99'})})
    assert us.query("select count(*) from Invoice")['totalCount'] == 1
