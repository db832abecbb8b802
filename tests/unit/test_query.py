"""Statements of the query language."""

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo import query


def unquote(literal):
    """Read a literal as QuickBooks does: a backslash protects the character after it."""
    assert literal[0] == literal[-1] == "'"
    body = literal[1:-1]
    assert not re.search(r"(?<!\\)(?:\\\\)*'", body), "the literal ends early"
    return re.sub(r'\\(.)', r'\1', body)


@pytest.mark.parametrize(('value', 'literal'), [
    ("Amy's Bird Sanctuary", r"'Amy\'s Bird Sanctuary'"),
    ("back\\slash", r"'back\\slash'"),
    ("ends with \\", r"'ends with \\'"),
    (True, 'true'), (False, 'false'), (42, "'42'"), (Decimal('1.50'), "'1.50'"), ("", "''"),
    (date(2026, 11, 21), "'2026-11-21'"),
    (datetime(2026, 11, 21, 4, 0, 5, 999, tzinfo=timezone(timedelta(hours=-8))), "'2026-11-21T04:00:05-08:00'"),
])
def test_values_are_quoted(value, literal):
    assert query.quote(value) == literal


@given(st.text(st.characters(exclude_categories=['Cc', 'Cs'])))
def test_no_text_breaks_out_of_its_quotes(text):
    assert unquote(query.quote(text)) == text


@pytest.mark.parametrize('value', ["line\nbreak", "nul\x00", "tab\t", datetime(2026, 11, 21)])
def test_what_cannot_be_asked_is_refused(value):
    with pytest.raises(ValueError):
        query.quote(value)


def test_every_statement_names_its_order_and_page():
    assert query.select('Customer') == 'SELECT * FROM Customer ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000'
    assert query.select('Invoice', order_by='MetaData.LastUpdatedTime DESC', start=101, max_results=100) == (
        'SELECT * FROM Invoice ORDERBY MetaData.LastUpdatedTime DESC STARTPOSITION 101 MAXRESULTS 100')


def test_conditions_are_joined_by_and():
    assert query.select('Customer', {'DisplayName': "O'Neil", 'Active': (True, False)}, max_results=1) == (
        r"SELECT * FROM Customer WHERE DisplayName = 'O\'Neil' AND Active IN (true, false) "
        'ORDERBY Id STARTPOSITION 1 MAXRESULTS 1')


def test_other_comparisons_are_written_as_triples():
    assert query.count('Invoice', [('TxnDate', '>=', date(2026, 1, 1)), ('DocNumber', 'LIKE', 'INV/%')]) == (
        "SELECT COUNT(*) FROM Invoice WHERE TxnDate >= '2026-01-01' AND DocNumber LIKE 'INV/%'")


def test_without_conditions_there_is_no_where():
    assert query.count('Invoice', {}) == query.count('Invoice', []) == 'SELECT COUNT(*) FROM Invoice'


@pytest.mark.parametrize('broken', [
    {'entity': "Customer WHERE x = 'y'"}, {'entity': ''}, {'where': {"Id = '1' OR Id": '2'}}, {'where': {'Id': []}},
    {'where': [('Id', '!=', '1')]}, {'where': [('Id', 'OR', '1')]}, {'order_by': 'Id; DROP'}, {'order_by': 'Id DOWN'},
    {'start': 0}, {'max_results': 0}, {'max_results': 1001},
], ids=str)
def test_what_is_no_statement_is_refused(broken):
    with pytest.raises(ValueError):
        query.select(**{'entity': 'Customer', **broken})
