"""The control plane, the record of calls, and the pages."""

import json

import pytest

from tests.simulator import UK_REALM, US_REALM

from .support import BASIC, line, sale


def test_the_record_holds_every_call_and_answer(us):
    us.client.delete('/_sim/calls')
    us.customer()
    us.refused('Customer', {'DisplayName': "Ann Baker"}, requestid='r')
    first, second = us.client.get('/_sim/calls').get_json()['calls']
    assert (first['method'], first['path'], first['operation'], first['status']) == (
        'POST', f"/v3/company/{US_REALM}/customer", 'create', 200)
    assert first['request_body'] == {'DisplayName': "Ann Baker"}
    assert first['response_body']['Customer']['Id'] == '1' and first['response_headers']['intuit_tid']
    assert (second['query'], second['status']) == ({'requestid': 'r'}, 400)
    assert second['response_body']['Fault']['Error'][0]['code'] == '6240'


def test_the_record_holds_no_secret(us):
    us.client.get('/connect/oauth2')
    us.refresh(us.tokens['refresh_token'])
    us.client.post('/v2/oauth2/tokens/revoke', json={'token': us.tokens['refresh_token']},
                   headers={'Authorization': BASIC})
    us.call('GET', 'preferences')
    text = us.client.get('/_sim/calls').get_data(as_text=True)
    assert us.tokens['access_token'] not in text and us.tokens['refresh_token'] not in text
    assert 'sim-secret' not in text and BASIC[6:] not in text
    token_calls = [call for call in json.loads(text)['calls'] if call['path'].endswith('/bearer')]
    assert token_calls[0]['request_body']['code'] == '***'
    assert token_calls[0]['response_body']['access_token'] == '***'


def test_a_dropped_call_is_on_record(us):
    us.client.post('/_sim/fail', json={'kind': 'reset'})
    with pytest.raises(ConnectionError):
        us.call('GET', 'preferences')
    call = us.client.get('/_sim/calls').get_json()['calls'][-1]
    assert (call['dropped'], call['status'], call['failure']) == (True, None, 'reset')


def test_objects_are_seeded_by_the_same_rules_with_ids_of_ones_own(us):
    made = us.client.post('/_sim/seed', json={'objects': {US_REALM: {'Customer': [
        {'Id': '41', 'DisplayName': "Seeded"}]}}}).get_json()
    assert made['objects'][US_REALM]['Customer'][0]['Id'] == '41'
    assert us.customer("Next")['Id'] == '42'
    bad = us.client.post('/_sim/seed', json={'objects': {US_REALM: {'Customer': [{'DisplayName': "Seeded"}]}}})
    assert (bad.status_code, bad.get_json()['code']) == (400, '6240')


def test_apps_companies_and_switches_are_seeded(us):
    answer = us.client.post('/_sim/seed', json={
        'switches': {'default_order': 'id'},
        'apps': [{'client_id': 'second', 'client_secret': 's', 'redirect_uris': ['https://a.example/cb']}],
        'companies': [{'realm_id': '77', 'name': "Paris", 'country': 'FR', 'home_currency': 'EUR',
                       'multicurrency': True, 'preferences': {'SalesFormsPrefs': {'CustomTxnNumbers': False}}}]})
    assert answer.status_code == 200
    paris = us.sim.companies['77']
    assert (paris.country, paris.switch('default_order'), us.company.switch('default_order')) == ('FR', 'id', 'id')
    prefs = paris.get('Preferences', '1')
    assert prefs['CurrencyPrefs']['MultiCurrencyEnabled'] and not prefs['SalesFormsPrefs']['CustomTxnNumbers']
    assert us.sim.oauth.apps['second'].redirect_uris == ['https://a.example/cb']


@pytest.mark.parametrize('body', [
    {'switches': {'nonsense': 1}}, {'colours': []}, {'objects': {'1': {'Customer': []}, '2': 3}}, {'companies': [{}]},
    {'objects': {US_REALM: {'Unicorn': [{}]}}}])
def test_a_seed_that_makes_no_sense_is_refused(us, body):
    assert us.client.post('/_sim/seed', json=body).status_code == 400


def test_reset_forgets_everything(us):
    us.customer()
    us.client.post('/_sim/clock', json={'advance': 1000})
    us.client.post('/_sim/reset')
    assert us.sim.companies[US_REALM].all('Customer') == []
    assert us.client.get('/_sim/calls').get_json() == {'calls': []}
    assert us.client.get('/_sim/clock').get_json()['now'] == '2026-11-06T20:00:00+00:00'


def test_the_summary_adds_up(us):
    customer = us.customer()
    invoice = us.invoice(customer, line(100, 'TAX'))
    us.post('CreditMemo', sale(customer, line(40)))
    us.payment(customer, 50, ('Invoice', invoice['Id'], 30))
    summary = us.client.get(f"/_sim/summary/{US_REALM}").get_json()
    assert summary['Invoice'] == {'count': 1, 'total': 109.38, 'tax': 9.38, 'balance': 79.38}
    assert summary['CreditMemo'] == {'count': 1, 'total': 40, 'tax': 0, 'balance': 40}
    assert summary['Payment'] == {'count': 1, 'total': 50, 'tax': 0, 'balance': 20}
    assert summary['Customer'] == {'count': 1}


def test_the_books_hold_what_the_api_shows(us):
    customer = us.customer()
    invoice = us.invoice(customer)
    books = us.client.get(f"/_sim/books/{US_REALM}").get_json()
    assert books['Invoice'] == [invoice]
    assert us.client.get('/_sim/books/1').status_code == 400
    assert us.client.get('/_sim/nothing').status_code == 404


def test_all_access_tokens_can_be_ended(us):
    us.client.post('/_sim/expire')
    assert us.call('GET', 'preferences').status_code == 401


def test_a_person_can_look_at_the_books(us):
    customer = us.customer("Ann <b>Baker</b>")
    invoice = us.invoice(customer, dict(line(1234.5, 'TAX', Qty=1, UnitPrice=1234.5), Description="Big <pump>"),
                         DocNumber='INV/1')
    payment = us.payment(customer, 50, ('Invoice', invoice['Id'], 50))
    us.refused('Customer', {'DisplayName': "Ann <b>Baker</b>"})

    def page(path):
        answer = us.client.get(path)
        assert answer.status_code == 200 and 'text/html' in answer.content_type
        return answer.get_data(as_text=True)

    home = page('/')
    assert "Sandbox Company US" in home and "Sandbox Company UK" in home and "6240 Duplicate Name" in home
    company = page(f"/books/{US_REALM}")
    assert "INV/1" in company and "1,350.23" in company and "Ann &lt;b&gt;Baker" in company and "<b>B" not in company
    document = page(f"/books/{US_REALM}/Invoice/{invoice['Id']}")
    assert "Big &lt;pump&gt;" in document and "1,234.50" in document and "California State, 6 % of 1,234.50" in document
    assert f"/books/{US_REALM}/Invoice/{invoice['Id']}" in page(f"/books/{US_REALM}/Payment/{payment['Id']}")
    assert "Undeposited Funds" in page(f"/books/{US_REALM}/Account")


@pytest.mark.parametrize('path', ['/books/1', f"/books/{UK_REALM}/Unicorn", f"/books/{UK_REALM}/Invoice/9", '/books/'])
def test_a_page_that_is_not_there_is_not_found(us, path):
    assert us.client.get(path).status_code == 404
