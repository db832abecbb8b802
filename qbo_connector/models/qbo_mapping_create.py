"""Makes in QuickBooks what a mapping lacks: a term, payment method, class, location, account, currency or tax code.

Nothing is kept of such a call: whatever its outcome, the list is read again, and what bears the name is the
counterpart. So a lost answer, or a colleague who was faster, comes to the same.
"""

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..qbo import faults
from ..qbo.payloads import PayloadError
from ..qbo.payloads import lists as payloads

# account_type in Odoo -> (AccountType, AccountSubType) in QuickBooks; others are better made by a person
ACCOUNT_TYPES = {
    'income': ('Income', 'SalesOfProductIncome'),
    'income_other': ('Other Income', 'OtherMiscellaneousIncome'),
    'expense': ('Expense', 'OtherMiscellaneousServiceCost'),
    'expense_other': ('Other Expense', 'OtherMiscellaneousExpense'),
    'expense_direct_cost': ('Cost of Goods Sold', 'SuppliesMaterialsCogs'),
    'liability_current': ('Other Current Liability', 'OtherCurrentLiabilities'),
}
JOURNAL_TYPES = {'bank': ('Bank', 'Checking'), 'cash': ('Bank', 'CashOnHand')}
REQUEST_DIGITS = 40  # a request id has 50 characters at most
CREATABLE = ('account', 'tax', 'tax_combination', 'term', 'journal', 'payment_method', 'class', 'department',
             'currency')


class QboMapping(models.Model):
    """The part of the mapping that makes counterparts."""

    _inherit = 'qbo.mapping'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    creatable = fields.Boolean(compute='_compute_creatable')

    @api.depends('kind', 'res_id', 'reference_id', 'connection_id.tax_regime', 'connection_id.partner_tax')
    def _compute_creatable(self):
        for mapping in self:
            mapping.creatable = not mapping.reference_id and self._can_create(
                mapping.connection_id, mapping.kind, mapping.res_id)

    @api.model
    def _can_create(self, connection, kind, res_id):
        """Tell whether a counterpart could be made."""
        if kind in ('tax', 'tax_combination') and not connection._makes_tax_codes():
            return False
        if kind == 'currency' and not connection.multi_currency:
            return False
        return bool(res_id) and kind in CREATABLE

    def action_create_counterpart(self):
        """Make the counterpart in QuickBooks, and map to it."""
        self.check_access('write')  # before anybody is called
        for mapping in self.filtered('creatable'):
            mapping.reference_id = self._create_counterpart(mapping.connection_id, mapping.kind, mapping._record())

    @api.model
    def _create_counterpart(self, connection, kind, record, agency=None):
        """Make the counterpart of a record in QuickBooks.

        :param agency: for a tax, the ``qbo.reference`` of the agency, or the name of a new one
        :return: the counterpart, active
        :raises UserError: it cannot be expressed there, or QuickBooks refused
        """
        if not self.env.user.has_group('qbo_connector.group_qbo_accountant') and not self.env.su:
            raise AccessError(self.env._("Only a QuickBooks accountant can create something in QuickBooks."))
        connection.check_access('read')
        connection_sudo, made = connection.sudo(), self.env['qbo.reference']
        try:
            if kind in ('tax', 'tax_combination'):
                name, rates = self._tax_rates(record)
                payloads.tax_code_payload(name, rates, '')  # refused before an agency is made for it
                agency_sudo = self._agency(connection_sudo, agency)
                body = payloads.tax_code_payload(name, rates, agency_sudo.remote_id)
                return made.browse(self._make(connection_sudo, 'TaxCode', body, body['TaxCode']).id)
            entity, body = self._counterpart_body(connection_sudo, kind, record)
            return made.browse(self._make(connection_sudo, entity, body, body.get('Name') or body['Code']).id)
        except PayloadError as error:
            raise UserError(self.env._(
                "%(name)s cannot be made in QuickBooks: %(reason)s", name=record.display_name, reason=error)) from error

    # === WHAT === #

    @api.model
    def _counterpart_body(self, connection, kind, record):
        """Return (Intuit's entity, JSON object) of the counterpart of a record.

        :raises UserError: QuickBooks has no such thing
        :raises PayloadError: it does not fit
        """
        return {
            'term': lambda: ('Term', self._term_body(record)),
            'payment_method': lambda: (
                'PaymentMethod', payloads.payment_method_payload(record.name, record.journal_id.type == 'credit')),
            'class': lambda: ('Class', payloads.named(record.name)),
            'department': lambda: ('Department', payloads.named(record.name)),
            'currency': lambda: ('CompanyCurrency', payloads.currency_payload(record.name)),
            'account': lambda: ('Account', self._account_body(
                connection, record, ACCOUNT_TYPES.get(record.account_type), record.code)),
            'journal': lambda: ('Account', self._account_body(connection, record, JOURNAL_TYPES.get(record.type), '')),
        }[kind]()

    @api.model
    def _term_body(self, term):
        """Return a term: the whole amount, so many days after the document or on a day of the following month."""
        early, day = term.early_discount, self._day_of_next_month(term.line_ids)
        if len(term.line_ids) == 1 and day in payloads.DAYS_OF_NEXT_MONTH and not early:
            return payloads.next_month_term_payload(term.name, day)
        if len(term.line_ids) != 1 or term.line_ids.delay_type != 'days_after':
            raise UserError(self.env._(
                "QuickBooks has no terms like %(name)s: only so many days after the document, or, without a discount, "
                "the 2nd to 28th or the last day of the following month. Leave it unmapped (the due date is sent all "
                "the same), or choose a term that comes near.", name=term.display_name))
        return payloads.term_payload(
            term.name, term.line_ids.nb_days, term.discount_days if early else None,
            self.env['qbo.entity']._decimal(term.discount_percentage) if early else None)

    @api.model
    def _day_of_next_month(self, line):
        """Return on which day of the month after the document a line of a term is due, or None."""
        days = line[:1].nb_days
        return {
            'days_after_end_of_month': days if days < payloads.LAST_DAY else None,  # from the 29th on not in February
            'days_after_end_of_next_month': None if days else payloads.LAST_DAY,
            'days_end_of_month_on_the': None if days else int(line[:1].days_next_month or 0) or None,
        }.get(line[:1].delay_type)

    @api.model
    def _account_body(self, connection, record, types, code):
        """Return an account; with its number where the QuickBooks company numbers its accounts."""
        if not types:
            raise UserError(self.env._(
                "What %(name)s should be in QuickBooks is a decision about its chart of accounts: make it there, then "
                "reload.", name=record.display_name))
        numbered = code and self.env['qbo.reference'].sudo().search_count(
            [('connection_id', '=', connection.id), ('entity', '=', 'Account'), ('number', '!=', False)], limit=1)
        currency = connection.multi_currency and record.currency_id.name
        return payloads.account_payload(
            record.name, *types, code=code if numbered else '', country=connection.country_code or '',
            currency=currency or None)

    @api.model
    def _tax_rates(self, tax):
        """Return (name, [(name, percent)]) of a tax, or of several on one line.

        :raises UserError: QuickBooks cannot make such a code, or not one that lands on the right line of a return
        """
        parts = tax.tax_ids if tax._name == 'qbo.tax.combination' else (
            tax.children_tax_ids if tax.amount_type == 'group' else tax)
        rates = [self._tax_rate(part) for part in parts]
        if None in rates or any(rate <= 0 for rate in rates) or (
                len(parts) > 1 and any(parts.mapped('include_base_amount'))):
            raise UserError(self.env._(
                "%(name)s cannot be made from here: QuickBooks takes plain percentages above 0, none charged on "
                "another. Codes of 0 %% and reverse charges belong to lines of the tax return: choose one that "
                "QuickBooks has, or make it there.", name=tax.display_name))
        decimal = self.env['qbo.entity']._decimal
        return tax.display_name, [(part.name, decimal(rate)) for part, rate in zip(parts, rates, strict=True)]

    # === HOW === #

    @api.model
    def _agency(self, connection, agency):
        """Return the agency that a new tax is reported to, made if only its name is given."""
        if agency and not isinstance(agency, str):
            return agency.sudo()
        known = self.env['qbo.reference'].sudo().search(
            [('connection_id', '=', connection.id), ('entity', '=', 'TaxAgency')])
        if agency:
            body = payloads.agency_payload(agency)
            return self._make(connection, 'TaxAgency', body, body['DisplayName'])
        if len(known) != 1:
            raise UserError(self.env._("Choose the agency that this tax is reported to, in the mapping wizard."))
        return known

    @api.model
    def _make(self, connection, entity, body, name):
        """Make one object, read the list again, and return the mirrored object of that name.

        :raises UserError: QuickBooks refused, or does not show it
        """
        refusals = []

        def question(client):
            operation, sent = 'create', body
            if entity == 'CompanyCurrency' and (inactive := self._named(connection, entity, name, active=False)):
                now = client.read(entity, inactive.remote_id).data
                operation, sent = 'update', {
                    **body, 'Id': now['Id'], 'SyncToken': now['SyncToken'], 'sparse': True, 'Active': True}
            text = json.dumps(sent, ensure_ascii=False)
            request = hashlib.sha256(f'{entity} {text} {fields.Date.today()}'.encode()).hexdigest()[:REQUEST_DIGITS]
            try:  # what is there already, or may be in spite of what we heard, shows in the list
                if entity == 'TaxCode':
                    client.make_tax_code(text, f'map{request}')
                else:
                    client.write(entity, operation, text, f'map{request}')
            except (faults.DuplicateName, faults.InDoubt) as error:
                refusals.append(str(error))
            connection._load_references((entity,), client=client)

        connection._ask(question)
        found = self._named(connection, entity, name)
        if not found:
            raise UserError(self.env._(
                "QuickBooks does not show %(name)s among its active ones. Look there, make it active or rename it, and "
                "reload. %(refusal)s", name=name, refusal=" ".join(refusals)))
        return found

    @api.model
    def _named(self, connection, entity, name, active=True):
        """Return the mirrored object of a name (of a code, for currencies), top level ones alone."""
        field = 'number' if entity == 'CompanyCurrency' else 'name'
        return self.env['qbo.reference'].sudo().with_context(active_test=False).search([
            ('connection_id', '=', connection.id), ('entity', '=', entity), (field, '=ilike', _literal(name)),
            ('active', '=', active), ('full_name', '=', False)], limit=1)


def _literal(text):
    """Return a text as a pattern that matches nothing but itself, whatever its case."""
    return text.replace('\\', '\\\\').replace('%', '\\%').replace('_', '\\_')
