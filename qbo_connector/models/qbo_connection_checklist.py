"""The checklist before a company goes live: facts that are known, each with its cure. QuickBooks is not asked."""

from dataclasses import dataclass

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

# What a trial has to have sent and compared, in the order in which it is done.
TRIAL = ('Customer', 'Item', 'Invoice', 'CreditMemo', 'Payment')
DOCUMENTS = ('out_invoice', 'out_refund')


@dataclass(frozen=True)
class Check:
    """One line of the checklist.

    :param str level: ok; hint: good to know; warning: a person may go live all the same, with a reason; blocker
    :param str title: what was checked
    :param str text: what was found, and what to do
    :param str action: the method of the connection that leads to the cure, or ''
    """

    level: str
    title: str
    text: str
    action: str = ''


class QboConnection(models.Model):
    """The part of the connection that checks whether it is fit to go live."""

    _inherit = 'qbo.connection'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    auto_apply_credit = fields.Boolean(string="Credits Applied Automatically", readonly=True, copy=False)

    def _checks(self):
        """Return the checklist as a list of :class:`Check`."""
        self.ensure_one()
        return [
            self._check_connected(), self._check_company(), self._check_trial(), self._check_mappings(),
            self._check_dry_run(), self._check_scope(), self._check_numbers(), self._check_credits(),
            self._check_closing_date(), self._check_currencies(), self._check_sales_tax(), self._check_webhooks()]

    def _check_connected(self):
        """Check that there is a QuickBooks company, and that this database may write to it."""
        title = self.env._("Connection")
        if self.state != 'connected' or not self._is_our_database():
            return Check('blocker', title, self._standstill() or self._copy_reason())
        return Check('ok', title, self.env._(
            "%(company)s, company ID %(realm)s", company=self.qbo_company_name, realm=self.realm_id))

    def _check_company(self):
        """Check that both companies keep their books in one currency, and are in one country."""
        title = self.env._("Company")
        if self.company_mismatch:
            return Check('blocker', title, self.company_mismatch, 'action_disconnect')
        if self.country_mismatch:
            return Check('warning', title, self.country_mismatch, 'action_disconnect')
        return Check('ok', title, ", ".join(filter(None, (self.country_code, self.home_currency, self.plan))))

    def _check_trial(self):
        """Check that one of each kind was sent, and stands in QuickBooks with Odoo's figures; a sandbox counts, too."""
        title = self.env._("Trial")
        labels = dict(zip(TRIAL, (
            self.env._("customer"), self.env._("product"), self.env._("invoice"), self.env._("credit note"),
            self.env._("payment")), strict=True))
        sent = self._trial_links()
        missing = ", ".join(label for entity, label in labels.items() if entity not in sent)
        compared = ", ".join(
            self.env._("%(kind)s %(name)s", kind=labels[entity], name=link.record_name) + (
                f' ({formatLang(self.env, link.remote_total)})' if link.remote_total else '')
            for entity, link in sent.items())
        if not missing:
            return Check('ok', title, self.env._("Sent, and the same on both sides: %(links)s", links=compared))
        text = self.env._(
            "Open a document and choose Send to QuickBooks. Not sent and found equal yet: %(missing)s.",
            missing=missing)
        if compared:
            text += " " + self.env._("Equal on both sides: %(links)s.", links=compared)
        # In a sandbox going live is the trial.
        return Check('hint' if self.environment == 'sandbox' else 'warning', title, text)

    def _trial_links(self):
        """Return ``{entity: link}`` of one of each kind that was sent and whose figures agree, archived ones too."""
        Binding = self.env['qbo.binding'].sudo().with_context(active_test=False)
        equal = Domain([('connection_id', '=', self.id), ('pushed_at', '!=', False), ('variance', '=', False)])
        links = {entity: Binding.search(equal & Domain('entity', '=', entity), limit=1) for entity in TRIAL}
        return {entity: link for entity, link in links.items() if link}

    def _check_mappings(self):
        """Check that everything in use has a counterpart."""
        title = self.env._("Mappings")
        if self.unmapped_count or not self.mapped_count:
            text = self.env._(
                "%(count)s still to map: documents that need them will wait.", count=self.unmapped_count,
            ) if self.unmapped_count else self.env._("Nothing is mapped yet.")
            return Check('warning', title, text, 'action_open_mapping_wizard')
        return Check('ok', title, self.env._("Complete: %(count)s mapped", count=self.mapped_count))

    def _check_dry_run(self):
        """Check that a dry run was done, and found nothing that stops."""
        title = self.env._("Dry Run")
        if not self.dry_run_at:
            return Check('warning', title, self.env._("Never done."), 'action_open_dry_run')
        day = format_date(self.env, self.dry_run_at)
        if self.dry_run_stopped:
            return Check('warning', title, self.env._(
                "%(day)s: %(stopped)s of %(count)s could not be sent.", day=day, stopped=self.dry_run_stopped,
                count=self.dry_run_found), 'action_open_dry_run')
        return Check('ok', title, self.env._(
            "%(day)s: %(count)s to be sent, no problem", day=day, count=self.dry_run_found))

    def _check_scope(self):
        """Say from which day on documents are sent."""
        title = self.env._("Documents From")
        if self.sync_from:
            return Check('ok', title, format_date(self.env, self.sync_from))
        return Check('hint', title, self.env._("No date is set: everything that was ever posted will be sent."))

    def _check_numbers(self):
        """Check that the QuickBooks company's numbering fits what was chosen here."""
        title = self.env._("Custom Transaction Numbers")
        if self.custom_txn_numbers == (self.numbering == 'odoo'):
            return Check('ok', title, self.env._("On") if self.custom_txn_numbers else self.env._("Off"))
        if self.numbering == 'odoo':
            return Check('warning', title, self.env._(
                "Off in QuickBooks, so Odoo's numbers are not kept. Switch them on there (Account and settings > "
                "Sales), or choose under Policies that QuickBooks numbers its documents."))
        return Check('warning', title, self.env._(
            "On in QuickBooks, so documents without a number would get none. Switch them off there (Account and "
            "settings > Sales), or choose Odoo's number under Policies."))

    def _check_credits(self):
        """Check that QuickBooks does not settle invoices by itself, with credits that Odoo keeps open."""
        title = self.env._("Automatic Application of Credits")
        if not self.auto_apply_credit:
            return Check('ok', title, self.env._("Off"))
        return Check('warning', title, self.env._(
            "On in QuickBooks: open credits settle invoices there that are still open in Odoo. Switch it off (Account "
            "and settings > Advanced > Automation)."))

    def _check_closing_date(self):
        """Check that nothing would have to be booked where the books are closed."""
        title = self.env._("Closing Date")
        closed = self.book_close_date
        if not closed or (self.sync_from and self.sync_from > closed):
            return Check('ok', title, format_date(self.env, closed) if closed else self.env._("None"))
        return Check('warning', title, self.env._(
            "The books are closed until %(day)s. What is dated there: %(policy)s (Policies). Let Documents From begin "
            "later, or open the books.", day=format_date(self.env, closed),
            policy=dict(self._fields['on_closed']._description_selection(self.env))[self.on_closed]))

    def _check_currencies(self):
        """Check that QuickBooks keeps several currencies, where Odoo has sold in others."""
        title = self.env._("Multicurrency")
        if self.multi_currency:
            return Check('ok', title, self.env._("On"))
        foreign = self.env['account.move'].sudo().search(
            self._sales() & Domain('currency_id', '!=', self.company_id.currency_id.id), limit=1)
        if not foreign:
            return Check('ok', title, self.env._("Off, and not needed"))
        return Check('warning', title, self.env._(
            "Off in QuickBooks, and there are documents in other currencies, such as %(name)s: they will be refused. "
            "Switch it on there (Account and settings > Advanced > Currency); it cannot be switched off again.",
            name=foreign.name))

    def _check_sales_tax(self):
        """Check that QuickBooks knows sales tax, where Odoo has charged some."""
        title = self.env._("Sales Tax")
        if self.tax_regime != 'none':
            return Check('ok', title, dict(self._fields['tax_regime']._description_selection(self.env)).get(
                self.tax_regime, ''))
        taxed = self.env['account.move'].sudo().search(self._sales() & Domain('amount_tax', '!=', 0), limit=1)
        if not taxed:
            return Check('ok', title, self.env._("Off, and not needed"))
        return Check('warning', title, self.env._(
            "Off in QuickBooks, and there are documents with tax, such as %(name)s: they will be refused. Switch it on "
            "there (Taxes > Sales tax).", name=taxed.name))

    def _check_webhooks(self):
        """Say whether Intuit tells of changes: a post that a stored token signed has come. Else the poll finds them."""
        title = self.env._("Webhooks")
        if self.sudo().webhook_token_ids and self.last_webhook_at and not self.webhook_silent_since:
            return Check('ok', title, self.env._("Last Post") + f': {format_date(self.env, self.last_webhook_at)}')
        return Check('hint', title, self.env._(
            "None has come yet, or none for days. Payments and changes made in QuickBooks arrive only when Odoo asks, "
            "every %(hours)s hours (0: never by itself). Enter the address and a verifier token, on the page From "
            "QuickBooks.",
            hours=self.poll_hours))

    def _sales(self):
        """Return the domain of the posted documents that going live will send."""
        domain = Domain('company_id', 'child_of', self.company_id.id) & Domain('state', '=', 'posted') & Domain(
            'move_type', 'in', DOCUMENTS)
        return domain & Domain('date', '>=', self.sync_from) if self.sync_from else domain
