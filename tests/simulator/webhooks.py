"""Webhooks: what happens in the books is posted to the address of the app ("QBO: Webhooks", "Best practices").

At least once, in any order, held up or lost, as the target's settings say. An answer other than 200 within 3 seconds
counts as none: the post comes again after 10 s, 20 s, 30 s, 5 m, 20 m, 2 h, 4 h, 6 h and then every 6 h by the
simulator's clock, and what comes later waits behind it. The app's own writes are told like those of anybody else.
"""

import http.client
import logging
import random
import time
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from . import notices
from . import store as stores

ANSWER_SECONDS = 3
LADDER = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
MOST = 100          # events of one post
_LOG = 2000         # posts that are remembered
_logger = logging.getLogger(__name__)


@dataclass
class Target:
    """Where an app wants to be told, and how well that works."""

    url: str
    token: str
    client_id: str = 'sim-client'
    format: str = notices.CLASSIC
    content_type: str = ''          # by default application/json; CloudEvents: application/cloudevents+json
    void: str = 'void'              # or voided
    entities: list | None = None    # chosen in the portal; None: all that there are
    together: bool = True           # several companies in one post; not sure, so the harder of the two
    connected: bool = True          # companies without a living consent raise nothing
    drop: float = 0                 # share of the events that is lost
    duplicate: float = 0            # share that is told twice
    disorder: bool = False          # events change places within and between posts
    delay: float = 0                # seconds, at most, that an event is held up
    head_of_line: bool = True       # later posts wait until the first one is acknowledged
    seed: int = 0
    waiting: list = field(default_factory=list)     # (due, event)
    queue: list = field(default_factory=list)       # posts
    dropped: int = 0

    def __post_init__(self):
        if self.format not in (notices.CLASSIC, notices.CLOUDEVENTS) or self.void not in ('void', 'voided'):
            raise ValueError(f"no such format: {self.format}, {self.void}")
        cloud = self.format == notices.CLOUDEVENTS
        self.content_type = self.content_type or ('application/cloudevents+json' if cloud else 'application/json')
        self.random = random.Random(self.seed)

    def settings(self):
        """What was asked for, without the token."""
        hidden = ('token', 'waiting', 'queue')
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in hidden}


@dataclass
class Post:
    """One post: the same bytes and signature each time it is tried."""

    number: int
    url: str
    body: bytes
    headers: dict
    due: object
    events: int
    attempts: list = field(default_factory=list)    # {at, outcome, seconds}
    state: str = 'waiting'

    def as_json(self):
        """What the log shows."""
        return {'n': self.number, 'url': self.url, 'headers': self.headers, 'body': self.body.decode(),
                'events': self.events, 'state': self.state, 'attempts': self.attempts, 'due': self.due.isoformat()}


class Webhooks:
    """The sender of a simulator.

    :param Simulator sim: its lock guards everything here but the sending itself
    """

    def __init__(self, sim):
        self._sim = sim
        self.targets = {}
        self.log = []
        self._number = 0

    def register(self, **settings):
        """Set the target of an app (see Target), in place of the one it had.

        :raises ValueError, TypeError: settings that make no sense
        """
        target = Target(**settings)
        if urlsplit(target.url).scheme not in ('http', 'https') or not target.token:
            raise ValueError("a target needs a url and a token")
        self.targets[target.client_id] = target
        return target

    def note(self, company, changes):
        """Something changed in a company."""
        now = self._sim.clock.now()
        for target in self.targets.values():
            if target.connected and not self._sim.oauth.is_connected(target.client_id, company.realm_id):
                continue
            for change in changes:
                if change.entity in notices.NOTIFIED and (not target.entities or change.entity in target.entities):
                    self._await(target, notices.event(company.realm_id, change), now)

    def test(self, realm_id, count=1):
        """The portal's "Send test events"."""
        company = self._sim.companies[realm_id]
        now = self._sim.clock.now().replace(microsecond=0)
        self.note(company, [stores.Change('Customer', str(number + 1), 'Update', now, None) for number in range(count)])

    def _await(self, target, event, now):
        if target.random.random() < target.drop:
            target.dropped += 1
            return
        times = 2 if target.random.random() < target.duplicate else 1
        for turn in range(times):
            held = target.random.uniform(0, target.delay) + turn
            target.waiting.append((now.timestamp() + held, event))

    def pending(self):
        """How many events and posts are not acknowledged yet."""
        with self._sim.lock:
            return sum(len(target.waiting) + sum(post.events for post in target.queue)
                       for target in self.targets.values())

    def compose(self, everything=False):
        """Make posts of the events that are due (or of all) and put them in the queue of their target."""
        with self._sim.lock:
            now = self._sim.clock.now()
            for target in self.targets.values():
                due = [event for when, event in target.waiting if everything or when <= now.timestamp()]
                target.waiting = [pair for pair in target.waiting if not everything and pair[0] > now.timestamp()]
                if target.disorder:
                    target.random.shuffle(due)
                else:
                    due.sort(key=lambda event: event.realm_id)
                for group in _groups(due, target.together):
                    body = notices.body(group, target.format, target.void)
                    headers = notices.headers(body, target.token, now, target.content_type)
                    self._number += 1
                    post = Post(self._number, target.url, body, headers, now, len(group))
                    target.queue.append(post)
                    self.log = [*self.log[1 - _LOG:], post]

    def take(self):
        """The posts that wait now, as (body, headers, url) of each, for a test that hands them over by itself."""
        self.compose(everything=True)
        with self._sim.lock:
            posts = [post for target in self.targets.values() for post in target.queue]
            for target in self.targets.values():
                target.queue = []
        for post in posts:
            post.state = 'taken'
        return posts

    # --- sending ---

    def deliver(self, send=None):
        """Send what is due; each target's posts one after another, with the simulator's lock free meanwhile.

        :param callable send: (url, body, headers) -> HTTP status; raises OSError for none in time
        :return: number of posts tried
        """
        self.compose()
        tried = 0
        for target in list(self.targets.values()):
            for post in list(target.queue):
                if post.due > self._sim.clock.now():
                    if target.head_of_line:
                        break
                    continue
                tried += 1
                if not self._try(target, post, send or _send) and target.head_of_line:
                    break
        return tried

    def _try(self, target, post, send):
        began, at = time.monotonic(), self._sim.clock.now()
        try:
            outcome = send(post.url, post.body, post.headers)
        except (OSError, http.client.HTTPException) as error:
            outcome = f"{type(error).__name__}: {error}"
        with self._sim.lock:
            post.attempts.append({'at': at.isoformat(), 'outcome': outcome,
                                  'seconds': round(time.monotonic() - began, 3)})
            if outcome == 200:
                post.state = 'delivered'
                target.queue.remove(post)
                return True
            step = LADDER[min(len(post.attempts), len(LADDER)) - 1]
            post.due = at.__class__.fromtimestamp(at.timestamp() + step, at.tzinfo)
            return False

    def run(self, stop, pause=0.1):
        """Deliver until `stop` (an Event) is set: the thread of a server."""
        while not stop.wait(pause):
            try:
                self._sim.webhooks.deliver()  # a reset makes another one
            except Exception:
                _logger.exception("A webhook was not delivered")

    def report(self):
        """Targets and log."""
        return {'targets': [dict(target.settings(), waiting=len(target.waiting) + len(target.queue))
                            for target in self.targets.values()],
                'posts': [post.as_json() for post in self.log]}


def _groups(events, together):
    """Events of one post each: at most MOST, of one company unless `together`."""
    batches = [events] if together else [
        [event for event in events if event.realm_id == realm] for realm in dict.fromkeys(e.realm_id for e in events)]
    return [batch[start:start + MOST] for batch in batches for start in range(0, len(batch), MOST)]


def _send(url, body, headers):
    """Post and return the status; OSError when there is none within ANSWER_SECONDS."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == 'https' else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=ANSWER_SECONDS)
    try:
        connection.request('POST', parts.path + (f"?{parts.query}" if parts.query else ''), body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
