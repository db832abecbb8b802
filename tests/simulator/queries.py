"""The query language: SELECT * | COUNT(*) FROM Entity [WHERE ...] [ORDERBY ...] [STARTPOSITION n] [MAXRESULTS n].

Grammar and texts: "QBO: Query operations and syntax", and recorded answers.
"""

import re
from datetime import datetime
from decimal import Decimal

from . import conditions, faults, schema
from .entities import ENTITIES

_TOKEN = re.compile(r"""\s*(?:
    (?P<string>'(?:\\.|[^'\\])*')
  | (?P<op><=|>=|!=|=|<|>)
  | (?P<punct>[(),*])
  | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
  | (?P<number>-?\d+(?:\.\d+)?)
)""", re.VERBOSE)
_OPERATORS = ('=', '<', '>', '<=', '>=')
_DEEP = {'PrimaryEmailAddr': 'Address', 'PrimaryPhone': 'FreeFormNumber', 'BillEmail': 'Address'}
_BLIND = {'PrivateNote', 'DepartmentRef', 'AccountRef', 'CustomerMemo', 'Notes', 'sparse', 'domain', 'status'}
_PAGE, _CAP = 100, 1000


class Query:
    """A parsed query.

    :param str text: the statement
    :raises faults.Refusal: 4000 or 4001
    """

    def __init__(self, text):
        self._text = text
        self._tokens = self._split(text)
        self._at = 0
        self.count = False
        self.conditions = []
        self.order = []
        self.start = 1
        self.limit = _PAGE
        self._parse()

    def _split(self, text):
        tokens, position, text = [], 0, text.rstrip().rstrip(';')
        while position < len(text):
            match = _TOKEN.match(text, position)
            if not match:
                raise faults.unparsable_query(text, text[position:].strip()[:1])
            tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        return tokens

    # --- tokens ---

    def _peek(self, *words):
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else (None, '')
        return kind in ('word', 'punct', 'op') and text.upper() in words

    def _take(self, *words):
        if not self._peek(*words):
            self._stop()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _skip(self, *words):
        if self._peek(*words):
            self._at += 1
            return True
        return False

    def _kind(self, *kinds):
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else (None, '')
        if kind not in kinds:
            self._stop()
        self._at += 1
        return text

    def _stop(self):
        near = self._tokens[self._at][1] if self._at < len(self._tokens) else ''
        raise faults.unparsable_query(self._text, near)

    # --- grammar ---

    def _parse(self):
        self._take('SELECT')
        if self._skip('COUNT'):
            for mark in '(*)':
                self._take(mark)
            self.count = True
        else:
            self._take('*')
        self._take('FROM')
        self.entity = self._entity(self._kind('word'))
        if self._skip('WHERE'):
            self._conditions()
        if self._skip('ORDERBY') or (self._skip('ORDER') and self._take('BY')):
            self._ordering()
        while self._at < len(self._tokens):
            word = self._take('STARTPOSITION', 'MAXRESULTS').upper()
            number = int(Decimal(self._kind('number', 'string').strip("'")))
            if number < 1:
                raise faults.invalid_query(f"value {number} is too small. Min allowed value is 1")
            if word == 'STARTPOSITION':
                self.start = number
            else:
                self.limit = number

    def _entity(self, word):
        for name in ENTITIES:
            if name.lower() == word.lower():
                return name
        raise faults.invalid_query(f"invalid context declaration: {word}")

    def _property(self):
        path = self._kind('word')
        first, _dot, rest = path.partition('.')
        fields = schema.FIELDS[self.entity]
        name = next((field for field in fields if field.lower() == first.lower()), None)
        if name is None:
            raise faults.invalid_query(f"Property {path} not found for Entity {self.entity}",
                          f"Property {path} not found for Entity")
        kind = fields[name].kind
        if name == 'MetaData' and rest.lower() in ('createtime', 'lastupdatedtime'):
            return (name, 'CreateTime' if rest.lower() == 'createtime' else 'LastUpdatedTime')
        if name in _DEEP:
            return (name, _DEEP[name])
        if rest or name in _BLIND or kind in 'oa' or (name == 'PaymentRefNum' and self.entity != 'Payment'):
            raise faults.invalid_query(f"property '{path}' is not queryable")
        return (name, 'value') if kind == 'r' else (name,)

    def _conditions(self):
        while True:
            path = self._property()
            if self._skip('IN'):
                self._take('(')
                values = [self._value()]
                while self._skip(','):
                    values.append(self._value())
                self._take(')')
                self.conditions.append((path, 'IN', values))
            elif self._skip('LIKE'):
                self.conditions.append((path, 'LIKE', self._value()))
            else:
                self._comparison(path)
            if not self._skip('AND'):
                return

    def _comparison(self, path):
        operator = self._kind('op')
        if operator not in _OPERATORS:
            raise faults.unparsable_query(self._text, operator)
        if path == ('Id',) and operator != '=':
            raise faults.invalid_query("property 'Id' supports only = and IN")
        self.conditions.append((path, operator, self._value()))

    def _value(self):
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else (None, '')
        if kind == 'word' and text.upper() in ('TRUE', 'FALSE'):
            self._at += 1
            return text.lower() == 'true'
        if kind == 'word' and text.upper() == 'CURRENT_DATE':
            self._at += 1
            return 'CURRENT_DATE'
        text = self._kind('string', 'number')
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == 'string' else text

    def _ordering(self):
        while True:
            path = self._property()
            backwards = self._skip('DESC')
            if not backwards:
                self._skip('ASC')
            self.order.append((path, backwards))
            if not self._skip(','):
                return


def run(company, text):
    """Answer a query: the content of QueryResponse.

    :raises faults.Refusal: 4000 or 4001
    """
    if not text or not text.strip():
        raise faults.unparsable_query(text or '')
    query = Query(text)
    if query.limit > _CAP and company.switch('max_results') == 'fault':
        raise faults.invalid_query(f"value {query.limit} is too large. Max allowed value is {_CAP}")
    most = company.switch('in_values')
    if most and any(operator == 'IN' and len(wanted) > most for _path, operator, wanted in query.conditions):
        raise faults.invalid_query(f"too many values in an IN list. Max allowed is {most}")
    entity = ENTITIES[query.entity]
    rows = [obj for obj in company.all(query.entity) if _visible(query, obj)]
    shown = None
    if any(path[0] in ('Balance', 'BalanceWithJobs', 'HomeBalance') for path, *_rest in query.conditions):
        shown = {obj['Id']: entity.shown(company, obj) for obj in rows}
    rows = [obj for obj in rows if all(
        conditions.holds(company, shown[obj['Id']] if shown else obj, *condition) for condition in query.conditions)]
    if query.count:
        return {'totalCount': len(rows)}
    rows = _sorted(company, query, rows)
    page = rows[query.start - 1:query.start - 1 + min(query.limit, _CAP)]
    if not page:
        return {}
    return {query.entity: [entity.shown(company, obj) for obj in page],
            'startPosition': query.start, 'maxResults': len(page)}


def _visible(query, obj):
    """Inactive records are hidden unless the query speaks of Active."""
    return obj.get('Active') is not False or any(path == ('Active',) for path, *_rest in query.conditions)


def _sorted(company, query, rows):
    if not query.order:
        return _natural(company, query, rows)
    for path, backwards in reversed(query.order):
        rows = sorted(rows, key=lambda obj, path=path: _sort_key(conditions.get(obj, path)), reverse=backwards)
    return rows


def _sort_key(value):
    if value is None:
        return (0, 0, '')
    if isinstance(value, (Decimal, int)):
        return (1, value, '')
    text = str(value)
    return (1, int(text), '') if text.isdigit() else (2, 0, text.casefold())


def _natural(company, query, rows):
    """Without ORDERBY nothing is promised; recorded: lists by name, transactions by last change, newest first."""
    if company.switch('default_order') == 'id':
        return sorted(rows, key=lambda obj: _sort_key(obj['Id']))
    entity = ENTITIES[query.entity]
    if entity.is_transaction:
        return sorted(rows, key=lambda obj: datetime.fromisoformat(obj['MetaData']['LastUpdatedTime']), reverse=True)
    return sorted(rows, key=lambda obj: str(obj.get(entity.named) or '').casefold())
