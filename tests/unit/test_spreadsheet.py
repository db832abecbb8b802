"""CSV files of people: read back what was written, and nothing that a spreadsheet would calculate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.spreadsheet import FORMULA_STARTS, TableError, read_table, write_table

HEADER = ('Name', 'Number')
CELL = st.text(st.characters(codec='utf-8', exclude_categories=('Cc', 'Cs')), max_size=12).map(str.strip)


@given(st.lists(st.tuples(CELL, CELL).filter(any), max_size=6))
def test_what_is_written_is_read_back(rows):
    read = read_table(write_table(HEADER, rows), HEADER)
    assert [tuple(row[column] for column in HEADER) for _line, row in read] == rows


@pytest.mark.parametrize('start', FORMULA_STARTS)
def test_no_cell_begins_like_a_formula(start):
    cell = write_table(('Name',), [(f'{start}1+1',)]).decode('utf-8-sig').splitlines()[1].strip('"')
    assert cell.startswith("'")


@pytest.mark.parametrize('text', [
    "name;number\r\nÉclair;7", "\ufeffNumber,Name,More\n7,Éclair,x\n\n", "Name\tNumber\nÉclair\t7",
    '"Name";"Number"\n"Éclair";7'])
def test_other_delimiters_columns_and_marks_are_understood(text):
    assert [row for _line, row in read_table(text.encode(), HEADER)] == [{'Name': "Éclair", 'Number': '7'}]


def test_a_windows_spreadsheet_and_the_number_of_the_line():
    assert read_table("Name,Number\n\nÉclair,7".encode('cp1252'), HEADER) == [(3, {'Name': "Éclair", 'Number': '7'})]


@pytest.mark.parametrize(('data', 'words'), [
    (b"", "empty"), (b"Name\nx", "Number"), (b"\x00\x01", "not a CSV"), (b'Name,Number\n"x', "Line 2")])
def test_what_cannot_be_read_says_why(data, words):
    with pytest.raises(TableError, match=words):
        read_table(data, HEADER)
