"""What becomes of waiting entries when their company, their connection or their user changes under them."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import UK_REALM, US_REALM
from .lifecycle import LifecycleCase

OTHER_REALM = '9130000000000009'


@tagged('standard', 'post_install', '-at_install')
class TestCompanyAndConnection(LifecycleCase):
    """Nothing leaves for a company that is not there; what waits is kept."""

    def test_entries_of_an_archived_company_wait_until_it_is_back(self):
        company = self.env['res.company'].create({
            'name': "Second Company", 'currency_id': self.env.ref('base.GBP').id})
        self.env.user.company_ids |= company
        connection = self.connect(company, realm=UK_REALM, push_all_customers=True)
        partner = self.env['res.partner'].create({
            'name': "Customer of the Second", 'company_id': company.id, 'customer_rank': 1})
        entry = self.newest(partner)
        company.active = False
        self.control('calls', method='DELETE')
        self.drain(connection)
        self.assertEqual((self.api_calls(), entry.state, entry.attempts), ([], 'pending', 0))
        company.active = True
        self.drain(connection)
        self.assertEqual(entry.state, 'done')
        self.one('Customer', realm=UK_REALM, DisplayName="Customer of the Second")

    def test_entries_of_an_archived_connection_wait_until_it_is_back(self):
        waiting, orphan = self.invoice(), self.invoice()
        self.leave_orphans(self.entries(orphan))
        requestid = self.newest(orphan).requestid
        self.connection.active = False
        with self.own_cursors(), self.registry.cursor() as cr:
            self.connection.with_env(self.env(cr=cr))._cron_drain(self.connection.id)
        self.assertEqual(self.writes(), [])
        self.assertEqual((self.newest(waiting).state, self.newest(orphan).state), ('pending', 'sending'))
        self.connection.active = True
        self.drain(self.connection)
        for move in (waiting, orphan):
            self.one('Invoice', DocNumber=move.name)
        self.assertIn(('invoice', requestid), self.writes())

    def disconnect(self, links):
        """Disconnect through the dialog."""
        wizard = self.env['qbo.disconnect.wizard'].create({'connection_id': self.connection.id, 'links': links})
        with self.own_cursors():
            wizard.action_disconnect()

    def connect_again(self, realm):
        """Go through the consent page once more and choose a company."""
        callback = self.consent(self.connection.action_connect()['url'], realm)
        with self.own_cursors():
            pending, redirect_uri = self.env['qbo.oauth.state']._consume(callback['state'], self.env.user)
            pending._complete_oauth(callback['code'], callback['realmId'], redirect_uri)
        self.connection.invalidate_recordset()

    def test_after_a_disconnection_the_same_company_goes_on_where_it_stopped(self):
        waiting, orphan = self.invoice(), self.invoice()
        self.leave_orphans(self.entries(orphan))
        requestid = self.newest(orphan).requestid
        self.disconnect('keep')
        self.drain(self.connection)
        self.assertEqual(self.writes(), [])
        self.assertEqual((self.newest(waiting).state, self.newest(orphan).state), ('pending', 'sending'))
        self.connect_again(US_REALM)
        self.drain(self.connection)
        for move in (waiting, orphan):
            self.one('Invoice', DocNumber=move.name)
            self.assertEqual(self.newest(move).state, 'done')
        self.assertIn(('invoice', requestid), self.writes())

    def test_a_disconnection_in_the_middle_of_a_drain_ends_it_and_loses_nothing(self):
        partner = self.env['res.partner'].create({'name': "Just in Time"})
        move = self.invoice(partner)
        self.during('/customer', lambda: self.disconnect('keep'))
        self.drain(self.connection)
        self.one('Customer', DisplayName="Just in Time")
        self.assertEqual(self.newest(partner).state, 'done')
        self.assertEqual((self.newest(move).state, self.standing('Invoice', move.name)), ('pending', []))
        self.connect_again(US_REALM)
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        self.one('Customer', DisplayName="Just in Time")

    def test_another_quickbooks_company_gets_everything_anew_and_the_first_one_nothing_more(self):
        first = self.env['account.move'].search([('partner_id', '=', self.partner.id)])
        waiting, orphan = self.invoice(), self.invoice()
        self.leave_orphans(self.entries(orphan))
        before = self.books()
        self.disconnect('archive')
        self.control('seed', {'companies': [{'realm_id': OTHER_REALM, 'name': "Another Company US"}]})
        self.connect_again(OTHER_REALM)
        self.assertEqual({self.newest(move).state for move in (waiting, orphan)}, {'superseded'})
        self.accept_mappings(self.connection)
        (first | waiting | orphan).action_qbo_push()
        self.drain(self.connection)
        for move in first | waiting | orphan:
            invoice = self.one('Invoice', realm=OTHER_REALM, DocNumber=move.name)
            link = self.env['qbo.binding']._of_record(self.connection, move._name, move.id)
            self.assertEqual((link.remote_id, link.realm_id), (invoice['Id'], OTHER_REALM))
        self.assertEqual(self.books(), before, "not one byte went to the company that was left")


@tagged('standard', 'post_install', '-at_install')
class TestUsers(LifecycleCase):
    """Who posts needs no right in the connector; what they did is pushed whatever becomes of them."""

    def setUp(self):
        super().setUp()
        self.clerk = new_test_user(
            self.env, login='clerk', groups='account.group_account_invoice,base.group_partner_manager',
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)])

    def test_a_user_without_any_right_here_posts_edits_cancels_and_deletes(self):
        for model in ('qbo.connection', 'qbo.queue.entry', 'qbo.binding', 'qbo.mapping'):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.clerk).search([])
        as_clerk = self.env(user=self.clerk)
        moves = self.invoice(post=False) | self.invoice(post=False) | self.invoice(post=False)
        for move in moves:
            move.with_env(as_clerk).action_post()
        self.partner.with_env(as_clerk).write({'phone': "555 0100"})
        payment = self.payment().with_env(as_clerk)
        self.drain(self.connection)
        kept, cancelled, deleted = moves
        cancelled.with_env(as_clerk).button_draft()
        cancelled.with_env(as_clerk).button_cancel()
        number = deleted.name
        deleted.with_env(as_clerk).button_draft()
        deleted.with_env(as_clerk).with_context(force_delete=True).unlink()
        payment.action_cancel()
        self.drain(self.connection)
        totals = [self.one('Invoice', DocNumber=name)['TotalAmt'] for name in (kept.name, cancelled.name, number)]
        self.assertEqual(totals, [100, 0, 0])
        self.assertEqual(self.one('Payment')['TotalAmt'], 0)
        self.assertEqual(
            self.one('Customer', DisplayName=self.partner.name)['PrimaryPhone']['FreeFormNumber'], "555 0100")

    def test_what_a_user_posted_is_pushed_after_they_were_archived(self):
        move = self.invoice(post=False)
        move.with_env(self.env(user=self.clerk)).action_post()
        self.env.cr.precommit.run()
        self.clerk.active = False
        self.drain(self.connection)
        self.one('Invoice', DocNumber=move.name)
        self.assertEqual(self.newest(move).state, 'done')
