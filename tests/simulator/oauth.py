"""OAuth 2.0 as Intuit runs it: consent, single-use codes, rotating refresh tokens ("QBO: Set up OAuth 2.0")."""

import base64
import binascii
import secrets
from datetime import timedelta

CODE_SECONDS = 600


class OAuthError(Exception):
    """A refusal of the token host: `error` is the OAuth word, `status` the HTTP status."""

    def __init__(self, error, status=400, description=None):
        super().__init__(error)
        self.error = error
        self.status = status
        self.description = description

    def body(self):
        """The JSON body."""
        return {'error': self.error, **({'error_description': self.description} if self.description else {})}


class App:
    """A registered app: id, secret, exact redirect URIs, and the environment of its keys (None: both)."""

    def __init__(self, client_id, client_secret, redirect_uris=(), environment=None):
        self.client_id = client_id
        self.client_secret = client_secret
        self.redirect_uris = list(redirect_uris)
        self.environment = environment


class Grant:
    """What a company's consent gave to an app."""

    def __init__(self, app, realm_id, now, switches):
        self.app = app
        self.realm_id = realm_id
        self.revoked = False
        self.hard_expires_at = now + timedelta(seconds=switches['refresh_hard_seconds'])
        self.access = {}            # value -> expiry
        self.stale = {}             # rotated refresh value -> when it stops working
        self.refresh = None
        self.refresh_born = now
        self.refresh_expires_at = now


class Provider:
    """The token host. Every method is called under the simulator's lock.

    :param Clock clock:
    :param dict switches: the simulator-wide switches
    """

    def __init__(self, clock, switches):
        self._clock = clock
        self._switches = switches
        self.apps = {}
        self.grants = []
        self._codes = {}

    def register(self, client_id, client_secret='', redirect_uris=(), environment=None):
        """Add or change an app; further redirect URIs join those it has."""
        app = self.apps.setdefault(client_id, App(client_id, client_secret, environment=environment))
        app.client_secret = client_secret or app.client_secret
        app.environment = environment or app.environment
        app.redirect_uris += [uri for uri in redirect_uris if uri not in app.redirect_uris]
        return app

    def check_authorize(self, params):
        """The app of an authorization request.

        :raises OAuthError: unknown client, other redirect URI, wrong response type or no scope; shown on the page,
            never sent to the redirect URI
        """
        app = self.apps.get(params.get('client_id'))
        if app is None:
            raise OAuthError('invalid_client', 400, "The client_id is not known")
        if params.get('redirect_uri') not in app.redirect_uris:
            raise OAuthError('invalid_request', 400, "The redirect_uri query parameter value is invalid. Make sure it "
                                                     "is listed in the Redirect URIs section on your app's keys tab.")
        if params.get('response_type') != 'code':
            raise OAuthError('unsupported_response_type', 400, "response_type must be code")
        if 'com.intuit.quickbooks.accounting' not in (params.get('scope') or '').split():
            raise OAuthError('invalid_scope', 400, "The scope com.intuit.quickbooks.accounting is missing")
        if not params.get('state'):
            raise OAuthError('invalid_request', 400, "The state query parameter is missing")
        return app

    def issue_code(self, app, realm_id, redirect_uri):
        """A single-use code for a consent."""
        code = 'AB1' + secrets.token_urlsafe(24)
        self._codes[code] = {'app': app, 'realm': realm_id, 'redirect_uri': redirect_uri, 'grant': None,
                             'expires': self._clock.now() + timedelta(seconds=CODE_SECONDS)}
        return code

    # --- token endpoint ---

    def authenticate(self, authorization):
        """The app of a Basic header.

        :raises OAuthError: 401 invalid_client
        """
        scheme, _blank, value = (authorization or '').partition(' ')
        try:
            client_id, _colon, secret = base64.b64decode(value, validate=True).decode().partition(':')
        except (binascii.Error, UnicodeDecodeError) as error:
            raise OAuthError('invalid_client', 401) from error
        app = self.apps.get(client_id)
        if scheme.lower() != 'basic' or app is None or not secrets.compare_digest(app.client_secret, secret):
            raise OAuthError('invalid_client', 401)
        return app

    def token(self, app, form, with_hard_expiry=False):
        """Exchange a code or refresh a token; the JSON of the answer.

        :raises OAuthError: invalid_grant, unsupported_grant_type
        """
        kind = form.get('grant_type')
        if kind == 'authorization_code':
            grant = self._exchange(app, form)
        elif kind == 'refresh_token':
            grant = self._refresh(app, form.get('refresh_token'))
        else:
            raise OAuthError('unsupported_grant_type')
        return self._answer(grant, with_hard_expiry)

    def _invalid_grant(self):
        described = self._switches['invalid_grant_description']
        return OAuthError('invalid_grant', 400, "Incorrect or invalid refresh token" if described else None)

    def _exchange(self, app, form):
        known = self._codes.get(form.get('code'))
        now = self._clock.now()
        if known and known['grant'] is not None and self._switches['refresh_race_revokes']:
            known['grant'].revoked = True
        if (known is None or known['grant'] is not None or known['app'] is not app or known['expires'] < now
                or known['redirect_uri'] != form.get('redirect_uri')):
            raise self._invalid_grant()
        grant = known['grant'] = Grant(app, known['realm'], now, self._switches)
        self.grants.append(grant)
        self._rotate(grant, now)
        return grant

    def _refresh(self, app, value):
        now = self._clock.now()
        for grant in self.grants:
            if grant.app is not app or grant.revoked or not value:
                continue
            if value == grant.refresh:
                if now >= min(grant.refresh_expires_at, grant.hard_expires_at):
                    break
                if (now - grant.refresh_born).total_seconds() >= self._switches['refresh_rotation_seconds']:
                    self._rotate(grant, now)
                self._extend(grant, now)
                return grant
            if value in grant.stale:
                if now < grant.stale[value]:
                    self._extend(grant, now)
                    return grant
                if self._switches['refresh_race_revokes']:
                    grant.revoked = True
        raise self._invalid_grant()

    def _rotate(self, grant, now):
        if grant.refresh:
            grant.stale[grant.refresh] = now + timedelta(seconds=self._switches['refresh_grace_seconds'])
        grant.refresh = 'RT1-' + secrets.token_urlsafe(24)
        grant.refresh_born = now
        self._extend(grant, now)

    def _extend(self, grant, now):
        end = now + timedelta(seconds=self._switches['refresh_token_seconds'])
        grant.refresh_expires_at = min(end, grant.hard_expires_at)

    def _answer(self, grant, with_hard_expiry):
        now = self._clock.now()
        seconds = self._switches['access_token_seconds']
        value = 'eyJ' + secrets.token_urlsafe(48)
        grant.access[value] = now + timedelta(seconds=seconds)
        answer = {
            'token_type': 'bearer', 'expires_in': seconds, 'access_token': value, 'refresh_token': grant.refresh,
            'x_refresh_token_expires_in': int((grant.refresh_expires_at - now).total_seconds()),
        }
        if with_hard_expiry:
            answer['x_refresh_token_hard_expires_in'] = int((grant.hard_expires_at - now).total_seconds())
        return answer

    def revoke(self, app, token):
        """Revoke a grant by either of its tokens.

        :raises OAuthError: 400 for a token that is not known
        """
        for grant in self.grants:
            if grant.app is app and not grant.revoked and (token == grant.refresh or token in grant.access):
                grant.revoked = True
                return
        raise OAuthError('invalid_request')

    # --- resource side ---

    def grant_of(self, authorization):
        """The living grant of a Bearer header, or None."""
        scheme, _blank, value = (authorization or '').partition(' ')
        if scheme.lower() != 'bearer':
            return None
        for grant in self.grants:
            expiry = grant.access.get(value)
            if expiry and not grant.revoked and self._clock.now() < expiry:
                return grant
        return None

    def is_connected(self, client_id, realm_id):
        """Whether a company's consent to an app is alive."""
        now = self._clock.now()
        return any(grant.app.client_id == client_id and grant.realm_id == realm_id and not grant.revoked
                   and now < min(grant.refresh_expires_at, grant.hard_expires_at) for grant in self.grants)

    def expire_access_tokens(self):
        """Let every access token end now (a control-plane convenience)."""
        for grant in self.grants:
            grant.access = {}
