"""What is noted in the audit trail wherever it is done: settings, keys and mappings have many ways of being changed.

What people do by one button (retry, cancel, disconnect, ...) is noted by that button's method.
"""

from odoo import api, models

SECRET = 'client_secret'
KEYS = (SECRET, 'client_id')  # that they changed is noted, not what they are
PARAMETERS = 'qbo_connector.'


class QboConnection(models.Model):
    """Notes who changed which setting of a connection."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model_create_multi
    def create(self, vals_list):
        """Override to note who made the connection."""
        connections = super().create(vals_list)
        for connection in connections:
            self.env['qbo.audit']._note(connection, 'settings', self.env._("Connection set up"))
        return connections

    def write(self, vals):
        """Override to note changed settings, with their old values and the new ones."""
        names = [name for name in vals if self._is_audited(name)]
        if not names and SECRET not in vals:
            return super().write(vals)
        before = {connection: connection._audited(names) for connection in self}
        result = super().write(vals)
        for connection, old in before.items():
            connection._note_settings(old, connection._audited(names), bool(vals.get(SECRET)))
        return result

    def unlink(self):
        """Override to note who deleted a connection."""
        for connection in self:
            self.env['qbo.audit']._note(connection, 'settings', self.env._(
                "Connection of %(name)s deleted", name=connection.display_name))
        return super().unlink()

    @api.model
    def _is_audited(self, name):
        """Tell whether a field is set by people: stored, not read-only, and not of the chatter."""
        field = self._fields.get(name)
        return bool(
            field and field.store and not field.readonly and field.type != 'one2many'
            and name not in self.env['mail.thread']._fields and name not in self.env['mail.activity.mixin']._fields)

    def _audited(self, names):
        """Return ``{field: value as people read it}``."""
        return {name: _readable(self, name) for name in names}

    def _note_settings(self, old, new, secret):
        """Note what differs; of keys only that they do."""
        labels = {name: self._fields[name]._description_string(self.env) for name in new}
        keys = [labels[name] for name in new if name in KEYS and old[name] != new[name]]
        if secret:
            keys.append(self._fields[SECRET]._description_string(self.env))
        if keys:
            self.env['qbo.audit']._note(self, 'credentials', self.env._("Changed: %(keys)s", keys=", ".join(keys)))
        changes = [
            self.env._("%(setting)s: %(old)s → %(new)s", setting=labels[name], old=old[name], new=new[name])
            for name in new if name not in KEYS and old[name] != new[name]]
        if changes:
            self.env['qbo.audit']._note(self, 'settings', "; ".join(changes))


class QboMapping(models.Model):
    """Notes who changed which counterpart."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model_create_multi
    def create(self, vals_list):
        """Override to note counterparts that are there from the beginning."""
        mappings = super().create(vals_list)
        self._note_counterparts(dict.fromkeys(mappings.filtered('reference_id'), self.env['qbo.reference']))
        return mappings

    def _follow(self, before):
        """Override to note the old counterparts and the new ones."""
        super()._follow(before)
        self._note_counterparts({mapping: old for mapping, old in before.items() if mapping.reference_id != old})

    def unlink(self):
        """Override to note counterparts that go with their row."""
        self._note_counterparts({mapping: mapping.reference_id for mapping in self.filtered('reference_id')}, gone=True)
        return super().unlink()

    @api.model
    def _note_counterparts(self, before, gone=False):
        """Note that rows led to other counterparts before, or that they are deleted.

        :param dict before: ``{mapping: reference}``
        """
        nothing, notes = self.env._("nothing"), {}
        for mapping, old in before.items():
            new = mapping.reference_id.browse() if gone else mapping.reference_id
            notes.setdefault(mapping.connection_id, []).append((self.env._(
                "%(kind)s %(name)s: %(old)s → %(new)s", kind=_readable(mapping, 'kind'), name=mapping.name,
                old=old.display_name or nothing, new=new.display_name or nothing), mapping))
        for connection, rows in notes.items():
            self.env['qbo.audit']._note_each(connection, 'mapping', rows)


class IrConfigParameter(models.Model):
    """Notes who changed what the connector takes from the system parameters: the shared keys, how long it keeps."""

    _inherit = 'ir.config_parameter'

    @api.model_create_multi
    def create(self, vals_list):
        """Override to note new parameters of the connector."""
        parameters = super().create(vals_list)
        parameters._note_for_qbo()
        return parameters

    def write(self, vals):
        """Override to note changed parameters of the connector."""
        result = super().write(vals)
        self._note_for_qbo()
        return result

    def unlink(self):
        """Override to note parameters of the connector that are gone."""
        self._note_for_qbo()
        return super().unlink()

    def _note_for_qbo(self):
        """Note which of the connector's parameters were changed; their values may be secret."""
        for parameter in self:
            if parameter.key.startswith(PARAMETERS):
                event = 'settings' if parameter.key.startswith(f'{PARAMETERS}keep_') else 'credentials'
                self.env['qbo.audit']._note(self.env['qbo.connection'], event, self.env._(
                    "System parameter %(key)s changed", key=parameter.key))


def _readable(record, name):
    """Return the value of a field as people read it."""
    field, value = record._fields[name], record[name]
    if field.type == 'boolean':
        return record.env._("yes") if value else record.env._("no")
    if field.type in ('integer', 'float'):
        return str(value)
    if not value:
        return record.env._("nothing")
    if field.relational:
        return ", ".join(value.mapped('display_name'))
    return dict(field._description_selection(record.env))[value] if field.type == 'selection' else str(value)
