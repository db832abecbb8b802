"""People who go on working while everything around them breaks: each a thread with a mind of its own."""
import contextlib
import http.client
import random
import re
import threading
from collections import Counter
from collections.abc import Callable

from tests.lab import connect
from tests.lab.client import OdooError
from tests.lab.paths import LabError

from .office import Office
from .stage import SERVERS, Stage

PAUSE = (0.1, 0.8)  # seconds between two deeds
TROUBLE = (LabError, OSError, http.client.HTTPException, ValueError, KeyError, IndexError)


class Person(threading.Thread):
    """Acts through whichever server answers, until told to stop; what fails is left, as people do.

    :param int number: of `total` people; each keeps to own documents where two would undo each other's work
    """

    def __init__(self, stage: Stage, seed: str, number: int, total: int):
        super().__init__(name=f'person {number}', daemon=True)
        self.stage = stage
        self.draw = random.Random(f'{seed}:person:{number}')
        self.client = stage.client(SERVERS[number % len(SERVERS)])
        self.number = number
        self.total = total
        self.ended = threading.Event()
        self.done: Counter = Counter()
        self.failed: Counter = Counter()
        self.refused: Counter = Counter()

    def run(self):
        """Act, again and again."""
        office = Office(self.client, self.draw, chr(65 + self.number))
        while not self.ended.wait(self.draw.uniform(*PAUSE)):
            deed = self.draw.choices(list(DEEDS), [weight for weight, _deed in DEEDS.values()])[0]
            try:
                DEEDS[deed][1](self, office)
                self.done[deed] += 1
            except OdooError as error:
                self.failed[deed] += 1
                self.refused[f'Odoo: {error}'.split('\n', maxsplit=1)[0][:100]] += 1
            except TROUBLE as error:
                self.failed[deed] += 1
                answer = re.search(r'answered \d+', str(error))
                self.refused[answer[0] if answer else type(error).__name__] += 1
                self._turn_to_the_other(office)

    def _turn_to_the_other(self, office: Office) -> None:
        """Log in at the other server; when that is gone too, the next deed fails as well."""
        names = {server.url: name for name, server in self.stage.servers.items()}
        other = next(name for url, name in names.items() if url != office.client.url)
        office.client.url = self.stage.servers[other].url
        with contextlib.suppress(*TROUBLE):
            office.client = self.stage.client(other)

    def _mine(self, ids: list[int]) -> list[int]:
        return [id_ for id_ in ids if id_ % self.total == self.number]

    # --- deeds ---

    def post(self, office: Office) -> None:
        """Post a few invoices or credit notes."""
        office.new_documents(self.draw.randint(1, 3), self.draw.choice(('out_invoice', 'out_invoice', 'out_refund')))

    def post_many(self, office: Office) -> None:
        """Post a month's end at once."""
        office.new_documents(15)

    def sell_anew(self, office: Office) -> None:
        """A new customer buys a new product."""
        office.new_customers(2)
        office.new_products(1)
        office.new_documents(1)

    def pay(self, office: Office) -> None:
        """Register payments."""
        office.pay(office.some(self._mine(office.documents()), 3))

    def edit(self, office: Office) -> None:
        """Edit contacts, prices and documents of anybody."""
        office.edit_customers(office.some(office.customers(), 5))
        office.edit_products(office.some(office.products(), 2))
        office.edit_documents(office.some(office.documents(), 2))

    def repost(self, office: Office) -> None:
        """Correct documents."""
        office.repost(office.some(self._mine(office.documents()), 2))

    def cancel(self, office: Office) -> None:
        """Cancel a document or a payment."""
        kind = self.draw.choice(('out_invoice', 'out_refund', 'payment'))
        if kind == 'payment':
            office.cancel_payments(office.some(self._mine(office.payments()), 1))
        else:
            office.cancel_documents(office.some(self._mine(office.documents(kind)), 1))

    def retry(self, office: Office) -> None:
        """Press Retry on everything that stopped."""
        office.client.call('qbo.queue.entry', 'action_retry_all')

    def push_missing(self, office: Office) -> None:
        """Press Push Missing."""
        office.client.call('qbo.connection', 'action_push_missing', [self.stage.connection])

    def sweep(self, office: Office) -> None:
        """Run the daily sweep now."""
        run_cron(office.client, "QuickBooks: look for what was missed")

    def drain(self, office: Office) -> None:
        """Run the connection's cron by hand."""
        run_cron(office.client, "QuickBooks: send %")

    def map(self, office: Office) -> None:
        """Open the mapping wizard, accept everything and save."""
        connect.accept_mappings(office.client, self.stage.connection)


# What is done, and how often.
DEEDS: dict[str, tuple[int, Callable]] = {
    'post': (6, Person.post), 'post many': (2, Person.post_many), 'sell anew': (3, Person.sell_anew),
    'pay': (4, Person.pay), 'edit': (5, Person.edit), 'repost': (3, Person.repost), 'cancel': (3, Person.cancel),
    'retry': (3, Person.retry), 'push missing': (2, Person.push_missing), 'sweep': (1, Person.sweep),
    'drain by hand': (2, Person.drain), 'save mappings': (1, Person.map),
}


def run_cron(client, name: str) -> None:
    """Run scheduled actions by name, as an administrator can."""
    for cron in client.call('ir.cron', 'search', [('cron_name', '=like', name)]):
        client.call('ir.cron', 'method_direct_trigger', [cron])


@contextlib.contextmanager
def people(stage: Stage, seed: str, count: int):
    """Let so many people work within the block."""
    crowd = [Person(stage, seed, number, count) for number in range(count)]
    for person in crowd:
        person.start()
    try:
        yield crowd
    finally:
        for person in crowd:
            person.ended.set()
        for person in crowd:
            person.join()
