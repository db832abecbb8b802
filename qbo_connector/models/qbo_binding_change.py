"""What somebody changed in QuickBooks of what Odoo pushed, as the link keeps it, and what was decided about it.

How it is found is in :mod:`..entities.changed_there`. A change is replaced by what Odoo says (pushed again), accepted,
or waits for that decision. Odoo's own records and ledger change in no case.
"""

import json
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..entities.changed_there import GONE_THERE
from ..qbo.differences import Difference, label_of

UNDECIDED = ('open', 'accepted')  # QuickBooks still has it its own way
UNKNOWN_HASH = '-'  # instead of the hash of what was last pushed: whatever Odoo says differs from it
TRIES = 3  # so often a day a policy pushes again before it asks: another app may be changing it back
DAY = timedelta(days=1)
SHOWN = 4  # fields that a short text names


class QboBinding(models.Model):
    """The part of the link that knows of changes in QuickBooks."""

    _inherit = 'qbo.binding'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    remote_change_kind = fields.Selection(
        [('edited', "Edited"), ('voided', "Voided"), ('deleted', "Deleted"), ('inactive', "Made Inactive"),
         ('merged', "Merged")],
        string="What Was Done There", readonly=True)
    remote_change = fields.Json(string="Differences", readonly=True)
    remote_change_state = fields.Selection(
        [('open', "To Be Decided"), ('accepted', "Accepted"), ('pushed', "Pushed Again")],
        string="Decision", readonly=True,
        help="Accepted: QuickBooks keeps it until the record changes in Odoo. Pushed again: replaced by what Odoo "
             "says.")
    remote_changed_at = fields.Datetime(string="Changed There On", readonly=True)
    remote_changed_by = fields.Char(
        string="Changed There By", readonly=True,
        help="As QuickBooks tells it: often the number of a user, or nothing.")
    remote_change_tries = fields.Integer(
        readonly=True, help="How often in a row the policy pushed again within a day.")
    remote_change_told = fields.Boolean(readonly=True, help="People were told of this change.")
    remote_touched = fields.Boolean(
        readonly=True, help="In QuickBooks it is not as our last push left it, in whatever field: undo leaves it.")
    former_ids = fields.Char(
        readonly=True, help="Ids of customers that were merged into this one in QuickBooks.")
    remote_change_text = fields.Char(string="Change", compute='_compute_remote_change_text')

    _changed_there_index = models.Index(
        "(connection_id, model, res_id) WHERE remote_change_state IN ('open', 'accepted')")
    _former_index = models.Index("(connection_id) WHERE former_ids IS NOT NULL")

    # === WHAT IS KNOWN === #

    def _is_on_its_way(self):
        """Tell whether a push of the record is on its way whose outcome we have not heard."""
        return bool(self.env['qbo.queue.entry'].sudo().search_count(
            self._entries_domain() & Domain('state', '=', 'sending'), limit=1))

    def _last_push(self):
        """Return (QuickBooks' answer to our last push or None, the names of the fields that were sent)."""
        entries = self.env['qbo.queue.entry'].sudo().search(
            self._entries_domain() & Domain('state', 'in', ('done', 'failed')) & Domain('answer', '!=', False)
            & Domain('entity', '=', self.entity), limit=5)  # the newest first
        answers = [json.loads(entry.answer, parse_float=Decimal) for entry in entries]
        mine = [(entry, answer) for entry, answer in zip(entries, answers, strict=True)
                if answer.get('Id') == self.remote_id]
        sent = next((json.loads(entry.payload) for entry, _answer in mine
                     if entry.operation in ('create', 'update') and entry.payload), {})
        return (mine[0][1] if mine and sent else None), list(sent)

    def _merged_customers(self):
        """Return ``{Id of a customer that was merged away: Id of the one that its record is now}``."""
        return {
            former: remote_id for remote_id, formers in self._rows(
                [('connection_id', '=', self.connection_id.id), ('former_ids', '!=', False)],
                ['remote_id', 'former_ids'])
            for former in formers.split()}

    @api.model
    def _gone_there(self, connection, records):
        """Return ``{record id: link}`` of what somebody removed in QuickBooks and nobody asked for since."""
        links = self.sudo().search([
            ('connection_id', '=', connection.id), ('model', '=', records._name), ('res_id', 'in', records.ids),
            ('remote_change_state', 'in', UNDECIDED), ('remote_change_kind', 'in', GONE_THERE)])
        return {link.res_id: link for link in links}

    # === TAKE NOTE === #

    def _set_change(self, kind, found, when_and_who):
        """Note a change, and do what the connection's policy says; one that was noted before stays as it was decided.

        :param str kind: a key of ``remote_change_kind``
        :param found: list of :class:`~..qbo.differences.Difference`
        :return: what came of it, in words
        """
        handler = self.env['qbo.entity']._for_binding(self)
        words = [{
            'field': one.field, 'line': one.line, 'linked': list(one.linked),
            **{side: handler._named_there(self.connection_id, one.field, getattr(one, side))
               for side in ('pushed', 'theirs')},
        } for one in found]
        if self.remote_change_state in UNDECIDED and self.remote_change_kind == kind and (
                self.remote_change == {'fields': words}):
            return self.env._("Known already.")
        self.write({
            'remote_change_kind': kind, 'remote_change': {'fields': words}, 'remote_change_state': 'open',
            'remote_change_told': False, **when_and_who})
        return self._follow_policy()

    def _follow_policy(self):
        """Decide by the policy of the connection, or leave it to a person.

        :return: what came of it, in words
        """
        policy, text = self.connection_id.on_changed_there, self.remote_change_text
        if policy == 'odoo' and self.remote_change_kind != 'merged':
            again = self._tries_of_today()
            if again < TRIES:
                self.remote_change_tries = again + 1
                self._log(self.env._("%(change)s Odoo wins: it is pushed again.", change=text))
                self._push_again()
                return self.env._("%(change)s Pushed again, as the policy says.", change=text)
            text = self.env._(
                "%(change)s It was pushed again %(count)s times within a day, and changed there again each time: "
                "perhaps another app does that.", change=text, count=again)
        elif policy == 'accept':
            self.remote_change_state = 'accepted'
            self._log(text)
            return self.env._("%(change)s Accepted, as the policy says.", change=text)
        self._log(text)
        return self.env._("%(change)s Waits for a decision.", change=text)

    def _tries_of_today(self):
        """Return how often in a row the policy pushed again, each time within a day of the last push."""
        recent = self.pushed_at and self.pushed_at > fields.Datetime.now() - DAY
        return self.remote_change_tries if recent else 0

    def _end_change(self):
        """Forget a change that somebody took back in QuickBooks.

        :return: that, in words, or '' when there was none
        """
        if self.remote_change_state not in UNDECIDED:
            return ''
        self.write({'remote_change_state': False, 'remote_change_kind': False, 'remote_change': False})
        text = self.env._("It is in QuickBooks again as it was pushed.")
        self._log(text)
        return text

    def _set_merged(self, survivor, when_and_who):
        """Follow a customer that was merged into another one; where that one is another record's, tell it.

        :param str survivor: Id of the customer that stays
        """
        other = self.sudo().search([
            ('connection_id', '=', self.connection_id.id), ('entity', '=', self.entity),
            ('remote_id', '=', survivor)], limit=1)
        if other == self:
            return self.env._("Known already.")
        gone = self.remote_id
        self.sudo().search([
            ('connection_id', '=', self.connection_id.id), ('remote_customer', '=', gone)]).remote_customer = survivor
        if other:
            other.former_ids = ' '.join(filter(None, (other.former_ids, self.former_ids, gone)))
            self.write({
                'state': 'deleted', 'remote_change_kind': 'merged', 'remote_change_state': 'open',
                'remote_change_told': False, **when_and_who,
                'remote_change': {'fields': [], 'into': [other.model, other.res_id, other.record_name]}})
            return self._follow_policy()
        self.write({
            'remote_id': survivor, 'former_ids': ' '.join(filter(None, (self.former_ids, gone))), 'state': 'active',
            'fingerprint': False, 'content_hash': self._hash_forgotten(), 'remote_updated_at': False,
            'pushed_at': False, **when_and_who})  # of what stands there now, nothing was pushed yet
        self.env['qbo.change'].sudo()._ask(self.connection_id, self.entity, [survivor])
        text = self.env._(
            "In QuickBooks this customer was merged into another one (Id %(gone)s into %(survivor)s), and is that one "
            "from now on.", gone=gone, survivor=survivor)
        self._note_link('linked', text)
        return text

    def _log(self, text):
        """Write into the chatter of the record."""
        record = self._record()
        if record and hasattr(record, '_message_log'):
            record._message_log(body=text)

    # === DECIDE === #

    def _hash_forgotten(self):
        """Return the hash of the content for one that nobody knows; which fields may be emptied stays known."""
        return ' '.join((UNKNOWN_HASH, *(self.content_hash or '').split()[1:]))

    def _push_again(self):
        """Let the records be pushed whatever was pushed before; what is not there any more is created anew."""
        for connection, links in self.grouped('connection_id').items():
            for link in links:
                link.write({'remote_change_state': 'pushed', 'content_hash': link._hash_forgotten()})
            for model, same in links.grouped('model').items():
                records = self.env[model].sudo().browse(same.mapped('res_id')).exists()
                self.env['qbo.queue.entry'].sudo()._enqueue(records, connection)
                standing = same.filtered(lambda link: link.remote_change_kind in ('deleted', 'voided'))
                self.env['qbo.entity']._relink(connection, records.browse(standing.mapped('res_id')).exists())

    def _check_may_decide(self):
        """Let accountants decide about changes that wait for it.

        :raise AccessError: for others
        :raise UserError: there is nothing to decide
        """
        self.env['qbo.queue.entry']._check_may_repair()
        self.check_access('read')
        if not self or any(link.remote_change_state not in UNDECIDED for link in self):
            raise UserError(self.env._("There is no change in QuickBooks to decide about."))

    def action_push_again(self):
        """Replace by what Odoo says; what was removed in QuickBooks is created there anew."""
        self._check_may_decide()
        links_sudo = self.sudo()
        links_sudo._decide_to_push()
        links_sudo._push_again()

    def _decide_to_push(self):
        """Write down that a person wants what Odoo says in QuickBooks."""
        for connection, links in self.grouped('connection_id').items():
            self.env['qbo.audit']._note(
                connection, 'pushed', self.env._("Changed in QuickBooks, pushed again"), links)
        for link in self:
            link._log(self.env._("Pushed again by %(user)s. %(change)s", user=self.env.user.name,
                                 change=link.remote_change_text))
            link.write({'remote_change_tries': 0, 'remote_change_state': 'pushed',
                        'content_hash': link._hash_forgotten()})

    def action_accept_change(self):
        """Leave it in QuickBooks as it was changed there."""
        self._check_may_decide()
        links_sudo = self.sudo().filtered(lambda link: link.remote_change_state == 'open')
        for connection, links in links_sudo.grouped('connection_id').items():
            self.env['qbo.audit']._note(
                connection, 'accepted', self.env._("Changed in QuickBooks, accepted"), links)
        links_sudo.remote_change_state = 'accepted'
        for link in links_sudo:
            link._log(self.env._("Accepted by %(user)s. %(change)s", user=self.env.user.name,
                                 change=link.remote_change_text))

    # === WORDS === #

    @api.depends('remote_change', 'remote_change_kind')
    @api.depends_context('lang')
    def _compute_remote_change_text(self):
        for link in self:
            link.remote_change_text = link._change_in_words() if link.remote_change_kind else False

    def _change_in_words(self):
        """Return the change in one line."""
        if self.remote_change_kind == 'edited':
            rows = self._change_rows()
            named = "; ".join(self.env._(
                "%(field)s “%(pushed)s” → “%(theirs)s”", field=name, pushed=one.pushed, theirs=one.theirs)
                for name, one in rows[:SHOWN])
            if len(rows) > SHOWN:
                named = self.env._("%(changes)s; %(count)s more", changes=named, count=len(rows) - SHOWN)
            return self.env._("Changed in QuickBooks: %(changes)s.", changes=named)
        if self.remote_change_kind == 'merged':
            return self.env._(
                "In QuickBooks this customer was merged into the one that %(other)s is: two contacts in Odoo, one "
                "customer there. Merge the two contacts in Odoo as well; or push again, to have a customer of its own "
                "there.", other=(self.remote_change or {}).get('into', ['', 0, ''])[2])
        return {
            'voided': self.env._("Voided in QuickBooks; in Odoo it stands."),
            'deleted': self.env._("Deleted in QuickBooks; in Odoo it stands."),
            'inactive': self.env._(
                "Made inactive in QuickBooks. The next document that needs it makes it active again."),
        }[self.remote_change_kind]

    def _change_rows(self):
        """Return [(name of the field for the user, Difference)]."""
        rows = []
        for stored in (self.remote_change or {}).get('fields', ()):
            one = Difference(stored['field'], stored['pushed'], stored['theirs'], stored['line'],
                             tuple(stored['linked']))
            name = self.env._(label_of(one.field))
            if one.linked:
                name = self.env._("Applied to %(document)s", document=self._linked_name(*one.linked))
            elif one.line and one.field != 'Line':
                name = self.env._("Line %(position)s, %(field)s", position=one.line, field=name)
            elif one.line:
                name = self.env._("Line %(position)s", position=one.line)
            rows.append((name, one))
        return rows

    def _linked_name(self, entity, remote_id):
        """Return what a transaction is called that a payment is applied to."""
        link = self.sudo().search([
            ('connection_id', '=', self.connection_id.id), ('entity', '=', entity),
            ('remote_id', '=', remote_id)], limit=1)
        return link.record_name or f"{self.env['qbo.entity']._entity_label(entity)} {remote_id}"
