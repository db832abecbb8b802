"""The lines of invoices and credit notes."""

from odoo import api, models

from ..exceptions import MissingDependency, Refused
from ..qbo.documents import LineDoc

LINE_FIELDS = (  # read at once for a batch: a line has sixty
    'move_id', 'display_type', 'sequence', 'name', 'product_id', 'product_uom_id', 'account_id', 'quantity',
    'price_unit', 'discount', 'amount_currency', 'tax_ids', 'tax_repartition_line_id', 'analytic_distribution',
)
TEXT_LINES = ('line_section', 'line_subsection', 'line_note')
SHOWN_LINES = ('product', *TEXT_LINES, 'rounding')


class QboSalesDocument(models.AbstractModel):
    """The part of the sales documents that makes their lines."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _lines(self, record):
        """Return the lines a customer sees, in the order of the printed document, and the cash rounding.

        Rounding that Odoo adds to a tax is part of the tax.
        """
        return self._sorted_lines(record)[0]

    @api.model
    def _amount_lines(self, record):
        """Return the lines that have an amount."""
        return self._sorted_lines(record)[1]

    @api.model
    def _tax_rounding_lines(self, record):
        """Return the lines of cash rounding that Odoo adds to a tax."""
        return self._sorted_lines(record)[2]

    @api.model
    def _sorted_lines(self, record):
        """Return (all lines a customer sees, those of them with an amount, rounding of taxes)."""
        return self._of_batch('lines', record, self._read_lines)

    @api.model
    def _read_lines(self, records):
        """Return ``{document id: lines}`` of :meth:`_sorted_lines`, read for all of them at once, with their products.

        Neither receivables nor taxes: a document has as many of those as of others.
        """
        Line = records.env['account.move.line']
        found = Line.search_fetch(
            [('move_id', 'in', records.ids), ('display_type', 'in', SHOWN_LINES)], LINE_FIELDS, order='sequence, id')
        found.product_id.fetch(['product_tmpl_id'])
        found.product_id.product_tmpl_id.fetch(['uom_id', 'qbo_excluded'])
        ids = {record_id: ([], [], [], []) for record_id in records._ids}
        for line in found:
            every, amounts, rounding, taxes = ids[line.move_id.id]
            kind = line.display_type
            if kind == 'rounding':
                (taxes if line.tax_repartition_line_id else rounding).append(line.id)
            else:
                every.append(line.id)
                if kind not in TEXT_LINES:
                    amounts.append(line.id)
        return {
            record_id: tuple(Line.browse(some).with_prefetch(found._prefetch_ids)
                             for some in (every + rounding, amounts + rounding, taxes))
            for record_id, (every, amounts, rounding, taxes) in ids.items()}

    @api.model
    def _nets(self, record):
        """Return ``{line id: amount}`` without tax as it is booked, positive on the document's own side.

        Not the lines' subtotals: where taxes are rounded once per document, those need not add up to the total.
        """
        return self._once(('nets', record.id), lambda: self._find_nets(record))

    @api.model
    def _find_nets(self, record):
        """Work out :meth:`_nets`."""
        sign = -1 if record.is_inbound() else 1
        return {line.id: sign * line.amount_currency for line in self._amount_lines(record)}

    @api.model
    def _line(self, connection, line, ids):
        """Return one line of the document."""
        kind, record = line.display_type, line.move_id
        if kind in TEXT_LINES:
            return LineDoc(description=line.name or '')
        net = self._decimal(self._nets(record)[line.id])
        rounding = kind == 'rounding'
        item, discount_item = self._line_items(connection, record)[line.id]
        discount = {} if not discount_item else {
            # as Odoo books it (account.move.line, _compute_discount_allocation_needed)
            'discount_item': ids[discount_item], 'discount_amount': self._decimal(line.currency_id.round(
                line.quantity * line.price_unit * line.discount / 100)),
        }
        return LineDoc(
            description=self._words(line, item), item=ids[item],
            quantity=None if rounding else self._decimal(line.quantity),
            unit=(line.product_uom_id != line.product_id.product_tmpl_id.uom_id and line.product_uom_id.name) or '',
            unit_price=None if rounding else self._unit_price(line), discount=self._decimal(line.discount),
            **discount, amount=net, **self._line_taxes(connection, line), **self._line_class(connection, line),
        )

    @api.model
    def _words(self, line, item):
        """Return what a line is about; an item that is not its product's does not say so itself."""
        if line.name and item == line.product_id:
            return line.name
        language = line.move_id.partner_id.lang or self.env.lang
        name, product = line.name or '', line.product_id.with_context(lang=language).display_name or ''
        return name if product in name else f'{product}\n{name}'.strip()

    @api.model
    def _unit_price(self, line):
        """Return the price before discount and without tax."""
        if self._tax_facts(line.tax_ids)[1]:
            return None  # the price holds the tax: it follows from the net amount instead
        return self._decimal(line.price_unit)

    # === ITEMS === #

    @api.model
    def _items(self, connection, record):
        """Return (products, accounts) whose items the lines of a document use."""
        return self._once(('all items', record.id), lambda: self._group_items(connection, record))

    @api.model
    def _group_items(self, connection, record):
        """Work out :meth:`_items`."""
        items = [item for pair in self._line_items(connection, record).values() for item in pair if item]
        return [self.env[model].union(*(item for item in items if item._name == model))
                for model in ('product.product', 'account.account')]

    @api.model
    def _line_items(self, connection, record):
        """Return ``{line id: (the record whose item it uses, that of its discount or nothing)}`` of a document.

        In QuickBooks a line posts to the account of its item. So the product's item serves only where that is the
        line's account; else (fiscal position, account changed by hand, item changed in QuickBooks) the account's own
        item does, as for lines without a product. So it does for a product that is kept out of QuickBooks.
        """
        return self._once(('items', record.id), lambda: {
            line.id: self._find_items(connection, line) for line in self._amount_lines(record)})

    @api.model
    def _find_items(self, connection, line):
        """Work out :meth:`_line_items` for one line."""
        product, account = line.product_id, line.account_id
        item = self._once(('item', product._ids, account._ids), lambda: (
            product if product and not self.env['qbo.entity.item']._excluded(connection, product)
            and self._posts_to(connection, product, account) else account))
        discounts = line.discount and line.move_id._get_discount_allocation_account()
        return item, discounts if discounts and discounts != account else None

    @api.model
    def _posts_to(self, connection, product, account):
        """Tell whether the item of a product posts, or once it is pushed will post, to what stands for an account."""
        Mapping, posted = self.env['qbo.mapping'], self._posting_account(connection, product)
        wanted = Mapping._target(connection, 'account', account, required=False)
        if wanted and posted:
            return posted == wanted.remote_id
        own = product.product_tmpl_id._get_product_accounts()['income']
        if own == account or not wanted:
            return own == account
        return wanted == Mapping._target(connection, 'account', own or None, required=False)

    @api.model
    def _posting_account(self, connection, record):
        """Return the remote Id of the account to which a record's item posts, None where that is not known yet."""
        return self._of_batch(('posting accounts', record._name), record, lambda records: self.env[
            'qbo.binding']._posting_accounts(connection, records))

    @api.model
    def _check(self, connection, record):
        """Wait for the items of accounts that post elsewhere yet, as the mapping has just changed.

        :raise MissingDependency: until such an item was pushed
        :raise Refused: it was, and still posts to another account
        """
        super()._check(connection, record)
        for account in self._items(connection, record)[1]:
            posted = self._posting_account(connection, account)
            wanted = self.env['qbo.mapping']._target(connection, 'account', account, required=False)
            if posted and wanted and posted != wanted.remote_id:
                self._put_off(self._misplaced(connection, account, wanted))

    @api.model
    def _misplaced(self, connection, account, wanted):
        """Return the error of an account's item that posts elsewhere than to what stands for the account."""
        mapping_sudo = wanted.env['qbo.mapping'].sudo().search([
            ('connection_id', '=', connection.id), ('kind', '=', 'account'), ('res_id', 'in', (account.id, 0)),
            ('reference_id', '=', wanted.id)])
        last = self.env['qbo.queue.entry'].sudo().search([
            ('connection_id', '=', connection.id), ('model', '=', account._name), ('res_id', '=', account.id)], limit=1)
        if last.state != 'done' or last.done_at < max(mapping_sudo.mapped('write_date')):
            return MissingDependency([account])
        return Refused(self.env._(
            "The lines on account %(account)s use an item that posts to another account in QuickBooks than "
            "%(wanted)s. Set the income account of that item there, then retry.",
            account=account.display_name, wanted=wanted.display_name), 'invoice_line_ids')
