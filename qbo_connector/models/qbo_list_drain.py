"""Lists that the drain of the connection reads in the background, without keeping waiting what is sent."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from ..qbo import faults

_logger = logging.getLogger(__name__)

AGAIN = timedelta(minutes=5)  # after QuickBooks did not answer


class QboList(models.Model):
    """The part of the lists that is read by the drain."""

    _name = 'qbo.list'
    _inherit = ['qbo.list', 'qbo.isolating']

    @api.model
    def _due(self, connection):
        """Return the list that is read next by the drain, or an empty set."""
        return self.sudo().search([
            ('connection_id', '=', connection.id), ('due_at', '<=', fields.Datetime.now()),
        ], order='read_at NULLS FIRST, id', limit=1)

    @api.model
    def _read_due(self, connection, pages=None):
        """Read what is due, page by page, each committed; only the drain of the connection calls this.

        It makes way after each page when something waits to be sent, but for a list that was never read to its end:
        what stands in QuickBooks already has to be known before anything is made there.

        :param int pages: so many at most of lists that were read before
        """
        queue, client, read = self.env['qbo.queue.entry'].sudo(), None, 0
        while connection._may_ask() and (due := self._due(connection)) and (
                pages is None or read < pages or not due.read_at):
            if wait := self.env['qbo.governor']._wait(connection, False):
                connection._trigger_drain(at=fields.Datetime.now() + timedelta(seconds=wait + 1))
                return
            client = client or connection._qbo_client()
            first = not due.read_at
            due._isolated(lambda row, client=client: row._read_page_or_note(client))
            read += 1
            if not queue._commit(1) or (pages is None and not first and queue._is_due(connection)):
                break
        if pages is None and connection._may_ask() and self._due(connection):
            connection._trigger_drain(at=fields.Datetime.now())

    def _read_page_or_note(self, client):
        """Read a page; what stops that is noted on the list, and stops no other list."""
        try:
            if self._read_page(client):
                self.connection_id._lists_were_read()
        except faults.QboError as error:
            _logger.info("QuickBooks list %s of %s not read: %s", self.entity, self.company_id.name, error)
            self.connection_id._is_held_by(error)
            again = isinstance(error, (faults.Retryable, faults.AuthError))
            self.write({'message': str(error), 'due_at': again and fields.Datetime.now() + AGAIN})
            if again:
                self.connection_id._trigger_drain(at=self.due_at)

    @api.model
    def _commit(self):
        """End a page: what it showed is on disk."""
        self.env['qbo.queue.entry']._commit()

    def _on_surprise(self, error):
        """Read the list once more later (the transaction was rolled back): most likely a person read it meanwhile."""
        _logger.warning("QuickBooks list %s stopped", self.entity, exc_info=error)
        self.write({'due_at': fields.Datetime.now() + AGAIN})
        self.connection_id._trigger_drain(at=self.due_at)


class QboQueueEntry(models.Model):
    """The part of the queue that reads lists before and after what is sent."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _drain(self, connection):
        """Override to read what is due after what is sent; a page before it, for a queue that never ends.

        What was never read is read first, to its end.
        """
        connection_sudo = connection.sudo()
        lists = self.env['qbo.list'].sudo()
        lists._read_due(connection_sudo, pages=1)
        if (due := lists._due(connection)) and not due.read_at:
            connection_sudo._trigger_drain(at=fields.Datetime.now())  # no time was left, or none is allowed now
            return
        super()._drain(connection)
        lists._read_due(connection_sudo)
