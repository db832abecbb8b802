"""The private mark that tells our documents from others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.marker import has_marker, marker, note_with_marker

UUID = '1a2b3c4d-0000-4000-8000-000000000000'
MARK = marker(UUID, 'account.move', 42)


def test_a_mark_names_database_model_and_record():
    assert MARK == 'odoo:1a2b3c4d:account.move:42'


@pytest.mark.parametrize('note', [
    MARK, f'Hello\n{MARK}', f'Voided {MARK}', f'Voided{MARK}', f'{MARK} and more', f'{MARK}.', f'({MARK})', f'{MARK}\n',
])
def test_a_mark_is_found(note):
    assert has_marker(note, MARK)


@pytest.mark.parametrize('note', [
    None, '', 'Hello', MARK + '0', MARK + ':1', MARK + 'x', MARK[:-1], MARK.replace('move', 'payment'),
    marker('9' * 8, 'account.move', 42), MARK.replace('.', '-'),
])
def test_another_mark_is_not_ours(note):
    assert not has_marker(note, MARK)


def test_record_4_is_not_record_42():
    assert not has_marker(MARK, marker(UUID, 'account.move', 4))
    assert not has_marker(marker(UUID, 'account.move.line', 42), marker(UUID, 'account.move', 42))


@given(st.text(), st.integers(40, 200))
def test_a_note_fits_and_always_carries_its_mark(text, limit):
    note = note_with_marker(text, MARK, limit)
    assert len(note) <= limit
    assert has_marker(note, MARK)


@given(st.integers(1, 10 ** 9), st.integers(1, 10 ** 9))
def test_marks_of_different_records_are_told_apart(one, two):
    note = note_with_marker("Thanks", marker(UUID, 'account.move', one))
    assert has_marker(note, marker(UUID, 'account.move', two)) is (one == two)


def test_a_short_text_stays_whole():
    assert note_with_marker(" PO 7 ", MARK) == f'PO 7\n{MARK}'
    assert note_with_marker(None, MARK) == note_with_marker('', MARK) == MARK
    assert note_with_marker("x" * 5000, MARK).endswith('…\n' + MARK)
