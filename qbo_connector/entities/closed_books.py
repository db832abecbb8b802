"""Closed books: what becomes of documents dated where QuickBooks' books are closed, or Odoo's are locked.

The API cannot write before BookCloseDate (faults 6200 and 6210; QBO: "Preferences", AccountingInfoPrefs), neither a new
object nor a change of one that stands there. Odoo's lock dates only count for what QuickBooks does not have yet: Odoo
itself keeps a locked document as it is.
"""

import json
from datetime import timedelta

from odoo import api, fields, models

from ..exceptions import Refused
from ..qbo import faults
from ..qbo.marker import headed

BOOKS_CLOSED = 'date'  # the field to correct; by it a retry knows what to find out anew
LOCKS = ('fiscalyear_lock_date', 'sale_lock_date', 'tax_lock_date', 'hard_lock_date')


class QboEntity(models.AbstractModel):
    """The part of the handlers that knows closed books; one rule for documents, payments and whatever has a date."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    # === WHAT A HANDLER SAYS === #

    @api.model
    def _own_date(self, record):
        """Return the date that QuickBooks is to book the record on, or None where it has none."""
        return record[self._qbo_date] if self._qbo_date else None

    @api.model
    def _locks(self, record):
        """Return Odoo's lock dates that the record lies behind, as (date, name of the field)."""
        return []

    # === NEW OBJECTS === #

    @api.model
    def _closed_out(self, connection, record):
        """Say why a record stays out for good: it is dated in closed books and the connection excludes such ones.

        What stands in QuickBooks already is not excluded: others may refer to it.
        """
        if connection.on_closed != 'exclude' or not (causes := self._closed_by(connection, record)):
            return ''
        if self.env['qbo.binding']._of_record(connection, record._name, record.id):
            return ''
        return self.env._("Excluded: dated %(date)s, and %(causes)s.",
                          date=self._own_date(record), causes=self._listed(causes))

    @api.model
    def _booking_day(self, connection, record, binding):
        """Return the date to send, or None where the record has none.

        A document that was moved to an open day stays there.

        :raise Refused: the books are closed, and the connection wants to be asked
        """
        day = self._own_date(record)
        if not day or not (causes := self._closed_by(connection, record, bool(binding))):
            return day
        if connection.on_closed == 'redate':
            standing = binding.remote_date
            if standing and not self._is_closed(connection, standing):
                return standing
            return day if standing else max(until for until, _cause in causes) + timedelta(days=1)
        if binding:
            return day  # whether it may change is asked once it is known that it does
        self._put_off(Refused(self.env._(
            "Its date is %(date)s, and %(causes)s. Open the books for that date, or give it a later date, or choose "
            "on the connection, under Policies, what becomes of such documents; then retry.",
            date=day, causes=self._listed(causes)), BOOKS_CLOSED))
        return day

    @api.model
    def _dated(self, connection, record, payload, day, binding):
        """Return the content on the day it is booked, and what the record's chatter should say of that once."""
        own = self._own_date(record)
        if not day or day == own:
            return payload, ''
        # Without the reasons: the content must not change with them.
        heading = self.env._("Dated %(own)s in Odoo", own=own)
        payload = {**payload, 'TxnDate': day.isoformat(), 'PrivateNote': headed(heading, payload.get('PrivateNote'))}
        if binding.remote_date == day:
            return payload, ''
        return payload, self.env._(
            "Dated %(own)s in Odoo, booked in QuickBooks on %(day)s: %(causes)s.", own=own, day=day,
            causes=self._listed(self._closed_by(connection, record, bool(binding))))

    # === OBJECTS THAT STAND THERE === #

    @api.model
    def _frozen(self, connection, record, binding, undone=False):
        """Say why an object must stay as it is, where the connection excludes what lies in closed books.

        :param bool undone: it is to be voided or deleted
        :raise Refused: it lies in closed books, and the connection wants to be asked
        """
        own = self._own_date(record) if record else None
        days = [binding.remote_date or own]
        if not undone and connection.on_closed != 'redate':
            days.append(own)
        closed = [day for day in days if day and self._is_closed(connection, day)]
        if not closed:
            return ''
        if connection.on_closed == 'exclude':
            return self.env._("QuickBooks keeps it as it is: its books are closed until %(until)s, and it is dated "
                              "%(date)s.", until=connection.book_close_date, date=closed[0])
        raise Refused(self.env._(
            "QuickBooks' books are closed until %(until)s, and this is dated %(date)s: nothing of that time can be "
            "changed, voided or deleted there. Open the books in QuickBooks (Settings > Account and settings > "
            "Advanced > Close the books) and retry; or leave QuickBooks as it is and correct it "
            "with a document of today.", until=connection.book_close_date, date=closed[0]), BOOKS_CLOSED)

    # === HELPERS === #

    @api.model
    def _is_closed(self, connection, day):
        """Tell whether QuickBooks' books are closed on a day."""
        return bool(connection.book_close_date) and day <= connection.book_close_date

    @api.model
    def _closed_by(self, connection, record, standing=False):
        """Return what closes the books for the date of a record: a list of (last closed day, cause).

        :param bool standing: QuickBooks has the record, so that Odoo's lock dates do not matter
        """
        day, causes = self._own_date(record), []
        if day and self._is_closed(connection, day):
            causes.append((connection.book_close_date, self.env._(
                "QuickBooks' books are closed until %(until)s", until=connection.book_close_date)))
        if day and not standing and connection.heed_lock_dates and self._has_locks(connection.company_id):
            causes += [(until, self.env._("Odoo's %(lock)s is %(until)s", until=until,
                                          lock=self.env['res.company']._fields[name]._description_string(self.env)))
                       for until, name in self._locks(record)]
        return causes

    @api.model
    def _has_locks(self, company):
        """Tell whether a company or one above it has a lock date at all: mostly it has not."""
        def look():
            companies = company.sudo().parent_ids
            companies.fetch(LOCKS)  # and not the hundred other fields
            return any(above[name] for above in companies for name in LOCKS)
        return self._once(('locks', company.id), look)

    @api.model
    def _listed(self, causes):
        """Return causes as a clause."""
        return self.env._(" and ").join(cause for _until, cause in causes)

    # === WHEN QUICKBOOKS SAYS SO FIRST === #

    @api.model
    def _recover(self, client, entry, binding, error):
        """Books that were closed since their date was last read: read it, and let the policy decide."""
        if not isinstance(error, faults.ClosedPeriod):
            return super()._recover(client, entry, binding, error)
        connection = entry.connection_id
        sent = json.loads(entry.payload).get('TxnDate')
        days = [day for day in (fields.Date.to_date(sent), binding.remote_date) if day]
        if not any(self._is_closed(connection, day) for day in days):
            connection.write(connection._read_facts(client))
        return any(self._is_closed(connection, day) for day in days)

    @api.model
    def _explain(self, entry, error):
        if isinstance(error, faults.ClosedPeriod):
            return self.env._(
                "QuickBooks' books are closed for the date of %(record)s. Open them in QuickBooks (Settings > Account "
                "and settings > Advanced > Close the books), then retry. (%(detail)s)",
                record=entry.record_name, detail=error.detail or error.message)
        return super()._explain(entry, error)
