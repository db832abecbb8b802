"""What mends a stuck row: one button, chosen by the table of faults (:mod:`..qbo.cures`)."""

import json

from odoo import api, fields, models, release
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.modules import get_manifest

from ..entities.closed_books import BOOKS_CLOSED
from ..qbo import cures
from .qbo_mapping import KINDS
from .qbo_queue_entry import STUCK_STATES


class QboQueueEntry(models.Model):
    """The part of the queue that knows cures."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    cure = fields.Selection(
        selection='_select_cures', string="Cause", readonly=True,
        help="The row of the table of faults that this entry stopped for; docs/troubleshooting.md lists them all.")
    cure_who = fields.Selection(selection='_select_who', compute='_compute_cure', string="Who Can Fix It")
    cure_button = fields.Char(compute='_compute_cure')
    cure_text = fields.Char(compute='_compute_cure', string="What to Do")
    fault_title = fields.Char(string="QuickBooks' Words", readonly=True)
    fault_status = fields.Integer(string="HTTP Status", readonly=True, aggregator=None)
    support_text = fields.Text(
        compute='_compute_support_text', string="For Support", compute_sudo=True,
        groups='qbo_connector.group_qbo_accountant',
        help="What Intuit's support and the connector's ask for. No tokens, no payload, nothing of the record but its "
             "kind; QuickBooks' own words may name what they complain of.")

    # === THE TABLE === #

    @api.model
    def _select_cures(self):
        return [(cure.name, self.env._(cure.title)) for cure in cures.TABLE]

    @api.model
    def _select_who(self):
        return [
            (cures.ACCOUNTANT, self.env._("Accountant")), (cures.ADMINISTRATOR, self.env._("Administrator")),
            (cures.BOOKKEEPER, self.env._("Bookkeeper in QuickBooks")), (cures.INTUIT, self.env._("Nobody: it passes")),
            (cures.SUPPORT, self.env._("Support of the connector"))]

    @api.model
    def _cure_name(self, fault_class, values):
        """Return the name of the row of the table for what stops rows.

        :param dict values: the other fields of the fault
        """
        if fault_class == 'Refused' and values.get('fault_field') == BOOKS_CLOSED:
            return 'closed'
        return cures.cure_of(values.get('fault_code') or '', fault_class).name

    def _cure(self):
        """Return the row of the table for a stuck row, older ones included."""
        self.ensure_one()
        return cures.BY_NAME.get(self.cure) or cures.BY_NAME[self._cure_name(
            self.fault_class, {'fault_code': self.fault_code, 'fault_field': self.fault_field})]

    @api.depends('state', 'cure', 'fault_class', 'fault_code', 'fault_field')
    def _compute_cure(self):
        for entry in self:
            cure = entry._cure() if entry.state in STUCK_STATES else None
            entry.cure_who = cure.who if cure else False
            entry.cure_button = cure.button if cure else False
            entry.cure_text = self.env._(cure.cause) if cure else False

    # === THE BUTTON === #

    def action_fix(self):
        """Do what mends the row, or what it waits for: open a mapping, a record at its field, a dialog; or retry."""
        self.ensure_one()
        blocker = self.dependency_ids.filtered(lambda entry: entry.state in STUCK_STATES)[:1]
        if blocker:
            return blocker.action_fix()
        if self.state not in STUCK_STATES:
            return self.action_open_record()
        return self._mend(self._cure().button)

    def _mend(self, button):
        """Do what a button of the table stands for.

        :param str button: of rows that it mends together, or of one row
        """
        return {
            'mapping': self._mend_mapping, 'record': self._mend_record, 'reconnect': self._mend_connection,
            'resume': self._mend_connection, 'resolve': self._open_resolve_wizard, 'unlink': self._open_unlink_wizard,
            'retry': self.action_retry, 'skip': self.action_skip, 'look': self.action_look,
        }[button]()

    def _mend_mapping(self):
        """Open the mapping that is missing, or those that what was sent used."""
        mapping = self.mapping_id if len(self.mapping_id) == 1 else self._used_mappings()
        if len(mapping) == 1:
            return mapping.action_open()
        if not mapping:
            return self.connection_id[:1].action_open_mapping_wizard()
        return {'type': 'ir.actions.act_window', 'name': self.env._("Mappings in Use"), 'res_model': mapping._name,
                'view_mode': 'list,form', 'domain': [('id', 'in', mapping.ids)], 'target': 'current'}

    def _used_mappings(self):
        """Return the mappings whose counterparts were sent with the rows, of the lists that the fault is about."""
        lists = {name for entry in self for name in entry._cure().lists} or {entity for _m, entity in KINDS.values()}
        sent = {pair for entry in self.sudo() for pair in _references(json.loads(entry.payload or 'null'), lists)}
        found = self.env['qbo.mapping'].search(
            Domain('connection_id', 'in', self.connection_id.ids) & Domain.OR(
                Domain('reference_id.entity', '=', entity) & Domain('reference_id.remote_id', '=', remote_id)
                for entity, remote_id in sent))
        # A bank account may stand for a journal, too; most records post to accounts.
        return found.filtered(lambda mapping: mapping.kind != 'journal') or found

    def _mend_record(self):
        """Open the record where the wrong value stands."""
        if len(self) > 1:
            return self.action_open_entries()
        action = self.action_open_record()
        return {**action, 'context': {'qbo_field': self.fault_field}} if self.fault_field else action

    def _mend_connection(self):
        """Connect again, or end the pause."""
        return self.connection_id[:1]._mend()

    def _open_resolve_wizard(self):
        return self.env['qbo.resolve.wizard']._open(self)

    def _open_unlink_wizard(self):
        return self.env['qbo.unlink.wizard']._open(self)

    def action_skip(self):
        """Ask for the reason why these rows stay out of QuickBooks."""
        self._check_may_repair()
        return self.env['qbo.skip.wizard']._open(self)

    def action_look(self):
        """Open the row with what is known of its failure; several as a list."""
        self.check_access('read')
        if len(self) != 1:
            return self.action_open_entries()
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
                'target': 'current'}

    def action_open_entries(self):
        """Open rows as a list."""
        self.check_access('read')
        return {'type': 'ir.actions.act_window', 'name': self.env._("Needs Attention"), 'res_model': self._name,
                'view_mode': 'list,form', 'domain': [('id', 'in', self.ids)], 'target': 'current'}

    # === FOR SUPPORT === #

    def _compute_support_text(self):
        version = get_manifest('qbo_connector').get('version')
        for entry in self:
            entry.support_text = "\n".join(f"{label}: {value}" for label, value in (
                ("time", f"{fields.Datetime.to_string(entry.sent_at or entry.write_date)} UTC"),
                ("realm id", entry.connection_id.realm_id), ("environment", entry.connection_id.environment),
                ("entity", entry.entity), ("operation", entry.operation), ("state", entry.state),
                ("HTTP status", entry.fault_status), ("class", entry.fault_class), ("code", entry.fault_code),
                ("message", entry.fault_title), ("detail", entry.fault_detail), ("field", entry.fault_field),
                ("intuit_tid", entry.intuit_tid), ("requestid", entry.requestid), ("batch item", entry.bid),
                ("entry", entry.id), ("qbo_connector", version), ("Odoo", release.version),
            ) if value)

    # === SKIPPING === #

    skip_reason = fields.Char(string="Reason for Skipping", readonly=True, copy=False)
    skip_user_id = fields.Many2one('res.users', string="Skipped by", readonly=True, copy=False)
    skipped_at = fields.Datetime(readonly=True, copy=False)

    def _skip(self, reason):
        """Take rows out of the queue for a reason, which their records show; pushing them again undoes it.

        :raise UserError: one was sent, and nobody knows yet what became of it
        """
        if any(entry.state not in ('pending', *STUCK_STATES) for entry in self):
            raise UserError(self.env._("Only entries that wait or are stuck can be skipped."))
        self._check_may_repair()
        self.sudo().write({
            'state': 'cancelled', 'not_before': False, 'skip_reason': reason, 'skip_user_id': self.env.uid,
            'skipped_at': fields.Datetime.now()})
        self._note_audit('skipped', self.env._("Skipped: %(reason)s", reason=reason))
        self.sudo()._note_on_records(self.env._(
            "Left out of QuickBooks by %(user)s: %(reason)s", user=self.env.user.name, reason=reason))

    def _skip_text(self):
        """Return by whom and why a row was skipped."""
        return self.env._("Left out by %(user)s on %(date)s: %(reason)s. Pushing it undoes that.",
                          user=self.skip_user_id.name or '', date=fields.Date.to_string(self.skipped_at),
                          reason=(self.skip_reason or '').rstrip('.'))


class QboMapping(models.Model):
    """The part of the mapping that retries what QuickBooks refused because of it."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _release_entries(self):
        """Override to retry also what was refused for a mapping that was there and wrong."""
        super()._release_entries()
        names = [cure.name for cure in cures.TABLE if cure.button == 'mapping' and cure.codes]
        self.env['qbo.queue.entry'].sudo().search(
            Domain('connection_id', 'in', self.filtered('reference_id').connection_id.ids)
            & Domain('state', '=', 'failed') & Domain('cure', 'in', names))._set_waiting()


class QboConnection(models.Model):
    """The part of the connection that is mended like an entry."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    paused_code = fields.Char(readonly=True, copy=False, help="The fault code that paused this company, if it had one.")

    def _cure(self):
        """Return the row of the table for a connection that sends nothing."""
        if self.state != 'connected':
            return cures.BY_NAME['reconnect']
        cure = cures.cure_of(self.paused_code)
        return cure if cure.button == 'resume' else cures.BY_NAME['maintenance']

    def _mend(self):
        """Connect again, or try again now.

        An accountant who may not connect sees the connection, with what is to be said to an administrator.
        """
        self.env['qbo.queue.entry']._check_may_repair()
        if self.state == 'connected' and self.paused_until:
            self.sudo().action_resume()
            return False
        if self.state in ('connected', 'reconnect', 'disconnected') and self.env.user.has_group(
                'qbo_connector.group_qbo_administrator'):
            return self.action_connect()
        return {'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
                'target': 'current'}

    def _complete_oauth(self, *args, **kwargs):
        """Override to retry what only another consent could mend."""
        result = super()._complete_oauth(*args, **kwargs)
        names = [cure.name for cure in cures.TABLE if cure.button == 'reconnect']
        Entry = self.env['qbo.queue.entry'].sudo()
        Entry.search([
            ('connection_id', 'in', self.ids), ('state', 'in', STUCK_STATES), ('cure', 'in', names)])._set_waiting()
        # what the end of the consent met on its way need not wait for its next try
        Entry.search([('connection_id', 'in', self.ids), ('state', '=', 'sending'), ('attempts', '=', 0),
                      ('not_before', '!=', False)]).not_before = False
        return result


def _references(value, lists):
    """Yield (list, remote Id) of every reference to the lists in what was sent."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item, lists)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not (isinstance(inner, dict) and inner.get('value')):
                yield from _references(inner, lists)
            elif key.endswith('Ref'):  # IncomeAccountRef, SalesTermRef, ...
                yield from ((name, str(inner['value'])) for name in lists if key[:-3].endswith(name))
