"""What a person does in a browser, without one: log into Odoo, call its methods, follow links, submit forms."""
import html.parser
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable

from .paths import LabError

TIMEOUT = 600  # seconds; posting a batch of long invoices takes its time


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and the fields it would send as it stands."""

    def __init__(self, page: str):
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Collect a form's action and its inputs."""
        attributes = {name: value or '' for name, value in attrs}
        if tag == 'form' and self.action is None:
            self.action = attributes.get('action', '')
        elif tag == 'input' and attributes.get('name') and attributes.get('type', 'text') in ('text', 'hidden'):
            self.fields[attributes['name']] = attributes.get('value', '')


class Browser:
    """Keeps cookies and follows redirects."""

    def __init__(self):
        self._jar = http.cookiejar.CookieJar()
        # Everything is on this machine: a proxy from the environment must not get in between.
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._jar), urllib.request.ProxyHandler({}))

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the servers have set, all of whom are on this machine."""
        return {cookie.name: cookie.value for cookie in self._jar}

    def open(self, url: str, data: dict | bytes | None = None, headers: dict | None = None) -> tuple[str, str]:
        """Return (address arrived at, page); a dict of `data` is submitted as a form."""
        if isinstance(data, dict):
            data = urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(url, data=data, headers=headers or {})
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise LabError(f"{url.partition('?')[0]} answered {error.code}: {error.read(500)!r}") from None

    def post_json(self, url: str, body: dict) -> dict:
        """POST `body` as JSON and return the answer's JSON."""
        _url, page = self.open(url, json.dumps(body).encode(), {'Content-Type': 'application/json'})
        return json.loads(page) if page else {}

    def get_json(self, url: str) -> dict:
        """GET `url` and return its JSON."""
        return json.loads(self.open(url)[1])


class OdooError(LabError):
    """Odoo refused a call; the text is what Odoo says to its user."""


class OdooClient(Browser):
    """A logged-in user of an Odoo server."""

    def __init__(self, url: str, database: str, login: str = 'admin', password: str = 'admin'):
        super().__init__()
        self.url = url
        self.context: dict = {}
        answer = self._rpc('/web/session/authenticate', {'db': database, 'login': login, 'password': password})
        self.uid = answer['uid']
        self.context = answer['user_context']

    def in_company(self, company_id: int) -> 'OdooClient':
        """Return the same session, working in that company."""
        client = object.__new__(type(self))
        client.__dict__.update(self.__dict__)
        client.context = {**self.context, 'allowed_company_ids': [company_id]}
        return client

    def call(self, model: str, method: str, *args, **kwargs):
        """Call `model`.`method` as Odoo's own web client does; raise OdooError when Odoo refuses."""
        kwargs['context'] = {**self.context, **kwargs.get('context', {})}
        parameters = {'model': model, 'method': method, 'args': args, 'kwargs': kwargs}
        return self._rpc(f'/web/dataset/call_kw/{model}/{method}', parameters)

    def search_read(self, model: str, domain: list, fields: Iterable[str], **options) -> list[dict]:
        """Return the fields of the records that match."""
        return self.call(model, 'search_read', domain, fields=list(fields), **options)

    def find(self, model: str, domain: list) -> int | None:
        """Return the id of one record that matches, or None."""
        return next(iter(self.call(model, 'search', domain, limit=1)), None)

    def _rpc(self, path: str, parameters: dict):
        answer = self.post_json(self.url + path, {'jsonrpc': '2.0', 'method': 'call', 'params': parameters})
        if 'error' in answer:
            data = answer['error'].get('data') or {}
            raise OdooError(data.get('message') or answer['error'].get('message') or "Odoo refused the call.")
        return answer.get('result')  # left out where a method returns nothing
