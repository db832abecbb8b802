"""How the QuickBooks company takes taxes, and which differences are tolerated."""

from odoo import fields, models


class QboConnection(models.Model):
    """The part of the connection that decides when figures that differ need a person."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    variance_tolerance = fields.Float(
        string="Tolerated Difference", digits=(16, 4), default=0.0,
        help="For each line of a document QuickBooks' total and tax may differ by so much, at most 0.01; the document "
             "is then in QuickBooks, with variance. What differs by more needs a person.")
    tax_override = fields.Selection(
        [('unknown', "Not seen yet"), ('honoured', "Takes Odoo's"), ('ignored', "Works out its own")],
        string="Tax of Documents", required=True, default='unknown', copy=False,
        help="Where the two systems round a tax differently, Odoo's amounts are sent. Whether QuickBooks takes them is "
             "learned from its first answer; where it does not, a line named Rounding makes the totals agree.")

    _variance_tolerance_is_small = models.Constraint(
        'CHECK (variance_tolerance >= 0 AND variance_tolerance <= 0.01)',
        "The tolerated difference is between 0 and 0.01 for each line.")

    def write(self, vals):
        """Override to forget how taxes were taken when the connection turns to another company."""
        if 'realm_id' in vals and any(connection.realm_id != vals['realm_id'] for connection in self):
            vals = {**vals, 'tax_override': 'unknown'}
        return super().write(vals)
