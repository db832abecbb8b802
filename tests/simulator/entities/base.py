"""What all entities have in common: how an object is created, updated, deactivated, deleted and shown."""

from .. import faults, rules, schema

_RECOMPUTED = ('TxnTaxDetail',)  # what QuickBooks works out anew when it is sent


class Entity:
    """Behaviour of one kind of object; subclasses override the small steps.

    :param str name: the entity's JSON key
    """

    is_transaction = False
    required = ()
    name_field = None           # property that must be unique in `name_space`
    name_space = None
    forbidden = ''              # characters that `checked_names` must not contain
    checked_names = ()
    writable = True             # create and update offered
    kept = ()                   # properties a full update leaves alone when they are not sent
    named = 'Name'

    def __init__(self, name):
        self.name = name
        self.space = 'transaction' if self.is_transaction else name

    # --- steps, in the order a write takes them ---

    def defaults(self, company, obj, old):
        """Fill in what QuickBooks fills in; `old` is None on create."""

    def check(self, company, obj, old):
        """Rules of the entity.

        :raises faults.Refusal:
        """

    def compute(self, company, obj, old):
        """Totals, taxes and whatever QuickBooks works out by itself."""

    def saved(self, company, obj, old):
        """Effects on other objects, after `obj` is stored."""

    def shown(self, company, obj):
        """The object as it stands in an answer."""
        return rules.with_names(company, obj)

    def alone(self, company, obj):
        """The object as the answer to a read or a write shows it; queries may show less."""
        return self.shown(company, obj)

    def index_keys(self, obj):
        """Keys under which the store finds the object."""
        if self.name_field and obj.get(self.name_field):
            yield ('name', self.name_space or self.name, obj[self.name_field].casefold())

    # --- the write itself ---

    def prepare(self, company, body, old, params):
        """The new state of an object from a request body: merged, checked, computed; not stored.

        :param dict params: query parameters that matter (include)
        :raises faults.Refusal:
        """
        sent = schema.clean(self.name, body)
        rules.check_planes(company, sent)
        obj = self._merge(company, sent, old)
        self.defaults(company, obj, old)
        rules.check_required(obj, *self.required)
        rules.check_references(company, sent, old)
        self._check_names(company, obj, old)
        self.check(company, obj, old)
        self.number(company, obj, old, params)
        self.compute(company, obj, old)
        return {key: value for key, value in obj.items() if value is not None}

    def number(self, company, obj, old, params):
        """Document number, where the entity has one."""

    def _sparse(self, company, sent, old):
        """What a sparse update changes: it empties nothing, as far as Intuit says."""
        if not company.switch('sparse_empties'):
            sent = {key: value for key, value in sent.items() if value is not None and value != ''}
        if company.switch('sparse_parts') == 'keep':
            sent = {key: {**old[key], **value} if isinstance(value, dict) and 'value' not in value
                    and isinstance(old.get(key), dict) and key not in _RECOMPUTED else value
                    for key, value in sent.items()}
        return sent

    def _merge(self, company, sent, old):
        if old is None:
            return {key: value for key, value in sent.items() if value is not None}
        if sent.get('sparse'):
            merged, sent = dict(old), self._sparse(company, sent, old)
        else:
            emptied = schema.writable(self.name) - set(self.kept) - {'Active', 'CurrencyRef', 'CustomField'}
            merged = {key: value for key, value in old.items() if key not in emptied}
        merged.update((key, value) for key, value in sent.items() if key not in ('sparse', 'domain', 'SyncToken'))
        merged['sparse'] = False
        return merged

    def _check_names(self, company, obj, old):
        if self.forbidden:
            rules.check_characters(company, obj, self.checked_names or (self.name_field,), self.forbidden)
        if not self.name_field or not obj.get(self.name_field):
            return
        self._rename_inactive(company, obj, old)
        rules.check_unique_name(company, self.name, obj, self.name_space or self.name, obj[self.name_field])

    def _rename_inactive(self, company, obj, old):
        """Inactive records carry "(deleted)" after their name, so that the name is free again."""
        name = obj[self.name_field]
        if obj.get('Active') is False and not name.endswith(' (deleted)'):
            obj[self.name_field] = f"{name} (deleted)"
        elif old and old.get('Active') is False and obj.get('Active') and name.endswith(' (deleted)') and (
                company.switch('reactivated_name') == 'strip'):
            obj[self.name_field] = name[:-len(' (deleted)')]

    def delete(self, company, old, params):
        """Delete for good; only transactions offer it.

        :raises faults.Refusal: 500 Unsupported Operation
        """
        raise faults.unsupported(f"delete on {self.name}")

    def void(self, company, old, verb):
        """The voided state of a transaction.

        :param str verb: 'operation' for operation=void, 'include' for include=void
        :raises faults.Refusal: 500 Unsupported Operation
        """
        raise faults.unsupported(f"void on {self.name}")
