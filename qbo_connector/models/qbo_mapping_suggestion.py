"""What is in use in Odoo and wants a counterpart, and which counterpart to suggest."""

import re
from collections import namedtuple

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import float_compare

from ..qbo import matching
from .qbo_mapping import DEPOSIT_TYPES, KINDS, TYPES_OF_GROUP

Suggestion = namedtuple('Suggestion', 'reference confidence reason')
Candidate = namedtuple('Candidate', 'name number reference')
USUAL = 50  # the confidence of "this is the account such companies use", which no likeness supports

USUAL_INCOME = ('SalesOfProductIncome', 'ServiceFeeIncome', 'OtherPrimaryIncome')
ZERO_RATED = re.compile(r'\bz(ero)?\b', re.IGNORECASE)
REVERSE_CHARGE = re.compile(r'\brc\b|\breverse\b', re.IGNORECASE)
# what QuickBooks companies call the tax code of untaxed sales, best first (they are all 0 %)
UNTAXED_CODES = ('no vat', 'out of scope', 'out-of-scope', 'no tax', 'exempt')
CASH_ACCOUNTS = ('CashOnHand', 'UndepositedFunds')


class Lists:
    """The lists of one QuickBooks company, read once for many suggestions; inactive rows are not suggested."""

    def __init__(self, references, connection):
        self._references, self._connection, self._kept = references, connection, {}
        self.company = connection.company_id

    def of(self, entity, types=None):
        """Return the rows of a list, all or those of some types."""
        key = (entity, types)
        if key not in self._kept:
            self._kept[key] = self.of(entity).filtered(lambda row: row.type in types) if types else (
                self._references.search([('connection_id', '=', self._connection.id), ('entity', '=', entity)]))
        return self._kept[key]

    def finder(self, entity, types=None):
        """Return what finds the likest of such rows."""
        key = ('finder', entity, types)
        if key not in self._kept:
            self._kept[key] = matching.Finder(self.of(entity, types))
        return self._kept[key]


class QboMapping(models.Model):
    """The part of the mapping that knows what is in use and what looks alike."""

    _inherit = 'qbo.mapping'

    # === IN USE === #

    @api.model
    def _fill(self, connection):
        """Create the rows of everything in use that has none yet.

        :return: the rows of the connection that are in use, and the others
        :raises ConcurrencyError: the drain has just missed one of them; Odoo then repeats the request
        """
        known = {(m.kind, m.res_id): m for m in self.search([('connection_id', '=', connection.id)])}
        used = {(kind, record.id if record else 0): (kind, record) for kind, record in self._in_use(connection)}
        try:
            added = self._add_all(connection, [target for key, target in used.items() if key not in known])
        except UniqueViolation as error:
            raise ConcurrencyError(self.env._("The mappings are changing. Please try again.")) from error
        known |= {(m.kind, m.res_id): m for m in added}
        return self.union(*(known.pop(key) for key in used)), self.union(*known.values())

    @api.model
    def _in_use(self, connection):
        """Return ``(kind, record or None)`` of everything the company's sales use."""
        company = connection.company_id
        company_self = self.sudo().with_company(company).with_context(allowed_company_ids=company.ids)
        accounts = company_self._used_accounts(company)
        accounts |= accounts.browse(self._categories(connection))
        used = [('account', None), *(('account', account) for account in accounts.sorted('code'))]
        if connection.tax_regime == 'global':
            used.append(('tax', None))
        if connection.tax_regime != 'none':
            used += [('tax', tax) for tax in company_self._used_taxes(company)]
        if connection.tax_regime == 'global':
            used += [('tax_combination', combination)
                     for combination in company_self.env['qbo.tax.combination']._used(company)]
        terms = company_self.env['account.payment.term'].search([('company_id', 'in', (False, company.id))])
        journals = company_self.env['account.journal'].search(
            [('type', 'in', ('bank', 'cash', 'credit')), ('company_id', '=', company.id)])
        used += [('term', term) for term in terms]
        used += [('journal', journal) for journal in journals]
        used += [('payment_method', line) for line in journals.inbound_payment_method_line_ids]
        for kind, plan in connection._mapped_plans():
            used += [(kind, account) for account in company_self.env['account.analytic.account'].search(
                [('root_plan_id', '=', plan.id), ('company_id', 'in', (False, company.id))])]
        return used

    @api.model
    def _sale_line_values(self, company, fname):
        """Return the records that posted customer documents have in a field of their lines."""
        groups = self.env['account.move.line']._read_group([
            ('company_id', '=', company.id), ('parent_state', '=', 'posted'),
            ('display_type', 'in', ('product', 'rounding')),
            ('move_id.move_type', 'in', ('out_invoice', 'out_refund')),
        ], [fname])
        return self.env[self.env['account.move.line']._fields[fname].comodel_name].union(*(g[0] for g in groups))

    @api.model
    def _used_accounts(self, company):
        """Return the accounts of posted lines, products, categories, sales journals, fiscal positions and discounts."""
        accounts = self._sale_line_values(company, 'account_id')
        products = self.env['product.template'].search(
            [('sale_ok', '=', True), ('company_id', 'in', (False, company.id))])
        accounts |= products.property_account_income_id
        accounts |= self.env['product.category'].search(
            [('property_account_income_categ_id', '!=', False)]).property_account_income_categ_id
        accounts |= self.env['account.journal'].search(
            [('type', '=', 'sale'), ('company_id', '=', company.id)]).default_account_id
        accounts |= company.income_account_id
        accounts |= company.account_discount_expense_allocation_id
        accounts |= company.account_journal_early_pay_discount_loss_account_id
        accounts |= self.env['account.fiscal.position.account'].search(
            [('company_id', '=', company.id), ('account_src_id', 'in', accounts.ids)]).account_dest_id
        return accounts.filtered(lambda a: company.root_id in a.company_ids or company in a.company_ids)

    @api.model
    def _unused(self, connection):
        """Return ``(kind, record)`` of what sales could use, and do not."""
        company = connection.company_id
        company_self = self.sudo().with_company(company).with_context(allowed_company_ids=company.ids)
        accounts = company_self.env['account.account'].search([
            ('company_ids', 'in', company.root_id.ids), ('internal_group', 'in', list(TYPES_OF_GROUP)),
            ('account_type', '!=', 'liability_payable')])
        unused = [('account', account) for account in accounts]
        if connection.tax_regime != 'none':
            unused += [('tax', tax) for tax in company_self.env['account.tax'].search(
                [('company_id', 'in', company.parent_ids.ids), ('type_tax_use', '=', 'sale')])]
        return unused

    @api.model
    def _categories(self, connection):
        """Return ``{account id: [name of a product category]}`` of the categories that saleable products are in.

        The expense account counts where QuickBooks keeps the stock too: its items need one then.
        """
        company = connection.company_id
        groups = self.env['product.template'].sudo().with_company(company)._read_group([
            ('sale_ok', '=', True), ('company_id', 'in', (False, company.id)), ('categ_id', '!=', False)], ['categ_id'])
        found = {}
        for category, in groups:
            accounts = category.property_account_income_categ_id or company.income_account_id
            if connection.stockable_as == 'inventory':
                accounts |= category.property_account_expense_categ_id or company.expense_account_id
            for account in accounts:
                found.setdefault(account.id, []).append(category.display_name)
        return found

    @api.model
    def _used_currencies(self, company):
        """Return the currencies of posted customer documents and payments."""
        used = self.env['res.currency']
        for model, domain in (
                ('account.move', [('move_type', 'in', ('out_invoice', 'out_refund')), ('state', '=', 'posted')]),
                ('account.payment', [('partner_type', '=', 'customer'), ('state', 'not in', ('draft', 'canceled'))])):
            groups = self.env[model]._read_group([('company_id', '=', company.id), *domain], ['currency_id'])
            used = used.union(*(currency for currency, in groups))
        return used

    @api.model
    def _used_taxes(self, company):
        """Return the sales taxes of posted lines and saleable products, and the company's default."""
        taxes = self._sale_line_values(company, 'tax_ids') | company.account_sale_tax_id
        products = self.env['product.template'].search(
            [('sale_ok', '=', True), ('company_id', 'in', (False, company.id))])
        taxes |= products.taxes_id
        return taxes.filtered(lambda t: t.company_id in company.parent_ids and t.type_tax_use == 'sale')

    # === SUGGEST === #

    @api.model
    def _lists(self, connection):
        """Return what suggestions for many records are made from."""
        return Lists(self.env['qbo.reference'], connection)

    @api.model
    def _suggest(self, connection, kind, record, lists=None):
        """Return the likeliest counterpart of a record as :class:`Suggestion`; its reference may be empty.

        :param lists: what :meth:`_lists` returned, when there are more records
        """
        none = Suggestion(self.env['qbo.reference'], 0, False)
        if kind not in KINDS:
            return none
        return getattr(self, f'_suggest_{kind}')(lists or self._lists(connection), record) or none

    @api.model
    def _alike(self, finder, name, number=None):
        """Return the candidate of the same number or of the likest name, or None."""
        found = finder.suggest(name, number or None)
        return found and Suggestion(found.candidate, found.confidence, self._reason(found))

    @api.model
    def _reason(self, found):
        """Return in the user's language why something was found."""
        reasons = {'same number': self.env._("same number"), 'same name': self.env._("same name")}
        return reasons.get(found.reason) or self.env._("similar name %(confidence)s %%", confidence=found.confidence)

    @api.model
    def _suggest_account(self, lists, account):
        """Suggest an account of the same nature by number or name; else, for sales, where product sales usually go.

        Gains on exchange rates, cash and early payments are no sales, whatever their type in Odoo.
        """
        group = (account and account.internal_group) or 'income'
        if group not in TYPES_OF_GROUP:
            return None
        candidates = lists.of('Account', TYPES_OF_GROUP[group])
        alike = account and self._alike(lists.finder('Account', TYPES_OF_GROUP[group]), account.name, account.code)
        if alike or group != 'income' or (account and not self._takes_sales(lists.company.sudo(), account)):
            return alike
        for subtype in USUAL_INCOME:
            if usual := candidates.filtered(lambda c, subtype=subtype: c.subtype == subtype)[:1]:
                return Suggestion(usual, USUAL, self.env._("usual account of sales"))
        return None

    @api.model
    def _takes_sales(self, company, account):
        """Tell whether a company books sales on an income account, and not gains."""
        return account.account_type == 'income' and account not in (
            company.income_currency_exchange_account_id | company.default_cash_difference_income_account_id
            | company.account_journal_early_pay_discount_gain_account_id)

    @api.model
    def _suggest_class(self, lists, account):
        """Suggest the class of a like name."""
        return self._alike(lists.finder('Class'), account.name, account.code)

    @api.model
    def _suggest_department(self, lists, account):
        """Suggest the location of a like name."""
        return self._alike(lists.finder('Department'), account.name, account.code)

    @api.model
    def _suggest_journal(self, lists, journal):
        """Suggest where a journal's money lies: by name, else the usual bank or cash account."""
        candidates = lists.of('Account', DEPOSIT_TYPES)
        alike = self._alike(lists.finder('Account', DEPOSIT_TYPES), journal.name)
        if alike:
            return alike
        if journal.type == 'cash':
            usual = candidates.filtered(lambda c: c.subtype in CASH_ACCOUNTS).sorted(
                lambda c: CASH_ACCOUNTS.index(c.subtype))
        else:
            usual = candidates.filtered(lambda c: c.type == 'Bank' and c.subtype not in CASH_ACCOUNTS)
        return Suggestion(usual[0], USUAL, self.env._("usual account of such a journal")) if usual else None

    @api.model
    def _suggest_term(self, lists, term):
        """Suggest the term of the same number of days, or of a like name."""
        if len(term.line_ids) == 1 and term.line_ids.delay_type == 'days_after':
            days = term.line_ids.nb_days
            same = lists.of('Term').filtered(lambda c: c.due_days == days)[:1]
            if same:
                return Suggestion(same, 95, self.env._("same %(days)s days", days=days))
            return None
        return self._alike(lists.finder('Term'), term.name)

    @api.model
    def _suggest_payment_method(self, lists, line):
        """Suggest a method of a like name; what lands in a cash journal is cash."""
        names = [line.name] if line else []
        if line.journal_id.type == 'cash':
            names.append("Cash")
        return next(filter(None, (self._alike(lists.finder('PaymentMethod'), name) for name in names)), None)

    @api.model
    def _suggest_tax(self, lists, tax):
        """Suggest a code of the same rate, never of another one; the name decides among several."""
        candidates = lists.of('TaxCode')
        if not tax:
            return self._suggest_untaxed(candidates)
        rate = self._tax_rate(tax)
        same = candidates.filtered(
            lambda c: rate is not None and c.remote_id not in ('TAX', 'NON')
            and not float_compare(c.rate, rate, precision_digits=4))
        if not same:
            return None
        text = self.env._("same rate %(rate)g %%", rate=rate)
        best = self._likest_code(same, tax, threshold=0.3 if rate else 0.75)
        if best:
            sure = 90 if len(same) == 1 else 60
            return Suggestion(best.candidate.reference, max(sure, best.confidence), f'{text}, {self._reason(best)}')
        if rate:
            return Suggestion(same[0], 90 if len(same) == 1 else 60, text)
        return self._suggest_zero(same, tax)

    @api.model
    def _likest_code(self, codes, tax, threshold):
        """Return the suggestion of the code whose name is likest to one of the names a tax has, or None."""
        candidates = [Candidate(_plain_figures(code.name), None, code) for code in codes]
        found = [matching.suggest(candidates, _plain_figures(name), threshold=threshold) for name in _names(tax)]
        return max(filter(None, found), key=lambda s: s.confidence, default=None)

    @api.model
    def _suggest_zero(self, codes, tax):
        """Suggest among codes of 0 %, which differ in the return they go to: reverse charge is not zero-rated."""
        reverse = [code for code in codes if REVERSE_CHARGE.search(code.name)]
        if any(REVERSE_CHARGE.search(name) for name in _names(tax)):
            return Suggestion(reverse[0], 60, self.env._("reverse charge")) if reverse else None
        zero = [code for code in codes if ZERO_RATED.search(code.name)]
        return Suggestion(zero[0], 60, self.env._("zero rate")) if zero else self._suggest_untaxed(codes)

    @api.model
    def _suggest_untaxed(self, candidates):
        """Suggest the code of sales outside the tax."""
        zero = candidates.filtered(lambda c: not c.rate and c.remote_id != 'TAX')
        for word in UNTAXED_CODES:
            if code := zero.filtered(lambda c, word=word: word in c.name.lower())[:1]:
                return Suggestion(code, 80, self.env._("usual code of untaxed sales"))
        return None

    @api.model
    def _suggest_tax_combination(self, lists, combination):
        """Suggest a code of the same rate in all; the names decide among several."""
        return self._suggest_tax(lists, combination)

    @api.model
    def _tax_rate(self, tax):
        """Return what a tax, or several on one line, charge in percent; None when that is not a percentage."""
        if not tax:
            return 0.0
        if tax._name == 'qbo.tax.combination':
            return self._rate_of_several(tax.tax_ids)
        if tax.amount_type == 'group':
            return self._rate_of_several(tax.children_tax_ids)
        if tax.amount_type == 'division' and tax.amount < 100:
            return 100 * tax.amount / (100 - tax.amount)
        if tax.amount_type != 'percent':
            return None
        # A reverse charge is posted twice, the second time the other way round: the customer pays nothing.
        repartition = tax.invoice_repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax')
        return tax.amount * sum(repartition.mapped('factor_percent')) / 100

    @api.model
    def _rate_of_several(self, taxes):
        """Return what taxes charge together, where one may be charged on the tax of another before it."""
        total = base = 0.0
        for tax in taxes.sorted('sequence'):
            rate = self._tax_rate(tax)
            if rate is None:
                return None
            rate *= (1 + base / 100) if tax.is_base_affected else 1
            total += rate
            base += rate if tax.include_base_amount else 0
        return total


def _names(tax):
    """Return the texts that name a tax."""
    if tax._name == 'qbo.tax.combination':
        return [name for name in (tax.display_name, "/".join(tax.tax_ids.mapped('name'))) if name]
    description = str(tax.description.striptags()) if tax.description else ''
    return [name for name in (tax.name, description, tax.invoice_label) if name]


def _plain_figures(name):
    """Return a tax's name with 20.0 written as 20, as the two systems differ in that alone."""
    return re.sub(r'(\d)[.,]0+(?!\d)', r'\1', str(name))
