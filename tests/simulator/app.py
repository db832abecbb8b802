"""HTTP: addresses to operations, headers, envelopes. What happens in the books is decided elsewhere."""

import secrets
import time

from werkzeug.wrappers import Request, Response

from . import bulk, control, faults, jsonio, operations, pages, queries, recorder, requestid
from . import clock as clocks
from . import consent as consents
from . import failures as scripted
from .entities import BY_PATH
from .entities import company as company_entities
from .entities import taxservice

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
        if path == '/' or path.startswith('/books/'):
            return pages.respond(self._sim, request)
        tid = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
        call = self._record(request, tid)
        with self._sim.lock:
            script = self._sim.failures.strike(call)
            call['failure'] = script and script['kind']
        if script and script['kind'] == 'reset':
            call['dropped'] = True
            raise scripted.DroppedConnection(applied=False)
        if script and script['kind'] == 'status' and not script.get('apply'):
            response = _scripted(script, self._sim.clock.now())
        else:
            with self._sim.lock:
                response = self._dispatch(request, call)
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
                operation=_operation(request) if entity else (word or 'oauth'), intuit_tid=tid,
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
            return _perform(self._sim, company, request)
        batch_items = None
        if request.path.endswith('/batch'):
            batch_items = (_json_body(request) or {}).get('BatchItemRequest') or []
        requestid.check(request_id, batch_items)
        if batch_items is not None:
            return _perform(self._sim, company, request)
        content = '\n'.join((request.path, request.args.get('operation', ''), request.args.get('include', ''),
                             request.get_data(as_text=True)))
        stored = self._sim.answers.replay(company, request_id, content)
        if stored is not None:
            call['replayed'] = True
            return stored
        answer = _perform(self._sim, company, request)
        if not isinstance(answer, Response):
            self._sim.answers.keep(company, request_id, content, answer)
        return answer


# --- what stands under a company's address ---

def _perform(sim, company, request):
    words = request.path.strip('/').split('/')[3:]
    special = _SPECIAL.get((request.method, words[0] if words else ''))
    if special:
        return special(sim, company, request, words)
    entity = BY_PATH.get(words[0]) if words else None
    if entity is None or len(words) > 3:
        raise _unknown_address(request)
    if request.method == 'GET' and len(words) == 2:
        return {entity.name: operations.read(company, entity, words[1])}
    if request.method == 'GET' and len(words) == 3 and words[2] == 'pdf' and entity.is_transaction:
        operations.read(company, entity, words[1])
        return Response(b"%PDF-1.4\n%%EOF\n", content_type='application/pdf')
    if request.method == 'POST' and len(words) == 1:
        params = {'include': request.args.get('include', '')}
        return {entity.name: operations.write(company, entity, _operation(request), _json_body(request), params)}
    if request.method == 'POST' and len(words) == 3 and words[2] == 'send' and entity.is_transaction:
        return {entity.name: _send(company, entity, words[1], request.args.get('sendTo'))}
    raise _unknown_address(request)


def _send(company, entity, remote_id, address):
    operations.read(company, entity, remote_id)
    old = company.get(entity.name, remote_id)
    mail = {'Address': address} if address else old.get('BillEmail')
    if not mail:
        raise faults.required('BillEmail.Address')
    sent = dict(old, EmailStatus='EmailSent', BillEmail=mail,
                DeliveryInfo={'DeliveryType': 'Email', 'DeliveryTime': clocks.stamp(company.clock.now())})
    return entity.shown(company, company.touch(entity.name, sent))


def _query(_sim, company, request, _words):
    text = request.args.get('query') if request.method == 'GET' else request.get_data(as_text=True)
    return {'QueryResponse': queries.run(company, text)}


def _batch(sim, company, request, _words):
    request_id = request.args.get('requestid')

    def perform(company, bid, item):
        if not request_id:
            return item()
        key = f"{request_id} {bid}"
        stored = sim.answers.replay(company, key, '')
        if stored is None:
            stored = item()
            sim.answers.keep(company, key, '', stored)
        return stored

    return {'BatchItemResponse': bulk.batch(company, _json_body(request), perform)}


def _cdc(_sim, company, request, _words):
    blocks = bulk.captured(company, request.args.get('entities'), request.args.get('changedSince'))
    return {'CDCResponse': [{'QueryResponse': blocks}]}


def _company_info(_sim, company, request, words):
    if len(words) > 2:
        raise _unknown_address(request)
    return {'CompanyInfo': company.get('CompanyInfo', '1')}


def _preferences(_sim, company, _request, _words):
    return {'Preferences': company.get('Preferences', '1')}


def _exchange_rate(_sim, company, request, _words):
    if request.method == 'POST':
        return {'ExchangeRate': company_entities.set_exchange_rate(company, _json_body(request))}
    currency, day = request.args.get('sourcecurrencycode'), request.args.get('asofdate')
    return {'ExchangeRate': company_entities.exchange_rate(company, currency, day)}


def _tax_service(_sim, company, request, words):
    if words != ['taxservice', 'taxcode']:
        raise _unknown_address(request)
    return Response(jsonio.dumps(taxservice.create(company, _json_body(request))),
                    content_type='application/json;charset=UTF-8')


_SPECIAL = {
    ('GET', 'query'): _query, ('POST', 'query'): _query, ('POST', 'batch'): _batch, ('GET', 'cdc'): _cdc,
    ('GET', 'companyinfo'): _company_info, ('GET', 'preferences'): _preferences,
    ('GET', 'exchangerate'): _exchange_rate, ('POST', 'exchangerate'): _exchange_rate,
    ('POST', 'taxservice'): _tax_service,
}


def _operation(request):
    """create, read, update, delete, void (operation=void) or void-include (include=void)."""
    if request.method == 'GET':
        return 'read'
    if 'void' in (request.args.get('include') or '').split(','):
        return 'void-include'
    word = request.args.get('operation') or 'update'
    if word in ('delete', 'void'):
        return word
    body = recorder.body_without_secrets(request.get_data(as_text=True))
    return 'update' if isinstance(body, dict) and body.get('Id') else 'create'


def _json_body(request):
    try:
        text = request.get_data().decode('utf-8')
    except UnicodeDecodeError as error:
        raise faults.Refusal(500, "Unsupported Operation",
                             "Operation MalformedByteSequence: Invalid UTF-8 is not supported.") from error
    if 'json' not in (request.content_type or ''):
        raise faults.Refusal(1050, "Unsupported content type", f"Content type {request.content_type} not supported")
    try:
        return jsonio.loads(text)
    except ValueError as error:
        raise faults.Refusal(2010, "Request has invalid or unsupported property",
                             "Property Name:Can not parse the JSON of the request specified is unsupported or "
                             "invalid") from error


def _unknown_address(request):
    return faults.unsupported(f"Could not find resource for relative : {request.path} of full path: {request.base_url}")


def json_response(body, status=200):
    """A JSON answer."""
    return Response(jsonio.dumps(body), status, content_type='application/json;charset=UTF-8')


def _scripted(script, now):
    status, headers, text = scripted.answer(script, now)
    return Response(text, status, headers=headers)
