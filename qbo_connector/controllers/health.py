"""What a monitoring system may ask."""

from odoo import SUPERUSER_ID, http
from odoo.http import request

NEVER_STORED = ('Cache-Control', 'no-store')


class QboHealthController(http.Controller):
    """Answers in JSON, to whoever has the token."""

    @http.route('/qbo/health', type='http', auth='none', methods=['GET'], readonly=True, save_session=False)
    def health(self, **_kwargs):
        """Return the state of the connections; 503 when one is down.

        The token travels in a header alone, because addresses end up in logs. Without it nothing is looked up.
        """
        kind, _space, token = request.httprequest.headers.get('Authorization', '').partition(' ')
        connections = request.env(user=SUPERUSER_ID, su=True)['qbo.connection']
        if kind.lower() != 'bearer' or not connections._is_health_token(token.strip()):
            return request.make_response('', [NEVER_STORED, ('WWW-Authenticate', 'Bearer')], status=401)
        health = connections._health()
        return request.make_json_response(
            health, [NEVER_STORED], status=503 if health['status'] == 'down' else 200)
