"""Rows that a cron works off one after the other: the error of one is its own, and stops no other."""

from datetime import timedelta

import psycopg2

from odoo import fields, models
from odoo.tools import split_every

from ..qbo import retry

AT_ONCE = 3  # conflicts in the database are over when they are seen: so often a row simply starts again
DATABASE_RETRY = timedelta(seconds=5)


class QboIsolating(models.AbstractModel):
    """What the queue (what goes out) and the inbox (what comes in) share; rows have attempts and not_before."""

    _name = 'qbo.isolating'
    _description = "Worked Off One by One"

    def _isolated(self, action, result=None):
        """Do something to rows at once; when an error nobody foresaw stops that, to one half after the other.

        So the error ends as a state of the row that it concerns, and the others stay together.

        :param action: called with rows; commits what it did itself, or leaves it to us
        :param result: what to return for rows that failed, a list where action returns lists
        """
        if not self:
            return result
        try:
            result = action(self)
            self.env.flush_all()
            return result
        except Exception as error:  # noqa: BLE001 -- the one place: an error of one row must not stop the cron
            self.env.cr.rollback()
            if len(self) == 1:
                self._on_surprise(error)
                self._commit()
                return result
        results = []
        for half in split_every(-(-len(self) // 2), self.ids, self.browse):
            results += half._isolated(action, result) or []
            self._commit()
        return results

    def _on_surprise(self, error):
        """Keep a row after an error nobody foresaw (the transaction was rolled back)."""
        raise NotImplementedError

    def _starts_again(self, error):
        """Let a row start again after a conflict in the database (serialization failure, deadlock).

        :return: whether it was one, and the row has attempts left
        """
        conflict = isinstance(error, (psycopg2.OperationalError, psycopg2.errors.UniqueViolation))
        if not conflict or self.attempts >= retry.MAX_RETRIES:
            return False
        wait = DATABASE_RETRY * 2 ** self.attempts if self.attempts >= AT_ONCE else None
        self.write({'attempts': self.attempts + 1, 'not_before': fields.Datetime.now() + wait if wait else False})
        return True
