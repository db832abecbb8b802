"""The rows of a reconciliation: what differs, why, what it needs, and who explained it."""

import hashlib
import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..qbo import reconciling as told
from ..qbo.weblinks import object_url
from .qbo_receipt import UNDECIDED
from .rows import insert_rows

EXPLAINED_BEFORE = """
    SELECT DISTINCT ON (signature) signature, explanation, explained_by_id, explained_at FROM qbo_reconciliation_line
     WHERE connection_id = %s AND signature = ANY(%s) ORDER BY signature, id DESC
"""
FACTS = ('total', 'tax', 'balance', 'date', 'customer', 'number', 'home')


class QboReconciliationLine(models.Model):
    """One document that differs, or the balance of one customer."""

    _name = 'qbo.reconciliation.line'
    _description = "QuickBooks Reconciliation: Difference"
    _inherit = ['qbo.exportable']
    _order = 'reconciliation_id desc, id'
    _rec_name = 'record_name'

    reconciliation_id = fields.Many2one('qbo.reconciliation', required=True, index=True, ondelete='cascade')
    connection_id = fields.Many2one(related='reconciliation_id.connection_id', store=True)
    company_id = fields.Many2one(related='reconciliation_id.company_id', store=True, index=True)
    entity = fields.Selection(
        lambda self: self.env['qbo.entity']._entity_labels(), string="QuickBooks Type", required=True, readonly=True)
    model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field='model', string="Record", readonly=True)
    record_name = fields.Char(string="In Odoo", readonly=True)
    partner_id = fields.Many2one('res.partner', string="Customer", readonly=True, index='btree_not_null')
    kind = fields.Selection(
        [('missing_there', "Not in QuickBooks"), ('missing_here', "Not in Odoo"), ('doubled', "Twice in QuickBooks"),
         ('voided_here', "Not booked in Odoo any more"), ('voided_there', "Voided in QuickBooks"),
         ('currency', "Another currency"), ('total', "Another total"), ('tax', "Another tax"),
         ('balance', "Another open balance"), ('date', "Another date"), ('customer', "Another customer"),
         ('number', "Another number"), ('exchange', "Another value in home currency"),
         ('rounded', "Rounding of the exchange rate"), ('receivable', "Another balance of the customer")],
        string="Difference", required=True, readonly=True)
    differs = fields.Char(readonly=True, help="All kinds by which it differs.")
    status = fields.Selection(
        [('drift', "To Look At"), ('waiting', "Waiting"), ('known', "Known"), ('explained', "Explained")],
        required=True, readonly=True)
    reason = fields.Selection(
        [('waiting', "In the queue"), ('failed', "Needs attention in the queue"), ('excluded', "Kept out"),
         ('before', "Not expected there"), ('left', "Left as it is"), ('accepted', "Accepted"),
         ('documents', "Made of documents")], readonly=True)
    text = fields.Char(string="What", readonly=True)
    currency = fields.Char(readonly=True)
    date = fields.Date(readonly=True)
    remote_date = fields.Date(string="QuickBooks Date", readonly=True)
    total = fields.Float(digits=(16, 2), readonly=True)
    remote_total = fields.Float(string="QuickBooks Total", digits=(16, 2), readonly=True)
    tax = fields.Float(digits=(16, 2), readonly=True)
    remote_tax = fields.Float(string="QuickBooks Tax", digits=(16, 2), readonly=True)
    balance = fields.Float(string="Open", digits=(16, 2), readonly=True)
    remote_balance = fields.Float(string="Open in QuickBooks", digits=(16, 2), readonly=True)
    home = fields.Float(string="In Home Currency", digits=(16, 2), readonly=True)
    remote_home = fields.Float(string="QuickBooks in Home Currency", digits=(16, 2), readonly=True)
    rate = fields.Float(digits=(16, 8), readonly=True, aggregator=None)
    remote_rate = fields.Float(string="QuickBooks Rate", digits=(16, 8), readonly=True, aggregator=None)
    amount_apart = fields.Float(string="Apart", digits=(16, 2), readonly=True, help="Without its sign.")
    balance_apart = fields.Float(digits=(16, 2), readonly=True, help="What it changes in the customer's balance.")
    moved_apart = fields.Float(digits=(16, 2), readonly=True, help="... in that of the customer QuickBooks has it on.")
    part_here = fields.Float(digits=(16, 2), readonly=True, help="How much of the total in Odoo it is.")
    part_there = fields.Float(digits=(16, 2), readonly=True, help="How much of the total in QuickBooks it is.")
    remote_id = fields.Char(string="QuickBooks ID", readonly=True)
    remote_number = fields.Char(string="QuickBooks Number", readonly=True)
    remote_customer = fields.Char(string="QuickBooks Customer", readonly=True)
    remote_customer_id = fields.Char(readonly=True)
    signature = fields.Char(readonly=True, help="Of this very difference: by it an explanation is found again.")
    explanation = fields.Char(readonly=True)
    explained_by_id = fields.Many2one('res.users', readonly=True, ondelete='set null')
    explained_at = fields.Datetime(string="Explained", readonly=True)
    repair = fields.Char(readonly=True, help="What was asked for to repair it.")
    qbo_url = fields.Char(string="In QuickBooks", compute='_compute_qbo_url')

    _signature_index = models.Index('(connection_id, signature)')

    @api.depends('record_name', 'entity', 'remote_number', 'remote_id')
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.record_name or "{} {}".format(
                self.env['qbo.entity']._entity_label(line.entity), line.remote_number or line.remote_id or '')

    def _compute_qbo_url(self):
        for line in self:
            connection = line.connection_id
            line.qbo_url = object_url(
                connection.environment, connection.realm_id, line.entity, line.remote_id, connection._simulator_url())

    # === MADE === #

    @api.model
    def _row(self, run, handler, finding, reason, text):
        """Return the values of the row of a finding (:class:`~.qbo_reconciliation_run.Finding`)."""
        here, there, kinds = finding.here, finding.there, finding.kinds
        zero = Decimal(0)
        facts = {
            'total': (here.total if here else zero, there.total if there else zero),
            'tax': (here.tax or zero if here else zero, there.tax if there else zero),
            'balance': (here.balances[0] if here and here.balances else zero, there.balance if there else zero),
            'date': (here.day if here else None, there.day if there else None),
            'home': (here.home if here else None, there.home if there else None),
        }
        booked_here = bool(here and here.stands and not finding.elsewhere)
        booked_there = bool(there and not there.voided)
        return {
            'reconciliation_id': run.id, 'connection_id': run.connection_id.id, 'company_id': run.company_id.id,
            'entity': finding.entity, 'model': finding.model or False, 'res_id': finding.res_id or False,
            'record_name': finding.name or False, 'partner_id': finding.partner_id or False,
            'kind': kinds[0], 'differs': ",".join(kinds), 'status': told.status_of(kinds, reason),
            'reason': reason or False, 'text': self._in_words(finding, facts, text),
            'currency': (here and here.currency) or (there and there.currency) or run._home(),
            **{name: pair[0] for name, pair in facts.items()},
            **{f'remote_{name}': pair[1] for name, pair in facts.items()},
            **self._rates(here, there, kinds),
            'amount_apart': self._apart(kinds, facts),
            **self._balance_apart(run, handler, finding, facts['balance']),
            'part_here': here.total if booked_here else zero,
            'part_there': there.total if booked_there and not finding.outside else zero,
            'remote_id': there.remote_id if there else (finding.link.remote_id if finding.link else False),
            'remote_number': there.number if there else False,
            'remote_customer': there.customer_name or there.customer if there else False,
            'remote_customer_id': there.customer if there else False,
            'signature': self._sign(finding.entity, finding.model, finding.res_id, there, kinds, facts),
        }

    @api.model
    def _rates(self, here, there, kinds):
        """Return the rates of both sides where they explain a difference."""
        if told.EXCHANGE not in kinds and told.ROUNDED not in kinds:
            return {'rate': False, 'remote_rate': False}
        rate, remote_rate, _apart = told.explain_exchange(here, there)
        return {'rate': round(rate, 8), 'remote_rate': remote_rate}

    @api.model
    def _apart(self, kinds, facts):
        """Return by how much money the two sides differ, without sign."""
        for kind, name in ((told.AMOUNT, 'total'), (told.BALANCE, 'balance'), (told.TAX, 'tax'),
                           (told.EXCHANGE, 'home'), (told.ROUNDED, 'home')):
            if kind in kinds:
                return abs(facts[name][0] - facts[name][1])
        whole = (told.MISSING_THERE, told.MISSING_HERE, told.DOUBLED, told.VOIDED_HERE, told.VOIDED_THERE)
        return max(facts['total']) if kinds[0] in whole else Decimal(0)

    @api.model
    def _balance_apart(self, run, handler, finding, balances):
        """Return what the difference changes in the balances of its customer here, and of its customer there.

        Nothing of what has no link: that is counted with what Odoo holds alone.
        """
        (here, there), sign, kind = balances, handler._qbo_balance_sign, finding.kinds[0]
        if kind == told.MISSING_THERE and not finding.link and not run.connection_id.parallel_run:
            here = Decimal(0)
        elif not (finding.here and finding.here.stands):
            here = Decimal(0)
        elif finding.there is not None and not finding.here.balances:
            here = there
        elsewhere = told.PARTY in finding.kinds or finding.here is None
        return {'balance_apart': sign * (here if elsewhere else here - there),
                'moved_apart': -sign * there if elsewhere else Decimal(0)}

    @api.model
    def _balance_row(self, run, partner_id, name, currency, remote_id, here, there, unsent, documents):
        """Return the values of the row of a customer whose balance differs.

        :param Decimal unsent: how much of it belongs to documents that QuickBooks does not have
        :param Decimal documents: how much of it the rows of documents make up
        """
        made_of = here - there == unsent + documents
        text = self.env._(
            "owes %(here)s in Odoo, %(there)s in QuickBooks; %(unsent)s are of documents that are not in QuickBooks, "
            "%(documents)s of differing documents", here=self._money(here, currency), there=self._money(
                there, currency), unsent=self._money(unsent), documents=self._money(documents))
        reason = 'documents' if made_of else ''
        facts = {'balance': (here, there)}
        return {
            'reconciliation_id': run.id, 'connection_id': run.connection_id.id, 'company_id': run.company_id.id,
            'entity': 'Customer', 'model': 'res.partner' if partner_id else False, 'res_id': partner_id or False,
            'record_name': name, 'partner_id': partner_id or False, 'kind': 'receivable', 'differs': 'receivable',
            'status': told.status_of(('receivable',), reason), 'reason': reason or False, 'text': text,
            'currency': currency, 'total': here, 'remote_total': there, 'balance': here, 'remote_balance': there,
            'amount_apart': abs(here - there), 'balance_apart': Decimal(0), 'moved_apart': Decimal(0),
            'part_here': here, 'part_there': there,
            'remote_id': remote_id or False, 'remote_customer': name,
            'signature': self._sign('Customer', 'res.partner', partner_id, None, ('receivable', remote_id), facts),
        }

    @api.model
    def _sign(self, entity, model, res_id, there, kinds, facts):
        """Return what this very difference is known by in later runs."""
        told_of = [entity, model, res_id, there.remote_id if there else '', kinds, [
            [str(value if value is None or not isinstance(value, Decimal) else value.normalize())
             for value in pair] for pair in facts.values()]]
        if there:
            told_of += [there.number, there.customer, there.currency]
        return hashlib.sha256(json.dumps(told_of).encode()).hexdigest()[:32]

    @api.model
    def _store(self, run, rows):
        """Insert rows; what was explained before, and is still the same, is explained."""
        if not rows:
            return
        self.env.cr.execute(EXPLAINED_BEFORE, [run.connection_id.id, [row['signature'] for row in rows]])
        before = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        for row in rows:
            explanation, user_id, moment = before.get(row['signature'], (None, None, None))
            row |= {'explanation': explanation or False, 'explained_by_id': user_id or False,
                    'explained_at': moment or False}
            if moment and row['status'] == 'drift':
                row['status'] = 'explained'
        insert_rows(self, rows)
        self.env.invalidate_all()

    # === IN WORDS === #

    @api.model
    def _money(self, amount, currency=''):
        return f'{formatLang(self.env, float(amount))} {currency}'.rstrip()

    @api.model
    def _in_words(self, finding, facts, text):
        """Return in words and figures how the two sides differ."""
        words, here, there = [], finding.here, finding.there
        names = {told.AMOUNT: ('total', self.env._("total")), told.TAX: ('tax', self.env._("tax")),
                 told.BALANCE: ('balance', self.env._("open")),
                 told.EXCHANGE: ('home', self.env._("in home currency")),
                 told.ROUNDED: ('home', self.env._("in home currency"))}
        for kind in finding.kinds:
            if kind in names:
                name, label = names[kind]
                words.append(self.env._(
                    "%(what)s %(odoo)s in Odoo, %(qbo)s in QuickBooks", what=label,
                    odoo=self._money(facts[name][0]), qbo=self._money(facts[name][1])))
            elif kind == told.DAY:
                words.append(self.env._("dated %(odoo)s in Odoo, %(qbo)s in QuickBooks", odoo=here.day, qbo=there.day))
            elif kind == told.PARTY:
                words.append(self.env._("of %(odoo)s in Odoo, of %(qbo)s in QuickBooks",
                                        odoo=here.names[0] if here.names else "?",
                                        qbo=there.customer_name or there.customer or "?"))
            elif kind == told.NUMBER:
                words.append(self.env._("number %(odoo)s in Odoo, %(qbo)s in QuickBooks", odoo=here.numbers[0],
                                        qbo=there.number or self.env._("none")))
            elif kind == told.CURRENCY:
                words.append(self.env._("in %(odoo)s in Odoo, in %(qbo)s in QuickBooks", odoo=here.currency,
                                        qbo=there.currency))
        if told.EXCHANGE in finding.kinds or told.ROUNDED in finding.kinds:
            rate, remote_rate, apart = told.explain_exchange(here, there)
            words.append(self.env._(
                "rate %(odoo)s in Odoo, %(qbo)s in QuickBooks, which makes %(apart)s", odoo=round(rate, 6),
                qbo=round(remote_rate, 6), apart=self._money(apart)))
        return ". ".join(filter(None, ("; ".join(words), text))) or False

    # === REPAIRS === #

    def _check_accountant(self):
        """Let accountants repair and explain."""
        self.check_access('read')
        self.reconciliation_id._check_accountant()

    def _asked(self, text):
        """Note what was asked for to repair the rows."""
        for line in self.sudo():
            line.repair = self.env._("%(what)s by %(user)s", what=text, user=self.env.user.name)
        for connection, lines in self.grouped('connection_id').items():
            self.env['qbo.audit']._note(connection, 'pushed', text, lines)

    def _record(self):
        """Return the record of a row in its company, empty when there is none."""
        self.ensure_one()
        if not self.model or self.model not in self.env:
            return self.browse()
        return self.env[self.model].with_company(self.company_id).browse(self.res_id).exists()

    def action_push(self):
        """Send the documents, so that QuickBooks holds what Odoo says; also where it holds something else."""
        self._check_accountant()
        lines = self.filtered(
            lambda line: line.kind not in ('missing_here', 'doubled', 'receivable') and line._record())
        if not lines:
            raise UserError(self.env._("There is nothing in Odoo to send for this."))
        for line in lines:
            connection_sudo = line.connection_id.sudo()
            connection_sudo._check_sending()
            link_sudo = self.env['qbo.binding']._of_record(connection_sudo, line.model, line.res_id, line.entity)
            if line.kind == 'missing_there':
                link_sudo.state = 'deleted'  # it is not there any more, and is created anew
            link_sudo.content_hash = False  # or it would be taken for known
            self.env['qbo.queue.entry']._enqueue(line._record(), connection_sudo)
        lines._asked(self.env._("Push asked for"))

    def action_pull(self):
        """Take payments over that were entered in QuickBooks; those that wait for a person's decision are shown."""
        self._check_accountant()
        lines = self.filtered(lambda line: line.entity == 'Payment' and line.remote_id)
        if not lines:
            raise UserError(self.env._("Only payments are taken over from QuickBooks."))
        waiting = self.env['qbo.receipt']
        for connection, some in lines.grouped('connection_id').items():
            connection.sudo()._check_sending()
            undecided = waiting.search([
                ('connection_id', '=', connection.id), ('realm_id', '=', connection.realm_id),
                ('remote_id', 'in', some.mapped('remote_id')), ('state', 'in', UNDECIDED)])
            known = undecided.mapped('remote_id')  # reading them again would decide nothing
            unknown = some.filtered(lambda line, known=known: line.remote_id not in known)
            self.env['qbo.change'].sudo()._ask(connection.sudo(), 'Payment', unknown.mapped('remote_id'))
            unknown._asked(self.env._("Payment asked for"))
            waiting |= undecided
        return waiting._open() if waiting else None

    def action_link(self):
        """Say by hand what the document is in QuickBooks."""
        self.ensure_one()
        self._check_accountant()
        record = self._record()
        if self.entity == 'Customer' or not record:
            raise UserError(self.env._("Open the document in Odoo and link it from there."))
        return self.env['qbo.link.wizard']._open_for(
            connection_id=self.connection_id.id, entity=self.entity, model=self.model, res_id=self.res_id,
            wanted=self.remote_id or False)

    def action_explain(self):
        """Ask why the difference is in order."""
        self._check_accountant()
        return self.env['qbo.explain.wizard']._open(self)

    def _explain(self, reason):
        """Mark as explained, now and in later runs as long as the very same difference stands."""
        self._check_accountant()
        self.sudo().write({'status': 'explained', 'explanation': reason, 'explained_by_id': self.env.uid,
                           'explained_at': fields.Datetime.now()})
        self._note_explained(self.env._("Difference explained: %(reason)s", reason=reason))

    def action_unexplain(self):
        """Take an explanation back."""
        self._check_accountant()
        lines = self.filtered(lambda line: line.status == 'explained')
        if not lines:
            raise UserError(self.env._("Only what was explained can be taken back."))
        lines.sudo().write({'status': 'drift', 'explanation': False, 'explained_by_id': False, 'explained_at': False})
        lines._note_explained(self.env._("Explanation taken back"))

    def _note_explained(self, text):
        """Keep the change in the audit trail, and count anew."""
        for connection, lines in self.grouped('connection_id').items():
            self.env['qbo.audit']._note(connection, 'accepted', text, lines)
        self.reconciliation_id._recount()

    def action_open_record(self):
        """Open the document in Odoo."""
        self.ensure_one()
        if not self._record():
            raise UserError(self.env._("It is not in Odoo."))
        return {'type': 'ir.actions.act_window', 'res_model': self.model, 'res_id': self.res_id, 'view_mode': 'form',
                'target': 'current'}

    def action_open_there(self):
        """Open the document in QuickBooks."""
        self.ensure_one()
        if not self.remote_id or not self.qbo_url:
            raise UserError(self.env._("It is not in QuickBooks."))
        return {'type': 'ir.actions.act_url', 'url': self.qbo_url, 'target': 'new'}
