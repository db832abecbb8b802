"""What somebody changed in QuickBooks of an object that Odoo pushed: found, and told to the link.

Odoo stays the source of truth: nothing of it changes here. What becomes of the change is the connection's policy or a
person's decision (:mod:`..models.qbo_binding_change`).

An object is compared with QuickBooks' own answer to our last push, as it stands on the queue's row; where that row is
gone, with what Odoo would send now. What QuickBooks moves by itself (versions, balances, links of payments) is no
change, and is only taken over, so that the next push is not stale.
"""

import json
from contextlib import closing
from decimal import Decimal

from odoo import api, models

from ..exceptions import PullLater, PushError, Refused
from ..qbo.changes import fingerprint
from ..qbo.currencies import DECIMALS
from ..qbo.differences import differences, is_voided
from ..qbo.payloads import PayloadError
from .qbo_entity import KEEP, PRESENT, Plan

GONE_THERE = ('deleted', 'voided', 'inactive', 'merged')  # kinds of changes after which nothing of it stands there
LISTS = {  # field: the list that it names an object of
    'TaxCodeRef': 'TaxCode', 'TxnTaxCodeRef': 'TaxCode', 'SalesTermRef': 'Term', 'ClassRef': 'Class',
    'DepartmentRef': 'Department', 'PaymentMethodRef': 'PaymentMethod', 'DepositToAccountRef': 'Account',
    'AccountRef': 'Account', 'IncomeAccountRef': 'Account', 'ExpenseAccountRef': 'Account',
    'AssetAccountRef': 'Account', 'CustomerRef': 'Customer', 'ItemRef': 'Item',
}


class QboEntity(models.AbstractModel):
    """The part of the handlers that notices what people do in QuickBooks to what Odoo pushed."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _pull(self, change, binding, data):
        """Override to compare what Odoo pushed with what it has become.

        :raise PullLater: a push of ours is on its way, and nobody knows yet what it did
        """
        if not binding or binding.origin != 'odoo':
            return super()._pull(change, binding, data)
        if binding._is_on_its_way():
            raise PullLater(self.env._("A push of it is on its way."))
        if data is None or change.merged_into:
            return self._pull_gone(change, binding, data)
        if binding.remote_change_kind == 'merged' and binding.remote_change_state != 'pushed':
            return self.env._("Known already.")
        if binding.sync_token == data.get('SyncToken') and binding.state != 'deleted':
            return self.env._("Nothing new: it is as Odoo left it.")
        kind, found = self._changed_there(binding, data)
        binding.write(self._moved(binding, data))
        if not kind:
            return binding._end_change() or self.env._("Moved by QuickBooks itself, nothing of ours changed.")
        return binding._set_change(kind, found, self._when_and_who(change, data))

    @api.model
    def _pull_gone(self, change, binding, data):
        """Take note that an object is no more: deleted, or merged into another one."""
        if change.merged_into:
            return binding._set_merged(change.merged_into, self._when_and_who(change, data or {}))
        if binding.state == 'deleted':
            return self.env._("Known already.")
        binding.state = 'deleted'
        return binding._set_change('deleted', [], self._when_and_who(change, {}))

    # === COMPARE === #

    @api.model
    def _changed_there(self, binding, data):
        """Return (kind of change or '', the differences) between what we pushed and what is there now."""
        answer, sent = binding._last_push()
        if data.get('Active') is False and binding.state == 'active':
            return 'inactive', []
        if binding.state in ('active', 'voided') and is_voided(answer or {'TotalAmt': binding.remote_total}, data) and (
                binding.state == 'active' or binding.remote_change_kind == 'voided'):
            return 'voided', []
        if (binding.fingerprint and binding.fingerprint == fingerprint(data)) or not binding.pushed_at:
            return '', []
        if answer is None:
            answer = self._would_send(binding)
            if answer is None:
                return '', []
            answer.setdefault('TxnTaxDetail', data.get('TxnTaxDetail'))
            answer.setdefault('TotalAmt', data.get('TotalAmt'))
            sent = list(answer)
        found = differences(answer, data, sent, self._decimals(binding._record()), binding._merged_customers())
        return ('edited' if found else ''), found

    @api.model
    def _decimals(self, record):
        """Return the decimals of a record's currency as QuickBooks keeps them."""
        currency = 'currency_id' in record._fields and record.currency_id
        return min(currency.decimal_places, DECIMALS) if currency else DECIMALS

    @api.model
    def _would_send(self, binding):
        """Return what Odoo would send of a linked record now, or None where that cannot be said. Nothing is written."""
        company = binding.company_id
        self = self.sudo().with_company(company).with_context(
            lang=company.partner_id.lang or 'en_US', qbo_noted=[], qbo_once={})
        connection, record = binding.connection_id.with_env(self.env), binding.with_env(self.env)._record()
        if not record or not self._handles(record):
            return None
        with closing(self.env.cr.savepoint()):  # closing it rolls it back
            try:
                references = self._references(connection, record)
                ids = self._resolved(references, self.env['qbo.binding']._remote_ids(connection, [references]))
                payload, total, _tax = self._content(connection, record, binding.name_suffix or '', ids)
                payload, _note = self._dated(
                    connection, record, payload, self._booking_day(connection, record, binding), binding)
            except (PushError, PayloadError):
                return None
        payload = json.loads(json.dumps(payload), parse_float=Decimal)
        return {**payload, 'TotalAmt': Decimal(str(total))} if total else payload

    @api.model
    def _moved(self, binding, data):
        """Return the values of the link that follow an object: its version, number, date, customer and figures."""
        values = {
            'sync_token': data.get('SyncToken'), 'remote_updated_at': self._updated_at(data),
            'remote_number': data.get('DocNumber') or False, 'remote_date': data.get('TxnDate') or False,
            'remote_customer': self._party(data),
            'remote_touched': bool(binding.fingerprint) and binding.fingerprint != fingerprint(data),
        }
        if 'TotalAmt' in data:
            values |= {
                'remote_total': float(data['TotalAmt']),
                'remote_tax': float((data.get('TxnTaxDetail') or {}).get('TotalTax') or 0),
                'remote_balance': float(data.get('Balance') or data.get('UnappliedAmt') or 0)}
        if data.get('Active') is not None:
            values['state'] = 'active' if data['Active'] else 'inactive'
        elif binding.state in ('active', 'deleted', 'voided'):
            voided = is_voided({'TotalAmt': binding.remote_total}, data) or (
                binding.state == 'voided' and not data.get('TotalAmt'))
            values['state'] = 'voided' if voided else 'active'
        return values

    @api.model
    def _when_and_who(self, change, data):
        """Return the values of the link that say when something was changed there, and by whom if QuickBooks tells."""
        meta = data.get('MetaData') or {}
        who = meta.get('LastModifiedByRef') or {}
        return {
            'remote_changed_at': change.changed_at or self._updated_at(data) or change.create_date,
            'remote_changed_by': who.get('name') or who.get('value') or False,
        }

    @api.model
    def _named_there(self, connection, field, value):
        """Return the name of what a reference leads to, where all we have is its Id."""
        entity = LISTS.get(field)
        if not entity or not value:
            return value
        link = self.env['qbo.binding'].sudo().search([
            ('connection_id', '=', connection.id), ('entity', '=', entity), ('remote_id', '=', value)], limit=1)
        reference = link or self.env['qbo.reference'].sudo().with_context(active_test=False).search([
            ('connection_id', '=', connection.id), ('entity', '=', entity), ('remote_id', '=', value)], limit=1)
        return (link.record_name if link else reference.name) or value

    # === WHAT IS NOT THERE ANY MORE === #

    @api.model
    def _left_there(self, connection, record):
        """Return why a record is not sent again: somebody removed it in QuickBooks, and nobody asked for it since."""
        link = self._of_batch(('left there', connection.id, record._name), record, lambda records: {
            **dict.fromkeys(records.ids), **self.env['qbo.binding']._gone_there(connection, records)})
        return link.remote_change_text if link else ''

    @api.model
    def _intent(self, connection, record):
        """Override: a document that somebody removed in QuickBooks is not created anew unless that is decided."""
        intent = super()._intent(connection, record)
        if intent[0] == PRESENT and self._qbo_undo != 'none' and (reason := self._left_there(connection, record)):
            return KEEP, reason
        return intent

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Override: what was made inactive there is made active again once a document needs it, or it is decided."""
        if record and self._qbo_undo == 'none' and (reason := self._left_there(entry.connection_id, record)):
            if not entry._is_awaited():
                return Plan('none', note=reason)
            if binding.remote_change_kind == 'merged':
                raise Refused(reason)
        return super()._plan(entry, record, binding, resolve)

    # === AFTERWARDS === #

    @api.model
    def _settled(self, entry, binding, data):
        """Override: a push replaces what somebody had changed there, and says so."""
        values = {**super()._settled(entry, binding, data), 'remote_touched': False}
        if binding.remote_change_state in ('open', 'accepted'):
            values['remote_change_state'] = 'pushed'
            entry._note_on_records(self.env._(
                "Replaced by what Odoo says: %(changes)s", changes=binding.remote_change_text))
        return values
