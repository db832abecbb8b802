"""State of one QuickBooks company: objects, ids, SyncTokens, MetaData, indexes; no rule and no HTTP in here.

Stored objects are never changed in place: `put` stores a new dict and remembers the old one, so that a request that is
refused half-way can be undone as a whole (`Company.atomic`).
"""

from collections import defaultdict, namedtuple
from contextlib import contextmanager
from decimal import Decimal

from . import clock as clocks
from . import switches as switchboard

Change = namedtuple('Change', 'entity remote_id operation at deleted_id')


class Company:
    """The books of one realm.

    :param Clock clock: the simulator's time
    :param callable index_keys: (entity, object) -> iterable of hashable keys under which the object is to be found
    """

    def __init__(self, realm_id, clock, index_keys, name="Sandbox Company", country='US', home_currency='USD',
                 environment='sandbox', switches=None):
        self.realm_id = realm_id
        self.clock = clock
        self.name = name
        self.country = country
        self.home_currency = home_currency
        self.environment = environment
        self.status = 'ACTIVE'
        self.user = "Sandbox Master"
        self.switches = dict(switchboard.DEFAULTS, **(switches or {}))
        self.objects = defaultdict(dict)
        self.deleted = []
        self.exchange_rates = {}
        self._index_keys = index_keys
        self._index = defaultdict(set)
        self._next = defaultdict(int)
        self._undo = None
        self._untold = None
        self.listeners = []     # called with a list of Change whenever a write is through

    @property
    def is_us(self):
        """Whether the company uses the US tax regime (TAX/NON)."""
        return self.country == 'US'

    def switch(self, name):
        """The company's setting of a switch."""
        return self.switches[name]

    # --- reading ---

    def get(self, entity, remote_id):
        """The stored object, or None."""
        return self.objects[entity].get(str(remote_id))

    def all(self, entity):
        """All stored objects of an entity, inactive ones too, in order of creation."""
        return list(self.objects[entity].values())

    def find(self, key):
        """(entity, id) pairs of the objects under an index key."""
        return self._index.get(key, frozenset())

    def find_objects(self, key):
        """The objects under an index key."""
        return [self.objects[entity][remote_id] for entity, remote_id in sorted(self.find(key), key=_by_number)]

    def by_name(self, entity, name, field='Name'):
        """The first object of a list with that name, or None: for seeds and defaults."""
        return next((obj for obj in self.objects[entity].values() if obj.get(field) == name), None)

    # --- writing ---

    @contextmanager
    def atomic(self):
        """All puts and removals inside happen, or none (an exception undoes them); nests."""
        if self._undo is not None:
            yield
            return
        self._undo, self._untold = [], []
        stubs = len(self.deleted)
        try:
            yield
        except BaseException:
            for entity, remote_id, old in reversed(self._undo):
                self._place(entity, remote_id, old)
            del self.deleted[stubs:]
            self._untold = []
            raise
        finally:
            changes, self._undo, self._untold = self._untold, None, None
            self._tell(_collapsed(changes))

    def tell(self, operation, entity, remote_id, deleted_id=None):
        """Note that an object changed; listeners hear of it when the write is through.

        :param str operation: Create, Update, Delete, Merge, Void or Emailed
        :param str deleted_id: what was merged into the object
        """
        change = Change(entity, remote_id, operation, self.clock.now().replace(microsecond=0), deleted_id)
        if self._untold is None:
            self._tell([change])
        else:
            self._untold.append(change)

    def _tell(self, changes):
        for listener in self.listeners if changes else ():
            listener(self, changes)

    def put(self, entity, obj):
        """Store `obj` under its Id, as it is."""
        self._replace(entity, obj['Id'], obj)
        return obj

    def touch(self, entity, obj, operation='Update'):
        """Store a changed object: SyncToken one higher, LastUpdatedTime now; `operation` is what listeners hear."""
        now = clocks.stamp(self.clock.now())
        self.tell(operation, entity, obj['Id'])
        return self.put(entity, dict(
            obj, SyncToken=str(int(obj['SyncToken']) + 1), MetaData=dict(obj['MetaData'], LastUpdatedTime=now)))

    def add(self, entity, obj, space):
        """Store a new object; its Id comes from the id `space` unless the object brings one (seeds)."""
        now = clocks.stamp(self.clock.now())
        remote_id = obj.get('Id') or self.next_id(space)
        if remote_id.isdigit():
            self._next[space] = max(self._next[space], int(remote_id)) if len(remote_id) < 12 else self._next[space]
        self.tell('Create', entity, remote_id)
        return self.put(entity, {
            **obj, 'domain': 'QBO', 'sparse': False, 'Id': remote_id, 'SyncToken': obj.get('SyncToken') or '0',
            'MetaData': {'CreateTime': now, 'LastUpdatedTime': now},
        })

    def remove(self, entity, remote_id, told=True):
        """Delete an object for good; change data capture still tells of it, listeners if `told`."""
        self._replace(entity, remote_id, None)
        if told:
            self.tell('Delete', entity, remote_id)
        self.deleted.append((entity, remote_id, clocks.stamp(self.clock.now())))

    def next_id(self, space):
        """The next id of an id space: transactions share one, lists have their own."""
        self._next[space] += 1
        return str(self._next[space])

    def _replace(self, entity, remote_id, obj):
        old = self.objects[entity].get(remote_id)
        if self._undo is not None:
            self._undo.append((entity, remote_id, old))
        self._place(entity, remote_id, obj)

    def _place(self, entity, remote_id, obj):
        old = self.objects[entity].get(remote_id)
        if old is not None:
            for key in self._index_keys(entity, old):
                self._index[key].discard((entity, remote_id))
        if obj is None:
            self.objects[entity].pop(remote_id, None)
            return
        self.objects[entity][remote_id] = obj
        for key in self._index_keys(entity, obj):
            self._index[key].add((entity, remote_id))

    # --- currencies ---

    def exchange_rate(self, currency):
        """Home units for one unit of `currency` as the company last heard; 1 when it never did."""
        return self.exchange_rates.get(currency, Decimal(1))


def _collapsed(changes):
    """One change for an object that a write touched several times: a creation stays one, else the last word counts."""
    last = {}
    for change in changes:
        before = last.get((change.entity, change.remote_id))
        if before and (change.operation == 'Update' or before.operation == 'Create'):
            continue
        last[change.entity, change.remote_id] = change
    return list(last.values())


def _by_number(pair):
    entity, remote_id = pair
    return (entity, int(remote_id) if remote_id.isdigit() else 0, remote_id)
