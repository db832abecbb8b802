"""What the story of the pictures is played on, and what its acts are made of."""
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .client import OdooClient
from .machine import Machine
from .page import Page
from .paths import REPO, LabError, say

DOCS = REPO / 'docs/images'
PATIENCE = 120  # seconds
CUSTOMER = "Azure Interior"
PRODUCTS = ("Office Chair", "Desk Combination", "Cabinet with Doors")
#: 256 colours are enough, in a third of the bytes.
SHRINK = "import sys; from PIL import Image; p = sys.argv[1]; Image.open(p).quantize(256).save(p, optimize=True)"


@dataclass
class Scene:
    """What the story is played on."""

    machine: Machine
    page: Page
    client: OdooClient
    company: int
    simulator_url: str
    only: tuple[str, ...] = ()
    connection: int = 0
    invoice: int = 0
    stopped: int = 0
    batch: int = 0
    run: int = 0
    there: list[str] = field(default_factory=list)  # Ids of invoices in QuickBooks

    def press(self, method: str, selector: str, model: str = 'qbo.connection', ids: list[int] | None = None) -> dict:
        """Press a button of a record, and wait until what it opens shows something."""
        action = self.client.call(model, method, ids or [self.connection])
        self.page.act(action, selector)
        return action

    def shoot(self, name: str, folder: Path = DOCS, **part) -> None:
        """Store what the page shows, or a part of it."""
        if self.only and name not in self.only:
            return
        folder.mkdir(exist_ok=True)
        file = folder / f'{name}.png'
        file.write_bytes(self.page.picture(**part))
        subprocess.run([self.machine.python, '-c', SHRINK, file], check=True)
        say(f"{file.relative_to(REPO)}: {file.stat().st_size // 1024} kB")

    def sent(self) -> None:
        """Wait until nothing waits in the queue any more, but for what is stuck or waits for that."""
        until(lambda: not self.client.call('qbo.queue.entry', 'search_count', [
            ('connection_id', '=', self.connection), ('state', 'in', ('pending', 'sending')),
            '!', ('dependency_ids.state', 'in', ('failed', 'dead', 'unknown'))]))

    def control(self, path: str, body: dict | list) -> dict:
        """Tell the simulator something."""
        return self.client.post_json(f'{self.simulator_url}/_sim/{path}', body)


def invoices(client: OdooClient, count: int, **values) -> list[int]:
    """Post invoices over the products of the demo data to one of its customers."""
    products = [client.find('product.product', [('name', '=', name)]) for name in PRODUCTS]
    partner = client.find('res.partner', [('name', '=', CUSTOMER)])
    lines = [(0, 0, {'product_id': product, 'quantity': number, 'tax_ids': [(6, 0, [])]})
             for number, product in enumerate(products, start=1)]
    made = client.call('account.move', 'create', [{
        'move_type': 'out_invoice', 'partner_id': partner, 'invoice_date': date.today().isoformat(),
        'invoice_line_ids': lines, **values}] * count)
    client.call('account.move', 'action_post', made)
    return made


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise LabError("The story does not get on.")
        time.sleep(0.2)
