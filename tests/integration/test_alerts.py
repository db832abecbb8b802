"""What people are told: bundled, once, in their language, and taken back when it is over."""

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.addons.qbo_connector.models.own_cursor import Contended
from odoo.addons.qbo_connector.models.qbo_connection_alert import PAUSED, READS, STUCK
from odoo.tests import new_test_user, tagged
from odoo.tools.translate import code_translations

from .common import QueueCase
from .test_progress import RowsMixin

NOON = datetime(2026, 3, 10, 12, 0, 0)


class AlertCase(RowsMixin, QueueCase):
    """Runs the cron and reads the activities and the mails."""

    def setUp(self):
        super().setUp()
        self.env['qbo.queue.entry'].search([]).unlink()
        self.user = new_test_user(
            self.env, login='responsible', email='responsible@example.com', groups='qbo_connector.group_qbo_accountant',
            company_id=self.company.id, company_ids=[fields.Command.set(self.company.ids)])
        self.connection.user_id = self.user
        self.earlier = self.mails()

    earlier = ()

    def alert(self):
        """Run the cron."""
        with self.own_cursors():
            self.assertIs(self.env.ref('qbo_connector.ir_cron_alert').method_direct_trigger(), True)
        self.env.invalidate_all()

    def activity(self, kind):
        """Return the activities of a kind on the connection."""
        return self.connection.activity_search([kind])

    def mails(self):
        """Return the mails to the responsible user, oldest first."""
        mails = self.env['mail.mail'].sudo().search([('recipient_ids', 'in', self.user.partner_id.ids)], order='id')
        return mails.filtered(lambda mail: mail not in self.earlier)

    def stick(self, count=1, message="Tax GST 18 % is not mapped.", state='failed'):
        """Put rows into the queue that are stuck, as of now."""
        rows = self.rows(count, state=state, fault_message=message)
        self.stamp(rows)
        return rows

    def stamp(self, rows):
        """Give rows a change of their own, which within one transaction of a test they would share."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE qbo_queue_entry SET write_date = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = ANY(%s)",
            [rows.ids])
        rows.invalidate_recordset()


@tagged('standard', 'post_install', '-at_install')
class TestStuck(AlertCase):
    """Entries that failed, are dead or whose outcome is unknown."""

    def test_many_entries_are_one_activity_and_one_mail_with_their_causes(self):
        self.stick(12)
        self.stick(3, "QuickBooks did not answer", state='unknown')
        self.alert()
        activity = self.activity(STUCK)
        self.assertEqual((len(activity), activity.user_id), (1, self.user))
        self.assertEqual(activity.summary, "15 QuickBooks entries need attention")
        self.assertIn("Failed (12): Tax GST 18 % is not mapped.", activity.note)
        self.assertIn("Outcome Unknown (3): QuickBooks did not answer", activity.note)
        self.assertIn(f'/odoo/quickbooks/{self.connection.id}/quickbooks-attention', activity.note)
        self.assertEqual(len(self.mails()), 1)
        self.assertIn("Failed (12): Tax GST 18 % is not mapped.", self.mails().body_html)
        self.assertIn("15 QuickBooks entries need attention", self.mails().subject)

    def test_nothing_new_is_nothing_to_tell(self):
        self.stick()
        self.alert()
        changed = self.activity(STUCK).write_date
        self.alert()
        self.assertEqual((len(self.activity(STUCK)), len(self.mails())), (1, 1))
        self.assertEqual(self.activity(STUCK).write_date, changed)

    def test_what_fails_later_joins_the_activity_and_is_mailed(self):
        self.stick()
        self.alert()
        first = self.activity(STUCK)
        self.stick(2, "Another cause")
        self.alert()
        self.assertEqual(self.activity(STUCK), first)
        self.assertIn("Failed (2): Another cause", first.note)
        self.assertEqual([mail.subject.split(' ')[0] for mail in self.mails()], ['A', '3'])

    def test_one_that_is_mended_as_another_fails_is_news_although_the_number_is_the_same(self):
        row = self.stick()
        self.alert()
        row.state = 'done'
        self.stick()
        self.alert()
        self.assertEqual(len(self.mails()), 2)

    def test_what_is_mended_leaves_the_activity_without_a_mail(self):
        rows = self.stick(3)
        self.alert()
        rows[0].state = 'done'
        self.alert()
        self.assertEqual(self.activity(STUCK).summary, "2 QuickBooks entries need attention")
        rows.state = 'done'
        self.alert()
        self.assertFalse(self.activity(STUCK))
        self.assertEqual(len(self.mails()), 1)

    def test_an_activity_that_was_marked_done_comes_back_with_news_only(self):
        rows = self.stick(2)
        self.alert()
        self.activity(STUCK).action_feedback()
        rows[0].state = 'done'
        self.alert()
        self.assertFalse(self.activity(STUCK))
        self.stick()
        self.alert()
        self.assertEqual(self.activity(STUCK).summary, "2 QuickBooks entries need attention")

    def test_an_entry_that_is_stuck_again_after_a_retry_is_news(self):
        row = self.stick()
        self.alert()
        row.action_retry()
        row._set_failed('Refused', "Tax GST 18 % is not mapped.")
        self.stamp(row)
        self.alert()
        self.assertEqual(len(self.mails()), 2)

    def test_many_causes_are_told_by_their_frequency_and_the_rest_by_its_number(self):
        for number in range(1, 9):
            self.stick(number, f"Cause {number}")
        self.alert()
        note = self.activity(STUCK).note
        self.assertLess(note.index("Cause 8"), note.index("Cause 4"))
        self.assertNotIn("Cause 3", note)
        self.assertIn("other causes: 3", note)

    def test_a_cause_is_text_and_no_markup(self):
        self.stick(message="<img src=x onerror=alert(1)>")
        self.alert()
        self.assertIn("&lt;img src=x", self.activity(STUCK).note)
        self.assertNotIn("<img", self.mails().body_html)

    def test_a_real_refusal_is_told(self):
        self.control('fail', {'times': 1, 'path': '/customer', 'kind': 'status', 'status': 400, 'code': '2010'})
        self.invoice()
        self.drain(self.connection)
        self.alert()
        self.assertEqual(self.activity(STUCK).summary, "A QuickBooks entry needs attention")

    def test_a_responsible_user_who_has_left_is_replaced_by_the_administrator(self):
        self.user.active = False
        self.stick()
        self.alert()
        self.assertEqual(self.activity(STUCK).user_id, self.env.ref('base.user_admin'))

    def test_a_new_responsible_user_takes_over_with_the_next_news(self):
        self.stick()
        self.alert()
        self.connection.user_id = self.env.ref('base.user_admin')
        self.stick()
        self.alert()
        self.assertEqual(self.activity(STUCK).mapped('user_id'), self.env.ref('base.user_admin'))

    def in_german(self, texts):
        """Let the responsible user read German: texts of the code by ``texts``, and the frame of the mails."""
        self.env['res.lang']._activate_lang('de_DE')
        self.user.lang = 'de_DE'
        translations = patch.dict(code_translations.python_translations, {('qbo_connector', 'de_DE'): texts})
        translations.start()
        self.addCleanup(translations.stop)
        template = self.env.ref('qbo_connector.mail_template_connection_alert').with_context(lang='de_DE')
        template.subject = f"Achtung, {template.subject}"
        template.body_html = template.body_html.replace("Hello,", "Guten Tag,").replace("Company:", "Firma:")

    def assert_german(self, subject, *parts):
        """Check the one mail."""
        (mail,) = self.mails()
        self.assertEqual(mail.subject, f"Achtung, {subject}: {self.company.name}")
        for part in ("Guten Tag,", "Firma:", *parts):
            self.assertIn(part, mail.body_html)
        for english in ("Hello", "Company:"):
            self.assertNotIn(english, mail.body_html)

    def test_entries_are_told_of_in_the_users_language_and_so_is_the_frame_of_the_mail(self):
        self.in_german({
            "A QuickBooks entry needs attention": "Ein Eintrag braucht Hilfe",
            "%(state)s (%(count)s): %(cause)s": "%(count)s-mal %(state)s: %(cause)s"})
        self.stick(message="tax")
        self.alert()
        self.assert_german("Ein Eintrag braucht Hilfe", "1-mal Failed: tax")
        self.assertEqual(self.activity(STUCK).summary, "Ein Eintrag braucht Hilfe")

    def test_a_lost_consent_is_told_in_the_users_language_whoever_noticed_it(self):
        self.in_german({"Reconnect QuickBooks": "QuickBooks neu verbinden"})
        self.env.user.lang = 'en_US'
        with self.own_cursors():
            self.connection._needs_reconnect("gone")
        self.assert_german("QuickBooks neu verbinden")
        self.assertEqual(self.connection.activity_ids.summary, "QuickBooks neu verbinden")

    def test_a_consent_that_runs_out_is_told_in_the_users_language(self):
        self.in_german({"Renew the QuickBooks consent": "Zustimmung erneuern"})
        self.connection.sudo().hard_expires_at = fields.Datetime.now() + timedelta(days=3)
        self.connection._warn_of_expiry()
        self.assert_german("Zustimmung erneuern")

    def test_the_administrator_reads_in_his_language_what_a_user_who_left_is_not_told(self):
        self.in_german({})
        self.user.active = False
        administrator = self.env.ref('base.user_admin')
        administrator.lang = 'en_US'
        before = self.env['mail.mail'].sudo().search([])
        self.stick()
        self.alert()
        mail = self.env['mail.mail'].sudo().search([('recipient_ids', 'in', administrator.partner_id.ids)]) - before
        self.assertIn("Hello", mail.body_html)

    def test_a_connection_that_was_given_up_has_nothing_to_tell(self):
        self.stick()
        self.alert()
        self.connection.active = False
        self.alert()
        self.assertFalse(self.activity(STUCK))
        self.stick()
        self.alert()
        self.assertEqual(len(self.mails()), 1)

    def test_the_companies_are_told_apart_and_the_trouble_of_one_is_not_the_others(self):
        other = self.env['qbo.connection'].create({
            'company_id': self.env['res.company'].create({'name': "Other Company"}).id, 'user_id': self.user.id})
        other.sudo().state = 'connected'
        self.stick(2)
        self.stamp(self.rows(5, connection=other, state='dead', fault_message="Theirs"))
        real = type(other)._alert_people

        def contended(connection):
            """Let the first company's turn fail."""
            if connection == self.connection:
                raise Contended
            real(connection)
        with patch.object(type(other), '_alert_people', contended):
            self.alert()
        self.assertFalse(self.activity(STUCK))
        self.assertEqual(other.activity_search([STUCK]).summary, "5 QuickBooks entries need attention")
        self.alert()
        self.assertNotIn("Theirs", self.activity(STUCK).note)

    def test_reconnecting_leaves_the_alert_about_entries_alone(self):
        self.stick()
        self.alert()
        self.connection._drop_activities()
        self.assertTrue(self.activity(STUCK))


@tagged('standard', 'post_install', '-at_install')
class TestPaused(AlertCase):
    """QuickBooks throttles, or is away, for long."""

    def trouble(self, minutes):
        """Let attempts fail for so long, each pausing the company for some minutes; return the moment after that."""
        for passed in range(0, minutes + 1, 4):
            with freeze_time(NOON + timedelta(minutes=passed)):
                self.connection._pause(240, "The request limit was reached")
        return freeze_time(NOON + timedelta(minutes=minutes + 1))

    def test_a_short_pause_is_nothing_to_tell(self):
        with self.trouble(minutes=24):
            self.alert()
        self.assertFalse(self.activity(PAUSED))
        self.assertEqual(self.connection.paused_since, NOON)

    def test_a_long_pause_is_told_once_and_taken_back_when_it_is_over(self):
        with self.trouble(minutes=40):
            self.alert()
            self.alert()
        self.assertEqual((len(self.activity(PAUSED)), len(self.mails())), (1, 1))
        self.assertIn("The request limit was reached", self.activity(PAUSED).note)
        self.connection._note_success()
        self.assertFalse(self.connection.paused_since)
        self.alert()
        self.assertFalse(self.activity(PAUSED))

    def test_the_next_long_pause_is_told_again(self):
        with self.trouble(minutes=40):
            self.alert()
        with freeze_time(NOON + timedelta(minutes=50)):
            self.connection._note_success()
        for passed in range(60, 100, 4):
            with freeze_time(NOON + timedelta(minutes=passed)):
                self.connection._pause(240, "Again")
        with freeze_time(NOON + timedelta(minutes=100)):
            self.alert()
        self.assertEqual(len(self.mails()), 2)

    def test_a_pause_that_nothing_followed_is_another_one_than_the_next(self):
        with freeze_time(NOON):
            self.connection._pause(60, "Once")
        with freeze_time(NOON + timedelta(hours=5)):
            self.connection._pause(60, "Much later")
            self.alert()
        self.assertEqual(self.connection.paused_since, NOON + timedelta(hours=5))
        self.assertFalse(self.activity(PAUSED))

    def test_trying_now_begins_a_new_count(self):
        with self.trouble(minutes=40):
            self.connection.action_resume()
            self.alert()
        self.assertFalse(self.activity(PAUSED) or self.connection.paused_since)


@tagged('standard', 'post_install', '-at_install')
class TestReads(AlertCase):
    """The free reads of the app run out."""

    def setUp(self):
        super().setUp()
        self.env['qbo.usage'].search([]).unlink()  # what connecting cost

    def read(self, reads, connection=None):
        """Let a connection have read so much today."""
        self.env['qbo.usage'].create({
            'connection_id': (connection or self.connection).id, 'kind': 'read', 'metered': reads, 'calls': reads,
            'day': fields.Datetime.now().date()})

    def test_below_four_fifths_there_is_nothing_to_tell(self):
        self.read(399_999)
        self.alert()
        self.assertFalse(self.activity(READS))

    def test_from_four_fifths_on_it_is_told_once_a_month(self):
        with freeze_time(NOON):
            self.read(400_000)
            self.alert()
            self.assertIn("400,000 of the 500,000 reads", self.activity(READS).note)
            self.activity(READS).action_feedback()
            self.alert()
        self.assertEqual(len(self.mails()), 1)
        with freeze_time(NOON + timedelta(days=30)):
            self.alert()
            self.assertEqual(len(self.mails()), 1, "a new month begins at nothing")
            self.read(450_000)
            self.alert()
        self.assertEqual(len(self.mails()), 2)

    def test_a_new_month_takes_the_warning_back(self):
        with freeze_time(NOON):
            self.read(400_000)
            self.alert()
            self.assertTrue(self.activity(READS))
        with freeze_time(NOON + timedelta(days=30)):
            self.alert()
        self.assertFalse(self.activity(READS))

    def test_the_companies_of_one_app_are_warned_together_and_once(self):
        other = self.env['qbo.connection'].create({
            'company_id': self.env['res.company'].create({'name': "Same App"}).id, 'client_id': 'sim-client',
            'user_id': self.user.id})
        other.sudo().state = 'connected'
        self.earlier |= self.mails()
        self.read(300_000)
        self.read(150_000, other)
        self.alert()
        activities = self.activity(READS) | other.activity_search([READS])
        self.assertEqual((len(activities), len(self.mails())), (1, 1))
        self.assertIn("450,000 of the 500,000", activities.note)
