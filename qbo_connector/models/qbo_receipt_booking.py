"""Payments of QuickBooks in Odoo's ledger: entered, followed and let go. The only place where QuickBooks moves it.

Each step runs in a savepoint, with its link: either all of it is there afterwards, or nothing and the row says why.
What is done follows from what QuickBooks says now and what was followed before, so that repeating it changes nothing.
"""

from decimal import Decimal

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ..qbo.receipts import CHARGE, CREDIT, split
from .account_move_line import JUST
from .account_payment import HOME_VALUE
from .qbo_queue_entry import FROM_THERE
from .qbo_receipt_judge import POSTED

ZERO = Decimal(0)
MONEY = ('total', 'date', 'currency', 'deposit_account', 'customer')  # what cannot change while it is posted


class QboReceipt(models.Model):
    """The part of the rows that moves the ledger."""

    _inherit = 'qbo.receipt'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === ENTER === #

    def _enter(self, read):
        """Make the payment, post it, reconcile it and link it; return what came of it, in words."""
        try:
            with self.env.cr.savepoint():
                self._book(read)
        except UserError as error:
            return self._refuse('waiting', error)
        return self.env._("Entered in Odoo as %(payment)s.", payment=self.payment_id.name or self.documents)

    def _refuse(self, state, error):
        """Say that Odoo itself does not let it be done."""
        self.invalidate_recordset()
        self._list(state, 'refused', self.env._("Odoo does not let it be booked: %(error)s", error=error))
        return self.reason

    def _book(self, read):
        """Enter a Payment that was judged."""
        if read.total:
            values = self._payment_values(read)
            payment = self._acting(read)['account.payment'].create(values)
            self._post(payment)
            self.payment_id = payment.id
        self._settle(read, None)
        self._bind(read)
        self._done(self.env._("Entered from QuickBooks"))

    def _acting(self, read=None):
        """Return the environment of whom it is entered as, in the company; hooks send nothing of it back."""
        user_sudo, company = self.connection_id._acting_user_sudo(), self.company_id
        currency = self._currency(read) if read else company.currency_id
        worth = read.home_value(company.currency_id.decimal_places) if read else None
        return self.with_user(user_sudo).with_company(company).with_context(**{
            'allowed_company_ids': company.ids, FROM_THERE: True,
            HOME_VALUE: float(worth) if worth is not None and currency != company.currency_id else None}).env

    def _payment_values(self, read):
        """Return the values of Odoo's payment."""
        values = {
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': self.partner_id.id,
            'amount': float(read.total), 'currency_id': self._currency(read).id, 'date': self._day(read),
            'journal_id': self.journal_id.id, 'payment_method_line_id': self._method(read).id,
            **self._words(read),
        }
        accounts = self._receivable(*self._documents(read).values()).account_id
        return {**values, 'destination_account_id': accounts.id} if len(accounts) == 1 else values

    def _method(self, read):
        """Return the journal's method of payment: that which QuickBooks' one is mapped to, else its first."""
        mapped = self._mapped('payment_method', read.method).filtered(
            lambda line: line.journal_id == self.journal_id and line.payment_type == 'inbound')
        return mapped[:1] or self.journal_id.inbound_payment_method_line_ids[:1]

    def _words(self, read):
        """Return what is only said of the money, and may change at any time."""
        return {'payment_reference': read.reference, 'memo': read.memo or read.reference or self.display_name}

    def _post(self, payment):
        """Post a payment with a journal entry, whatever its journal does with payments that are made by hand."""
        if not payment.outstanding_account_id:
            payment.outstanding_account_id = payment._get_outstanding_account('inbound')
        payment.action_post()

    # === WHAT IT SETTLES === #

    def _settle(self, read, before):
        """Let the documents be settled as in QuickBooks, to the cent; what a person settled besides in Odoo stays.

        :param read: the Payment as it is now, None when nothing is left of it
        :param before: the Payment as it was followed last, None when it is new
        :raise UserError: a document is open for less, or the money was used otherwise
        """
        wanted, known = self._allocations(read), self._allocations(before)
        env = self._acting()
        for pair in {**known, **wanted}:
            if self._settled(*pair) > wanted.get(pair, ZERO):
                self._partials(*pair).with_env(env).unlink()
        missing = {}
        for pair, amount in wanted.items():
            left = self._reconcile(env, *pair, amount - self._settled(*pair))
            if left:
                missing[pair] = left
        if missing and not self.rest_open:
            raise UserError(self.env._(
                "%(documents)s cannot be settled for as much as in QuickBooks: too little is open, or it is booked on "
                "another account.", documents=", ".join(pair[1].display_name for pair in missing)))
        self._mark_applications(wanted, known)

    def _allocations(self, read):
        """Return ``{(what settles, invoice): amount}`` of a Payment, as far as Odoo has the documents."""
        if read is None:
            return {}
        documents, (money, paired) = self._documents(read), split(read)
        wanted = {
            (self.payment_id, documents.get((CHARGE, txn_id))): amount for txn_id, amount in money.items()}
        wanted |= {(documents.get((CREDIT, credit)), documents.get((CHARGE, charge))): amount
                   for (credit, charge), amount in paired.items()}
        return {(source, move): amount for (source, move), amount in wanted.items() if source and move}

    def _receivable(self, *records):
        """Return the lines of documents or payments on customers' accounts, in the order in which they are due."""
        moves = self.env['account.move'].sudo().union(*(
            record if record._name == 'account.move' else record.move_id for record in records))
        return moves.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable').sorted(
            lambda line: (line.date_maturity or line.date, line.id))

    def _partials(self, source, move):
        """Return the reconciliations between what settles and an invoice."""
        lines = self._receivable(move)
        return self._receivable(source).matched_debit_ids.filtered(lambda partial: partial.debit_move_id in lines)

    def _settled(self, source, move):
        """Return how much of an invoice is settled by something, in its currency."""
        return sum((self.env['qbo.entity']._decimal(partial.debit_amount_currency)
                    for partial in self._partials(source, move)), ZERO)

    def _reconcile(self, env, source, move, amount):
        """Reconcile just so much of the two; return what could not be."""
        decimal = self.env['qbo.entity']._decimal
        for debit in self._receivable(move):
            for credit in self._receivable(source).filtered(lambda line, d=debit: line.account_id == d.account_id):
                taken = min(amount, decimal(debit.amount_residual_currency), -decimal(credit.amount_residual_currency))
                if taken > 0:
                    just = {JUST: (debit.id, credit.id, float(taken))}
                    (debit | credit).with_env(env).with_context(**just).reconcile()
                    amount -= taken
        return max(amount, ZERO)

    def _mark_applications(self, wanted, known):
        """Note which applications of credit notes are QuickBooks' own doing: they are not sent back there.

        :raise UserError: Odoo sent an application of the same two before
        """
        credits = {pair for pair in {**known, **wanted} if pair[0]._name == 'account.move'}
        for application in self.env['qbo.credit.application'].sudo()._between(credits):
            link = self.env['qbo.binding']._of_record(self.connection_id, application._name, application.id)
            if link and link != self._binding():
                raise UserError(self.env._(
                    "%(application)s is applied by another payment in QuickBooks already, %(id)s. Put the two together "
                    "there.", application=application.display_name, id=link.remote_id))
            pair = (application.credit_id, application._charge())
            application.receipt_id = self.id if pair in wanted else False

    # === LINK === #

    def _binding(self):
        """Return the live link of the Payment, or empty."""
        return self.env['qbo.binding'].sudo().search([
            ('connection_id', '=', self.connection_id.id), ('realm_id', '=', self.realm_id),
            ('entity', '=', 'Payment'), ('remote_id', '=', self.remote_id)])

    def _bind(self, read):
        """Link the Payment with what it is in Odoo: the payment, or the first credit that it applies."""
        record = self.payment_id or self.env['qbo.credit.application'].sudo().search(
            [('receipt_id', '=', self.id)], order='id', limit=1)
        if not record:
            raise UserError(self.env._("Nothing of it can be entered in Odoo."))
        values = {
            'model': record._name, 'res_id': record.id, 'record_name': record.display_name, 'state': 'active',
            'sync_token': read.sync_token, 'remote_total': float(read.total), 'remote_balance': float(read.unapplied),
            'remote_date': read.date, 'remote_customer': read.customer,
        }
        if binding := self._binding():
            binding.write(values)
        else:
            self.env['qbo.binding'].sudo().create({
                **values, 'connection_id': self.connection_id.id, 'company_id': self.company_id.id,
                'realm_id': self.realm_id, 'entity': 'Payment', 'remote_id': self.remote_id, 'origin': 'qbo'})

    def _done(self, what):
        """Close the row, and tell those who read the payment and its documents."""
        self.write({'state': 'taken', 'cause': False, 'reason': False, 'booked': self.data})
        self._tell(what)

    def _tell(self, what):
        """Leave a note on the payment and its documents, with a link into QuickBooks."""
        text = Markup("%s: %s") % (what, Markup('<a href="%s" target="_blank">%s</a>') % (
            self.qbo_url, self.display_name) if self.qbo_url else self.display_name)
        if self.decision:
            text = Markup("%s (%s)") % (text, self.decision)
        author = self.connection_id._acting_user_sudo().partner_id
        for records in (self.payment_id, self.line_ids.move_id):
            if records:
                records.sudo()._message_log_batch(bodies=dict.fromkeys(records.ids, text), author_id=author.id)

    # === FOLLOW === #

    def _follow(self, by_person=False):
        """Let what was entered become as it is in QuickBooks now; return what came of it, in words."""
        read, before = self._read(), self._read('booked')
        moved = [name for name in MONEY if getattr(read, name) != getattr(before, name)]
        if read.currency and read.currency != self.connection_id.home_currency and read.rate != before.rate:
            moved.append('rate')
        settles = read.applications != before.applications
        if not moved and not settles:
            return self._follow_words(read, before)
        if settles and not by_person:
            self.rest_open = False  # was said of other documents
        partner = self._payer(read, self._documents(read)) or self.partner_id
        self.partner_id = partner if len(partner) == 1 else self.partner_id
        if read.deposit_account != before.deposit_account:
            self.journal_id = self._journal(read) or self.journal_id
        if obstacle := self._why_not_followed(read, before, moved, partner, by_person):
            self._list('decide', *obstacle)
            return self.reason
        try:
            with self.env.cr.savepoint():
                besides = self._rebook(read, before) if moved else {}
                self._reword(read, before)
                self._settle(read, before)
                for move, amount in besides.items():  # as far as there is money left
                    self._reconcile(self._acting(), self.payment_id, move, amount)
                self._bind(read)
                self._done(self.env._("Changed in QuickBooks (%(what)s)", what=self._difference(read, before)))
        except UserError as error:
            return self._refuse('decide', error)
        self._free_others(before)
        return self.env._("Odoo follows: %(what)s", what=self._difference(read, before))

    def _follow_words(self, read, before):
        """Follow what is only said of the money."""
        self._reword(read, before)
        if self.state == 'decide':  # it was taken back there
            self.write({'state': 'taken', 'cause': False, 'reason': False})
        self.booked = self.data
        self._binding().sync_token = read.sync_token
        return self.env._("Nothing to change in Odoo's ledger.")

    def _reword(self, read, before):
        """Let the payment say what QuickBooks says of it, where that changed."""
        if self.payment_id and self._words(read) != self._words(before):
            self.payment_id.with_env(self._acting()).write(self._words(read))

    def _difference(self, read, before):
        """Return what changed in QuickBooks, in words."""
        names = {'total': self.env._("amount"), 'date': self.env._("date"), 'currency': self.env._("currency"),
                 'deposit_account': self.env._("account of the deposit"), 'customer': self.env._("customer"),
                 'rate': self.env._("exchange rate")}
        changed = [f'{label} {getattr(before, name)} → {getattr(read, name)}' for name, label in names.items()
                   if getattr(read, name) != getattr(before, name)]
        if read.applications != before.applications:
            changed.append(self.env._("what it settles"))
        return ", ".join(changed) or self.env._("nothing")

    def _why_not_followed(self, read, before, moved, partner, by_person):
        """Return (cause, reason) of what keeps Odoo from following, or None."""
        what = self._difference(read, before)
        if reason := self._undone() or (moved and self._immovable(read)):
            return 'fixed', self.env._("Changed in QuickBooks (%(what)s). %(reason)s", what=what, reason=reason)
        if obstacle := self._why_not_at_all(read, self._documents(read), partner):
            return obstacle
        if not by_person and (self.connection_id.pull_payments != 'automatic'):
            return 'asked', self.env._("Changed in QuickBooks (%(what)s). Odoo waits for your click.", what=what)
        besides = self._settled_besides(before) if moved and not by_person else {}
        if sum(besides.values(), ZERO) > read.total - sum(split(read)[0].values(), ZERO):
            return 'used', self.env._(
                "Changed in QuickBooks (%(what)s). In Odoo its money settles %(documents)s, too, for which too little "
                "would be left. Follow if that is right, or leave Odoo as it is.",
                what=what, documents=", ".join(move.display_name for move in besides))
        return None

    def _undone(self):
        """Return what a person did to the payment in Odoo after which nothing can follow QuickBooks, or ''."""
        if not self.payment_id:
            return self.env._("The payment was deleted in Odoo.") if self._read('booked').total else ''
        if self.payment_id.state not in POSTED:
            return self.env._("Somebody cancelled it, or reset it to draft, in Odoo.")
        return ''

    def _immovable(self, read):
        """Return why the payment in Odoo can be neither changed nor cancelled by itself, or ''."""
        payment = self.payment_id
        if not payment:
            return ''
        if payment.reconciled_statement_line_ids:
            return self.env._("In Odoo it is matched with a transaction of the bank. Undo that match, then follow; or "
                              "leave Odoo as it is.")
        days = {payment.date, self._day(read)} if read else {payment.date}
        locks = [lock for day in sorted(days) if (lock := self._locked(day, payment.journal_id))]
        return self.env._("Odoo's books are closed: %(locks)s. Open them, then follow; or leave Odoo as it is.",
                          locks=locks[0]) if locks else ''

    def _rebook(self, read, before):
        """Change what cannot change while a payment is posted; one that became money, or nothing, comes or goes.

        :return: ``{document: amount}`` that a person had it settle besides in Odoo
        """
        payment, env = self.payment_id.with_env(self._acting(read)), self._acting(read)
        besides = self._settled_besides(before)
        values = self._payment_values(read) if read.total else {}
        if not payment:
            self.payment_id = env['account.payment'].create(values).id if values else False
        elif values:
            self._release()
            if payment.state != 'draft':
                payment.action_draft()
            payment.write(values)
        else:
            self._withdraw()
            self.payment_id = False
        if self.payment_id:
            self._post(self.payment_id.with_env(env))
        return besides

    def _settled_besides(self, before):
        """Return ``{document: amount}`` that the payment settles in Odoo alone."""
        known = {move for source, move in self._allocations(before) if source == self.payment_id}
        lines = self._receivable(self.payment_id) if self.payment_id else self.env['account.move.line']
        others = lines.matched_debit_ids.debit_move_id.move_id.filtered(lambda move: move.is_invoice()) - self.env[
            'account.move'].union(*known)
        return {move: self._settled(self.payment_id, move) for move in others}

    def _withdraw(self):
        """Cancel the payment; its entry stays, cancelled, as its number is one of a sequence."""
        self._release()
        self.payment_id.with_env(self._acting()).action_cancel()

    def _release(self):
        """Take the payment off what it settles."""
        self._receivable(self.payment_id).with_env(self._acting()).remove_move_reconcile()

    @api.model
    def _strayed(self, binding):
        """Return how what was entered has become another thing in Odoo than in QuickBooks, or ''."""
        receipt = self._of(binding.connection_id, binding.remote_id)
        if receipt.state != 'taken' or not (read := receipt._read('booked')):
            return ''
        if receipt.payment_id and receipt.payment_id.state not in POSTED:
            return self.env._("Cancelled or reset to draft in Odoo, and QuickBooks still has it: void it there, too.")
        if any(receipt._settled(*pair) != amount for pair, amount in receipt._allocations(read).items()):
            return self.env._("It settles something else in Odoo than in QuickBooks: change it there, too.")
        return ''

    # === LET GO === #

    def _let_go(self, by_person=False):
        """Follow that a Payment was voided or deleted; return what came of it, in words."""
        gone = self.env._("Deleted in QuickBooks") if self._read() is None else self.env._("Voided in QuickBooks")
        if self.state == 'gone':
            return gone
        if not self.booked:
            self._list('gone' if self.state != 'declined' else 'declined', False, gone)
            return gone
        if self.payment_id.state in POSTED and (reason := self._immovable(None)):
            self._list('decide', 'fixed', f'{gone}. {reason}')
            return self.reason
        if not by_person and self.connection_id.pull_payments != 'automatic':
            self._list('decide', 'asked', self.env._("%(gone)s. Odoo waits for your click.", gone=gone))
            return self.reason
        before = self._read('booked')
        try:
            with self.env.cr.savepoint():
                self._cancel()
        except UserError as error:
            return self._refuse('decide', error)
        self._tell(gone)
        self._free_others(before)
        return gone

    def _cancel(self):
        """Cancel the payment, take credits off what they were applied to, and end the link."""
        read = self._read()
        if self.payment_id.state in POSTED:
            self._withdraw()
        self._settle(None, self._read('booked'))
        if binding := self._binding():
            binding.write({'state': 'voided', 'sync_token': read.sync_token} if read else {
                'state': 'deleted', 'active': False})
        self.write({'state': 'gone', 'cause': False, 'reason': False, 'booked': self.data or self.booked})
