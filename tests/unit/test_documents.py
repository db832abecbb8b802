"""Documents are exact and cannot be changed."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from qbo.documents import Allocation, ItemDoc, LineDoc, PaymentDoc, SalesDoc


@pytest.mark.parametrize('make', [
    lambda: LineDoc(item='1', amount=1.5),
    lambda: LineDoc(item='1', quantity=1.5, amount=Decimal(1)),
    lambda: LineDoc(item='1', discount=10.0, amount=Decimal(1)),
    lambda: Allocation('1', 'Invoice', 1.5),
    lambda: ItemDoc(name="x", kind='Service', income_account='1', price=1.5),
    lambda: PaymentDoc(customer='1', date=date(2026, 1, 1), total=1.5),
    lambda: SalesDoc(kind='Invoice', number='1', date=date(2026, 1, 1), customer='1', lines=(), tax_total=1.5),
])
def test_a_float_is_refused_on_the_spot(make):
    with pytest.raises(TypeError, match="Decimal"):
        make()


def test_a_document_cannot_be_changed():
    line = LineDoc(item='1', amount=Decimal(1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        line.amount = Decimal(2)
