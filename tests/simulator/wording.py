"""How Intuit words each fault: (message, detail, element), for failures that are scripted by code alone.

Recorded answers: 500, 610, 2010, 2030, 2050, 2500, 4000, 4001, 5010, 6000, 6070, 6140, 6240, 10000. The others after
"QBO: Review QuickBooks Online Accounting API error codes" and "QBO: Fix common QuickBooks Online Accounting API
errors", which name the fault; their detail is not known for certain, and nothing may depend on it.
"""

_BUSINESS = "A business validation error has occurred while processing your request"

WORDING = {
    '100': ("General Authentication Error", "General Authentication Error", None),
    '110': ("OAuth Error", "OAuth Error", None),
    '120': ("Authorization Failure", "User is not authorized for this company", None),
    '130': ("Wrong cluster", "Request went to the wrong cluster", None),
    '140': ("Company locked", "The company is locked", None),
    '150': ("Maintenance", "The company is under maintenance", None),
    '500': ("Unsupported Operation", "Operation Could not find resource for relative : /v3/x is not supported.", None),
    '600': ("Duplicate Request ID", "The request id was used before", None),
    '610': ("Object Not Found", "Object Not Found : Something you're trying to use has been made inactive. Check the "
            "fields with accounts, customers, items, vendors or employees.", ''),
    '620': ("Transaction can not be linked", "Transaction can not be linked : Txn id 1109", ''),
    '630': ("Duplicate object", "The object exists already", ''),
    '700': ("Bad parent", "The parent is not valid", ''),
    '800': ("Delete failed", "The object can not be deleted because other objects depend on it", ''),
    '900': ("Parent is child", "An object can not be its own parent", ''),
    '1000': ("Operation failed", "The operation failed", ''),
    '1010': ("Create failed", "The object could not be created", ''),
    '1020': ("Update failed", "The object could not be updated", ''),
    '1040': ("Batch size exceeded", "A batch takes at most 30 items", ''),
    '1050': ("Unsupported content type", "Content type text/plain not supported", ''),
    '2000': ("Invalid or unsupported object name", "Invois is not supported", ''),
    '2010': ("Request has invalid or unsupported property", "Property Name:Unrecognized field \"Foo\" specified is "
             "unsupported or invalid", None),
    '2020': ("Required param missing, need to supply the required value for the API",
             "Required parameter Line is missing in the request", 'Line'),
    '2030': ("Invalid ID", "Id should be a valid number. Supplied value:1.5", 'Id'),
    '2040': ("Invalid Characters", "The property CustomerMemo contains characters that are not allowed",
             'Customer Memo'),
    '2050': ("String length specified does not match the supported length",
             "String length is either shorter or longer than supported by specification. Min:0 Max:21 supported. "
             "Supplied length:45", 'DocNumber'),
    '2060': ("Invalid date", "Invalid date : TxnDate Supplied value:2026-13-01", 'TxnDate'),
    '2070': ("Invalid number", "Invalid number : Supplied value:x", ''),
    '2080': ("Invalid decimal", "Invalid decimal : Amount Supplied value:x", 'Amount'),
    '2090': ("Invalid type", "Invalid type", ''),
    '2130': ("Invalid Request Id Format", "The request id is longer than 50 characters", ''),
    '2170': ("Invalid Enumeration", "Invalid Enumeration : Property Name:x is not supported", ''),
    '2210': ("Invalid Email Address", "Email Address must be in email format : x@", 'BillEmail'),
    '2300': ("Total debits do not equal total credits", "Total debits 10.00 do not equal total credits 9.99", 'Line'),
    '2500': ("Invalid Reference Id", "Invalid Reference Id : Accounts element id 7 not found", 'Reference Id'),
    '2600': ("Conflicting elements", "Two elements contradict each other", ''),
    '3001': ("message=ThrottleExceeded; errorCode=003001; statusCode=429",
             "The request limit was reached. Try again later", None),
    '4000': ("Error parsing query", 'QueryParserError: Encountered " <EOF> "" at line 1, column 1.', None),
    '4001': ("Invalid query", "QueryValidationError: Property Foo not found for Entity Invoice", None),
    '4002': ("Query error", "The query could not be processed", None),
    '5000': ("Deprecated field", "The field is no longer supported", ''),
    '5010': ("Stale Object Error", "Stale Object Error : You and Sandbox Master were working on this at the same time. "
             "Sandbox Master finished before you did, so your work was not saved.", ''),
    '5020': ("Permission Denied Error", "You do not have permission to do this", ''),
    '5030': ("Feature Not Supported Error", "The feature is not part of this subscription", ''),
    '6000': (_BUSINESS, "Business Validation Error: You must specify a transaction amount that is 0 or greater.", ''),
    '6070': ("Amount calculation incorrect in the request.",
             "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07", 'Amount'),
    '6090': ("Invalid discount", "A discount line needs an amount or a percentage", ''),
    '6100': ("Invalid Tax Code", "The tax code of line 1 is not valid", ''),
    '6160': ("Invalid CustomSalesTax", "The CustomSalesTax id cannot be used", ''),
    '6170': ("TxnTaxDetail not allowed", "TxnTaxDetail is not allowed with NotApplicable", ''),
    '6180': ("Too many levels", "Lists have at most five levels", ''),
    '6190': ("Invalid Company Status", "Subscription period has ended or canceled or there was a billing problem", ''),
    '6200': ("Account Period Closed, Cannot Update Through Services API",
             "The account period has closed and the account books cannot be updated through the QBO Services API. "
             "Please use the QBO website to make these changes.", ''),
    '6220': (_BUSINESS, "Business Validation Error: It has a balance and cannot be deleted.", ''),
    '6230': ("Invalid CustomSalesTax", "The CustomSalesTax id cannot be used for this line", ''),
    '6240': ("Duplicate Name Exists Error", "The name supplied already exists. : null", None),
    '6250': ("Invalid Customer", "The customer is missing or inactive", ''),
    '6270': ("Transaction date is prior to start date for inventory item",
             "The transaction is dated before the inventory start date", 'TxnDate'),
    '6280': (_BUSINESS, "Business Validation Error: It has unbilled expenses and cannot be deleted.", ''),
    '6430': ("Invalid account type used", "Business Validation Error: Select an account of type Income instead.", ''),
    '6440': ("Invalid Account", "A split line has an amount and no account", ''),
    '6450': ("Settled transaction", "A settled transaction cannot be voided", ''),
    '6470': ("Tax not allowed", "The tax is not allowed, or has no tax rate", ''),
    '6480': ("Matched transaction", "A transaction that is matched cannot be deleted", ''),
    '6520': ("Inventory quantity missing", "The quantity is missing", 'Qty'),
    '6530': ("Payment card number", "The text contains a payment card number", 'Customer Memo'),
    '6540': ("Deposited Transaction cannot be changed", "If you want to change or delete this transaction, you must "
             "delete it from the deposit first.", ''),
    '10000': ("An application error has occurred while processing your request",
              "System Failure Error : Connection to backend was closed", ''),
    '10100': ("Result too large", "The result is too large", None),
    '10200': ("Company reset", "The data of the company was reset", None),
}
WORDING.update(dict.fromkeys(
    ('2100', '2110', '2120', '2140', '2150', '2160'), ("Invalid value", "The value supplied is not valid", '')))
