"""What people see of QuickBooks on documents, contacts and products: views, status, page in QuickBooks, Send Now."""

from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import US_REALM, QueueCase

MODELS = ('account.move', 'account.payment', 'res.partner', 'product.product', 'product.template')
VIEWS = ('form', 'list', 'kanban', 'search')


def ours(arch):
    """Return the names in a view that are the connector's."""
    return {name for name in etree.fromstring(arch).xpath('//@name') if 'qbo_' in name}


@tagged('standard', 'post_install', '-at_install')
class TestOnDocuments(QueueCase):
    """An accountant, a reader, a colleague without rights, and one of a company without a connection."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env['res.company'].create({'name': "Elsewhere"})
        billing = 'base.group_user,account.group_account_invoice,product.group_product_manager'
        cls.colleague = new_test_user(cls.env, 'colleague', groups=billing)
        cls.reader = new_test_user(cls.env, 'reader', groups=f'{billing},qbo_connector.group_qbo_user')
        cls.stranger = new_test_user(
            cls.env, 'stranger', groups=f'{billing},qbo_connector.group_qbo_accountant', company_id=cls.elsewhere.id,
            company_ids=[(6, 0, cls.elsewhere.ids)])

    def views(self, user, model):
        """Return the views that a user gets of a model, and the names of its actions."""
        model = self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        found = model.get_views([(False, kind) for kind in VIEWS], {'toolbar': True})['views']
        return {kind: view['arch'] for kind, view in found.items()}, {
            action['name'] for view in found.values() for action in view['toolbar'].get('action', ())}

    def test_readers_see_the_same_everywhere_and_others_nothing_of_it(self):
        filters = {'qbo_none', 'qbo_waiting', 'qbo_synced', 'qbo_changed', 'qbo_attention', 'qbo_variance',
                   'qbo_changed_there', 'qbo_excluded'}
        for model in MODELS:
            with self.subTest(model):
                views, actions = self.views(self.reader, model)
                self.assertEqual(ours(views['search']), filters)
                for kind in ('form', 'list', 'kanban'):
                    badge = etree.fromstring(views[kind]).xpath("//field[@name='qbo_state'][@widget]")
                    self.assertEqual({node.get('widget') for node in badge} - {'qbo_badge'}, set(), kind)
                    self.assertTrue(badge, kind)
                self.assertLessEqual({'qbo_failure', 'qbo_difference', 'qbo_status', 'action_qbo_status',
                                      'action_qbo_open'}, ours(views['form']))
                self.assertNotIn('action_qbo_retry', ours(views['form']))  # of accountants
                column, = etree.fromstring(views['list']).xpath("//field[@name='qbo_state']")
                self.assertIn(f"{self.company.id} not in allowed_company_ids", column.get('column_invisible'))
                self.assertNotIn("Send to QuickBooks", actions)
                self.assertIn("Send to QuickBooks", self.views(self.env.user, model)[1])
                for user in (self.colleague, self.stranger):
                    views, actions = self.views(user, model)
                    for kind in VIEWS:
                        self.assertLessEqual(ours(views[kind]), {'qbo_connected', 'qbo_in_us'}, kind)
                    self.assertFalse([name for name in actions if 'QuickBooks' in name])
        self.stranger.company_ids |= self.company
        self.assertIn('qbo_state', ours(self.views(self.stranger, 'account.move')[0]['list']))

    def test_colleagues_work_with_the_forms_and_may_not_read_what_is_ours(self):
        invoice = self.invoice(post=False).with_user(self.colleague)
        for record in (invoice, self.partner.with_user(self.colleague), self.product.with_user(self.colleague)):
            with Form(record):
                pass
            with self.assertRaises(AccessError):
                record.read(['qbo_state'])
            with self.assertRaises(AccessError):
                record.search([('qbo_state', '=', 'synced')])
        self.assertEqual(invoice.with_user(self.reader).qbo_state, 'none')
        with self.assertRaises(AccessError):
            invoice.action_qbo_status()
        with self.assertRaises(AccessError):
            invoice.with_user(self.reader).action_qbo_push()

    def test_the_status_tells_figures_of_the_last_sync_and_who_sent_what(self):
        move = self.invoice()
        self.drain(self.connection)
        move.with_user(self.env.user).ref = "PO 7"
        self.control('fail', {'entity': 'Invoice', 'method': 'POST', 'kind': 'status', 'status': 400, 'code': '6000',
                              'format': 'json'})
        self.drain(self.connection)
        action = move.with_user(self.reader).action_qbo_status()
        status = self.env[action['res_model']].browse(action['res_id']).with_user(self.reader)
        self.assertEqual((action['target'], action['name']), ('new', f"{move.display_name} in QuickBooks"))
        booked = self.one('Invoice', DocNumber=move.name)
        self.assertEqual(
            (status.remote_number, status.remote_id, status.remote_total, status.remote_balance, status.currency_id),
            (move.name, booked['Id'], 100, 100, move.currency_id))
        self.assertEqual((status.qbo_state, status.qbo_company_name), ('failed', self.connection.qbo_company_name))
        failed, done = status.entry_ids
        self.assertEqual((failed.state, done.state, done.operation), ('failed', 'done', 'create'))
        self.assertEqual((failed.remark, failed.create_uid), (status.qbo_message, self.env.user))
        self.assertTrue(done.intuit_tid and failed.intuit_tid)
        with Form(status) as shown:
            self.assertTrue(shown.has_amounts)

    def test_each_link_leads_to_the_page_of_its_object(self):
        move = self.invoice()
        credit = self.invoice(move_type='out_refund')
        payment = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=move.ids).create({})._create_payments()
        self.drain(self.connection)
        self.assertFalse(self.invoice(post=False).qbo_url)
        for record, page in ((move, 'invoice?txnId={}'), (credit, 'creditmemo?txnId={}'),
                             (payment, 'recvpayment?txnId={}'), (self.partner, 'customerdetail?nameId={}'),
                             (self.product, 'item?itemId={}'), (self.product.product_tmpl_id, 'item?itemId={}')):
            link = self.env['qbo.binding']._of_record(
                self.connection, *((self.product._name, self.product.id) if 'template' in record._name
                                   else (record._name, record.id)))
            action = record.with_user(self.reader).action_qbo_open()
            query = parse_qs(urlsplit(action['url']).query)
            self.assertEqual(query, {'deeplinkcompanyid': [US_REALM], 'pagereq': [page.format(link.remote_id)]})
            self.assertEqual(link.with_user(self.reader).action_qbo_open(), action)
            with patch.object(type(self.connection), '_simulator_url', lambda _self: 'http://sim:8070'):
                link.invalidate_recordset()
                shown = self.sim_client.get(urlsplit(link.qbo_url).path)
            self.assertEqual(shown.status_code, 200)
            entity, name = link.entity, link.remote_number or ('' if link.entity == 'Payment' else link.record_name)
            self.assertIn(f"<h2>{entity} {name or link.remote_id}</h2>", shown.text)
            link.invalidate_recordset()

    def test_send_now_says_what_goes_what_is_there_and_what_stays_out_and_why(self):
        there = self.invoice()
        self.drain(self.connection)
        calls = len(self.api_calls())
        new, draft, excluded = self.invoice(), self.invoice(post=False), self.invoice()
        early = self.invoice(invoice_date='2020-02-01')
        self.entries(new).action_cancel()
        excluded.qbo_excluded = True
        self.connection.sync_from = '2021-01-01'
        bill = self.env['account.move'].create({'move_type': 'in_invoice', 'partner_id': self.partner.id})
        told = (there | new | draft | excluded | early | bill).action_qbo_push()['params']
        self.assertEqual(told['type'], 'warning')
        lines = told['message'].split("\n")
        self.assertEqual(lines[:2], ["1 queued for QuickBooks.", "1 in QuickBooks already, unchanged."])
        self.assertEqual(len(lines), 6)
        for record, reason in ((draft, "Only posted"), (excluded, "Do Not Send"), (early, "2021-01-01"),
                               (bill, "of this kind")):
            line, = (line for line in lines if reason in line)
            self.assertIn(record.display_name, line)
        self.assertEqual((self.entries(new)[0].state, len(self.entries(there))), ('pending', 1))
        self.assertEqual(len(self.api_calls()), calls)
        self.env.invalidate_all()
        self.assertEqual(new.action_qbo_push()['params']['message'],
                         "1 queued for QuickBooks.\n1 of them waited already.")
        self.drain(self.connection)
        self.one('Invoice', DocNumber=new.name)
        self.connection._set_reconnect("The consent was withdrawn.")
        there.ref = "PO 8"
        self.assertIn("withdrawn", there.action_qbo_push()['params']['message'])

    def test_send_now_takes_an_address_with_its_customer_and_a_product_with_its_variants(self):
        address = self.env['res.partner'].create({'name': "Warehouse", 'parent_id': self.partner.id})
        address.action_qbo_push()
        self.product.product_tmpl_id.action_qbo_push()
        self.drain(self.connection)
        self.one('Customer', DisplayName=self.partner.name)
        self.one('Item', Name=self.product.name)
        told = self.product.product_tmpl_id.action_qbo_push()['params']
        self.assertEqual((told['message'], told['type']), ("1 in QuickBooks already, unchanged.", 'success'))
