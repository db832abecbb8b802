"""Bad weather: failures at random, as they come in a bad night, and the same again for the same seed.

Call number n since the weather began is struck or spared by (seed, n) alone, so a run with the same calls in the same
order meets the same weather. What strikes is drawn among the kinds that can strike such a call:

* lost_answer: performed, then the connection drops; half_batch: it drops in the middle of a batch
* reset: the connection drops before anything is done
* error_before, error_after: 500, 502, 503 or 504 as JSON, XML or HTML, before or after the request was performed
* throttle, throttle_retry_after: 429, as JSON or XML, without or with a Retry-After of up to `retry_after` seconds
* item_throttle: a throttle fault within one item of a batch
* item_error_before, item_error_after: a system failure within one item of a batch
* expired: every access token ends just before the call
* truncated: the answer breaks off in the middle
* slow, late: the answer, or the deed itself, comes up to `slow_seconds`, `late_seconds` late
* stale: somebody edits the object in QuickBooks just before the call would update it
* forgotten: the memory of requestids older than `memory_seconds` is lost just before the call
"""

import random
import re
from collections import Counter

from . import bulk
from .entities import ENTITIES

KINDS = ('lost_answer', 'half_batch', 'reset', 'error_before', 'error_after', 'throttle', 'throttle_retry_after',
         'item_throttle', 'item_error_before', 'item_error_after', 'expired', 'truncated', 'slow', 'late', 'stale',
         'forgotten')
STATUSES = (500, 502, 503, 504)
FORMATS = ('json', 'xml', 'html')
BETWEEN_EXPIRIES = 20   # calls; a token that ends again right after its renewal would be a consent withdrawn
_READS = ('lost_answer', 'reset', 'error_before', 'throttle', 'throttle_retry_after', 'expired', 'truncated', 'slow')
_TOKENS = ('reset', 'error_before', 'truncated', 'slow')
_BATCH = ('half_batch', 'item_throttle', 'item_error_before', 'item_error_after')
# What a person changes in QuickBooks that no accounting system of the customer's own would know.
_PERSONAL = {
    'Customer': ('Fax', lambda number: {'FreeFormNumber': f"555-{number:04}"}),
    'Item': ('ManPartNum', lambda number: f"M{number}"),
    'Invoice': ('TrackingNum', lambda number: f"T{number}"),
    'CreditMemo': ('TrackingNum', lambda number: f"T{number}"),
}


class Weather:
    """Random failures; calm until it is told otherwise.

    :param seed: what the randomness is made of
    :param float rate: share of the calls that are struck, 0 to 1
    :param kinds: kinds to draw from: a list, or a dict with a weight each; all by default
    :param float read_rate: the same for reads, queries and tokens; `rate` by default
    :param float latency: every answer, good or bad, takes up to so many seconds, some before the deed and some after
    :param str paths: regular expression of the addresses that can be struck
    :raises ValueError: an unknown kind, or a rate that is none
    """

    def __init__(self, seed=0, rate=0, kinds=KINDS, paths=r'^/v3/|^/oauth2/v1/tokens', slow_seconds=20,
                 late_seconds=5, retry_after=2, memory_seconds=3600, read_rate=None, latency=0):
        weights = kinds if isinstance(kinds, dict) else dict.fromkeys(kinds, 1)
        self.weights = {kind: float(weight) for kind, weight in weights.items()}
        unknown = set(self.weights) - set(KINDS)
        if unknown or not 0 <= rate <= 1:
            raise ValueError(f"no such weather: {', '.join(sorted(unknown)) or rate}")
        self.seed = seed
        self.rate = float(rate)
        self.read_rate = self.rate if read_rate is None else float(read_rate)
        self.latency = float(latency)
        self.paths = re.compile(paths)
        self.slow_seconds = float(slow_seconds)
        self.late_seconds = float(late_seconds)
        self.retry_after = int(retry_after)
        self.memory_seconds = float(memory_seconds)
        self.calls = 0
        self.blown = Counter()
        self.edits = []
        self._last_expiry = -BETWEEN_EXPIRIES

    def report(self):
        """What the weather did so far; `edits` are what "a person" changed, with the SyncToken that followed."""
        return {'seed': self.seed, 'rate': self.rate, 'kinds': self.weights, 'calls': self.calls,
                'blown': dict(sorted(self.blown.items())), 'edits': self.edits}

    def blow(self, sim, call):
        """The script (see failures.py) of what strikes this call, or None; some strike before it at once."""
        if not self.paths.search(call['path']):
            return None
        self.calls += 1
        draw = random.Random(f"{self.seed}:{self.calls}")
        if draw.random() >= (self.rate if _is_write(call) else self.read_rate):
            return None
        kinds = [kind for kind in self._possible(sim, call) if self.weights.get(kind)]
        if not kinds:
            return None
        [kind] = draw.choices(kinds, [self.weights[kind] for kind in kinds])
        self.blown[kind] += 1
        call['weather'] = kind
        return _SCRIPTS[kind](self, sim, call, draw)

    def delays(self, call):
        """Seconds that pass before and after the call is performed, whatever else becomes of it."""
        if not self.latency or not self.paths.search(call['path']):
            return 0, 0
        draw = random.Random(f"{self.seed}:{self.calls}:latency")
        return draw.uniform(0, self.latency / 2), draw.uniform(0, self.latency / 2)

    def calm(self):
        """Stop."""
        self.rate = self.read_rate = self.latency = 0

    # --- which can strike ---

    def _possible(self, sim, call):
        if not call['path'].startswith('/v3/'):
            return _TOKENS
        if not _is_write(call):
            kinds = _READS
        elif call['operation'] == 'batch':
            kinds = [kind for kind in KINDS if kind != 'stale' or _updated(sim, call)]
        else:
            kinds = [kind for kind in KINDS if kind not in _BATCH and (kind != 'stale' or _updated(sim, call))]
        young = self.calls - self._last_expiry < BETWEEN_EXPIRIES
        return [kind for kind in kinds if kind != 'expired' or not young]

    # --- what they do ---

    def _expire(self, sim, _call, _draw):
        self._last_expiry = self.calls
        sim.oauth.expire_access_tokens()

    def _edit(self, sim, call, draw):
        company, entity, remote_id = draw.choice(_updated(sim, call))
        obj = company.get(entity, remote_id)
        field, value = _PERSONAL.get(entity, (None, None))
        change = {field: value(self.calls)} if field else {}
        touched = company.touch(entity, {**obj, **change})
        self.edits.append({'realm': company.realm_id, 'entity': entity, 'id': remote_id, 'field': field,
                           'value': change.get(field), 'token': touched['SyncToken']})

    def _forget(self, sim, _call, _draw):
        sim.answers.forget(self.memory_seconds)


def _is_write(call):
    return call['path'].startswith('/v3/') and call['method'] == 'POST' and call['operation'] not in ('query', 'read')


def _updated(sim, call):
    """(company, entity, id) of what a call is about to change."""
    company, body = sim.companies.get(call['realm']), call['request_body']
    if company is None or not isinstance(body, dict):
        return []
    pairs = [(call['entity'], body)]
    if call['operation'] == 'batch':
        items = [item for item in body.get('BatchItemRequest') or [] if isinstance(item, dict)]
        pairs = [(entity, item[entity]) for item in items for entity in [bulk.item_facts(item)[0]] if entity in item]
    return [(company, entity, str(obj['Id'])) for entity, obj in pairs
            if entity in ENTITIES and isinstance(obj, dict) and obj.get('Id') and company.get(entity, obj['Id'])]


def _items(call):
    return len((call['request_body'] or {}).get('BatchItemRequest') or [])


def _error(draw, apply):
    return {'kind': 'status', 'status': draw.choice(STATUSES), 'format': draw.choice(FORMATS), 'apply': apply}


def _throttle(draw, **headers):
    return {'kind': 'status', 'status': 429, 'format': draw.choice(('json', 'xml')), 'headers': headers}


def _item_fault(call, draw, **fault):
    return {'kind': 'item_fault', 'item': draw.randrange(max(_items(call), 1)), **fault}


_SCRIPTS = {
    'lost_answer': lambda _weather, _sim, _call, _draw: {'kind': 'lost_answer'},
    'half_batch': lambda _weather, _sim, call, draw: {
        'kind': 'lost_answer', 'items': draw.randrange(max(_items(call), 1))},
    'reset': lambda _weather, _sim, _call, _draw: {'kind': 'reset'},
    'error_before': lambda _weather, _sim, _call, draw: _error(draw, apply=False),
    'error_after': lambda _weather, _sim, _call, draw: _error(draw, apply=True),
    'throttle': lambda _weather, _sim, _call, draw: _throttle(draw),
    'throttle_retry_after': lambda weather, _sim, _call, draw: _throttle(
        draw, **{'Retry-After': str(draw.randint(0, weather.retry_after))}),
    'item_throttle': lambda _weather, _sim, call, draw: _item_fault(call, draw),
    'item_error_before': lambda _weather, _sim, call, draw: _item_fault(call, draw, code='10000'),
    'item_error_after': lambda _weather, _sim, call, draw: _item_fault(call, draw, code='10000', apply=True),
    'expired': Weather._expire,
    'truncated': lambda _weather, _sim, _call, _draw: {'kind': 'truncated'},
    'slow': lambda weather, _sim, _call, draw: {'kind': 'slow', 'seconds': draw.uniform(0, weather.slow_seconds)},
    'late': lambda weather, _sim, _call, draw: {'kind': 'late', 'seconds': draw.uniform(0, weather.late_seconds)},
    'stale': Weather._edit,
    'forgotten': Weather._forget,
}
