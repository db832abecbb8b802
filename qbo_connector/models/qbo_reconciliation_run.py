"""How a reconciliation works, in steps that each end on disk.

First the objects of a time are read from QuickBooks, page by page, into a work table. Then Odoo's documents of that
time are read, some at a time, and joined with it by their links, or by number or money where they have none. What
remains on either side is missing. So memory does not grow with the books, and an interrupted run goes on where it was.
"""

from dataclasses import dataclass
from decimal import Decimal

from odoo import fields, models
from odoo.tools import split_every

from ..qbo.query import MAX_IN, MAX_PAGE, count, select
from ..qbo.reconciling import (
    BALANCE,
    CURRENCY,
    DOUBLED,
    MISSING_HERE,
    MISSING_THERE,
    Here,
    Tally,
    There,
    differences,
    pair,
    read_object,
)

CHUNK = 1000
ROUNDS = 5  # how often pages are read again because what they show moved meanwhile
GONE = (Here(stands=False), 0)  # what was deleted in Odoo
LINKS = """
    SELECT res_id, remote_id, state, kept_because, variance, variance_open, remote_total::text, remote_tax::text,
           name_suffix
      FROM qbo_binding WHERE connection_id = %s AND entity = %s AND model = %s AND active AND res_id = ANY(%s)
"""
UNLINKED = """item.res_id IS NULL AND NOT item.outside AND NOT EXISTS (
    SELECT 1 FROM qbo_binding link WHERE link.connection_id = %s AND link.entity = item.entity
       AND link.remote_id = item.remote_id AND link.active)"""
STRAYS = """
    SELECT link.model, link.res_id, item.remote_id, link.id FROM qbo_reconciliation_item item
      JOIN qbo_binding link ON link.connection_id = %s AND link.entity = item.entity
       AND link.remote_id = item.remote_id AND link.active
     WHERE item.reconciliation_id = %s AND item.entity = %s AND item.res_id IS NULL LIMIT %s
"""
PARTNERS = """
    SELECT link.remote_id, coalesce(other.partner_id, link.res_id) FROM qbo_binding link
      LEFT JOIN qbo_customer_currency other ON link.model = 'qbo.customer.currency' AND other.id = link.res_id
     WHERE link.connection_id = %s AND link.entity = 'Customer' AND link.active AND link.remote_id = ANY(%s)
"""
# The same mark or number as another one that is, or may be, the right one; of payments a reference does not suffice.
TWINS = """
    SELECT item.remote_id, twin.model, twin.res_id, twin.remote_id
      FROM qbo_reconciliation_item item JOIN qbo_reconciliation_item twin
        ON twin.reconciliation_id = item.reconciliation_id AND twin.entity = item.entity
       AND twin.id != item.id AND NOT twin.voided AND (twin.res_id IS NOT NULL OR twin.id < item.id)
       AND ((item.mark != '' AND twin.mark = item.mark) OR (
            item.number != '' AND lower(twin.number) = lower(item.number) AND (%s OR (
                twin.customer = item.customer AND twin.total = item.total))))
     WHERE item.reconciliation_id = %s AND item.entity = %s AND item.remote_id = ANY(%s)
  ORDER BY twin.res_id IS NULL, twin.id DESC
"""


@dataclass(slots=True)
class Link:
    """What a link knows of its document."""

    remote_id: str
    state: str
    kept_because: str
    variance: str
    variance_open: bool
    remote_total: Decimal
    remote_tax: Decimal
    name_suffix: str


@dataclass(slots=True)
class Finding:
    """One difference before it is a row: which record, which object, and by which kinds they differ."""

    entity: str
    kinds: tuple
    here: Here | None = None
    there: There | None = None
    model: str = ''
    res_id: int = 0
    partner_id: int = 0
    link: Link | None = None
    outside: bool = False  # of another time in QuickBooks
    elsewhere: bool = False  # of another time in Odoo, or not booked there
    text: str = ''
    name: str = ''  # of the record; empty when it was deleted


class QboReconciliation(models.Model):
    """The part of the reconciliation that compares."""

    _inherit = 'qbo.reconciliation'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    def _plan(self):
        """Return the steps, a list of (kind, of what)."""
        handlers = [handler for handler in self.env['qbo.entity']._handlers() if handler._qbo_reconciled]
        steps = []
        for entity in dict.fromkeys(handler._qbo_entity for handler in handlers):
            steps += [('read', entity), ('count', entity)]
            steps += [('match', handler._name) for handler in handlers if handler._qbo_entity == entity]
            steps += [('strays', entity), ('surplus', entity)]
        return [*steps, *((step, 'Customer') for step in ('read', 'count', 'customers', 'debtors')), ('totals', '')]

    def _step(self, client):
        """Take one step and note where to go on."""
        position = self.position or {'step': 0, 'at': 0, 'tally': {}, 'counts': {}}
        if self.state == 'waiting':
            self.write({'state': 'running', 'started_at': self.started_at or fields.Datetime.now()})
        kind, what = self._plan()[position['step']]
        following = getattr(self, f'_step_{kind}')(client, what, position['at'], position)
        position |= {'at': following} if following else {'at': 0, 'step': position['step'] + 1}
        self.write({'position': position, 'attempts': 0, 'trouble': False, 'not_before': False})
        if position['step'] == len(self._plan()):
            self._end('clean')

    def _since(self):
        """Return the first day that is compared."""
        return max(filter(None, (self.date_from, self.connection_id.sync_from)), default=None)

    def _query(self, client, statement):
        """Ask QuickBooks, and count that it was asked."""
        self.api_calls += 1
        return client.query(statement).data

    # === QUICKBOOKS === #

    def _conditions(self, entity):
        """Return what the objects that are read have in common."""
        if entity == 'Customer':
            return {'Active': (True, False)}
        return [('TxnDate', operator, day) for operator, day in (('>=', self._since()), ('<=', self.date_to)) if day]

    def _step_read(self, client, entity, start, position):
        """Read one page of objects into the work table.

        Each begins with the last row of the page before. When that is another one by now, something was deleted, or
        dated otherwise, and others moved over the edge between the pages, unseen: all is read anew.
        """
        start = start or 1
        found = self._query(client, select(entity, self._conditions(entity), start=start)).get(entity) or []
        if start > 1 and (not found or found[0]['Id'] != position['last']):
            if position.get('rounds', 0) < ROUNDS:
                return self._read_anew(entity, position)
            position['moved'] = True
        self._keep(entity, found)
        position['last'] = found[-1]['Id'] if found else ''
        return start + len(found) - 1 if len(found) == MAX_PAGE else None

    def _read_anew(self, entity, position):
        """Forget what was read of a type; returns where its reading begins."""
        position['rounds'] = position.get('rounds', 0) + 1
        self.env['qbo.reconciliation.item']._forget(self, entity)
        return 1

    def _keep(self, entity, found):
        """Put objects into the work table and return them as they were read."""
        if entity == 'Customer':
            read = [There(remote_id=one['Id'], number=one.get('DisplayName') or '',
                          currency=(one.get('CurrencyRef') or {}).get('value') or '',
                          balance=Decimal(str(one.get('Balance') or 0))) for one in found]
        else:
            database = (self.connection_id.database_uuid or '')[:8]
            read = [read_object(one, database) for one in found]
        self.env['qbo.reconciliation.item']._store(self, entity, read, self._is_outside)
        return {one.remote_id: one for one in read}

    def _step_count(self, client, entity, _at, position):
        """Have QuickBooks count what was read: a page that was skipped or cut short shall not look like agreement."""
        counted = self._query(client, count(entity, self._conditions(entity))).get('totalCount') or 0
        self.env.cr.execute("SELECT count(*) FROM qbo_reconciliation_item WHERE reconciliation_id = %s AND entity = %s",
                            [self.id, entity])
        [read] = self.env.cr.fetchone()
        if counted != read and position.get('rounds', 0) < ROUNDS:
            position['step'] -= 1  # back to reading
            if counted < read:
                return self._read_anew(entity, position)
            position['rounds'] = position.get('rounds', 0) + 1
            return read or 1  # what was made meanwhile follows on the last one
        if counted != read or position.get('moved'):
            self.remark = "; ".join(filter(None, (self.remark, self.env._(
                "QuickBooks counted %(counted)s of %(entity)s when %(read)s had been read: some were made or deleted "
                "meanwhile", counted=counted,
                entity=self.env['qbo.entity']._entity_label(entity), read=read))))
        position |= {'rounds': 0, 'moved': False}
        return None

    def _by_ids(self, client, entity, remote_ids):
        """Read objects by their Ids, whatever their date."""
        found = {}
        for some in split_every(MAX_IN, sorted(remote_ids), list):
            found |= self._keep(entity, self._query(client, select(entity, {'Id': some})).get(entity) or [])
        return found

    def _is_outside(self, one):
        """Tell whether an object is of another time, and was read because of its link alone."""
        since, until = self._since(), self.date_to
        return bool(one.day and ((since and one.day < since) or (until and one.day > until)))

    # === ODOO'S DOCUMENTS === #

    def _step_match(self, client, name, after, position):
        """Compare some of Odoo's documents with what was read."""
        handler, connection = self.env[name], self.connection_id
        entity = handler._qbo_entity
        records, last = handler._reconciled_chunk(connection, self._since(), self.date_to, after, CHUNK)
        here = handler._here(connection, records.ids)
        links = self._links(handler, records.ids)
        there = self._read_items(entity, {link.remote_id for link in links.values()})
        absent = {link.remote_id for link in links.values()} - there.keys()
        there |= self._by_ids(client, entity, absent)
        loose = [record_id for record_id in here if record_id not in links]
        paired = self._pair(handler, records, here, loose)
        there |= self._read_items(entity, set(paired.values()) - there.keys())
        remotes = {record_id: links[record_id].remote_id if record_id in links else paired.get(record_id)
                   for record_id in here}
        findings = [Finding(
            entity, (), facts, there.get(remotes[record_id]), handler._qbo_model, record_id, partner_id,
            links.get(record_id))
            for record_id, (facts, partner_id) in here.items()]
        self._judge(handler, findings)
        self._look_again(client, handler, findings)
        for finding in findings:
            finding.outside = bool(finding.there and self._is_outside(finding.there))
        tally = Tally.load(position['tally'].get(entity, {}))
        for finding in findings:
            facts = finding.here
            tally.add(facts.currency or connection.home_currency or '', facts.total, facts.tax or Decimal(0),
                      facts.balances[0] if facts.balances else Decimal(0))
        position['tally'][entity] = tally.dump()
        self.env['qbo.reconciliation.item']._match(self, entity, handler._qbo_model, {
            remote_id: record_id for record_id, remote_id in remotes.items() if remote_id in there})
        self.compared += len(findings)
        self._tell(handler, [finding for finding in findings if finding.kinds])
        return last

    def _links(self, handler, ids):
        """Return ``{record's id: Link}`` of records that stand in QuickBooks, as far as we know."""
        self.env.cr.execute(LINKS, [self.connection_id.id, handler._qbo_entity, handler._qbo_model, list(ids)])
        return {row[0]: Link(row[1], row[2], row[3] or '', row[4] or '', bool(row[5]), Decimal(row[6] or 0),
                             Decimal(row[7] or 0), row[8] or '') for row in self.env.cr.fetchall()}

    def _read_items(self, entity, remote_ids):
        """Return ``{remote Id: There}`` of what was read of some objects."""
        if not remote_ids:
            return {}
        rows = self.env['qbo.reconciliation.item']._find(self, entity, "item.remote_id = ANY(%s)", [list(remote_ids)])
        return {row[4].remote_id: row[4] for row in rows}

    def _pair(self, handler, records, here, loose):
        """Return ``{record's id: remote Id}`` of records without a link that stand there all the same."""
        by_number = handler._qbo_cutover == 'number'
        wanted = {
            record.id: handler._wanted_there(here[record.id][0], handler._sought_numbers(record))
            for record in records.browse(loose)}
        if not wanted:
            return {}
        numbers = list({number.lower() for one in wanted.values() for number in one.numbers})
        totals = [] if by_number else list({one.total for one in wanted.values()})
        rows = self.env['qbo.reconciliation.item']._find(
            self, handler._qbo_entity, f"(lower(item.number) = ANY(%s) OR item.total = ANY(%s)) AND {UNLINKED}",
            [numbers, totals, self.connection_id.id])
        return pair(wanted, [row[4] for row in rows], by_number)

    def _judge(self, handler, findings):
        """Say by which kinds documents differ from their counterparts."""
        connection = self.connection_id
        for finding in findings:
            if finding.there is None:
                finding.kinds = (MISSING_THERE,) if finding.here.stands else ()
                continue
            if finding.link and finding.link.name_suffix and finding.here.numbers:
                finding.kinds = differences(handler._renumbered(finding.here, finding.link.name_suffix), finding.there)
            else:
                finding.kinds = differences(finding.here, finding.there)
            if CURRENCY in finding.kinds:
                record = self.env[finding.model].browse(finding.res_id)
                finding.here = handler._held_here(connection, record, finding.here)
                finding.kinds = differences(finding.here, finding.there)

    def _look_again(self, client, handler, findings):
        """Read what differs once more, where the queue has sent something since: it may be in order by now."""
        differing = [finding for finding in findings if finding.kinds and finding.there]
        if not differing or not self.env['qbo.queue.entry'].sudo().search_count([
                ('connection_id', '=', self.connection_id.id), ('state', '=', 'done'), ('operation', '!=', 'none'),
                ('done_at', '>=', self.started_at)], limit=1):
            return
        now = self._by_ids(
            client, handler._qbo_entity, {finding.there.remote_id for finding in differing})
        here = handler._here(self.connection_id, [finding.res_id for finding in differing])
        self.env['qbo.reconciliation.item']._drop(
            self, handler._qbo_entity, {finding.there.remote_id for finding in differing} - now.keys())
        for finding in differing:
            finding.there = now.get(finding.there.remote_id)
            finding.here = here.get(finding.res_id, GONE)[0]
        self._judge(handler, differing)

    # === WHAT REMAINS === #

    def _step_strays(self, client, entity, _at, position):
        """Compare objects whose record is of another time, was cancelled, reset or deleted."""
        self.env.cr.execute(STRAYS, [self.connection_id.id, self.id, entity, CHUNK])
        rows = self.env.cr.fetchall()
        for model in {row[0] for row in rows}:
            handler = self.env['qbo.entity']._by_name(model, entity)
            pairs = {remote_id: res_id for of, res_id, remote_id, _link in rows if of == model}
            here = handler._here(self.connection_id, pairs.values()) if handler is not None else {}
            links = self._links(handler, pairs.values()) if handler is not None else {}
            there = self._read_items(entity, pairs)
            findings = []
            for remote_id, res_id in pairs.items():
                facts, partner_id = here.get(res_id, GONE)
                findings.append(Finding(
                    entity, (), facts, there[remote_id], model, res_id, partner_id, links.get(res_id), elsewhere=True))
            if handler is not None:
                self._judge(handler, findings)
                self._look_again(client, handler, findings)
                self._tell(handler, [finding for finding in findings if finding.kinds])
            self.env['qbo.reconciliation.item']._match(self, entity, model, pairs)
        return True if len(rows) == CHUNK else None

    def _step_surplus(self, client, entity, after, position):
        """Tell what stands in QuickBooks alone, or twice."""
        rows = self.env['qbo.reconciliation.item']._find(
            self, entity, f"item.id > %s AND NOT item.voided AND {UNLINKED}", [after, self.connection_id.id], CHUNK)
        handler = next(one for one in self.env['qbo.entity']._handlers() if one._qbo_entity == entity
                       and one._qbo_reconciled)
        self.env.cr.execute(TWINS, [
            handler._qbo_cutover == 'number', self.id, entity, [row[4].remote_id for row in rows]])
        twins = {row[0]: row[1:] for row in reversed(self.env.cr.fetchall())}
        partners, findings = self._partners_of({row[4].customer for row in rows}), []
        label = self.env['qbo.entity']._entity_label(entity)
        for _id, _model, _res_id, _outside, there in rows:
            model, res_id, other = twins.get(there.remote_id, ('', 0, ''))
            findings.append(Finding(
                entity, (DOUBLED if other else MISSING_HERE,), None, there, model or '', res_id or 0,
                partners.get(there.customer, 0),
                text=self.env._("the same as %(entity)s %(id)s", entity=label, id=other) if other else ''))
        self.compared += len(findings)
        self._tell(handler, findings)
        return rows[-1][0] if len(rows) == CHUNK else None

    def _partners_of(self, remote_ids):
        """Return ``{remote Id of a customer: contact's id}`` of customers that are linked."""
        self.env.cr.execute(PARTNERS, [self.connection_id.id, list(remote_ids)])
        return dict(self.env.cr.fetchall())

    # === ROWS === #

    def _tell(self, handler, findings):
        """Make rows of findings, with their reasons, and with what was explained before and still stands."""
        self._name_records(findings)
        reasons, Line = self._reasons(handler, findings), self.env['qbo.reconciliation.line']
        Line._store(self, [Line._row(self, handler, finding, *reason)
                           for finding, reason in zip(findings, reasons, strict=True)])

    def _name_records(self, findings):
        """Note what the records of findings are called, as far as they exist; all of one model are read at once."""
        for model in {finding.model for finding in findings if finding.model in self.env}:
            records = self.env[model].browse(
                {finding.res_id for finding in findings if finding.model == model}).exists()
            names = {record.id: record.display_name for record in records}
            for finding in findings:
                if finding.model == model:
                    finding.name = names.get(finding.res_id, '')

    def _is_of_balance(self, finding):
        """Tell whether only what is open differs: then it is others on whose way to QuickBooks it depends."""
        return finding.kinds == (BALANCE,)
