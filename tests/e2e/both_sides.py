"""Two people at work at once: one enters documents and payments in Odoo, a bookkeeper payments in QuickBooks.

What each does follows from the number of the document alone, so that a run can be compared with another.
"""
import http.client
import threading
import time
from collections import Counter
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from tests.lab.client import OdooClient
from tests.lab.paths import LabError
from tests.simulator import forgeries

from .office import Office

GROUP = 8           # documents of one customer
CENT = Decimal('0.01')
TOKEN = "3f1c6e6a-7d4b-verifier"
APART = 1.5         # seconds between two changes of one object: QuickBooks' times are of whole seconds


class Clerk:
    """Enters documents in Odoo: of each GROUP one is a credit note, one invoice is paid by Odoo's own wizard."""

    def __init__(self, office: Office, count: int):
        self._office = office
        self.count = count
        self.made: dict[int, int] = {}      # number of the document -> id in Odoo
        self.numbers: dict[str, int] = {}   # its number in the books -> number of the document

    def prepare(self) -> None:
        """Make the customers."""
        self.partners = self._call('res.partner', 'create', [
            {'name': f"Both Ways {group}", 'customer_rank': 1} for group in range(-(-self.count // GROUP))])
        journal = self._office.client.search_read(
            'account.journal', [('type', '=', 'sale')], ['default_account_id'], limit=1)[0]
        self._journal, self._account = journal['id'], journal['default_account_id'][0]

    def enter(self, first: int, last: int) -> None:
        """Post the documents of these numbers, in Odoo's own time; and pay some."""
        numbers = [number for number in range(first, min(last, self.count)) if number not in self.made]
        ids = self._call('account.move', 'create', [self._document(number) for number in numbers])
        self._call('account.move', 'action_post', ids)
        self.made |= dict(zip(numbers, ids, strict=True))
        for move in self._call('account.move', 'read', ids, ['name']):
            self.numbers[move['name']] = next(number for number, mid in self.made.items() if mid == move['id'])
        for number in numbers:
            if number % GROUP == 0:
                context = {'active_model': 'account.move', 'active_ids': [self.made[number]]}
                wizard = self._call('account.payment.register', 'create', [{}], context=context)
                self._call('account.payment.register', 'action_create_payments', wizard, context=context)

    def _document(self, number: int) -> dict:
        return {
            'move_type': 'out_refund' if number % GROUP == 7 else 'out_invoice', 'journal_id': self._journal,
            'partner_id': self.partners[number // GROUP], 'invoice_date': date.today().isoformat(),
            'invoice_line_ids': [(0, 0, {
                'name': f"Both ways {number}", 'quantity': 1, 'price_unit': amount_of(number),
                'account_id': self._account, 'tax_ids': [(6, 0, [])]})],
        }

    def _call(self, model: str, method: str, *args, **kwargs):
        return self._office.client.call(model, method, *args, **kwargs)


def amount_of(number: int) -> float:
    """The amount of a document: no two alike."""
    return float(Decimal(100 + number) + CENT * (number % 97))


class Bookkeeper(threading.Thread):
    """Receives payments in QuickBooks as soon as the documents stand there, and corrects some of them later.

    Of each GROUP: invoice 1 is paid in full, 2 in two halves, 3 and 4 together, 5 with 10 too much, 6 by mistake (the
    payment is voided or deleted) and then partly by the credit note 7; the payment of 5 is corrected later.
    """

    def __init__(self, office: Office, clerk: Clerk):
        super().__init__(daemon=True)
        self._office, self._clerk = office, clerk
        self._later: list[tuple[float, str, dict]] = []
        self._paid: set[int] = set()
        self.deeds: Counter = Counter()
        self.error: Exception | None = None
        self.ended = threading.Event()

    def run(self) -> None:
        """Work until everything is done, or `ended` is set."""
        try:
            while not self.ended.wait(0.2) and not self._all_done():
                self._correct()
                self._receive()
        except (AssertionError, LookupError, TypeError, ValueError, OSError, LabError) as error:
            self.error = error
        self.ended.set()

    def _all_done(self) -> bool:
        return len(self._clerk.made) == self._clerk.count and not self._later and all(
            number in self._paid for number in range(self._clerk.count) if number % GROUP not in (0, 4, 7))

    def _receive(self) -> None:
        standing = {
            self._clerk.numbers[obj['DocNumber']]: obj['Id'] for entity in ('Invoice', 'CreditMemo')
            for obj in self._office.books(entity) if obj.get('DocNumber') in dict(self._clerk.numbers)}
        for number, remote_id in sorted(standing.items()):
            if number in self._paid or number % GROUP in (0, 4, 7):
                continue
            end = min(self._clerk.count, number - number % GROUP + GROUP)
            if all(other in standing for other in range(number, end) if number % GROUP in (3, 6)):
                self._paid.add(number)
                self._pay(number, remote_id, standing)

    def _pay(self, number: int, remote_id: str, standing: dict[int, str]) -> None:
        amount = Decimal(str(amount_of(number)))
        kind, half = number % GROUP, (amount / 2).quantize(CENT)
        if kind == 2:
            self._do('receive_payment', applied={remote_id: str(half)}, reference=f"BW-{number}")
            self._in_a_while(1, 'receive_payment', applied={remote_id: str(amount - half)}, reference=f"BW-{number}b")
        elif kind == 3 and number + 1 in standing:
            self._do('receive_payment', applied=[remote_id, standing[number + 1]], reference=f"BW-{number}")
        elif kind == 5:
            made = self._do('receive_payment', applied=[remote_id], total=str(amount + 10), reference=f"BW-{number}")
            self._in_a_while(2, 'edit_payment', remote_id=made['Id'], applied={remote_id: str(half)},
                             total=str(half), reference=f"BW-{number}", memo="corrected")
        elif kind == 6:
            made = self._do('receive_payment', applied=[remote_id], reference=f"BW-{number}")
            verb = 'void' if number // GROUP % 2 else 'delete'
            self._in_a_while(1, verb, entity='Payment', remote_id=made['Id'])
            if number + 1 in standing:
                self._in_a_while(2, 'receive_payment', applied={remote_id: '60', standing[number + 1]: '60'}, total=0)
        else:
            self._do('receive_payment', applied=[remote_id], reference=f"BW-{number}", deposit_to="Checking")

    def _in_a_while(self, turns: int, verb: str, **arguments) -> None:
        self._later.append((time.monotonic() + APART * turns, verb, arguments))

    def _correct(self) -> None:
        due = [deed for deed in self._later if deed[0] <= time.monotonic()]
        self._later = [deed for deed in self._later if deed not in due]
        for _when, verb, arguments in due:
            self._do(verb, **arguments)

    def _do(self, verb: str, **arguments) -> dict:
        self.deeds[verb] += 1
        return self._office.bookkeeper(verb, **arguments)


class Stranger:
    """Posts forgeries to Odoo, and keeps how each kind was answered and how long it took."""

    def __init__(self, office: Office):
        self._parts = urlsplit(office.odoo.url)
        self.answers: dict[str, Counter] = {}
        self.seconds: list[float] = []
        self._lock = threading.Lock()

    def post(self, forgery: forgeries.Forgery) -> None:
        """Post one; an Odoo that is down right now counts as no answer."""
        connection = http.client.HTTPConnection(self._parts.hostname, self._parts.port, timeout=60)
        began = time.monotonic()
        try:
            connection.request('POST', '/qbo/webhook', forgery.body, {
                name: value.encode('utf-8') for name, value in forgery.headers.items()})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        with self._lock:
            self.answers.setdefault(forgery.kind, Counter())[status] += 1
            if status:
                self.seconds.append(time.monotonic() - began)

    def slowest(self, share: float = 0.99) -> float:
        """Seconds within which that share of the posts was answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


def differences(client: OdooClient, office: Office, clerk: Clerk) -> list[str]:
    """Compare both books document by document, from the documents themselves; the addon's links are not looked at."""
    found = []
    here = {move['name']: move for move in client.search_read(
        'account.move', [('id', 'in', list(clerk.made.values()))],
        ['name', 'amount_total', 'amount_residual', 'payment_state', 'state'])}
    there: dict[str, list[dict]] = {}
    for entity in ('Invoice', 'CreditMemo'):
        for obj in office.books(entity):
            there.setdefault(obj.get('DocNumber') or '', []).append(obj)
    for number, move in here.items():
        # An invoice whose payment waits for the bank statement is paid as far as the customer is concerned.
        left = 0 if move['payment_state'] in ('in_payment', 'paid') else move['amount_residual']
        ours = (_cents(move['amount_total']), _cents(left))
        theirs = [(_cents(obj['TotalAmt']), _cents(obj['Balance'])) for obj in there.get(number, [])]
        if theirs != [ours]:
            found.append(f"{number}: {ours} in Odoo, {theirs} in QuickBooks")
    return found + _payment_differences(client, office)


def _payment_differences(client: OdooClient, office: Office) -> list[str]:
    company = office.client.call('qbo.connection', 'read', [office.connection], ['company_id'])[0]['company_id'][0]
    payments = client.search_read('account.payment', [
        ('company_id', '=', company), ('state', 'in', ('in_process', 'paid')), ('payment_type', '=', 'inbound'),
        ('partner_id.name', 'like', 'Both Ways')], ['payment_reference', 'amount'])
    ours = Counter((payment['payment_reference'] or '' if (payment['payment_reference'] or '').startswith('BW') else '',
                    _cents(payment['amount'])) for payment in payments)
    theirs = Counter((obj.get('PaymentRefNum') if (obj.get('PaymentRefNum') or '').startswith('BW') else '',
                      _cents(obj['TotalAmt'])) for obj in office.books('Payment')
                     if obj['TotalAmt'] and obj['CustomerRef']['name'].startswith('Both Ways'))
    return [f"payment {key}: {ours[key]} in Odoo, {theirs[key]} in QuickBooks"
            for key in sorted(ours.keys() | theirs.keys()) if ours[key] != theirs[key]]


def _cents(value) -> Decimal:
    return Decimal(str(value)).quantize(CENT)
