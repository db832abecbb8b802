"""Sales documents: Invoice, CreditMemo, SalesReceipt, RefundReceipt, Estimate ("QBO: Invoice" and its sisters)."""

from datetime import date, timedelta
from decimal import Decimal

from .. import amounts, faults, ledger, numbers, rules, tax
from . import lines as lines_rules
from .base import Entity

ZERO = Decimal(0)
_CREW = [{'DefinitionId': '1', 'Name': "Crew #", 'Type': 'StringType'}]


class SalesDocument(Entity):
    """Lines, totals, taxes, numbers and addresses that all sales documents share."""

    is_transaction = True
    required = ('CustomerRef', 'Line')
    kept = ('DocNumber', 'LinkedTxn')

    def _merge(self, company, sent, old):
        merged = super()._merge(company, sent, old)
        if old and 'TxnTaxDetail' not in sent and ('Line' in sent or 'GlobalTaxCalculation' in sent):
            merged.pop('TxnTaxDetail', None)  # the tax belonged to the lines that are replaced
        return merged

    def defaults(self, company, obj, old):
        """What recorded answers show without having been asked for."""
        obj['TxnDate'] = obj.get('TxnDate') or company.clock.today()
        obj.setdefault('CustomField', [dict(field) for field in _CREW])
        obj.setdefault('ApplyTaxAfterDiscount', False)
        obj.setdefault('PrintStatus', 'NeedToPrint')
        obj.setdefault('EmailStatus', 'NotSet')
        rules.check_required(obj, *self.required)
        customer = company.get('Customer', (obj.get('CustomerRef') or {}).get('value')) or {}
        for key in ('BillAddr', 'ShipAddr'):
            if not obj.get(key) and customer.get(key) and (old is None or key not in obj):
                obj[key] = dict(customer[key])
            elif obj.get(key) and not obj[key].get('Id'):
                obj[key] = dict(obj[key], Id=company.next_id('address'))

    def check(self, company, obj, old):
        """Customer, currency, closed books, lines."""
        ref = obj.get('CustomerRef')
        customer = company.get('Customer', ref['value']) if ref else None
        if company.is_us:
            obj.pop('GlobalTaxCalculation', None)  # means something outside of the US only
        ledger.document_currency(company, obj, customer, old)
        rules.check_open_period(company, obj['TxnDate'], old and old['TxnDate'])
        if old and old.get('CustomerRef', {}).get('value') != (obj.get('CustomerRef') or {}).get('value'):
            self._release(company, old, company.switch('customer_change_paid'), "change the customer of")
        if obj['EmailStatus'] == 'NeedToSend' and not (obj.get('BillEmail') or {}).get('Address'):
            raise faults.required('BillEmail.Address')
        self._check_lines(company, obj, old)

    def _check_lines(self, company, obj, old):
        currency = obj['CurrencyRef']['value']
        used = {line['Id'] for line in (old or {}).get('Line', []) if line.get('Id')}
        lines, highest = [], (old or {}).get('_line_ids', 0)
        for line in obj['Line']:
            if line.get('DetailType') == 'SubTotalLineDetail':
                continue  # an answer echoed back: QuickBooks appends its own
            checked = lines_rules.check_line(company, dict(line), currency, obj['TxnDate'])
            if line.get('Id') not in used:
                highest += 1
                checked['Id'] = str(highest)
            checked['LineNum'] = len(lines) + 1
            if checked['DetailType'] == 'DiscountLineDetail':
                lines_rules.check_discount(company, lines)
                checked.pop('LineNum')
            lines.append(checked)
        if not lines:
            raise faults.required('Line')
        obj['Line'], obj['_line_ids'] = lines, highest
        lines_rules.check_tracking(company, obj, old)

    def number(self, company, obj, old, params):
        """DocNumber by the company's preference."""
        allow = 'allowduplicatedocnum' in (params.get('include') or '')
        numbers.assign(company, self.name, obj, old, allow)

    def compute(self, company, obj, old):
        """SubTotal, tax, total, balance and their values in home currency."""
        net, total_tax = tax.apply(company, obj)
        subtotal = sum((line['Amount'] for line in obj['Line']
                        if line['DetailType'] in ('SalesItemLineDetail', 'GroupLineDetail')), ZERO)
        obj['Line'] = [*obj['Line'], {'Amount': subtotal, 'DetailType': 'SubTotalLineDetail',
                                      'SubTotalLineDetail': {}}]
        lines_rules.check_count(company, obj)
        obj['TotalAmt'] = net + total_tax
        if obj['TotalAmt'] < 0 and company.switch('negative_total') == 'refuse':
            raise faults.business("You must specify a transaction amount that is 0 or greater.")
        if 'ExchangeRate' in obj:
            obj['HomeTotalAmt'] = amounts.cents(obj['TotalAmt'] * obj['ExchangeRate'], company.home_currency)
        self._balance(company, obj, old)

    def _balance(self, company, obj, old):
        obj['Balance'] = ZERO

    def index_keys(self, obj):
        """Found by number and by customer."""
        if obj.get('DocNumber'):
            yield ('number', numbers.space(self.name), obj['DocNumber'].casefold())
        if obj.get('CustomerRef'):
            yield ('party', 'Customer', obj['CustomerRef']['value'])

    def delete(self, company, old, params):
        """Deleted for good, unless payments hold on to it."""
        rules.check_open_period(company, old['TxnDate'])
        self._release(company, old, company.switch('delete_paid'), "delete")
        company.remove(self.name, old['Id'])

    def _release(self, company, old, switch, verb):
        payments = company.find_objects(('applies', self.name, old['Id']))
        if not payments:
            return
        if switch == 'refuse':
            raise faults.business(f"You can't {verb} this transaction because a payment is applied to it. "
                                  "Unlink or remove the payment first.")
        for payment in payments:
            lines = [line for line in payment['Line']
                     if (self.name, old['Id']) not in [(link['TxnType'], link['TxnId']) for link in line['LinkedTxn']]]
            moved = dict(payment, Line=lines)
            moved['UnappliedAmt'] = moved['TotalAmt'] - ledger.net(company, moved)
            company.touch('Payment', moved)

    def _voided(self, company, old):
        """Amounts of nothing, the word "Voided" in the note, the record stays."""
        rules.check_open_period(company, old['TxnDate'])
        if is_voided(old):
            return dict(old)
        lines = []
        for line in old['Line']:
            empty = dict(line, Amount=ZERO) if 'Amount' in line else dict(line)
            detail = dict(empty.get(empty['DetailType']) or {})
            detail = {key: ZERO if key in ('Qty', 'UnitPrice') else value for key, value in detail.items()}
            lines.append(dict(empty, **{empty['DetailType']: detail}) if empty.get(empty['DetailType']) else empty)
        note = old.get('PrivateNote')
        voided = dict(old, Line=lines, TotalAmt=ZERO, Balance=ZERO, TxnTaxDetail={'TotalTax': ZERO},
                      PrivateNote=f"Voided - {note}"[:4000] if note else 'Voided')
        if 'HomeTotalAmt' in voided:
            voided['HomeTotalAmt'] = ZERO
        return voided

    def shown(self, company, obj):
        """HomeBalance follows from the balance with multicurrency."""
        shown = super().shown(company, obj)
        if 'ExchangeRate' in obj and self.name in ledger.BALANCED:
            shown['HomeBalance'] = amounts.cents(obj['Balance'] * obj['ExchangeRate'], company.home_currency)
        return shown


class Invoice(SalesDocument):
    """An invoice: the only sales document with an `operation=void`."""

    def defaults(self, company, obj, old):
        """Online payment flags, links, and a due date from the terms (30 days without)."""
        super().defaults(company, obj, old)
        for flag in ('AllowIPNPayment', 'AllowOnlinePayment', 'AllowOnlineCreditCardPayment', 'AllowOnlineACHPayment'):
            obj.setdefault(flag, False)
        obj.setdefault('LinkedTxn', [])
        customer = company.get('Customer', obj['CustomerRef']['value']) or {}
        if old is None and not obj.get('SalesTermRef') and customer.get('SalesTermRef'):
            obj['SalesTermRef'] = dict(customer['SalesTermRef'])
        if not obj.get('DueDate'):
            term = company.get('Term', (obj.get('SalesTermRef') or {}).get('value')) or {}
            due = date.fromisoformat(obj['TxnDate']) + timedelta(days=int(term.get('DueDays', 30)))
            obj['DueDate'] = due.isoformat()

    def check(self, company, obj, old):
        """Estimates that the invoice bills must exist."""
        super().check(company, obj, old)
        for link in obj['LinkedTxn']:
            if link.get('TxnType') == 'Estimate' and company.get('Estimate', link.get('TxnId')) is None:
                raise faults.business(f"The entity Estimate {link.get('TxnId')} that you are trying to link does not "
                                      "exist.")
        # Payments cannot be applied from this side: only their own links count.
        payments = company.find(('applies', self.name, old['Id'])) if old else ()
        kept = [link for link in (old or {}).get('LinkedTxn', []) if (link['TxnType'], link['TxnId']) in payments]
        sent = [dict(link) for link in obj['LinkedTxn'] if link.get('TxnType') == 'Estimate']
        obj['LinkedTxn'] = sent + kept

    def _balance(self, company, obj, old):
        ledger.set_balance(company, 'Invoice', obj)
        if old and obj['Balance'] < 0 <= old['Balance']:
            raise faults.business("The amount of the invoice can't be less than what is applied to it")

    def saved(self, company, obj, old):
        """Billing an estimate closes it; a credit may be applied by itself."""
        if old is None and company.switch('auto_apply_credit'):
            _apply_credits(company, obj)
        for link in obj['LinkedTxn']:
            estimate = company.get('Estimate', link['TxnId']) if link['TxnType'] == 'Estimate' else None
            if estimate and estimate.get('TxnStatus') != 'Closed':
                linked = [*estimate.get('LinkedTxn', []), {'TxnId': obj['Id'], 'TxnType': 'Invoice'}]
                company.touch('Estimate', dict(estimate, TxnStatus='Closed', LinkedTxn=linked))

    def void(self, company, old, verb):
        """operation=void; refused while a payment is applied (measured in production)."""
        if verb != 'operation':
            raise faults.unsupported(f"include=void on {self.name}")
        self._release(company, old, company.switch('void_paid'), "void")
        return dict(self._voided(company, old), LinkedTxn=[])


class CreditMemo(SalesDocument):
    """A credit note; the API offers no void for it."""

    def _balance(self, company, obj, old):
        ledger.set_balance(company, 'CreditMemo', obj)
        if old and obj['Balance'] < 0 <= old['Balance']:
            raise faults.business("The amount of the credit can't be less than what is applied of it")


class SalesReceipt(SalesDocument):
    """A sale paid at once."""

    required = ('Line',)

    def defaults(self, company, obj, old):
        """The money goes to Undeposited Funds unless another account is named."""
        super().defaults(company, obj, old)
        if not obj.get('DepositToAccountRef'):
            obj['DepositToAccountRef'] = undeposited(company)

    def check(self, company, obj, old):
        """The account must be able to hold money."""
        super().check(company, obj, old)
        rules.check_account_type(company, obj['DepositToAccountRef'], ('Bank', 'Other Current Asset', 'Credit Card'))
        ledger.check_account_currency(
            company, obj['DepositToAccountRef'], obj['CurrencyRef']['value'], company.home_currency)

    def void(self, company, old, verb):
        """include=void."""
        if verb != 'include':
            raise faults.unsupported(f"operation=void on {self.name}")
        return self._voided(company, old)


class RefundReceipt(SalesReceipt):
    """Money given back; the account it leaves must be named."""

    required = ('Line', 'DepositToAccountRef')

    def defaults(self, company, obj, old):
        """No default for the account."""
        rules.check_required(obj, 'DepositToAccountRef')
        super().defaults(company, obj, old)


class Estimate(SalesDocument):
    """A quotation; posts nothing."""

    def defaults(self, company, obj, old):
        """Pending until somebody says otherwise."""
        super().defaults(company, obj, old)
        obj.setdefault('TxnStatus', 'Pending')

    def check(self, company, obj, old):
        """TxnStatus is a closed list."""
        super().check(company, obj, old)
        if obj['TxnStatus'] not in ('Pending', 'Accepted', 'Closed', 'Rejected', 'Converted'):
            raise faults.enumeration('TxnStatus', obj['TxnStatus'])

    def _balance(self, company, obj, old):
        obj.pop('Balance', None)


def is_voided(obj):
    """Whether a transaction was voided."""
    return not obj['TotalAmt'] and (obj.get('PrivateNote') or '').startswith('Voided')


def _apply_credits(company, invoice):
    """AutoApplyCredit: the customer's open credit memos pay a new invoice through payments of zero."""
    left = invoice['Balance']
    for kind, remote_id in sorted(company.find(('party', 'Customer', invoice['CustomerRef']['value']))):
        credit = company.get(kind, remote_id)
        part = min(left, credit['Balance']) if kind == 'CreditMemo' else ZERO
        if part <= 0:
            continue
        payment = company.add('Payment', {
            'CustomerRef': dict(invoice['CustomerRef']), 'TotalAmt': ZERO, 'UnappliedAmt': ZERO,
            'TxnDate': invoice['TxnDate'], 'CurrencyRef': dict(invoice['CurrencyRef']), 'ProcessPayment': False,
            **({'ExchangeRate': invoice['ExchangeRate']} if 'ExchangeRate' in invoice else {}),
            'Line': [{'Amount': part, 'LinkedTxn': [{'TxnId': txn['Id'], 'TxnType': name}]}
                     for name, txn in (('Invoice', invoice), ('CreditMemo', credit))],
        }, 'transaction')
        left -= part
        for _name, txn, _amount in ledger.links(payment):
            ledger.settle(company, _name, txn)


def undeposited(company):
    """Reference to Undeposited Funds, the default of money received."""
    account = next(obj for obj in company.all('Account') if obj.get('AccountSubType') == 'UndepositedFunds')
    return {'value': account['Id']}
