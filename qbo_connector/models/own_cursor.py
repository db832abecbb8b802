"""Short transactions of their own: for what must be stored whatever becomes of the caller's transaction."""

from contextlib import suppress

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api

ATTEMPTS = 6
#: For transactions that may be lost with the machine's power: they do not wait for the disk.
AT_EASE = "SET LOCAL synchronous_commit = off"


class Contended(Exception):
    """Other processes wrote the same row every time we tried."""


def in_own_transaction(registry, action, attempts=ATTEMPTS):
    """Run ``action(env)`` as superuser in a transaction of its own, commit, and return its result.

    Under PostgreSQL's REPEATABLE READ a process that waited for a lock sees the row as it was before; it gets a
    serialization failure instead, and starts again on a fresh snapshot, where the other's change stands.

    :raises Contended: the row could not be had
    """
    for _attempt in range(attempts):
        with suppress(SerializationFailure), registry.cursor() as cr:
            return action(api.Environment(cr, SUPERUSER_ID, {}))
    raise Contended
