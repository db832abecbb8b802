"""Whether the two companies keep their books in the same currency."""

from odoo import api, fields, models


class QboConnection(models.Model):
    """The part of the connection that compares home currencies."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    currency_conflict = fields.Char(
        compute='_compute_currency_conflict', help="Why nothing is sent: every amount would be in the wrong currency.")

    @api.depends('home_currency', 'qbo_company_name', 'company_id.currency_id')
    def _compute_currency_conflict(self):
        for connection in self:
            ours, theirs = connection.company_id.currency_id.name, connection.home_currency
            connection.currency_conflict = theirs and ours != theirs and self.env._(
                "%(company)s keeps its books in %(ours)s, and %(qbo_company)s in QuickBooks in %(theirs)s: every "
                "amount would be wrong, so nothing is sent. Connect a QuickBooks company whose home currency is "
                "%(ours)s; QuickBooks never changes that of a company.",
                company=connection.company_id.name, qbo_company=connection.qbo_company_name, ours=ours, theirs=theirs)
