"""The taxes of invoices and credit notes: what is told to QuickBooks, which works out its own."""

from odoo import api, models

from ..exceptions import Refused


class QboSalesDocument(models.AbstractModel):
    """The part of the sales documents that finds tax codes and amounts."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _document_taxes(self, connection, record, lines):
        """Return what a :class:`~..qbo.documents.SalesDoc` says of the taxes of the whole document."""
        return {
            'tax_regime': connection.tax_regime, 'tax_total': self._decimal(record.amount_tax),
            'tax_code': self._us_tax_code(connection, lines) if connection.tax_regime == 'us' else None,
        }

    @api.model
    def _line_taxes(self, connection, line):
        """Return what a :class:`~..qbo.documents.LineDoc` says of the taxes of one line."""
        return {
            'taxable': self._tax_facts(line.tax_ids)[0],
            'tax_code': self._line_tax_code(connection, line) if connection.tax_regime == 'global' else None,
        }

    @api.model
    def _tax_facts(self, taxes):
        """Return (whether anything is charged, whether prices hold it) of the taxes of a line."""
        return self._once(('taxes', taxes._ids), lambda: (
            any(tax.amount for tax in taxes.flatten_taxes_hierarchy()),
            any(tax.price_include for tax in taxes.flatten_taxes_hierarchy())))

    @api.model
    def _line_tax_code(self, connection, line):
        """Return the remote Id of the tax code of a line outside the US; untaxed lines have a mapping of their own."""
        taxes = line.tax_ids
        if len(taxes) > 1:
            raise Refused(self.env._(
                "Line '%(line)s' has several taxes (%(taxes)s); QuickBooks takes one tax code a line. Use one tax "
                "that groups them.", line=line.name or '', taxes=", ".join(taxes.mapped('name'))), 'invoice_line_ids')
        return self.env['qbo.mapping']._target(connection, 'tax', taxes or None).remote_id

    @api.model
    def _us_tax_code(self, connection, lines):
        """Return the tax code of the whole document in the US: the mapping of its first tax, or the company's own."""
        for tax in lines.tax_ids.filtered('amount'):
            target = self.env['qbo.mapping']._target(connection, 'tax', tax, required=False)
            if target:
                return target.remote_id
        return connection.us_tax_code or None
