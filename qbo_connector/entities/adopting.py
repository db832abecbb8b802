"""What stands in QuickBooks already: which of it a record is, and what was adopted without being changed.

A list object (customer, item) is recognised by name, code or e-mail, unless a person decided otherwise (``qbo.match``).
A document that was adopted by its number (``qbo.cutover``) is left as it is in QuickBooks until it changes in Odoo.
"""

import hashlib
import json

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql

from ..exceptions import PushError
from ..qbo.cutover import Wanted
from ..qbo.numbers import short_number
from ..qbo.pairing import Directory, Entry
from ..qbo.payloads import PayloadError
from .qbo_entity import PRESENT, Plan

ADOPTED = 'adopted:'  # before what a link remembers of the record as it was when its object was adopted


class QboEntity(models.AbstractModel):
    """The part of the handlers that recognises."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_matched = False  # whether a person matches its records with QuickBooks' list before the first push
    _qbo_cutover = None  # by what its documents are found in QuickBooks: 'number' or 'money'

    # === LISTS === #

    @api.model
    def _to_match(self, connection):
        """Return the records that a person matches with QuickBooks' list."""
        return self.env[self._qbo_model]

    @api.model
    def _entry(self, connection, record):
        """Return what a record is recognised by (:class:`~.pairing.Entry`); None if it is never recognised."""
        return None

    @api.model
    def _offered(self, connection):
        """Return the domain of the mirrored objects (``qbo.reference``) that a record may be linked with."""
        return Domain('connection_id', '=', connection.id) & Domain('entity', '=', self._qbo_entity) & Domain(
            'active', '=', True)

    @api.model
    def _directory(self, references):
        """Return mirrored objects as a :class:`~.pairing.Directory`, whose keys are their ids."""
        return Directory(Entry(reference.id, reference.name, reference.number or '', reference.email or '',
                               reference.currency or '') for reference in references)

    @api.model
    def _adoptable(self, connection, record):
        """Return the mirrored QuickBooks object (``qbo.reference``) that the record already is, or an empty set."""
        references, wanted = self.env['qbo.reference'].sudo(), self._entry(connection, record)
        if wanted is None:
            return references
        found = references.search(self._offered(connection) & Domain.OR(
            Domain(field, '=ilike', escape_psql(value))
            for field, value in (('name', wanted.name), ('number', wanted.code), ('email', wanted.email)) if value))
        same = self._directory(found).same(wanted)
        return references.browse(same.candidate.key if same else [])

    @api.model
    def _to_adopt(self, connection, record):
        """Return the mirrored object that the record is to be linked with, or an empty set.

        None where a person decided that the record is new to QuickBooks, or where the object has a record already.
        """
        reference = self._adoptable(connection, record)
        if reference and (self.env['qbo.match']._is_new(connection, record) or self.env['qbo.binding']._is_taken(
                connection, self._qbo_entity, reference.remote_id)):
            return reference.browse()
        return reference

    # === DOCUMENTS === #

    @api.model
    def _booked_domain(self, connection):
        """Return the domain of the documents that should stand in QuickBooks, whatever their date."""
        return Domain.FALSE

    @api.model
    def _booked(self, connection, date_from=None, date_to=None):
        """Return the documents of a time that should stand in QuickBooks, oldest first."""
        domain = self._booked_domain(connection)
        for operator, day in (('>=', date_from), ('<=', date_to)):
            if day:
                domain &= Domain(self._qbo_date, operator, day)
        return self.env[self._qbo_model].search(domain, order=f'{self._qbo_date}, id')

    @api.model
    def _sought(self, connection, record, matched):
        """Return what a document is looked for by in QuickBooks (:class:`~.cutover.Wanted`).

        :param dict matched: ``{(model, id): (entity, remote Id)}`` of what was found for other documents
        """
        currency, total = self._sought_money(record)
        partner = self._payer(record)[:1]
        return Wanted(
            numbers=self._sought_numbers(record), customers=self._known_customers(connection, partner),
            names=tuple({partner.name or '', partner.display_name or ''}), total=total, day=record[self._qbo_date],
            currency=currency.name if connection.multi_currency else '',
            settles=self._sought_settled(connection, record, matched))

    @api.model
    def _sought_numbers(self, record):
        """Return under which numbers the document may stand in QuickBooks: Odoo's, and as we would shorten it."""
        return tuple(dict.fromkeys((record.name, short_number(record.name))))

    @api.model
    def _sought_money(self, record):
        """Return (currency, total) of a document."""
        return record.currency_id, self._decimal(record.amount_total)

    @api.model
    def _sought_settled(self, connection, record, matched):
        """Return {(entity, remote Id)} of what a payment is applied to, as far as it is known."""
        return frozenset()

    @api.model
    def _known_customers(self, connection, partner):
        """Return the remote Ids of the customers that a contact is, in all currencies, or that it would adopt."""
        others = self.env['qbo.customer.currency'].sudo().search([
            ('connection_id', '=', connection.id), ('partner_id', '=', partner.id)])
        links = self.env['qbo.binding']._remote_ids(connection, [[('Customer', partner), ('Customer', others)]])
        return frozenset(links.values()) or frozenset(
            self.env['qbo.entity.customer']._to_adopt(connection, partner).mapped('remote_id'))

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Override to leave alone what was adopted, until its record changes; nothing else is needed to tell that."""
        memory = binding.content_hash or ''
        if record and binding.state == 'active' and memory.startswith(ADOPTED) and memory != ADOPTED and (
                self._intent(entry.connection_id, record)[0] == PRESENT
                and self._memory(entry.connection_id, record) == memory):
            binding._keep('')
            return Plan('none', note=self.env._("Unchanged since it was adopted: QuickBooks keeps what it has."))
        return super()._plan(entry, record, binding, resolve)

    @api.model
    def _memory(self, connection, record):
        """Return what the link of an adopted object remembers of its record: a hash of what would be sent.

        What it refers to need not stand in QuickBooks for that. Of what cannot be sent at all nothing is remembered,
        so that a push says why.
        """
        handler = self.sudo().with_company(connection.company_id).with_context(
            lang=connection.company_id.partner_id.lang or 'en_US', qbo_noted=[], qbo_once={})
        connection, record = connection.with_env(handler.env), record.with_env(handler.env)
        try:  # without a savepoint: its end would forget the rows in memory of a preflight
            payload = handler._content(connection, record, '', _StandIns())[0]
        except (PushError, PayloadError):
            return ADOPTED
        return ADOPTED + hashlib.sha256(json.dumps(payload, ensure_ascii=False).encode()).hexdigest()


class _StandIns(dict):
    """Something in the place of each remote Id."""

    def __missing__(self, record):
        return f'({record._name},{record.id})'
