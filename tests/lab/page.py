"""A page of a headless Chromium: open, click, wait, and take its picture."""
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

from . import chromium
from .client import OdooClient
from .paths import LabError

WIDE, TALL = (1280, 800), 2000  # pixels
PATIENCE = 60  # seconds
BELOW = 24  # pixels of the page under the last thing that a picture shows
STILL = 0.8  # seconds for what glides into its place, and pictures of people
#: The address of Odoo's actions inside its own web client.
DO_ACTION = "odoo.__WOWL_DEBUG__.root.env.services.action.doAction({action}, {{clearBreadcrumbs: {clear}}})"


class Page:
    """A page that is spoken to over two pipes (Chrome DevTools Protocol)."""

    def __init__(self, read: int, write: int):
        self._read, self._write = os.fdopen(read, 'rb'), os.fdopen(write, 'wb')
        self._number, self._session = 0, {}
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self._session = {'sessionId': self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']}
        self.size(*WIDE)

    # === THE BROWSER === #

    def call(self, method: str, **parameters) -> dict:
        """Send a command and return its result, which is empty where the page went elsewhere meanwhile."""
        self._number += 1
        message = {'id': self._number, 'method': method, 'params': parameters, **self._session}
        self._write.write(json.dumps(message).encode() + b'\0')
        self._write.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get('id') == self._number:
                if 'navigated' in answer.get('error', {}).get('message', ''):
                    return {}
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
        return self.call('Runtime.evaluate', expression=script, returnByValue=True).get('result', {}).get('value')

    def size(self, width: int, height: int) -> None:
        """Make the window so large."""
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)

    def log_in(self, client: OdooClient, company: int) -> None:
        """Be the user of a client, in one company."""
        for name, value in {**client.cookies, 'cids': str(company)}.items():
            self.call('Network.setCookie', url=client.url, name=name, value=value)

    # === WHAT A PERSON DOES === #

    def wait_for(self, selector: str) -> None:
        """Wait until something on the page matches and nothing is being loaded."""
        deadline = time.monotonic() + PATIENCE
        found = (f"!!document.querySelector({json.dumps(selector)}) && "
                 "!document.querySelector('.o_loading_indicator, .o_blockUI')")
        while not self.evaluate(found):
            if time.monotonic() > deadline:
                raise LabError(f"The page never showed {selector}.")
            time.sleep(0.1)

    def open(self, url: str, selector: str) -> None:
        """Go to an address and wait until it shows something."""
        self.call('Page.navigate', url=url)
        self.wait_for(selector)

    def act(self, action: dict | str, selector: str) -> None:
        """Let Odoo's web client, which is open, do an action, and wait until it shows something."""
        clear = 'false' if isinstance(action, dict) and action.get('target') == 'new' else 'true'
        if isinstance(action, dict) and 'views' not in action:  # which Odoo adds where a button is pressed
            action['views'] = [[False, mode] for mode in action['view_mode'].split(',')]
        self.evaluate(DO_ACTION.format(action=json.dumps(action), clear=clear))
        self.wait_for(selector)

    def click(self, selector: str, text: str = '') -> None:
        """Press what matches, or of several that which says a text."""
        self.wait_for(selector)
        hit = self.evaluate(
            f"(() => {{ const hit = [...document.querySelectorAll({json.dumps(selector)})].find("
            f"node => node.textContent.includes({json.dumps(text)})); hit?.click(); return !!hit; }})()")
        if not hit:
            raise LabError(f"Nothing that matches {selector} says {text}.")

    # === PICTURES === #

    def picture(self, selector: str = 'body', margin: int = 0, scale: float = 0.8, down_to: str = '') -> bytes:
        """Return a part of the page as PNG: all that matches, or with `down_to` what lies above the end of that."""
        self.evaluate("document.activeElement?.blur()")
        if selector != 'body':
            self.size(WIDE[0], TALL)  # so that a part is seen as a whole
        time.sleep(STILL)
        x, y, width, height = self._box(selector)
        if down_to:
            _left, top, _width, tall = self._box(down_to)
            height = min(height, top + tall + BELOW - y)
        clip = {'x': max(x - margin, 0), 'y': max(y - margin, 0), 'width': width + 2 * margin,
                'height': height + 2 * margin, 'scale': scale}
        taken = self.call('Page.captureScreenshot', format='png', clip=clip)['data']
        self.size(*WIDE)
        return base64.b64decode(taken)

    def _box(self, selector: str) -> tuple[float, float, float, float]:
        """Return x, y, width and height of what matches."""
        return tuple(self.evaluate(
            f"(({{x, y, width, height}}) => [x, y, width, height])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"))


@contextlib.contextmanager
def open_page() -> Iterator[Page]:
    """Yield a page of a new Chromium, which ends with the block."""
    path = os.pathsep.join(filter(None, [chromium.folder_on_path(), os.environ.get('PATH', os.defpath)]))
    program = next(filter(None, (shutil.which(name, path=path) for name in chromium.NAMES)))
    (child_reads, we_write), (we_read, child_writes) = os.pipe(), os.pipe()
    # Chromium reads from 3 and writes to 4, which may be anything here: what it gets lies above both.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (child_reads, child_writes)]
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen(
            [program, '--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--lang=en-US',
             f'--user-data-dir={profile}', '--remote-debugging-pipe'],
            close_fds=False, preexec_fn=lambda: [os.dup2(end, 3 + place) for place, end in enumerate(ends)],
            start_new_session=True, stderr=subprocess.DEVNULL)
        for end in (child_reads, child_writes, *ends):
            os.close(end)
        try:
            yield Page(we_read, we_write)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
