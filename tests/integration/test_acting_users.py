"""As whom what comes from QuickBooks is entered: the first of the list who may, and never a superuser."""

from odoo.addons.qbo_connector.exceptions import PullError
from odoo.addons.qbo_connector.models.qbo_connection_users import USERS
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import QboCase

RIGHTS = 'account.group_account_invoice,qbo_connector.group_qbo_accountant'


@tagged('standard', 'post_install', '-at_install')
class TestActingUsers(QboCase):
    """A connection with two users in its list, and a responsible user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second, cls.third = (
            new_test_user(cls.env, login=f'acting_{number}', groups=RIGHTS, company_id=cls.company.id,
                          company_ids=[Command.set(cls.company.ids)]) for number in range(3))
        cls.connection = cls.env['qbo.connection'].create({
            'company_id': cls.company.id, 'user_id': cls.third.id, 'state': 'connected',
            'acting_ids': [Command.create({'sequence': 2, 'user_id': cls.second.id}),
                           Command.create({'sequence': 1, 'user_id': cls.first.id})]})
        cls.connection.invalidate_recordset()

    def obstacle(self):
        """Return why the first user is passed over, and check that the second one acts."""
        self.env.invalidate_all()
        self.assertEqual(self.connection._acting_user_sudo(), self.second)
        return self.connection.acting_ids.filtered(lambda acting: acting.user_id == self.first).obstacle

    def test_the_first_who_has_the_rights_acts(self):
        self.assertEqual(self.connection._acting_user_sudo(), self.first)
        invoicing, accountants = (self.env.ref(group) for group in RIGHTS.split(','))
        other = self.env['res.company'].create({'name': "Elsewhere"})
        for change, back, reason in (
                ({'active': False}, {'active': True}, "archived"),
                ({'company_ids': [Command.set(other.ids)], 'company_id': other.id},
                 {'company_ids': [Command.set(self.company.ids)], 'company_id': self.company.id}, "belong"),
                ({'group_ids': [Command.unlink(invoicing.id)]}, {'group_ids': [Command.link(invoicing.id)]},
                 "right on Payments"),
                ({'group_ids': [Command.unlink(accountants.id)]}, {'group_ids': [Command.link(accountants.id)]},
                 "right on QuickBooks Mapping")):
            with self.subTest(reason):
                self.first.write(change)
                self.assertIn(reason, self.obstacle())
                self.first.write(back)
                self.assertEqual(self.connection._acting_user_sudo(), self.first)

    def test_after_the_list_comes_the_responsible_user_and_then_nobody(self):
        (self.first | self.second).active = False
        self.env.invalidate_all()
        self.assertEqual(self.connection._acting_user_sudo(), self.third)
        self.third.active = False
        self.env.invalidate_all()
        with self.assertRaisesRegex(PullError, "acting_0.*acting_2.*Enter As"):
            self.connection._acting_user_sudo()

    def test_who_does_not_see_the_connection_does_not_act(self):
        self.env['ir.rule'].create({
            'name': "Not for accountants", 'model_id': self.env['ir.model']._get_id('qbo.connection'),
            'domain_force': [('id', '!=', self.connection.id)]})
        with self.assertRaisesRegex(PullError, "acting_0.*does not see this connection"):
            self.connection._acting_user_sudo()

    def test_people_are_told_once_of_each_who_is_passed_over_and_no_more_when_he_is_back(self):
        activity = lambda: self.connection.activity_search([USERS])  # noqa: E731
        self.connection._alert_people()
        self.assertFalse(activity())
        self.first.active = False
        self.env.invalidate_all()
        for _time in range(2):
            self.connection._alert_people()
            self.assertEqual(len(activity()), 1)
        self.assertIn("acting_0", activity().note)
        self.assertIn("entered as acting_1", activity().note)
        activity().unlink()
        self.connection._alert_people()
        self.assertFalse(activity(), "told once")
        (self.second | self.third).active = False
        self.env.invalidate_all()
        self.connection._alert_people()
        self.assertIn("Nobody is left", activity().note)
        (self.first | self.second).active = True
        self.env.invalidate_all()
        self.connection._alert_people()
        self.assertFalse(activity())

    def test_the_form_says_at_once_who_may_not_act(self):
        reader = new_test_user(self.env, login='acting_reader', groups='qbo_connector.group_qbo_user',
                               company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        with Form(self.connection) as form, form.acting_ids.new() as line:
            line.user_id = reader
            self.assertIn("right on", line.obstacle)
