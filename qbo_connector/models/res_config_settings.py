"""What is set for all companies of the database: how long the connector remembers."""

from odoo import fields, models

from .qbo_audit import KEEP_DAYS
from .qbo_change import KEEP_INBOX_DAYS
from .qbo_queue_log import KEEP_SETTLED_DAYS
from .qbo_reconciliation import KEEP_DAYS as KEEP_RECONCILIATION_DAYS


class ResConfigSettings(models.TransientModel):
    """The settings of the connector, for those who administer Odoo."""

    _inherit = 'res.config.settings'

    qbo_keep_settled_days = fields.Integer(
        string="Push Log (days)", config_parameter=KEEP_SETTLED_DAYS,
        help="How long entries stay that were sent, with what was sent and received. 0: 30 days. Links to "
             "QuickBooks stay for ever, and so do entries that need a person.")
    qbo_keep_audit_days = fields.Integer(
        string="Audit Trail (days)", config_parameter=KEEP_DAYS,
        help="How long the audit trail keeps who did what. 0: for ever.")
    qbo_keep_inbox_days = fields.Integer(
        string="Inbox and Webhook Log (days)", config_parameter=KEEP_INBOX_DAYS,
        help="How long what came from QuickBooks stays after it was taken in, with the posts that told it. Empty: 30 "
             "days. What failed stays until a person has dealt with it.")
    qbo_keep_reconciliation_days = fields.Integer(
        string="Reconciliations (days)", config_parameter=KEEP_RECONCILIATION_DAYS,
        help="How long nightly comparisons stay, with their rows. Empty: 180 days. The last one of each month, those "
             "of a period, and what was explained stay for ever.")
