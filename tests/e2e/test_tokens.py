"""Tokens under concurrency: Intuit invalidates the older refresh token, so two refreshes would end a connection."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.lab import database
from tests.lab.client import Browser

PROCESSES = 8


def end_midway(office):
    """QuickBooks refuses the token that Odoo believes to be good: eight calls get 401."""
    Browser().post_json(f'{office.simulator.url}/_sim/expire', {})


def end_in_odoo(office):
    """Odoo knows that its token is too old to be used."""
    database.sql(office.machine, "UPDATE qbo_credential SET access_expires_at = access_expires_at - interval '2 h'",
                 office.database)


@pytest.mark.parametrize('end', [end_midway, end_in_odoo])
def test_eight_processes_with_an_expired_token_refresh_it_once(open_office, end):
    office = open_office(workers=PROCESSES)
    office.connect()
    end(office)
    before = len(office.calls('/oauth2/v1/tokens/bearer'))
    # The refresh takes a while, so that all eight find the token expired before one has a new one.
    office.script(kind='slow', seconds=2, path='/oauth2/v1/tokens/bearer')

    def test_connection(_number):
        return office.client.call('qbo.connection', 'action_test', [office.connection])

    with ThreadPoolExecutor(PROCESSES) as pool:
        answers = list(pool.map(test_connection, range(PROCESSES)))

    assert len(answers) == PROCESSES
    assert len(office.calls('/oauth2/v1/tokens/bearer')) - before == 1
    state = office.client.call('qbo.connection', 'read', [office.connection], ['state'])[0]['state']
    assert state == 'connected'
