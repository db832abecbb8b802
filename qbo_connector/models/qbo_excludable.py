"""*Do Not Send to QuickBooks*: the flag on contacts, products, journals, documents and payments.

What it means for a record is asked of the record's handler (``qbo.entity``, ``_excluded``): a document is kept out by
its own flag, its journal's or its customer's. Whatever was pushed before stays in QuickBooks as it is; without the flag
it is made equal to Odoo again.
"""

from odoo import api, fields, models
from odoo.fields import Domain

ACCOUNTANTS = 'qbo_connector.group_qbo_accountant'


class QboExcludable(models.AbstractModel):
    """Gives a model the flag."""

    _name = 'qbo.excludable'
    _description = "Record That Can Be Kept out of QuickBooks"

    # Neither prefetched nor tracked: that would read it at every write, in companies without a connection too. Nor
    # copied: it is a decision about one record, and who makes the copy may not know of it.
    qbo_excluded = fields.Boolean(
        string="Do Not Send to QuickBooks", prefetch=False, copy=False, groups=ACCOUNTANTS,
        help="What was sent before stays in QuickBooks as it is and is no longer updated.")
    qbo_connected = fields.Boolean(
        compute='_compute_qbo_connected', groups='qbo_connector.group_qbo_user',
        help="Its company has a QuickBooks connection.")

    @api.depends_context('company')
    def _compute_qbo_connected(self):
        connected = {company_id for _connection_id, company_id in self.env['qbo.connection']._connected()}
        for record in self:
            company = record.company_id or self.env.company
            record.qbo_connected = company.id in connected

    def write(self, vals):
        """Override to let the queue follow the flag."""
        if 'qbo_excluded' not in vals:
            return super().write(vals)
        changed = self.filtered(lambda record: record.qbo_excluded != bool(vals['qbo_excluded']))
        result = super().write(vals)
        note = (self.env._("From now on not sent to QuickBooks.") if vals['qbo_excluded']
                else self.env._("From now on sent to QuickBooks."))
        changed._message_log_batch(bodies=dict.fromkeys(changed.ids, note))
        for connection in self.env['qbo.connection'].sudo().search([('realm_id', '!=', False)]):
            concerned = changed.filtered(lambda record, ours=connection.company_id: record.company_id in (
                ours, ours.browse()))
            if concerned:
                self.env['qbo.audit']._note(connection, 'excluded', note, concerned)
        changed._qbo_follow_exclusion()
        return result

    def _qbo_follow_exclusion(self):
        """End what waits for records that are kept out now; bring those up to date that are no longer."""
        entries_sudo = self.env['qbo.queue.entry'].sudo()
        if not self or not self.env['qbo.connection']._connected():
            return
        for model, domain in self._qbo_governed().items():
            entries_sudo._follow_exclusion(model, domain)
        if included := self.filtered(lambda record: not record.qbo_excluded):
            included._qbo_catch_up()

    def _qbo_governed(self):
        """Return ``{model: domain}`` of the records that these flags keep out."""
        return {self._name: Domain('id', 'in', self.ids)}

    def _qbo_catch_up(self):
        """Enqueue what should be in QuickBooks now that the flag is gone."""
        self._qbo_enqueue()


class QboExcludableHolder(models.AbstractModel):
    """Gives a model the flag that keeps out what belongs to it, company by company."""

    _name = 'qbo.excludable.holder'
    _inherit = 'qbo.excludable'
    _description = "Record That Keeps Others out of QuickBooks"

    def _qbo_catch_up(self):
        for connection in self.env['qbo.connection'].sudo().search([('realm_id', '!=', False)]):
            self.env['qbo.queue.entry']._sweep(connection)


class QboExcludableDocument(models.AbstractModel):
    """Gives a model the flag that decides about one document, besides those of its journal and its customer."""

    _name = 'qbo.excludable.document'
    _inherit = 'qbo.excludable'
    _description = "Document That Can Be Kept out of QuickBooks"

    @api.model
    def _qbo_of_excluded(self, customer):
        """Return the domain of the documents whose journal or customer is kept out in the current company.

        :param str customer: the field that leads to the commercial partner
        """
        journals, partners = (
            self.env[model]._search([('qbo_excluded', '=', True)]) for model in ('account.journal', 'res.partner'))
        return Domain('journal_id', 'in', journals) | Domain(customer, 'in', partners)


class AccountMove(models.Model):
    """Journal entries."""

    _name = 'account.move'
    _inherit = ['account.move', 'qbo.excludable.document']

    _qbo_excluded_index = models.Index("(id) WHERE qbo_excluded IS TRUE")  # few of many: each search by badge asks

    @api.model
    def _qbo_excluded_here(self):
        return super()._qbo_excluded_here() | self._qbo_of_excluded('commercial_partner_id')


class AccountPayment(models.Model):
    """Payments."""

    _name = 'account.payment'
    _inherit = ['account.payment', 'qbo.excludable.document']

    _qbo_excluded_index = models.Index("(id) WHERE qbo_excluded IS TRUE")

    @api.model
    def _qbo_excluded_here(self):
        return super()._qbo_excluded_here() | self._qbo_of_excluded('partner_id.commercial_partner_id')


class AccountJournal(models.Model):
    """Journals: of deferrals and accruals, say."""

    _name = 'account.journal'
    _inherit = ['account.journal', 'qbo.excludable.holder']

    qbo_excluded = fields.Boolean(
        help="None of its entries and payments is sent. What was sent before stays in QuickBooks as it is.")

    def _qbo_governed(self):
        in_journal = Domain('journal_id', 'in', self.ids)
        return {'account.move': in_journal, 'account.payment': in_journal}


class ResPartner(models.Model):
    """Contacts: the commercial partner's flag counts."""

    _name = 'res.partner'
    _inherit = ['res.partner', 'qbo.excludable.holder']

    qbo_excluded = fields.Boolean(
        company_dependent=True, help="Neither the customer nor its documents and payments are sent. What was sent "
                                     "before stays in QuickBooks as it is.")

    def _qbo_governed(self):
        return {
            **super()._qbo_governed(), 'qbo.customer.currency': Domain('partner_id', 'in', self.ids),
            'account.move': Domain('commercial_partner_id', 'in', self.ids),
            'account.payment': Domain('partner_id.commercial_partner_id', 'in', self.ids)}


class ProductTemplate(models.Model):
    """Products: all variants have one flag."""

    _name = 'product.template'
    _inherit = ['product.template', 'qbo.excludable.holder']

    qbo_excluded = fields.Boolean(
        company_dependent=True,
        help="It is not sent: its lines go to QuickBooks by the item of their account, as lines without a product do.")

    def _qbo_governed(self):
        return {'product.product': Domain('product_tmpl_id', 'in', self.ids)}


class QboQueueEntry(models.Model):
    """The part of the queue that follows the flag."""

    _inherit = 'qbo.queue.entry'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _follow_exclusion(self, model, domain):
        """End the rows of what is kept out now; enqueue what stands in QuickBooks and is kept out no longer."""
        # What is on its way, or may be, is left to arrive.
        waiting = Domain('model', '=', model) & Domain('state', 'in', ('pending', 'failed', 'dead'))
        linked = Domain('model', '=', model) & Domain('state', '=', 'active')
        links_sudo = self.env['qbo.binding'].sudo()
        records = self.env[model].sudo().with_context(active_test=False).search(domain & (
            Domain('id', 'in', self._search(waiting).subselect('res_id'))
            | Domain('id', 'in', links_sudo._search(linked).subselect('res_id'))))
        ended, by_id = {}, {record.id: record for record in records}
        for row in self.search(waiting & Domain('res_id', 'in', records.ids)):
            record = by_id[row.res_id]
            handler = self.env['qbo.entity']._for_record(record)
            if handler is not None and (reason := handler._excluded(row.connection_id, record)):
                ended[row] = {'operation': 'none', 'note': reason}
        rows = self.browse([row.id for row in ended])
        rows._set_done(ended)
        for connection in rows.connection_id:
            connection._trigger_drain()  # what waited for them goes on without
        records._qbo_enqueue()  # it passes over those that are kept out
