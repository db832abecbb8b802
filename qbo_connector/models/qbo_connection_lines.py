"""Classes and locations: what the QuickBooks company tracks, and which analytic plans of Odoo fill it."""

from odoo import fields, models

ROOT_PLAN = [('parent_id', '=', False)]


class QboConnection(models.Model):
    """The part of the connection that says what the lines of documents carry besides amounts."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    class_tracking = fields.Selection(
        [('none', "Not tracked"), ('txn', "One for each document"), ('line', "One for each line")],
        string="Classes in QuickBooks", readonly=True, copy=False)
    track_departments = fields.Boolean(string="Locations in QuickBooks", readonly=True, copy=False)
    class_plan_id = fields.Many2one(
        'account.analytic.plan', string="Classes From", domain=ROOT_PLAN, ondelete='set null',
        help="The accounts of this analytic plan are mapped to QuickBooks classes. Of a line that is split over "
             "several of them, the largest share counts. Empty: no classes are sent.")
    department_plan_id = fields.Many2one(
        'account.analytic.plan', string="Locations From", domain=ROOT_PLAN, ondelete='set null',
        help="The accounts of this analytic plan are mapped to QuickBooks locations. A document has one location: that "
             "of its largest share. Empty: no locations are sent.")

    def _tracked_lists(self):
        """Return the lists of classes and locations that the QuickBooks company keeps."""
        self.ensure_one()
        tracked = {'Class': self.class_tracking in ('txn', 'line'), 'Department': self.track_departments}
        return tuple(entity for entity, kept in tracked.items() if kept)

    def _mapped_plans(self):
        """Return (kind of mapping, analytic plan) of what is sent of the analytic distribution."""
        plans = {'Class': ('class', self.class_plan_id), 'Department': ('department', self.department_plan_id)}
        return [plans[entity] for entity in self._tracked_lists() if plans[entity][1]]
