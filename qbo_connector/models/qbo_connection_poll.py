"""The poll: QuickBooks is asked what changed, now and then, so that a lost notification costs time and not truth.

What it finds goes through the same inbox as what webhooks tell, with the objects it brought, so that they are not read
again. What Odoo knows, or does not follow, is left out before.
"""

import json
import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import split_every

from ..qbo import capture, faults
from ..qbo.moments import updated_at
from ..qbo.query import LISTS
from ..qbo.webhooks import Change

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)  # a change may be seen only some time after the moment it bears
SAFE_LOOK_BACK = capture.LOOK_BACK - timedelta(hours=12)
ASK_AGAIN = timedelta(minutes=15)  # after an error
CHUNK = 500  # findings that are compared with the links at once


class QboConnection(models.Model):
    """The part of the connection that asks what changed."""

    _name = 'qbo.connection'
    _inherit = ['qbo.connection', 'qbo.isolating']

    poll_hours = fields.Integer(
        string="Ask QuickBooks Every (hours)", required=True, default=4,
        help="How often QuickBooks is asked what changed, besides what its webhooks tell. Each time is one of the "
             "reads that Intuit meters. 0: only when somebody presses Ask QuickBooks Now.")
    poll_cursor = fields.Datetime(
        readonly=True, copy=False, help="By QuickBooks' own clock: up to here it has told what changed.")
    polled_at = fields.Datetime(string="Last Asked", readonly=True, copy=False)
    poll_asked = fields.Boolean(readonly=True, copy=False, help="Somebody pressed Ask QuickBooks Now.")
    poll_note = fields.Char(string="Last Answer", readonly=True, copy=False)

    _poll_positive = models.Constraint('CHECK (poll_hours >= 0)', "The hours between two polls cannot be negative.")

    def action_poll(self):
        """Ask QuickBooks now what changed."""
        self.ensure_one()
        self.check_access('read')
        self._check_may_ask()
        self.sudo().poll_asked = True
        self._trigger_drain(at=fields.Datetime.now())
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': 'info', 'message': self.env._(
                "QuickBooks is being asked. What changed there appears in the Inbox in a moment."),
                'next': {'type': 'ir.actions.act_window_close'}},
        }

    def _archive_links(self):
        """Override: what another company is told of begins anew; what waits in the inbox was told of this one."""
        super()._archive_links()
        self.write({'poll_cursor': False, 'polled_at': False, 'poll_asked': False})
        self.env['qbo.change'].sudo().search([
            ('connection_id', '=', self.id), ('state', 'in', ('waiting', 'failed'))])._close(
                'ignored', self.env._("Disconnected, links archived."), self.env['qbo.binding'])

    # === WHEN === #

    def _poll_is_due(self):
        """Tell whether it is time to ask; a company that is not live yet is asked only by hand."""
        if self.poll_asked:
            return True
        if not self.poll_hours or not self.live_at or not self.polled_at:
            return False
        return self.polled_at + timedelta(hours=self.poll_hours) <= fields.Datetime.now()

    def _poll_if_due(self):
        """Ask what changed, when it is time; called by the drain, which it never stops for good."""
        if self.live_at and not self.polled_at and not self.poll_asked:
            # From here on: what was before is for the match, the cut-over and the reconciliation.
            self.write({'polled_at': fields.Datetime.now(), 'poll_cursor': fields.Datetime.now()})
        if not self._poll_is_due():
            return
        # Before, or an error would stop every later drain.
        self.write({'poll_asked': False, 'polled_at': fields.Datetime.now()})
        self._commit()
        self._isolated(lambda connection: connection._poll_or_note())
        self._commit()

    def _poll_or_note(self):
        """Ask what changed; an error stops the poll and nothing else.

        What goes out is held only by what holds everything: no consent, too many calls, a company that is closed. That
        this one question finds no answer says nothing of the others, and it is asked again late enough for an outage.
        """
        try:
            self._poll(self._qbo_client())
        except faults.QboError as error:
            self.env.cr.rollback()
            if not isinstance(error, (faults.InDoubt, faults.Unavailable)):
                self._is_held_by(error)
            _logger.info("What changed in QuickBooks of %s was not told: %s", self.company_id.name, error)
            self._poll_later(str(error))

    def _on_surprise(self, error):
        """Ask again later (the transaction was rolled back)."""
        _logger.error("The poll stopped unexpectedly", exc_info=error)
        self._poll_later(self.env._(
            "Unexpected error (%(kind)s); the server log has the details.", kind=type(error).__name__))

    def _poll_later(self, note):
        """Keep why QuickBooks was not asked, and when that is done again."""
        again = fields.Datetime.now() + ASK_AGAIN - timedelta(hours=self.poll_hours)
        self.write({'polled_at': again, 'poll_note': note})

    @api.model
    def _commit(self):
        """End the poll, whatever came of it."""
        self.env['qbo.queue.entry']._commit()

    # === HOW === #

    def _poll(self, client):
        """Ask what changed, and note what is news.

        :return: the new rows of the inbox
        """
        now = fields.Datetime.now()
        known_until = self.poll_cursor or self.live_at or now
        since = known_until - OVERLAP
        gap = since < now - SAFE_LOOK_BACK
        entities = self._polled_entities()
        served = [entity for entity in entities if entity not in capture.NOT_SERVED]
        answer, cut = self._capture(client, served, _aware(max(since, now - SAFE_LOOK_BACK)))
        objects, unsure = answer.objects, cut
        if gap:  # older than change capture reaches: what is there now is queried, what was deleted stays unknown
            unsure = served
        for entity in (*unsure, *(entity for entity in entities if entity not in served)):
            objects = [row for row in objects if row[0] != entity] + [
                (entity, data) for data in client.query_all(entity, _changed_since(entity, _aware(since)))]
        new = self._note_findings(objects, answer.deleted)
        self.write({
            'poll_cursor': answer.time.replace(tzinfo=None) if answer.time else now,
            'poll_note': self._poll_words(len(new), unsure),
        })
        return new

    def _capture(self, client, entities, since):
        """Return what changed as :class:`~..qbo.capture.Captured`, and the entities of which more may have changed.

        A full answer is asked for again type by type, as there are no pages.
        """
        answer = client.cdc(entities, since)
        if not answer.cut or len(entities) == 1:
            return answer, entities if answer.cut else []
        objects, deleted, cut = [], [], []
        for entity in entities:
            one = client.cdc([entity], since)
            objects += one.objects
            deleted += one.deleted
            cut += [entity] if one.cut else []
        return capture.Captured(answer.time, objects, deleted, bool(cut)), cut

    def _polled_entities(self):
        """Return the types that handlers follow, in the order of their rank."""
        return list(dict.fromkeys(handler._qbo_entity for handler in self.env['qbo.entity']._handlers()))

    def _poll_words(self, count, unsure):
        """Return in words what came of it."""
        words = self.env._("%(count)s changes that Odoo did not know", count=count)
        if unsure:
            words += " " + self.env._(
                "(more than QuickBooks tells at once, or longer ago: %(types)s were read by query, which does not show "
                "what was deleted)", types=", ".join(map(self.env['qbo.entity']._entity_label, unsure)))
        return words

    # === WHAT IS NEWS === #

    def _note_findings(self, objects, deleted):
        """Put into the inbox what Odoo does not know yet."""
        changes, new = self.env['qbo.change'], self.env['qbo.change']
        findings = [(self._found(entity, data['Id'], updated_at(data), data), data) for entity, data in objects]
        findings += [(self._found(entity, remote_id, when, None), None) for entity, remote_id, when in deleted]
        for some in split_every(CHUNK, findings, list):
            news = self._news(some)
            new |= changes._note(self, [
                (change, None if data is None else json.dumps(data, default=float, ensure_ascii=False))
                for change, data in news], 'poll')
        return new

    def _found(self, entity, remote_id, changed_at, data):
        """Return a finding as a Change; the same version found again has the same event id."""
        version = 'deleted' if data is None else data.get('SyncToken')
        operation = 'deleted' if data is None else 'created' if version == '0' else 'updated'
        stamp = changed_at.isoformat() if changed_at else ''
        return Change(
            self.realm_id, entity, remote_id, operation, changed_at, f'poll:{entity}:{remote_id}:{version}:{stamp}')

    def _news(self, findings):
        """Return the findings that are of a version that Odoo neither made nor took in, and that a handler follows."""
        handlers, news = self.env['qbo.entity'], []
        remote_ids = [change.remote_id for change, _data in findings]
        links = {(link.entity, link.remote_id): link for link in self.env['qbo.binding'].sudo().with_context(
            active_test=False).search([
                ('connection_id', '=', self.id), ('realm_id', '=', self.realm_id),
                ('remote_id', 'in', remote_ids)], order='active, id')}
        taken_in = {(row.entity, row.remote_id, row.version) for row in self.env['qbo.change'].sudo().search_fetch([
            ('connection_id', '=', self.id), ('state', '=', 'done'),
            ('remote_id', 'in', remote_ids)], ['entity', 'remote_id', 'version'])}
        listed = self._listed(remote_ids)
        references = self.env['qbo.reference'].sudo().with_context(active_test=False).search(
            [('connection_id', '=', self.id), ('remote_id', 'in', remote_ids)])
        mirrored = {(row.entity, row.remote_id, row.sync_token) for row in references}
        for change, data in findings:
            link = links.get((change.entity, change.remote_id), self.env['qbo.binding'])
            if data is None:
                # Else it was taken off here, or never linked.
                known = not link.active and (change.entity, change.remote_id) not in listed
            else:
                seen = (change.entity, change.remote_id, data.get('SyncToken'))
                # Of what is linked, a list that was read anew tells nothing: nobody has compared it with the record.
                known = seen in taken_in or (
                    data.get('SyncToken') == link.sync_token if link.active else seen in mirrored)
            if not known and handlers._taker(link.filtered('active'), change.entity) is not None:
                news.append((change, data))
        return news

    def _listed(self, remote_ids):
        """Return {(entity, remote Id)} of objects that are followed although no record is linked with them."""
        return set()


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)


def _changed_since(entity, moment):
    """Return the conditions for what changed since a moment, inactive rows of lists included."""
    conditions = [('MetaData.LastUpdatedTime', '>=', moment)]
    return conditions + ([('Active', 'IN', (True, False))] if entity in LISTS else [])
