"""Scripted failures: what to do to which request, how often, and after how many.

A rule is a dict: what it matches (`method`, `path` as a regular expression, `realm`, `entity`, `operation`), when
(`after` that many matches, then `times`, 0 for always), and `kind`:

* lost_answer: the request is performed, then the connection drops without an answer; of a batch only its first
  `items`, if that is given
* reset: the connection drops before anything is done
* status: an answer of `status` with optional `headers`, `body`, `format` (json, xml, html); with `code` a fault of that
  code, in Intuit's words unless `message`, `detail` say otherwise; `apply: true` performs the request first
* slow: the answer comes `seconds` late
* late: the request is performed only after `seconds`, whether or not the caller still waits
* truncated: the answer breaks off in the middle
* item_fault: one item of a batch is answered by a fault, a throttle unless `code`, `message`, `detail` say otherwise,
  the others as ever; `apply: true` performs the item first. Such a rule matches items, not requests: `entity` and
  `operation` are the item's, and it may name a `bid` or the position `item` (from 0)

A batch itself is matched by `path: "/batch$"` or `operation: "batch"`.
"""

import itertools
import re

from . import faults, jsonio

KINDS = ('lost_answer', 'reset', 'status', 'slow', 'late', 'truncated', 'item_fault')
_MATCHES = ('method', 'path', 'realm', 'entity', 'operation', 'bid', 'item')
_KEYS = {*_MATCHES, 'kind', 'times', 'after', 'status', 'headers', 'body', 'format', 'seconds', 'code', 'message',
         'detail', 'apply', 'items'}


class DroppedConnection(ConnectionError):
    """The connection ended without an answer; raised out of the WSGI application.

    :param bool applied: whether the request had been performed (lost_answer) or not (reset)
    """

    def __init__(self, applied):
        super().__init__("the connection dropped without an answer")
        self.applied = applied


class Rule:
    """One scripted failure.

    :raises ValueError: an unknown key or kind
    """

    _numbers = itertools.count(1)

    def __init__(self, **script):
        unknown = set(script) - _KEYS
        if unknown or script.get('kind') not in KINDS:
            raise ValueError(f"cannot script {sorted(unknown) or script.get('kind')}")
        self.number = next(self._numbers)
        self.script = script
        self.seen = 0
        self.used = 0

    def matches(self, call):
        """Whether the rule strikes this call; counts it."""
        for key in _MATCHES:
            wanted = self.script.get(key)
            if wanted is None:
                continue
            actual = '' if call.get(key) is None else str(call[key])
            if key == 'path':
                if not re.search(wanted, actual):
                    return False
            elif actual.lower() != str(wanted).lower():
                return False
        self.seen += 1
        times = self.script.get('times', 1)
        if self.seen <= self.script.get('after', 0) or (times and self.used >= times):
            return False
        self.used += 1
        return True

    @property
    def spent(self):
        """Whether the rule will never strike again."""
        times = self.script.get('times', 1)
        return bool(times) and self.used >= times


class Script:
    """The failures in force, in the order they were scripted; the first that matches strikes."""

    def __init__(self):
        self.rules = []

    def add(self, **script):
        """Script a failure; returns its rule."""
        rule = Rule(**script)
        self.rules.append(rule)
        return rule

    def strike(self, call):
        """The script of the failure for this call, or None."""
        return self._first(call, [rule for rule in self.rules if rule.script['kind'] != 'item_fault'])

    def strike_item(self, item):
        """The script of the failure for this item of a batch, or None.

        :param dict item: the facts of the call, with the item's own entity and operation, its bid and its position
        """
        return self._first(item, [rule for rule in self.rules if rule.script['kind'] == 'item_fault'])

    @staticmethod
    def _first(facts, rules):
        return next((rule.script for rule in rules if rule.matches(facts)), None)


def answer(script, now):
    """(status, headers, text) of a failure of kind `status`."""
    status = int(script.get('status', 503))
    headers = dict(script.get('headers') or {})
    style = script.get('format', 'json')
    refusal = _refusal(script, status)
    body = script.get('body')
    if body is not None and not isinstance(body, str):
        body = jsonio.dumps(body)
    if body is None:
        if style == 'html':
            body = faults.as_html(status)
        elif style == 'xml':
            body = faults.as_xml(refusal, now)
        else:
            body = jsonio.dumps(refusal.envelope(now))
    kind = {'html': 'text/html', 'xml': 'application/xml'}.get(style, 'application/json')
    headers.setdefault('Content-Type', f"{kind};charset=UTF-8")
    return status, headers, body


def item_answer(script, bid):
    """The answer of a batch item that fails by script."""
    status = int(script.get('status', 500 if str(script.get('code')) == '10000' else 429))
    bare = {key: value for key, value in script.items() if key != 'code'}
    known = not script.get('code') or (str(script['code']) in ('3001', '10000') and not script.get('message'))
    return {'Fault': _refusal(bare if known else script, status).fault(), 'bId': bid}


def _refusal(script, status):
    if script.get('code'):
        message, detail, element = faults.wording(script['code'])
        return faults.Refusal(script['code'], script.get('message', message), script.get('detail', detail), element,
                              status=status)
    if status == 401:
        return faults.unauthorized()
    if status == 403:
        return faults.forbidden()
    if status == 429:
        return faults.throttled()
    return faults.system_failure(status)
