"""Everybody at once on one realm: crons, the administrator, the buttons; nothing is sent twice."""
import json
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.lab import books, database
from tests.lab.paths import LabError
from tests.simulator import notices

from .office import Office, until

PRESSES = 4


def creates(office: Office) -> Counter:
    """Return how often each record was sent as a create: {(entity, name or number or mark): times}."""
    counted = Counter()
    for call in office.calls('/company/'):
        if call['method'] != 'POST':
            continue
        body = call['request_body'] or {}
        items = [(entity, item[entity]) for item in body.get('BatchItemRequest', ())
                 for entity in item if isinstance(item[entity], dict)]
        for entity, obj in items or [(call['path'].rpartition('/')[2].capitalize(), body)]:
            if not obj.get('Id'):
                name = obj.get('DocNumber') or obj.get('DisplayName') or obj.get('Name') or obj.get('PrivateNote')
                counted[entity.lower(), name] += 1
    return counted


def test_cron_workers_and_every_button_at_once_send_each_record_once(open_office):
    office = open_office(workers=6, cron_threads=2)
    before = books.quickbooks_sums(office.simulator.url, office.realm_id)
    office.connect(sync_from=False, push_all_customers=True, push_all_products=True)
    client, connection = office.client, [office.connection]

    def drain():
        try:
            office.run_drain()
        except LabError as error:
            assert "already executing" in str(error)

    def sweep():
        client.call('qbo.connection', 'action_push_missing', connection)

    def daily_sweep():
        database.sql(office.machine, "UPDATE qbo_connection SET sweep_due = TRUE", office.database)
        database.sql(office.machine, f"NOTIFY cron_trigger, '{office.database}'")

    def retry():
        client.call('qbo.queue.entry', 'action_retry_all')

    def wizard():
        action = client.call('qbo.connection', 'action_open_mapping_wizard', connection)
        client.call('qbo.mapping.wizard', 'action_save', [action['res_id']])

    sweep()
    with ThreadPoolExecutor(8) as pool:
        pressed = [pool.submit(button) for _number in range(PRESSES)
                   for button in (drain, sweep, drain, retry, wizard, daily_sweep)]
        for press in pressed:
            press.result()  # no button may fail, either
    until(lambda: not office.count('pending', 'sending'), "the rest of the deliveries")
    rows = books.compare(office.client, office.connection, office.simulator.url, before)
    assert all(row.equal for row in rows), books.table("after everybody at once", rows)
    sent = creates(office)
    assert len(sent) > 20 and {record: times for record, times in sent.items() if times > 1} == {}
    tell_at_once(office)
    tell_while_a_call_of_the_cron_stands(office)


def tell_at_once(office: Office):
    """Let Intuit tell the same in many posts at the same moment: all are acknowledged, it is stored once."""
    office.client.call('qbo.webhook.token', 'create', [{
        'connection_id': office.connection, 'name': "app", 'token': 'verifier'}])
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(lambda _number: tell(office, '987654'), range(24))) == {200}
    for table in ("qbo_change WHERE remote_id = '987654'", 'qbo_webhook'):
        assert database.sql(office.machine, f'SELECT count(*) FROM {table}', office.database) == ['1'], table


def tell_while_a_call_of_the_cron_stands(office: Office):
    """A drain that is just ending has not consumed its call yet, and sees no more of what is told now."""
    database.sql(
        office.machine, "INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT cron_id, now() AT TIME ZONE 'UTC' "
        "FROM qbo_connection WHERE cron_id IS NOT NULL", office.database)
    assert tell(office, '987655') == 200
    # Nobody is called at all for up to a minute, unless the post itself calls.
    until(lambda: database.sql(office.machine, "SELECT 1 FROM qbo_change WHERE remote_id = '987655' AND state != "
                               "'waiting'", office.database), "what was told", seconds=20)


def tell(office: Office, remote_id: str) -> int:
    """Tell of an invoice as Intuit does, and return the status of the answer."""
    body = json.dumps([{
        'specversion': '1.0', 'id': f'event-{remote_id}', 'type': 'qbo.invoice.updated.v1',
        'time': '2026-01-15T10:00:00Z', 'intuitentityid': remote_id, 'intuitaccountid': office.realm_id}]).encode()
    post = urllib.request.Request(f'{office.odoo.url}/qbo/webhook', body, {
        'Content-Type': 'application/cloudevents+json', 'intuit-signature': notices.signature(body, 'verifier')})
    with urllib.request.urlopen(post, timeout=60) as answer:
        return answer.status
