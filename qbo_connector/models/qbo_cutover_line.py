"""The rows of a cut-over: a document of Odoo beside what was found for it in QuickBooks, and what a person decided."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..qbo.cutover import CUSTOMER, DATE, NONE, TOTAL, Found

KEPT = ('Id', 'SyncToken', 'DocNumber', 'Balance', 'UnappliedAmt', 'CustomerRef')  # of what QuickBooks answered


class QboCutoverLine(models.Model):
    """One document, or one of several objects between which a person must choose."""

    _name = 'qbo.cutover.line'
    _description = "QuickBooks Cut-Over Document"
    _inherit = ['qbo.exportable']
    _order = 'cutover_id, date, id'
    _rec_name = 'record_name'

    cutover_id = fields.Many2one('qbo.cutover', required=True, index=True, ondelete='cascade')
    connection_id = fields.Many2one(related='cutover_id.connection_id', store=True)
    company_id = fields.Many2one(related='cutover_id.company_id', store=True, index=True)
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type", required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field='model', string="Record", required=True, readonly=True, copy=True)
    record_name = fields.Char(string="In Odoo", readonly=True)
    date = fields.Date(readonly=True)
    partner_id = fields.Many2one('res.partner', string="Customer", readonly=True)
    total = fields.Float(digits=(16, 4), readonly=True, aggregator=None)
    currency_id = fields.Many2one('res.currency', readonly=True)
    remote_id = fields.Char(string="QuickBooks ID", readonly=True)
    remote_number = fields.Char(string="QuickBooks Number", readonly=True)
    remote_date = fields.Date(string="QuickBooks Date", readonly=True)
    remote_customer = fields.Char(string="QuickBooks Customer", readonly=True)
    remote_total = fields.Float(string="QuickBooks Total", digits=(16, 4), readonly=True, aggregator=None)
    remote = fields.Json(readonly=True)
    result = fields.Selection(
        [('pending', "Not looked for yet"), ('exact', "Exact"), ('date', "Different date"),
         ('total', "Different total"),
         ('customer', "Different customer"), ('ambiguous', "Ambiguous"), ('none', "Not in QuickBooks")],
        required=True, readonly=True, default='pending')
    difference = fields.Char(readonly=True)
    decision = fields.Selection([('adopted', "Adopted"), ('apart', "Not the same")], readonly=True, copy=False)
    decided_by_id = fields.Many2one('res.users', readonly=True, copy=False)
    decided_at = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        selection=lambda self: self._fields['result'].selection + self._fields['decision'].selection,
        compute='_compute_state', store=True, string="Status")

    _pair_unique = models.Constraint('UNIQUE (cutover_id, model, res_id, entity, remote_id)', "Already listed.")

    @api.depends('result', 'decision')
    def _compute_state(self):
        for line in self:
            line.state = line.decision or line.result

    # === FOUND === #

    def _found_values(self, found):
        """Return the values of what was found for the document (:class:`~.cutover.Found`)."""
        remote = found.remote or {}
        customer = remote.get('CustomerRef') or {}
        tax = (remote.get('TxnTaxDetail') or {}).get('TotalTax') or 0
        return {
            'result': found.result, 'remote_id': remote.get('Id') or False,
            'remote_number': remote.get('DocNumber') or remote.get('PaymentRefNum') or False,
            'remote_date': remote.get('TxnDate') or False,
            'remote_customer': customer.get('name') or customer.get('value') or False,
            'remote_total': float(remote.get('TotalAmt') or 0),
            'remote': {**{name: _plain(remote[name]) for name in KEPT if name in remote}, 'tax': float(tax)} if (
                remote) else False,
            'difference': "; ".join(self._difference(word, remote) for word in found.differs) or False,
        }

    def _difference(self, word, remote):
        """Return in words and figures how what was found differs."""
        if word == TOTAL:
            currency = (remote.get('CurrencyRef') or {}).get('value') or self.currency_id.name
            return self.env._(
                "total %(odoo)s %(currency)s in Odoo, %(qbo)s %(other)s in QuickBooks", currency=self.currency_id.name,
                odoo=tools.formatLang(self.env, self.total), qbo=tools.formatLang(self.env, float(remote['TotalAmt'])),
                other=currency)
        if word == DATE:
            return self.env._("dated %(odoo)s in Odoo, %(qbo)s in QuickBooks", odoo=self.date, qbo=remote['TxnDate'])
        customer = remote.get('CustomerRef') or {}
        assert word == CUSTOMER
        return self.env._("of %(odoo)s in Odoo, of %(qbo)s in QuickBooks", odoo=self.partner_id.display_name,
                          qbo=customer.get('name') or customer.get('value') or "?")

    @api.model
    def _apart(self, connection, handler):
        """Return ``{record id: {remote Id}}`` of what somebody decided not to be the same."""
        apart = {}
        for line in self.search([('connection_id', '=', connection.id), ('entity', '=', handler._qbo_entity),
                                 ('model', '=', handler._qbo_model), ('decision', '=', 'apart')]):
            apart.setdefault(line.res_id, set()).add(line.remote_id)
        return apart

    def _forget_ended(self):
        """Drop what was adopted and has no link any more."""
        for line in self.filtered(lambda line: line.decision == 'adopted'):
            link = self.env['qbo.binding']._of_record(line.connection_id, line.model, line.res_id, line.entity)
            if link.remote_id != line.remote_id:
                line.unlink()

    def _is_of(self, handler):
        """Tell whether the row is of a document that a handler pushes."""
        return (self.model, self.entity) == (handler._qbo_model, handler._qbo_entity)

    def _record(self):
        """Return the document in its company, empty when it was deleted."""
        self.ensure_one()
        return self.env[self.model].with_company(self.company_id).browse(self.res_id).exists()

    # === DECISIONS === #

    def _decide(self, decision):
        """Store a decision, or that there is none."""
        self.sudo().write({'decision': decision, 'decided_by_id': decision and self.env.uid,
                           'decided_at': decision and fields.Datetime.now()})

    def _adopt(self):
        """Link the documents with what was found for them; nothing is sent, now or later, until they change in Odoo."""
        handlers = self.env['qbo.entity'].sudo()
        for connection, lines in self.grouped('connection_id').items():
            links = []
            for line in lines:
                handler = handlers._by_name(line.model, line.entity)
                remote = line.sudo().remote
                differs = line.result in ('total', 'customer', 'ambiguous') and line.difference
                links.append({
                    'entity': line.entity, 'model': line.model, 'res_id': line.res_id, 'record_name': line.record_name,
                    'remote_id': line.remote_id, 'sync_token': remote['SyncToken'],
                    'content_hash': handler._memory(connection.sudo(), line.sudo()._record()),
                    'remote_total': line.remote_total, 'remote_tax': remote['tax'],
                    'remote_balance': float(remote.get('Balance') or remote.get('UnappliedAmt') or 0),
                    'remote_number': remote.get('DocNumber') or False, 'remote_date': line.remote_date,
                    'remote_customer': (remote.get('CustomerRef') or {}).get('value') or False,
                    'variance': differs or False,
                })
            made = self.env['qbo.binding']._link(
                connection, links, self.env._("Adopted by %(user)s: it stood there already", user=self.env.user.name))
            waiting_sudo = self.env['qbo.queue.entry'].sudo().search(
                made._entries_domain() & Domain('state', '=', 'pending'))
            waiting_sudo._set_done({row: {'operation': 'none', 'note': False} for row in waiting_sudo})
        self._decide('adopted')
        self._drop_rivals()

    def _drop_rivals(self):
        """What was adopted is nothing else: other rows of the documents, and of the objects, end."""
        others_sudo = self.sudo().search([('cutover_id', 'in', self.cutover_id.ids), ('decision', '=', False)])
        documents = {(line.model, line.res_id, line.entity) for line in self}
        objects = {(line.entity, line.remote_id) for line in self}
        gone_sudo = others_sudo.filtered(lambda line: (line.model, line.res_id, line.entity) in documents)
        for rows in (others_sudo - gone_sudo).grouped(lambda line: (line.model, line.res_id)).values():
            lost = rows.filtered(lambda line: (line.entity, line.remote_id) in objects)
            kept = lost[:1] if lost == rows else lost.browse()  # a document keeps a row
            kept.write(kept._found_values(Found(NONE)))
            gone_sudo |= lost - kept
        gone_sudo.unlink()

    def action_adopt(self):
        """Adopt the chosen ones, whatever differs: a person has looked."""
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        lines = self.filtered(lambda line: line.remote_id and not line.decision)
        if not lines:
            raise UserError(self.env._("Nothing to adopt: not found in QuickBooks, or decided already."))
        for what in (lambda line: (line.model, line.res_id), lambda line: (line.entity, line.remote_id)):
            double = [some for some in lines.grouped(what).values() if len(some) > 1]
            if double:
                raise UserError(self.env._(
                    "Choose one row for %(names)s.", names=", ".join(some[0].record_name for some in double)))
        lines._adopt()

    def action_apart(self):
        """Decide that it is not the same; later searches obey that."""
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        lines = self.filtered(lambda line: line.remote_id and not line.decision)
        if not lines:
            raise UserError(self.env._("Nothing to decide: not found in QuickBooks, or decided already."))
        lines._decide('apart')

    def action_undo(self):
        """Take decisions back; the link of what was adopted ends, and nothing changes in QuickBooks."""
        self.env['qbo.binding']._check_may_link()
        self.check_access('read')
        for line in self.filtered('decision'):
            if line.decision == 'adopted':
                self.env['qbo.binding']._of_record(
                    line.connection_id, line.model, line.res_id, line.entity).with_env(self.env).action_end()
            line._decide(False)

    def action_open_record(self):
        """Open the document."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id,
                'view_mode': 'form', 'target': 'current'}


def _plain(value):
    """Return a value of an answer as JSON takes it: the client reads amounts as decimals."""
    return value if isinstance(value, (str, dict, int, float)) or value is None else float(value)
