"""What a reconciliation reads of Odoo's documents: some hundred at once, by SQL, as they are now.

A handler takes part by ``_qbo_reconciled``; bills and their payments will by setting it and saying what they read.
"""

from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..qbo.cutover import Wanted
from ..qbo.numbers import short_number
from ..qbo.reconciling import Here
from .money import POSTED

CUSTOMERS = """
    SELECT link.res_id, link.remote_id FROM qbo_binding link
     WHERE link.connection_id = %(connection)s AND link.entity = 'Customer' AND link.active
       AND link.model = 'res.partner' AND link.res_id = ANY(%(partners)s)
    UNION ALL
    SELECT other.partner_id, link.remote_id
      FROM qbo_binding link JOIN qbo_customer_currency other ON other.id = link.res_id
     WHERE link.connection_id = %(connection)s AND link.entity = 'Customer' AND link.active
       AND link.model = 'qbo.customer.currency' AND other.partner_id = ANY(%(partners)s)
"""
MOVES = """
    SELECT move.id, move.name, move.invoice_date, move.state, move.amount_total::text, move.amount_tax::text,
           move.amount_residual::text, currency.name, partner.id, partner.name, partner.complete_name,
           abs(move.amount_total_signed)::text, currency.id != company.currency_id, coalesce((
               SELECT sum(payment.amount) FROM account_move__account_payment paid
                 JOIN account_payment payment ON payment.id = paid.payment_id
                WHERE paid.invoice_id = move.id AND payment.move_id IS NULL AND payment.state = 'in_process'), 0)::text
      FROM account_move move JOIN res_currency currency ON currency.id = move.currency_id
      JOIN res_company company ON company.id = move.company_id
      LEFT JOIN res_partner partner ON partner.id = move.commercial_partner_id
     WHERE move.id = ANY(%s)
"""
PAYMENTS = """
    SELECT payment.id, payment.date, payment.state, payment.amount::text, currency.name, partner.id, partner.name,
           partner.complete_name, abs(payment.amount_company_currency_signed)::text,
           currency.id != company.currency_id, payment.move_id IS NOT NULL, (
               SELECT -sum(line.amount_residual_currency) FROM account_move_line line
                 JOIN account_account account ON account.id = line.account_id
                WHERE line.move_id = payment.move_id AND account.account_type = 'asset_receivable')::text,
           EXISTS (SELECT 1 FROM account_move back WHERE back.reversed_entry_id = payment.move_id
                   AND payment.move_id IS NOT NULL AND back.state = 'posted')
      FROM account_payment payment JOIN res_currency currency ON currency.id = payment.currency_id
      JOIN res_company company ON company.id = payment.company_id
      LEFT JOIN res_partner contact ON contact.id = payment.partner_id
      LEFT JOIN res_partner partner ON partner.id = contact.commercial_partner_id
     WHERE payment.id = ANY(%s)
"""


class QboEntity(models.AbstractModel):
    """The part of the handlers that a reconciliation asks."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_reconciled = False  # whether a reconciliation compares its records with QuickBooks' objects
    _qbo_balance_sign = 0  # what an open amount of its objects does to the balance of the customer (QBO: Balance)

    @api.model
    def _reconciled_domain(self, connection, date_from, date_to):
        """Return the domain of the records of a time that should stand in QuickBooks."""
        domain = self._booked_domain(connection)
        for operator, day in (('>=', date_from), ('<=', date_to)):
            if day:
                domain &= Domain(self._qbo_date, operator, day)
        return domain

    @api.model
    def _reconciled_chunk(self, connection, date_from, date_to, after, limit):
        """Return (records, the last id looked at or None at the end) of those that follow on an id."""
        found = self.env[self._qbo_model].search(
            self._reconciled_domain(connection, date_from, date_to) & Domain('id', '>', after), order='id', limit=limit)
        return found, found[-1:].id if len(found) == limit else None

    @api.model
    def _here(self, connection, ids):
        """Return ``{id: (reconciling.Here, contact's id)}`` of records that exist, of whatever state."""
        return {}

    @api.model
    def _held_here(self, connection, record, here):
        """Return how a record is held in QuickBooks where that is in another currency than its own."""
        return here

    @api.model
    def _renumbered(self, here, suffix):
        """Return a document under the number that a person gave it, because QuickBooks had its own already."""
        return replace(here, numbers=tuple(short_number(f'{number}{suffix}') for number in here.numbers))

    @api.model
    def _wanted_there(self, here, also=()):
        """Return what an unlinked record is looked for by."""
        return Wanted(tuple(dict.fromkeys((*here.numbers, *also))), here.customers, here.names, here.total, here.day,
                      here.currency)

    @api.model
    def _counterparts(self, record):
        """Return the records whose way to QuickBooks decides what is open of this one there."""
        return []

    @api.model
    def _customers_of(self, connection, partner_ids):
        """Return ``{contact's id: frozenset of the remote Ids of its customers}``."""
        self.env.cr.execute(CUSTOMERS, {'connection': connection.id, 'partners': list(partner_ids)})
        found = {}
        for partner_id, remote_id in self.env.cr.fetchall():
            found.setdefault(partner_id, set()).add(remote_id)
        return {partner_id: frozenset(remote_ids) for partner_id, remote_ids in found.items()}

    @api.model
    def _rows_here(self, statement, ids):
        """Return the rows of a statement about records, as the database holds them now."""
        self.env.flush_all()
        self.env.cr.execute(statement, [list(ids)])
        return self.env.cr.fetchall()

    @api.model
    def _asked_applications(self, record):
        """Return the applications of credits in which a record takes part."""
        return list(self.env['qbo.credit.application'].sudo().search(
            ['|', ('credit_id', '=', record.id if record._name == 'account.move' else 0),
             '&', ('charge_model', '=', record._name), ('charge_id', '=', record.id)]))


class QboSalesDocument(models.AbstractModel):
    """Invoices and credit notes."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_reconciled = True

    @api.model
    def _here(self, connection, ids):
        rows = self._rows_here(MOVES, ids)
        customers = self._customers_of(connection, {row[8] for row in rows if row[8]})
        ours, found = connection.numbering == 'odoo', {}
        for (move_id, name, day, state, total, tax, residual, currency, partner, partner_name, full_name, home,
             foreign, unbooked) in rows:
            # What a payment without journal entry settles is open in Odoo until the bank statement comes.
            rest = Decimal(residual) - min(Decimal(unbooked), Decimal(residual))
            found[move_id] = Here(
                numbers=(name, short_number(name)) if ours and name else (), day=day,
                customers=customers.get(partner, frozenset()), names=(partner_name or '', full_name or ''),
                currency=currency if connection.multi_currency else '', total=Decimal(total), tax=Decimal(tax),
                balances=(rest,), home=Decimal(home) if foreign else None, stands=state == 'posted'), partner
        return found

    @api.model
    def _counterparts(self, record):
        lines = record.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable')
        moves = (lines.matched_debit_ids.debit_move_id | lines.matched_credit_ids.credit_move_id).move_id - record
        return [*record.matched_payment_ids, *(move._qbo_booked_as() for move in moves),
                *self._asked_applications(record)]


class QboInvoice(models.AbstractModel):
    """Invoices: what is open is owed."""

    _inherit = 'qbo.entity.invoice'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_balance_sign = 1


class QboCreditMemo(models.AbstractModel):
    """Credit notes: what is open is the customer's."""

    _inherit = 'qbo.entity.credit_memo'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_balance_sign = -1


class QboPayment(models.AbstractModel):
    """Payments received."""

    _inherit = 'qbo.entity.payment'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_reconciled = True
    _qbo_balance_sign = -1

    @api.model
    def _here(self, connection, ids):
        rows = self._rows_here(PAYMENTS, ids)
        customers, found = self._customers_of(connection, {row[5] for row in rows if row[5]}), {}
        for (payment_id, day, state, amount, currency, partner, partner_name, full_name, home, foreign, booked,
             unapplied, returned) in rows:
            found[payment_id] = Here(
                day=day, customers=customers.get(partner, frozenset()), names=(partner_name or '', full_name or ''),
                currency=currency if connection.multi_currency else '', total=Decimal(amount),
                balances=(Decimal(unapplied),) if booked and unapplied is not None else (),
                home=Decimal(home) if foreign else None,
                stands=state in POSTED and not returned), partner
        return found

    @api.model
    def _held_here(self, connection, record, here):
        """Return it as what it settled: QuickBooks holds it in the currency of the documents."""
        currency, total, home = self._held(record)
        if currency.name == here.currency:
            return here
        return Here(day=here.day, customers=here.customers, names=here.names, currency=currency.name, total=total,
                    home=home, stands=here.stands)

    @api.model
    def _counterparts(self, record):
        return [*self._settled_documents(record), *self._asked_applications(record)]


class QboBankReceipt(models.AbstractModel):
    """Bank transactions that are payments: read one by one, what they are reconciled with says what they are."""

    _inherit = 'qbo.entity.bank_receipt'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _reconciled_chunk(self, connection, date_from, date_to, after, limit):
        found, last = super()._reconciled_chunk(connection, date_from, date_to, after, limit)
        return found.filtered(lambda line: not self._not_booked(line)), last

    @api.model
    def _here(self, connection, ids):
        records = self.env[self._qbo_model].browse(ids).exists()
        payers = {record: self._payer(record)[:1] for record in records}
        customers = self._customers_of(connection, {payer.id for payer in payers.values()})
        found = {}
        for record, payer in payers.items():
            currency, total, home = self._held(record)
            foreign = currency != record.company_id.currency_id
            found[record.id] = Here(
                day=record.date, customers=customers.get(payer.id, frozenset()),
                names=(payer.name or '', payer.display_name or ''),
                currency=currency.name if connection.multi_currency else '', total=total,
                home=home if foreign else None, stands=not self._not_booked(record)), payer.id
        return found


class QboCreditApplication(models.AbstractModel):
    """Credits applied: payments of nothing, which only tell that a link is no stray object."""

    _inherit = 'qbo.entity.credit_application'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _here(self, connection, ids):
        return {record.id: (Here(stands=bool(self._amount(record))), record.credit_id.commercial_partner_id.id)
                for record in self.env[self._qbo_model].browse(ids).exists()}
