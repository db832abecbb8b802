"""A read-only mirror of QuickBooks' lists: what a mapping can point to, what can be adopted."""

from decimal import Decimal

from odoo import api, fields, models

LISTS = ('Account', 'TaxCode', 'Term', 'PaymentMethod', 'Item', 'Customer')
EVERY = {'Active': (True, False)}  # a list query hides inactive rows unless it asks for both (QBO: "Query operations")
UNFILTERED = ('TaxAgency', 'CompanyCurrency')  # agencies have no Active; that of currencies may not be asked for


class QboReference(models.Model):
    """One account, tax code, term, payment method, item, customer, class or location of a QuickBooks company."""

    _name = 'qbo.reference'
    _description = "QuickBooks Reference"
    _order = 'entity, number, name, id'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    entity = fields.Selection(
        [('Account', "Account"), ('TaxCode', "Tax Code"), ('Term', "Term"), ('PaymentMethod', "Payment Method"),
         ('Item', "Product or Service"), ('Customer', "Customer"), ('Class', "Class"), ('Department', "Location"),
         ('CompanyCurrency', "Currency"), ('TaxAgency', "Tax Agency")],
        required=True, string="List")
    remote_id = fields.Char(string="QuickBooks ID", required=True)
    name = fields.Char(required=True)
    full_name = fields.Char(help="With the names of its parents.")
    number = fields.Char(help="Account number, SKU, or code of a currency.")
    type = fields.Char()
    subtype = fields.Char()
    email = fields.Char()
    rate = fields.Float(string="Rate (%)", digits=(16, 4), aggregator=None)
    rates = fields.Json(help="Of a tax code: [Id, percent] of each of its rates on sales.")
    due_days = fields.Integer(
        string="Days", aggregator=None, help="Of a term: days from the document to its due date, -1 if other.")
    currency = fields.Char()
    posting_account = fields.Char(string="Income Account ID", help="Of an item: the account to which its lines post.")
    sync_token = fields.Char()
    active = fields.Boolean(default=True)

    _remote_unique = models.Constraint('UNIQUE (connection_id, entity, remote_id)', "Already mirrored.")
    _name_index = models.Index('(connection_id, entity, lower(name))')

    @api.depends('name', 'full_name', 'number', 'entity', 'rate', 'active')
    def _compute_display_name(self):
        for reference in self:
            name = reference.full_name or reference.name
            if reference.number:
                name = f'{reference.number} {name}'
            if reference.entity == 'TaxCode':
                name = f'{name} ({reference.rate:g} %)'
            reference.display_name = name if reference.active else self.env._("%(name)s (inactive)", name=name)

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ('ilike', 'like', '=', '=ilike', '=like') and isinstance(value, str):
            return ['|', '|', ('name', operator, value), ('full_name', operator, value), ('number', operator, value)]
        return super()._search_display_name(operator, value)

    # === MIRROR === #

    @api.model
    def _mirror(self, connection, entity, rows):
        """Make the mirror of one list equal to the rows QuickBooks sent; those it lacks become inactive.

        :param list rows: values as :func:`reference_values` gives them
        """
        mirror = self.sudo().with_context(active_test=False)
        known = {r.remote_id: r for r in mirror.search(
            [('connection_id', '=', connection.id), ('entity', '=', entity)])}
        new = []
        for values in rows:
            reference = known.pop(values['remote_id'], None)
            if reference is None:
                new.append({**values, 'connection_id': connection.id, 'entity': entity})
            elif changed := {k: v for k, v in values.items() if reference[k] != v}:
                reference.write(changed)
        mirror.create(new)
        gone = mirror.browse(r.id for r in known.values()).filtered('active')
        gone.write({'active': False})


class QboConnection(models.Model):
    """The part of the connection that reads QuickBooks' lists."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _load_references(self, kinds=None, client=None):
        """Mirror QuickBooks' lists, page by page.

        :param kinds: Intuit's entity names, by default all of :data:`LISTS` and what the company tracks
        :param client: while connecting, the client with the new tokens
        :raises QboError: QuickBooks did not answer; lists read so far are kept
        """
        self.ensure_one()
        client = client or self._qbo_client()
        for entity in kinds or (*LISTS, *self._tracked_lists(), *self._further_lists()):
            objects = list(client.query_all(entity, where=None if entity in UNFILTERED else EVERY))
            rates = None
            if entity == 'TaxCode':
                rates = {o['Id']: Decimal(str(o.get('RateValue') or 0))
                         for o in client.query_all('TaxRate', where=EVERY)}
            self.env['qbo.reference']._mirror(self, entity, [reference_values(entity, o, rates) for o in objects])
        self.references_read_at = fields.Datetime.now()

    def _further_lists(self):
        """Return the lists that only some companies keep: of currencies, and of the agencies of codes made here."""
        self.ensure_one()
        kept = {'CompanyCurrency': self.multi_currency, 'TaxAgency': self._makes_tax_codes()}
        return tuple(entity for entity, keeps in kept.items() if keeps)

    def _makes_tax_codes(self):
        """Tell whether tax codes can be made there: automated sales tax has its own."""
        return self.tax_regime == 'global' or (self.tax_regime == 'us' and not self.partner_tax)


def reference_values(entity, data, rates=None):
    """Return the values of ``qbo.reference`` for one object of QuickBooks.

    :param str entity: Intuit's entity name
    :param dict data: the object
    :param dict rates: tax rates in percent by Id, for tax codes
    """
    name = data.get('DisplayName') or data.get('Name') or data['Id']
    full_name = data.get('FullyQualifiedName') or False
    values = {
        'remote_id': data['Id'], 'name': name, 'full_name': full_name if full_name != name else False,
        'active': data.get('Active', True), 'sync_token': data.get('SyncToken') or False,
        'number': data.get('AcctNum') or data.get('Sku') or data.get('Code') or False,
        'type': data.get('AccountType') or data.get('Type') or False,
        'subtype': data.get('AccountSubType') or False,
        'email': (data.get('PrimaryEmailAddr') or {}).get('Address') or False,
        'currency': (data.get('CurrencyRef') or {}).get('value') or False,
        'posting_account': (data.get('IncomeAccountRef') or {}).get('value') or False,
    }
    if entity == 'TaxCode':
        components = code_rates(data, rates or {})
        values['rate'] = float(sum(percent for _rate, percent in components))
        values['rates'] = [[rate, str(percent)] for rate, percent in components] or False
    if entity == 'Term':
        values['due_days'] = int(data['DueDays']) if data.get('DueDays') is not None else -1
    return values


def code_rates(code, rates):
    """Return what a tax code charges on sales: ``[(rate Id, percent of the net amount)]``.

    A code is a list of rates in an order; a rate of type TaxOnAmountPlusTax is charged on the amount with the taxes
    before it (QBO: "TaxCode").
    """
    details = (code.get('SalesTaxRateList') or {}).get('TaxRateDetail') or []
    components, total = [], Decimal(0)
    for detail in sorted(details, key=lambda d: int(d.get('TaxOrder') or 0)):
        rate_id = (detail.get('TaxRateRef') or {}).get('value')
        rate = rates.get(rate_id, Decimal(0))
        if detail.get('TaxTypeApplicable') == 'TaxOnAmountPlusTax':
            rate *= 1 + total / 100
        total += rate
        components.append((rate_id, rate))
    return components
