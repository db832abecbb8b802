"""The lines of invoices and credit notes."""

from odoo import api, models

from ..qbo.documents import LineDoc

TEXT_LINES = ('line_section', 'line_subsection', 'line_note')
SHOWN_LINES = ('product', *TEXT_LINES, 'rounding')


class QboSalesDocument(models.AbstractModel):
    """The part of the sales documents that makes their lines."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _lines(self, record):
        """Return the lines a customer sees, in the order of the printed document, and the cash rounding."""
        return self._once(('lines', record.id), lambda: record.line_ids.filtered(
            lambda line: line.display_type in SHOWN_LINES).sorted(
            lambda line: (line.display_type == 'rounding', line.sequence, line.id)).with_prefetch(
            record.line_ids._prefetch_ids))  # with those of the whole batch

    @api.model
    def _amount_lines(self, record):
        """Return the lines that have an amount."""
        return self._once(('amount lines', record.id), lambda: self._lines(record).filtered(
            lambda line: line.display_type not in TEXT_LINES))

    @api.model
    def _nets(self, record):
        """Return ``{line id: amount}`` without tax as it is booked, positive on the document's own side.

        Not the lines' subtotals: where taxes are rounded once per document, those need not add up to the total.
        """
        sign = -1 if record.is_inbound() else 1
        return self._once(('nets', record.id), lambda: {
            line.id: sign * line.amount_currency for line in self._amount_lines(record)})

    @api.model
    def _line(self, connection, line, ids):
        """Return one line of the document."""
        if line.display_type in TEXT_LINES:
            return LineDoc(description=line.name or '')
        net = self._decimal(self._nets(line.move_id)[line.id])
        rounding = line.display_type == 'rounding'
        return LineDoc(
            description=line.name or line.product_id.display_name or '', item=ids[line.product_id or line.account_id],
            quantity=None if rounding else self._decimal(line.quantity),
            unit_price=None if rounding else self._unit_price(line), discount=self._decimal(line.discount),
            amount=net, **self._line_taxes(connection, line),
        )

    @api.model
    def _unit_price(self, line):
        """Return the price before discount and without tax."""
        if self._tax_facts(line.tax_ids)[1]:
            return None  # the price holds the tax: it follows from the net amount instead
        return self._decimal(line.price_unit)
