"""Faults in the shapes the API gives them: JSON by default, XML and HTML as gateways answer.

Shapes and codes: "QBO: Review QuickBooks Online Accounting API error codes" and recorded sandbox answers.
"""

from xml.sax.saxutils import escape

from . import clock
from .wording import WORDING

MADE_INACTIVE = (
    "Object Not Found : Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


class Refusal(Exception):
    """A request that QuickBooks refuses; `status` is the HTTP status, 400 for every business fault."""

    def __init__(self, code, message, detail, element=None, status=400, kind='ValidationFault', timed=True):
        super().__init__(f"{code} {message}: {detail}")
        self.code = str(code)
        self.message = message
        self.detail = detail
        self.element = element
        self.status = status
        self.kind = kind
        self.timed = timed

    def fault(self):
        """The Fault object as it stands in a batch item or an envelope."""
        error = {'Message': self.message, 'Detail': self.detail, 'code': self.code}
        if self.element is not None:
            error['element'] = self.element
        return {'Error': [error], 'type': self.kind}

    def envelope(self, now):
        """The whole JSON answer."""
        answer = {'Fault': self.fault()}
        if self.timed:
            answer['time'] = clock.envelope_time(now)
        return answer


class GatewayRefusal(Refusal):
    """A refusal of the gateway in front of the API: lower-case envelope, time in epoch milliseconds."""

    def envelope(self, now):
        """The lower-case envelope of 401 and 403."""
        error = {'message': self.message, 'detail': self.detail, 'code': self.code, 'element': None}
        return {
            'warnings': None, 'intuitObject': None,
            'fault': {'error': [error], 'type': self.kind},
            'report': None, 'queryResponse': None, 'batchItemResponse': [], 'attachableResponse': [],
            'syncErrorResponse': None, 'requestId': None, 'time': int(now.timestamp() * 1000), 'status': None,
            'cdcresponse': [],
        }


def required(name):
    """2020: a required parameter is missing; `name` is the property as the message prints it."""
    return Refusal(2020, "Required param missing, need to supply the required value for the API",
                   f"Required parameter {name} is missing in the request", name.rsplit('.', 1)[-1])


def unknown_property(name, owner, known):
    """2010 for a JSON property that the entity does not have."""
    listed = ', '.join(f'"{field}"' for field in known[:60])
    more = ' [truncated]' if len(known) > 60 else ''
    return Refusal(2010, "Request has invalid or unsupported property",
                   f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{owner}), '
                   f"not marked as ignorable ({len(known)} known properties: {listed}{more}])\n"
                   " specified is unsupported or invalid")


def too_long(name, maximum, length):
    """2050: a text is longer than the API takes."""
    return Refusal(2050, "String length specified does not match the supported length",
                   "String length is either shorter or longer than supported by specification. "
                   f"Min:0 Max:{maximum} supported. Supplied length:{length}", name)


def enumeration(name, value):
    """2170: a value outside of the enumeration."""
    return Refusal(2170, "Invalid Enumeration",
                   f"Invalid Enumeration : Property Name:{name} Supplied value:{value} is not supported", name)


def malformed(code, name, value):
    """2060 date, 2070 number, 2080 decimal, 2090 type: the value does not have the property's type."""
    text = {2060: "date", 2070: "number", 2080: "decimal"}.get(code, "type")
    return Refusal(code, f"Invalid {text}", f"Invalid {text} : {name} Supplied value:{value}", name)


def characters(name, code=2040):
    """A character that names must not contain."""
    return Refusal(code, "Invalid Characters",
                   f"The property {name} contains characters that are not allowed", name)


def reference(kind, remote_id):
    """2500: the list element does not exist; `kind` is Names, Accounts, Items, Klasses, Depts ..."""
    return Refusal(2500, "Invalid Reference Id",
                   f"Invalid Reference Id : {kind} element id {remote_id} not found", "Reference Id")


def made_inactive(code=610):
    """610 (or 2500): the reference exists but is inactive."""
    message = "Object Not Found" if str(code) == '610' else "Invalid Reference Id"
    return Refusal(code, message, MADE_INACTIVE, "")


def not_found():
    """610 for an object that is not there (any more), in the recorded wording."""
    return Refusal(610, "Object Not Found", MADE_INACTIVE, "")


def business(detail, code=6000):
    """6000 and its relatives: a business rule, explained in Detail."""
    return Refusal(code, "A business validation error has occurred while processing your request",
                   f"Business Validation Error: {detail}", "")


def stale(user):
    """5010: the SyncToken is not the current one."""
    return Refusal(5010, "Stale Object Error",
                   f"Stale Object Error : You and {user} were working on this at the same time. "
                   f"{user} finished before you did, so your work was not saved.", "")


def duplicate_name():
    """6240 in the recorded wording, which does not tell who holds the name."""
    return Refusal(6240, "Duplicate Name Exists Error", "The name supplied already exists. : null")


def duplicate_number(number, entity, remote_id):
    """6140: Detail names the holder of the number."""
    return Refusal(6140, "Duplicate Document Number Error",
                   "Duplicate Document Number Error : You must specify a different number. This number has already "
                   f"been used. DocNumber={number} is assigned to TxnType={entity} with TxnId={remote_id}",
                   "DocNumber")


def unsupported(path):
    """500 with HTTP 400: no such resource or operation."""
    return Refusal(500, "Unsupported Operation", f"Operation {path} is not supported.")


def invalid_id(value):
    """2030: an id that is no number; the recorded answer carries no `time`."""
    return Refusal(2030, "Invalid ID", f"Id should be a valid number. Supplied value:{value}", 'Id', timed=False)


def unparsable_query(text, near=''):
    """4000: the text is no query."""
    return Refusal(4000, "Error parsing query",
                          f'QueryParserError: Encountered " {near or "<EOF>"} "" at line 1, column '
                          f"{max(text.find(near), 0) + 1}.")


def invalid_query(detail, message="Invalid query"):
    """4001: the query reads well and asks for the impossible."""
    return Refusal(4001, message, f"QueryValidationError: {detail}")


def unauthorized(detail="Token expired"):
    """401 of the gateway."""
    return GatewayRefusal(3200, "message=AuthenticationFailed; errorCode=003200; statusCode=401", detail,
                          status=401, kind='AUTHENTICATION')


def forbidden():
    """403/3100: a token for another company, the wrong environment, or an app that was disconnected."""
    return GatewayRefusal(3100, "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
                          "The application is not authorized for this company", status=403, kind='SERVICE')


def throttled():
    """429/3001 in the recorded wording."""
    return Refusal(3001, "message=ThrottleExceeded; errorCode=003001; statusCode=429",
                   "The request limit was reached. Try again later", status=429, kind='SERVICE')


def system_failure(status=500):
    """10000: QuickBooks itself failed."""
    return Refusal(10000, "An application error has occurred while processing your request",
                   "System Failure Error : Connection to backend was closed", "", status=status, kind='SystemFault')


def as_xml(refusal, now):
    """The fault as gateways print it when they do not care for the Accept header."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="{clock.envelope_time(now)}">'
        f'<Fault type="{escape(refusal.kind)}"><Error code="{escape(refusal.code)}">'
        f"<Message>{escape(refusal.message)}</Message><Detail>{escape(refusal.detail)}</Detail>"
        "</Error></Fault></IntuitResponse>"
    )


def as_html(status):
    """The page of a proxy that gave up."""
    return f"<html><head><title>{status}</title></head><body><h1>{status} Service Unavailable</h1></body></html>"


def wording(code):
    """(message, detail, element) of a fault that is scripted by its code alone."""
    return WORDING.get(str(code), ("Scripted failure", "Scripted failure", ''))
