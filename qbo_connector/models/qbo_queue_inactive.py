"""Customers whom QuickBooks keeps active because of their balance: tried again when something may have settled it."""

from odoo import fields, models
from odoo.fields import Domain

from ..entities.named import LAST


class QboBinding(models.Model):
    """What became of a record that was archived and could not become inactive."""

    _inherit = 'qbo.binding'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    inactive_later = fields.Boolean(
        help="Archived in Odoo and kept active in QuickBooks; tried again when a document or payment of it was pushed.")

    _inactive_later_index = models.Index('(connection_id) WHERE inactive_later')

    def _waiting_to_become_inactive(self, connection):
        """Return the links of a connection that are tried again."""
        return self.sudo().search([
            ('connection_id', '=', connection.id), ('inactive_later', '=', True), ('state', '=', 'active'),
            ('kept_because', '!=', False)])


class QboQueueEntry(models.Model):
    """The part of the queue that tries again."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _settle(self, answers):
        """Override to enqueue those whose balance these rows changed; nothing is asked of QuickBooks for that."""
        links = self.env['qbo.binding']._waiting_to_become_inactive(self.connection_id)
        if links:
            self._enqueue_inactive(links, answers)
        super()._settle(answers)

    def _enqueue_inactive(self, links, answers):
        """Enqueue the records of links to which the answers of rows belong.

        :param links: of customers, that they belong to now or belonged to before
        :param dict answers: ``{row: Answer}``
        """
        handlers, Binding = self.env['qbo.entity'], self.env['qbo.binding']
        before = Binding._of_records(self.connection_id, self)
        parties = {binding.remote_customer for binding in before.values()} | {
            handlers._by_name(entry.model, entry.entity)._party(answer.data) for entry, answer in answers.items()}
        chosen = links.filtered(lambda link: link.remote_id in parties)
        waiting = self.search(Domain('state', '=', 'pending') & Domain('connection_id', '=', self.connection_id.id)
                              & Domain('model', 'in', chosen.mapped('model'))
                              & Domain('res_id', 'in', chosen.mapped('res_id')))
        known = {(entry.model, entry.res_id) for entry in waiting}
        self._insert({
            'connection_id': link.connection_id.id, 'company_id': link.company_id.id, 'model': link.model,
            'res_id': link.res_id, 'record_name': link.record_name, 'rank': LAST, 'entity': link.entity,
        } for link in chosen if (link.model, link.res_id) not in known)
