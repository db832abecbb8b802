"""Addresses of the pages on which a person sees an object in QuickBooks Online.

Intuit documents no such addresses for the API's objects; they are of the web application, and this is what is known:

* ``/login?deeplinkcompanyid=<realm>&pagereq=<page>`` is how Intuit's own sample applications link
  (SampleApp-TimeTracking_Invoicing-Java and SampleApp-Ecommerce-Java, ``DeepLinkSvc``). It signs in first where that is
  needed, goes to that company and then to the page. The shorter ``/app/invoice?txnId=1`` opens object 1 of whichever
  company the browser is in, and loses the Id on the way through the sign-in page: no good for a bookkeeper of several
  companies.
* The pages of invoices, credit memos, payments, journal entries, expenses, refund and sales receipts, and customers are
  used alike by many published integrations (among them LedgerSync, ``url_for``, and CiviCRM's accountsync): sure.
* ``item?itemId=`` is what the browser shows when an item is opened, reported by a few: likely. An expense that is a
  check is opened by the page of expenses too: likely.
"""

from urllib.parse import quote, urlencode

HOSTS = {'production': 'https://qbo.intuit.com', 'sandbox': 'https://sandbox.qbo.intuit.com'}
PAGES = {  # entity: (page, name of the Id)
    'Invoice': ('invoice', 'txnId'),
    'CreditMemo': ('creditmemo', 'txnId'),
    'Payment': ('recvpayment', 'txnId'),
    'JournalEntry': ('journal', 'txnId'),
    'Purchase': ('expense', 'txnId'),
    'SalesReceipt': ('salesreceipt', 'txnId'),
    'RefundReceipt': ('refundreceipt', 'txnId'),
    'Bill': ('bill', 'txnId'),
    'VendorCredit': ('vendorcredit', 'txnId'),
    'BillPayment': ('billpayment', 'txnId'),
    'Estimate': ('estimate', 'txnId'),
    'Customer': ('customerdetail', 'nameId'),
    'Vendor': ('vendordetail', 'nameId'),
    'Item': ('item', 'itemId'),
}


def object_url(environment, realm_id, entity, remote_id, simulator_url=None):
    """Return the address of the page that shows an object, or '' where none is known.

    :param str environment: ``'sandbox'`` or ``'production'``
    :param str entity: Intuit's name of the entity, e.g. ``'Invoice'``
    :param str simulator_url: base URL of a simulator that stands in for Intuit; it shows its books itself
    :raises ValueError: unknown environment
    """
    if environment not in HOSTS:
        raise ValueError(f"Unknown QuickBooks environment {environment!r}")
    if not (realm_id and remote_id) or entity not in PAGES:
        return ''
    if simulator_url:
        return f"{simulator_url.rstrip('/')}/books/{quote(realm_id)}/{entity}/{quote(remote_id, safe='')}"
    page, name = PAGES[entity]
    asked = f'{page}?{urlencode({name: remote_id})}'
    return f"{HOSTS[environment]}/login?{urlencode({'deeplinkcompanyid': realm_id, 'pagereq': asked})}"
