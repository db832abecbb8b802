"""What customers owe, in Odoo and in QuickBooks; and the totals at the end.

Both are as of now, whatever the time whose documents are compared: QuickBooks keeps no other balance (QBO: "Customer",
Balance, in the currency of the customer).
"""

from decimal import Decimal

from odoo import models

from ..qbo.reconciling import Sums, Tally, is_beyond
from .qbo_reconciliation_run import CHUNK

RECEIVABLES = 'Customer'  # the kind of the totals of what is owed
CUSTOMERS = """
    SELECT item.id, item.remote_id, item.number, item.currency, item.balance::text,
           coalesce(other.partner_id, link.res_id, (
               SELECT min(partner.id) FROM res_partner partner
                WHERE link.id IS NULL AND lower(partner.complete_name) = lower(item.number)
                  AND partner.commercial_partner_id = partner.id
                  AND (partner.company_id IS NULL OR partner.company_id = %(company)s)))
      FROM qbo_reconciliation_item item
      LEFT JOIN qbo_binding link ON link.connection_id = %(connection)s AND link.entity = 'Customer' AND link.active
            AND link.remote_id = item.remote_id
      LEFT JOIN qbo_customer_currency other ON link.model = 'qbo.customer.currency' AND other.id = link.res_id
     WHERE item.reconciliation_id = %(run)s AND item.entity = 'Customer' AND item.id > %(after)s
  ORDER BY item.id LIMIT %(limit)s
"""
# What is open in Odoo, and how much of it belongs to documents that have no link: QuickBooks does not know those.
OWED = """
    SELECT partner_id, currency, sum(amount)::text, coalesce(sum(amount) FILTER (WHERE NOT linked), 0)::text FROM (
        SELECT partner.commercial_partner_id AS partner_id, currency.name AS currency,
               CASE WHEN %(multi)s THEN line.amount_residual_currency ELSE line.amount_residual END AS amount,
               EXISTS (SELECT 1 FROM qbo_binding link WHERE link.connection_id = %(connection)s AND link.active
                          AND ((link.model = 'account.move' AND link.res_id = move.id)
                            OR (link.model = 'account.payment' AND link.res_id = move.origin_payment_id)
                            OR (link.model = 'account.bank.statement.line' AND link.res_id = move.statement_line_id))
                      ) AS linked
          FROM account_move_line line JOIN account_move move ON move.id = line.move_id
          JOIN account_account account ON account.id = line.account_id
          JOIN res_partner partner ON partner.id = line.partner_id
          JOIN res_currency currency ON currency.id = CASE WHEN %(multi)s THEN line.currency_id
                                                           ELSE line.company_currency_id END
         WHERE line.company_id = %(company)s AND line.parent_state = 'posted' AND NOT line.reconciled
           AND account.account_type = 'asset_receivable' AND {which}
        UNION ALL
        SELECT partner.commercial_partner_id, currency.name,
               CASE payment.payment_type WHEN 'inbound' THEN -payment.amount ELSE payment.amount END,
               EXISTS (SELECT 1 FROM qbo_binding link WHERE link.connection_id = %(connection)s AND link.active
                          AND ((link.model = 'account.payment' AND link.res_id = payment.id)
                            OR (link.model = 'account.move' AND link.res_id IN (  -- whose row tells that it is paid
                                SELECT paid.invoice_id FROM account_move__account_payment paid
                                 WHERE paid.payment_id = payment.id))))
          FROM account_payment payment JOIN res_partner partner ON partner.id = payment.partner_id
          JOIN res_currency currency ON currency.id = payment.currency_id
         WHERE payment.company_id = %(company)s AND payment.partner_type = 'customer' AND payment.move_id IS NULL
           AND payment.state = 'in_process' AND {which}
    ) open GROUP BY partner_id, currency HAVING sum(amount) != 0 OR %(all)s ORDER BY partner_id
"""
OF_THESE = "partner.commercial_partner_id = ANY(%(partners)s)"
OF_OTHERS = """partner.commercial_partner_id IN (
    SELECT other.id FROM res_partner other WHERE other.id > %(after)s AND other.id = other.commercial_partner_id
       AND EXISTS (SELECT 1 FROM account_move_line own JOIN res_partner contact ON contact.id = own.partner_id
                    WHERE contact.commercial_partner_id = other.id AND own.company_id = %(company)s
                      AND own.parent_state = 'posted' AND NOT own.reconciled)
  ORDER BY other.id LIMIT %(limit)s)"""
DOCUMENTS = """
    SELECT partner_id::text, currency, sum(balance_apart)::text FROM qbo_reconciliation_line
     WHERE reconciliation_id = %(run)s AND partner_id = ANY(%(partners)s) AND kind != 'receivable' GROUP BY 1, 2
 UNION ALL
    SELECT 'there ' || remote_customer_id, currency, sum(moved_apart)::text FROM qbo_reconciliation_line
     WHERE reconciliation_id = %(run)s AND remote_customer_id = ANY(%(remotes)s) GROUP BY 1, 2
"""
THERE = """
    SELECT coalesce(nullif(currency, ''), %s), count(*), sum(total)::text, sum(tax)::text, sum(balance)::text
      FROM qbo_reconciliation_item
     WHERE reconciliation_id = %s AND entity = %s AND NOT voided AND NOT outside
       AND (model IS NULL OR model != 'qbo.credit.application') GROUP BY 1
"""
PARTS = """
    SELECT currency, coalesce(sum(part_here - part_there) FILTER (WHERE status = 'drift'), 0)::text,
           coalesce(sum(part_here - part_there) FILTER (WHERE status != 'drift'), 0)::text
      FROM qbo_reconciliation_line WHERE reconciliation_id = %s AND entity = %s GROUP BY currency
"""


class QboReconciliation(models.Model):
    """The part of the reconciliation that compares balances and totals."""

    _inherit = 'qbo.reconciliation'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _home(self):
        return self.connection_id.home_currency or self.company_id.currency_id.name

    def _owed(self, which, **parameters):
        """Return ``{(contact's id, currency): (open, of which of documents without a link)}`` in Odoo."""
        self.env.flush_all()
        connection = self.connection_id
        self.env.cr.execute(OWED.format(which=which), {
            'connection': connection.id, 'company': self.company_id.id, 'multi': bool(connection.multi_currency),
            'all': False, **parameters})
        return {(partner_id, currency): (Decimal(amount), Decimal(0) if connection.parallel_run else Decimal(unsent))
                for partner_id, currency, amount, unsent in self.env.cr.fetchall()}

    def _by_documents(self, partner_ids, remote_ids=()):
        """Return a function of (contact's id, remote Id, currency): what the told documents change in the balance."""
        self.env.cr.execute(DOCUMENTS, {
            'run': self.id, 'partners': list(partner_ids), 'remotes': list(remote_ids)})
        sums = {row[:2]: Decimal(row[2] or 0) for row in self.env.cr.fetchall()}
        return lambda partner_id, remote_id, currency: (
            sums.get((str(partner_id), currency), Decimal(0)) + sums.get((f'there {remote_id}', currency), Decimal(0)))

    def _step_customers(self, client, entity, after, position):
        """Compare the balances of customers of QuickBooks with what they owe in Odoo."""
        self.env.cr.execute(CUSTOMERS, {
            'connection': self.connection_id.id, 'company': self.company_id.id, 'run': self.id, 'after': after,
            'limit': CHUNK})
        rows = self.env.cr.fetchall()
        partners = {row[5] for row in rows if row[5]}
        owed = self._owed(OF_THESE, partners=list(partners))
        told = self._by_documents(partners, {row[1] for row in rows})
        found = []
        for _id, remote_id, name, currency, balance, partner_id in rows:
            key = (partner_id, (self.connection_id.multi_currency and currency) or self._home())
            here, unsent = owed.get(key, (Decimal(0), Decimal(0)))
            documents = told(partner_id, remote_id, key[1])
            found.append((key, remote_id, name, here, unsent, Decimal(balance or 0), documents))
        self._balances(found, position)
        self.env['qbo.reconciliation.item']._match(self, entity, 'res.partner', {
            row[1]: row[5] for row in rows if row[5]})
        return rows[-1][0] if len(rows) == CHUNK else None

    def _step_debtors(self, client, entity, after, position):
        """Tell what customers owe in Odoo whom QuickBooks does not know in that currency."""
        owed = self._owed(OF_OTHERS, after=after, limit=CHUNK)
        partners = {partner_id for partner_id, _currency in owed}
        told = self._by_documents(partners)
        self.env.cr.execute(
            "SELECT res_id, coalesce(nullif(currency, ''), %s) FROM qbo_reconciliation_item "
            "WHERE reconciliation_id = %s AND entity = 'Customer' AND res_id = ANY(%s)",
            [self._home(), self.id, list(partners)])
        known = set(self.env.cr.fetchall())
        if not self.connection_id.multi_currency:
            known = {(partner_id, self._home()) for partner_id, _currency in known}
        names = {one.id: one.display_name for one in self.env['res.partner'].browse(partners)}
        self._balances([
            (key, '', names[key[0]], here, unsent, Decimal(0), told(key[0], '', key[1]))
            for key, (here, unsent) in owed.items() if key not in known], position)
        self.env.cr.execute(
            "SELECT max(id), count(*) FROM (SELECT other.id FROM res_partner other WHERE other.id > %s "
            "AND other.id = other.commercial_partner_id ORDER BY other.id LIMIT %s) seen", [after, CHUNK])
        last, count = self.env.cr.fetchone()
        return max([last, *partners]) if count == CHUNK else None

    def _balances(self, found, position):
        """Count balances, and make rows of those that differ."""
        sides = [Tally.load(position['tally'].get(side, {})) for side in ('here', 'there')]
        rows, Line = [], self.env['qbo.reconciliation.line']
        for (partner_id, currency), remote_id, name, here, unsent, there, told in found:
            for tally, amount in zip(sides, (here, there), strict=True):
                if amount:
                    tally.add(currency, amount, Decimal(0), amount)
            if here != there:
                rows.append(Line._balance_row(
                    self, partner_id, name, currency, remote_id, here, there, unsent, told))
        position['tally'] |= {side: tally.dump() for side, tally in zip(('here', 'there'), sides, strict=True)}
        Line._store(self, rows)

    # === TOTALS === #

    def _step_totals(self, client, _what, _at, position):
        """Store both sides' totals and what their difference is made of."""
        self.total_ids.unlink()
        rows = []
        for kind, entity in self._plan():
            if kind != 'read':
                continue
            if entity == RECEIVABLES:
                here, there = (Tally.load(position['tally'].get(side, {})).sums for side in ('here', 'there'))
            else:
                here = Tally.load(position['tally'].get(entity, {})).sums
                self.env.cr.execute(THERE, [self._home(), self.id, entity])
                there = {currency: Sums(count, *map(Decimal, amounts))
                         for currency, count, *amounts in self.env.cr.fetchall()}
            self.env.cr.execute(PARTS, [self.id, entity])
            parts = {currency: (Decimal(drift), Decimal(named)) for currency, drift, named in self.env.cr.fetchall()}
            rows += [self._total_row(entity, currency, here.get(currency, Sums()), there.get(currency, Sums()),
                                     *parts.get(currency, (Decimal(0), Decimal(0))))
                     for currency in sorted({*here, *there})]
        self.env['qbo.reconciliation.total']._store(rows)

    def _total_row(self, entity, currency, here, there, drift, named):
        """Return the values of the totals of one kind in one currency."""
        apart = here.total - there.total
        rest = apart - drift - named
        threshold = Decimal(repr(self.connection_id.reconcile_threshold))
        return {
            'reconciliation_id': self.id, 'company_id': self.company_id.id, 'entity': entity, 'currency': currency,
            **{f'{side}_{name}': getattr(sums, name) for side, sums in (('here', here), ('there', there))
               for name in ('count', 'total', 'tax', 'balance')},
            'difference': apart, 'drift': drift, 'named': named, 'rest': rest,
            'beyond': entity != RECEIVABLES and is_beyond(rest, here.total, there.total, threshold),
        }
