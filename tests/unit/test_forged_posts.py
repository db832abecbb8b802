"""Ten thousand forged or malformed posts against the verifier and the parser: none is believed, none stops them."""

import re
import time
from collections import Counter

import pytest
from qbo import webhooks

from tests.simulator import US_REALM, Simulator, forgeries

TOKEN, TOKENS = "a5c0d1e2-verifier", (('sandbox', "a5c0d1e2-verifier"), ('before', "another-verifier"))
POSTS = 10_000


@pytest.fixture(params=['classic', 'cloudevents'])
def genuine(request):
    """Posts as the simulator signs them, in one of the two formats."""
    sim = Simulator()
    sim.webhooks.register(url='http://127.0.0.1:9/qbo/webhook', token=TOKEN, format=request.param, connected=False)
    ann = sim.bookkeeper()
    for number in range(20):
        [customer] = sim.seed(US_REALM, 'Customer', [{'DisplayName': f"Customer {number}"}])
        ann.receive_payment(total=number + 1, customer=customer['Id'])
        if number % 5 == 0:
            sim.webhooks.compose(everything=True)
    ann.merge('Customer', customer['Id'], '1')
    return sim.webhooks.take()


def signer(forgery):
    """The label of the token a post is believed for."""
    return webhooks.verify(forgery.body, forgery.headers.get(forgeries.SIGNATURE), TOKENS)


def test_genuine_posts_are_believed_and_understood(genuine):
    changes = [change for post in genuine for change in webhooks.parse(post.body)]
    assert {signer(forgeries.Forgery('', post.body, post.headers)) for post in genuine} == {'sandbox'}
    assert Counter((change.entity, change.operation) for change in changes) == {
        ('Customer', 'created'): 20, ('Payment', 'created'): 20, ('Payment', 'updated'): 1, ('Customer', 'merged'): 1}
    assert {change.realm_id for change in changes} == {US_REALM}


def test_ten_thousand_forgeries_change_nothing(genuine):
    known = {change.event_id for post in genuine for change in webhooks.parse(post.body)}
    seen, began = Counter(), time.process_time()
    for forgery in forgeries.Forger(genuine, TOKEN, seed=6).draw(POSTS // 2):
        seen[forgery.kind] += 1
        label = signer(forgery)
        if forgery.kind not in forgeries.BELIEVABLE:
            assert label is None, forgery
            continue
        assert label == 'sandbox', forgery
        try:
            changes = webhooks.parse(forgery.body)
        except webhooks.Malformed:
            assert forgery.kind in ('no_json', 'wrong_types')
            continue
        for change in changes:
            # What is left is told already, of a company that is not connected, or of nothing that is followed; and
            # every word of it can be stored and compared.
            assert (change.event_id in known or change.realm_id != US_REALM or not change.known
                    or forgery.kind == 'wrong_types'), forgery
            assert re.fullmatch(r'[\w.:-]{1,64}', change.remote_id, re.ASCII), forgery
            assert re.fullmatch(r'[\w.:-]{1,64}', change.realm_id, re.ASCII), forgery
            assert len(change.entity) <= 40 and len(change.event_id) <= 200, forgery
            assert change.operation in webhooks.OPERATIONS.values()
    assert set(seen) == set(forgeries.KINDS)
    assert (time.process_time() - began) / (POSTS // 2) < 0.005  # seconds a post
