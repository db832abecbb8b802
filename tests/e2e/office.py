"""An office for a test: its own database, an Odoo server on it, and a connected QuickBooks company."""
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.lab import connect, database, server
from tests.lab.client import Browser, OdooClient
from tests.lab.machine import Machine

PATIENCE = 90  # seconds; what is waited for takes one or two, at worst until Odoo's next look at its crons


@dataclass
class Office:
    """One company at work; `odoo` may be killed and started again."""

    machine: Machine
    database: str
    simulator: server.Service
    odoo: server.Service
    client: OdooClient
    realm_id: str = connect.US_REALM
    connection: int = 0

    def connect(self, **settings) -> None:
        """Connect the US demo company through OAuth and accept the suggested mappings."""
        company = self.client.find('res.company', [('chart_template', '=', 'us')])
        self.client = self.client.in_company(company)
        self.connection = connect.connect(self.client, company, self.realm_id, self.simulator.url, **settings)
        connect.accept_mappings(self.client, self.connection)

    def restart(self) -> None:
        """Start Odoo again after it was killed, on the same address, and log in."""
        self.odoo.start()
        # Odoo looks for waiting crons once a minute, or as soon as one is triggered: do not wait the minute.
        database.sql(self.machine, f"NOTIFY cron_trigger, '{self.database}'")
        context = self.client.context
        self.client = OdooClient(self.odoo.url, self.database)
        self.client.context = context

    def run_drain(self) -> None:
        """Run the connection's cron by hand, as an administrator can."""
        cron = self.client.call('qbo.connection', 'read', [self.connection], ['cron_id'])[0]['cron_id'][0]
        self.client.call('ir.cron', 'method_direct_trigger', [cron])

    def books(self, entity: str) -> list[dict]:
        """Return the objects of one type that stand in QuickBooks."""
        return Browser().get_json(f'{self.simulator.url}/_sim/books/{self.realm_id}').get(entity, [])

    def calls(self, path: str) -> list[dict]:
        """Return what was sent to addresses that contain `path`, oldest first."""
        calls = Browser().get_json(f'{self.simulator.url}/_sim/calls')['calls']
        return [call for call in calls if path in call['path']]

    def script(self, **failure) -> None:
        """Let the simulator misbehave once, as described."""
        Browser().post_json(f'{self.simulator.url}/_sim/fail', {'times': 1, **failure})

    def bookkeeper(self, deed: str, **arguments) -> dict:
        """Let a bookkeeper do something in QuickBooks (tests/simulator/bookkeeper.py)."""
        return Browser().post_json(f'{self.simulator.url}/_sim/bookkeeper/{self.realm_id}/{deed}', arguments)

    def forget_webhooks(self) -> None:
        """Let QuickBooks tell nobody any more."""
        Browser().post_json(f'{self.simulator.url}/_sim/webhooks/none', {})

    def entry(self, model: str, record: int) -> dict:
        """Return the newest queue entry of a record."""
        found = self.client.search_read('qbo.queue.entry', [('model', '=', model), ('res_id', '=', record)],
                                        ['state', 'fault_message', 'requestid', 'attempts'], limit=1, order='id desc')
        return found[0] if found else {'state': None}

    def end_wait(self, entry: dict) -> None:
        """Let an entry be due at once instead of in a minute; no user may write it, so it is done in the database."""
        database.sql(
            self.machine, f"UPDATE qbo_queue_entry SET not_before = NULL WHERE id = {entry['id']}", self.database)

    def count(self, *states: str) -> int:
        """Return how many queue entries are in one of these states."""
        return self.client.call('qbo.queue.entry', 'search_count', [('state', 'in', states)])

    def number(self, invoice: int) -> str:
        """Return the number of an invoice."""
        return self.client.call('account.move', 'read', [invoice], ['name'])[0]['name']


def until(condition: Callable, what: str, seconds: float = PATIENCE):
    """Ask again and again until `condition` returns something true; return that."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)
    return result
