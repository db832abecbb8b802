"""Base of the entity handlers: how one kind of Odoo record is pushed to one QuickBooks entity.

A handler is an abstract model ``qbo.entity.<name>``; the registry is Odoo's own, so another addon adds an entity with
one more abstract model and changes one with ``_inherit``.
"""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.fields import Domain

from ..exceptions import OpenVariance
from ..qbo import faults
from ..qbo.answer import Answer
from ..qbo.changes import replaced
from ..qbo.marker import has_marker, marker

PRESENT, GONE, KEEP = 'present', 'gone', 'keep'
MAPPED_LISTS = ('Account', 'TaxCode', 'Term', 'PaymentMethod')


@dataclass(frozen=True)
class Plan:
    """What one push will do.

    :param operation: create, update, void, delete or none
    :param str body: the JSON text to send
    :param content_hash: hash of the content without Id and SyncToken, and its fields that may be emptied later
    :param total: what QuickBooks' TotalAmt must come to, in the document's currency
    :param tax: what its tax must come to
    :param number: the number that QuickBooks is told to give it, if it has one
    :param note: why there is nothing to send, or what the record's chatter should say once it was sent
    """

    operation: str
    body: str = ''
    content_hash: str = ''
    total: float = 0.0
    tax: float = 0.0
    number: str = ''
    note: str = ''


class QboEntity(models.AbstractModel):
    """Template of a handler; concrete ones set the four attributes and override what differs."""

    _name = 'qbo.entity'
    _description = "QuickBooks Entity"

    _qbo_entity = None  # Intuit's name of the entity
    _qbo_model = None  # the Odoo model it takes
    _qbo_rank = 50  # lower is pushed first
    _qbo_numbered = True  # whether a number or name of its own keeps QuickBooks from booking one twice
    _qbo_date = None  # the field with the date of its records, if they have one
    _qbo_partner = None  # the path to the commercial partner of its records, if they have one
    _qbo_journal = None  # the path to the journal of its records, if they have one
    _qbo_on_demand = False  # whether it is pushed only once something else needs it
    _qbo_in_currency = False  # whether its objects are in the currency of their record, which QuickBooks never changes
    _qbo_payable = False  # whether payments are applied to its objects in QuickBooks, and so hold on to them
    _qbo_undo = 'void'  # what a cancelled record does to its object: void, delete, or none where neither exists

    # === REGISTRY === #

    @api.model
    def _handlers(self, model=None):
        """Return all concrete handlers, or those of a model, in the order of their rank."""
        return [self.env[name] for name in self._handler_names(model)]

    @api.model
    @tools.ormcache('model')
    def _handler_names(self, model):
        """Return the names of all concrete handlers, or of those of a model, in the order of their rank."""
        names = self.env.registry.descendants(['qbo.entity'], '_inherit')
        handlers = [self.env[name] for name in names if self.env[name]._qbo_entity]
        return tuple(handler._name for handler in sorted(handlers, key=lambda h: (h._qbo_rank, h._name))
                     if model in (None, handler._qbo_model))

    @api.model
    def _for_record(self, record):
        """Return the handler that takes a record, or None."""
        return next((handler for handler in self._handlers(record._name) if handler._handles(record)), None)

    @api.model
    def _for_binding(self, binding):
        """Return the handler of a link, or None for an empty one."""
        return self._by_name(binding.model, binding.entity) if binding else None

    @api.model
    def _by_name(self, model, entity):
        """Return the handler that pushes a model to an entity, or None."""
        return next((handler for handler in self._handlers(model) if handler._qbo_entity == entity), None)

    # === WHAT A HANDLER SAYS === #

    @api.model
    def _prefetch(self, records):
        """Read at once what pushing these records takes; what is not read here is read when it is needed."""

    @api.model
    def _handles(self, record):
        """Tell whether this handler takes the record; its model already fits."""
        return True

    @api.model
    def _companies(self, record):
        """Return the companies of a record; none means all."""
        return record.company_id

    @api.model
    def _wanted(self, connection, record):
        """Tell whether a record is pushed on its own account, and not only once a document needs it."""
        return True

    @api.model
    def _is_numbered(self, connection):
        """Tell whether QuickBooks would refuse to book a document of this connection twice."""
        return self._qbo_numbered

    @api.model
    def _excluders(self, record):
        """Return the records whose *Do Not Send to QuickBooks* keeps the record out: itself, and what it belongs to."""
        return [record] if 'qbo_excluded' in record._fields else []

    @api.model
    def _excluded(self, connection, record):
        """Return by whose wish the record is kept out of QuickBooks, in words, or ''."""
        if record.env.company.id != connection.company_id.id:
            record = record.with_company(connection.company_id)
        for holder in self._excluders(record):
            if holder.qbo_excluded:
                return self.env._("Marked “Do Not Send to QuickBooks”.") if holder == record else self.env._(
                    "%(kind)s %(name)s is marked “Do Not Send to QuickBooks”.",
                    kind=self.env['ir.model']._get(holder._name).name, name=holder.display_name)
        return ''

    @api.model
    def _intent(self, connection, record):
        """Tell what QuickBooks should hold of the record: PRESENT, GONE, or KEEP what is there.

        Overrides ask here first: what a person keeps out is neither sent nor changed nor taken back.

        :return: (intent, reason for the user)
        """
        excluded = self._excluded(connection, record)
        return (KEEP, excluded) if excluded else (PRESENT, '')

    @api.model
    def _references(self, connection, record):
        """Return what must stand in QuickBooks before the record: a list of (entity, records)."""
        return []

    @api.model
    def _content(self, connection, record, suffix, ids):
        """Return what to send: (payload, total, tax).

        :param dict ids: ``{record: remote Id}`` of what :meth:`_references` names
        :raise MissingMapping, Refused, PayloadError: why it cannot be sent yet
        """
        raise NotImplementedError

    @api.model
    def _check(self, connection, record):
        """Refuse a record that QuickBooks could never hold, before what it refers to is pushed.

        :raise Refused: with cause and cure
        """

    @api.model
    def _missing(self, connection):
        """Return the records that should stand in QuickBooks and have no link; for the daily sweep."""
        return self.env[self._qbo_model]

    @api.model
    def _find_remote(self, client, entry, payload):
        """Look for the object that a create of unknown outcome may have left.

        :param payload: the object as it is sent
        :return: list of QuickBooks objects that are it
        """
        return []

    @api.model
    def _recover(self, client, entry, binding, error):
        """Answer a refusal; a stale object is re-read, a remotely deleted one loses its link.

        :return: whether the entry should be prepared again
        """
        if isinstance(error, faults.StaleObject) and binding:
            remote = client.read(self._qbo_entity, binding.remote_id).data
            binding.sync_token = remote['SyncToken']
            self._note_replaced(entry, remote)
            return True
        if isinstance(error, faults.NotFound) and binding and self._is_gone(client, binding):
            binding.state = 'deleted'
            return entry.operation in ('void', 'delete')  # gone is what was wanted
        if isinstance(error, (faults.NotFound, faults.InvalidReference)) and not entry.recoveries:
            # Something we refer to was deleted in QuickBooks: read the lists again, and the mapping will say what.
            connection = entry.connection_id
            connection._load_references(kinds=(*MAPPED_LISTS, *connection._tracked_lists()), client=client)
            return True
        return False

    @api.model
    def _note_replaced(self, entry, remote):
        """Say in the chatter what a person changed in QuickBooks that this update is going to replace.

        :param dict remote: the object as it is there now
        """
        last = entry.search(entry._records_domain() & Domain('state', '=', 'done') & Domain('answer', '!=', False),
                            limit=1)
        if entry.operation != 'update' or not last:
            return
        changes = replaced(json.loads(last.answer), remote, json.loads(entry.payload))
        if changes:
            entry._note_on_records(self.env._(
                "Changed in QuickBooks since the last push, and now replaced by what Odoo says: %(changes)s",
                changes="; ".join(f"{field}: “{theirs}” → “{ours}”" for field, theirs, ours in changes)))

    @api.model
    def _is_gone(self, client, binding):
        """Tell whether a linked object was deleted in QuickBooks (fault 610 may also mean one of its references)."""
        try:
            client.read(self._qbo_entity, binding.remote_id)
        except faults.NotFound:
            return True
        return False

    @api.model
    def _explain(self, entry, error):
        """Return a refusal in words of cause and cure."""
        binding = self.env['qbo.binding']._of_record(entry.connection_id, entry.model, entry.res_id)
        if isinstance(error, faults.NotFound) and binding.state == 'deleted':
            return self.env._("%(record)s was deleted in QuickBooks. Retry creates it there again.",
                              record=entry.record_name)
        return self._in_plain_words(entry, error)

    # === PUSH === #

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Decide what to send for the record of an entry as it is now.

        :param record: the record, empty when it was deleted
        :param binding: the live link of the record, or empty
        :param resolve: returns ``{record: remote Id}`` of what :meth:`_references` names
        :raise MissingDependency, MissingMapping, Refused, PayloadError: why it cannot be sent yet
        """
        connection = entry.connection_id
        intent, reason = self._intent(connection, record) if record else self._intent_deleted(connection)
        undo = self._undo(connection, record)
        if intent == GONE and binding.state == 'active' and undo != 'none':
            return self._plan_undo(connection, record, binding, undo)
        if intent != PRESENT:
            if intent == KEEP:
                binding._keep(reason)
            return Plan('none', note=reason)
        if binding.state == 'deleted':
            binding.active = False
            binding = binding.browse()
        self._check(connection, record)
        day = self._booking_day(connection, record, binding)
        ids = resolve()
        binding = binding or self._adopt(entry, record)
        payload, total, tax = self._content(connection, record, entry.name_suffix or binding.name_suffix or '', ids)
        payload, note = self._dated(connection, record, self._fitted(binding, payload), day, binding)
        text = json.dumps(payload, ensure_ascii=False)
        content = self._pushed_content(hashlib.sha256(text.encode()).hexdigest(), payload)
        if binding and binding.content_hash == content and binding.state == 'active':
            binding._keep('')
            if binding.variance_open:
                raise OpenVariance(self._variance_message(binding.variance))
            return Plan('none', note=self.env._("QuickBooks already has it like this."))
        if binding and (reason := self._frozen(connection, record, binding)):
            binding._keep(reason)
            return Plan('none', note=reason)
        if binding:
            body, content = self._update(entry, binding, payload, content)
        else:
            body = self._new(connection, payload)
        return Plan(
            'update' if binding else 'create',
            text if body is payload else json.dumps(body, ensure_ascii=False), content, total, tax,
            payload.get('DocNumber', ''), note)

    @api.model
    def _new(self, connection, payload):
        """Return what is sent to create an object, where that is more than what later updates send."""
        return payload

    @api.model
    def _put_off(self, error):
        """Raise why a record cannot be sent yet; a preflight notes it and goes on, to find all that is missing at once.

        What follows then goes on with a stand-in.
        """
        noted = self.env.context.get('qbo_noted')
        if noted is None:
            raise error
        noted.append(error)

    @api.model
    def _adopt(self, entry, record):
        """Link the record to the QuickBooks object that it already is, if there is one, instead of doubling it."""
        reference, binding = self._to_adopt(entry.connection_id, record), self.env['qbo.binding']
        return binding._bind(
            entry, self._qbo_entity, reference.remote_id, sync_token=reference.sync_token) if reference else binding

    @api.model
    def _settled(self, entry, binding, data):
        """Return the values of the link after a push: SyncToken, state, figures.

        :param binding: the link so far, empty for a new one
        :param data: the object as QuickBooks returned it
        """
        if entry.operation == 'delete':
            return {'state': 'deleted', 'active': False}
        values = {
            'sync_token': data.get('SyncToken'), 'pushed_at': fields.Datetime.now(), 'kept_because': False,
            'state': 'voided' if entry.operation == 'void' else 'inactive' if data.get('Active') is False else 'active',
            'remote_number': data.get('DocNumber') or False, 'remote_date': data.get('TxnDate') or False,
            'remote_customer': self._party(data), **self._figures(entry, data),
        }
        if updated_at := self._updated_at(data):
            values['remote_updated_at'] = updated_at
        values['variance_open'] = bool(values.get('variance')) and self._is_beyond(entry, values)
        if entry.note:
            entry._note_on_records(entry.note)
        if entry.operation != 'void':
            values |= {'content_hash': entry.content_hash, 'name_suffix': entry.name_suffix or binding.name_suffix}
        return values

    @api.model
    def _party(self, data):
        """Return the Id of the customer to whose account an object of QuickBooks belongs, or False."""
        return (data.get('CustomerRef') or {}).get('value') or False

    # === HELPERS === #

    @api.model
    def _once(self, key, work):
        """Return ``work()``, done once for each key while one batch is prepared: nothing changes meanwhile."""
        done = self.env.context.get('qbo_once', {})
        if key not in done:
            done[key] = work()
        return done[key]

    @api.model
    def _of_batch(self, key, record, work):
        """Return what is known of a record, asked once for all those that are read together with it.

        :param work: returns ``{record id: what is known}`` of records
        """
        known = self._once(key, dict)
        if record.id not in known:
            known.update(work(record.browse(record._prefetch_ids)))
        return known[record.id]

    @api.model
    def _marker(self, model, res_id):
        """Return the private mark of a record: which database and record a QuickBooks document came from."""
        uuid = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        return marker(uuid, model, res_id)

    @api.model
    def _marked(self, candidates, entry):
        """Return those QuickBooks objects whose private note carries the mark of the entry's record."""
        mark = self._marker(entry.model, entry.res_id)
        return [candidate for candidate in candidates if has_marker(candidate.get('PrivateNote') or '', mark)]

    @api.model
    def _decimal(self, value):
        """Return a float of the ORM as the decimal number that it shows."""
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)

    @api.model
    def _unlinked(self, connection, records):
        """Return those of the records that have no live link on the connection."""
        links = self.env['qbo.binding']._remote_ids(connection, [[(self._qbo_entity, records)]])
        return records.filtered(lambda record: (self._qbo_entity, record._name, record.id) not in links)

    @api.model
    def _found_answer(self, data):
        """Wrap an object that a look-up found as if it had just been answered."""
        return Answer(data=data, intuit_tid='', http_status=200)
