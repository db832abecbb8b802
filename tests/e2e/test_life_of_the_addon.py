"""Installed on a database with data, upgraded from an earlier version at work, neutralised in a copy, uninstalled."""
import itertools
import shutil
from datetime import datetime, timezone

import pytest

from tests.lab import connect, database, server
from tests.lab.client import Browser, OdooClient
from tests.lab.demo import new_invoice
from tests.lab.paths import REPO

from .office import Office, until

EARLIER = {version: REPO / f'tests/data/qbo_connector_{version}.tar.xz' for version in ('19.0.1.0.0', '19.0.1.1.1')}
TOKEN = 'verifier-of-the-life'
# Whose rows nothing of ours may write while it is installed: they are millions in a database with years of data.
BIG_TABLES = ('account_move', 'account_move_line', 'account_partial_reconcile', 'account_payment', 'product_product',
              'product_template',
              'res_partner WHERE id NOT IN (SELECT partner_id FROM res_users)')  # administrators get rights
# The flags that a person sets: added as empty columns, which PostgreSQL does without touching a row.
OWN_COLUMNS = {
    'account_journal.qbo_excluded', 'account_move.qbo_excluded', 'account_payment.qbo_excluded',
    'product_template.qbo_excluded', 'res_partner.qbo_excluded', 'res_partner.qbo_sales_tax',
}
VERSION = "SELECT latest_version FROM ir_module_module WHERE name = 'qbo_connector'"
COLUMNS = """
    SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"""
# The transaction that wrote each row: another one means that it was written again.
WRITTEN_BY = "SELECT md5(string_agg(id || ':' || xmin, ',' ORDER BY id)) FROM {table}"
CONTENT = """
    SELECT md5(string_agg(row::text, ',' ORDER BY id)) FROM (
        SELECT id, name, state, date, amount_total, partner_id, write_date FROM account_move WHERE id <= {last}) row"""
# Table -> what may be left there of an addon that is gone.
LEFTOVERS = {
    'ir_act_server': "name::text ILIKE '%quickbooks%' OR code LIKE '%\\_cron\\_drain%'",
    'ir_act_report_xml': "model LIKE 'qbo.%' OR report_name LIKE 'qbo\\_connector.%'",
    'ir_act_window': "res_model LIKE 'qbo.%'",
    'ir_attachment': "res_model LIKE 'qbo.%'",
    'ir_config_parameter': "key LIKE 'qbo\\_connector.%'",
    'ir_cron': "cron_name ILIKE '%quickbooks%'",
    'ir_cron_trigger': "cron_id NOT IN (SELECT id FROM ir_cron)",
    'ir_default': "field_id NOT IN (SELECT id FROM ir_model_fields)",
    'ir_model': "model LIKE 'qbo.%'",
    'ir_model_access': "name LIKE 'qbo.%'",
    'ir_model_data': "module = 'qbo_connector'",
    'ir_model_constraint': "name LIKE 'qbo\\_%'",
    'ir_model_fields': "name LIKE 'qbo\\_%' OR relation LIKE 'qbo.%'",
    'ir_rule': "name ILIKE '%quickbooks%'",
    'ir_ui_menu': "name::text ILIKE '%quickbooks%'",
    'ir_ui_view': "model LIKE 'qbo.%' OR arch_fs LIKE 'qbo\\_connector%' OR arch_db::text LIKE '%qbo\\_%'",
    'mail_activity': "res_model LIKE 'qbo.%'",
    'mail_activity_type': "res_model LIKE 'qbo.%' OR name::text ILIKE '%quickbooks%'",
    'mail_followers': "res_model LIKE 'qbo.%'",
    'mail_message': "model LIKE 'qbo.%'",
    'mail_template': "model LIKE 'qbo.%'",
    'res_groups': "name::text ILIKE '%quickbooks%'",
    'res_groups_privilege': "name::text ILIKE '%quickbooks%'",
}
# What of the original a copy for tests must not have; one condition for each thing that neutralising takes away.
TAKEN_FROM_COPIES = {
    **{f'qbo_credential.{column}': f"SELECT count(*) FROM qbo_credential WHERE {column} IS NOT NULL" for column in (
        'client_secret_enc', 'access_token_enc', 'refresh_token_enc', 'access_expires_at', 'refresh_expires_at',
        'hard_expires_at', 'refreshed_at')},
    'connected': "SELECT count(*) FROM qbo_connection WHERE state <> 'disconnected'",
    'of this database': "SELECT count(*) FROM qbo_connection WHERE database_uuid IS NOT NULL",
    'polled': "SELECT count(*) FROM qbo_connection WHERE poll_hours <> 0",
    'asked': "SELECT count(*) FROM qbo_connection WHERE poll_asked",
    'paused': "SELECT count(*) FROM qbo_connection WHERE paused_until IS NOT NULL OR paused_reason IS NOT NULL",
    'trusted': "SELECT count(*) FROM qbo_webhook_token",
    'consent begun': "SELECT count(*) FROM qbo_oauth_state",
    'monitored': "SELECT count(*) FROM ir_config_parameter WHERE key LIKE 'qbo%health%'",
    'keys': "SELECT count(*) FROM ir_config_parameter WHERE key LIKE 'qbo%client%'",
    'crons': "SELECT count(*) FROM ir_cron WHERE active AND cron_name LIKE 'QuickBooks%'",
}


@pytest.fixture
def scratch(machine):
    """A function that copies a database for this test; all copies are dropped after it."""
    names = []

    def copy(purpose, source=None, **options):
        if source:
            names.append(f'{source}_{purpose}')
            database.copy(machine, source, names[-1])
        else:
            names.append(database.own_copy(machine, purpose, **options))
        return names[-1]

    yield copy
    for name in names:
        database.drop(machine, name)


def ask(machine, name, query):
    """Return the first column of the answer's one row."""
    return database.sql(machine, query, name)[0]


def test_the_installation_touches_no_row_of_the_books(machine, scratch):
    before, after = scratch('bare', with_addon=False), scratch('fresh')
    for table in BIG_TABLES:
        query = WRITTEN_BY.format(table=table)
        assert ask(machine, before, query) == ask(machine, after, query), f"{table} was written"
    bare = database.sql(machine, COLUMNS, before)
    tables = {column.partition('.')[0] for column in bare}
    new = set(database.sql(machine, COLUMNS, after)) - set(bare)
    tables.remove('res_config_settings')  # of a dialog
    assert {column for column in new if column.partition('.')[0] in tables} == OWN_COLUMNS


def test_an_earlier_version_is_upgraded_at_work_neutralised_in_a_copy_and_uninstalled(
        machine, simulator, scratch, tmp_path, monkeypatch):
    monkeypatch.delenv('ODOO_ADDONS_PATH', raising=False)  # Odoo would prefer it to the configuration's
    name = scratch('life', with_addon=False)
    bare = set(database.sql(machine, COLUMNS, name))
    last = ask(machine, name, "SELECT max(id) FROM account_move")
    content = ask(machine, name, CONTENT.format(last=last))

    # === AN EARLIER VERSION, CONNECTED AND AT WORK === #
    old_path = install_earlier(machine, simulator, name, tmp_path, '19.0.1.0.0')
    with server.odoo_server(machine, name, simulator.url, cron_threads=0, addons_path=old_path) as odoo:
        office = Office(machine, name, simulator, odoo, OdooClient(odoo.url, name))
        connect_as_before(office)
        pushed = new_invoice(office.client, 100)
        office.run_drain()
        (sent,) = office.books('Invoice')
        waiting = new_invoice(office.client, 200)

    # === TODAY'S VERSION === #
    check_upgrade(machine, name, scratch('fresh'))
    with server.odoo_server(machine, name, simulator.url, cron_threads=0) as odoo:
        come_back(office, odoo)
        office.run_drain()
        assert office.entry('account.move', waiting)['state'] == 'done'
        assert {invoice['DocNumber'] for invoice in office.books('Invoice')} == {
            office.number(pushed), office.number(waiting)}
        office.client.call('account.move', 'button_draft', [pushed])
        office.client.call('account.move', 'write', [pushed], {'narration': "After the upgrade"})
        office.client.call('account.move', 'action_post', [pushed])
        later = new_invoice(office.client, 300)
        office.run_drain()
        assert {office.entry('account.move', move)['state'] for move in (pushed, later)} == {'done'}
        (again,) = [invoice for invoice in office.books('Invoice') if invoice['Id'] == sent['Id']]
        assert int(again['SyncToken']) > int(sent['SyncToken']), "the old link is followed"
        assert len(office.books('Invoice')) == 3
        work_both_ways(office, sent['Id'])
        leave_in_the_middle(office)

    # === A COPY FOR TESTS === #
    copy = scratch('copy', source=name)
    command(machine, copy, 'neutralize')
    left = {key: (ask(machine, name, query), ask(machine, copy, query)) for key, query in TAKEN_FROM_COPIES.items()}
    assert [key for key, (original, _copy) in left.items() if original == '0'] == [], "there is something to take away"
    assert [key for key, (_original, kept) in left.items() if kept != '0'] == []
    links = "SELECT count(*) FROM qbo_binding"
    assert ask(machine, copy, links) == ask(machine, name, links)
    check_copy_is_deaf_and_dumb(office, copy)

    # === GONE === #
    revoked = len(office.calls('/oauth2/tokens/revoke'))
    command(machine, name, 'module', 'uninstall', 'qbo_connector', qbo_simulator_url=simulator.url)
    assert len(office.calls('/oauth2/tokens/revoke')) == revoked + 1, "the consent is given back"
    assert set(database.sql(machine, COLUMNS, name)) == bare
    for table, rest in LEFTOVERS.items():
        assert database.sql(machine, f'SELECT * FROM {table} WHERE {rest}', name) == [], table
    assert ask(machine, name, CONTENT.format(last=last)) == content


def test_the_version_that_only_sent_is_upgraded_and_takes_nothing_over_until_somebody_says_so(
        machine, simulator, scratch, tmp_path, monkeypatch):
    monkeypatch.delenv('ODOO_ADDONS_PATH', raising=False)
    name = scratch('sender', with_addon=False)
    old_path = install_earlier(machine, simulator, name, tmp_path, '19.0.1.1.1')
    with server.odoo_server(machine, name, simulator.url, cron_threads=0, addons_path=old_path) as odoo:
        office = Office(machine, name, simulator, odoo, OdooClient(odoo.url, name))
        office.connect()
        new_invoice(office.client, 100)
        office.run_drain()
        (sent,) = office.books('Invoice')
        waiting = new_invoice(office.client, 200)
    check_upgrade(machine, name, scratch('fresh'))

    office.bookkeeper('receive_payment', applied=[sent['Id']])
    with server.odoo_server(machine, name, simulator.url, cron_threads=0) as odoo:
        come_back(office, odoo)
        (found,) = office.client.call('qbo.connection', 'read', [office.connection], [
            'state', 'live_at', 'pull_payments', 'on_changed_there', 'poll_hours', 'reconcile_nightly',
            'reconcile_days', 'reconcile_threshold', 'parallel_run'])
        assert (found['state'], bool(found['live_at']), found['parallel_run']) == ('connected', True, False)
        assert (found['pull_payments'], found['on_changed_there'], found['poll_hours']) == ('off', 'ask', 4)
        assert (found['reconcile_nightly'], found['reconcile_days'], found['reconcile_threshold']) == (True, 0, 0.1)
        office.run_drain()
        assert office.entry('account.move', waiting)['state'] == 'done'
        office.client.call('qbo.connection', 'action_poll', [office.connection])
        office.run_drain()
        company = office.client.context['allowed_company_ids'][0]
        assert office.client.call('account.payment', 'search_count', [
            ('company_id', '=', company), ('memo', 'like', 'QuickBooks')]) == 0
        assert office.client.call('qbo.receipt', 'search_count', []) == 0, "nobody asked for payments"
        open_in_odoo = office.client.search_read('account.move', [('name', '=', sent['DocNumber'])], ['payment_state'])
        assert [move['payment_state'] for move in open_in_odoo] == ['not_paid']
        # The night's comparison has its time, and says what stands in QuickBooks alone.
        run_cron(office, 'qbo_connector.ir_cron_reconcile')
        [planned] = office.client.call('qbo.connection', 'read', [office.connection], ['reconcile_next'])
        assert planned['reconcile_next']
        assert reconcile(office) == ('drift', [('Invoice', 'balance', sent['DocNumber'])])


def install_earlier(machine, simulator, name, folder, version):
    """Install an earlier version on a database; return the path to it."""
    shutil.unpack_archive(EARLIER[version], folder)
    old_path = ','.join(map(str, [*machine.odoo.addons, folder]))
    Browser().post_json(f'{simulator.url}/_sim/reset', {})
    command(machine, name, '-i', 'qbo_connector', '--stop-after-init', addons_path=old_path)
    assert ask(machine, name, VERSION) == version
    return old_path


def check_upgrade(machine, name, fresh):
    """Upgrade a database, and assert that it lost no row, and is as if today's version had been installed."""
    tables = ('qbo_connection', 'qbo_credential', 'qbo_binding', 'qbo_reference', 'qbo_mapping', 'qbo_queue_entry',
              'qbo_usage')
    rows = {table: database.sql(machine, f'SELECT id FROM {table} ORDER BY id', name) for table in tables}
    mapped = database.sql(machine, 'SELECT id, kind, res_id, reference_id FROM qbo_mapping ORDER BY id', name)
    assert all(rows.values())
    command(machine, name, '-u', 'qbo_connector', '--stop-after-init')
    for table, before in rows.items():
        assert set(before) <= set(database.sql(machine, f'SELECT id FROM {table}', name)), f"{table} lost rows"
    assert mapped == database.sql(machine, 'SELECT id, kind, res_id, reference_id FROM qbo_mapping ORDER BY id', name)
    ours = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || " \
           "CASE WHEN table_name LIKE '%wizard%' THEN '' ELSE is_nullable END " \
           "FROM information_schema.columns WHERE table_name LIKE 'qbo%' OR column_name LIKE 'qbo%'"
    assert set(database.sql(machine, ours, name)) == set(database.sql(machine, ours, fresh)), "as if installed today"
    rules = "SELECT data.name, rule.domain_force FROM ir_rule rule JOIN ir_model_data data ON data.res_id = rule.id " \
            "WHERE data.model = 'ir.rule' AND data.module = 'qbo_connector'"
    assert set(database.sql(machine, rules, name)) == set(database.sql(machine, rules, fresh)), "as strict as today"
    names = "SELECT model || ' ' || name FROM ir_model_data WHERE module = 'qbo_connector'"
    assert set(database.sql(machine, names, name)) == set(database.sql(machine, names, fresh)), "no more, no less"


def come_back(office, odoo):
    """Let the office work on another server."""
    company = office.client.context['allowed_company_ids'][0]
    office.odoo, office.client = odoo, OdooClient(odoo.url, office.database).in_company(company)


def run_cron(office, name):
    """Run a cron of the addon's by hand."""
    module, _dot, key = name.partition('.')
    cron = office.client.search_read('ir.model.data', [('module', '=', module), ('name', '=', key)], ['res_id'])
    office.client.call('ir.cron', 'method_direct_trigger', [cron[0]['res_id']])


def reconcile(office):
    """Compare the books; return the outcome, and what differs: (entity, what, name)."""
    office.client.call('qbo.connection', 'action_push_missing', [office.connection])  # demo documents of today
    office.run_drain()
    [run] = office.client.call('qbo.reconciliation', 'create', [{'connection_id': office.connection}])
    office.client.call('qbo.reconciliation', 'action_start', [run])
    run_cron(office, 'qbo_connector.ir_cron_reconcile')
    lines = office.client.search_read('qbo.reconciliation.line', [
        ('reconciliation_id', '=', run), ('status', '=', 'drift')], ['entity', 'kind', 'record_name'])
    return office.client.call('qbo.reconciliation', 'read', [run], ['state'])[0]['state'], [
        (line['entity'], line['kind'], line['record_name']) for line in lines]


def work_both_ways(office, invoice):
    """Hear of a payment of an invoice (its Id in QuickBooks), take it in, and compare the books."""
    client = office.client
    company = client.context['allowed_company_ids'][0]
    bank = client.find('account.journal', [('company_id', '=', company), ('type', '=', 'bank')])
    client.call('qbo.connection', 'write', [office.connection], {
        'pull_payments': 'automatic', 'receipt_journal_id': bank})
    client.call('qbo.acting.user', 'create', [{
        'connection_id': office.connection, 'user_id': client.find('res.users', [('login', '=', 'admin')])}])
    connect.hear(client, office.connection, office.odoo.url, office.simulator.url, TOKEN)
    office.bookkeeper('receive_payment', applied=[invoice])
    until(lambda: client.call('qbo.webhook', 'search_count', []), "the webhook")
    office.run_drain()
    assert [row['state'] for row in client.search_read('qbo.receipt', [], ['state'])] == ['taken']
    assert reconcile(office) == ('clean', [])


def leave_in_the_middle(office):
    """Leave behind what lives for a while: keys, a consent that was begun, a poll and a pause, things to tell."""
    client = office.client
    client.call('qbo.health.token', 'action_issue', [])
    client.call('ir.config_parameter', 'set_param', 'qbo_connector.client_secret', "of the shared app")
    client.call('ir.config_parameter', 'set_param', 'qbo_connector.keep_inbox_days', '60')
    client.call('qbo.connection', 'action_connect', [office.connection])
    client.call('qbo.connection', 'action_poll', [office.connection])
    office.bookkeeper('edit_invoice', remote_id=office.books('Invoice')[-1]['Id'], amount='1.00')
    run_cron(office, 'qbo_connector.ir_cron_alert')
    database.sql(office.machine, "UPDATE qbo_connection SET paused_until = now() + interval '1 day', "
                                 "paused_reason = 'Maintenance' RETURNING id", office.database)


def check_copy_is_deaf_and_dumb(office, copy):
    """Run the neutralised copy as people do: it asks nothing, sends nothing, and believes no webhook."""
    with server.odoo_server(office.machine, copy, office.simulator.url) as odoo:
        there = Office(office.machine, copy, office.simulator, odoo, OdooClient(odoo.url, copy),
                       connection=office.connection)
        there.client = there.client.in_company(office.client.context['allowed_company_ids'][0])
        told = [('connection_id', '=', office.connection)]
        calls, heard = len(office.calls('/v3/')), there.client.call('qbo.change', 'search_count', told)
        connect.listen(odoo.url, office.simulator.url, TOKEN)
        office.bookkeeper('edit_invoice', remote_id=office.books('Invoice')[-1]['Id'], amount='2.00')
        answers = until(lambda: [
            attempt['outcome'] for post in Browser().get_json(f'{office.simulator.url}/_sim/webhooks')['posts']
            if odoo.url in post['url'] for attempt in post['attempts']], "the post")
        assert set(answers) == {401}
        new_invoice(there.client, 50)
        there.run_drain()
        for cron in ('keep_tokens', 'sweep', 'reconcile', 'alert'):
            run_cron(there, f'qbo_connector.ir_cron_{cron}')
        there.run_drain()
        assert len(office.calls('/v3/')) == calls
        assert there.client.call('qbo.change', 'search_count', told) == heard
    office.forget_webhooks()


def command(machine, name, *words, **settings):
    """Run a command of Odoo's program on a database and wait for its end."""
    conf = database.configuration(machine, name, log_level='warn', http_enable=False, **settings)
    subcommand = list(itertools.takewhile(lambda word: not word.startswith('-'), words))[:2]
    machine.run(*machine.odoo_command(*subcommand, '-c', str(conf), *words[len(subcommand):]), capture_output=True,
                text=True)


def connect_as_before(office):
    """Connect the US demo company through OAuth and accept the suggested mappings, in an earlier version."""
    client = office.client
    company = client.find('res.company', [('chart_template', '=', 'us')])
    office.client = client = client.in_company(company)
    office.connection = client.call('qbo.connection', 'create', [{
        'company_id': company, 'environment': 'sandbox', 'client_id': connect.CLIENT_ID,
        'client_secret': connect.CLIENT_SECRET,
        'sync_from': datetime.now(timezone.utc).date().isoformat()}])[0]  # the clock that dates the documents
    address = client.call('qbo.connection', 'read', [office.connection], ['redirect_uri'])[0]['redirect_uri']
    connect.register_app(office.simulator.url, address)
    consent_page = client.call('qbo.connection', 'action_connect', [office.connection])['url']
    connect.consent(client, consent_page, office.realm_id)
    connect.accept_mappings(client, office.connection)
