"""A read-only mirror of QuickBooks' lists: what a mapping can point to, what can be adopted."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..qbo.moments import updated_at
from .rows import upsert_rows

ENTITIES = [
    ('Account', "Account"), ('TaxRate', "Tax Rate"), ('TaxCode', "Tax Code"), ('Term', "Term"),
    ('PaymentMethod', "Payment Method"), ('Item', "Product or Service"), ('Customer', "Customer"),
    ('Vendor', "Vendor"), ('Class', "Class"), ('Department', "Location"), ('CompanyCurrency', "Currency"),
    ('TaxAgency', "Tax Agency")]
PARTIES = ('Customer', 'Vendor')


class QboReference(models.Model):
    """One account, tax code, term, payment method, item, customer, class or location of a QuickBooks company."""

    _name = 'qbo.reference'
    _description = "QuickBooks Reference"
    _order = 'entity, number, name, id'

    connection_id = fields.Many2one('qbo.connection', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='connection_id.company_id', store=True, index=True)
    entity = fields.Selection(
        ENTITIES, required=True, string="List")
    remote_id = fields.Char(string="QuickBooks ID", required=True)
    name = fields.Char(required=True)
    full_name = fields.Char(help="With the names of its parents.")
    number = fields.Char(help="Account number, SKU, or code of a currency.")
    type = fields.Char()
    subtype = fields.Char()
    email = fields.Char()
    rate = fields.Float(string="Rate (%)", digits=(16, 4), aggregator=None)
    rates = fields.Json(help="Of a tax code: [Id, percent] of each of its rates on sales; of a tax rate: its own.")
    due_days = fields.Integer(
        string="Days", aggregator=None, help="Of a term: days from the document to its due date, -1 if other.")
    currency = fields.Char()
    balance = fields.Float(
        digits=(16, 4), aggregator=None,
        help="Of a customer, what it owes; of a vendor, what it is owed; of an account, what stands on it.")
    notes = fields.Text()
    posting_account = fields.Char(string="Income Account ID", help="Of an item: the account to which its lines post.")
    sync_token = fields.Char()
    active = fields.Boolean(default=True)
    remote_updated_at = fields.Datetime(
        string="Last Updated", help="When QuickBooks last changed it. A new balance need not count as a change there.")
    read_at = fields.Datetime(help="When QuickBooks last showed it to Odoo as it is here.")

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
    def _put(self, connection, entity, objects):
        """Mirror objects as QuickBooks has just shown them; what a later answer has shown already stays.

        :param str entity: Intuit's name, one of :data:`ENTITIES`
        :param objects: dicts as the API gives them
        :return: the rows that are new or have changed
        """
        mirror, rates = self.sudo().with_context(active_test=False), None
        if entity == 'TaxCode':
            rates = mirror._percentages(connection)
        rows = {data['Id']: {
            **reference_values(entity, data, rates), 'connection_id': connection.id, 'entity': entity,
            'company_id': connection.company_id.id} for data in objects}
        if not rows:
            return mirror.browse()
        changed = upsert_rows(
            mirror, rows.values(), ('connection_id', 'entity', 'remote_id'), newest='remote_updated_at')
        self.env.cr.execute(SQL(
            "UPDATE qbo_reference SET read_at = clock_timestamp() AT TIME ZONE 'UTC' "
            "WHERE connection_id = %s AND entity = %s AND remote_id = ANY(%s)", connection.id, entity, list(rows)))
        mirror.invalidate_model(['read_at'], flush=False)
        return changed

    @api.model
    def _percentages(self, connection):
        """Return ``{Id of a tax rate: percent}`` of the mirrored ones."""
        rows = self.search_fetch([('connection_id', '=', connection.id), ('entity', '=', 'TaxRate')], ['rates'])
        return {remote_id: Decimal(percent) for row in rows for remote_id, percent in row.rates or ()}

    @api.model
    def _take(self, connection, entity, data):
        """Mirror one object that QuickBooks has just shown; see :meth:`_put`.

        :return: its row
        """
        self._look_for_drift(connection, self._put(connection, entity, [data]))
        return self._row(connection, entity, data['Id'])

    @api.model
    def _drop(self, connection, entity, remote_id):
        """Mark an object inactive that QuickBooks has no more; what was mapped to it stays mapped to it.

        :return: its row, empty when it was never mirrored
        """
        row = self._row(connection, entity, remote_id)
        if row.active:
            row.active = False
            self._look_for_drift(connection, row)
        return row

    @api.model
    def _row(self, connection, entity, remote_id):
        """Return the row of an object, or an empty set."""
        return self.sudo().with_context(active_test=False).search([
            ('connection_id', '=', connection.id), ('entity', '=', entity), ('remote_id', '=', remote_id)])

    @api.model
    def _look_for_drift(self, connection, changed):
        """Look whether what changed in the mirror concerns mappings."""


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
        'balance': float(data.get('Balance' if entity in PARTIES else 'CurrentBalance') or 0),
        'notes': data.get('Notes') or data.get('Description') or False,
        'remote_updated_at': moment.replace(tzinfo=None) if (moment := updated_at(data)) else False,
        'rate': 0.0, 'rates': False, 'due_days': 0,
    }
    if entity == 'TaxRate':
        values['rate'] = float(data.get('RateValue') or 0)
        values['rates'] = [[data['Id'], str(data.get('RateValue') or 0)]]
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
