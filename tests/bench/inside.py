"""The half of the benchmark that runs inside Odoo: reads commands as JSON lines, answers each with a JSON line.

    python -m tests.bench.inside odoo.conf database

A process of its own for each database, so that what one measures does not warm or swell the other.
"""
import cProfile
import importlib
import json
import os
import pstats
import sys
import time
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import requests

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tools import config

from tests.bench.stub import FIRST_ID

# Invoices made by Odoo itself, each of another customer; the others are copies of them, made by SQL, in the same order.
# So a batch of 30 has 30 customers and 150 products: little in it is read for two documents at once.
TEMPLATES = 60
PRODUCTS = 300
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
        """Make the customers, the products and the invoices that others are copied from."""
        with self._env() as env:
            partners = env['res.partner'].create([{
                'name': f"Bench Customer {number}", 'street': f"{number} Main Street", 'city': "Springfield",
                'zip': "12345", 'country_id': env.ref('base.us').id, 'email': f"c{number}@example.com",
            } for number in range(TEMPLATES)])
            products = env['product.product'].create([
                {'name': f"Bench Product {number}", 'type': 'service'} for number in range(PRODUCTS)])
            tax = env.company.account_sale_tax_id
            for state in ('draft', 'posted'):
                moves = env['account.move'].create([{
                    'move_type': 'out_invoice', 'partner_id': partners[number].id, 'invoice_date': '2026-01-15',
                    'invoice_origin': f'{MARK} {state}',
                    'invoice_line_ids': [fields.Command.create({
                        'product_id': products[(number * LINES + line) % PRODUCTS].id, 'quantity': line + 1,
                        'name': f"Line {line} of the order", 'price_unit': 10.5 + line, 'tax_ids': tax.ids,
                    }) for line in range(LINES)],
                } for number in range(TEMPLATES)])
                if state == 'posted':
                    moves.action_post()
        return {}

    def connect(self, realm_id: str) -> dict:
        """Connect the company as far as pushing goes: the stub asks for no consent."""
        with self._env() as env:
            connection = env['qbo.connection'].create({
                'company_id': env.company.id, 'environment': 'sandbox', 'client_id': 'bench',
                'client_secret': 'bench', 'sync_from': False, 'live_at': fields.Datetime.now()})
            connection.write({
                'realm_id': realm_id, 'state': 'connected', 'database_uuid': connection._current_uuid(),
                'home_currency': env.company.currency_id.name, 'tax_regime': 'us', 'using_sales_tax': True,
                'partner_tax': True, 'us_tax_code': '1'})
            credential = connection._credential_sudo()
            far = fields.Datetime.now() + timedelta(days=90)
            credential.write({
                'access_token_enc': credential._encrypt('access'), 'refresh_token_enc': credential._encrypt('refresh'),
                'access_expires_at': far, 'refresh_expires_at': far, 'refreshed_at': fields.Datetime.now()})
            # As after a first push: the account of the lines is mapped, and the items are known to post to it.
            account = env['account.move.line'].search(
                [('display_type', '=', 'product'), ('product_id.name', '=like', 'Bench Product%')], limit=1).account_id
            reference = env['qbo.reference'].create({
                'connection_id': connection.id, 'entity': 'Account', 'remote_id': '1', 'name': account.name})
            env['qbo.mapping'].create({
                'connection_id': connection.id, 'kind': 'account', 'res_id': account.id, 'name': account.name,
                'reference_id': reference.id})
            for entity, model, domain, values in (
                    ('Customer', 'res.partner', [('name', '=like', 'Bench Customer%')], {}),
                    ('Item', 'product.product', [('name', '=like', 'Bench Product%')], {'posting_account': '1'})):
                env['qbo.binding'].create([{
                    'connection_id': connection.id, 'entity': entity, 'remote_id': str(record.id), 'model': model,
                    'res_id': record.id, **values} for record in env[model].search(domain)])
            env.cr.precommit.clear()
            env['qbo.queue.entry'].search([]).unlink()
        return {}

    def copy(self, count: int, state: str = 'posted', tag: str = 'A') -> dict:
        """Copy the templates of a state until there are `count` new invoices of that tag."""
        times = -(-count // TEMPLATES)
        with self._env() as env:
            # Drafts get their name when they are posted. The copies note in `ref` what they are copies of.
            self._clone(env.cr, 'account_move', {
                'name': f"'{MARK}/{tag}/' || n" if state == 'posted' else 'NULL', 'access_token': 'NULL',
                'ref': 'template.id::text', 'invoice_origin': f"'{MARK} copy {tag}'",
            }, f"""(SELECT *, row_number() OVER (ORDER BY round, id) AS n
                      FROM account_move JOIN generate_series(1, {times}) round ON true
                     WHERE invoice_origin = '{MARK} {state}' ORDER BY round, id LIMIT {count}) template""")
            lines = f"""account_move made JOIN {{0}} template ON {{1}}
                         WHERE made.invoice_origin = '{MARK} copy {tag}' ORDER BY made.id, template.id"""
            self._clone(env.cr, 'account_move_line', {
                'move_id': 'made.id', 'move_name': 'made.name', 'ref': 'template.id::text',
            }, lines.format('account_move_line', 'template.move_id = made.ref::int'))
            env.cr.execute(f"""
                INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
                SELECT line.id, tax.account_tax_id
                  FROM account_move_line line JOIN account_move made ON made.id = line.move_id
                  JOIN account_move_line_account_tax_rel tax ON tax.account_move_line_id = line.ref::int
                 WHERE made.invoice_origin = '{MARK} copy {tag}'""")
        self._analyze('account_move', 'account_move_line', 'account_move_line_account_tax_rel')
        return {}

    def enqueue(self, tag: str = 'A') -> dict:
        """Insert a due row for each invoice of a tag: copies of the one that the connector makes itself."""
        with self._env() as env:
            domain = [('invoice_origin', '=', f'{MARK} copy {tag}')]
            first = env['qbo.queue.entry']._enqueue(env['account.move'].search(domain, order='id', limit=1))
            env.cr.precommit.clear()  # nobody is woken yet
            self._clone(env.cr, 'qbo_queue_entry', {'res_id': 'made.id', 'record_name': 'made.name'}, f"""
                qbo_queue_entry template JOIN account_move made ON made.id != template.res_id
                 WHERE template.id = {first.id} AND made.invoice_origin = '{MARK} copy {tag}' ORDER BY made.id""")
            count = env.cr.rowcount + 1
        self._analyze('qbo_queue_entry')
        return {'rows': count}

    def books(self, tag: str) -> dict:
        """Link the copies of a tag with what QuickBooks shows of them; the invoices they are copies of are none.

        :return: what the stub is told of QuickBooks' books
        """
        with self._env() as env:
            connection = env['qbo.connection'].search([], limit=1)
            env.cr.execute(f"UPDATE account_move_line SET parent_state = 'draft' WHERE move_id IN ("
                           f"SELECT id FROM account_move WHERE invoice_origin != '{MARK} copy {tag}' "
                           f"OR invoice_origin IS NULL)")
            env.cr.execute(f"UPDATE account_move SET state = 'draft' WHERE invoice_origin != '{MARK} copy {tag}' "
                           f"OR invoice_origin IS NULL")
            env.cr.execute("UPDATE account_payment SET state = 'draft'")
            env.cr.execute(f"""
                INSERT INTO qbo_binding (connection_id, company_id, realm_id, entity, remote_id, model, res_id,
                                         record_name, state, origin, active)
                SELECT {connection.id}, {connection.company_id.id}, '{connection.realm_id}', 'Invoice',
                       ({FIRST_ID} + row_number() OVER (ORDER BY id))::text, 'account.move', id, name,
                       'active', 'odoo', true
                  FROM account_move WHERE invoice_origin = '{MARK} copy {tag}'""")
            count = env.cr.rowcount
            env.cr.execute(f"""
                SELECT amount_total, amount_tax, commercial_partner_id::text FROM account_move
                 WHERE invoice_origin = '{MARK} copy {tag}' ORDER BY id LIMIT {min(TEMPLATES, count)}""")
            templates = [list(row) for row in env.cr.fetchall()]
        self._analyze('account_move', 'account_move_line', 'qbo_binding')
        return {'count': count, 'tag': f'{MARK}/{tag}/', 'day': '2026-01-15', 'templates': templates}

    def history(self, count: int) -> dict:
        """Insert finished rows, and their links, of documents long gone: copies of one that was pushed."""
        self.copy(1, tag='OLD')
        self.enqueue('OLD')
        self.drain()
        series = "{0} template JOIN generate_series(1, {1}) n ON true WHERE template.record_name = '{2}/OLD/1'"
        gone = {'res_id': '100000000 + n', 'record_name': "'OLD/' || n"}
        with self._env() as env:
            self._clone(env.cr, 'qbo_queue_entry', {
                **gone, 'requestid': 'md5(n::text)', 'payload': 'repeat(md5(n::text), 8)',
                'answer': 'repeat(md5(n::text), 8)', 'content_hash': 'md5(n::text)',
            }, series.format('qbo_queue_entry', count, MARK))
            self._clone(env.cr, 'qbo_binding', {**gone, 'remote_id': "'OLD' || n"}, series.format(
                'qbo_binding', count, MARK))
        self._analyze('qbo_queue_entry', 'qbo_binding')
        return {}

    def _clone(self, cr, table: str, changes: dict, source: str):
        """Insert copies of rows of a table that the source calls `template`, with some columns changed."""
        cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id' "
                   "AND is_generated = 'NEVER'", [table])
        columns = [name for name, in cr.fetchall()]
        into = ', '.join(f'"{name}"' for name in columns)
        values = ', '.join(changes.get(name, f'template."{name}"') for name in columns)
        cr.execute(f'INSERT INTO {table} ({into}) SELECT {values} FROM {source}')

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
            queries, cpu, start = env.cr.sql_log_count, time.process_time(), time.perf_counter()
            moves.action_post()
            env.cr.commit()
            return {'seconds': time.perf_counter() - start, 'cpu': time.process_time() - cpu,
                    'queries': env.cr.sql_log_count - queries, 'documents': len(moves)}

    def drain(self, profile: str = '') -> dict:
        """Work off all due rows in this process, without limits of calls; write a profile to a file if one is named."""
        importlib.import_module('odoo.addons.qbo_connector_unlimited')
        with self._env() as env:
            connection = env['qbo.connection'].search([], limit=1)
            before = self._settled(env)
            backends, cpu, start = self._backend_seconds(env), time.process_time(), time.perf_counter()
            profiler = cProfile.Profile() if profile else nullcontext()
            with profiler:
                env['qbo.queue.entry']._drain(connection)
            done = {'seconds': time.perf_counter() - start, 'cpu': time.process_time() - cpu,
                    'database_cpu': self._backend_seconds(env) - backends, 'documents': self._settled(env) - before,
                    'peak_kb': self._peak()}
        if profile:
            with open(profile, 'w') as out:
                for order in ('cumulative', 'tottime'):
                    pstats.Stats(profiler, stream=out).sort_stats(order).print_stats(80)
        return done

    def reconcile(self) -> dict:
        """Compare the books in this process, without limits of calls, as the cron would."""
        importlib.import_module('odoo.addons.qbo_connector_unlimited')
        with self._env() as env:
            run = env['qbo.reconciliation'].create({'connection_id': env['qbo.connection'].search([], limit=1).id})
            run._start()
            backends, cpu, start = self._backend_seconds(env), time.process_time(), time.perf_counter()
            while run.state in ('waiting', 'running'):
                run._turn()
            return {'seconds': time.perf_counter() - start, 'cpu': time.process_time() - cpu,
                    'database_cpu': self._backend_seconds(env) - backends, 'documents': run.compared,
                    'reads': run.api_calls, 'state': run.state, 'trouble': run.trouble, 'peak_kb': self._peak()}

    def wake(self) -> dict:
        """Wake the cron that drains, as the hooks do."""
        with self._env() as env:
            env['qbo.connection'].search([])._trigger_drain()
        return {}

    def trust(self, token: str) -> dict:
        """Store a verifier token for webhooks."""
        with self._env() as env:
            env['qbo.webhook.token'].create(
                {'connection_id': env['qbo.connection'].search([]).id, 'name': "bench", 'token': token})
        return {}

    def told(self) -> dict:
        """Return how many events webhooks have told."""
        with self._env() as env:
            env.cr.execute("SELECT count(*) FROM qbo_change WHERE source = 'webhook'")
            return {'rows': env.cr.fetchone()[0]}

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
            env.cr.execute("SELECT count(*) FILTER (WHERE state IN ('pending', 'sending')), "
                           "count(*) FILTER (WHERE state NOT IN ('pending', 'sending')) FROM qbo_queue_entry "
                           "WHERE state IN ('pending', 'sending', 'failed', 'dead', 'unknown')")
            left, failed = env.cr.fetchone()
        return {'rows': left, 'failed': failed}

    def queue_jobs(self, url: str, payload: dict, count: int) -> dict:
        """Enqueue so many jobs."""
        with self._env() as env:
            env['ir.config_parameter'].set_param('queue_job_push.payload', json.dumps(payload))
            for link in env['queue_job_push.link'].create([{}] * count):
                link.with_delay().push(url)
        return {'jobs': count}

    def forget_jobs(self) -> dict:
        """Delete the jobs, so that no later one has a larger table."""
        with self._env() as env:
            env.cr.execute("DELETE FROM queue_job")
        self._analyze('queue_job')
        return {}

    def open_jobs(self) -> dict:
        """Return how many jobs are not done yet, and how many failed."""
        with self._env() as env:
            env.cr.execute("SELECT count(*), count(*) FILTER (WHERE state = 'failed') FROM queue_job "
                           "WHERE state != 'done'")
            left, failed = env.cr.fetchone()
        return {'rows': left, 'failed': failed}

    def _settled(self, env):
        env.cr.execute("SELECT count(*) FROM qbo_binding WHERE entity = 'Invoice'")
        return env.cr.fetchone()[0]

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
