"""Links: which Odoo record stands in QuickBooks under which Id."""

from itertools import chain

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class QboBinding(models.Model):
    """(connection, entity, remote Id) <-> (model, record), and what was last pushed.

    Kept for ever: a link that ends is archived, never deleted, so the books can be audited.
    Amounts are in the currency of the document.
    """

    _name = 'qbo.binding'
    _description = "QuickBooks Link"
    _inherit = ['qbo.exportable']
    _order = 'id desc'
    _rec_name = 'record_name'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    realm_id = fields.Char(
        compute='_compute_realm_id', store=True, string="QuickBooks Company ID",
        help="Of the time the link was made: an archived link keeps it when the connection turns to another company.")
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type", required=True)
    remote_id = fields.Char(required=True, string="QuickBooks ID")
    model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field='model', required=True, string="Record")
    record_name = fields.Char(string="Odoo Record")
    name_suffix = fields.Char(help="Added to the name because QuickBooks already had one of this name.")
    sync_token = fields.Char()
    content_hash = fields.Char(
        help="Hash of the content last pushed, which is not sent twice; and its fields that may be emptied later.")
    remote_total = fields.Float(digits=(16, 4), aggregator=None, string="QuickBooks Total")
    remote_tax = fields.Float(digits=(16, 4), aggregator=None, string="QuickBooks Tax")
    remote_balance = fields.Float(digits=(16, 4), aggregator=None, string="QuickBooks Balance")
    posting_account = fields.Char(
        string="QuickBooks Account ID", help="Of an item: the account to which its lines post.")
    remote_number = fields.Char(
        string="QuickBooks Number", help="The number under which QuickBooks shows the document.")
    remote_date = fields.Date(string="QuickBooks Date", help="The date on which QuickBooks books the document.")
    remote_customer = fields.Char(help="Id of the customer that the object belongs to in QuickBooks.")
    kept_because = fields.Char(
        string="Left as It Is", help="Why QuickBooks keeps the object although the record changed in Odoo.")
    variance = fields.Char(help="How QuickBooks' own figures differ from Odoo's, if they do.")
    variance_open = fields.Boolean(
        string="To Be Looked At", help="The variance is beyond the connection's tolerance, and nobody accepted it yet.")
    rounding = fields.Float(digits=(16, 4), help="Amount of the line that makes QuickBooks' total Odoo's.")
    rounding_for = fields.Char(help="Hash of the lines for which QuickBooks' answer asked for that rounding.")
    state = fields.Selection(
        [('active', "In QuickBooks"), ('inactive', "Inactive"), ('voided', "Voided"), ('deleted', "Deleted")],
        default='active', required=True,
    )
    pushed_at = fields.Datetime(string="Last Pushed")
    remote_updated_at = fields.Datetime(
        string="QuickBooks Version Of", help="When QuickBooks last changed the object, as far as Odoo has seen it: "
        "what is told of an earlier moment is known already.")
    origin = fields.Selection(
        [('odoo', "Odoo"), ('qbo', "QuickBooks")], default='odoo', required=True, readonly=True,
        help="Where it was made. What was taken over from QuickBooks is never sent back there.")
    active = fields.Boolean(default=True)

    _remote_unique = models.UniqueIndex('(connection_id, entity, remote_id) WHERE active')
    _record_unique = models.UniqueIndex('(connection_id, entity, model, res_id) WHERE active')
    _record_index = models.Index('(model, res_id)')

    @api.depends('connection_id')
    def _compute_realm_id(self):
        for binding in self:
            binding.realm_id = binding.connection_id.realm_id

    @api.model
    def _of_record(self, connection, model, res_id, entity=None):
        """Return the live link of a record on a connection, or an empty recordset.

        :param str entity: Intuit's entity name; without it whatever the record stands as
        """
        domain = [('connection_id', '=', connection.id), ('model', '=', model), ('res_id', '=', res_id)]
        if entity:
            domain.append(('entity', '=', entity))
        return self.sudo().search(domain, limit=1)

    @api.model
    def _of_records(self, connection, entries):
        """Return ``{(model, record id): live link}`` of the records of queue entries, by one query."""
        domain = Domain('connection_id', '=', connection.id) & Domain.OR(
            Domain('model', '=', model) & Domain('res_id', 'in', rows.mapped('res_id'))
            for model, rows in entries.grouped('model').items())
        return {(binding.model, binding.res_id): binding for binding in self.sudo().search(domain)}

    @api.model
    def _remote_ids(self, connection, references):
        """Return ``{(entity, model, record id): remote Id}`` of those that stand in QuickBooks now, by one query.

        :param references: lists of (entity, records)
        """
        wanted = {}
        for entity, records in chain.from_iterable(references):
            wanted.setdefault((entity, records._name), set()).update(records._ids)
        domain = Domain('connection_id', '=', connection.id) & Domain('state', '=', 'active') & Domain.OR(
            Domain('entity', '=', entity) & Domain('model', '=', model) & Domain('res_id', 'in', list(ids))
            for (entity, model), ids in wanted.items() if ids)
        rows = self._rows(domain, ['entity', 'model', 'res_id', 'remote_id'])
        return {(entity, model, res_id): remote_id for entity, model, res_id, remote_id in rows}

    @api.model
    def _posting_accounts(self, connection, records):
        """Return ``{record id: remote Id of the account its item posts to}``, None where that is not known yet."""
        known = dict(self._rows([
            ('connection_id', '=', connection.id), ('model', '=', records._name), ('res_id', 'in', records.ids),
            ('state', '=', 'active')], ['res_id', 'posting_account']))
        return {record_id: known.get(record_id) for record_id in records._ids}

    @api.model
    def _rows(self, domain, names):
        """Return the values of some columns as tuples: of hundreds of links, recordsets would cost more to read."""
        self.flush_model(names)
        query = self.sudo()._search(domain)
        return self.env.execute_query(query.select(*(SQL.identifier(query.table, name) for name in names)))

    @api.model
    def _is_taken(self, connection, entity, remote_id):
        """Tell whether a QuickBooks object already belongs to an Odoo record."""
        return bool(self.sudo().search_count([
            ('connection_id', '=', connection.id), ('entity', '=', entity), ('remote_id', '=', remote_id),
        ], limit=1))

    @api.model
    def _bind(self, entry, entity, remote_id, **values):
        """Create the link of an entry's record, which may have been deleted meanwhile, and return it."""
        return self.sudo().create(self._values(entry, entity, remote_id, **values))

    @api.model
    def _values(self, entry, entity, remote_id, **values):
        """Return the values of a new link of an entry's record."""
        connection = entry.connection_id
        return {
            'connection_id': connection.id, 'company_id': connection.company_id.id, 'realm_id': connection.realm_id,
            'entity': entity, 'model': entry.model, 'res_id': entry.res_id, 'record_name': entry.record_name,
            'remote_id': remote_id, 'state': 'active', 'active': True, 'origin': 'odoo', **values,
        }

    def _keep(self, reason):
        """Note why QuickBooks keeps an object that stands there although its record changed; empty: no more."""
        for binding in self:
            if binding.state == 'active' and (binding.kept_because or '') != reason:
                binding.kept_because = reason or False

    def _record(self):
        """Return the linked record, empty when it was deleted."""
        self.ensure_one()
        return self.env[self.model].browse(self.res_id).exists()

    def action_open_record(self):
        """Open the Odoo record behind the link."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}
