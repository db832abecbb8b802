"""A QuickBooks that costs as little as possible: one process, one loop, answers at once or after a set latency.

It books nothing. What it counts is what was asked of it, and, when told to, what Intuit's limits would have refused
(QBO: "API call limits and throttles"): 500 requests a minute, 10 a second, 40 batches a minute.

    python -m tests.bench.stub --port 8080

GET /stats tells the counts; GET /set?latency=0.3&limits=1 changes the behaviour and forgets the counts.
POST /books {"count", "tag", "day", "templates": [[total, tax, customer], ...]} says which invoices queries answer: the
n-th is like the template of its turn.
"""
import argparse
import asyncio
import itertools
import json
import re
import time
from collections import deque
from urllib.parse import parse_qs, unquote_plus

ENTITIES = {name.lower(): name for name in ('Invoice', 'CreditMemo', 'Payment', 'Customer', 'Item')}
LIMITS = (('request', 1.0, 10), ('request', 60.0, 500), ('batch', 60.0, 40))
MOMENT = {'CreateTime': '2026-01-01T00:00:00-08:00', 'LastUpdatedTime': '2026-01-01T00:00:00-08:00'}
LENGTH = re.compile(rb'\r\ncontent-length: *(\d+)', re.IGNORECASE)
END = b'\r\n\r\n'
PAGE = re.compile(r'FROM (\w+).*?(?:STARTPOSITION (\d+) MAXRESULTS (\d+))?$')
FIRST_ID = 1_000_000  # of the invoices that queries answer


class Stub:
    """What the server knows: how it is to behave, and what it was asked.

    :param clock: seconds that never go back
    """

    def __init__(self, clock=time.monotonic):
        self.ids = itertools.count(1000)
        self.clock = clock
        self.standing = {'count': 0}
        self.behave(0.0, False)

    def behave(self, latency: float, limits: bool) -> None:
        """Take up a behaviour and forget the past; `latency` in seconds."""
        self.latency = latency
        self.limits = limits
        self.counts = {'write': 0, 'batch': 0, 'read': 0, 'documents': 0, 'refused': 0}
        self.times = {rule: deque() for rule in LIMITS}

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, dict, float]:
        """Return status and body of the answer to one request, and the seconds until it leaves."""
        path, _, query = target.partition('?')
        last = path.rpartition('/')[2]
        if last == 'stats':
            return 200, self.counts, 0.0
        if last == 'set':
            wanted = parse_qs(query)
            self.behave(float(wanted['latency'][0]), wanted['limits'] == ['1'])
            return 200, {}, 0.0
        if last == 'books':
            self.standing = json.loads(body)
            return 200, {}, 0.0
        kind = 'batch' if last == 'batch' else 'write' if method == 'POST' and last in ENTITIES else 'read'
        if self.limits and self._exceeded(kind):
            self.counts['refused'] += 1
            return 429, {'fault': {'error': [{'message': 'ThrottleExceeded', 'code': '3001'}]}}, 0.0
        self.counts[kind] += 1
        if kind == 'batch':
            answer = {'BatchItemResponse': [self._item(item) for item in json.loads(body)['BatchItemRequest']]}
        elif kind == 'write':
            answer = {ENTITIES[last]: self._booked(json.loads(body))}
        else:
            answer = {'QueryResponse': self._asked(unquote_plus(query))}
        return 200, {**answer, 'time': MOMENT['CreateTime']}, self.latency

    def _asked(self, query: str) -> dict:
        """Answer a query over what stands; of other kinds there is nothing."""
        found = PAGE.search(parse_qs(query).get('query', [query])[0])
        if not found or not self.standing['count']:
            return {}
        entity, start, limit = found.groups()
        invoices = range(1, self.standing['count'] + 1)
        templates = self.standing['templates']
        if start is None:
            return {'totalCount': {'Invoice': len(invoices), 'Customer': len(templates)}.get(entity, 0)}
        first, last = int(start) - 1, int(start) - 1 + int(limit)
        if entity == 'Invoice':
            return {'Invoice': [self._invoice(number) for number in invoices[first:last]]}
        if entity == 'Customer':
            return {'Customer': [self._customer(number) for number in range(len(templates))[first:last]]}
        return {}

    def _invoice(self, number: int) -> dict:
        total, tax, customer = self.standing['templates'][(number - 1) % len(self.standing['templates'])]
        return {
            'Id': str(FIRST_ID + number), 'SyncToken': '0', 'MetaData': MOMENT, 'TxnDate': self.standing['day'],
            'DocNumber': f"{self.standing['tag']}{number}", 'CustomerRef': {'value': customer, 'name': customer},
            'TotalAmt': total, 'Balance': total, 'TxnTaxDetail': {'TotalTax': tax},
            'Line': [{'Amount': 1.0, 'DetailType': 'SalesItemLineDetail', 'Description': "Line of the order"}] * 5}

    def _customer(self, place: int) -> dict:
        templates = self.standing['templates']
        times = len(range(place + 1, self.standing['count'] + 1, len(templates)))
        total, _tax, customer = templates[place]
        return {'Id': customer, 'DisplayName': f"Customer {customer}", 'Balance': round(total * times, 2)}

    def _exceeded(self, kind: str) -> bool:
        now = self.clock()
        mine = [rule for rule in LIMITS if rule[0] in ('request', kind)]
        for rule in mine:
            times = self.times[rule]
            while times and times[0] <= now - rule[1]:
                times.popleft()
            if len(times) >= rule[2]:
                return True
        for rule in mine:
            self.times[rule].append(now)
        return False

    def _item(self, item: dict) -> dict:
        entity = next(name for name in item if name in ENTITIES.values())
        return {entity: self._booked(item[entity]), 'bId': item['bId']}

    def _booked(self, data: dict) -> dict:
        self.counts['documents'] += 1
        data = {**data, 'Id': data.get('Id') or str(next(self.ids)), 'SyncToken': '0', 'MetaData': MOMENT}
        if 'Line' in data:
            tax = (data.get('TxnTaxDetail') or {}).get('TotalTax', 0)
            data['TotalAmt'] = data['Balance'] = round(sum(line.get('Amount', 0) for line in data['Line']) + tax, 2)
        return data


class Connection(asyncio.Protocol):
    """One kept-alive connection; its requests are answered one after the other."""

    def __init__(self, stub: Stub):
        self.stub = stub
        self.received = b''

    def connection_made(self, transport) -> None:
        """Keep what to answer on."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once a request is complete; what HTTP clients send before they have the answer to it is nothing."""
        self.received += data
        head, end, rest = self.received.partition(END)
        if not end:
            return
        length = LENGTH.search(head)
        if len(rest) < (int(length[1]) if length else 0):
            return
        self.received = b''
        method, target, _ = head.partition(b'\r\n')[0].decode('latin-1').split(' ', 2)
        status, answer, seconds = self.stub.answer(method, target, rest)
        text = json.dumps(answer).encode()
        text = (b'HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nintuit_tid: 1-bench\r\nContent-Length: %d\r\n\r\n'
                % (status, len(text))) + text
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self.transport.write, text)
        else:
            self.transport.write(text)


async def main(port: int) -> None:
    """Serve until the process is ended."""
    stub = Stub()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(stub), '127.0.0.1', port)
    async with server:
        await server.serve_forever()


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, required=True)
    asyncio.run(main(parser.parse_args().port))
