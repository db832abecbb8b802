"""The pictures of the README and of the Apps page, taken in Chromium from a real run: ``make screenshots``."""
import base64
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from . import chromium, connect, demo
from .client import OdooClient
from .machine import Machine
from .paths import REPO, LabError, say

FOLDER = REPO / 'qbo_connector/static/description'
WINDOW = {'width': 1280, 'height': 800, 'deviceScaleFactor': 0.8, 'mobile': False}
PATIENCE = 60  # seconds
CUSTOMER = "Azure Interior"
PRODUCTS = ("Office Chair", "Desk Combination", "Cabinet with Doors")
INVOICES, SLOW, SHARE = 900, 1.5, 40  # documents, seconds of a call, per cent done when the picture is taken
#: 256 colours are enough, in a third of the bytes.
SHRINK = "import sys; from PIL import Image; p = sys.argv[1]; Image.open(p).quantize(256).save(p, optimize=True)"


class Page:
    """A page of a headless Chromium, which is spoken to over two pipes (Chrome DevTools Protocol)."""

    def __init__(self, read: int, write: int):
        self._read, self._write = os.fdopen(read, 'rb'), os.fdopen(write, 'wb')
        self._number, self._session = 0, {}
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self._session = {'sessionId': self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']}
        self.call('Emulation.setDeviceMetricsOverride', **WINDOW)

    def call(self, method: str, **parameters) -> dict:
        """Send a command and return its result."""
        self._number += 1
        message = {'id': self._number, 'method': method, 'params': parameters, **self._session}
        self._write.write(json.dumps(message).encode() + b'\0')
        self._write.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get('id') == self._number:
                if 'error' in answer:
                    raise LabError(f"Chromium: {method}: {answer['error']}")
                return answer['result']

    def _message(self) -> bytes:
        message = b''
        while not message.endswith(b'\0'):
            part = self._read.read(1)
            if not part:
                raise LabError("Chromium ended.")
            message += part
        return message[:-1]

    def evaluate(self, script: str):
        """Run JavaScript and return what it comes to."""
        return self.call('Runtime.evaluate', expression=script, returnByValue=True)['result'].get('value')

    def wait_for(self, selector: str) -> None:
        """Wait until something on the page matches and nothing is being loaded."""
        deadline = time.monotonic() + PATIENCE
        found = f"!!document.querySelector({json.dumps(selector)}) && !document.querySelector('.o_loading_indicator')"
        while not self.evaluate(found):
            if time.monotonic() > deadline:
                raise LabError(f"The page never showed {selector}.")
            time.sleep(0.1)

    def open(self, url: str, selector: str) -> None:
        """Go to an address and wait until it shows something."""
        self.call('Page.navigate', url=url)
        self.wait_for(selector)

    def click(self, selector: str) -> None:
        """Press a button."""
        self.wait_for(selector)
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")


@contextlib.contextmanager
def open_page() -> Iterator[Page]:
    """Yield a page of a Chromium of its own."""
    path = os.pathsep.join(filter(None, [chromium.folder_on_path(), os.environ.get('PATH', os.defpath)]))
    program = next(filter(None, (shutil.which(name, path=path) for name in chromium.NAMES)))
    (child_reads, we_write), (we_read, child_writes) = os.pipe(), os.pipe()
    # Chromium reads from 3 and writes to 4, which may be anything here: what it gets lies above both.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (child_reads, child_writes)]
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.Popen(
            [program, '--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--lang=en-US',
             f'--user-data-dir={profile}', '--remote-debugging-pipe'],
            close_fds=False, preexec_fn=lambda: [os.dup2(end, 3 + place) for place, end in enumerate(ends)],
            start_new_session=True, stderr=subprocess.DEVNULL)
        for end in (child_reads, child_writes, *ends):
            os.close(end)
        try:
            yield Page(we_read, we_write)
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def take(machine: Machine) -> None:
    """Connect Odoo's US demo company with the simulator, and take each picture when it comes to it."""
    with demo.running(machine) as lab, open_page() as page:
        company = lab.client.find('res.company', [('chart_template', '=', 'us')])
        client = lab.client.in_company(company)
        connection = connect.connect(client, company, connect.US_REALM, lab.simulator_url, sync_from=False)
        for name, value in {**client.cookies, 'cids': str(company)}.items():
            page.call('Network.setCookie', url=client.url, name=name, value=value)
        form = f'{client.url}/odoo/quickbooks/{connection}'

        page.open(form, 'button[name=action_open_mapping_wizard]')
        page.click('button[name=action_open_mapping_wizard]')
        page.click('.modal button[name=action_accept_all]')
        page.wait_for('.modal .o_data_row')
        _shoot(machine, page, 'mapping.png')

        connect.accept_mappings(client, connection)
        invoice = _invoices(client, 1)[0]
        client.call('qbo.connection', 'action_push_missing', [connection])
        demo.wait_until_sent(client, connection)
        page.open(f'{client.url}/odoo/customer-invoices/{invoice}', '.o_field_widget[name=qbo_state]')
        _shoot(machine, page, 'invoice.png')

        client.post_json(f'{lab.simulator_url}/_sim/fail',
                         {'path': '/batch', 'kind': 'slow', 'seconds': SLOW, 'times': INVOICES})
        _invoices(client, INVOICES)
        deadline = time.monotonic() + PATIENCE
        while client.call('qbo.connection', 'read', [connection], ['run_share'])[0]['run_share'] < SHARE:
            if time.monotonic() > deadline:
                raise LabError("The drain does not get on.")
            time.sleep(0.2)
        page.open(form, 'div[name=progress] .o_progressbar')
        _shoot(machine, page, 'connection.png')


def _invoices(client: OdooClient, count: int) -> list[int]:
    """Post invoices over the products of the demo data to one of its customers."""
    products = [client.find('product.product', [('name', '=', name)]) for name in PRODUCTS]
    partner = client.find('res.partner', [('name', '=', CUSTOMER)])
    lines = [(0, 0, {'product_id': product, 'quantity': number, 'tax_ids': [(6, 0, [])]})
             for number, product in enumerate(products, start=1)]
    invoices = client.call('account.move', 'create', [{
        'move_type': 'out_invoice', 'partner_id': partner, 'invoice_date': date.today().isoformat(),
        'invoice_line_ids': lines}] * count)
    client.call('account.move', 'action_post', invoices)
    return invoices


def _shoot(machine: Machine, page: Page, name: str) -> None:
    """Store what the page shows."""
    time.sleep(1)  # what glides into its place, and pictures of people
    file: Path = FOLDER / name
    file.write_bytes(base64.b64decode(page.call('Page.captureScreenshot', format='png')['data']))
    machine.run(machine.python, '-c', SHRINK, file)
    say(f"{file}: {file.stat().st_size // 1024} kB")
