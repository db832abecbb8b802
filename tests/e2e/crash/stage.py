"""Odoo in this process, connected with the simulator: posts, drains, forks, and compares the two books."""
import contextlib
import gc
import json
import os
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import odoo.addons.qbo_connector as addon
from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry

from .harm import Harm

FOLDER = Path(addon.__file__).parent
OPEN = ('pending', 'sending')
STUCK = ('failed', 'dead', 'unknown')
ENOUGH = 8  # records of each kind that a scenario finds
TURNS = 12  # drains until everything must be settled


class Wrong(Exception):
    """The two books differ, or the queue does not come to its end."""


@dataclass(frozen=True)
class Expected:
    """What QuickBooks has to hold of a record in the end.

    :param str key: its number, or its name; of a payment the end of its mark
    :param total: None where the object has none
    :param str note: what its private note must begin with
    :param bool there: whether it stands there at all
    :param residual: of an invoice, what Odoo's books say is still open
    """

    entity: str
    model: str
    record: int
    key: str
    total: Decimal | None = None
    note: str = ''
    there: bool = True
    residual: Decimal | None = None


class Stage(Harm):
    """The company whose books are compared.

    :param str database: whose one connection leads into the simulator
    """

    def __init__(self, database: str, simulator_url: str):
        self.lift_limits()
        self._simulator_url = simulator_url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.registry = Registry(database)
        self.company = 0
        with self.env() as env:
            connection = env['qbo.connection'].search([('state', '=', 'connected')])
            connection.pull_payments = 'automatic'
            self.connection, self.cron = connection.id, connection.cron_id.id
            self.company, self.realm = connection.company_id.id, connection.realm_id
            self.bank = connection.mapping_ids.filtered(
                lambda mapping: mapping.kind == 'journal' and mapping.reference_id)[0].reference_id.remote_id
        self._number = 0
        self._stock: dict[str, list[int]] = {}
        self.registry['qbo.governor']._sleep = lambda _governor, _seconds: self.sql("DELETE FROM qbo_governor")
        self.clear()
        with self.env() as env:
            self.partner = env['res.partner'].create({'name': "Regular Customer"}).id
            self.product = self._product(env, "Regular Item")
            env['qbo.connection'].browse(self.connection).action_push_missing()  # what the demo data brought
        self.settle()
        self.restock()

    # --- Odoo ---

    @contextlib.contextmanager
    def env(self) -> Iterator[api.Environment]:
        """Yield an environment of a transaction of its own, committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {'allowed_company_ids': [self.company] if self.company else []})

    def sql(self, statement: str, *values) -> list[tuple]:
        """Run a statement in a transaction of its own and return its rows."""
        with self.registry.cursor() as cr:
            cr.execute(statement, values)
            return cr.fetchall() if cr.description else []

    def drain(self) -> None:
        """Run the connection's cron once, as an administrator can."""
        with self.env() as env:
            if (answer := env['ir.cron'].browse(self.cron).method_direct_trigger()) is not True:
                raise Wrong(f"the drain stopped: {answer}")

    def open_rows(self) -> list[tuple]:
        """Return (record, type, state, why) of what waits or is stuck, on its way out or in."""
        return self.sql(
            "SELECT record_name, entity, state, coalesce(fault_message, note) FROM qbo_queue_entry "
            "WHERE state IN %s ORDER BY id", OPEN + STUCK) + self.sql(
            "SELECT remote_id, entity, state, outcome FROM qbo_change WHERE state IN %s", ('waiting', 'failed'))

    def settle(self) -> None:
        """Drain until nothing waits and nothing is stuck.

        :raises Wrong: that never comes
        """
        for _turn in range(TURNS):
            self.drain()
            if not self.open_rows():
                self.let_time_pass()  # no pause of this one shall concern the next one
                return
            self.let_time_pass()
        raise Wrong(f"still open after {TURNS} drains: {self.open_rows()}")

    def clear(self) -> None:
        """Take what did not come to its end out of the queue, so that it concerns nobody else."""
        self.calm()
        self.sql("UPDATE qbo_queue_entry SET state = 'cancelled' WHERE state IN %s", OPEN + STUCK)
        self.sql("UPDATE qbo_change SET state = 'ignored' WHERE state IN %s", ('waiting', 'failed'))
        self.let_time_pass()

    # --- records ---

    def name(self, what: str) -> str:
        """Return a name that nothing had so far."""
        self._number += 1
        return f"{what} {os.getpid()}-{self._number}"

    def _product(self, env, name: str) -> int:
        return env['product.product'].create({'name': name, 'type': 'service', 'taxes_id': False}).id

    def new_partner(self, env, name: str | None = None) -> int:
        """Create a customer and return its id."""
        return env['res.partner'].create({'name': name or self.name("Customer")}).id

    def new_product(self, env) -> int:
        """Create a service and return its id."""
        return self._product(env, self.name("Item"))

    def restock(self) -> None:
        """Keep records in store that a scenario can take: many at once are posted and pushed cheaply."""
        payment = {
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner, 'amount': 30}
        for kind, model, values in (
                ('out_invoice', 'account.move', self._document('out_invoice')),
                ('out_refund', 'account.move', self._document('out_refund')), ('payment', 'account.payment', payment)):
            stock = self._stock.setdefault(kind, [])
            if len(stock) < ENOUGH:
                stock += self._posted(model, values)
                # As if a person had cancelled them: so no sweep takes them out of the store.
                self.sql("UPDATE qbo_queue_entry SET state = 'cancelled' WHERE state = 'pending'")
            standing = self._stock.setdefault(f'standing {kind}', [])
            if model == 'account.move' and len(standing) < ENOUGH:
                standing += self._posted(model, values)
                self.settle()

    def _posted(self, model: str, values: dict) -> list[int]:
        with self.env() as env:
            # Without the history of fields, which is nothing to us here and takes most of the time.
            records = env[model].with_context(tracking_disable=True, mail_create_nolog=True).create([values] * 30)
            records.action_post()
            return records.ids

    def forget_rows(self, record) -> None:
        """Let the queue never have heard of a record."""
        self.sql("DELETE FROM qbo_queue_entry WHERE model = %s AND res_id = %s", record._name, record.id)

    def post(self, env, partner: int | None = None, product: int | None = None, kind: str = 'out_invoice'):
        """Post a document over 100 and return it; one of the regular customer comes from the store."""
        if partner or product:
            move = env['account.move'].create(self._document(kind, partner, product))
            move.action_post()
            return move
        move = env['account.move'].browse(self._stock[kind].pop())
        move._qbo_enqueue()
        return move

    def pay(self, env):
        """Post money of the regular customer that pays nothing in particular and return it."""
        payment = env['account.payment'].browse(self._stock['payment'].pop())
        payment._qbo_enqueue()
        return payment

    def standing(self, env, kind: str = 'out_invoice'):
        """Return a posted document that stands in QuickBooks already."""
        return env['account.move'].browse(self._stock[f'standing {kind}'].pop())

    def _document(self, kind: str, partner: int | None = None, product: int | None = None) -> dict:
        return {
            'move_type': kind, 'partner_id': partner or self.partner, 'invoice_date': fields.Date.today(),
            'invoice_line_ids': [Command.create({
                'product_id': product or self.product, 'quantity': 1, 'price_unit': 100.0, 'tax_ids': []})],
        }

    def taxed(self, env, partner: int):
        """Post a document with tax and return it."""
        tax = env['account.tax'].search([
            ('company_id', '=', self.company), ('type_tax_use', '=', 'sale'), ('amount', '>', 0),
            ('amount_type', '=', 'percent')], limit=1)
        values = self._document('out_invoice', partner)
        values['invoice_line_ids'][0][2]['tax_ids'] = [Command.set(tax.ids)]
        move = env['account.move'].create(values)
        move.action_post()
        return move

    def edit(self, move) -> None:
        """Change a posted document; its private note in QuickBooks tells."""
        move.ref = self.name("Order")

    def expected(self, record, total: str | None = None, there: bool = True, residual: str | None = None) -> Expected:
        """Return what QuickBooks must hold of a document, payment, customer or product."""
        note = ''
        if record._name == 'account.move':
            entity = 'CreditMemo' if record.move_type == 'out_refund' else 'Invoice'
            total, key, note = total or str(record.amount_total), record.name, record.ref or ''
        elif record._name == 'account.payment':
            entity, total, key = 'Payment', total or str(record.amount), f'{record._name}:{record.id}'
        else:
            entity, key = 'Customer' if record._name == 'res.partner' else 'Item', record.name
        return Expected(entity, record._name, record.id, key, Decimal(total) if total else None, note, there,
                        Decimal(residual) if residual else None)

    # --- QuickBooks ---

    def sim(self, path: str, body: dict | list | None = None, method: str | None = None):
        """Speak with the simulator's control plane."""
        request = urllib.request.Request(
            f'{self._simulator_url}/_sim/{path}', method=method or ('GET' if body is None else 'POST'),
            data=None if body is None else json.dumps(body).encode(), headers={'Content-Type': 'application/json'})
        with self._opener.open(request, timeout=60) as answer:
            return json.loads(answer.read(), parse_float=Decimal)

    def script(self, **failure) -> None:
        """Let the simulator misbehave once, as described."""
        self.sim('fail', {'times': 1, **failure})

    def books(self) -> dict[str, list[dict]]:
        """Return what stands in QuickBooks, by type."""
        return self.sim(f'books/{self.realm}')

    def seed(self, entity: str, *bodies: dict) -> list[dict]:
        """Put objects into QuickBooks as a person there does."""
        return self.sim('seed', {'objects': {self.realm: {entity: list(bodies)}}})['objects'][self.realm][entity]

    def work_there(self, verb: str, **details) -> dict:
        """Let a bookkeeper do something in QuickBooks' own screens, and return the object."""
        return self.sim(f'bookkeeper/{self.realm}/{verb}', details)

    def tell(self, entity: str, remote_id: str) -> None:
        """Let the inbox hear of an object."""
        with self.env() as env:
            env['qbo.change']._ask(env['qbo.connection'].browse(self.connection), entity, [remote_id])

    # --- processes ---

    def fork(self, work: Callable[[], None]) -> int:
        """Do something in a process of its own and return how that ended (negative: by that signal)."""
        sql_db.close_all()  # no connection may be shared
        child = os.fork()
        if not child:
            try:
                gc.disable()  # it would touch, and so copy, all that this process has in memory
                self.registry._db = sql_db.db_connect(self.registry.db_name)  # under the name of this process
                work()
                os._exit(0)
            except BaseException:  # noqa: BLE001 -- it must not go on as if it were the parent
                traceback.print_exc()
            os._exit(1)
        _child, status = os.waitpid(child, 0)
        # PostgreSQL finds out by itself that its client is gone; what that had open is rolled back then.
        while self.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", f'odoo-{child}'):
            pass
        return os.waitstatus_to_exitcode(status)
