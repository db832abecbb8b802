"""Documents and payments on both sides at once, with webhooks that get lost, doubled and late, forgeries, and kills.

At the end both books are equal, reconciliation says so, and a difference that is planted is told. A night's run is
longer (`make both-ways`).
"""
import os
from concurrent.futures import ThreadPoolExecutor

from tests.lab import connect, database
from tests.lab.client import Browser
from tests.simulator import forgeries
from tests.simulator.webhooks import ANSWER_SECONDS

from .both_sides import TOKEN, Bookkeeper, Clerk, Stranger, differences
from .office import until

DOCUMENTS = int(os.environ.get('QBO_BOTH_WAYS', '64'))
FORGERIES = int(os.environ.get('QBO_FORGERIES', '600'))
STEPS = 4
PATIENCE = 90 + DOCUMENTS
SLOPPY = {'drop': 0.15, 'duplicate': 0.3, 'disorder': True, 'delay': 2}
# What changes by itself while Odoo runs.
RESTLESS = ('ir_cron', 'ir_cron_progress', 'ir_cron_trigger', 'res_device_log', 'res_users_log', 'bus_bus',
            'bus_presence', 'ir_logging', 'orm_signaling_registry', 'base_registry_signaling')
# What a post with a true signature may leave, though it tells of nothing that there is: that it came, and a look.
NOTED = ('qbo_change', 'qbo_webhook', 'qbo_usage', 'qbo_governor', 'qbo_connection')


def settled(office):
    """Tell whether nothing waits any more on either side."""
    return not (Browser().get_json(f'{office.simulator.url}/_sim/webhooks')['pending']
                or office.client.call('qbo.change', 'search_count', [('state', '=', 'waiting')])
                or office.count('pending', 'sending'))


def agree(office, clerk):
    """Wait until nothing waits and both books are equal; fail with what differs."""
    def equal():
        found[:] = differences(office.client, office, clerk) if settled(office) else ["something still waits"]
        return not found

    found = []
    try:
        until(equal, "both books to be equal", PATIENCE)
    except AssertionError:
        raise AssertionError('\n'.join(found)) from None


def genuine_posts(office):
    """Return the posts that the simulator sent, as a stranger who listened in would have them."""
    return [Listened(post['body'].encode(), post['headers']) for post in Browser().get_json(
        f'{office.simulator.url}/_sim/webhooks')['posts'] if post['state'] == 'delivered']


class Listened:
    """A post as it went over the wire."""

    def __init__(self, body, headers):
        self.body, self.headers = body, headers


def state_of(office, but=()):
    """Return a fingerprint of every table of the database, {name: (rows, sum of their hashes)}."""
    tables = database.sql(office.machine, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
                          office.database)
    query = ' UNION ALL '.join(
        f"SELECT '{table}', count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM \"{table}\" t"
        for table in tables if table not in RESTLESS and table not in but)
    return dict(row.split('|', 1) for row in database.sql(office.machine, query, office.database))


def reconcile(office):
    """Run a reconciliation; return it and what it found that somebody has to look at."""
    [run] = office.client.call('qbo.reconciliation', 'create', [{'connection_id': office.connection}])
    office.client.call('qbo.reconciliation', 'action_start', [run])
    found = until(lambda: next(iter(office.client.search_read(
        'qbo.reconciliation', [('id', '=', run), ('state', 'in', ('clean', 'drift', 'failed'))],
        ['state', 'drift_count', 'compared', 'trouble'])), None), "the reconciliation", PATIENCE)
    lines = office.client.search_read(
        'qbo.reconciliation.line', [('reconciliation_id', '=', run), ('status', '=', 'drift')],
        ['entity', 'record_name', 'kind', 'remote_number', 'remote_id', 'text'])
    return found, lines


def test_both_books_are_equal_however_badly_each_side_hears_of_the_other(open_office):
    office = open_office(workers=2)
    company = office.client.find('res.company', [('chart_template', '=', 'us')])
    bank = office.client.find('account.journal', [('company_id', '=', company), ('type', '=', 'bank')])
    office.connect(pull_payments='automatic', receipt_journal_id=bank)
    connect.hear(office.client, office.connection, office.odoo.url, office.simulator.url, TOKEN, **SLOPPY)

    office.client.call('qbo.connection', 'action_push_missing', [office.connection])  # demo documents of today

    clerk, stranger = Clerk(office, DOCUMENTS), Stranger(office)
    clerk.prepare()
    bookkeeper = Bookkeeper(office, clerk)
    bookkeeper.start()
    with ThreadPoolExecutor(2) as pool:
        for step in range(STEPS):
            clerk.enter(DOCUMENTS * step // STEPS, DOCUMENTS * (step + 1) // STEPS)
            until(lambda step=step: bookkeeper.error or sum(bookkeeper.deeds.values()) > DOCUMENTS * step // STEPS // 2,
                  "the bookkeeper", PATIENCE)
            posts = genuine_posts(office)
            forged = forgeries.Forger(posts, TOKEN, seed=step).draw(30 if posts else 0)
            forging = [pool.submit(stranger.post, forgery) for forgery in forged]
            if step in (1, 2):
                office.odoo.kill()
                office.restart()
            if step == 2:  # Intuit's other format; what waited for the first target is lost
                connect.listen(office.odoo.url, office.simulator.url, TOKEN, format='cloudevents', **SLOPPY)
            for each in forging:
                each.result()
    assert bookkeeper.ended.wait(PATIENCE) and bookkeeper.error is None, bookkeeper.error
    report = Browser().get_json(f'{office.simulator.url}/_sim/webhooks')
    assert sum(target['dropped'] for target in report['targets']) and bookkeeper.deeds['edit_payment']

    # What no webhook told, the poll finds.
    office.client.call('qbo.connection', 'action_poll', [office.connection])
    agree(office, clerk)
    failed = office.client.search_read('qbo.change', [('state', '=', 'failed')], ['display_name', 'outcome'])
    assert (failed, office.count('failed', 'dead', 'unknown')) == ([], 0)
    forgeries_change_nothing(office, clerk)
    run, lines = reconcile(office)
    assert (run['state'], run['drift_count']) == ('clean', 0), (run, lines)
    assert run['compared'] >= DOCUMENTS
    planted_differences_are_told(office, clerk)


def forgeries_change_nothing(office, clerk):
    """Post forgeries: those without a true signature leave no trace at all, the others none in any book."""
    stranger = Stranger(office)
    drawn = list(forgeries.Forger(genuine_posts(office), TOKEN, seed=2026).draw(FORGERIES, oversized=4))
    believable = [forgery for forgery in drawn if forgery.kind in forgeries.BELIEVABLE]
    for group, but in (([f for f in drawn if f not in believable], ()), (believable, NOTED)):
        before = state_of(office, but)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(stranger.post, group))
        until(lambda: settled(office), "the inbox", PATIENCE)
        assert state_of(office, but) == before
    for kind, answers in stranger.answers.items():
        wanted = 200 if kind in forgeries.BELIEVABLE else 413 if kind == 'oversized' else 401
        assert set(answers) == {wanted}, (kind, answers)
    assert max(stranger.seconds) < ANSWER_SECONDS and stranger.slowest() < ANSWER_SECONDS / 3
    assert differences(office.client, office, clerk) == []


def planted_differences_are_told(office, clerk):
    """Change QuickBooks behind Odoo's back, with nobody telling: reconciliation names what differs, and only that."""
    office.forget_webhooks()
    open_one, paid_one = (next(number for number, index in clerk.numbers.items() if index % 8 == kind)
                          for kind in (6, 0))
    standing = {obj['DocNumber']: obj for obj in office.books('Invoice')}
    cent = standing[open_one]['TotalAmt'] + 0.01
    office.bookkeeper('edit_invoice', remote_id=standing[open_one]['Id'], amount=f'{cent:.2f}')
    [link] = [link for link in standing[paid_one]['LinkedTxn'] if link['TxnType'] == 'Payment']
    office.bookkeeper('delete', entity='Payment', remote_id=link['TxnId'])
    run, lines = reconcile(office)
    assert run['state'] == 'drift'
    told = {(line['entity'], line['kind']) for line in lines}
    named = {line['remote_number'] or line['record_name'] for line in lines if line['entity'] == 'Invoice'}
    assert ('Invoice', 'total') in told and ('Payment', 'missing_there') in told, lines
    assert named == {open_one, paid_one}, lines
