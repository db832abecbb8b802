"""What each fault means, who can mend it, and the one button that does: a table, and nothing but a table.

Codes are Intuit's, without leading zeros; what is found before anything is sent, or has no code, is known by its class.
The texts are English and marked for translation; they are translated where they are shown.

Source: Intuit "Review QuickBooks Online Accounting API error codes", "Fix common QuickBooks Online Accounting API
errors"; docs/troubleshooting.md has the same rows, which a test compares.
"""

# pylint: disable=prefer-env-translation  # nothing here knows Odoo

from dataclasses import dataclass

ACCOUNTANT, ADMINISTRATOR, BOOKKEEPER = 'accountant', 'administrator', 'bookkeeper'
INTUIT, SUPPORT = 'intuit', 'support'

#: Buttons that mend all that stopped for one reason at once; the others mend one record after the other.
TOGETHER = ('mapping', 'retry', 'resume', 'reconnect')


def _(text):
    """Mark a text for translation."""
    return text


@dataclass(frozen=True)
class Cure:
    """One row.

    :param str name: what the row is called in the database
    :param str title: the fault in a few words
    :param str cause: the fault in plain words, with what mends it
    :param str who: who can mend it; of INTUIT nobody can, it passes
    :param str button: mapping, record, reconnect, resume, resolve, unlink, retry, skip or look
    :param tuple codes: fault codes
    :param tuple classes: classes of what has no code, or is more than its code says
    :param tuple lists: the lists in QuickBooks whose mappings are to blame
    :param bool by_text: QuickBooks' text tells one such fault from another
    """

    name: str
    title: str
    cause: str
    who: str
    button: str
    codes: tuple = ()
    classes: tuple = ()
    lists: tuple = ()
    by_text: bool = False

    @property
    def together(self):
        """Tell whether all that stopped for this reason is mended at once."""
        return self.button in TOGETHER


TABLE = (
    # Found before anything is sent
    Cure('mapping', _("Mapping missing"),
         _("Something that the document uses has no counterpart in QuickBooks. Map it; all that waits goes on."),
         ACCOUNTANT, 'mapping', classes=('MissingMapping',)),
    Cure('refused', _("Cannot be sent as it is"),
         _("QuickBooks could not hold the record as it is. The message says what to change."),
         ACCOUNTANT, 'record', classes=('Refused',), by_text=True),
    Cure('variance', _("Figures differ"),
         _("It is in QuickBooks with other figures than in Odoo. Find the cause, or accept the difference."),
         ACCOUNTANT, 'look', classes=('Variance',), by_text=True),
    # The connection
    Cure('reconnect', _("QuickBooks must be connected again"),
         _("QuickBooks no longer accepts the connection: the consent ended, was withdrawn, or who gave it is no "
           "administrator there any more. Connect again; what waits is kept."),
         ADMINISTRATOR, 'reconnect', ('100', '110', '120', '3100', '3200')),
    Cure('permission', _("The connected user may not do this"),
         _("Who gave the consent lacks the right for this in QuickBooks. Let an administrator of the QuickBooks "
           "company connect again."),
         ADMINISTRATOR, 'reconnect', ('5020',)),
    Cure('subscription', _("The QuickBooks subscription is not active"),
         _("The trial or the subscription of the QuickBooks company has ended, or its payment failed. Settle that in "
           "QuickBooks; it is tried again every hour, or now."),
         BOOKKEEPER, 'resume', ('6190',)),
    Cure('throttled', _("Too many requests"),
         _("Other apps or this one asked QuickBooks too often. It goes on by itself in a minute."),
         INTUIT, 'resume', ('3001',)),
    Cure('maintenance', _("QuickBooks is under maintenance"),
         _("Intuit maintains the company's file, or has locked it. It goes on by itself."),
         INTUIT, 'resume', ('130', '140', '150')),
    Cure('reset', _("The QuickBooks company was reset"),
         _("All data of the QuickBooks company was deleted there, so what Odoo is linked with is gone. Disconnect with "
           "“Archive the links”, connect again and map anew."),
         ADMINISTRATOR, 'reconnect', ('10200',)),
    Cure('no_answer', _("QuickBooks failed to answer"),
         _("QuickBooks itself failed, eight times in a row over some hours. Try again."),
         INTUIT, 'retry', ('10000',), ('InDoubt', 'Unavailable', 'Throttled')),
    Cure('outcome', _("Nobody knows whether it was booked"),
         _("QuickBooks may have booked it without us hearing so. Retry looks it up there before anything is sent."),
         ACCOUNTANT, 'retry', classes=('OutcomeUnknown',)),
    # Names, numbers, and what is there already
    Cure('duplicate_name', _("The name is taken in QuickBooks"),
         _("Another customer, vendor or employee in QuickBooks, or another item, has this name. Link with it, or give "
           "ours a suffix."),
         ACCOUNTANT, 'resolve', ('6240', '630')),
    Cure('duplicate_number', _("The number is taken in QuickBooks"),
         _("A document in QuickBooks has this number already. If it is the same, link with it; if not, send ours under "
           "another number."),
         ACCOUNTANT, 'resolve', ('6140',)),
    Cure('stale', _("Somebody edits it in QuickBooks"),
         _("Each time it was sent, somebody had just changed it in QuickBooks. Retry when they are done."),
         BOOKKEEPER, 'retry', ('5010',)),
    Cure('gone', _("Deleted in QuickBooks"),
         _("It, or something that it refers to, was deleted or made inactive in QuickBooks. Retry creates it again."),
         ACCOUNTANT, 'retry', ('610',)),
    # Mappings that turn out to be wrong
    Cure('reference', _("It refers to something that QuickBooks does not have"),
         _("An account, tax code, term, payment method, class or customer was deleted or made inactive in QuickBooks, "
           "or is of the wrong kind. Map it to another one."),
         ACCOUNTANT, 'mapping', ('2500', '6250')),
    Cure('account', _("QuickBooks does not take this account here"),
         _("The account is of a type that cannot stand in this place, such as a bank account for the income of a "
           "product. Map it to another one."),
         ACCOUNTANT, 'mapping', ('6430', '6440'), lists=('Account',)),
    Cure('tax', _("QuickBooks does not take this tax"),
         _("The tax code does not fit the line, has no rate for the date, or may not be used here. Map the tax to "
           "another code."),
         ACCOUNTANT, 'mapping', ('6100', '6160', '6170', '6230', '6470'), lists=('TaxCode',)),
    # Locked
    Cure('closed', _("QuickBooks' books are closed"),
         _("The books are closed for the date of the document. Open them in QuickBooks (Settings > Account and "
           "settings > Advanced > Close the books), then retry all; or choose under Policies of the connection what "
           "becomes of such documents."),
         BOOKKEEPER, 'retry', ('6200', '6210')),
    Cure('frozen', _("Deposited, matched or settled in QuickBooks"),
         _("QuickBooks does not change what stands on a deposit, is matched with the bank, or settled. Take it off "
           "there, then retry; or skip the change."),
         BOOKKEEPER, 'retry', ('6450', '6480', '6540')),
    Cure('applied', _("A payment made in QuickBooks is applied to it"),
         _("Somebody booked a payment in QuickBooks for a document that was cancelled in Odoo. Take the payment off "
           "the document; the money stays with the customer."),
         ACCOUNTANT, 'unlink', classes=('PaymentApplied',)),
    Cure('needed', _("Something in QuickBooks still needs it"),
         _("It has a balance, unbilled time or expenses, or other things refer to it, so QuickBooks keeps it. Clear "
           "that there and retry, or leave it and skip the change."),
         BOOKKEEPER, 'skip', ('800', '6220', '6280')),
    # Values
    Cure('length', _("A text is too long"), _("Shorten it."), ACCOUNTANT, 'record', ('2050',)),
    Cure('characters', _("A character that QuickBooks does not take"),
         _("Take out colons, tabs, line breaks, emoji and the like."), ACCOUNTANT, 'record', ('2040',)),
    Cure('email', _("QuickBooks does not take the e-mail address"),
         _("Correct the e-mail address; only one may stand in the field."), ACCOUNTANT, 'record', ('2210',)),
    Cure('required', _("Something that QuickBooks needs is missing"), _("Fill it in."),
         ACCOUNTANT, 'record', ('2020',)),
    Cure('value', _("QuickBooks does not take a value"),
         _("A date, number, amount or choice is not one that QuickBooks knows. Correct it."),
         ACCOUNTANT, 'record',
         ('2060', '2070', '2080', '2090', '2100', '2110', '2120', '2140', '2150', '2160', '2170')),
    Cure('amounts', _("The amounts do not add up"),
         _("QuickBooks multiplies and adds up by itself and came to another amount. Correct the lines."),
         ACCOUNTANT, 'record', ('2300', '6070', '6090')),
    Cure('stock', _("Stock in QuickBooks does not fit"),
         _("The document is older than the inventory start date of the item in QuickBooks, or a quantity is missing. "
           "Change the date or the item."),
         ACCOUNTANT, 'record', ('6270', '6520')),
    Cure('card', _("A card number stands in a text"),
         _("QuickBooks refuses texts with a payment card number in them. Take it out."),
         ACCOUNTANT, 'record', ('6530',)),
    Cure('business', _("Against a rule of QuickBooks"),
         _("QuickBooks says which rule. Correct the document."),
         ACCOUNTANT, 'record', ('6000', '620'), by_text=True),
    Cure('feature', _("This QuickBooks plan cannot hold it"),
         _("The feature is switched off in the QuickBooks company, or its plan does not have it. Switch it on there "
           "and retry, or skip the document."),
         BOOKKEEPER, 'skip', ('5030',)),
    # The connector
    Cure('operation', _("QuickBooks could not carry it out"),
         _("QuickBooks gave no further reason. Retry; if it comes back, copy the text for support."),
         ACCOUNTANT, 'retry', ('600', '1000', '1010', '1020')),
    Cure('request', _("QuickBooks did not understand the connector"),
         _("This is a fault of the connector, not of your data. Copy the text for support."),
         SUPPORT, 'look',
         ('500', '700', '900', '1040', '1050', '2000', '2010', '2030', '2130', '2600', '4000', '4001', '4002', '5000',
          '6180', '10100'), by_text=True),
    Cure('unexpected', _("Unexpected error"),
         _("This is a fault of the connector; the server log has the details. Copy the text for support."),
         SUPPORT, 'look', classes=('Unexpected',), by_text=True),
    Cure('unknown', _("Unknown fault"),
         _("QuickBooks answered with a fault that is not in its list. Its own words are below; if they do not help, "
           "copy the text for support."),
         SUPPORT, 'look', by_text=True),
)
UNKNOWN = TABLE[-1]
BY_NAME = {cure.name: cure for cure in TABLE}
_BY_CODE = {code: cure for cure in TABLE for code in cure.codes}
_BY_CLASS = {fault_class: cure for cure in TABLE for fault_class in cure.classes}


def cure_of(code, fault_class=''):
    """Return the row of a fault; what no row names is UNKNOWN.

    :param str code: Intuit's code, empty if there was none
    :param str fault_class: name of the class of the error
    """
    special = _BY_CLASS.get(fault_class)
    if special and (not code or fault_class not in _GENERAL):
        return special
    return _BY_CODE.get((code or '').lstrip('0')) or special or UNKNOWN


#: Classes that a code tells more about.
_GENERAL = ('InDoubt', 'Unavailable', 'Throttled')
