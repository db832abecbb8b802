"""Webhooks: bodies, signature, what raises one, retries, and how they can go wrong."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from datetime import datetime

import pytest

from tests.simulator import UK_REALM, US_REALM, Server, Simulator

from .support import Caller

URL = 'http://127.0.0.1:9/qbo/webhook'


def told(sim):
    """(name, operation) of the classic entities that wait."""
    return [(entity['name'], entity['operation']) for post in sim.webhooks.take()
            for notice in json.loads(post.body)['eventNotifications']
            for entity in notice['dataChangeEvent']['entities']]


def test_the_classic_body_is_signed_over_its_very_bytes(us, sim):
    sim.webhooks.register(url=URL, token="a token")
    customer = us.customer("Ännchen")
    [post] = sim.webhooks.take()
    [notice] = json.loads(post.body)['eventNotifications']
    [entity] = notice['dataChangeEvent']['entities']
    assert notice['realmId'] == US_REALM
    assert {key: entity[key] for key in ('name', 'id', 'operation')} == {
        'name': 'Customer', 'id': customer['Id'], 'operation': 'Create'}
    assert datetime.fromisoformat(entity['lastUpdated'].replace('Z', '+00:00')) == datetime.fromisoformat(
        customer['MetaData']['LastUpdatedTime'])
    assert post.headers['intuit-signature'] == base64.b64encode(
        hmac.new(b"a token", post.body, hashlib.sha256).digest()).decode()
    assert post.headers['Content-Type'] == 'application/json'
    assert post.headers['intuit-notification-schema-version'] == '0.1'
    assert post.headers['User-Agent'] == 'intuit_notification_server/0.1' and post.headers['intuit-t-id']


@pytest.mark.parametrize('void', ['void', 'voided'])
def test_the_cloudevents_body_is_an_array_with_merges_and_voids(us, sim, void):
    sim.webhooks.register(url=URL, token="a token", format='cloudevents', void=void)
    gone, kept = us.customer(), us.customer("Kept")
    ann = sim.bookkeeper()
    ann.void('Invoice', us.invoice(gone)['Id'])
    ann.merge('Customer', gone['Id'], kept['Id'])
    [post] = sim.webhooks.take()
    assert post.headers['Content-Type'] == 'application/cloudevents+json'
    events = json.loads(post.body)
    assert [event['type'] for event in events] == [
        'qbo.customer.created.v1', 'qbo.customer.created.v1', 'qbo.invoice.created.v1', f'qbo.invoice.{void}.v1',
        'qbo.invoice.updated.v1', 'qbo.customer.merged.v1']
    assert (events[-1]['intuitentityid'], events[-1]['data']) == (kept['Id'], {'deletedid': gone['Id']})
    for event in events:
        assert (event['specversion'], event['intuitaccountid']) == ('1.0', US_REALM)
        assert event['source'].startswith('intuit.') and event['time'].endswith('Z')
        assert event.get('data', {}) in ({}, {'deletedid': gone['Id']})
    assert len({event['id'] for event in events}) == len(events)


def test_only_connected_companies_and_the_entities_of_the_list_raise_one(sim):
    sim.webhooks.register(url=URL, token="t")
    sim.seed(US_REALM, 'Customer', [{'DisplayName': "Nobody is connected"}])
    assert told(sim) == []
    us = Caller(sim, US_REALM)
    rate = us.query("SELECT * FROM TaxRate")['TaxRate'][0]
    sim.bookkeeper().change_tax_rate(rate['Id'], 7)
    assert told(sim) == []
    us.client.post(f'/_sim/webhooks/test/{US_REALM}', json={'count': 2})
    assert told(sim) == [('Customer', 'Update')] * 2
    sim.webhooks.register(url=URL, token="t", entities=['Payment'])
    sim.bookkeeper().receive_payment([us.invoice(us.customer())['Id']])
    assert told(sim) == [('Payment', 'Create')]


def test_several_companies_come_in_one_post_or_each_in_its_own(us, uk, sim):
    for together, posts in ((True, 1), (False, 2)):
        sim.webhooks.register(url=URL, token="t", together=together)
        us.customer(f"US {together}")
        uk.customer(f"UK {together}")
        us.customer(f"US {together} 2")
        bodies = [json.loads(post.body)['eventNotifications'] for post in sim.webhooks.take()]
        assert len(bodies) == posts
        assert sorted(notice['realmId'] for body in bodies for notice in body) == [US_REALM, UK_REALM]


def test_events_are_lost_told_twice_held_up_and_put_in_disorder(us, sim):
    sim.webhooks.register(url=URL, token="t", format='cloudevents', drop=0.3, duplicate=0.3, disorder=True, delay=60)
    for number in range(40):
        us.customer(f"Customer {number}")
    sim.webhooks.compose()
    assert not sim.webhooks.targets['sim-client'].queue     # held up
    sim.clock.advance(62)
    sim.webhooks.compose()
    ids = [event['intuitentityid'] for post in sim.webhooks.take() for event in json.loads(post.body)]
    dropped = sim.webhooks.targets['sim-client'].dropped
    assert 0 < dropped < 40 and len(set(ids)) == 40 - dropped < len(ids)
    assert ids != sorted(ids, key=int)


def test_what_is_not_acknowledged_comes_again_by_the_ladder_and_holds_up_the_rest(us, sim):
    sim.webhooks.register(url=URL, token="t")
    sent, answers = [], {}

    def send(_url, body, _headers):
        sent.append(body)
        if answers.get(body, 200) is None:
            raise TimeoutError("nothing within 3 s")
        return answers.get(body, 200)

    us.customer("First")
    sim.webhooks.compose()
    [first] = sim.webhooks.targets['sim-client'].queue
    answers[first.body] = 500
    assert sim.webhooks.deliver(send) == 1
    us.customer("Second")
    assert sim.webhooks.deliver(send) == 0      # behind the first
    for seconds in (10, 20, 30, 300, 1200, 7200, 14400, 21600, 21600):
        sim.clock.advance(seconds - 1)
        assert sim.webhooks.deliver(send) == 0
        sim.clock.advance(1)
        answers[first.body] = None
        assert sim.webhooks.deliver(send) == 1
    assert set(sent) == {first.body} and sim.webhooks.pending() == 2
    answers.clear()
    sim.clock.advance(21600)
    assert sim.webhooks.deliver(send) == 2 and sim.webhooks.pending() == 0
    assert first.attempts[0]['outcome'] == 500 and 'TimeoutError' in first.attempts[1]['outcome']


def test_a_server_posts_by_itself_and_an_address_that_answers_late_is_tried_again():
    heard, slow = [], []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((self.path, self.rfile.read(int(self.headers['Content-Length'])), dict(self.headers)))
            self.send_response(202 if slow else 200)
            self.end_headers()

        def log_message(self, *_args):
            return

    receiver = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    sim = Simulator()
    with Server(sim):
        us = Caller(sim, US_REALM)
        answer = us.client.post('/_sim/webhooks', json={
            'url': f'http://127.0.0.1:{receiver.server_port}/qbo/webhook?x=1', 'token': "t"})
        assert answer.status_code == 200 and 'token' not in answer.get_json()
        us.customer()
        until(lambda: not sim.webhooks.pending())
        slow.append(True)
        us.customer("Next")
        until(lambda: len(heard) == 2)
        assert until(lambda: us.client.get('/_sim/webhooks').get_json()['posts'][-1]['attempts'])[0]['outcome'] == 202
        slow.clear()
        sim.clock.advance(10)
        until(lambda: not sim.webhooks.pending())
    receiver.shutdown()
    receiver.server_close()
    assert heard[1][1] == heard[2][1] and heard[0][0] == '/qbo/webhook?x=1'
    assert heard[0][2]['intuit-signature'] == base64.b64encode(
        hmac.new(b't', heard[0][1], hashlib.sha256).digest()).decode()
    assert us.client.delete('/_sim/webhooks').status_code == 200
    assert us.client.post('/_sim/webhooks', json={'url': 'x', 'token': ''}).status_code == 400


def until(condition, seconds=10):
    """What `condition` returns as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found
