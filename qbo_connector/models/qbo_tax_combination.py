"""Several Odoo taxes on one line that are one tax code in QuickBooks, as GST and PST in Canada."""

from odoo import api, fields, models


class QboTaxCombination(models.Model):
    """A set of taxes that lines carry together; made when it is met, mapped like a tax."""

    _name = 'qbo.tax.combination'
    _description = "Tax Combination"
    _order = 'id'

    company_id = fields.Many2one('res.company', required=True, readonly=True, index=True, ondelete='cascade')
    tax_ids = fields.Many2many('account.tax', string="Taxes", readonly=True, context={'active_test': False})
    key = fields.Char(required=True, readonly=True, help="The ids of the taxes, ascending.")

    _key_unique = models.Constraint('UNIQUE (company_id, key)', "These taxes are combined already.")

    @api.depends('tax_ids.name')
    def _compute_display_name(self):
        for combination in self:
            combination.display_name = " + ".join(combination.tax_ids.mapped('name'))

    @api.model
    def _of(self, taxes):
        """Return the combination of several taxes of one company, made on demand."""
        taxes = taxes.sorted()
        key = ','.join(str(tax_id) for tax_id in sorted(taxes.ids))
        company = taxes[0].company_id
        return self.search([('company_id', '=', company.id), ('key', '=', key)]) or self.create({
            'company_id': company.id, 'key': key, 'tax_ids': taxes.ids})

    @api.model
    def _used(self, company):
        """Return the combinations of posted customer documents, made on demand."""
        self.env['account.move.line'].flush_model(['tax_ids'])
        self.env.cr.execute("""
            SELECT DISTINCT array_agg(rel.account_tax_id ORDER BY rel.account_tax_id)
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_move_line_account_tax_rel rel ON rel.account_move_line_id = line.id
             WHERE line.company_id = %s AND line.parent_state = 'posted' AND line.display_type = 'product'
               AND move.move_type IN ('out_invoice', 'out_refund')
          GROUP BY line.id HAVING count(*) > 1
        """, [company.id])
        return self.union(*(self._of(self.env['account.tax'].browse(ids)) for ids, in self.env.cr.fetchall()))
