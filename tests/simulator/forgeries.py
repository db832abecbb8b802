"""Posts that are not what they seem: what a stranger, a broken proxy or a mistaken Intuit might send to a webhook.

Made of genuine posts, the same again for the same seed. Those of BELIEVABLE carry a true signature, and still must
change nothing: they repeat what was told, or say nothing that can be understood.
"""

import base64
import json
import random
from collections import namedtuple

from . import notices

#: `kind` says what is wrong; the rest is the post.
Forgery = namedtuple('Forgery', 'kind body headers')
SIGNATURE = 'intuit-signature'
OVERSIZED = 12 * 1024 * 1024
_WRONG = (None, True, 0, -1, 3.5, 10 ** 40, '', 'x' * 500, [], {}, [[]], [None], {'value': '1'}, "1' OR 1=1 --",
          "\x00", "../../etc", "9" * 70, "é", "<b>1</b>", "\u202e12", [1, 2], {'id': {'id': 1}})


class Forger:
    """Draws forgeries.

    :param genuine: posts as `Webhooks.take` returns them, already delivered once
    :param str token: the verifier token they were signed with
    """

    def __init__(self, genuine, token, seed=0):
        self._random = random.Random(seed)
        self._genuine = list(genuine)
        self._token = token

    def draw(self, count, oversized=0):
        """Yield `count` forgeries of all kinds in turn, so many of them `oversized` (they are large)."""
        for number in range(count):
            kind = 'oversized' if number < oversized else KINDS[number % len(KINDS)]
            post = self._random.choice(self._genuine)
            body, headers = _MAKERS[kind](self, post.body, dict(post.headers))
            yield Forgery(kind, body, headers)

    # --- without a true signature ---

    def _unsigned(self, body, headers):
        del headers[SIGNATURE]
        return body, headers

    def _other_token(self, body, headers):
        token = self._random.choice((self._token + ' ', self._token[:-1], self._token.swapcase() + '1', 'x', ''))
        return body, {**headers, SIGNATURE: notices.signature(body, token)}

    def _altered(self, body, headers):
        position = self._random.randrange(len(body))
        return body[:position] + bytes([body[position] ^ 1 << self._random.randrange(7)]) + body[position + 1:], headers

    def _cut_off(self, body, headers):
        return body[:self._random.randrange(len(body))], headers

    def _longer(self, body, headers):
        return body + self._random.choice((b' ', b'\n', b'\x00', b'{}', b'[]')), headers

    def _signature_cut(self, body, headers):
        return body, {**headers, SIGNATURE: headers[SIGNATURE][:self._random.randrange(1, 43)]}

    def _signature_garbled(self, body, headers):
        true = headers[SIGNATURE]
        garbled = self._random.choice((
            base64.b64decode(true).hex(), true[::-1], 'sha256=' + true, '=' * 44, '!' * 44, 'A' * 5000,
            true.swapcase() + 'A', ','.join((true, true)), 'é'))
        return body, {**headers, SIGNATURE: garbled}

    def _stolen_signature(self, body, headers):
        other = b'{"eventNotifications": []}' + b' ' * self._random.randrange(9)
        return other, headers

    def _oversized(self, body, headers):
        return b'[' + b' ' * OVERSIZED + b']', headers

    # --- with a true signature ---

    def _signed(self, body, headers):
        return body, {**headers, SIGNATURE: notices.signature(body, self._token)}

    def _replayed(self, body, headers):
        return body, headers

    def _no_json(self, body, headers):
        cut = body[:self._random.randrange(len(body) - 1)]
        body = self._random.choice((b'', b'null', b'NaN', b'"text"', b'7', b'\xff\xfe\x00', b'<xml/>', b'[' * 5000, cut,
                                    b'{"eventNotifications":' * 800, b'realmId=1&name=Payment'))
        return self._signed(body, headers)

    def _wrong_types(self, body, headers):
        """A value somewhere on the way to the ids is of a type that nobody expects; the rest is cut away."""
        content = json.loads(body)
        if isinstance(content, dict):
            notice = content['eventNotifications'][0]
            entities = notice['dataChangeEvent']['entities'][:1]
            notice['dataChangeEvent']['entities'] = entities
            content['eventNotifications'] = [notice]
            places = [(content, 'eventNotifications'), (notice, 'realmId'), (notice, 'dataChangeEvent'),
                      (notice['dataChangeEvent'], 'entities'), (entities, 0),
                      *((entities[0], key) for key in ('name', 'id', 'operation'))]
        else:
            content = content[:1]
            places = [(content, 0), *((content[0], key) for key in ('type', 'intuitentityid', 'intuitaccountid'))]
        where, key = self._random.choice(places)
        where[key] = self._random.choice([wrong for wrong in _WRONG if wrong != where[key]])
        return self._signed(json.dumps(content).encode(), headers)

    def _foreign_company(self, body, headers):
        content = json.loads(body)
        for notice in content['eventNotifications'] if isinstance(content, dict) else content:
            notice['realmId' if 'realmId' in notice else 'intuitaccountid'] = str(self._random.randrange(10 ** 15))
        return self._signed(json.dumps(content).encode(), headers)

    def _unknown_entity(self, body, headers):
        content = json.loads(body)
        name = self._random.choice(('Unicorn', 'res.users', 'TaxCode', 'ir.config_parameter'))
        for notice in content['eventNotifications'] if isinstance(content, dict) else ():
            for entity in notice['dataChangeEvent']['entities']:
                entity['name'] = name
        for event in content if isinstance(content, list) else ():
            event['type'] = f'qbo.{name.lower()}.updated.v1'
        return self._signed(json.dumps(content).encode(), headers)


_MAKERS = {
    'unsigned': Forger._unsigned, 'other_token': Forger._other_token, 'altered': Forger._altered,
    'cut_off': Forger._cut_off, 'longer': Forger._longer, 'signature_cut': Forger._signature_cut,
    'signature_garbled': Forger._signature_garbled, 'stolen_signature': Forger._stolen_signature,
    'replayed': Forger._replayed, 'no_json': Forger._no_json, 'wrong_types': Forger._wrong_types,
    'foreign_company': Forger._foreign_company, 'unknown_entity': Forger._unknown_entity,
    'oversized': Forger._oversized,
}
#: Every kind but the oversized ones, which are few.
KINDS = tuple(_MAKERS)[:-1]
BELIEVABLE = ('replayed', 'no_json', 'wrong_types', 'foreign_company', 'unknown_entity')
