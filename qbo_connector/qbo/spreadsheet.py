"""CSV files that people open in spreadsheets: safe to open, and read back whatever the spreadsheet made of them.

A cell that begins like a formula is executed by a spreadsheet, so it gets an apostrophe before it (OWASP "CSV
Injection"); reading takes it off again.
"""

import csv
import io

#: What Excel, LibreOffice and Google Sheets take for the beginning of a formula; xlsxwriter makes one of "{=" too.
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r', '{=')
DELIMITERS = ',;\t'


class TableError(ValueError):
    """The file is no table that can be read; the message says why, for a person."""


def write_table(header, rows):
    """Return the bytes of a CSV file; with a mark by which Excel sees that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\r\n')
    writer.writerows([_protected(cell) for cell in row] for row in (header, *rows))
    return text.getvalue().encode('utf-8-sig')


def read_table(data, header):
    """Return [(number of the line, {column: text})] of a CSV file; empty lines are passed over.

    :param bytes data: UTF-8, or what a Windows spreadsheet makes of it
    :param header: the columns that must be there, in any order; case does not count, others are left alone
    :raises TableError: not a text, without a header, or with a line that has more cells than it
    """
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError:
        text = data.decode('cp1252', errors='replace')
    if '\0' in text:
        raise TableError("This is not a CSV file. Save the sheet as CSV (UTF-8) first.")
    first = text.partition('\n')[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=''), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, [_unprotected(cell.strip()) for cell in row]) for row in reader]
    except csv.Error as error:
        raise TableError(f"Line {reader.line_num}: {error}") from error
    if not lines:
        raise TableError("The file is empty.")
    names = [cell.casefold() for cell in lines[0][1]]
    missing = [column for column in header if column.casefold() not in names]
    if missing:
        raise TableError(f"The first line must name the columns; {', '.join(missing)} is missing.")
    places = {column: names.index(column.casefold()) for column in header}
    return [(number, {column: row[place] if place < len(row) else '' for column, place in places.items()})
            for number, row in lines[1:] if any(row)]


def _protected(cell):
    text = '' if cell is None or cell is False else str(cell)
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def _unprotected(text):
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA_STARTS, "'")) else text
