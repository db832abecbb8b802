"""What the tests of documents share: a connected company, a customer and a product."""

from .common import QboCase


class DocumentCase(QboCase):
    """A company whose mappings are accepted; nothing stands in the books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env['res.partner'].create({
            'name': "Bright Lamps Ltd", 'is_company': True, 'email': "ap@bright.example", 'phone': "+1 555 0100",
            'street': "1 Main Street", 'city': "Springfield", 'zip': "62701", 'country_id': cls.env.ref('base.us').id,
            'state_id': cls.env.ref('base.state_us_34').id, 'vat': "US-RESALE-77",
        })
        cls.product = cls.env['product.product'].create({
            'name': "Desk Lamp", 'default_code': "LAMP-1", 'type': 'consu', 'list_price': 100.0, 'taxes_id': False})

    def setUp(self):
        super().setUp()
        self.control('reset')
        self.connection = self.connect()
        self.accept_mappings(self.connection)

    def book_payments_on(self, account):
        """Let the company's incoming payments book on an outstanding account, or, without one, not at all."""
        journals = self.env['account.journal'].search([
            ('type', 'in', ('bank', 'cash')), ('company_id', '=', self.company.id)])
        journals.inbound_payment_method_line_ids.payment_account_id = account

    def pay(self, moves, amount, **values):
        """Register a payment as the user does, with the wizard."""
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=moves.ids,
        ).create({'amount': amount, **values})._create_payments()
