"""What becomes of documents after they were posted, and under which numbers they stand in QuickBooks."""

from odoo import fields, models

from ..entities.closed_books import BOOKS_CLOSED


class QboConnection(models.Model):
    """The part of the connection that holds the company's policies."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    on_cancel = fields.Selection(
        [
            ('void', "Void it in QuickBooks"),
            ('delete', "Delete it in QuickBooks"),
            ('block', "Refuse the change in Odoo while it stands in QuickBooks"),
            ('leave', "Leave QuickBooks as it is and flag the document"),
        ],
        string="When a Document Is Cancelled", required=True, default='void',
        help="Cancelled in Odoo, or deleted there after it was posted once. A credit memo cannot be voided through "
             "the API, so it is deleted.")
    on_draft = fields.Selection(
        [
            ('leave', "Leave QuickBooks as it is and flag the document"),
            ('void', "Void it in QuickBooks"),
            ('delete', "Delete it in QuickBooks"),
            ('block', "Refuse the change in Odoo while it stands in QuickBooks"),
        ],
        string="When a Document Is Reset to Draft", required=True, default='leave',
        help="Posting it again brings QuickBooks in line in any case: the same document is updated, or a deleted one "
             "is created again.")
    on_closed = fields.Selection(
        [
            ('stop', "Stop and ask"),
            ('redate', "Book it on the first open day, with a note"),
            ('exclude', "Leave it out of QuickBooks, with a reason"),
        ],
        string="When the Books Are Closed", required=True, default='stop',
        help="For documents and payments dated where QuickBooks' books are closed. The API cannot change what stands "
             "there already, whatever is chosen here.")
    heed_lock_dates = fields.Boolean(
        string="Odoo's Lock Dates Count Too", default=True,
        help="What QuickBooks does not have yet, dated on or before a lock date of Odoo, is treated in the same way.")
    numbering = fields.Selection(
        [('odoo', "Odoo's number"), ('qbo', "QuickBooks numbers its documents")],
        string="Document Numbers", required=True, default='odoo',
        help="Odoo's number needs Custom transaction numbers in QuickBooks (Account and settings > Sales). Numbers of "
             "more than 21 characters are shortened. Otherwise QuickBooks' number is shown on the document in Odoo.")


class QboQueueEntry(models.Model):
    """The part of the queue that knows closed books."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _set_waiting(self):
        """Override to find out anew whether the books are closed, where that had stopped a row: QuickBooks will say."""
        self.filtered(lambda entry: entry.fault_field == BOOKS_CLOSED).connection_id.book_close_date = False
        return super()._set_waiting()
