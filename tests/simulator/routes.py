"""What stands under a company's address: entities, query, batch, cdc, company info, preferences, tax service."""

from werkzeug.wrappers import Response

from . import bulk, failures, faults, jsonio, operations, queries, recorder
from . import clock as clocks
from .entities import BY_PATH, taxservice
from .entities import company as company_entities


def perform(sim, company, request):
    """Do what a request asks of a company; the body of the answer, or a whole response.

    :raises faults.Refusal:
    """
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
        return {entity.name: operations.write(company, entity, operation_of(request), json_body(request), params)}
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
    return entity.shown(company, company.touch(entity.name, sent, 'Emailed'))


def _query(_sim, company, request, _words):
    text = request.args.get('query') if request.method == 'GET' else request.get_data(as_text=True)
    return {'QueryResponse': queries.run(company, text)}


def _batch(sim, company, request, _words):
    """Every item is a commit of its own: what was done stays done, wherever the connection drops."""
    request_id = request.args.get('requestid')
    call, script = request.environ['sim.call'], request.environ.get('sim.script') or {}

    def once(item, perform):
        key, content = f"{request_id} {item.get('bId')}", jsonio.dumps(item)
        stored = sim.answers.replay(company, key, content)
        if stored is None:
            try:
                stored = perform()
            except faults.Refusal as refusal:
                sim.answers.keep_refusal(company, key, content, refusal, is_batch=True)
                raise
            sim.answers.keep(company, key, content, stored)
        return stored

    def answer(position, item, perform):
        if script.get('kind') == 'lost_answer' and position >= script.get('items', position + 1):
            return {}  # the connection drops before this one; nobody sees the answer
        bid = item.get('bId')
        entity, operation = bulk.item_facts(item)
        struck = script if script.get('kind') == 'item_fault' and script.get('item') == position else (
            sim.failures.strike_item(dict(call, entity=entity, operation=operation, bid=bid, item=position)))
        if struck:
            call.setdefault('struck', []).append(bid)
        if struck and not struck.get('apply'):
            return failures.item_answer(struck, bid)
        try:
            found = once(item, perform) if request_id else perform()
        except faults.Refusal as refusal:
            found = {'Fault': refusal.fault()}
        return failures.item_answer(struck, bid) if struck else dict(found, bId=bid)

    return {'BatchItemResponse': bulk.batch(company, json_body(request), answer)}


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
        return {'ExchangeRate': company_entities.set_exchange_rate(company, json_body(request))}
    currency, day = request.args.get('sourcecurrencycode'), request.args.get('asofdate')
    return {'ExchangeRate': company_entities.exchange_rate(company, currency, day)}


def _tax_service(_sim, company, request, words):
    if words != ['taxservice', 'taxcode']:
        raise _unknown_address(request)
    return Response(jsonio.dumps(taxservice.create(company, json_body(request))),
                    content_type='application/json;charset=UTF-8')


_SPECIAL = {
    ('GET', 'query'): _query, ('POST', 'query'): _query, ('POST', 'batch'): _batch, ('GET', 'cdc'): _cdc,
    ('GET', 'companyinfo'): _company_info, ('GET', 'preferences'): _preferences,
    ('GET', 'exchangerate'): _exchange_rate, ('POST', 'exchangerate'): _exchange_rate,
    ('POST', 'taxservice'): _tax_service,
}


def operation_of(request):
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


def json_body(request):
    """The JSON of a request.

    :raises faults.Refusal: 500 for bytes that are no UTF-8, 1050, 2010
    """
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
