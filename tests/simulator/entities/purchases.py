"""Purchase and JournalEntry ("QBO: Purchase", "QBO: JournalEntry"): what else moves the account of a customer.

A purchase is money that leaves a bank account; its lines say what for. One that posts to accounts receivable is a
charge to its customer, as an invoice is: that is how a refund is paid out. A journal entry credits or debits a customer
by a line on accounts receivable that names them.
"""

from decimal import Decimal

from .. import faults, ledger, rules
from .base import Entity

ZERO = Decimal(0)
# PaymentType -> (what a Payment calls it in a link, account types the money may leave)
_KINDS = {
    'Check': ('Check', ('Bank',)), 'Cash': ('Expense', ('Bank',)), 'CreditCard': ('Expense', ('Credit Card',)),
}


def link_type(purchase):
    """The TxnType by which a Payment links a purchase."""
    if purchase['PaymentType'] == 'CreditCard' and purchase.get('Credit'):
        return 'CreditCardCredit'
    return _KINDS[purchase['PaymentType']][0]


class _Transaction(Entity):
    """What the two have in common: lines, currency, links by payments, delete."""

    is_transaction = True
    required = ('Line',)
    kept = ('LinkedTxn',)
    detail = ''

    def defaults(self, company, obj, old):
        """Date and numbers of the lines."""
        obj['TxnDate'] = obj.get('TxnDate') or company.clock.today()
        obj.setdefault('LinkedTxn', [])
        rules.check_required(obj, *self.required)
        obj['Line'] = [dict(line, Id=str(number)) for number, line in enumerate(obj['Line'], start=1)]

    def _check_lines(self, company, obj):
        for line in obj['Line']:
            if line.get('DetailType') != self.detail:
                raise faults.enumeration('DetailType', line.get('DetailType'))
            rules.check_required(line, 'Amount', f'{self.detail}.AccountRef')
            line['Amount'] = line['Amount'].quantize(Decimal('0.01'))
            ledger.check_account_currency(
                company, line[self.detail]['AccountRef'], obj['CurrencyRef']['value'],
                *(() if ledger.is_receivable(company, line) else (company.home_currency,)))

    def _check_applied(self, company, obj):
        """What payments have applied cannot be taken away from under them."""
        if not obj.get('Id') or not company.find(('applies', self.name, obj['Id'])):
            return
        owed = ledger.receivable(company, self.name, obj)
        if not owed or ledger.open_of(company, self.name, obj) < 0:
            raise faults.business("The amount can't be less than what is applied to it")

    def index_keys(self, obj):
        """Found by customer; a journal entry by that of each line."""
        for customer in set(self._customers(obj)):
            yield ('party', 'Customer', customer)

    def delete(self, company, old, params):
        """Deleted for good, unless payments hold on to it."""
        rules.check_open_period(company, old['TxnDate'])
        if company.find(('applies', self.name, old['Id'])):
            raise faults.business("You can't delete this transaction because a payment is applied to it. Unlink or "
                                  "remove the payment first.")
        company.remove(self.name, old['Id'])


class Purchase(_Transaction):
    """An expense, a check, or a charge to a credit card."""

    required = ('PaymentType', 'AccountRef', 'Line')
    detail = 'AccountBasedExpenseLineDetail'

    def check(self, company, obj, old):
        """The account by the way of paying, the customer of receivables, tax codes, the period."""
        if obj['PaymentType'] not in _KINDS:
            raise faults.enumeration('PaymentType', obj['PaymentType'])
        rules.check_account_type(company, obj['AccountRef'], _KINDS[obj['PaymentType']][1])
        customer = self._customer(company, obj)
        ledger.document_currency(company, obj, customer, old)
        ledger.check_account_currency(company, obj['AccountRef'], obj['CurrencyRef']['value'], company.home_currency)
        self._check_lines(company, obj)
        if customer is None and any(ledger.is_receivable(company, line) for line in obj['Line']):
            raise faults.business("When you use Accounts Receivable, you must choose a customer in the name field")
        self._check_tax(company, obj)
        rules.check_open_period(company, obj['TxnDate'], old and old['TxnDate'])
        self._check_applied(company, obj)

    def _customer(self, company, obj):
        """The customer it was paid to, or None: then it is a vendor, an employee or nobody."""
        ref = obj.get('EntityRef')
        if not ref:
            return None
        kind = ref.get('type') or 'Vendor'
        if kind not in ('Customer', 'Vendor', 'Employee'):
            raise faults.enumeration('EntityRef.type', kind)
        found = company.get(kind, ref['value'])
        if found is None:
            raise faults.reference('Names', ref['value'])
        return found if kind == 'Customer' else None

    def _check_tax(self, company, obj):
        if company.is_us:
            obj.pop('GlobalTaxCalculation', None)
            return
        if obj.setdefault('GlobalTaxCalculation', 'TaxExcluded') == 'NotApplicable':
            return
        if company.switch('purchase_tax_code') and not all(line[self.detail].get('TaxCodeRef') for line in obj['Line']):
            raise faults.business("Make sure all your transactions have a VAT rate before you save.")

    def compute(self, company, obj, old):
        """The total of the lines."""
        obj['TotalAmt'] = sum((line['Amount'] for line in obj['Line']), ZERO)
        if obj['TotalAmt'] < 0:
            raise faults.business("You must specify a transaction amount that is 0 or greater.")
        obj.setdefault('Credit', False)

    def _customers(self, obj):
        ref = obj.get('EntityRef') or {}
        return [ref['value']] if ref.get('type') == 'Customer' else []


class JournalEntry(_Transaction):
    """Debits and credits."""

    detail = 'JournalEntryLineDetail'

    def check(self, company, obj, old):
        """Balanced; names on receivables and payables, of which there is one at most."""
        customer = self._named(company, obj)
        ledger.document_currency(company, obj, customer, old)
        self._check_lines(company, obj)
        sides = {'Debit': ZERO, 'Credit': ZERO}
        for line in obj['Line']:
            if line['Amount'] < 0:
                raise faults.business("The amount of a journal line must be 0 or greater")
            sides[line[self.detail]['PostingType']] += line['Amount']
        if sides['Debit'] != sides['Credit'] or len(obj['Line']) < 2:
            raise faults.Refusal(2300, "Total debits do not equal total credits",
                                 "Please balance debits and credits.", "")
        rules.check_open_period(company, obj['TxnDate'], old and old['TxnDate'])
        self._check_applied(company, obj)

    def _named(self, company, obj):
        """The customer of the line on accounts receivable, if there is one."""
        found, controlled = None, 0
        for line in obj['Line']:
            rules.check_required(line, 'JournalEntryLineDetail.PostingType')
            for kind, account in (('Customer', 'Accounts Receivable'), ('Vendor', 'Accounts Payable')):
                if not ledger.is_receivable(company, line, account):
                    continue
                controlled += 1
                entity = line[self.detail].get('Entity') or {}
                ref = entity.get('EntityRef') or {}
                named = company.get(kind, ref.get('value')) if entity.get('Type') == kind else None
                if named is None:
                    raise faults.business(f"When you use {account}, you must choose a {kind.lower()} in the Name field")
                found = named if kind == 'Customer' else found
        if 0 < company.switch('journal_receivables') < controlled:
            raise faults.business("A journal entry can have only one line that uses Accounts Receivable or Accounts "
                                  "Payable")
        return found

    def compute(self, company, obj, old):
        """Nothing is worked out; the flag of adjustments has a default."""
        obj.setdefault('Adjustment', False)

    def _customers(self, obj):
        for line in obj['Line']:
            entity = line[self.detail].get('Entity') or {}
            if entity.get('Type') == 'Customer':
                yield entity['EntityRef']['value']
