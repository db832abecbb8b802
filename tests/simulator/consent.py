"""The addresses of the OAuth hosts: discovery, consent page, tokens, revocation."""

from urllib.parse import urlencode

from werkzeug.wrappers import Response

from . import jsonio, pages
from .oauth import OAuthError

_COPIED = ('client_id', 'redirect_uri', 'response_type', 'scope', 'state')


def respond(sim, request):
    """Answer a request to one of the OAuth addresses."""
    handler = _ADDRESSES.get((request.method, request.path))
    if handler is None:
        return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, content_type='text/html')
    try:
        return handler(sim, request)
    except OAuthError as error:
        return _json(error.body(), error.status)


def _json(body, status=200):
    return Response(jsonio.dumps(body), status, content_type='application/json;charset=utf-8')


def _consent(sim, request):
    params = {key: request.values.get(key) for key in _COPIED}
    try:
        app = sim.oauth.check_authorize(params)
    except OAuthError as error:
        return pages.consent_refused(error)
    companies = [company for company in sim.companies.values() if app.environment in (None, company.environment)]
    if request.method == 'GET':
        response = pages.consent(app, companies, params)
        # The real page refuses to be framed.
        response.headers['Content-Security-Policy'] = "frame-ancestors 'none'"
        return response
    realm_id = request.form.get('realm_id')
    if request.form.get('decision') != 'approve':
        answer = {'error': 'access_denied', 'state': params['state']}
    elif realm_id not in {company.realm_id for company in companies}:
        return pages.consent_refused(OAuthError('invalid_request', 400, "Choose one of the companies"))
    else:
        code = sim.oauth.issue_code(app, realm_id, params['redirect_uri'])
        answer = {'code': code, 'state': params['state'], 'realmId': realm_id}
    return Response('', 302, headers={'Location': f"{params['redirect_uri']}?{urlencode(answer)}"})


def _token(sim, request):
    app = sim.oauth.authenticate(request.headers.get('Authorization'))
    hard = request.headers.get('x-include-refresh-token-hard-expires-in', '').lower() == 'true'
    return _json(sim.oauth.token(app, request.form, hard))


def _revoke(sim, request):
    app = sim.oauth.authenticate(request.headers.get('Authorization'))
    try:
        token = jsonio.loads(request.get_data(as_text=True) or '{}').get('token')
    except ValueError as error:
        raise OAuthError('invalid_request') from error
    sim.oauth.revoke(app, token)
    return Response('', 200)


def _discovery(_sim, request):
    root = request.host_url.rstrip('/')
    return _json({
        'issuer': f"{root}/op/v1", 'authorization_endpoint': f"{root}/connect/oauth2",
        'token_endpoint': f"{root}/oauth2/v1/tokens/bearer",
        'revocation_endpoint': f"{root}/v2/oauth2/tokens/revoke", 'jwks_uri': f"{root}/op/v1/jwks",
        'userinfo_endpoint': f"{root}/v1/openid_connect/userinfo", 'response_types_supported': ['code'],
        'subject_types_supported': ['public'], 'id_token_signing_alg_values_supported': ['RS256'],
        'scopes_supported': ['openid', 'email', 'profile', 'address', 'phone'],
        'token_endpoint_auth_methods_supported': ['client_secret_post', 'client_secret_basic'],
        'claims_supported': ['aud', 'exp', 'iat', 'iss', 'realmid', 'sub'],
    })


_ADDRESSES = {
    ('GET', '/connect/oauth2'): _consent, ('POST', '/connect/oauth2'): _consent,
    ('POST', '/oauth2/v1/tokens/bearer'): _token, ('POST', '/v2/oauth2/tokens/revoke'): _revoke,
    ('GET', '/.well-known/openid_configuration'): _discovery,
    ('GET', '/.well-known/openid_sandbox_configuration'): _discovery,
}
