"""A bookkeeper at work in QuickBooks' own screens: receives payments, corrects, voids, merges, makes inactive.

Everything goes through the rules that a request of the API obeys, with the SyncToken of the moment, so that what is
linked moves along. What the screens do otherwise than the API: voiding or deleting a paid document frees its payments
(the API refuses), and a number used twice is a warning that the person clicks away.
"""

from contextlib import contextmanager
from decimal import Decimal

from . import faults, jsonio, ledger, operations, rules
from .entities import ENTITIES, purchases

_SCREEN = {'void_paid': 'unlink', 'delete_paid': 'unlink'}
_ANY_NUMBER = {'include': 'allowduplicatedocnum'}


#: What the control plane and the forms of the pages may ask for.
VERBS = ('receive_payment', 'edit_payment', 'edit_invoice', 'void', 'delete', 'edit', 'rename', 'make_inactive',
         'make_active', 'merge', 'change_tax_rate')


class Bookkeeper:
    """Works in one company; every method returns the object as an answer of the API would show it.

    Amounts are Decimals (numbers and texts are taken as well), ids texts, dates ISO texts. Accounts, customers,
    payment methods and the like may be named by Id or by their full name.

    :raises faults.Refusal: from every method, for what the rules forbid
    """

    def __init__(self, sim, realm_id):
        self._sim = sim
        self._company = sim.companies[realm_id]

    # --- payments ---

    def receive_payment(self, applied=None, total=None, customer=None, **details):
        """Money from a customer.

        :param applied: {Id of an invoice, credit memo, journal entry or purchase: amount}, or the Ids alone for their
            whole open amounts
        :param total: the money received; by default what the documents come to (0 where credits pay them)
        :param customer: by default that of the first document
        :param details: deposit_to, method, reference (PaymentRefNum), memo, date, currency, rate
        """
        with self._at_work():
            lines, owner = self._lines(applied or [])
            owner = (customer and self._named('Customer', customer)) or owner
            if owner is None:
                raise faults.required('CustomerRef')
            body = {'CustomerRef': {'value': owner}, 'Line': lines, 'TotalAmt': self._total(lines, total),
                    **self._payment(details)}
            if ledger.multicurrency(self._company):
                currency = details.get('currency') or self._company.get('Customer', owner)['CurrencyRef']['value']
                body['CurrencyRef'] = {'value': currency}
                rate = details.get('rate') or self._company.exchange_rate(currency)
                body['ExchangeRate'] = jsonio.decimal(rate)
            return operations.write(self._company, ENTITIES['Payment'], 'create', body)

    def edit_payment(self, remote_id, applied=None, total=None, **details):
        """Change a payment; `applied`, where given, replaces all it was applied to."""
        with self._at_work():
            change = self._payment(details)
            if applied is not None:
                change['Line'] = self._lines(applied)[0]
            if total is not None:
                change['TotalAmt'] = jsonio.decimal(total)
            if details.get('rate'):
                change['ExchangeRate'] = jsonio.decimal(details['rate'])
            return self._change('Payment', remote_id, change)

    # --- documents ---

    def edit_invoice(self, remote_id, amount=None, number=None, date=None, **changes):
        """Change an invoice (`entity` of the changes names another kind of document).

        :param amount: of its first line, without tax
        :param changes: other properties as the API spells them
        """
        with self._at_work():
            entity = changes.pop('entity', 'Invoice')
            if amount is not None:
                changes['Line'] = self._with_amount(entity, remote_id, jsonio.decimal(amount))
            if number is not None:
                changes['DocNumber'] = number
            if date is not None:
                changes['TxnDate'] = date
            return self._change(entity, remote_id, changes)

    def void(self, entity, remote_id):
        """Void a transaction; payments that were applied to it are free again."""
        with self._at_work(**_SCREEN):
            operation = 'void' if entity == 'Invoice' else 'void-include'
            return operations.write(self._company, ENTITIES[entity], operation, self._current(entity, remote_id))

    def delete(self, entity, remote_id):
        """Delete a transaction for good; payments that were applied to it are free again."""
        with self._at_work(**_SCREEN):
            return operations.write(self._company, ENTITIES[entity], 'delete', self._current(entity, remote_id))

    # --- lists ---

    def edit(self, entity, remote_id, **changes):
        """Change properties of any object, spelled as the API spells them."""
        with self._at_work():
            return self._change(entity, remote_id, changes)

    def rename(self, entity, remote_id, name):
        """Another name for a customer, an item, an account ..."""
        return self.edit(entity, remote_id, **{ENTITIES[entity].named: name})

    def make_inactive(self, entity, remote_id):
        """What QuickBooks calls deleting a row of a list."""
        return self.edit(entity, remote_id, Active=False)

    def make_active(self, entity, remote_id):
        """Bring a row of a list back, under the name it had."""
        with self._at_work():
            entity_rules = ENTITIES[entity]
            name = self._object(entity, remote_id)[entity_rules.named].removesuffix(' (deleted)')
            return self._change(entity, remote_id, {'Active': True, entity_rules.named: name})

    def merge(self, entity, gone, kept):
        """Merge a name into another one of its kind: its transactions move, its record is no more.

        The screens ask "that name is already used, would you like to merge the two?". Whether the moved transactions
        count as changed, and what becomes of the record, is not documented: switches `merge_touches`, `merged_away`.

        :return: the name that stays
        """
        with self._at_work():
            company = self._company
            if entity not in ('Customer', 'Vendor'):
                raise faults.unsupported(f"merge on {entity}")
            gone, kept = self._object(entity, gone), self._object(entity, kept)
            if gone['CurrencyRef'] != kept['CurrencyRef'] or gone['Id'] == kept['Id']:
                raise faults.business("These names cannot be merged")
            for name in ENTITIES:
                for obj in company.all(name):
                    moved = _repointed(obj, entity, gone['Id'], kept['Id'])
                    if moved != obj and obj is not gone:
                        (company.touch if company.switch('merge_touches') else company.put)(name, moved)
            if company.switch('merged_away') == 'gone':
                company.remove(entity, gone['Id'], told=False)
            else:
                company.touch(entity, dict(gone, Active=False, DisplayName=f"{gone['DisplayName']} (deleted)"))
            company.touch(entity, company.get(entity, kept['Id']))
            company.tell('Merge', entity, kept['Id'], gone['Id'])
            return operations.read(company, ENTITIES[entity], kept['Id'])

    def change_tax_rate(self, remote_id, percent, date=None):
        """Another percentage from `date` on; documents that stand keep the tax they have."""
        with self._at_work():
            rate = self._object('TaxRate', remote_id)
            start = f"{date or self._company.clock.today()}T00:00:00-08:00"
            effective = [dict(part) for part in rate['EffectiveTaxRate']]
            effective[-1]['EndDate'] = start
            percent = jsonio.decimal(percent)
            self._company.touch('TaxRate', dict(
                rate, RateValue=percent, EffectiveTaxRate=[*effective, {'RateValue': percent, 'EffectiveDate': start}]))
            return operations.read(self._company, ENTITIES['TaxRate'], rate['Id'])

    # --- looking things up ---

    def find(self, entity, **properties):
        """The first object with these properties (DocNumber="INV/1", DisplayName="Ann"), as an answer shows it.

        :raises KeyError: there is none
        """
        with self._sim.lock:
            for obj in self._company.all(entity):
                if all(obj.get(key) == value for key, value in properties.items()):
                    return ENTITIES[entity].alone(self._company, obj)
        raise KeyError(f"no {entity} with {properties}")

    # --- how ---

    @contextmanager
    def _at_work(self, **screen):
        """All of it happens or nothing; what the screens do otherwise holds meanwhile."""
        with self._sim.lock:
            kept = self._company.switches
            self._company.switches = {**kept, **screen}
            try:
                with self._company.atomic():
                    yield
            finally:
                self._company.switches = kept

    def _object(self, entity, remote_id):
        obj = self._company.get(entity, str(remote_id))
        if obj is None:
            raise faults.not_found()
        return obj

    def _current(self, entity, remote_id):
        obj = self._object(entity, remote_id)
        return {'Id': obj['Id'], 'SyncToken': obj['SyncToken'], 'sparse': True}

    def _change(self, entity, remote_id, change):
        return operations.write(self._company, ENTITIES[entity], 'update',
                                {**self._current(entity, remote_id), **change}, _ANY_NUMBER)

    def _named(self, entity, word):
        """Id of a list's row by its Id or its name.

        :raises faults.Refusal: 2500
        """
        found = self._company.get(entity, word) or next(
            (obj for obj in self._company.all(entity) if rules.label(entity, obj) == word), None)
        if found is None:
            raise faults.reference(f"{entity}s", word)
        return found['Id']

    def _payment(self, details):
        unknown = set(details) - {'deposit_to', 'method', 'reference', 'memo', 'date', 'currency', 'rate'}
        if unknown:
            raise TypeError(f"a payment has no {', '.join(sorted(unknown))}")
        body = {key: details[name] for name, key in (
            ('reference', 'PaymentRefNum'), ('memo', 'PrivateNote'), ('date', 'TxnDate')) if details.get(name)}
        for name, key, entity in (('deposit_to', 'DepositToAccountRef', 'Account'),
                                  ('method', 'PaymentMethodRef', 'PaymentMethod')):
            if details.get(name):
                body[key] = {'value': self._named(entity, details[name])}
        return body

    def _lines(self, applied):
        """(lines of a payment, customer of the first document)."""
        lines, customer = [], None
        amounts = applied if isinstance(applied, dict) else dict.fromkeys(applied)
        for remote_id, amount in amounts.items():
            entity, obj = self._transaction(str(remote_id))
            owed = ledger.receivable(self._company, entity, obj)
            if owed is None:
                raise faults.Refusal(620, "Transaction can not be linked",
                                     f"Txn id {remote_id} of type {entity} cannot be linked", "")
            if amount is None:
                amount = ledger.open_of(self._company, entity, obj)
            customer = customer or owed[2]
            kind = purchases.link_type(obj) if entity == 'Purchase' else entity
            lines.append({'Amount': jsonio.decimal(amount), 'LinkedTxn': [{'TxnId': obj['Id'], 'TxnType': kind}]})
        return lines, customer

    def _transaction(self, remote_id):
        """(entity, object) of a transaction: they share one sequence of Ids."""
        for entity in ('Invoice', 'CreditMemo', 'JournalEntry', 'Purchase'):
            if obj := self._company.get(entity, remote_id):
                return entity, obj
        raise faults.not_found()

    def _total(self, lines, total):
        if total is not None:
            return jsonio.decimal(total)
        if not lines:
            raise faults.required('TotalAmt')
        return max(Decimal(0), ledger.net(self._company, {'Line': lines}))

    def _with_amount(self, entity, remote_id, amount):
        """The lines of a document, the first of them over `amount`; its quantity stays, its price follows."""
        lines = [dict(line) for line in operations.read(self._company, ENTITIES[entity], str(remote_id))['Line']
                 if line['DetailType'] != 'SubTotalLineDetail']
        first = next(line for line in lines if line['DetailType'] == 'SalesItemLineDetail')
        detail = first['SalesItemLineDetail'] = dict(first['SalesItemLineDetail'])
        first['Amount'] = amount
        if detail.get('Qty'):
            detail['UnitPrice'] = (amount / detail['Qty']).quantize(Decimal('0.0000001'))
        return lines


def _repointed(value, entity, gone, kept):
    """A copy of an object with its references to one name turned to another."""
    if isinstance(value, list):
        return [_repointed(item, entity, gone, kept) for item in value]
    if not isinstance(value, dict):
        return value
    new = {}
    for key, inner in value.items():
        named = key in (f"{entity}Ref", *(('ParentRef',) if entity == 'Customer' and 'DisplayName' in value else ()))
        named = named or (key == 'EntityRef' and entity in (inner.get('type'), value.get('Type')))
        new[key] = (dict(inner, value=kept) if named and isinstance(inner, dict) and inner.get('value') == gone
                    else _repointed(inner, entity, gone, kept))
    return new
