"""One link by hand: from an Odoo record to an object of QuickBooks, or the other way round; or its end."""

from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..qbo import faults
from ..qbo.query import select


class QboLinkWizard(models.TransientModel):
    """Which record is which object. Nothing is sent; the next push of the record updates that object."""

    _name = 'qbo.link.wizard'
    _description = "Link with QuickBooks"

    connection_id = fields.Many2one('qbo.connection', required=True, ondelete='cascade')
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field='model', string="Odoo Record")
    from_mirror = fields.Boolean(readonly=True, help="Started from QuickBooks' list: the Odoo record is chosen.")
    listed = fields.Boolean(compute='_compute_listed', help="QuickBooks' list of such objects is mirrored here.")
    reference_id = fields.Many2one(
        'qbo.reference', string="QuickBooks Object",
        domain="[('connection_id', '=', connection_id), ('entity', '=', entity), ('active', '=', True), "
               "('linked_name', '=', False)]")
    wanted = fields.Char(
        string="Number or ID in QuickBooks",
        help="Its number; or the Id that stands at the end of its address in QuickBooks (txnId=...).")
    found = fields.Json(string="Object Found", readonly=True)
    found_text = fields.Char(string="Found", readonly=True)
    binding_id = fields.Many2one('qbo.binding', compute='_compute_binding_id')
    linked_id = fields.Char(related='binding_id.remote_id', string="Linked with ID")

    @api.depends('entity')
    def _compute_listed(self):
        mirrored = dict(self.env['qbo.reference']._fields['entity'].selection)
        for wizard in self:
            wizard.listed = wizard.entity in mirrored

    @api.depends('model', 'res_id', 'connection_id')
    def _compute_binding_id(self):
        for wizard in self:
            wizard.binding_id = wizard.env['qbo.binding']._of_record(
                wizard.connection_id, wizard.model, wizard.res_id, wizard.entity) if wizard.res_id else False

    @api.model
    def _open_for(self, **values):
        """Return the action of a dialog with these values."""
        self.env['qbo.binding']._check_may_link()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Link with QuickBooks"), 'res_model': self._name,
            'res_id': self.create(values).id, 'view_mode': 'form', 'target': 'new',
        }

    @api.model
    def _open_record(self, record):
        """Return the dialog for an Odoo record.

        :raise UserError: it is of a kind that is not sent, or its company is not connected
        """
        self.env['qbo.binding']._check_may_link()
        record.ensure_one().check_access('read')
        handler = self.env['qbo.entity']._for_record(record)
        connection = record._qbo_connections(handler)[:1].with_env(self.env)
        if handler is None or not connection:
            raise UserError(self.env._(
                "There is nothing to link: records of this kind are not sent to QuickBooks, or no QuickBooks company "
                "is connected for it."))
        return self._open_for(
            connection_id=connection.id, entity=handler._qbo_entity, model=record._name, res_id=record.id)

    @api.model
    def _open_reference(self, reference):
        """Return the dialog for an object of a mirrored list."""
        self.env['qbo.binding']._check_may_link()
        reference.ensure_one().check_access('read')
        if reference.linked_name:
            raise UserError(self.env._(
                "%(object)s is linked with %(record)s already. Unlink it there first.",
                object=reference.name, record=reference.linked_name))
        handler = next((one for one in self.env['qbo.match']._handlers() if one._qbo_entity == reference.entity), None)
        if handler is None:
            raise UserError(self.env._("Such objects are mapped, not linked."))
        return self._open_for(connection_id=reference.connection_id.id, entity=reference.entity,
                              model=handler._qbo_model, reference_id=reference.id, from_mirror=True)

    def action_look_up(self):
        """Read from QuickBooks what has that number or Id."""
        self.ensure_one()
        self.env['qbo.binding']._check_may_link()
        wanted = (self.wanted or '').strip()
        if not wanted:
            raise UserError(self.env._("Enter its number or Id first."))
        found = []

        def ask(client):
            number = 'PaymentRefNum' if self.entity == 'Payment' else 'DocNumber'
            found.extend(client.query(select(self.entity, {number: wanted})).data.get(self.entity, []))
            if not found and wanted.isdigit():
                with suppress(faults.Rejected):
                    found.append(client.read(self.entity, wanted).data)

        self.connection_id.sudo()._ask(ask)
        if len(found) != 1:
            raise UserError(self.env._("QuickBooks has no %(entity)s %(wanted)s.", entity=self.entity, wanted=wanted)
                            if not found else self.env._(
                "QuickBooks has %(count)s of that number, with the Ids %(ids)s. Enter the Id of the right one.",
                count=len(found), ids=", ".join(remote['Id'] for remote in found)))
        remote = found[0]
        self.write({
            'found': {'Id': remote['Id'], 'SyncToken': remote['SyncToken'], 'DocNumber': remote.get('DocNumber'),
                      'Customer': (remote.get('CustomerRef') or {}).get('value')},
            'found_text': self.env._(
                "%(entity)s %(number)s (Id %(id)s) of %(customer)s, %(date)s, %(total)s %(currency)s",
                entity=self.entity, number=remote.get('DocNumber') or remote.get('PaymentRefNum') or '',
                id=remote['Id'], customer=(remote.get('CustomerRef') or {}).get('name') or "?",
                date=remote.get('TxnDate') or '', total=remote.get('TotalAmt', ''),
                currency=(remote.get('CurrencyRef') or {}).get('value') or ''),
        })
        return {'type': 'ir.actions.act_window', 'name': self.env._("Link with QuickBooks"), 'res_model': self._name,
                'res_id': self.id, 'view_mode': 'form', 'target': 'new'}

    def action_link(self):
        """Make the link."""
        self.ensure_one()
        record = self.env[self.model].browse(self.res_id or []).exists()
        if not record:
            raise UserError(self.env._("Choose the Odoo record first."))
        record.check_access('read')
        if not self.env[self.env['qbo.entity']._by_name(self.model, self.entity)._name]._handles(record):
            raise UserError(self.env._("%(record)s is not sent to QuickBooks itself: choose the company it belongs to.",
                                       record=record.display_name))
        if self.reference_id:
            values = self.reference_id._link_values()
        elif self.found:
            values = {'entity': self.entity, 'remote_id': self.found['Id'], 'sync_token': self.found['SyncToken'],
                      'remote_number': self.found['DocNumber'], 'remote_customer': self.found['Customer']}
        else:
            raise UserError(self.env._("Choose what it is in QuickBooks first."))
        self.env['qbo.binding']._link(self.connection_id, [{
            **values, 'model': self.model, 'res_id': record.id, 'record_name': record.display_name}],
            self.env._("Linked by %(user)s", user=self.env.user.name))
        self.env['qbo.match']._follow_links(self.connection_id)
        return {'type': 'ir.actions.act_window_close'}

    def action_unlink(self):
        """End the link."""
        self.ensure_one()
        self.binding_id.action_end()
        return {'type': 'ir.actions.act_window_close'}


class QboSyncable(models.AbstractModel):
    """The button of the records that can be linked."""

    _inherit = 'qbo.syncable'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def action_qbo_link(self):
        """Say by hand what the record is in QuickBooks, or that it is not that."""
        return self.env['qbo.link.wizard']._open_record(self)


class ProductTemplate(models.Model):
    """The button of products: each variant is an item of its own."""

    _inherit = 'product.template'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def action_qbo_link(self):
        """Say by hand what the only variant is in QuickBooks, or list the variants."""
        self.ensure_one()
        variants = self.product_variant_ids
        return variants.action_qbo_link() if len(variants) == 1 else {
            'type': 'ir.actions.act_window', 'name': self.display_name, 'res_model': variants._name,
            'view_mode': 'list,form', 'domain': [('id', 'in', variants.ids)]}


class QboReference(models.Model):
    """The button of the mirrored objects."""

    _inherit = 'qbo.reference'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def action_link(self):
        """Say by hand which Odoo record the object is."""
        return self.env['qbo.link.wizard']._open_reference(self)
