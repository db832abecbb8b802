"""The taxes of invoices and credit notes: what is told to QuickBooks, which works out its own."""

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ..exceptions import Refused
from ..qbo import currencies
from ..qbo import taxes as rules
from ..qbo.payloads.lines import ROUNDING
from ..qbo.payloads.sales import sales_payload


class QboSalesDocument(models.AbstractModel):
    """The part of the sales documents that finds tax codes and amounts, and closes differences of rounding."""

    _inherit = 'qbo.entity.sales_document'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _document_taxes(self, connection, record, lines):
        """Return what a :class:`~..qbo.documents.SalesDoc` says of the taxes of the whole document."""
        us_code = self._us_tax_code(connection, lines) if connection.tax_regime == 'us' else None
        return {
            'tax_regime': connection.tax_regime, 'tax_total': self._decimal(record.amount_tax),
            'total': self._decimal(record.amount_total), 'tax_code': us_code,
            'automated_tax': connection.tax_regime == 'us' and connection.partner_tax,
            'tax_rates': self._code_rates(connection, record, us_code),
            'tax_included': self._grosses(connection, record) is not None,
            'rounded': sum((abs(self._decimal(line.amount_currency)) for line in self._tax_rounding_lines(record)),
                           Decimal(0)),
        }

    @api.model
    def _line_taxes(self, connection, line):
        """Return what a :class:`~..qbo.documents.LineDoc` says of the taxes of one line."""
        return {
            'taxable': self._tax_facts(line.tax_ids)[0],
            **({} if connection.tax_regime != 'global' else {
                'tax_code': self._line_tax_code(connection, line).remote_id,
                'gross': (self._grosses(connection, line.move_id) or {}).get(line.id)}),
        }

    @api.model
    def _code_rates(self, connection, record, us_code):
        """Return ``{tax code: ((rate Id, percent), ...)}`` of a document; None for a code whose rates are not known."""
        if connection.tax_regime == 'global':
            codes = {self._line_tax_code(connection, line) for line in self._amount_lines(record)}
        elif us_code and not connection.partner_tax:
            codes = [self._once(('tax code', connection.id, us_code), lambda: self.env['qbo.reference'].sudo().search([
                ('connection_id', '=', connection.id), ('entity', '=', 'TaxCode'), ('remote_id', '=', us_code)]))]
        else:
            codes = []
        return {code.remote_id: tuple((rate, Decimal(percent)) for rate, percent in code.rates) if code.rates else None
                for code in codes}

    @api.model
    def _grosses(self, connection, record):
        """Return ``{line id: amount with tax}`` of a document all of whose prices include their tax, else None.

        They add up to the document's total, as in QuickBooks' own window.
        """
        return self._once(('grosses', record.id), lambda: self._find_grosses(connection, record))

    @api.model
    def _find_grosses(self, connection, record):
        """Work out :meth:`_grosses`; outside the US only, and with cents to spare for what Odoo rounds in total."""
        if connection.tax_regime != 'global':
            return None
        lines, nets = self._amount_lines(record), self._nets(record)
        charged = lines.tax_ids.flatten_taxes_hierarchy().filtered('amount')
        if not charged or not all(charged.mapped('price_include')):
            return None
        grosses = {line.id: self._decimal(record.currency_id.round(line.price_total)) if line.tax_ids
                   else self._decimal(record.currency_id.round(nets[line.id])) for line in lines}
        rest = self._decimal(record.amount_total) - sum(grosses.values())
        if abs(rest) > rules.slack(len(lines), self._digits(record)):
            return None
        largest = max(grosses, key=lambda line_id: abs(grosses[line_id]))
        return grosses | {largest: grosses[largest] + rest}

    @api.model
    def _digits(self, record):
        """Return the decimals of a document's currency as QuickBooks keeps them."""
        return min(record.currency_id.decimal_places, currencies.DECIMALS)

    @api.model
    def _check_taxes(self, connection, record):
        """Refuse taxes that QuickBooks' tax codes, which are percentages, cannot express.

        :raise Refused: with cause and cure
        """
        lines, nets = self._amount_lines(record), self._nets(record)
        taxes = lines.tax_ids
        if connection.tax_regime == 'us' and record.amount_tax and record.commercial_partner_id._qbo_is_exempt():
            raise Refused(self.env._(
                "Odoo charges %(tax).2f of tax, and %(customer)s is exempt from sales tax in QuickBooks. Take the tax "
                "off the lines (a fiscal position does so for all its documents), or change the contact's “Sales Tax "
                "in QuickBooks”.", tax=record.amount_tax, customer=record.commercial_partner_id.display_name),
                'invoice_line_ids')
        if connection.partner_tax and record.amount_tax and not all(net > 0 for net in nets.values()):
            taxed = sum(nets[line.id] for line in lines if self._tax_facts(line.tax_ids)[0])
            if record.currency_id.is_zero(taxed) and abs(record.amount_tax) > rules.slack(
                    len(lines), self._digits(record)):
                raise Refused(self.env._(
                    "Odoo charges %(tax).2f of tax on lines that cancel each other out. QuickBooks' automated sales "
                    "tax knows no tax on an amount of 0. Put the negative lines on a credit note of their own.",
                    tax=record.amount_tax), 'invoice_line_ids')
        odd = self._once(('odd taxes', taxes._ids), lambda: taxes.flatten_taxes_hierarchy().filtered(
            lambda tax: tax.amount < 0 or (tax.amount_type == 'fixed' and tax.amount)))
        for tax in odd:
            if tax.amount < 0:
                raise Refused(self.env._(
                    "%(tax)s is withheld from the customer's payment; QuickBooks has no negative sales tax. Take it "
                    "off the document and book it when the payment comes in.", tax=tax.name), 'invoice_line_ids')
            if not connection.partner_tax:
                raise Refused(self.env._(
                    "%(tax)s is an amount for each piece; QuickBooks charges percentages only. Bill it as a line of "
                    "its own, with a product for it.", tax=tax.name), 'invoice_line_ids')

    # === ROUNDING === #

    @api.model
    def _closed(self, connection, record, document):
        """Return a document with what lets QuickBooks come to Odoo's figures, see :func:`..qbo.taxes.closed`."""
        measured = None
        if connection.tax_override == rules.IGNORED:
            binding = self.env['qbo.binding']._of_record(connection, record._name, record.id)
            if binding.rounding_for and binding.rounding_for == _fingerprint(sales_payload(document)):
                measured = self._decimal(binding.rounding)
        document = rules.closed(document, connection.tax_override or rules.UNKNOWN, measured)
        if document.rounding and connection.tax_regime == 'global':
            document = replace(
                document, untaxed_code=self.env['qbo.mapping']._target(connection, 'tax', None).remote_id)
        return document

    @api.model
    def _settled(self, entry, binding, data):
        """Override to learn whether QuickBooks honours a tax of ours, and to close what rounding left open."""
        values, connection = super()._settled(entry, binding, data), entry.connection_id
        if entry.operation not in ('create', 'update'):
            return values
        values |= {'rounding': binding.rounding, 'rounding_for': binding.rounding_for}
        if connection.tax_regime not in ('us', 'global') or connection.partner_tax or not entry.expected_tax:
            return values
        if connection.tax_override == rules.UNKNOWN or values['variance']:
            payload = json.loads(entry.sudo().payload)
            self._learn(connection, payload, values['remote_tax'])
            values |= self._close(entry, binding, payload, values)
        return values

    @api.model
    def _figures(self, entry, data):
        """Override to say when QuickBooks applied a credit to a new document by itself."""
        figures = super()._figures(entry, data)
        if entry.operation == 'create' and data.get('Balance') is not None:
            applied = round(figures['remote_total'] - float(data['Balance']), 4)
            if applied and self._qbo_entity in ('Invoice', 'CreditMemo'):
                self._add_variance(figures, self.env._(
                    "%(amount).2f applied by QuickBooks itself", amount=applied))
        return figures

    @api.model
    def _learn(self, connection, payload, tax):
        """Note whether QuickBooks took the tax that was sent."""
        sent = payload.get('TxnTaxDetail') or {}
        if sent.get('TotalTax') is None:
            return
        answer = rules.HONOURED if not round(sent['TotalTax'] - tax, 4) else rules.IGNORED
        # In the US a total is sent with every document: that QuickBooks comes to the same tells nothing.
        if connection.tax_override != answer and (answer == rules.IGNORED or sent.get('TaxLine')):
            connection.tax_override = answer

    @api.model
    def _close(self, entry, binding, payload, values):
        """Ask for a rounding line, and another push, where QuickBooks' total is off by no more than rounding.

        :return: values of the link
        """
        rest = self._decimal(entry.expected_total) - self._decimal(values['remote_total'])
        if not rest or entry.connection_id.tax_override != rules.IGNORED:
            return {}
        lines = [line for line in payload['Line'] if line['DetailType'] == 'SalesItemLineDetail']
        record, known = entry._record(), _fingerprint(payload)
        unchanged = record and record.amount_total == entry.expected_total
        if not unchanged or abs(rest) > rules.slack(len(lines), self._digits(record)) or (
                binding.rounding_for == known and _rounding(payload) == self._decimal(binding.rounding)):
            return {}
        self.env['qbo.queue.entry'].sudo()._enqueue(record, entry.connection_id)
        return {'rounding': float(_rounding(payload) + rest), 'rounding_for': known, 'variance_open': False}

    @api.model
    def _rounding_sent(self, lines):
        return float(abs(_rounding({'Line': lines}))) if lines else 0.0

    # === CODES === #

    @api.model
    def _tax_facts(self, taxes):
        """Return (whether anything is charged, whether prices hold it) of the taxes of a line."""
        return self._once(('taxes', taxes._ids), lambda: (
            any(tax.amount for tax in taxes.flatten_taxes_hierarchy()),
            any(tax.price_include for tax in taxes.flatten_taxes_hierarchy())))

    @api.model
    def _line_tax_code(self, connection, line):
        """Return the tax code (``qbo.reference``) of a line outside the US; that of lines without tax is mapped too."""
        taxes, Mapping = line.tax_ids, self.env['qbo.mapping']
        if len(taxes) < 2:
            return Mapping._target(connection, 'tax', taxes or None)
        combination = self._once(('combination', frozenset(taxes._ids)), lambda: self.env[
            'qbo.tax.combination'].sudo()._of(taxes))
        return Mapping._target(connection, 'tax_combination', combination)

    @api.model
    def _us_tax_code(self, connection, lines):
        """Return the tax code of the whole document in the US: the mapping of its first tax, or the company's own."""
        for tax in lines.tax_ids.filtered('amount'):
            target = self.env['qbo.mapping']._target(connection, 'tax', tax, required=False)
            if target:
                return target.remote_id
        return connection.us_tax_code or None


def _is_rounding(line):
    return line.get('Description') == ROUNDING and 'Qty' not in line.get('SalesItemLineDetail', {'Qty': 1})


def _rounding(payload):
    """Return the amount of the rounding line of a payload."""
    last = payload['Line'][-1]
    return Decimal(repr(last['Amount'])) if _is_rounding(last) else Decimal(0)


def _fingerprint(payload):
    """Return a hash of the lines and codes of a payload, without its rounding line: what QuickBooks computes from."""
    lines = payload['Line'][:-1] if _is_rounding(payload['Line'][-1]) else payload['Line']
    code = (payload.get('TxnTaxDetail') or {}).get('TxnTaxCodeRef')
    return hashlib.sha256(json.dumps([lines, code, payload.get('GlobalTaxCalculation')]).encode()).hexdigest()
