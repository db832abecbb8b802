"""Purchases and journal entries: what they refuse, and how payments settle them."""

import pytest

from .support import line, paid, ref, sale


@pytest.fixture
def customer(us):
    """A customer."""
    return us.customer()


def account(us, name):
    """The Id of an account."""
    return us.company.by_name('Account', name)['Id']


def spent(us, amount=30, to="Accounts Receivable (A/R)", **more):
    """The body of a purchase from the checking account."""
    return {'PaymentType': 'Cash', 'AccountRef': {'value': account(us, "Checking")}, 'Line': [{
        'Amount': amount, 'DetailType': 'AccountBasedExpenseLineDetail',
        'AccountBasedExpenseLineDetail': {'AccountRef': {'value': account(us, to)}}}], **more}


def refund(us, customer, amount=30, **more):
    """The body of a refund that is paid out to a customer."""
    return spent(us, amount, EntityRef={'value': customer['Id'], 'type': 'Customer'}, **more)


def entry(us, *lines, **more):
    """The body of a journal entry; lines are (account, posting type, amount, customer or None)."""
    return {'Line': [{
        'Amount': amount, 'DetailType': 'JournalEntryLineDetail', 'JournalEntryLineDetail': {
            'PostingType': side, 'AccountRef': {'value': account(us, name)},
            **({'Entity': {'Type': 'Customer', 'EntityRef': {'value': customer['Id']}}} if customer else {})},
    } for name, side, amount, customer in lines], **more}


def written_off(us, customer, amount=5, **more):
    """The body of a write-off."""
    return entry(us, ("Bank Charges", 'Debit', amount, None), ("Accounts Receivable (A/R)", 'Credit', amount, customer),
                 **more)


def balance(us, customer):
    """What a customer owes."""
    return us.get('Customer', customer['Id'])['Balance']


# === PURCHASES === #

def test_money_paid_out_to_a_customer_is_a_charge_that_a_credit_memo_settles(us, customer):
    memo = us.post('CreditMemo', sale(customer, line(30)))
    assert balance(us, customer) == -30
    purchase = us.post('Purchase', refund(us, customer))
    assert (purchase['TotalAmt'], purchase['EntityRef']) == (30, {'value': customer['Id'], 'type': 'Customer'})
    assert balance(us, customer) == 0
    us.payment(customer, 0, ('Expense', purchase['Id'], 30), ('CreditMemo', memo['Id'], 30))
    assert us.get('CreditMemo', memo['Id'])['Balance'] == 0
    assert balance(us, customer) == 0


def test_money_paid_out_settles_what_was_paid_too_much(us, customer):
    payment = us.payment(customer, 100)
    purchase = us.post('Purchase', refund(us, customer, 40, PaymentType='Check'))
    changed = us.post('Payment', ref(payment, sparse=True, Line=paid(
        customer, 100, ('Check', purchase['Id'], 40))['Line']))
    assert (changed['UnappliedAmt'], balance(us, customer)) == (60, -60)


def test_a_purchase_is_linked_by_the_word_of_its_way_of_paying(us, customer):
    purchase = us.post('Purchase', refund(us, customer))
    assert us.refused('Payment', paid(customer, 30, ('Check', purchase['Id'], 30)))['code'] == '6000'
    us.company.switches['purchase_link_type'] = 'any'
    us.payment(customer, 30, ('Check', purchase['Id'], 30))


def test_a_purchase_that_is_no_receivable_cannot_be_linked(us, customer):
    purchase = us.post('Purchase', spent(us, to="Travel", EntityRef={'value': customer['Id'], 'type': 'Customer'}))
    assert us.refused('Payment', paid(customer, 30, ('Expense', purchase['Id'], 30)))['code'] == '6000'
    assert balance(us, customer) == 0


@pytest.mark.parametrize(('change', 'code'), [
    ({'PaymentType': None}, '2020'), ({'AccountRef': None}, '2020'), ({'Line': []}, '2020'),
    ({'PaymentType': 'Other'}, '2170'), ({'AccountRef': {'value': '15'}}, '6430'),
    ({'PaymentType': 'CreditCard'}, '6430'), ({'EntityRef': None}, '6000'),
    ({'EntityRef': {'value': '1', 'type': 'Vendor'}}, '2500'),
    ({'EntityRef': {'value': '99', 'type': 'Customer'}}, '2500'),
    ({'EntityRef': {'value': '1', 'type': 'Dog'}}, '2170'),
    ({'Line': [{'Amount': 5, 'DetailType': 'DescriptionOnly'}]}, '2170'),
    ({'Line': [{'DetailType': 'AccountBasedExpenseLineDetail', 'AccountBasedExpenseLineDetail': {}}]}, '2020'),
])
def test_a_purchase_that_makes_no_sense_is_refused(us, customer, change, code):
    assert us.refused('Purchase', {**refund(us, customer), **change})['code'] == code


def test_a_purchase_in_closed_books_is_refused(us, customer):
    us.preferences(AccountingInfoPrefs={'BookCloseDate': '2026-01-31'})
    assert us.refused('Purchase', refund(us, customer, TxnDate='2026-01-15'))['code'] == '6210'


def test_what_is_settled_by_a_payment_cannot_be_deleted_or_shrink(us, customer):
    purchase = us.post('Purchase', refund(us, customer))
    payment = us.payment(customer, 30, ('Expense', purchase['Id'], 30))
    purchase = us.get('Purchase', purchase['Id'])
    assert us.refused('Purchase', ref(purchase), operation='delete')['code'] == '6000'
    smaller = ref(purchase, sparse=True, Line=refund(us, customer, 10)['Line'])
    assert us.refused('Purchase', smaller)['code'] == '6000'
    us.post('Payment', ref(payment), operation='delete')
    us.post('Purchase', ref(us.get('Purchase', purchase['Id'])), operation='delete')
    assert balance(us, customer) == 0


def test_outside_the_us_a_purchase_names_its_tax_or_says_that_there_is_none(uk):
    customer = uk.customer()
    assert uk.refused('Purchase', refund(uk, customer))['code'] == '6000'
    uk.post('Purchase', refund(uk, customer, GlobalTaxCalculation='NotApplicable'))


# === JOURNAL ENTRIES === #

def test_a_write_off_settles_the_rest_of_an_invoice(us, customer):
    invoice = us.invoice(customer)
    journal = us.post('JournalEntry', written_off(us, customer))
    payment = us.payment(customer, 95, ('Invoice', invoice['Id'], 100), ('JournalEntry', journal['Id'], 5))
    assert (payment['UnappliedAmt'], us.get('Invoice', invoice['Id'])['Balance']) == (0, 0)
    assert balance(us, customer) == 0


def test_a_journal_entry_that_debits_a_customer_is_a_charge(us, customer):
    journal = us.post('JournalEntry', entry(
        us, ("Accounts Receivable (A/R)", 'Debit', 5, customer), ("Interest Earned", 'Credit', 5, None)))
    assert balance(us, customer) == 5
    assert us.payment(customer, 5, ('JournalEntry', journal['Id'], 5))['UnappliedAmt'] == 0


def test_a_journal_entry_must_balance_and_name_its_customer_once(us, customer):
    body = written_off(us, customer)
    body['Line'][0]['Amount'] = 4
    assert us.refused('JournalEntry', body)['code'] == '2300'
    assert us.refused('JournalEntry', written_off(us, None))['code'] == '6000'
    twice = entry(us, ("Accounts Receivable (A/R)", 'Debit', 5, customer),
                  ("Accounts Receivable (A/R)", 'Credit', 5, customer))
    assert us.refused('JournalEntry', twice)['code'] == '6000'
    us.company.switches['journal_receivables'] = 0
    us.post('JournalEntry', twice)


def test_more_credits_than_charges_cannot_be_applied(us, customer):
    journal = us.post('JournalEntry', written_off(us, customer))
    body = paid(customer, 95, ('JournalEntry', journal['Id'], 5))
    assert us.refused('Payment', body)['code'] == '6000'
    us.company.switches['credits_over_charges'] = 'keep'
    assert us.post('Payment', body)['UnappliedAmt'] == 100


def test_purchases_and_journal_entries_are_found_by_their_day(us, customer):
    us.post('Purchase', refund(us, customer, TxnDate='2026-03-01'))
    us.post('JournalEntry', written_off(us, customer, TxnDate='2026-03-01', PrivateNote="ours"))
    for entity in ('Purchase', 'JournalEntry'):
        assert len(us.query(f"select * from {entity} where TxnDate = '2026-03-01'")[entity]) == 1
        assert us.query(f"select * from {entity} where TxnDate = '2026-03-02'").get(entity, []) == []


def test_a_foreign_customer_takes_a_journal_entry_on_the_account_of_its_currency(us):
    us.preferences(CurrencyPrefs={'MultiCurrencyEnabled': True})
    customer = us.customer("Euro", CurrencyRef={'value': 'EUR'})
    euros = {'CurrencyRef': {'value': 'EUR'}, 'ExchangeRate': 1.25}
    assert us.refused('JournalEntry', written_off(us, customer, **euros))['code'] == '6000'
    us.post('JournalEntry', entry(
        us, ("Bank Charges", 'Debit', 5, None), ("Accounts Receivable (A/R) - EUR", 'Credit', 5, customer), **euros))
    assert balance(us, customer) == -5
