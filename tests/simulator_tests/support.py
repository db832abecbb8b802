"""What the tests of the simulator share: a connected caller, and short spellings of bodies and faults."""

import base64
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import Client

from tests.simulator import CLIENT_ID, CLIENT_SECRET

REDIRECT = 'https://odoo.example/qbo/oauth/callback'
BASIC = 'Basic ' + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
AUTHORIZE = {'client_id': CLIENT_ID, 'redirect_uri': REDIRECT, 'response_type': 'code', 'state': 'abc',
             'scope': 'com.intuit.quickbooks.accounting'}


class Caller:
    """A connected app talking to one company through the WSGI test client."""

    def __init__(self, sim, realm):
        self.sim, self.realm = sim, realm
        self.client = Client(sim.wsgi)
        self.company = sim.companies[realm]
        sim.oauth.register(CLIENT_ID, redirect_uris=[REDIRECT])
        self.tokens = self.exchange(self.code()).get_json()

    def code(self, **changed):
        """The code of an approved consent."""
        answer = self.client.post('/connect/oauth2', data=dict(AUTHORIZE, realm_id=self.realm, decision='approve',
                                                               **changed))
        return parse_qs(urlsplit(answer.headers['Location']).query)['code'][0]

    def token(self, headers=None, **form):
        """A call of the token address."""
        return self.client.post('/oauth2/v1/tokens/bearer', data=form,
                                headers={'Authorization': BASIC, **(headers or {})})

    def exchange(self, code, **changed):
        """Exchange a code."""
        return self.token(**dict({'grant_type': 'authorization_code', 'code': code, 'redirect_uri': REDIRECT},
                                 **changed))

    def refresh(self, value):
        """Refresh a token."""
        return self.token(grant_type='refresh_token', refresh_token=value)

    def call(self, method, path, body=None, realm=None, headers=None, **query):
        """The raw answer of a call under the company's address."""
        options = {'json': body} if body is not None else {}
        return self.client.open(
            f"/v3/company/{realm or self.realm}/{path}", method=method, query_string=query,
            headers={'Authorization': f"Bearer {self.tokens['access_token']}", **(headers or {})}, **options)

    def post(self, entity, body, **query):
        """Write an object that must be accepted; returns it."""
        answer = self.call('POST', entity.lower(), body, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()[entity]

    def get(self, entity, remote_id):
        """Read an object that must be there."""
        answer = self.call('GET', f"{entity.lower()}/{remote_id}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()[entity]

    def refused(self, entity, body, **query):
        """Write an object that must be refused; returns the error."""
        answer = self.call('POST', entity.lower(), body, **query)
        return error_of(answer)

    def query(self, statement):
        """The QueryResponse of a statement that must be accepted."""
        answer = self.call('GET', 'query', query=statement)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()['QueryResponse']

    def preferences(self, **groups):
        """Change the company's settings."""
        assert self.client.post(f"/_sim/preferences/{self.realm}", json=groups).status_code == 200

    # --- ready-made objects ---

    def customer(self, name="Ann Baker", **more):
        """A customer."""
        return self.post('Customer', {'DisplayName': name, **more})

    def invoice(self, customer, *lines, **more):
        """An invoice; one line of 100 without lines."""
        return self.post('Invoice', sale(customer, *lines, **more))

    def payment(self, customer, total, *links, **more):
        """A payment; `links` are (entity, id, amount)."""
        return self.post('Payment', paid(customer, total, *links, **more))


def line(amount=100, code='NON', item='1', **detail):
    """A line that sells an item."""
    return {'Amount': amount, 'DetailType': 'SalesItemLineDetail',
            'SalesItemLineDetail': {'ItemRef': {'value': item}, 'TaxCodeRef': {'value': code}, **detail}}


def sale(customer, *lines, **more):
    """The body of a sales document."""
    return {'CustomerRef': {'value': customer['Id']}, 'Line': list(lines) or [line()], **more}


def paid(customer, total, *links, **more):
    """The body of a payment."""
    return {'CustomerRef': {'value': customer['Id']}, 'TotalAmt': total, 'Line': [
        {'Amount': amount, 'LinkedTxn': [{'TxnId': remote_id, 'TxnType': entity}]}
        for entity, remote_id, amount in links], **more}


def ref(obj, **more):
    """Id and SyncToken of an object: what an update, delete or void needs."""
    return {'Id': obj['Id'], 'SyncToken': obj['SyncToken'], **more}


def error_of(answer, status=400):
    """The first error of a fault, with the status checked."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()['Fault']['Error'][0]
