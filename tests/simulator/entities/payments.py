"""Payment: money from a customer, applied to what they owe and what they are owed ("QBO: Payment").

Invoices, checks and expenses to accounts receivable and journal entries that debit it are charges ("Payment is
reimbursement for expense paid by check made on behalf of the customer"); credit memos and journal entries that credit
it are credits.
"""

from decimal import Decimal

from .. import faults, ledger, rules
from . import purchases
from .base import Entity
from .sales import is_voided, undeposited

ZERO = Decimal(0)
_LINKABLE = ('Invoice', 'CreditMemo', 'JournalEntry', 'Expense', 'Check', 'CreditCardCredit')


class Payment(Entity):
    """A customer's payment; its lines are replaced all or none."""

    is_transaction = True
    required = ('CustomerRef', 'TotalAmt')

    def defaults(self, company, obj, old):
        """Date, Undeposited Funds, no lines."""
        obj['TxnDate'] = obj.get('TxnDate') or company.clock.today()
        rules.check_required(obj, *self.required)
        if not obj.get('DepositToAccountRef'):
            obj['DepositToAccountRef'] = undeposited(company)
        obj.setdefault('ProcessPayment', False)
        obj['Line'] = [dict(line) for line in obj.get('Line') or []]

    def check(self, company, obj, old):
        """Currency, account, period, amounts and links."""
        customer = company.get('Customer', obj['CustomerRef']['value'])
        ledger.document_currency(company, obj, customer, old)
        rules.check_account_type(company, obj['DepositToAccountRef'], ('Bank', 'Other Current Asset'))
        ledger.check_account_currency(
            company, obj['DepositToAccountRef'], obj['CurrencyRef']['value'], company.home_currency)
        rules.check_open_period(company, obj['TxnDate'], old and old['TxnDate'])
        if obj['TotalAmt'] < 0:
            raise faults.business("The amount of a payment must be 0 or greater")
        obj['TotalAmt'] = obj['TotalAmt'].quantize(Decimal('0.01'))
        obj['Line'] = [line for line in obj['Line'] if self._check_line(company, obj, line)]
        self._check_balances(company, obj)

    def _check_line(self, company, obj, line):
        """Whether a line stays: links to another customer's document are dropped without a word."""
        if line.get('Amount') is None:
            raise faults.required('Line.Amount')
        if line['Amount'] < 0:
            raise faults.business("The amount of a payment line must be 0 or greater")
        links = line.get('LinkedTxn') or []
        if not links:
            raise faults.required('Line.LinkedTxn')
        line['LinkedTxn'] = [{'TxnId': str(link.get('TxnId')), 'TxnType': link.get('TxnType')} for link in links]
        for link in line['LinkedTxn']:
            if link['TxnType'] not in _LINKABLE:
                raise faults.Refusal(620, "Transaction can not be linked",
                                     f"Txn id {link['TxnId']} of type {link['TxnType']} cannot be linked", "")
            entity = ledger.entity_of(link['TxnType'])
            target = company.get(entity, link['TxnId'])
            owed = target and ledger.receivable(company, entity, target)
            if not owed or (entity == 'Purchase' and company.switch('purchase_link_type') == 'own'
                            and link['TxnType'] != purchases.link_type(target)):
                raise faults.business(f"The entity {link['TxnType']} {link['TxnId']} that you are trying to link does "
                                      "not exist.")
            if (target.get('CurrencyRef') or obj['CurrencyRef']) != obj['CurrencyRef']:
                raise faults.business("You can only use one foreign currency per transaction")
            if owed[2] != obj['CustomerRef']['value']:
                if company.switch('wrong_customer_link') == 'refuse':
                    raise faults.business("The linked transaction belongs to another customer")
                return False
        return True

    def _check_balances(self, company, obj):
        """No document takes more than its open balance, and the payment gives no more than it has."""
        wanted = {}
        for kind, remote_id, amount in ledger.links(obj):
            wanted[kind, remote_id] = wanted.get((kind, remote_id), ZERO) + amount
        for (kind, remote_id), amount in wanted.items():
            open_amount = ledger.open_of(company, kind, company.get(kind, remote_id), without=obj.get('Id'))
            if amount > open_amount:
                raise faults.business(f"The amount applied to {kind} {remote_id} ({amount}) is more than its open "
                                      f"balance ({open_amount})")
        net = ledger.net(company, obj)
        if net > obj['TotalAmt']:
            raise faults.business("The amounts applied are more than the total of the payment")
        if net < 0 and company.switch('credits_over_charges') == 'refuse':
            raise faults.business("The credits applied are more than the amounts they are applied to")

    def compute(self, company, obj, old):
        """What is left unapplied stays as the customer's credit."""
        obj['UnappliedAmt'] = obj['TotalAmt'] - ledger.net(company, obj)

    def saved(self, company, obj, old):
        """The balances of the documents that gained or lost an application move."""
        before = {(kind, txn) for kind, txn, _amount in ledger.links(old or {})}
        after = {(kind, txn) for kind, txn, _amount in ledger.links(obj or {})}
        for kind, txn in sorted(before | after):
            ledger.settle(company, kind, txn)

    def index_keys(self, obj):
        """Found by customer and by the documents it is applied to."""
        yield ('party', 'Customer', obj['CustomerRef']['value'])
        for kind, txn, _amount in ledger.links(obj):
            yield ('applies', kind, txn)

    def delete(self, company, old, params):
        """Deleted for good; what it had paid is open again."""
        self._check_frozen(company, old)
        company.remove('Payment', old['Id'])
        self.saved(company, None, old)

    def void(self, company, old, verb):
        """include=void: nothing is left of amount and links, the record stays."""
        if verb != 'include':
            raise faults.unsupported(f"operation=void on {self.name}")
        self._check_frozen(company, old)
        if is_voided(old):
            return dict(old)
        note = old.get('PrivateNote')
        return dict(old, TotalAmt=ZERO, UnappliedAmt=ZERO, Line=[],
                    PrivateNote=f"Voided - {note}"[:4000] if note else 'Voided')

    def prepare(self, company, body, old, params):
        """A deposited payment is frozen for every update (6540, measured)."""
        if old:
            self._check_frozen(company, old)
        return super().prepare(company, body, old, params)

    def _check_frozen(self, company, old):
        rules.check_open_period(company, old['TxnDate'])
        if any(link.get('TxnType') == 'Deposit' for link in old.get('LinkedTxn') or []):
            raise faults.Refusal(6540, "Deposited Transaction cannot be changed",
                                 "If you want to change or delete this transaction, you must delete it from the "
                                 "deposit first.", "")

    def shown(self, company, obj):
        """Lines tell the open balance and number of what they pay (LineEx)."""
        shown = super().shown(company, obj)
        for line in shown['Line']:
            link = line['LinkedTxn'][0]
            target = company.get(ledger.entity_of(link['TxnType']), link['TxnId']) or {}
            line['LineEx'] = {'any': [
                _extra('txnId', link['TxnId']), _extra('txnOpenBalance', f"{target.get('TotalAmt', ZERO):.2f}"),
                _extra('txnReferenceNumber', target.get('DocNumber', '')),
            ]}
        return shown


def _extra(name, value):
    return {
        'name': '{http://schema.intuit.com/finance/v3}NameValue',
        'declaredType': 'com.intuit.schema.finance.v3.NameValue',
        'scope': 'javax.xml.bind.JAXBElement$GlobalScope',
        'value': {'Name': name, 'Value': value}, 'nil': False, 'globalScope': True, 'typeSubstituted': False,
    }
