"""Classes and locations of invoices and credit notes, from the analytic distribution of their lines.

QuickBooks has one class a line (or document) and one location a document; Odoo spreads a line over several accounts of
each plan. The account with the largest share of the line, or of the document, counts, and a note says what was spread.
"""

from decimal import Decimal

from odoo import api, models

LEAST = Decimal('0.000001')  # the weight of lines without an amount, which count where no others do
UNTRACKED = ('5030', '6000')  # feature not supported, business rule


class QboSalesDocument(models.AbstractModel):
    """The part of the sales documents that finds classes and locations."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _line_class(self, connection, line):
        """Return what a :class:`~..qbo.documents.LineDoc` says of the class of one line."""
        if connection.class_tracking != 'line':
            return {}
        return {'class_id': self._largest(connection, 'class', self._shares(connection.class_plan_id, line))}

    @api.model
    def _document_classes(self, connection, record):
        """Return what a :class:`~..qbo.documents.SalesDoc` says of the class and location of the whole document."""
        return {f'{kind}_id': self._largest(connection, kind, self._document_shares(plan, record))
                for kind, plan in self._document_plans(connection)}

    @api.model
    def _document_plans(self, connection):
        """Return (kind of mapping, analytic plan) of what QuickBooks keeps once per document."""
        return [(kind, plan) for kind, plan in connection._mapped_plans()
                if kind != 'class' or connection.class_tracking == 'txn']

    @api.model
    def _largest(self, connection, kind, shares):
        """Return the remote Id of what stands for the account with the largest share; unmapped ones are left out."""
        if not shares:
            return None
        account_id = max(shares, key=lambda found: (shares[found], -found))
        account = self.env['account.analytic.account'].browse(account_id)
        return self.env['qbo.mapping']._target(connection, kind, account, required=False).remote_id or None

    # === SHARES === #

    @api.model
    def _document_shares(self, plan, record):
        """Return ``{analytic account id: amount}`` of a document within a plan."""
        totals = {}
        for line in self._amount_lines(record):
            amount = abs(self._decimal(self._nets(record)[line.id])) or LEAST
            for account_id, percent in self._shares(plan, line).items():
                totals[account_id] = totals.get(account_id, 0) + percent * amount / 100
        return totals

    @api.model
    def _shares(self, plan, line):
        """Return ``{analytic account id: percent}`` of a line within a plan.

        A key of the distribution names one account of each of several plans: "12,40": 60.0.
        """
        shares = {}
        if plan and line.analytic_distribution:
            plans = self._root_plans(line)
            for key, percent in line.analytic_distribution.items():
                for account_id in _account_ids([key]):
                    if plans[account_id] == plan.id:
                        shares[account_id] = shares.get(account_id, 0) + self._decimal(percent)
        return shares

    @api.model
    def _root_plans(self, line):
        """Return ``{analytic account id: root plan id}`` of a line's accounts, read for the whole batch at once.

        Accounts that were deleted have no plan.
        """
        known = self._once('root plans', dict)
        if not known.keys() >= _account_ids(line.analytic_distribution):
            mentioned = _account_ids(
                key for other in line.browse(line._prefetch_ids) for key in other.analytic_distribution or ())
            accounts_sudo = self.env['account.analytic.account'].sudo().with_context(active_test=False).search_fetch(
                [('id', 'in', list(mentioned))], ['root_plan_id'])
            known.update(dict.fromkeys(mentioned))
            known.update({account.id: account.root_plan_id.id for account in accounts_sudo})
        return known

    @api.model
    def _split_notes(self, connection, record):
        """Return a text for each line, or document, of which QuickBooks shows the largest share only."""
        parts = [('', self._document_shares(plan, record)) for _kind, plan in self._document_plans(connection)]
        if connection.class_tracking == 'line' and connection.class_plan_id:
            parts += [(line.name or line.product_id.display_name or '', self._shares(connection.class_plan_id, line))
                      for line in self._amount_lines(record)]
        return [self._split_note(label, shares) for label, shares in parts if len(shares) > 1]

    @api.model
    def _split_note(self, label, shares):
        """Return in words what a line, or with no label the document, is distributed over."""
        whole = sum(shares.values())
        accounts = self.env['account.analytic.account'].sudo().browse(
            sorted(shares, key=lambda found: (-shares[found], found)))
        split = ", ".join(f'{100 * shares[account.id] / whole:.4g} % {account.name}' for account in accounts)
        if not label:
            return self.env._("Split in Odoo: %(split)s", split=split)
        return self.env._("Split in Odoo: %(label)s: %(split)s", label=label.split('\n')[0][:60], split=split)

    # === PREFERENCES === #

    @api.model
    def _recover(self, client, entry, binding, error):
        """Classes or locations that are refused: perhaps QuickBooks does not track them any more."""
        if error.code in UNTRACKED and not entry.recoveries and (
                '"ClassRef"' in entry.payload or '"DepartmentRef"' in entry.payload):
            connection = entry.connection_id
            before = (connection.class_tracking, connection.track_departments)
            connection.write(connection._read_facts(client))
            if before != (connection.class_tracking, connection.track_departments):
                return True
        return super()._recover(client, entry, binding, error)


def _account_ids(keys):
    """Return the ids of the analytic accounts that keys of a distribution name."""
    return {int(part) for key in keys for part in key.split(',') if part.isdigit()}
