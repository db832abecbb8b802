"""Where Intuit sends the administrator back to after the consent page."""

import logging

from odoo import http
from odoo.exceptions import AccessError, LockError, UserError
from odoo.http import request

from ..qbo import faults

_logger = logging.getLogger(__name__)


class QboOauthController(http.Controller):
    """Check, hand over to the connection, show the outcome."""

    @http.route('/qbo/oauth/callback', type='http', auth='user', methods=['GET'])
    def callback(self, code=None, state=None, realmId=None, error=None, **_kwargs):
        """Finish the OAuth flow (QBO: "Set up OAuth 2.0").

        The state is used up whatever the outcome. A refusal is a page that says what to do; nothing is written then.
        """
        connection = request.env['qbo.connection']
        try:
            self._check_administrator()
            connection, redirect_uri = request.env['qbo.oauth.state']._consume(state, request.env.user)
            connection = self._in_company(connection)
            if error or not code:
                return self._refuse(connection, self._denial(error))
            with request.env.cr.savepoint():
                connection._complete_oauth(code, realmId, redirect_uri)
        except AccessError as refusal:
            return self._refuse(connection, str(refusal), status=403)
        except LockError:
            return self._refuse(connection, request.env._(
                "The connection is being used at this very moment. Press Connect to QuickBooks again."))
        except UserError as refusal:
            return self._refuse(connection, str(refusal))
        except faults.QboError as fault:
            _logger.info("QuickBooks connection failed: %s", type(fault).__name__)
            return self._refuse(connection, self._explain(connection, fault))
        return request.redirect(connection._page())

    def _check_administrator(self):
        """Refuse users who may not connect, before their state is looked at."""
        if not request.env.user.has_group('qbo_connector.group_qbo_administrator'):
            raise AccessError(request.env._("Only a QuickBooks administrator can connect a company."))

    def _in_company(self, connection):
        """Return the connection in its company, if the user works there.

        :raises AccessError: the company is not one of the user's
        """
        company = connection.sudo().company_id
        if company not in request.env.user.company_ids:
            raise AccessError(request.env._("This connection belongs to a company you have no access to."))
        return connection.with_context(allowed_company_ids=company.ids)

    def _denial(self, error):
        """Return what to say when Intuit sends an error instead of a code."""
        if error == 'access_denied':
            return request.env._(
                "The connection was not allowed on QuickBooks' page, so nothing was changed. Only an administrator of "
                "the QuickBooks company can allow it.")
        return request.env._("QuickBooks refused to connect. Check that the redirect URI shown on the connection is "
                             "registered with your app, then try again.")

    def _explain(self, connection, fault):
        """Return in the user's words why QuickBooks refused."""
        if isinstance(fault, faults.InvalidClient):
            return request.env._(
                "QuickBooks refused the client ID or the client secret. Copy both again from developer.intuit.com: "
                "the development keys for Sandbox, the production keys for Production.")
        if isinstance(fault, faults.WrongRealm):
            return request.env._(
                "This QuickBooks company does not belong to the environment %(environment)s of the connection. Choose "
                "a company of that environment, or change the environment and its keys.",
                environment=dict(connection._fields['environment']._description_selection(request.env)).get(
                    connection.environment))
        if isinstance(fault, faults.Disconnected):
            return request.env._(
                "QuickBooks no longer accepts its own answer: it was used already, or the redirect URI differs from "
                "the registered one. Press Connect to QuickBooks again.")
        if isinstance(fault, faults.LimitReached):
            return connection._limit_reason(fault)
        return request.env._("QuickBooks could not be reached or answered strangely (%(reason)s). Try again in a "
                             "few minutes.", reason=str(fault))

    def _refuse(self, connection, message, status=400):
        """Return the page that says why nothing was connected."""
        back = connection.sudo()._page() if connection else '/odoo'
        response = request.render('qbo_connector.oauth_refused', {'message': message, 'back': back})
        response.status_code = status
        return response
