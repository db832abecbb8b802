"""Where Intuit tells what changed in QuickBooks."""

import logging

from werkzeug.exceptions import RequestEntityTooLarge

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..qbo import webhooks

_logger = logging.getLogger(__name__)

LARGEST = 2 * 1024 * 1024  # bytes; Intuit speaks of a hundred events and about 1 MB ("Webhooks", webinar 2025-02-05)


class QboWebhookController(http.Controller):
    """Verify, store, answer: nothing else is done while Intuit waits (3 seconds, "Webhooks - Best practices")."""

    # auth='none': Odoo then looks for neither session nor user. It finds the route and asks its registry's signals
    # with a cursor of its own before anything here runs; we ask the database nothing until the signature holds, as
    # the tokens are kept in memory. What is stored is written in a transaction of its own, which can start again at
    # once when two posts tell the same; Odoo would wait for seconds before it lets a request start again.
    @http.route('/qbo/webhook', type='http', auth='none', methods=['POST'], csrf=False, save_session=False,
                readonly=False, max_content_length=LARGEST)
    def webhook(self, **_kwargs):
        """Take note of a post of Intuit's.

        401 for whoever does not hold a token, 413 for what is too large, else 200: what cannot be read today cannot be
        read in an hour either, and Intuit would try for days, with all later events held back behind it.
        """
        body = self._body()
        if body is None:
            return self._answer(413)
        posts = request.env(user=SUPERUSER_ID, su=True)['qbo.webhook']
        holders = webhooks.verify(body, request.httprequest.headers.get('intuit-signature'), posts._tokens())
        if holders is None:
            posts._note_refused()
            return self._answer(401)
        try:
            changes = webhooks.parse(body)
        except webhooks.Malformed as error:
            _logger.error("A QuickBooks webhook with a valid signature was not understood: %s", error)
            return self._answer(200)
        posts._receive(holders, body, changes)
        return self._answer(200)

    def _body(self):
        """Return the bytes as they came, None when they are too many."""
        if (request.httprequest.content_length or 0) > LARGEST:
            return None
        try:
            body = request.httprequest.get_data()
        except RequestEntityTooLarge:
            return None
        return body if len(body) <= LARGEST else None

    def _answer(self, status):
        return request.make_response('', status=status)
