"""Documents become JSON: pure functions, one module a family, writable fields only.

What QuickBooks limits and cannot be shortened without harm raises :class:`PayloadError`; harmless text is
shortened. The results hold only JSON types, numbers exact to 15 digits.
"""

class PayloadError(ValueError):
    """The document cannot be expressed in QuickBooks.

    :param str message: what is wrong and with which value, for a person
    :param str field: the QuickBooks field concerned
    """

    def __init__(self, message, field=''):
        super().__init__(message)
        self.message = message
        self.field = field
