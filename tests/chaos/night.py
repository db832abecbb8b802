"""One night of the crash test, from the backlog to the audit."""
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.lab import books, connect
from tests.lab.client import OdooClient
from tests.lab.machine import Machine
from tests.lab.paths import BUILD, LabError, say

from .audit import Audit, audit, sums
from .harm import Harm
from .office import Office
from .people import people, run_cron
from .stage import Stage, stage

RESULT = BUILD / 'chaos.json'
EVIDENCE = BUILD / 'chaos'
LEAST_BACKLOG = 300
RETRIES = 6  # times that somebody presses Retry in the morning
MORNING = 240  # seconds for the rest of the queue
STUCK = ('failed', 'dead', 'unknown')
# How often each kind of weather comes, among those that are possible.
KINDS = {
    'lost_answer': 4, 'half_batch': 3, 'reset': 3, 'error_before': 3, 'error_after': 4, 'throttle': 1,
    'throttle_retry_after': 1, 'item_throttle': 3, 'item_error_before': 2, 'item_error_after': 3, 'expired': 2,
    'truncated': 3, 'slow': 2, 'late': 1, 'stale': 4, 'forgotten': 1,
}


@dataclass(frozen=True)
class Plan:
    """How bad the night gets; `size` multiplies the backlog."""

    seed: str
    kills: int = 60
    postgres_restarts: int = 2
    people: int = 4
    size: float = 1.0
    rate: float = 0.3
    slow_seconds: float = 20
    latency: float = 0.4
    outlast: float = 90  # seconds of bad weather after the last kill, if so many are needed


@dataclass
class Outcome:
    """What happened, and whether the books agree."""

    plan: Plan
    seconds: float = 0
    backlog: int = 0
    switches: dict = field(default_factory=dict)
    audit: Audit = field(default_factory=Audit)
    figures: dict[str, dict] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether there is no difference at all."""
        return not self.audit.differences

    def as_json(self) -> dict:
        """Return everything for build/chaos.json."""
        return {
            'seed': self.plan.seed, 'good': self.good, 'seconds': round(self.seconds), 'backlog': self.backlog,
            'plan': vars(self.plan), 'switches': self.switches, **self.figures, 'compared': dict(self.audit.compared),
            'documents': {row.kind: row.as_json() for row in self.audit.rows}, 'differences': self.audit.differences,
        }

    def text(self) -> str:
        """Return the figures and the differences for a person."""
        lines = [f"\nSeed {self.plan.seed}: {self.seconds:.0f} s, backlog {self.backlog} entries, QuickBooks with "
                 + ", ".join(f"{name} {value}" for name, value in self.switches.items())]
        for name, figures in {**self.figures, 'compared': self.audit.compared}.items():
            shown = ', '.join(f'{key} {value}' for key, value in figures.items()) or 'none'
            lines.append(f"{name:<18} {sum(figures.values()):>6}   {shown}")
        lines.append(sums(self.audit.rows))
        lines += [f"DIFFERENT: {difference}" for difference in self.audit.differences]
        word = "The books agree" if self.good else f"{len(self.audit.differences)} DIFFERENCES"
        return '\n'.join([*lines, f"\n{word}. Repeat with SEED={self.plan.seed}; figures in {RESULT}."])


def spend(machine: Machine, plan: Plan) -> Outcome:
    """Let a night pass and return what it left."""
    began = time.monotonic()
    outcome = Outcome(plan, switches=_switches(plan.seed))
    with stage(machine) as scene:
        before = books.quickbooks_sums(scene.simulator.url, scene.realm_id)
        with scene.calm_server() as client:
            say("Preparing records that stand in QuickBooks already, and a backlog ...")
            outcome.backlog = _prepare(client, plan)
        scene.start('a')
        scene.start('b')
        harm = Harm(scene, plan.seed, plan.kills, plan.postgres_restarts, outcome.backlog)
        with scene.alarm():
            settled_before, fell = scene.settled(), time.monotonic()
            say(f"The night begins: {outcome.backlog} entries wait, seed {plan.seed}.")
            scene.sim('seed', {'switches': outcome.switches})
            scene.sim('weather', {'seed': plan.seed, 'rate': plan.rate, 'read_rate': plan.rate / 5, 'kinds': KINDS,
                                  'slow_seconds': plan.slow_seconds, 'late_seconds': 4, 'latency': plan.latency,
                                  'memory_seconds': 90})
            with people(scene, plan.seed, plan.people) as crowd:
                harm.do()
            _outlast(scene, plan.outlast, outcome.backlog // 20)
            scene.sim('weather', {}, 'DELETE')
            settled_by_night, broke = scene.settled() - settled_before, time.monotonic()
            scene.look_after()
            say("The morning: the rest of the queue drains.")
            client = scene.client('a')
            reconnects, retries = _morning(scene, client)
            standing = scene.books()
            outcome.audit = audit(client, scene.connection, standing, scene.sim('weather')['edits'])
            outcome.audit.add_sums(books.compare(client, scene.connection, scene.simulator.url, before), standing)
        _figures(scene, client, outcome, harm, crowd)
        outcome.figures['settled by night'] = {'entries': settled_by_night}
        outcome.figures['seconds'] = {
            'before': round(fell - began), 'night': round(broke - fell), 'morning': round(time.monotonic() - broke)}
        outcome.figures['morning'] = {'reconnects': reconnects, 'retries pressed': retries}
        if reconnects:
            outcome.audit.differences.append("The connection had to be connected anew, though no consent was withdrawn")
        outcome.seconds = time.monotonic() - began
        RESULT.write_text(json.dumps(outcome.as_json(), indent=2, default=str) + '\n')
        _keep_evidence(scene, client)
    return outcome


def _switches(seed: str) -> dict:
    """Return how QuickBooks behaves tonight where its real behaviour is a setting or unknown; never kindly."""
    draw = random.Random(f'{seed}:switches')
    return {
        'rate_limits': True,
        # A user's setting; without the warning nothing but us keeps a number from being used twice.
        'duplicate_number_warning': draw.random() < 0.3,
        'requestid_faults': draw.choice(('none', 'batch', 'all')),
        'throttle_format': draw.choice(('json', 'xml')),
    }


def _prepare(client: OdooClient, plan: Plan) -> int:
    """Make records that are pushed in calm weather, then the backlog; returns how many entries it has."""
    office = Office(client, random.Random(f'{plan.seed}:office'), 'Q')

    def many(count: int) -> int:
        return max(1, round(count * plan.size))

    office.new_customers(many(30))
    office.new_products(many(15))
    old = office.new_documents(many(60))
    office.new_documents(many(12), 'out_refund')
    office.pay(old[:many(15)])
    run_cron(client, "QuickBooks: send %")
    left = client.search_read('qbo.queue.entry', [('state', 'not in', ('done', 'superseded'))], ['fault_message'])
    if left:
        raise LabError(f"In calm weather {len(left)} entries are not pushed: {left[:3]}")

    office.edit_customers(office.some(office.customers(), many(20)))
    office.edit_products(office.some(office.products(), many(8)))
    payments = office.some(office.payments(), many(4))
    unpaid = office.some(office.documents(), many(30))
    for deed, share in ((office.repost, unpaid[0::3]), (office.cancel_documents, unpaid[1::3]),
                        (office.edit_documents, unpaid[2::3]),
                        (office.cancel_documents, office.some(office.documents('out_refund'), many(4))),
                        (office.cancel_payments, payments)):
        deed(share)
    office.new_customers(many(50))
    office.new_products(many(20))
    new = office.new_documents(many(100))
    office.new_documents(many(20), 'out_refund')
    office.pay(new[:many(20)])
    client.call('qbo.connection', 'action_push_missing', [client.find('qbo.connection', [])])
    backlog = client.call('qbo.queue.entry', 'search_count', [('state', '=', 'pending')])
    if backlog < LEAST_BACKLOG:
        raise LabError(f"The backlog holds {backlog} entries only.")
    return backlog


def _outlast(scene: Stage, seconds: float, few: int) -> None:
    """Let the weather blow on, without kills, until nearly everything went through it."""
    say("The last kill is over; the weather blows on.")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and scene.waiting() > few:
        scene.look_after()
        time.sleep(0.2)


def _morning(scene: Stage, client: OdooClient) -> tuple[int, int]:
    """Finish what was left half done, press Retry a few times, wait for the queue; returns what it took."""
    reconnects = _reconnect(scene, client)
    Office(client, random.Random(0), 'M').finish_drafts()
    deadline, retries = time.monotonic() + MORNING, 0
    while time.monotonic() < deadline:
        scene.look_after()
        waiting = client.call('qbo.queue.entry', 'search_count', [('state', 'in', ('pending', 'sending'))])
        stuck = client.call('qbo.queue.entry', 'search_count', [('state', 'in', STUCK)])
        # Rows that wait for a stuck one wait as long as it does.
        blocked = client.call('qbo.queue.entry', 'search_count', [
            ('state', 'in', ('pending', 'sending')), ('dependency_ids.state', 'in', STUCK)]) if stuck else 0
        if not stuck and not waiting:
            break
        if stuck and waiting == blocked:
            if retries == RETRIES:
                break
            retries += 1
            client.call('qbo.queue.entry', 'action_retry_all')
        time.sleep(0.3)
    return reconnects, retries


def _reconnect(scene: Stage, client: OdooClient) -> int:
    """Give consent again if the connection thinks that it lost it."""
    state = client.call('qbo.connection', 'read', [scene.connection], ['state'])[0]['state']
    if state == 'connected':
        return 0
    uri = client.call('qbo.connection', 'read', [scene.connection], ['redirect_uri'])[0]['redirect_uri']
    connect.register_app(scene.simulator.url, uri)
    url = client.call('qbo.connection', 'action_connect', [scene.connection])['url']
    connect.consent(client, url, scene.realm_id)
    return 1


def _figures(scene: Stage, client: OdooClient, outcome: Outcome, harm: Harm, crowd: list) -> None:
    calls = scene.sim('calls/brief')['calls']
    states = Counter(entry['state'] for entry in client.search_read('qbo.queue.entry', [], ['state']))
    outcome.figures = {
        'kills': dict(harm.done), 'in flight at kills': {
            'kills that found some': sum(map(bool, harm.in_flight)), 'entries': sum(harm.in_flight)},
        'server starts': dict(scene.starts), 'PostgreSQL restarts': dict(harm.postgres),
        'faults': scene.sim('weather')['blown'],
        'calls': dict(Counter('batch' if call['operation'] == 'batch' else (
            'write' if call['method'] == 'POST' and call['realm'] else 'read' if call['realm'] else 'oauth')
            for call in calls)),
        'answers': dict(Counter(str(call['status'] or 'dropped') for call in calls)),
        'beyond the limits': dict(Counter(
            call['operation'] for call in calls if call['status'] == 429 and not call['failure'])),
        'entries': dict(states),
        'deeds done': dict(sum((person.done for person in crowd), Counter())),
        'deeds failed': dict(sum((person.failed for person in crowd), Counter())),
        'why deeds failed': dict(sum((person.refused for person in crowd), Counter()).most_common(8)),
    }


def _keep_evidence(scene: Stage, client: OdooClient) -> None:
    """Write down what a person needs to find the cause."""
    EVIDENCE.mkdir(exist_ok=True)
    queue = list(client.call('qbo.queue.entry', 'fields_get', [], ['type']))
    evidence = {
        'calls': scene.sim('calls')['calls'], 'books': scene.books(),
        'queue': client.search_read('qbo.queue.entry', [], queue, order='id'),
        'links': client.search_read('qbo.binding', [], [], context={'active_test': False}, order='id'),
        'moves': client.search_read('account.move', [('move_type', '!=', 'entry')], [
            'name', 'state', 'amount_total', 'amount_residual', 'payment_state', 'partner_id']),
    }
    for name, content in evidence.items():
        (EVIDENCE / f'{name}.json').write_text(json.dumps(content, indent=1, default=str))
    say(f"Evidence is in {EVIDENCE}, Odoo's logs in {BUILD}/chaos-*.log")
