"""Currencies: QuickBooks fixes that of a customer for ever, so one that is billed in two of them is two there."""

from odoo import api, models

from ..exceptions import Refused
from ..qbo.currencies import CODES, DECIMALS, exchange_rate, fits
from .qbo_entity import PRESENT


class QboEntity(models.AbstractModel):
    """The part of the handlers that knows the currencies of documents and of their customers."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === CUSTOMERS === #

    @api.model
    def _customer_in(self, connection, partner, currency):
        """Return the record that stands for a commercial partner in QuickBooks when it is billed in a currency.

        The partner itself in its own currency, else its ``qbo.customer.currency``, which is made on demand.
        """
        if not connection.multi_currency or not partner:
            return partner
        return self._once(('customer', connection.id, partner.id, currency.id),
                          lambda: self._find_customer_in(connection, partner, currency))

    @api.model
    def _find_customer_in(self, connection, partner, currency):
        """Work out :meth:`_customer_in`; what stands in QuickBooks already is kept, whatever else may fit now."""
        Other = self.env['qbo.customer.currency'].sudo()
        values = {'connection_id': connection.id, 'partner_id': partner.id, 'currency_id': currency.id}
        other = Other.search([(name, '=', value) for name, value in values.items()])
        if other and self._customer_link(connection, other):
            return other
        if currency.name == self._own_currency(connection, partner):
            return partner
        return other or Other.create(values)

    @api.model
    def _own_currency(self, connection, partner):
        """Return the ISO code that the partner's plain customer has in QuickBooks, or would get: the home currency."""
        return self._once(('own currency', connection.id, partner.id),
                          lambda: self._find_own_currency(connection, partner))

    @api.model
    def _find_own_currency(self, connection, partner):
        """Work out :meth:`_own_currency`: that of the linked customer, else of the one that will be adopted."""
        if link := self._customer_link(connection, partner):
            reference = self.env['qbo.reference'].sudo().with_context(active_test=False).search([
                ('connection_id', '=', connection.id), ('entity', '=', 'Customer'),
                ('remote_id', '=', link.remote_id)])
        else:
            reference = self.env['qbo.entity.customer']._to_adopt(connection, partner)
        return reference.currency or connection.home_currency  # without a mirrored row we made it, in home currency

    @api.model
    def _customer_link(self, connection, record):
        """Return the link of a record with a customer that is in QuickBooks, active there or not."""
        link = self.env['qbo.binding']._of_record(connection, record._name, record.id, 'Customer')
        return link.filtered(lambda binding: binding.state != 'deleted')

    # === DOCUMENTS AND PAYMENTS === #

    @api.model
    def _currency_facts(self, connection, currency, record):
        """Return ``{'currency': ISO code or None, 'exchange_rate': Decimal or None}`` of a document or payment.

        :param record: the document; its rate on its own date counts, in home units for one foreign unit
        :raise Refused: one unit of the currency is worth too little to be written as a rate
        """
        if not connection.multi_currency:
            return {'currency': None, 'exchange_rate': None}
        if currency.name == connection.home_currency:
            return {'currency': currency.name, 'exchange_rate': None}
        rate = exchange_rate(*map(self._decimal, self._home_value(currency, record)),
                             home_digits=record.company_id.currency_id.decimal_places)
        if rate is None:
            raise Refused(self.env._(
                "One %(currency)s is worth so little that QuickBooks cannot write its exchange rate. Check the rate of "
                "this document.", currency=currency.name), 'currency_id')
        return {'currency': currency.name, 'exchange_rate': rate}

    @api.model
    def _home_value(self, currency, record):
        """Return what the books say of a foreign amount: (foreign units for one home unit, amount, home amount).

        :param record: an invoice, a payment, or anything else with a company and a date (then only the rate counts)
        """
        if record._name == 'account.move' and record.is_invoice(include_receipts=True):
            return record.invoice_currency_rate, record.amount_total, abs(record.amount_total_signed)
        rate = currency._get_conversion_rate(
            record.company_id.currency_id, currency, record.company_id, record.date)
        if record._name == 'account.payment':
            return rate, record.amount, abs(record.amount_company_currency_signed)
        return rate, 0, 0

    @api.model
    def _figures(self, entry, data):
        """Override to say how QuickBooks' home total differs from what Odoo booked in company currency."""
        figures = super()._figures(entry, data)
        foreign = (data.get('CurrencyRef') or {}).get('value') != entry.connection_id.home_currency
        if not figures or not foreign or 'HomeTotalAmt' not in data or entry.operation not in ('create', 'update'):
            return figures
        record = entry._record()
        if record._name != 'account.move' or not record:
            return figures
        ours, theirs = abs(record.amount_total_signed), float(data['HomeTotalAmt'])
        if record.company_id.currency_id.compare_amounts(ours, theirs):
            self._add_variance(figures, self.env._(
                "total in %(currency)s %(odoo).2f in Odoo, %(qbo).2f in QuickBooks",
                currency=entry.connection_id.home_currency, odoo=ours, qbo=theirs))
        return figures

    # === PREFLIGHT === #

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Override to stop everything while the two companies keep their books in different currencies."""
        if conflict := entry.connection_id.currency_conflict:
            raise Refused(conflict)
        if self._is_held_otherwise(entry.connection_id, record, binding):
            return self._plan_undo(entry.connection_id, record, binding, 'delete')
        return super()._plan(entry, record, binding, resolve)

    # === ANOTHER CURRENCY THAN BEFORE === #

    @api.model
    def _is_held_otherwise(self, connection, record, binding):
        """Tell whether what stands in QuickBooks is in another currency than it should be now.

        It is in that of its customer, which never changes there; nor, as far as is known, does that of a transaction.
        So it is deleted, and then made anew.
        """
        if not (self._qbo_in_currency and connection.multi_currency and record and binding.state == 'active'
                and binding.remote_customer and self._intent(connection, record)[0] == PRESENT):
            return False
        customer = binding.search([
            ('connection_id', '=', connection.id), ('entity', '=', 'Customer'),
            ('remote_id', '=', binding.remote_customer)], limit=1)
        if not customer:
            return False
        standing = customer._record()
        if not standing:  # merged into another: an update takes it there
            return False
        currency = standing.currency_id.name if customer.model == 'qbo.customer.currency' else (
            self._own_currency(connection, standing))
        return currency != self._currency_of(record).name

    @api.model
    def _settled(self, entry, binding, data):
        """Override to push it again once it was deleted for the sake of its currency."""
        record = entry._record() if self._qbo_in_currency and entry.operation == 'delete' else None
        if record and self._intent(entry.connection_id, record)[0] == PRESENT:
            self.env['qbo.queue.entry'].sudo()._enqueue(record, entry.connection_id)
        return super()._settled(entry, binding, data)

    # === WHAT CAN BE HELD === #

    @api.model
    def _check_currency(self, connection, currency, amounts):
        """Refuse a currency, or amounts in it, that the QuickBooks company cannot hold.

        :param amounts: all that QuickBooks will show with its two decimals
        :raise Refused: with cause and cure
        """
        if connection.home_currency and currency.name != connection.home_currency and not connection.multi_currency:
            raise Refused(self.env._(
                "Its currency is %(currency)s, and the QuickBooks company keeps its books in %(home)s alone. Switch on "
                "multicurrency in QuickBooks (Settings > Account and settings > Advanced > Currency; that cannot be "
                "undone, and Simple Start has not got it), then use Test Connection and retry.",
                currency=currency.name, home=connection.home_currency), 'currency_id')
        if currency.name not in CODES:
            raise Refused(self.env._(
                "QuickBooks knows no currency %(currency)s, only those of ISO 4217. Use one of these.",
                currency=currency.name), 'currency_id')
        if currency.decimal_places <= DECIMALS:
            return
        odd = next((amount for amount in amounts if not fits(self._decimal(currency.round(amount)))), None)
        if odd is not None:
            raise Refused(self.env._(
                "The amount %(amount)s %(currency)s has more than two decimals; QuickBooks keeps two in every "
                "currency. Change the prices or taxes so that each amount fits.",
                amount=self._decimal(currency.round(odd)), currency=currency.name), 'currency_id')

    @api.model
    def _check_account(self, connection, currency, account):
        """Refuse a QuickBooks account that cannot take money of a currency: it must be kept in that or the home one.

        :param account: the mirrored account (``qbo.reference``), may be empty
        :raise Refused: with cause and cure
        """
        if account.currency not in (False, currency.name, connection.home_currency):
            raise Refused(self.env._(
                "The QuickBooks account %(account)s is kept in %(theirs)s and takes no %(currency)s. Map the journal "
                "to an account in %(currency)s or %(home)s.", account=account.display_name, theirs=account.currency,
                currency=currency.name, home=connection.home_currency), 'journal_id')
