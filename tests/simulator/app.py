"""HTTP: addresses to operations, headers, envelopes. What happens in the books is decided elsewhere."""

import secrets
import time

from werkzeug.wrappers import Request, Response

from . import bulk, control, faults, jsonio, pages, recorder, requestid, routes
from . import clock as clocks
from . import consent as consents
from . import failures as scripted
from .entities import BY_PATH

QBO_VERSION = '1999.105'


class Application:
    """The WSGI application of a Simulator."""

    def __init__(self, simulator):
        self._sim = simulator

    def __call__(self, environ, start_response):
        """Answer a request; raises DroppedConnection where a failure is scripted so."""
        request = Request(environ)
        return self._respond(request)(environ, start_response)

    def _respond(self, request):
        path = request.path
        if path.startswith('/_sim/'):
            return control.respond(self._sim, request)
        if path in ('/', '/webhooks') or path.startswith('/books/'):
            return pages.respond(self._sim, request)
        tid = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
        call = self._record(request, tid)
        with self._sim.lock:
            script = self._sim.failures.strike(call) or self._sim.weather.blow(self._sim, call)
            call['failure'] = script and script['kind']
            before, after = self._sim.weather.delays(call)
        time.sleep(before)
        request.environ.update({'sim.call': call, 'sim.script': script})
        if script and script['kind'] == 'reset':
            call['dropped'] = True
            raise scripted.DroppedConnection(applied=False)
        if script and script['kind'] == 'late':
            time.sleep(float(script.get('seconds', 1)))
        if script and script['kind'] == 'status' and not script.get('apply'):
            response = _scripted(script, self._sim.clock.now())
        else:
            with self._sim.lock:
                response = self._dispatch(request, call)
            time.sleep(after)
            response = self._spoil(script, response, call)
        return self._complete(call, response, tid)

    def _record(self, request, tid):
        parts = request.path.strip('/').split('/')
        realm, word = (parts[2] if len(parts) > 2 else None), (parts[3] if len(parts) > 3 else None)
        oauth = not request.path.startswith('/v3/')
        if oauth:
            realm = word = None
        entity = BY_PATH.get(word)
        with self._sim.lock:
            return self._sim.recorder.start(
                at=clocks.envelope_time(self._sim.clock.now()), method=request.method, host=request.host,
                path=request.path, query=recorder.query_without_secrets(request.args.to_dict()),
                realm=realm, entity=entity.name if entity else word,
                operation=routes.operation_of(request) if entity else (word or 'oauth'), intuit_tid=tid,
                request_headers=recorder.headers_without_secrets(request.headers.items()),
                request_body=recorder.body_without_secrets(request.get_data(as_text=True), request.content_type, oauth))

    def _spoil(self, script, response, call):
        """Failures that strike after the request was performed."""
        kind = script and script['kind']
        if kind == 'lost_answer':
            call.update(dropped=True, lost_status=response.status_code)
            raise scripted.DroppedConnection(applied=True)
        if kind == 'slow':
            time.sleep(float(script.get('seconds', 1)))
        elif kind == 'truncated':
            text = response.get_data()
            response.set_data(text[:len(text) // 2])
        elif kind == 'status':
            return _scripted(script, self._sim.clock.now())
        return response

    def _complete(self, call, response, tid):
        response.headers['intuit_tid'] = tid
        if call['path'].startswith('/v3/'):
            response.headers['Cache-Control'] = 'max-age=0, no-cache, no-store, must-revalidate, private'
            response.headers['Expires'] = '0'
            if response.status_code == 200:
                response.headers['QBO-Version'] = QBO_VERSION
        call.update(status=response.status_code, response_headers=recorder.headers_without_secrets(response.headers))
        kind = response.content_type or ''
        if 'pdf' not in kind:
            call['response_body'] = recorder.body_without_secrets(
                response.get_data(as_text=True), kind, oauth=not call['path'].startswith('/v3/'))
        return response

    # --- addresses ---

    def _dispatch(self, request, call):
        if request.path.startswith('/v3/company/'):
            return self._company(request, call)
        return consents.respond(self._sim, request)

    def _company(self, request, call):
        now = self._sim.clock.now()
        try:
            company = self._admit(request)
            body = self._answer(company, request, call)
            if isinstance(body, Response):
                return body
            return json_response(dict(body, time=clocks.envelope_time(now)))
        except faults.Refusal as refusal:
            return self._refused(refusal, now)

    def _refused(self, refusal, now):
        if refusal.status == 429 and self._sim.switches['throttle_format'] == 'xml':
            response = Response(faults.as_xml(refusal, now), 429, content_type='application/xml;charset=UTF-8')
        else:
            response = json_response(refusal.envelope(now), refusal.status)
        if refusal.status == 401:
            response.headers['WWW-Authenticate'] = 'Bearer realm="Intuit", error="invalid_token"'
        if refusal.status == 429 and self._sim.switches['retry_after'] is not None:
            response.headers['Retry-After'] = str(self._sim.switches['retry_after'])
        return response

    def _admit(self, request):
        """The company of a request whose token may enter it."""
        grant = self._sim.oauth.grant_of(request.headers.get('Authorization'))
        if grant is None:
            raise faults.unauthorized("Token expired" if request.headers.get('Authorization') else "Token missing")
        realm_id = request.path.strip('/').split('/')[2]
        company = self._sim.companies.get(realm_id)
        host = self._host_environment(request)
        if company is None or grant.realm_id != realm_id or company.environment != host or (
                grant.app.environment and grant.app.environment != host):
            raise faults.forbidden()
        is_batch = request.path.endswith('/batch')
        if company.switch('rate_limits') and self._sim.limiter.exceeded(realm_id, grant.app.client_id, is_batch):
            raise faults.throttled()
        if company.status != 'ACTIVE':
            raise faults.Refusal(6190, "Invalid Company Status",
                                 f"Subscription period has ended or canceled or there was a billing problem : "
                                 f"{company.status}", "")
        return company

    def _host_environment(self, request):
        """The environment that the host name stands for; on loopback the one the simulator was started as."""
        if request.host.startswith('sandbox-quickbooks.'):
            return 'sandbox'
        return 'production' if request.host.startswith('quickbooks.') else self._sim.environment

    def _answer(self, company, request, call):
        """The body of the answer, from the store of answers if the requestid was seen before."""
        request_id = request.args.get('requestid')
        if not request_id or request.method != 'POST' or request.path.endswith('/query'):
            return routes.perform(self._sim, company, request)
        batch_items = None
        if request.path.endswith('/batch'):
            batch_items = bulk.batch_items(routes.json_body(request))
        requestid.check(request_id, batch_items)
        if batch_items is not None:
            return routes.perform(self._sim, company, request)
        content = '\n'.join((request.path, request.args.get('operation', ''), request.args.get('include', ''),
                             request.get_data(as_text=True)))
        stored = self._sim.answers.replay(company, request_id, content)
        if stored is not None:
            call['replayed'] = True
            return stored
        try:
            answer = routes.perform(self._sim, company, request)
        except faults.Refusal as refusal:
            self._sim.answers.keep_refusal(company, request_id, content, refusal)
            raise
        if not isinstance(answer, Response):
            self._sim.answers.keep(company, request_id, content, answer)
        return answer


def json_response(body, status=200):
    """A JSON answer."""
    return Response(jsonio.dumps(body), status, content_type='application/json;charset=UTF-8')


def _scripted(script, now):
    status, headers, text = scripted.answer(script, now)
    return Response(text, status, headers=headers)
