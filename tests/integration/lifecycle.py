"""Ways to interfere while entries wait, travel and are settled."""

from .common import QueueCase


class LifecycleCase(QueueCase):
    """A customer and an item that stand in QuickBooks, and ways to interfere."""

    meanwhile = None  # (part of a path, what happens while QuickBooks is working on it, whose environment)

    def setUp(self):
        super().setUp()
        self.invoice()
        self.drain(self.connection)
        self.control('calls', method='DELETE')

    @classmethod
    def ask_simulator(cls, request):
        """Override to let something happen between QuickBooks' deed and our hearing of it."""
        answer = super().ask_simulator(request)
        if cls.meanwhile and cls.meanwhile[0] in request.url:
            (_part, action, env), cls.meanwhile = cls.meanwhile, None
            action()
            env.cr.flush()  # as its commit would
        return answer

    def during(self, path, action):
        """Let something happen in Odoo while QuickBooks performs the next call of a path."""
        type(self).meanwhile = path, action, self.env
        self.addCleanup(setattr, type(self), 'meanwhile', None)

    def leave_orphans(self, entries):
        """Prepare rows and stop there, as a process does that is killed between prepare and deliver."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.assertTrue(entries.with_env(self.env(cr=cr))._prepare())
        self.env.invalidate_all()

    def payment(self, amount=30.0):
        """Post money of the customer that pays no invoice."""
        payment = self.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner.id, 'amount': amount})
        payment.action_post()
        return payment

    def newest(self, record):
        """Return the newest entry of a record."""
        return self.entries(record)[0]

    def rows(self, model, res_id):
        """Return the entries of a record that may be gone, newest first."""
        self.env.cr.precommit.run()
        return self.env['qbo.queue.entry'].search([('model', '=', model), ('res_id', '=', res_id)])

    def writes(self):
        """Return the writes that reached QuickBooks, oldest first: (path, request id)."""
        return [(call['path'].rpartition('/')[2], call['query'].get('requestid')) for call in self.api_calls('POST')
                if not call['path'].endswith('/query')]

    def standing(self, entity, number):
        """Return the objects of that number in the books."""
        return [obj for obj in self.books().get(entity, []) if obj.get('DocNumber') == number]
