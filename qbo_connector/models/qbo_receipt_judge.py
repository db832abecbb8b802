"""Whether a Payment of QuickBooks can be entered in Odoo, and whether that takes a click."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, models

from ..qbo.receipts import CHARGE, CREDIT, ReceiptError, split

LINKED = (CHARGE, CREDIT)  # what can be settled here; QuickBooks links journal entries and expenses, too
POSTED = ('in_process', 'paid')
NEAR = timedelta(days=7)  # so far apart may lie what two people book of the same money


class QboReceipt(models.Model):
    """The part of the rows that judges; nothing is changed here."""

    _inherit = 'qbo.receipt'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _hard_causes(self):
        """Return the causes that a click alone does not mend."""
        return ('document', 'kind', 'customer', 'currency', 'journal', 'lock', 'state', 'refused')

    def _judge(self, read, by_person=False):
        """Return (cause, why it cannot be entered, or not by itself), or two times ''.

        :param read: the :class:`~..qbo.receipts.Receipt`
        :param bool by_person: somebody said yes to what only asks
        """
        documents = self._documents(read)
        partner = self._payer(read, documents)
        self.partner_id = partner if len(partner) == 1 else False
        if not self.journal_id:
            self.journal_id = self._journal(read)
        self.twin_id = self._twin(read, partner)
        obstacle = self._why_not_at_all(read, documents, partner)
        # A click says yes to what was said: not to a payment that Odoo got since.
        if obstacle or (by_person and (not self.twin_id or self.cause == 'twin')):
            return obstacle or ('', '')
        return self._why_not_by_itself(read, documents)

    # === WHAT A CLICK DOES NOT MEND === #

    def _why_not_at_all(self, read, documents, partner):
        """Return (cause, reason) of what somebody has to do first."""
        odd = [link for link in read.applications if link.txn_type not in LINKED]
        unknown = [link for link in read.applications if (link.txn_type, link.txn_id) not in documents]
        if odd and not self.rest_open:
            return 'kind', self.env._(
                "It is applied to %(what)s in QuickBooks, which Odoo cannot follow. Enter it by hand and link the two, "
                "or accept it with the rest left open.", what=", ".join(f'{o.txn_type} {o.txn_id}' for o in odd))
        if unknown and not self.rest_open:
            return 'document', self.env._(
                "It settles %(documents)s in QuickBooks, which no document of Odoo is linked with. Link it there (or "
                "send it), and this goes on by itself; or leave it out if it is not Odoo's business.",
                documents=self._names(unknown))
        if not partner:
            return 'customer', self.env._(
                "The customer %(customer)s in QuickBooks is linked with no contact. Link it, then look again.",
                customer=read.customer_name or read.customer)
        if len(partner) > 1:
            return 'customer', self.env._(
                "It settles documents of several customers (%(names)s); in Odoo a payment has one. Enter it by hand.",
                names=", ".join(partner.mapped('display_name')))
        currency = self._currency(read)
        odd = [move for move in documents.values() if move.currency_id != currency]
        if not currency.active or odd:
            return 'currency', self.env._(
                "It is in %(currency)s. Activate that currency in Odoo, and see that the documents are in it.",
                currency=read.currency or self.connection_id.home_currency)
        undone = [move.display_name for move in documents.values() if move.state != 'posted']
        if undone:
            return 'state', self.env._(
                "%(documents)s is not posted in Odoo. Post it, or undo the payment in QuickBooks; then look again.",
                documents=", ".join(undone))
        return self._why_not_booked(read)

    def _why_not_booked(self, read):
        """Return (cause, reason) of what journal and date are in the way of."""
        if read.total and not self.journal_id:
            return 'journal', self.env._(
                "It was deposited to %(account)s in QuickBooks, and no bank or cash journal is mapped to that account. "
                "Map one, or choose a journal here.", account=read.deposit_name or read.deposit_account)
        if read.total and (locks := self._locked(self._day(read), self.journal_id)):
            return 'lock', self.env._(
                "It is dated %(date)s, and Odoo's books are closed: %(locks)s. Open them, or choose here on which day "
                "it is entered; then accept it.", date=self._day(read), locks=locks)
        try:
            split(read)
        except ReceiptError as error:
            return 'refused', self.env._("Its amounts do not add up in QuickBooks (%(error)s).", error=error)
        return None

    # === WHAT ONLY ASKS === #

    def _why_not_by_itself(self, read, documents):
        """Return (cause, reason) of what a person has to say yes to, or two times ''."""
        connection = self.connection_id
        if self.twin_id:
            return 'twin', self.env._(
                "Odoo has %(payment)s of the same customer, amount and time, which QuickBooks does not know. If it is "
                "the same money, link the two; accept this only if the customer paid twice.",
                payment=self.twin_id.display_name)
        short = [documents[link.txn_type, link.txn_id].display_name for link in read.applications
                 if Decimal(repr(documents[link.txn_type, link.txn_id].amount_residual)) < link.amount]
        if short:
            return 'open', self.env._(
                "%(documents)s is open for less in Odoo than it settles in QuickBooks. See what paid it in Odoo; if "
                "you accept it with the rest left open, that becomes a credit of the customer.",
                documents=", ".join(short))
        if not read.applications:
            return 'prepaid', self.env._(
                "It settles nothing yet. Accept it to have it as an open credit of the customer, or wait until it is "
                "applied to an invoice in QuickBooks.")
        if connection.sync_from and read.date < connection.sync_from and self._adopted(documents):
            return 'old', self.env._(
                "It is dated before %(date)s, from which this company works with QuickBooks, and pays what stood there "
                "already: Odoo's books may hold it in another form.", date=connection.sync_from)
        if connection.pull_payments != 'automatic' or not connection.live_at:
            return 'asked', self.env._("Waits for your click.")
        return '', ''

    # === LOOK-UP === #

    def _documents(self, read):
        """Return ``{(type, Id): document}`` of what it settles and Odoo has."""
        wanted = {(link.txn_type, link.txn_id) for link in read.applications if link.txn_type in LINKED}
        links = self.env['qbo.binding'].sudo().search([
            ('connection_id', '=', self.connection_id.id), ('realm_id', '=', self.realm_id),
            ('model', '=', 'account.move'), ('entity', 'in', LINKED),
            ('remote_id', 'in', [txn_id for _type, txn_id in wanted])])
        found = {(link.entity, link.remote_id): link._record() for link in links}
        return {key: move for key, move in found.items() if key in wanted and move}

    def _adopted(self, documents):
        """Return the links of documents that Odoo did not send: they were found in QuickBooks."""
        return self.env['qbo.binding'].sudo().search([
            ('connection_id', '=', self.connection_id.id), ('model', '=', 'account.move'),
            ('res_id', 'in', [move.id for move in documents.values()]), ('pushed_at', '=', False)])

    def _payer(self, read, documents):
        """Return the contact whose money it is: that of the documents, else that of the linked customer."""
        if documents:
            return self.env['account.move'].union(*documents.values()).commercial_partner_id
        link = self.env['qbo.binding'].sudo().search([
            ('connection_id', '=', self.connection_id.id), ('realm_id', '=', self.realm_id),
            ('entity', '=', 'Customer'), ('remote_id', '=', read.customer)], limit=1)
        record = link._record() if link else None
        if not record:
            return self.env['res.partner']
        return (record if record._name == 'res.partner' else record.partner_id).commercial_partner_id

    def _currency(self, read):
        """Return its currency, active or not."""
        name = read.currency or self.connection_id.home_currency
        return self.env['res.currency'].with_context(active_test=False).search([('name', '=', name)], limit=1)

    def _journal(self, read):
        """Return the journal that is mapped to the account of the deposit, or the one for all others.

        Of several, that of a payment method that is mapped to QuickBooks' one; then one in the payment's currency.
        """
        journals = self._mapped('journal', read.deposit_account).filtered('active')
        lines = self._mapped('payment_method', read.method).journal_id & journals
        currency = self._currency(read)
        own = (lines or journals).sorted(
            lambda journal: (journal.currency_id != currency, bool(journal.currency_id), journal.sequence, journal.id))
        return own[:1] or self.connection_id.receipt_journal_id

    def _mapped(self, kind, remote_id):
        """Return the records that are mapped to an entry of QuickBooks' lists."""
        rows = self.env['qbo.mapping'].sudo().search([
            ('connection_id', '=', self.connection_id.id), ('kind', '=', kind),
            ('reference_id.remote_id', '=', remote_id)]) if remote_id else self.env['qbo.mapping'].sudo()
        model = {'journal': 'account.journal', 'payment_method': 'account.payment.method.line'}[kind]
        return self.env[model].sudo().browse(rows.mapped('res_id')).exists()

    def _twin(self, read, partner):
        """Return a payment of Odoo's own that may be the same money, and is linked with nothing."""
        if not read.total or not partner or self.booked:
            return self.env['account.payment']
        found = self.env['account.payment'].sudo().search([
            ('company_id', '=', self.company_id.id), ('payment_type', '=', 'inbound'),
            ('partner_type', '=', 'customer'), ('partner_id.commercial_partner_id', 'in', partner.ids),
            ('currency_id', '=', self._currency(read).id), ('amount', '=', float(read.total)),
            ('state', 'in', POSTED), ('date', '>=', read.date - NEAR), ('date', '<=', read.date + NEAR)])
        linked = self.env['qbo.binding'].sudo().search([
            ('connection_id', '=', self.connection_id.id), ('model', '=', found._name), ('res_id', 'in', found.ids)])
        return found.filtered(lambda payment: payment.id not in linked.mapped('res_id'))[:1]

    def _day(self, read):
        """Return the day it is entered on."""
        return self.book_on or read.date

    def _locked(self, day, journal):
        """Return Odoo's lock dates that a day lies behind, in words, or ''."""
        locks = self.company_id._get_violated_lock_dates(day, False, journal) if day else ()
        fields_of = self.env['res.company']._fields
        return ", ".join(f'{fields_of[name]._description_string(self.env)} {until}' for until, name in locks)

    @api.model
    def _names(self, links):
        """Return what documents of QuickBooks are called there."""
        return ", ".join(f'{link.txn_type} {link.number or link.txn_id}' for link in links)
