"""Installed on a database with data, upgraded from an earlier version at work, neutralised in a copy, uninstalled."""
import itertools
import shutil

import pytest

from tests.lab import connect, database, server
from tests.lab.client import Browser, OdooClient
from tests.lab.demo import new_invoice
from tests.lab.paths import REPO

from .office import Office

PREVIOUS = REPO / 'tests/data/qbo_connector_19.0.1.0.0.tar.xz'
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
    'ir_act_window': "res_model LIKE 'qbo.%'",
    'ir_attachment': "res_model LIKE 'qbo.%'",
    'ir_config_parameter': "key LIKE 'qbo\\_connector.%'",
    'ir_cron': "cron_name ILIKE '%quickbooks%'",
    'ir_default': "field_id NOT IN (SELECT id FROM ir_model_fields)",
    'ir_model': "model LIKE 'qbo.%'",
    'ir_model_access': "name LIKE 'qbo.%'",
    'ir_model_data': "module = 'qbo_connector'",
    'ir_model_fields': "name LIKE 'qbo\\_%' OR relation LIKE 'qbo.%'",
    'ir_rule': "name ILIKE '%quickbooks%'",
    'ir_ui_menu': "name::text ILIKE '%quickbooks%'",
    'ir_ui_view': "model LIKE 'qbo.%' OR arch_fs LIKE 'qbo\\_connector%' OR arch_db::text LIKE '%qbo\\_%'",
    'mail_activity': "res_model LIKE 'qbo.%'",
    'mail_followers': "res_model LIKE 'qbo.%'",
    'mail_message': "model LIKE 'qbo.%'",
    'mail_template': "model LIKE 'qbo.%'",
    'res_groups': "name::text ILIKE '%quickbooks%'",
    'res_groups_privilege': "name::text ILIKE '%quickbooks%'",
}
SECRETS = """
    SELECT count(*) FROM qbo_credential
     WHERE coalesce(client_secret_enc, access_token_enc, refresh_token_enc) IS NOT NULL"""


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
    shutil.unpack_archive(PREVIOUS, tmp_path)
    old_path = ','.join(map(str, [*machine.odoo.addons, tmp_path]))

    # === AN EARLIER VERSION, CONNECTED AND AT WORK === #
    Browser().post_json(f'{simulator.url}/_sim/reset', {})
    command(machine, name, '-i', 'qbo_connector', '--stop-after-init', addons_path=old_path)
    assert ask(machine, name, VERSION) == '19.0.1.0.0'
    with server.odoo_server(machine, name, simulator.url, cron_threads=0, addons_path=old_path) as odoo:
        office = Office(machine, name, simulator, odoo, OdooClient(odoo.url, name))
        connect_as_before(office)
        pushed = new_invoice(office.client, 100)
        office.run_drain()
        (sent,) = office.books('Invoice')
        waiting = new_invoice(office.client, 200)
    tables = ('qbo_connection', 'qbo_credential', 'qbo_binding', 'qbo_reference', 'qbo_mapping', 'qbo_queue_entry',
              'qbo_usage')
    rows = {table: database.sql(machine, f'SELECT id FROM {table} ORDER BY id', name) for table in tables}
    mapped = database.sql(machine, 'SELECT id, kind, res_id, reference_id FROM qbo_mapping ORDER BY id', name)
    assert all(rows.values())

    # === TODAY'S VERSION === #
    command(machine, name, '-u', 'qbo_connector', '--stop-after-init')
    for table, before in rows.items():
        assert set(before) <= set(database.sql(machine, f'SELECT id FROM {table}', name)), f"{table} lost rows"
    assert mapped == database.sql(machine, 'SELECT id, kind, res_id, reference_id FROM qbo_mapping ORDER BY id', name)
    fresh = scratch('fresh')
    ours = "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns " \
           "WHERE table_name LIKE 'qbo%' OR column_name LIKE 'qbo%'"
    assert set(database.sql(machine, ours, name)) == set(database.sql(machine, ours, fresh)), "as if installed today"
    rules = "SELECT data.name, rule.domain_force FROM ir_rule rule JOIN ir_model_data data ON data.res_id = rule.id " \
            "WHERE data.model = 'ir.rule' AND data.module = 'qbo_connector'"
    assert set(database.sql(machine, rules, name)) == set(database.sql(machine, rules, fresh)), "as strict as today"
    with server.odoo_server(machine, name, simulator.url, cron_threads=0) as odoo:
        office.odoo, office.client = odoo, OdooClient(odoo.url, name).in_company(office.client.context[
            'allowed_company_ids'][0])
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
        office.client.call('qbo.health.token', 'action_issue', [])

    # === A COPY FOR TESTS === #
    copy = scratch('copy', source=name)
    command(machine, copy, 'neutralize')
    assert ask(machine, copy, SECRETS) == '0' != ask(machine, name, SECRETS)
    assert database.sql(machine, "SELECT DISTINCT state FROM qbo_connection", copy) == ['disconnected']
    kept = "SELECT count(*) FROM ir_config_parameter WHERE key LIKE 'qbo%health%' OR key LIKE 'qbo%client%'"
    assert (ask(machine, name, kept), ask(machine, copy, kept)) == ('1', '0')
    assert ask(machine, copy, "SELECT count(*) FROM ir_cron WHERE active AND cron_name LIKE 'QuickBooks%'") == '0'
    links = "SELECT count(*) FROM qbo_binding"
    assert ask(machine, copy, links) == ask(machine, name, links)

    # === GONE === #
    revoked = len(office.calls('/oauth2/tokens/revoke'))
    command(machine, name, 'module', 'uninstall', 'qbo_connector', qbo_simulator_url=simulator.url)
    assert len(office.calls('/oauth2/tokens/revoke')) == revoked + 1, "the consent is given back"
    assert set(database.sql(machine, COLUMNS, name)) == bare
    for table, rest in LEFTOVERS.items():
        assert database.sql(machine, f'SELECT * FROM {table} WHERE {rest}', name) == [], table
    assert ask(machine, name, CONTENT.format(last=last)) == content


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
        'client_secret': connect.CLIENT_SECRET}])[0]
    address = client.call('qbo.connection', 'read', [office.connection], ['redirect_uri'])[0]['redirect_uri']
    connect.register_app(office.simulator.url, address)
    consent_page = client.call('qbo.connection', 'action_connect', [office.connection])['url']
    connect.consent(client, consent_page, office.realm_id)
    connect.accept_mappings(client, office.connection)
