"""What changed in QuickBooks since it was mapped: found when the lists are read, before a document fails."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare

DRIFT = 'qbo_connector.mail_activity_type_drift'


class QboMapping(models.Model):
    """The part of the mapping that remembers what its counterpart was like when it was chosen."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    confirmed = fields.Json(
        readonly=True, copy=False, help="What the counterpart was like when it was chosen, or confirmed last.")
    drifted = fields.Boolean(
        string="Changed in QuickBooks", readonly=True, copy=False,
        help="The counterpart was renamed or made inactive, or its type, rate or days changed, since it was chosen.")
    drift = fields.Char(string="Change in QuickBooks", compute='_compute_drift')

    @api.depends('confirmed', 'reference_id.name', 'reference_id.full_name', 'reference_id.type', 'reference_id.rate',
                 'reference_id.due_days', 'reference_id.active')
    def _compute_drift(self):
        for mapping in self:
            mapping.drift = "; ".join(mapping._changes()) or False

    @api.model_create_multi
    def create(self, vals_list):
        """Override to remember what the counterparts are like."""
        mappings = super().create(vals_list)
        mappings.filtered('reference_id')._confirm()
        return mappings

    def write(self, vals):
        """Override to remember what the new counterpart is like."""
        result = super().write(vals)
        if 'reference_id' in vals:
            self._confirm()
        return result

    def _confirm(self):
        """Take the counterparts as they are now."""
        for mapping in self:
            mapping.sudo().write({'confirmed': mapping._facts(), 'drifted': False})

    def _facts(self):
        """Return what counts of the counterpart, as plain values."""
        reference = self.reference_id
        return reference and {
            'name': reference.full_name or reference.name, 'type': reference.type or '', 'rate': reference.rate,
            'due_days': reference.due_days}

    def _changes(self):
        """Return in words what changed in QuickBooks since the counterpart was chosen."""
        self.ensure_one()
        reference, before, now = self.reference_id, self.confirmed, self._facts()
        if not reference or not before:
            return []
        if not reference.active:  # its name gets "(deleted)", which is no news then
            return [self.env._("%(name)s was made inactive or deleted", name=before['name'])]
        changes = []
        if before['name'] != now['name']:
            changes.append(self.env._("renamed from %(before)s to %(now)s", before=before['name'], now=now['name']))
        if before['type'] != now['type']:
            changes.append(self.env._("type was %(before)s, is %(now)s", before=before['type'], now=now['type']))
        if float_compare(before['rate'], now['rate'], precision_digits=4):
            changes.append(self.env._("rate was %(before)g %%, is %(now)g %%", before=before['rate'], now=now['rate']))
        if before['due_days'] != now['due_days']:
            changes.append(self.env._(
                "due after %(before)s days, now after %(now)s", before=before['due_days'], now=now['due_days']))
        return changes

    @api.model
    def _check_drift(self, connection, references=None):
        """Compare the counterparts of a connection with what they were like, and mark what changed.

        :param references: only these counterparts
        """
        mappings = self.sudo().search([
            ('connection_id', '=', connection.id),
            ('reference_id', '!=', False) if references is None else ('reference_id', 'in', references.ids)])
        mappings.filtered(lambda mapping: not mapping.confirmed)._confirm()  # from before this was remembered
        drifted = mappings.filtered(lambda mapping: mapping._changes())
        (drifted - drifted.filtered('drifted')).write({'drifted': True})
        (mappings.filtered('drifted') - drifted).write({'drifted': False})

    def action_confirm_drift(self):
        """Keep the counterparts as they have become in QuickBooks.

        :raises UserError: one is inactive there, which no confirmation mends
        """
        if not (self.env.su or self.env.user.has_group('qbo_connector.group_qbo_accountant')):
            raise AccessError(self.env._("Only a QuickBooks accountant can confirm a mapping."))
        inactive = self.filtered(lambda mapping: mapping.reference_id and not mapping.reference_id.active)[:1]
        if inactive:
            raise UserError(self.env._(
                "%(name)s is inactive in QuickBooks: map %(record)s to another one.",
                name=inactive.reference_id.name, record=inactive.name))
        self.check_access('write')
        for mapping in self.filtered('drifted'):
            self.env['qbo.audit']._note(mapping.connection_id, 'mapping', self.env._(
                "Confirmed as it is in QuickBooks: %(name)s (%(change)s)", name=mapping.name, change=mapping.drift),
                mapping)
        self._confirm()


class QboReference(models.Model):
    """The part of the mirror that knows what is mapped to it."""

    _inherit = 'qbo.reference'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _look_for_drift(self, connection, changed):
        """Override to look at the mappings to what changed, at once."""
        super()._look_for_drift(connection, changed)
        if changed:
            self.env['qbo.mapping']._check_drift(connection, changed)


class QboConnection(models.Model):
    """The part of the connection that tells of mappings whose counterpart changed in QuickBooks."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    drift_count = fields.Integer(compute='_compute_drift_count', string="Changed in QuickBooks")
    drift_told_for = fields.Json(readonly=True, copy=False, help="The mappings whose change people were told of.")

    def _compute_drift_count(self):
        counts = dict(self.env['qbo.mapping'].sudo()._read_group(
            [('connection_id', 'in', self.ids), ('drifted', '=', True)], ['connection_id'], ['__count']))
        for connection in self:
            connection.drift_count = counts.get(connection, 0)

    def _lists_were_read(self):
        """Override to look what of it concerns mappings."""
        super()._lists_were_read()
        self.env['qbo.mapping']._check_drift(self)

    def action_open_drift(self):
        """Open the mappings whose counterpart changed in QuickBooks."""
        return self._open('qbo.mapping', self.env._("Changed in QuickBooks"), [('drifted', '=', True)])

    def _alert_people(self):
        """Override to tell once of what changed in QuickBooks since it was mapped."""
        super()._alert_people()
        if not self.exists():
            return
        connection = self._for_alerted_user()
        drifted = connection.env['qbo.mapping'].sudo().search(
            [('connection_id', '=', self.id), ('drifted', '=', True)])
        if not drifted or not self.active or self.state == 'disconnected':
            connection.activity_unlink([DRIFT])
            self.drift_told_for = False
            return
        news = {str(mapping.id): [*mapping._changes()] for mapping in drifted}
        if self.drift_told_for == news:
            return
        told = self.drift_told_for or {}
        self.drift_told_for = news
        if any(told.get(key) != value for key, value in news.items()):  # that some were mended is no news
            connection._tell(DRIFT, connection.env._("QuickBooks lists changed under %(count)s mappings",
                                                     count=len(drifted)), connection._drift_note(drifted))

    def _drift_note(self, drifted):
        """Return what changed, one line for each mapping, as HTML."""
        shown = drifted[:20]
        lines = Markup().join(Markup("<li>%s: %s</li>") % (mapping.name, mapping.drift) for mapping in shown)
        if len(drifted) > len(shown):
            lines += Markup("<li>%s</li>") % self.env._("and %(count)s others", count=len(drifted) - len(shown))
        return Markup("<ul>%s</ul><p>%s</p>") % (lines, self.env._(
            "Confirm each under Mappings, or map it anew: Map on the connection shows them."))
