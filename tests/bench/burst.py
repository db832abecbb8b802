"""The measurement of the webhook: bursts of events, genuine and forged, at a server that drains meanwhile."""
import base64
import hashlib
import hmac
import http.client
import json
import secrets
import statistics
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from tests.lab import server

from .figures import Figure
from .measures import Sizes
from .rates import odoo
from .stage import ADDONS, REALM, Stage

RATE = 100  # posts a second, each with one event
SENDERS = 100  # so many may be under way at once: that an answer is late holds no later post back
WARM_UP = 20  # posts, one after the other: each worker has loaded Odoo then
ANSWER = 3  # seconds that Intuit waits


def webhooks(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Seconds until posts are answered, 100 of them a second; and the same for forged ones."""
    name = stage.connected('burst')
    token, slowest, median, forged_slowest = secrets.token_hex(16), [], [], []
    count = RATE * sizes.burst
    with stage.process(name) as process:
        process('trust', token=token)
        with odoo(stage, name, f'{stage.machine.addons_path},{ADDONS}', workers=2, max_cron_threads=1) as odoo_server:
            for _number in range(WARM_UP):
                _post(urlsplit(odoo_server.url), _event(0), token)
            warm = process('told')['rows']
            for _round in range(sizes.repetitions):
                genuine = _burst(odoo_server, [_event(number) for number in range(count)], token, 200)
                forged = _burst(odoo_server, [_event(number) for number in range(count)], 'forged', 401)
                slowest.append(max(genuine))
                median.append(statistics.median(genuine) * 1000)
                forged_slowest.append(max(forged))
        told = process('told')['rows'] - warm
    assert told == count * sizes.repetitions, f"{told} events were stored"
    return [
        Figure('webhook_burst', f"seconds until the slowest of {count:,} webhooks is answered, {RATE} a second",
               slowest, f'<= {ANSWER}', 's'),
        Figure('webhook_median', "the median of them, ms", median, unit='ms'),
        Figure('webhook_forged', "seconds until the slowest of as many forged ones is refused", forged_slowest,
               f'<= {ANSWER}', 's'),
    ]


def _event(number: int) -> bytes:
    """Return a post with one event, of an object that nobody knows."""
    return json.dumps([{
        'specversion': '1.0', 'id': str(uuid.uuid4()), 'source': 'intuit.bench', 'type': 'qbo.invoice.updated.v1',
        'datacontenttype': 'application/json', 'time': '2026-01-15T10:00:00Z', 'intuitentityid': str(10 ** 9 + number),
        'intuitaccountid': REALM, 'data': {}}]).encode()


def _post(address, body: bytes, token: str) -> int:
    """Post a body and return the status of the answer."""
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request('POST', '/qbo/webhook', body, {
        'Content-Type': 'application/cloudevents+json', 'intuit-signature': _signature(body, token)})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _burst(target: server.Service, bodies: list[bytes], token: str, status: int) -> list[float]:
    """Post bodies at their time, whatever becomes of the others; return the seconds from then until each answer."""
    address, start, lock, seconds = urlsplit(target.url), time.perf_counter() + 0.1, threading.Lock(), []

    def send(number: int) -> None:
        due = start + number / RATE
        time.sleep(max(0, due - time.perf_counter()))
        answered = _post(address, bodies[number], token)
        assert answered == status, answered
        with lock:
            seconds.append(time.perf_counter() - due)

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(len(bodies))))
    return seconds


def _signature(body: bytes, token: str) -> str:
    """Sign a post as Intuit does; what starts the lab has no package yet, and so not the simulator's."""
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()
