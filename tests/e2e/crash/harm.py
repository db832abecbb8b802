"""What is done to the stage before a drain: people, QuickBooks, PostgreSQL and limits that get in its way."""
import json

import psycopg2

from odoo.addons.base.models import ir_cron
from odoo.addons.qbo_connector.qbo import limiter

TURN = ir_cron.MIN_TIME_PER_JOB
LIMITS = {name: getattr(limiter, name) for name in ('PER_SECOND', 'PER_MINUTE', 'BATCHES_PER_MINUTE')}
TRIGGER = 'qbo_crash'
# It acts as often as it was told to, however often the transactions are rolled back: sequences do not roll back.
PREPARE = f"""
    CREATE SEQUENCE IF NOT EXISTS {TRIGGER}_times;
    CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger AS $$
    BEGIN
        IF nextval('{TRIGGER}_times') <= TG_ARGV[1]::int THEN
            EXECUTE TG_ARGV[0];
        END IF;
        RETURN NEW;
    END $$ LANGUAGE plpgsql
"""
REFUSE = "DO $x$ BEGIN RAISE EXCEPTION $y$provoked$y$ USING ERRCODE = $y${code}$y$; END $x$"
LET_TIME_PASS = """
    UPDATE qbo_queue_entry SET not_before = NULL WHERE not_before IS NOT NULL AND state IN ('pending', 'sending');
    UPDATE qbo_change SET not_before = NULL WHERE not_before IS NOT NULL AND state = 'waiting';
    UPDATE qbo_connection SET paused_until = NULL, failure_streak = 0, state = 'connected' WHERE realm_id IS NOT NULL;
    DELETE FROM qbo_governor
"""


class Harm:
    """The part of the stage that goes wrong; :meth:`calm` ends all of it."""

    _held = None
    _provoked = ''
    mapped: tuple | list = ()  # (mapping, counterpart) of those taken away

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.sim('fail', {}, method='DELETE')
        self.lift_limits()
        ir_cron.MIN_TIME_PER_JOB = TURN
        if self._held:
            self._held.close()
            self._held = None
        if self._provoked:
            self.sql(f"DROP TRIGGER {TRIGGER} ON {self._provoked}")
            self._provoked = ''

    # --- time and limits ---

    def let_time_pass(self) -> None:
        """End every wait and every pause; also that of a drain which waits for a free slot."""
        self.sql(LET_TIME_PASS)

    def age(self) -> None:
        """Make what was sent older than QuickBooks' memory of request ids, which is lost."""
        self.sql("UPDATE qbo_queue_entry SET sent_at = sent_at - interval '3 hours' WHERE state = 'sending'")
        self.sim('answers', {}, method='DELETE')
        self.let_time_pass()

    def lift_limits(self) -> None:
        """Let a minute's calls pass in a second; Intuit's limits have tests of their own."""
        for name in LIMITS:
            setattr(limiter, name, 10 ** 6)

    def end_turns(self) -> None:
        """Let the time of a cron's turn be over as soon as it begins."""
        ir_cron.MIN_TIME_PER_JOB = -1

    def use_up(self, requests: int, batches: int, seconds_ago: float) -> None:
        """Let so many calls have left a while ago, and the limits hold again."""
        for name, limit in LIMITS.items():
            setattr(limiter, name, limit)
        self.sql(
            "INSERT INTO qbo_governor (connection_id, request_times, batch_times) "
            "SELECT %s, jsonb_agg(t) FILTER (WHERE n <= %s), coalesce(jsonb_agg(t) FILTER (WHERE n <= %s), '[]') "
            "FROM (SELECT n, extract(epoch FROM clock_timestamp())::float - %s AS t FROM generate_series(1, 500) n) c "
            "ON CONFLICT (connection_id) DO UPDATE "
            "SET request_times = EXCLUDED.request_times, batch_times = EXCLUDED.batch_times",
            self.connection, requests, batches, seconds_ago)

    # --- PostgreSQL ---

    def refuse(self, table: str, event: str, condition: str, code: str, times: int) -> None:
        """Let PostgreSQL refuse writes of a table with an error code, so many times."""
        self._on_write(table, event, condition, REFUSE.format(code=code), times)

    def archive_meanwhile(self) -> None:
        """Let somebody archive the links while QuickBooks is asked: what is on its way is superseded.

        It happens in the transaction that counts the call, which is one of its own.
        """
        self._on_write('qbo_usage', 'INSERT OR UPDATE', 'TRUE',
                       "UPDATE qbo_queue_entry SET state = $x$superseded$x$ WHERE state = $x$sending$x$", 9)

    def _on_write(self, table: str, event: str, condition: str, statement: str, times: int) -> None:
        self.sql(PREPARE)
        self.sql(f"ALTER SEQUENCE {TRIGGER}_times RESTART")
        self.sql(f"DROP TRIGGER IF EXISTS {TRIGGER} ON {table}")
        self.sql(f"CREATE TRIGGER {TRIGGER} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) "
                 f"EXECUTE FUNCTION {TRIGGER}('{statement}', '{times}')")
        self._provoked = table

    def hold_batches(self) -> None:
        """Be just about to write the batches, from another transaction."""
        self._held = psycopg2.connect(dbname=self.registry.db_name)
        self._held.cursor().execute("SELECT id FROM qbo_push_batch FOR NO KEY UPDATE")

    def hold_rows(self) -> None:
        """Refer to waiting rows from another transaction: they can be written, but not locked."""
        self._held = psycopg2.connect(dbname=self.registry.db_name)
        self._held.cursor().execute("SELECT id FROM qbo_queue_entry WHERE state = 'pending' FOR KEY SHARE")

    # --- people in Odoo ---

    def unmap(self) -> None:
        """Take the counterparts of all accounts away."""
        with self.env() as env:
            mappings = env['qbo.mapping'].search([('kind', '=', 'account'), ('reference_id', '!=', False)])
            self.mapped = [(mapping.id, mapping.reference_id.id) for mapping in mappings]
            mappings.write({'reference_id': False})

    def map_again(self) -> None:
        """Complete the mappings, as an accountant does."""
        with self.env() as env:
            for mapping, reference in self.mapped:
                env['qbo.mapping'].browse(mapping).reference_id = reference

    def sweep_again(self) -> None:
        """Let the next drain look for what no hook enqueued, as the daily cron does."""
        with self.env() as env:
            env['qbo.connection'].browse(self.connection).sweep_due = True

    def push_again(self) -> None:
        """Push what was on its way when its links were archived."""
        given_up = self.sql(
            "SELECT DISTINCT model, res_id FROM qbo_queue_entry row WHERE state = 'superseded' AND sent_at IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM qbo_binding WHERE model = row.model AND res_id = row.res_id)")
        with self.env() as env:
            for model, record in given_up:
                env['qbo.queue.entry']._enqueue(env[model].browse(record))

    def rename_unspeakable(self) -> None:
        """Give customers of pictures a name of letters."""
        with self.env() as env:
            for partner in env['res.partner'].search([('name', '=', "\U0001F600")]):
                partner.name = self.name("Smiling Sam")

    def accept_all(self) -> None:
        """Accept that figures differ."""
        with self.env() as env:
            env['qbo.queue.entry'].search([('fault_class', '=', 'Variance')]).filtered(
                lambda entry: entry.state == 'failed').action_accept_variance()

    def retry_all(self) -> None:
        """Press Retry on everything that stopped."""
        with self.env() as env:
            env['qbo.queue.entry'].action_retry_all()

    # --- people in QuickBooks ---

    def remote_id(self, env, record) -> str:
        """Return under which Id a record stands in QuickBooks."""
        connection = env['qbo.connection'].browse(self.connection)
        return env['qbo.binding']._of_record(connection, record._name, record.id).remote_id

    def edit_there(self, env, move) -> None:
        """Change the due date of an invoice in QuickBooks."""
        self.sim(f'touch/{self.realm}', {
            'entity': 'Invoice', 'id': self.remote_id(env, move), 'change': {'DueDate': '2031-01-31'}})

    def delete_there(self, env, entity: str, remote_id: str) -> None:
        """Delete an object in QuickBooks."""
        client = env['qbo.connection'].browse(self.connection)._qbo_client()
        standing = client.read(entity, remote_id).data
        body = json.dumps({'Id': remote_id, 'SyncToken': standing['SyncToken']})
        client.write(entity, 'delete', body, self.name('by hand').replace(' ', '-'))

    def copy_payment(self) -> None:
        """Copy in QuickBooks the payment whose outcome is in doubt, mark and all."""
        [(payload,)] = self.sql("SELECT payload FROM qbo_queue_entry WHERE state = 'sending' AND entity = 'Payment'")
        self._copy = self.seed('Payment', json.loads(payload))[0]['Id']

    def remove_copy(self) -> None:
        """Delete that copy again and press Retry."""
        with self.env() as env:
            self.delete_there(env, 'Payment', self._copy)
        self.retry_all()
