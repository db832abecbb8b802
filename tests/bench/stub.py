"""A QuickBooks that costs as little as possible: one process, one loop, answers at once or after a set latency.

It books nothing. What it counts is what was asked of it, and, when told to, what Intuit's limits would have refused
(QBO: "API call limits and throttles"): 500 requests a minute, 10 a second, 40 batches a minute.

    python -m tests.bench.stub --port 8080

GET /stats tells the counts; GET /set?latency=0.3&limits=1 changes the behaviour and forgets the counts.
"""
import argparse
import asyncio
import itertools
import json
import time
from collections import deque
from urllib.parse import parse_qs, urlsplit

ENTITIES = {name.lower(): name for name in ('Invoice', 'CreditMemo', 'Payment', 'Customer', 'Item')}
LIMITS = (('request', 1.0, 10), ('request', 60.0, 500), ('batch', 60.0, 40))
MOMENT = {'CreateTime': '2026-01-01T00:00:00-08:00', 'LastUpdatedTime': '2026-01-01T00:00:00-08:00'}


class Stub:
    """What the server knows: how it is to behave, and what it was asked."""

    def __init__(self):
        self.ids = itertools.count(1000)
        self.behave(0.0, False)

    def behave(self, latency: float, limits: bool) -> None:
        """Take up a behaviour and forget the past; `latency` in seconds."""
        self.latency = latency
        self.limits = limits
        self.counts = {'write': 0, 'batch': 0, 'read': 0, 'documents': 0, 'refused': 0}
        self.times = {rule: deque() for rule in LIMITS}

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, dict]:
        """Return status and body of the answer to one request."""
        url = urlsplit(target)
        last = url.path.rpartition('/')[2]
        if last == 'stats':
            return 200, self.counts
        if last == 'set':
            wanted = parse_qs(url.query)
            self.behave(float(wanted['latency'][0]), wanted['limits'] == ['1'])
            return 200, {}
        kind = 'batch' if last == 'batch' else 'write' if method == 'POST' and last in ENTITIES else 'read'
        if self.limits and self._exceeded(kind):
            self.counts['refused'] += 1
            return 429, {'fault': {'error': [{'message': 'ThrottleExceeded', 'code': '3001'}]}}
        self.counts[kind] += 1
        if kind == 'batch':
            return 200, {'BatchItemResponse': [self._item(item) for item in json.loads(body)['BatchItemRequest']]}
        if kind == 'write':
            return 200, {ENTITIES[last]: self._booked(json.loads(body)), 'time': MOMENT['CreateTime']}
        return 200, {'QueryResponse': {}}

    def _exceeded(self, kind: str) -> bool:
        now = time.monotonic()
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


async def serve(stub: Stub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one kept-alive connection."""
    try:
        while True:
            head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1').split('\r\n')
            method, target, _version = head[0].split(' ')
            length = next((int(line[15:]) for line in head if line.lower().startswith('content-length:')), 0)
            body = await reader.readexactly(length)
            status, data = stub.answer(method, target, body)
            if stub.latency and status == 200:
                await asyncio.sleep(stub.latency)
            text = json.dumps(data).encode()
            writer.write(b'HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nintuit_tid: 1-bench\r\n'
                         b'Content-Length: %d\r\n\r\n' % (status, len(text)) + text)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(port: int) -> None:
    """Serve until the process is ended."""
    stub = Stub()
    server = await asyncio.start_server(lambda r, w: serve(stub, r, w), '127.0.0.1', port, limit=2 ** 24)
    async with server:
        await server.serve_forever()


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, required=True)
    asyncio.run(main(parser.parse_args().port))
