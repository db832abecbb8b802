"""The control plane /_sim/*: what tests and demos use to set the scene and to look behind it. JSON in, JSON out."""

from decimal import Decimal

from werkzeug.wrappers import Response

from . import clock as clocks
from . import faults, jsonio, seeds
from .bookkeeper import VERBS
from .entities import ENTITIES, TRANSACTIONS
from .postings import postings
from .weather import Weather


def respond(sim, request):
    """Answer a control request; 400 with {"error"} for one that makes no sense."""
    words = request.path.strip('/').split('/')[1:]
    handler = _HANDLERS.get((request.method, words[0] if words else ''))
    if handler is None:
        return _json({'error': f"no control {request.method} {request.path}"}, 404)
    try:
        body = jsonio.loads(request.get_data(as_text=True) or '{}')
        with sim.lock:
            return _json(handler(sim, body, words[1:]))
    except faults.Refusal as refusal:
        return _json({'error': str(refusal), 'code': refusal.code}, 400)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return _json({'error': f"{type(error).__name__}: {error}"}, 400)


def _json(body, status=200):
    return Response(jsonio.dumps(body), status, content_type='application/json;charset=UTF-8')


def _reset(sim, _body, _words):
    sim.reset()
    return {'ok': True}


def _seed(sim, body, _words):
    """{"switches": {}, "apps": [], "companies": [], "objects": {realm: {Entity: []}}}: returns the objects made."""
    unknown = set(body) - {'switches', 'apps', 'companies', 'objects'}
    if unknown:
        raise ValueError(f"cannot seed {', '.join(sorted(unknown))}")
    sim.set_switches(**body.get('switches', {}))
    for app in body.get('apps', []):
        sim.oauth.register(**app)
    for company in body.get('companies', []):
        sim.add_company(**company)
    made = {}
    for realm, kinds in body.get('objects', {}).items():
        for entity, bodies in kinds.items():
            made.setdefault(realm, {})[entity] = sim.seed(realm, entity, bodies)
    return {'ok': True, 'objects': made}


def _fail(sim, body, _words):
    """One rule or a list of them; see failures.py."""
    scripts = body if isinstance(body, list) else [body]
    return {'rules': [sim.failures.add(**script).number for script in scripts]}


def _failures(sim, _body, _words):
    return {'rules': [dict(rule.script, number=rule.number, seen=rule.seen, used=rule.used)
                      for rule in sim.failures.rules]}


def _forget_failures(sim, _body, _words):
    sim.failures.rules.clear()
    return {'ok': True}


def _weather(sim, body, _words):
    """POST {"seed", "rate", "kinds", ...}: let the weather blow; see weather.py."""
    sim.weather = Weather(**body)
    return sim.weather.report()


def _weather_report(sim, _body, _words):
    return sim.weather.report()


def _calm(sim, _body, _words):
    """The weather stops; what it did is still told."""
    sim.weather.calm()
    return sim.weather.report()


def _forget_answers(sim, body, _words):
    """DELETE /_sim/answers {"older_than": seconds}: the memory of requestids is lost."""
    return {'forgotten': sim.answers.forget(float(body.get('older_than', 0)))}


def _calls(sim, _body, words):
    """/_sim/calls: all of them; /_sim/calls/brief: without headers and bodies."""
    calls = list(sim.recorder.calls)
    if words == ['brief']:
        calls = [{key: value for key, value in call.items() if not key.endswith(('_headers', '_body'))}
                 for call in calls]
    return {'calls': calls}


def _forget_calls(sim, _body, _words):
    sim.recorder.clear()
    return {'ok': True}


def _clock(sim, body, _words):
    if 'advance' in body:
        sim.clock.advance(float(body['advance']))
    if 'now' in body:
        sim.clock.set(clocks.parse(body['now']))
    return {'now': sim.clock.now().isoformat()}


def _preferences(sim, body, words):
    """POST /_sim/preferences/{realm} {"SalesFormsPrefs": {...}}: a user changes settings of the company."""
    company = sim.companies[words[0]]
    seeds.change_preferences(company, body)
    return company.get('Preferences', '1')


def _touch(sim, body, words):
    """POST /_sim/touch/{realm} {"entity", "id", "change": {}}: a user changes an object behind the caller's back."""
    company = sim.companies[words[0]]
    company.touch(body['entity'], dict(company.objects[body['entity']][str(body['id'])], **body.get('change', {})))
    return ENTITIES[body['entity']].shown(company, company.get(body['entity'], body['id']))


def _bookkeeper(sim, body, words):
    """POST /_sim/bookkeeper/{realm}/{verb} {arguments}: somebody works in QuickBooks; see bookkeeper.py."""
    realm, verb = words
    if verb not in VERBS:
        raise ValueError(f"a bookkeeper does not {verb}")
    return getattr(sim.bookkeeper(realm), verb)(**body)


def _webhooks(sim, body, words):
    """POST {"url", "token", ...}: where to post, see webhooks.Target; POST test/{realm} {"count"}: test events.

    POST none: nobody is told any more.
    """
    if words == ['none']:
        sim.webhooks.targets.clear()
        return {'ok': True}
    if words[:1] == ['test']:
        sim.webhooks.test(words[1], **body)
        return {'ok': True}
    return sim.webhooks.register(**body).settings()


def _webhook_report(sim, _body, _words):
    return dict(sim.webhooks.report(), pending=sim.webhooks.pending())


def _forget_webhooks(sim, _body, _words):
    """Targets, what waits, and the log."""
    sim.webhooks.targets.clear()
    sim.webhooks.log.clear()
    return {'ok': True}


def _expire(sim, _body, _words):
    """All access tokens end now."""
    sim.oauth.expire_access_tokens()
    return {'ok': True}


def _books(sim, _body, words):
    return books(sim.companies[words[0]])


def _summary(sim, _body, words):
    return summary(sim.companies[words[0]])


def _postings(sim, _body, words):
    """GET /_sim/postings/{realm}: the account, class and location of every line."""
    return postings(sim.companies[words[0]])


def books(company):
    """All objects of a company as answers show them: {entity: [objects]}."""
    return {name: [ENTITIES[name].shown(company, obj) for obj in company.all(name)] for name in ENTITIES}


def summary(company):
    """Per type: count, and for transactions total, tax and open balance."""
    table = {}
    for name in ENTITIES:
        objects = company.all(name)
        row = {'count': len(objects)}
        if name in TRANSACTIONS:
            row['total'] = sum((obj['TotalAmt'] for obj in objects), Decimal(0))
            row['tax'] = sum(((obj.get('TxnTaxDetail') or {}).get('TotalTax') or Decimal(0) for obj in objects),
                             Decimal(0))
            row['balance'] = sum((obj.get('Balance', obj.get('UnappliedAmt')) or Decimal(0) for obj in objects),
                                 Decimal(0))
        table[name] = row
    return table


_HANDLERS = {
    ('POST', 'reset'): _reset, ('POST', 'seed'): _seed, ('POST', 'fail'): _fail, ('GET', 'fail'): _failures,
    ('DELETE', 'fail'): _forget_failures, ('GET', 'calls'): _calls, ('DELETE', 'calls'): _forget_calls,
    ('POST', 'clock'): _clock, ('GET', 'clock'): _clock, ('POST', 'preferences'): _preferences,
    ('POST', 'weather'): _weather, ('GET', 'weather'): _weather_report, ('DELETE', 'weather'): _calm,
    ('DELETE', 'answers'): _forget_answers, ('POST', 'touch'): _touch, ('POST', 'expire'): _expire,
    ('POST', 'bookkeeper'): _bookkeeper, ('POST', 'webhooks'): _webhooks, ('GET', 'webhooks'): _webhook_report,
    ('DELETE', 'webhooks'): _forget_webhooks,
    ('GET', 'books'): _books, ('GET', 'summary'): _summary, ('GET', 'postings'): _postings,
}
