"""Reasons, on Odoo's side, why a record cannot be pushed yet, or a change not be taken in.

What QuickBooks itself answers is in :mod:`.qbo.faults`; these are found before anything is sent.
"""


class PushError(Exception):
    """Base of the reasons that stop a push before it is sent."""


class MissingDependency(PushError):
    """Records that must stand in QuickBooks first; the engine enqueues them and the entry waits.

    :param records: a recordset, or a list of recordsets of several models
    """

    def __init__(self, records):
        super().__init__("Waits for records that are not in QuickBooks yet")
        self.records = [record for recordset in records for record in recordset]


class MissingMapping(PushError):
    """A mapping that a person must complete before the record can be pushed.

    :param mapping: the ``qbo.mapping`` row to complete (it exists, committed with the failure)
    :param str message: what is missing, in the words of the user
    """

    def __init__(self, mapping, message):
        super().__init__(message)
        self.mapping = mapping


class Refused(PushError):
    """The record cannot be pushed as it is; the message says what to change.

    :param str message: cause and cure, in the words of the user
    :param str field: the field of the record to correct, if it is one
    """

    fault_class = 'Refused'

    def __init__(self, message, field=None):
        super().__init__(message)
        self.field = field


class OpenVariance(Refused):
    """QuickBooks holds the record as it is, with other figures; nothing is sent, and a person has to look."""

    fault_class = 'Variance'


class PullError(Exception):
    """What came from QuickBooks cannot be taken over as things stand.

    :param str message: cause and cure, in the words of the user
    """


class PullLater(Exception):
    """What changed in QuickBooks cannot be told from a push of ours yet; it is looked at again in a while.

    :param str message: what it waits for
    """
