"""Why something differs: what waits, what failed, what a person or a policy keeps out. Nothing is left unsaid."""

from odoo import models

from ..entities.qbo_entity import KEEP
from ..qbo.reconciling import AMOUNT, BALANCE, MISSING_THERE, TAX
from .qbo_queue_entry import OPEN_STATES, STUCK_STATES
from .qbo_receipt import UNDECIDED

NO_REASON = ('', '')


class QboReconciliation(models.Model):
    """The part of the reconciliation that knows reasons."""

    _inherit = 'qbo.reconciliation'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _reasons(self, handler, findings):
        """Return (reason, text) of each finding, see :func:`~.reconciling.status_of`."""
        if self.connection_id.parallel_run:  # nothing is sent, so nothing is on its way or kept out
            return [('', finding.text) for finding in findings]
        handler = handler.with_context(qbo_once={})
        mine = {(finding.model, finding.res_id) for finding in findings if finding.here is not None}
        others = {index: self._counterparts(handler, finding) for index, finding in enumerate(findings)
                  if finding.here is not None and self._is_of_balance(finding)}
        queue = self._in_queue(mine | {(one._name, one.id) for some in others.values() for one in some})
        inbox = self._in_inbox(handler, {finding.there.remote_id for finding in findings if finding.there})
        receipts = self._receipts({findings[index].res_id for index in others}) if others else {}
        reasons = []
        for index, finding in enumerate(findings):
            reason = inbox.get(finding.there.remote_id, NO_REASON) if finding.there else NO_REASON
            if finding.here is not None:
                reason = ((reason[0] and reason) or queue.get((finding.model, finding.res_id))
                          or self._by_decision(handler, finding)
                          or self._by_others(queue, finding, others.get(index, ()))
                          or (index in others and self._by_receipts(handler, finding, receipts.get(finding.res_id)))
                          or NO_REASON)
            reasons.append((reason[0], reason[1] or finding.text))
        return reasons

    def _in_queue(self, records):
        """Return ``{(model, id): (reason, text)}`` of what the queue says of records."""
        found, Entry = {}, self.env['qbo.queue.entry'].sudo()
        for model in {model for model, _id in records}:
            rows = Entry.search([
                ('connection_id', '=', self.connection_id.id), ('model', '=', model),
                ('res_id', 'in', [id_ for of, id_ in records if of == model]),
                ('state', 'in', (*OPEN_STATES, *STUCK_STATES, 'cancelled', 'done'))], order='id')
            for row in rows:  # the newest counts
                key = (model, row.res_id)
                if row.state in OPEN_STATES:
                    found[key] = ('waiting', row.note or self.env._("In the queue for QuickBooks."))
                elif row.state in STUCK_STATES:
                    found[key] = ('failed', row.fault_message or '')
                elif row.state == 'cancelled':
                    found[key] = ('excluded', row._skip_text() if row.skip_reason else self.env._(
                        "Taken out of the queue; it can be sent again."))
                else:
                    found.pop(key, None)
        return found

    def _in_inbox(self, handler, remote_ids):
        """Return ``{remote Id: (reason, text)}`` of what the inbox says of objects: noted, proposed or declined."""
        mine = [('connection_id', '=', self.connection_id.id), ('remote_id', 'in', list(remote_ids))]
        found = {}
        if handler._qbo_entity == 'Payment':
            for receipt in self.env['qbo.receipt'].sudo().search(mine):
                if receipt.state == 'declined':
                    found[receipt.remote_id] = ('left', receipt.decision or self.env._("Declined."))
                elif receipt.state in UNDECIDED:
                    found[receipt.remote_id] = ('', receipt.reason or self.env._(
                        "Waits for a decision in Payments from QuickBooks."))
        for change in self.env['qbo.change'].sudo().search([
                *mine, ('entity', '=', handler._qbo_entity), ('state', '=', 'waiting')]):
            found[change.remote_id] = ('waiting', self.env._("Noted in the inbox, and taken in next."))
        return found

    def _by_decision(self, handler, finding):
        """Return the reason that a person or a policy gave, or None."""
        record = self.env[finding.model].browse(finding.res_id)
        connection, link = self.connection_id.with_env(handler.env), finding.link
        if not finding.name:
            return ('', self.env._("Deleted in Odoo."))
        if reason := handler._excluded(connection, record.with_env(handler.env)):
            return ('excluded', reason)
        if finding.kinds[0] == MISSING_THERE and link:
            return ('', self.env._("It stood in QuickBooks and does not any more: it was deleted there."))
        if not link and not connection.live_at:
            return ('before', connection._not_live())
        intent, reason = handler._intent(connection, record.with_env(handler.env))
        if intent == KEEP and (finding.kinds[0] == MISSING_THERE or (link and link.kept_because)):
            return ('left', reason)
        if link and link.kept_because:
            return ('left', link.kept_because)
        if link and link.variance and not link.variance_open and self._is_of_amounts(finding) and (
                finding.there.total == link.remote_total and finding.there.tax == link.remote_tax):
            return ('accepted', self.env._("Known since it was sent: %(variance)s", variance=link.variance))
        return None

    def _is_of_amounts(self, finding):
        """Tell whether total and tax differ alone, and what is open by as much as the total."""
        here, there, kinds = finding.here, finding.there, set(finding.kinds)
        return kinds <= {AMOUNT, TAX, BALANCE} and (
            BALANCE not in kinds or here.balances[0] - there.balance == here.total - there.total)

    def _counterparts(self, handler, finding):
        """Return the records on whose way to QuickBooks it depends what is open of a document there."""
        record = self.env[finding.model].browse(finding.res_id)
        return handler._counterparts(record)

    def _by_others(self, queue, finding, others):
        """Return the reason that payments or credits of a document give, or None.

        What is kept out explains as much as it amounts to, and no cent more.
        """
        connection, handlers = self.connection_id, self.env['qbo.entity'].with_context(qbo_once={})
        kept = []
        found = [queue.get((one._name, one.id)) for one in others]
        for wanted in ('failed', 'waiting'):
            for one, reason in zip(others, found, strict=True):
                if reason and reason[0] == wanted:
                    return (wanted, f'{one.display_name}: {reason[1]}')
        for one, reason in zip(others, found, strict=True):
            handler = handlers._for_record(one)
            if reason:
                kept.append((one, handler, reason))
                continue
            if handler is None or handler._for_binding(self.env['qbo.binding']._of_record(
                    connection, one._name, one.id)) is not None:
                continue
            intent, text = handler._intent(connection, one)
            if intent == KEEP:
                kept.append((one, handler, ('left', text)))
        explained = sum(self._amount_of(handler, one, finding) for one, handler, _reason in kept)
        if kept and self._apart(finding) <= explained:
            one, _handler, (reason, text) = kept[0]
            return (reason, f'{one.display_name}: {text}')
        return None

    def _receipts(self, move_ids):
        """Return ``{document's id: lines}`` of payments of QuickBooks that were declined or wait for a decision."""
        return self.env['qbo.receipt.line'].sudo().search([
            ('receipt_id.connection_id', '=', self.connection_id.id), ('move_id', 'in', list(move_ids)),
            ('receipt_id.state', 'in', ('declined', *UNDECIDED))]).grouped(lambda line: line.move_id.id)

    def _by_receipts(self, handler, finding, lines):
        """Return the reason that payments which are in QuickBooks alone give for what is open, or None.

        What was declined explains as much as it amounts to; what waits for a decision stays a difference, but says so.
        """
        if finding.model != 'account.move' or not lines:
            return None
        apart = finding.here.balances[0] - finding.there.balance
        declined = lines.filtered(lambda line: line.receipt_id.state == 'declined')
        for some, reason in ((declined, 'left'), (lines, '')):
            if some and 0 < apart <= sum(handler._decimal(line.amount) for line in some):
                receipt = (some - declined or some)[:1].receipt_id
                return (reason, f'{receipt.display_name}: {receipt.decision if reason else receipt.reason}')
        return None

    def _apart(self, finding):
        """Return by how much the open amounts of a document differ."""
        return abs(finding.here.balances[0] - finding.there.balance)

    def _amount_of(self, handler, record, finding):
        """Return how much of a difference a payment or credit can make up; all of it where that is not known."""
        name = handler._qbo_amount if handler is not None else None
        if not name or (finding.here.currency and record.currency_id.name != finding.here.currency):
            return self._apart(finding)
        return abs(handler._decimal(record[name]))
