"""The half of the benchmark that runs inside Odoo: reads commands as JSON lines, answers each with a JSON line.

    python -m tests.bench.inside odoo.conf database

A process of its own for each database, so that what one measures does not warm or swell the other.
"""
import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tools import config

TEMPLATES = 20  # invoices made by Odoo itself; the others are copies of them, made by SQL
LINES = 5
MARK = 'BENCH'
TICKS = os.sysconf('SC_CLK_TCK')


class Inside:
    """The commands; each has a transaction of its own."""

    def __init__(self, conf: str, database: str):
        config.parse_config(['-c', conf])
        self.registry = Registry(database)
        self.database = database

    @contextmanager
    def _env(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    # === WHAT IS MEASURED ON === #

    def prepare(self) -> dict:
        """Make the masters and the invoices that others are copied from."""
        with self._env() as env:
            partners = env['res.partner'].create([{
                'name': f"Bench Customer {number}", 'street': f"{number} Main Street", 'city': "Springfield",
                'zip': "12345", 'country_id': env.ref('base.us').id, 'email': f"c{number}@example.com",
            } for number in range(TEMPLATES)])
            products = env['product.product'].create([
                {'name': f"Bench Product {number}", 'type': 'service'} for number in range(TEMPLATES)])
            tax = env.company.account_sale_tax_id
            for state in ('draft', 'posted'):
                moves = env['account.move'].create([{
                    'move_type': 'out_invoice', 'partner_id': partners[number].id, 'invoice_date': '2026-01-15',
                    'invoice_origin': f'{MARK} {state}',
                    'invoice_line_ids': [fields.Command.create({
                        'product_id': products[(number + line) % TEMPLATES].id, 'name': f"Line {line} of the order",
                        'quantity': line + 1, 'price_unit': 10.5 + line, 'tax_ids': tax.ids,
                    }) for line in range(LINES)],
                } for number in range(TEMPLATES)])
                if state == 'posted':
                    moves.action_post()
        return {}

    def connect(self) -> dict:
        """Connect the company as far as pushing goes: the stub asks for no consent."""
        with self._env() as env:
            connection = env['qbo.connection'].create({
                'company_id': env.company.id, 'environment': 'sandbox', 'client_id': 'bench',
                'client_secret': 'bench', 'sync_from': False})
            connection.write({
                'realm_id': '91300', 'state': 'connected', 'database_uuid': connection._current_uuid(),
                'home_currency': env.company.currency_id.name, 'tax_regime': 'us', 'using_sales_tax': True,
                'partner_tax': True, 'us_tax_code': '1'})
            credential = connection._credential_sudo()
            far = fields.Datetime.now() + timedelta(days=90)
            credential.write({
                'access_token_enc': credential._encrypt('access'), 'refresh_token_enc': credential._encrypt('refresh'),
                'access_expires_at': far, 'refresh_expires_at': far, 'refreshed_at': fields.Datetime.now()})
            for entity, model, domain in (
                    ('Customer', 'res.partner', [('name', '=like', 'Bench Customer%')]),
                    ('Item', 'product.product', [('name', '=like', 'Bench Product%')])):
                env['qbo.binding'].create([{
                    'connection_id': connection.id, 'entity': entity, 'remote_id': str(record.id), 'model': model,
                    'res_id': record.id} for record in env[model].search(domain)])
            env.cr.precommit.clear()
            env['qbo.queue.entry'].search([]).unlink()
        return {}

    def copy(self, count: int, state: str = 'posted', tag: str = 'A') -> dict:
        """Copy the templates of a state until there are `count` new invoices of that tag."""
        times = -(-count // TEMPLATES)
        with self._env() as env:
            cr = env.cr
            moves = self._columns(cr, 'account_move')
            # Drafts get their name when they are posted; access tokens are unique.
            special = {'name': f"'{MARK}/{tag}/' || n" if state == 'posted' else 'NULL', 'access_token': 'NULL',
                       'ref': 'm.id::text', 'invoice_origin': f"'{MARK} copy {tag}'"}
            cr.execute(f"""
                INSERT INTO account_move ({_names(moves)})
                SELECT {', '.join(special.get(c, f'm."{c}"') for c in moves)}
                  FROM (SELECT *, row_number() OVER () AS n FROM account_move JOIN generate_series(1, {times}) ON true
                         WHERE invoice_origin = '{MARK} {state}' LIMIT {count}) m""")
            lines = self._columns(cr, 'account_move_line')
            special = {'move_id': 'c.id', 'move_name': 'c.name', 'ref': 'l.id::text'}
            cr.execute(f"""
                INSERT INTO account_move_line ({_names(lines)})
                SELECT {', '.join(special.get(c, f'l."{c}"') for c in lines)}
                  FROM account_move c JOIN account_move_line l ON l.move_id = c.ref::int
                 WHERE c.invoice_origin = '{MARK} copy {tag}'""")
            cr.execute(f"""
                INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
                SELECT l.id, r.account_tax_id FROM account_move c JOIN account_move_line l ON l.move_id = c.id
                  JOIN account_move_line_account_tax_rel r ON r.account_move_line_id = l.ref::int
                 WHERE c.invoice_origin = '{MARK} copy {tag}'""")
        self._analyze('account_move', 'account_move_line', 'account_move_line_account_tax_rel')
        return {}

    def enqueue(self, tag: str = 'A') -> dict:
        """Insert a due row for each invoice of a tag, as its hook would have."""
        with self._env() as env:
            env.cr.execute("""
                INSERT INTO qbo_queue_entry (connection_id, company_id, model, res_id, record_name, rank, entity, state,
                                             attempts, recoveries, create_uid, create_date, write_uid, write_date)
                SELECT c.id, c.company_id, 'account.move', m.id, m.name, 30, 'Invoice', 'pending', 0, 0, 1,
                       now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
                  FROM account_move m, qbo_connection c WHERE m.invoice_origin = %s ORDER BY m.id""", [f'{MARK} copy {tag}'])
            count = env.cr.rowcount
        self._analyze('qbo_queue_entry')
        return {'rows': count}

    def history(self, count: int) -> dict:
        """Insert finished rows of documents long gone."""
        with self._env() as env:
            env.cr.execute("""
                INSERT INTO qbo_queue_entry (connection_id, company_id, model, res_id, record_name, rank, entity, state,
                    operation, attempts, recoveries, requestid, sent_at, done_at, payload, content_hash, create_uid,
                    create_date, write_uid, write_date)
                SELECT c.id, c.company_id, 'account.move', 100000000 + n, 'OLD/' || n, 30, 'Invoice', 'done', 'create', 0,
                    0, md5(n::text), now(), now(), repeat(md5(n::text), 8), md5(n::text), 1, now(), 1, now()
                  FROM generate_series(1, %s) n, qbo_connection c""", [count])
        self._analyze('qbo_queue_entry')
        return {}

    def _columns(self, cr, table):
        cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id' "
                   "AND is_generated = 'NEVER'", [table])
        return [name for name, in cr.fetchall()]

    def _analyze(self, *tables):
        with self.registry.cursor() as cr:
            cr._cnx.autocommit = True
            for table in tables:
                cr.execute(f'VACUUM ANALYZE {table}')
            cr._cnx.autocommit = False

    # === WHAT IS MEASURED === #

    def post(self, tag: str) -> dict:
        """Post the drafts of a tag in one transaction."""
        with self._env() as env:
            moves = env['account.move'].search([('invoice_origin', '=', f'{MARK} copy {tag}')])
            queries, start = env.cr.sql_log_count, time.perf_counter()
            moves.action_post()
            env.cr.commit()
            return {'seconds': time.perf_counter() - start, 'queries': env.cr.sql_log_count - queries,
                    'documents': len(moves)}

    def drain(self, unlimited: bool = True) -> dict:
        """Work off all due rows in this process."""
        if unlimited:
            self._lift_limits()
        with self._env() as env:
            connection = env['qbo.connection'].search([], limit=1)
            before = self._settled(env)
            backends, cpu, start = self._backend_seconds(env), time.process_time(), time.perf_counter()
            env['qbo.queue.entry']._drain(connection)
            return {'seconds': time.perf_counter() - start, 'cpu': time.process_time() - cpu,
                    'database_cpu': self._backend_seconds(env) - backends, 'documents': self._settled(env) - before,
                    'peak_kb': self._peak()}

    def bare(self, url: str, count: int) -> dict:
        """Send the payload of a settled row so often, one by one: the least an unbatched connector pays."""
        with self._env() as env:
            env.cr.execute("SELECT payload FROM qbo_queue_entry WHERE state = 'done' AND entity = 'Invoice' "
                           "AND operation = 'create' AND model = 'account.move' ORDER BY id DESC LIMIT 1")
            payload = json.loads(env.cr.fetchone()[0])
        session = requests.Session()
        session.post(url, json=payload, timeout=20)
        cpu = time.process_time()
        for _number in range(count):
            session.post(url, json=payload, timeout=20)
        return {'cpu': time.process_time() - cpu, 'documents': count, 'payload': payload}

    def open_rows(self) -> dict:
        """Return how many rows are not settled yet."""
        with self._env() as env:
            env.cr.execute("SELECT count(*) FROM qbo_queue_entry WHERE state IN ('pending', 'sending')")
            return {'rows': env.cr.fetchone()[0]}

    def queue_jobs(self, url: str, payload: dict, tag: str) -> dict:
        """Enqueue one job for each invoice of a tag."""
        with self._env() as env:
            env['ir.config_parameter'].set_param('queue_job_push.payload', json.dumps(payload))
            moves = env['account.move'].search([('invoice_origin', '=', f'{MARK} copy {tag}')])
            for move in moves:
                move.with_delay().bench_push(url)
        return {'jobs': len(moves)}

    def open_jobs(self) -> dict:
        """Return how many jobs are not done yet, and how many failed."""
        with self._env() as env:
            env.cr.execute("SELECT count(*) FILTER (WHERE state != 'done'), count(*) FILTER (WHERE state = 'failed') "
                           "FROM queue_job")
            left, failed = env.cr.fetchone()
        return {'rows': left, 'failed': failed}

    def _settled(self, env):
        env.cr.execute("SELECT count(*) FROM qbo_binding WHERE entity = 'Invoice'")
        return env.cr.fetchone()[0]

    def _lift_limits(self):
        from odoo.addons.qbo_connector.qbo import limiter
        limiter.PER_MINUTE = limiter.PER_SECOND = limiter.BATCHES_PER_MINUTE = 10 ** 9
        limiter.MINUTE = limiter.SECOND = 0.001

    def _backend_seconds(self, env):
        """Return the CPU seconds that PostgreSQL's processes for this database have used."""
        env.cr.execute('SELECT pid FROM pg_stat_activity WHERE datname = %s', [self.database])
        total = 0
        for pid, in env.cr.fetchall():
            stat = Path(f'/proc/{pid}/stat')
            if stat.exists():  # a server on another machine shows nothing
                total += sum(map(int, stat.read_text().rpartition(')')[2].split()[11:13]))
        return total / TICKS

    def _peak(self):
        status = Path('/proc/self/status').read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith('VmHWM')))


def _names(columns: list[str]) -> str:
    return ', '.join(f'"{column}"' for column in columns)


def main() -> None:
    """Answer commands until there are no more."""
    inside = Inside(*sys.argv[1:])
    out = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)  # what Odoo prints goes to the log
    print(json.dumps({'ready': True}), file=out, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(getattr(inside, command.pop('do'))(**command)), file=out, flush=True)


if __name__ == '__main__':
    main()
