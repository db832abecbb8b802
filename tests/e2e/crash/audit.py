"""Compares QuickBooks' books with Odoo's: every record once, with its total, behind a link that leads to it."""
from collections.abc import Iterator
from decimal import Decimal

from .stage import Expected, Stage, Wrong

DOCUMENTS = ('Invoice', 'CreditMemo', 'Payment')
ENTITIES = (*DOCUMENTS, 'Customer', 'Item')
LINKS = "SELECT entity, model, res_id, remote_id, state FROM qbo_binding WHERE active AND connection_id = %s"


class Audit:
    """Collects what must stand in QuickBooks and looks once for all of it."""

    def __init__(self, stage: Stage):
        self._stage = stage
        self._expected: list[tuple[str, Expected]] = []

    def add(self, label: str, expected: list[Expected]) -> None:
        """Note what must stand in QuickBooks; `label` says which kill it was."""
        self._expected += [(label, what) for what in expected]

    def check_links(self, expected: list[Expected]) -> None:
        """See at once whether everything is linked, before a later scenario may make it good.

        :raises Wrong: it is not
        """
        links = {row[:3] for row in self._stage.sql(LINKS, self._stage.connection)}
        missing = [what for what in expected if what.there != ((what.entity, what.model, what.record) in links)]
        if missing:
            raise Wrong(f"not linked: {missing}")

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (label, what is wrong)."""
        books = self._stage.books()
        by_id = {(entity, obj['Id']): obj for entity in ENTITIES for obj in books[entity]}
        by_key: dict[tuple[str, str], list[dict]] = {}
        for (entity, _remote_id), obj in by_id.items():
            by_key.setdefault((entity, _key(entity, obj)), []).append(obj)
        links = {(entity, model, record): (remote, state)
                 for entity, model, record, remote, state in self._stage.sql(LINKS, self._stage.connection)}
        for label, what in self._expected:
            standing, link = by_key.get((what.entity, what.key), []), links.get((what.entity, what.model, what.record))
            if problem := _problem(what, standing, link, by_id) or self._open_amount(what):
                yield label, f"{what.entity} {what.key}: {problem}"

    def _open_amount(self, what: Expected) -> str:
        """Return how what is open of an invoice in Odoo differs from what it should be."""
        if what.residual is None:
            return ''
        [(residual,)] = self._stage.sql("SELECT amount_residual FROM account_move WHERE id = %s", what.record)
        return '' if Decimal(residual) == what.residual else f"open in Odoo: {residual} instead of {what.residual}"

    def surplus(self, before: dict[str, list[dict]]) -> list[str]:
        """Return what stands in QuickBooks and is no record's, or more than one's; `before` was there before us."""
        known = {(entity, obj['Id']) for entity in ENTITIES for obj in before[entity]}
        links = [(entity, remote) for entity, _model, _record, remote, _state
                 in self._stage.sql(LINKS, self._stage.connection)]
        return [f"{entity} {obj['Id']} {_key(entity, obj)}: {links.count((entity, obj['Id']))} links"
                for entity, objects in self._stage.books().items() if entity in ENTITIES for obj in objects
                if (entity, obj['Id']) not in known and links.count((entity, obj['Id'])) != 1]


def _key(entity: str, obj: dict) -> str:
    """Return by what an object is told from others: a number, a name, or the end of a payment's mark."""
    if entity == 'Payment':
        mark = (obj.get('PrivateNote') or '').rpartition('\n')[2]
        return ':'.join(mark.split(':')[-2:])
    return obj.get('DocNumber') or obj.get('DisplayName') or obj.get('Name') or ''


def _problem(what: Expected, standing: list[dict], link: tuple | None, by_id: dict) -> str:
    if not what.there:
        return f"still there, {len(standing)} times, link {link}" if standing or link else ''
    if link is None:
        return f"no link; {len(standing)} in QuickBooks"
    if what.entity not in DOCUMENTS:  # one of two of a name was given another name
        obj = by_id.get((what.entity, link[0]))
        return '' if obj and _key(what.entity, obj).startswith(what.key) else f"the link {link} leads to {obj}"
    if len(standing) != 1:
        return f"{len(standing)} times in QuickBooks"
    if standing[0]['Id'] != link[0]:
        return f"the link leads to {link[0]} instead of {standing[0]['Id']}"
    if Decimal(str(standing[0]['TotalAmt'])) != what.total:
        return f"total {standing[0]['TotalAmt']} instead of {what.total}"
    if what.total and not (standing[0].get('PrivateNote') or '').startswith(what.note):
        return f"an earlier state: {standing[0].get('PrivateNote')}"
    return ''
