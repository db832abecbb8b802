"""Links that a person makes and ends: of one record by hand, of many by accepting what matches."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

ACCOUNTANTS = 'qbo_connector.group_qbo_accountant'
ON_THE_WAY = ('sending', 'unknown')
NAMED = 5  # records that a message names


class QboBinding(models.Model):
    """The part of the links that people make."""

    _inherit = 'qbo.binding'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _check_may_link(self):
        """Let accountants link and unlink.

        :raise AccessError: for others
        """
        if not (self.env.su or self.env.user.has_group(ACCOUNTANTS)):
            raise AccessError(self.env._("Linking with QuickBooks needs the QuickBooks accountant group."))

    @api.model
    def _link(self, connection, links, note):
        """Link records with objects that stand in QuickBooks. Nothing is sent: the next push updates the objects.

        :param links: list of ``{'entity', 'model', 'res_id', 'record_name', 'remote_id', ...}``, values of the link
        :param str note: for the records' chatter and the audit
        :return: the links
        :raise UserError: one of the two has a link already, or is on its way to QuickBooks
        """
        self._check_may_link()
        connection.check_access('read')
        self._check_free(connection, links)
        made_sudo = self.sudo().create([{
            'connection_id': connection.id, 'company_id': connection.company_id.id, 'realm_id': connection.realm_id,
            'state': 'active', **values} for values in links])
        made_sudo._note_link('linked', note)
        stuck_sudo = self.env['qbo.queue.entry'].sudo().search(
            made_sudo._entries_domain() & Domain('state', 'in', ('failed', 'dead')))
        stuck_sudo._set_waiting()  # what stopped it may have been that very object
        return made_sudo.with_env(self.env)

    @api.model
    def _check_free(self, connection, links):
        """Refuse to link what has a link.

        :raise UserError: naming the record on the other side
        """
        mine = Domain('connection_id', '=', connection.id)
        taken_sudo = self.sudo().search(mine & Domain.OR(
            Domain('entity', '=', values['entity']) & Domain('remote_id', '=', values['remote_id'])
            for values in links), limit=NAMED)
        if taken_sudo:
            raise UserError(self.env._(
                "Already linked in QuickBooks: %(objects)s. Unlink it there first, or choose another object.",
                objects=", ".join(self.env._("%(entity)s %(id)s with %(record)s", entity=link.entity,
                                             id=link.remote_id, record=link.record_name) for link in taken_sudo)))
        by_model = {}
        for values in links:
            by_model.setdefault((values['model'], values['entity']), []).append(values['res_id'])
        linked_sudo = self.sudo().search(mine & Domain('state', '!=', 'deleted') & Domain.OR(
            Domain('model', '=', model) & Domain('entity', '=', entity) & Domain('res_id', 'in', ids)
            for (model, entity), ids in by_model.items()), limit=NAMED)
        if linked_sudo:
            raise UserError(self.env._(
                "Already in QuickBooks: %(records)s. Unlink it first.",
                records=", ".join(self.env._("%(record)s as %(entity)s %(id)s", record=link.record_name,
                                             entity=link.entity, id=link.remote_id) for link in linked_sudo)))
        busy_sudo = self.env['qbo.queue.entry'].sudo().search(mine & Domain('state', 'in', ON_THE_WAY) & Domain.OR(
            Domain('model', '=', model) & Domain('res_id', 'in', ids) for (model, _entity), ids in by_model.items()),
            limit=NAMED)
        if busy_sudo:
            raise UserError(self.env._(
                "On its way to QuickBooks just now: %(records)s. Wait for the outcome.",
                records=", ".join(busy_sudo.mapped('record_name'))))
        # The link of an object that was deleted in QuickBooks gives way.
        self.sudo().search(mine & Domain('state', '=', 'deleted') & Domain.OR(
            Domain('model', '=', model) & Domain('entity', '=', entity) & Domain('res_id', 'in', ids)
            for (model, entity), ids in by_model.items())).active = False

    def _entries_domain(self):
        """Return the domain of the queue entries of the linked records."""
        return Domain('connection_id', 'in', self.connection_id.ids) & Domain.OR(
            Domain('model', '=', model) & Domain('res_id', 'in', links.mapped('res_id'))
            for model, links in self.grouped('model').items())

    def _note_link(self, event, text):
        """Write down on the records, and in the audit, what a person did with these links."""
        self.env['qbo.reference'].invalidate_model(['linked_name'])
        for connection, links in self.grouped('connection_id').items():
            self.env['qbo.audit']._note(connection, event, text, links)
        for model, links in self.grouped('model').items():
            records = self.env[model].sudo().browse(links.mapped('res_id')).exists()
            if hasattr(records, '_message_log_batch'):
                names = {link.res_id: f'{link.entity} {link.remote_number or link.remote_id}' for link in links}
                records._message_log_batch(bodies={
                    record.id: self.env._("%(what)s (QuickBooks: %(object)s)", what=text, object=names[record.id])
                    for record in records})

    def action_end(self):
        """End links by a person's wish; nothing changes in QuickBooks."""
        self._check_may_link()
        self.check_access('read')
        live_sudo = self.sudo().filtered('active')
        busy_sudo = self.env['qbo.queue.entry'].sudo().search(
            live_sudo._entries_domain() & Domain('state', 'in', ON_THE_WAY), limit=NAMED) if live_sudo else ()
        if busy_sudo:
            raise UserError(self.env._(
                "On its way to QuickBooks just now: %(records)s. Wait for the outcome.",
                records=", ".join(busy_sudo.mapped('record_name'))))
        live_sudo.active = False
        live_sudo._note_link('unlinked', self.env._(
            "Unlinked by %(user)s; the next push looks for the same again, or creates it anew",
            user=self.env.user.name))
        self.env['qbo.match'].sudo()._follow_links(live_sudo.connection_id)


class QboReference(models.Model):
    """The part of the mirror that knows which Odoo record an object is."""

    _inherit = 'qbo.reference'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    linked_name = fields.Char(
        string="In Odoo", compute='_compute_linked_name', search='_search_linked_name', compute_sudo=True,
        help="The Odoo record that this object is linked with.")
    twin_names = fields.Char(
        string="Looks Like", readonly=True, help="Others of the list that look like the same, as last searched.")
    linkable = fields.Boolean(compute='_compute_linkable')

    @api.depends_context('uid')
    def _compute_linked_name(self):
        links = {(link.connection_id.id, link.entity, link.remote_id): link.record_name
                 for link in self.env['qbo.binding'].search([
                     ('connection_id', 'in', self.connection_id.ids), ('remote_id', 'in', self.mapped('remote_id'))])}
        for reference in self:
            key = (reference.connection_id.id, reference.entity, reference.remote_id)
            reference.linked_name = links.get(key, False)

    @api.model
    def _search_linked_name(self, operator, value):
        """Find the linked ones, or those that are not."""
        if operator != 'in' or set(value) - {False}:
            return NotImplemented
        return Domain.custom(to_sql=self._unlinked_sql)

    def _unlinked_sql(self, model, alias, _query):
        """Return the condition that no link leads to a row of the mirror."""
        return SQL(
            "NOT EXISTS (SELECT FROM qbo_binding link WHERE link.active AND link.connection_id = %s"
            " AND link.entity = %s AND link.remote_id = %s)",
            *(SQL.identifier(alias, name) for name in ('connection_id', 'entity', 'remote_id')))

    @api.depends('entity', 'active')
    def _compute_linkable(self):
        entities = {handler._qbo_entity for handler in self.env['qbo.entity']._handlers() if handler._qbo_matched}
        for reference in self:
            reference.linkable = reference.active and reference.entity in entities

    def _link_values(self):
        """Return what a link takes over from the mirrored object."""
        return {'entity': self.entity, 'remote_id': self.remote_id, 'sync_token': self.sync_token,
                'posting_account': self.posting_account}
