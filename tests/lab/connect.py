"""Connect a company of Odoo with a company of the simulator, clicking what a person clicks."""
import urllib.parse
from datetime import datetime, timezone

from .client import Browser, Form, OdooClient
from .paths import LabError

CLIENT_ID, CLIENT_SECRET = 'sim-client', 'sim-secret'
US_REALM, UK_REALM = '9130000000000001', '9130000000000002'


def connect(client: OdooClient, company_id: int, realm_id: str, simulator_url: str, **settings) -> int:
    """Create the connection of `company_id`, go through QuickBooks' consent page, and return its id.

    `settings` are further fields of the connection. Raises LabError unless it ends up connected.
    """
    client = client.in_company(company_id)
    connection = client.call('qbo.connection', 'create', [{
        'company_id': company_id, 'environment': 'sandbox',
        'client_id': CLIENT_ID, 'client_secret': CLIENT_SECRET,
        # Live from the beginning, as the company that it stands for has been for long; it is not searched for what is
        # missing. Who goes live by the buttons is tests/e2e/test_onboarding.py.
        'live_at': datetime.now(timezone.utc).strftime('%Y-%m-%d %H:%M:%S'), **settings,
    }])[0]
    fields = ['redirect_uri', 'state', 'state_reason', 'realm_id']
    redirect_uri = client.call('qbo.connection', 'read', [connection], fields)[0]['redirect_uri']
    register_app(simulator_url, redirect_uri)
    consent(client, client.call('qbo.connection', 'action_connect', [connection])['url'], realm_id)
    found = client.call('qbo.connection', 'read', [connection], fields)[0]
    if (found['state'], found['realm_id']) != ('connected', realm_id):
        raise LabError(f"The connection is {found['state']} after consent: {found['state_reason']}")
    return connection


def hear(client: OdooClient, connection: int, odoo_url: str, simulator_url: str, token: str, **settings) -> None:
    """Store the verifier token with the connection, and name Odoo's address to QuickBooks; see `listen`."""
    client.call('qbo.webhook.token', 'create', [{'connection_id': connection, 'token': token}])
    listen(odoo_url, simulator_url, token, **settings)


def listen(odoo_url: str, simulator_url: str, token: str, **settings) -> None:
    """Do what a developer does at developer.intuit.com under Webhooks; `settings` are those of the simulator."""
    target = {'url': f'{odoo_url}/qbo/webhook', 'token': token, **settings}
    Browser().post_json(f'{simulator_url}/_sim/webhooks', target)


def register_app(simulator_url: str, redirect_uri: str) -> None:
    """Do what a developer does at developer.intuit.com: name the address to return to."""
    app = {'client_id': CLIENT_ID, 'client_secret': CLIENT_SECRET, 'redirect_uris': [redirect_uri]}
    Browser().post_json(f'{simulator_url}/_sim/seed', {'apps': [app]})


def consent(browser: Browser, authorize_url: str, realm_id: str, decision: str = 'approve') -> str:
    """Open the consent page, choose the company and approve; return the address arrived at."""
    address, page = browser.open(authorize_url)
    form = Form(page)
    if form.action is None:
        raise LabError(f"There is no consent form at {address.partition('?')[0]}: {page[:300]!r}")
    choice = {**form.fields, 'realm_id': realm_id, 'decision': decision}
    return browser.open(urllib.parse.urljoin(address, form.action), choice)[0]


def accept_mappings(client: OdooClient, connection: int) -> None:
    """Open the mapping wizard, accept every suggestion and save."""
    action = client.call('qbo.connection', 'action_open_mapping_wizard', [connection])
    wizard = [action['res_id']]
    client.call('qbo.mapping.wizard', 'action_accept_all', wizard)
    client.call('qbo.mapping.wizard', 'action_save', wizard)
