"""The table that compares both books: what it takes for equal."""
from decimal import Decimal

import pytest

from tests.lab import books

D = Decimal
ODOO = books.Sums(2, D('12.00'), D('2.00'), D('12.00'))


class Client:
    """Odoo, as far as :func:`books.tied` asks."""

    def __init__(self, remote_total, remote_tax):
        self.link = {'res_id': 7, 'entity': 'Invoice', 'remote_total': remote_total, 'remote_tax': remote_tax}

    def search_read(self, model, domain, _fields):
        """Return the one document or its link."""
        if model == 'account.move':
            return [{'id': 7, 'amount_total': 7335.45, 'amount_tax': 1222.57}] if '537237' in domain[0][2] else []
        return [self.link] if 7 in domain[2][2] else []


def test_a_cent_that_is_accounted_for_is_equal_and_any_other_is_not():
    other = books.Sums(2, D('12.00'), D('2.01'), D('12.00'))
    assert not books.Row('Invoice', ODOO, other).equal
    assert books.Row('Invoice', ODOO, other, D('0.01')).equal
    assert not books.Row('Invoice', ODOO, ODOO, D('0.01')).equal
    assert not books.Row('Invoice', ODOO, books.Sums(2, D('12.01'), D('2.01'), D('12.01')), D('0.01')).equal
    assert "0.01 of tax between two cents" in books.table("Shop", [books.Row('Invoice', ODOO, other, D('0.01'))])


@pytest.mark.parametrize(('total', 'tax', 'found'), [
    (7335.45, 1222.58, {'Invoice': D('0.01')}), (7335.45, 1222.59, {}), (7335.46, 1222.58, {}), (7335.45, 1222.57, {})])
def test_only_a_cent_of_a_document_of_the_same_total_is_a_tie(total, tax, found):
    assert books.tied(Client(total, tax), 1, {'537237'}) == found
    assert books.tied(Client(total, tax), 1, {'537238'}) == {}
