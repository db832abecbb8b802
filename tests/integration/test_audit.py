"""The audit trail: who did what is noted wherever it is done, cannot be altered, and can be exported."""

import csv
import hashlib
import io
import json
import zipfile

from odoo import fields
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import QueueCase

FORMULA = '=HYPERLINK("http://evil.example")'


@tagged('standard', 'post_install', '-at_install')
class TestAudit(QueueCase):
    """What people do, on a connected company."""

    def setUp(self):
        super().setUp()
        self.jane = new_test_user(
            self.env, 'audit_jane', name="Jane Auditor",
            groups='qbo_connector.group_qbo_administrator,account.group_account_user,base.group_partner_manager')
        self.newest = self.env['qbo.audit'].search([], limit=1).id

    def as_jane(self, record):
        """Return a record as Jane sees it, with what others did flushed."""
        return record.with_user(self.jane)

    def noted(self, event):
        """Return the new rows of an event; each is Jane's."""
        rows = self.env['qbo.audit'].search([('id', '>', self.newest), ('event', '=', event)], order='id')
        self.assertEqual(set(rows.mapped('user_name')), {"Jane Auditor (audit_jane)"} if rows else set(), event)
        self.assertLessEqual(rows.connection_id, self.connection)
        return rows

    def test_everything_a_person_does_is_noted_with_name_and_time(self):
        connection, queue = self.as_jane(self.connection), self.env['qbo.queue.entry']
        before = fields.Datetime.now()
        with self.subTest("settings"):
            connection.write({'on_cancel': 'block', 'sync_from': '2026-01-31', 'on_draft': connection.on_draft})
            self.assertEqual(self.noted('settings').text, (
                "When a Document Is Cancelled: Void it in QuickBooks → Refuse the change in Odoo while it stands in "
                "QuickBooks; Documents From: nothing → 2026-01-31"))
            connection.write({'sync_from': False, 'on_cancel': 'void'})
        with self.subTest("credentials"):
            connection.write({'client_id': 'another-client', 'client_secret': 'another-secret'})
            connection.write({'client_id': 'sim-client', 'client_secret': 'sim-secret'})
            rows = self.noted('credentials')
            self.assertEqual(rows.mapped('text'), ["Changed: Client ID, Client Secret"] * 2)
        with self.subTest("mapping"):
            mapping = self.connection.mapping_ids.filtered(lambda row: row.kind == 'account' and row.reference_id)[0]
            old = mapping.reference_id
            new = self.env['qbo.reference'].search([
                ('connection_id', '=', self.connection.id), ('entity', '=', 'Account'), ('id', '!=', old.id)], limit=1)
            self.as_jane(mapping).reference_id = new
            self.as_jane(mapping).reference_id = new
            self.as_jane(mapping).reference_id = old
            rows = self.noted('mapping')
            self.assertEqual(rows.mapped('text'), [
                f"Account {mapping.name}: {old.display_name} → {new.display_name}",
                f"Account {mapping.name}: {new.display_name} → {old.display_name}"])
            self.assertEqual(rows[0].record_ids, mapping.ids)
        with self.subTest("retried and cancelled"):
            self.env.cr.precommit.run()
            entries = queue._enqueue(self.partner) + queue._enqueue(self.product)
            entries._set_failed('Refused', "No")
            self.as_jane(entries[0]).action_retry()
            self.as_jane(queue).action_retry_all()
            self.as_jane(entries).action_cancel()
            retried, cancelled = self.noted('retried'), self.noted('cancelled')
            self.assertEqual(retried.mapped('record_ids'), [entries[0].ids, entries[1].ids])
            self.assertEqual(cancelled.record_ids, entries.ids)
            self.assertEqual(cancelled.record_names, "Queue Customer, Queue Item")
            self.assertEqual(retried[0].action_open_records()['domain'], [('id', 'in', entries[0].ids)])
        with self.subTest("pushed by hand, kept out"):
            self.as_jane(self.partner).action_qbo_push()
            self.as_jane(self.partner).qbo_excluded = True
            self.as_jane(self.partner).qbo_excluded = True
            self.assertEqual(self.noted('pushed').record_names, "Queue Customer")
            self.assertEqual(self.noted('excluded').record_ids, self.partner.ids)
        with self.subTest("taken over"):
            self.connection.write({'state': 'paused'})
            connection.action_adopt()
            self.assertTrue(self.noted('adopted'))
        with self.subTest("disconnected and connected"):
            self.env['qbo.disconnect.wizard'].with_user(self.jane).create(
                {'connection_id': connection.id}).action_disconnect()
            self.assertTrue(self.noted('disconnected'))
            callback = self.consent(connection.action_connect()['url'], self.connection.realm_id)
            with self.own_cursors():
                connection._complete_oauth(callback['code'], callback['realmId'], connection.redirect_uri)
            self.assertIn(self.connection.realm_id, self.noted('connected').text)
        with self.subTest("system parameters"):
            self.env['ir.config_parameter'].set_param('qbo_connector.client_secret', 'shared-secret')
            self.env['ir.config_parameter'].set_param('qbo_connector.keep_audit_days', '3650')
            rows = self.env['qbo.audit'].search([('id', '>', self.newest), ('connection_id', '=', False)])
            self.assertEqual(rows.mapped('event'), ['settings', 'credentials'])
            self.assertFalse(rows.company_id)
        with self.subTest("no secrets, no values of keys"):
            self.env.flush_all()
            self.env.cr.execute("SELECT string_agg(row_to_json(qbo_audit)::text, '') FROM qbo_audit")
            (everything,) = self.env.cr.fetchone()
            for secret in ('sim-secret', 'another-secret', 'another-client', 'shared-secret'):
                self.assertNotIn(secret, everything)
        self.assertGreaterEqual(min(self.env['qbo.audit'].search([('id', '>', self.newest)]).mapped('at')), before)
        with self.subTest("deleted"):
            other = self.env['res.company'].create({'name': "Short-lived"})
            self.jane.company_ids |= other
            short = self.env['qbo.connection'].with_user(self.jane).with_company(other).create(
                {'company_id': other.id})
            short.unlink()
            row = self.env['qbo.audit'].search([], limit=1)
            self.assertEqual((row.text, row.company_id, row.connection_id.id), (
                "Connection of Short-lived deleted", other, False))

    def test_sending_leaves_the_trail_alone(self):
        self.invoice()
        self.drain(self.connection)
        self.assertEqual(len(self.books()['Invoice']), 1)
        self.assertFalse(self.env['qbo.audit'].search([('id', '>', self.newest)]))

    @mute_logger('odoo.addons.base.models.ir_model', 'odoo.models')
    def test_nobody_alters_the_trail(self):
        row = self.env['qbo.audit']._note(self.connection, 'retried', "Evidence")
        for user in (self.jane, self.env.ref('base.user_admin'), self.env.ref('base.user_root')):
            for trail in (row.with_user(user), row.with_user(user).sudo()):
                for altered in (lambda t: t.write({'text': "Nothing"}), lambda t: t.unlink(), lambda t: t.copy(),
                                lambda t: t.create({'text': "Forged", 'event': 'retried', 'user_name': "Bob"})):
                    with self.assertRaises(AccessError):
                        altered(trail)
        self.assertEqual(row.text, "Evidence")
        self.assertEqual(self.env['qbo.audit'].search([], limit=1), row)

    def test_rows_are_kept_as_long_as_configured(self):
        row = self.env['qbo.audit']._note(self.connection, 'retried', "Evidence")
        self.env.cr.execute("UPDATE qbo_audit SET at = at - interval '2 years' WHERE id = %s", [row.id])
        row.invalidate_recordset()
        self.env['qbo.audit']._gc_old()
        self.assertTrue(row.exists(), "for ever, unless somebody decides otherwise")
        self.env['res.config.settings'].create({'qbo_keep_audit_days': 800, 'qbo_keep_settled_days': 90}).execute()
        self.assertEqual(self.env['ir.config_parameter'].get_param('qbo_connector.keep_settled_days'), '90')
        self.env['qbo.audit']._gc_old()
        self.assertTrue(row.exists())
        self.env['ir.config_parameter'].set_param('qbo_connector.keep_audit_days', '700')
        self.env['qbo.audit']._gc_old()
        self.assertFalse(row.exists())
        self.assertTrue(self.env['qbo.audit'].search_count([('connection_id', '=', self.connection.id)]))


@tagged('standard', 'post_install', '-at_install')
class TestExport(QueueCase, HttpCase):
    """What an accountant takes away as CSV and XLSX, by Odoo's own export."""

    COLUMNS = ('record_name', 'sent_at', 'done_at', 'intuit_tid', 'requestid', 'payload_hash')

    def export(self, kind, login, model, names, groupby=()):
        """Export all rows of a model as a user and return the answer."""
        self.env.flush_all()
        self.authenticate(login, login)
        return self.url_open(f'/web/export/{kind}', data={'csrf_token': Request.csrf_token(self), 'data': json.dumps({
            'model': model, 'fields': [{'name': name, 'label': name, 'type': 'char'} for name in names],
            'ids': False, 'domain': [], 'import_compat': False, 'groupby': groupby, 'context': {}})})

    @mute_logger('odoo.http', 'odoo.addons.web.controllers.export')
    def test_pushes_and_trail_are_exported_without_formulas_and_without_payloads(self):
        for login, group, export in (('jill', 'accountant', True), ('jack', 'accountant', False),
                                     ('uma', 'user', True), ('adam', 'administrator', True)):
            new_test_user(self.env, login, groups=f'qbo_connector.group_qbo_{group}' + (
                ',base.group_allow_export' if export else ''))
        self.invoice(self.env['res.partner'].create({'name': FORMULA}))
        self.drain(self.connection)
        entry = self.env['qbo.queue.entry'].search([('record_name', '=', FORMULA)])
        self.assertEqual(entry.state, 'done')
        self.env['qbo.audit']._note(self.connection, 'retried', FORMULA, entry)

        rows = list(csv.DictReader(io.StringIO(self.export('csv', 'jill', 'qbo.queue.entry', self.COLUMNS).text)))
        (row,) = (row for row in rows if FORMULA in row['record_name'])
        self.assertEqual(row['record_name'], f"'{FORMULA}")
        self.assertEqual(row['payload_hash'], hashlib.sha256(entry.payload.encode()).hexdigest())
        self.assertEqual((row['intuit_tid'], row['requestid']), (entry.intuit_tid, entry.requestid))
        self.assertTrue(row['intuit_tid'] and row['sent_at'] and row['done_at'])

        self.env.ref('base.user_admin').sudo().partner_id.name = FORMULA  # the name of a group by who is responsible
        self.env['qbo.audit'].with_user(self.env.ref('base.user_admin'))._note(self.connection, 'retried', "Grouped")
        for model, names, groupby in (
                ('qbo.queue.entry', self.COLUMNS, []), ('qbo.audit', ('at', 'user_name', 'text'), []),
                ('qbo.queue.entry', self.COLUMNS, ['record_name', 'state']),
                ('qbo.audit', ('at', 'text'), ['user_id', 'event'])):
            answer = self.export('xlsx', 'jill', model, names, groupby)
            self.assertEqual(answer.status_code, 200, answer.text)
            with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
                sheet, texts = book.read('xl/worksheets/sheet1.xml'), book.read('xl/sharedStrings.xml').decode()
            self.assertNotIn(b'<f>', sheet, "a formula")
            self.assertIn("'=HYPERLINK(", texts)
        self.assertEqual(self.export('csv', 'jack', 'qbo.audit', ['text']).status_code, 500, "may not export")
        self.assertEqual(self.export('csv', 'uma', 'qbo.audit', ['text']).status_code, 500, "is for accountants")
        for login, may in (('jill', False), ('uma', False), ('adam', True)):
            answer = self.export('csv', login, 'qbo.queue.entry', ['record_name', 'payload'])
            self.assertEqual('DisplayName' in answer.text, may, login)
