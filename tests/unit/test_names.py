"""Names and texts that QuickBooks accepts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.names import clean_name, clean_text, split_person_name, unique_name

# Characters that make trouble, mixed with anything.
troublesome = st.sampled_from(':\t\n\r \u00a0\u200d\u200c\u0301\ufe0f\U0001f600ab-é\u094d\u0915')
texts = st.text(st.one_of(troublesome, st.characters()))


@pytest.mark.parametrize(('dirty', 'clean'), [
    ("Azure Interior", "Azure Interior"),
    ("Parent: Child", "Parent - Child"),
    ("Chair (Size:L)", "Chair (Size-L)"),
    ("a : b", "a - b"),
    ("Tab\tand\nnewline\r\nhere", "Tab and newline here"),
    ("  too   many   blanks ", "too many blanks"),
    ("no\u00a0break", "no break"),
    ("Party 🎉 Shop", "Party Shop"),
    ("Family 👨‍👩‍👧 Ltd", "Family Ltd"),
    ("Heart ❤️", "Heart ❤"),
    ("bell\x07null\x00", "bellnull"),
    ("half \ud800 pair", "half pair"),
    ("Cafe\u0301", "Café"),
    ("soft\u00adhyphen", "softhyphen"),
    ("\u202eright to left", "right to left"),
    ("می\u200cرود", "می\u200cرود"),
    ("क्\u200dष", "क्\u200dष"),
    ("Amy's \"Bird\" & Co", "Amy's \"Bird\" & Co"),
    ("東京", "東京"),
])
def test_a_name_is_cleaned(dirty, clean):
    assert clean_name(dirty) == clean


@pytest.mark.parametrize('nothing', ['', None, '   ', '🎉', '\t\n', ':', ' : ', '\u200d', '\x00', '-'])
def test_a_name_of_nothing_is_refused(nothing):
    with pytest.raises(ValueError):
        clean_name(nothing)
    assert clean_name(nothing, empty=True) == ''


def test_a_long_name_is_cut():
    assert clean_name("x" * 101) == "x" * 100
    assert clean_name("ab cd", 3) == "ab"


@given(texts, st.integers(1, 120))
def test_a_clean_name_is_acceptable_and_stays_as_it_is(text, limit):
    name = clean_name(text, limit, empty=True)
    assert len(name) <= limit
    assert not set(name) & set(':\t\n\r')
    assert all(ord(char) <= 0xFFFF and unicodedata.category(char) not in ('Cc', 'Cs') for char in name)
    assert name == name.strip() and '  ' not in name
    assert clean_name(name, limit, empty=True) == name
    name.encode('utf-8')


@given(texts, st.integers(1, 50))
def test_a_clean_text_is_acceptable_and_fits(text, limit):
    clean = clean_text(text, limit)
    assert len(clean) <= limit
    assert not set(clean) & set('\t\r')
    assert clean_text(clean, limit) == clean
    clean.encode('utf-8')


def test_a_text_keeps_its_lines_and_is_cut_with_an_ellipsis():
    assert clean_text("One\r\nTwo \rThree 🎉", 4000) == "One\nTwo\nThree"
    assert clean_text("x" * 4001, 4000) == "x" * 3999 + '…'
    assert clean_text("x" * 4000, 4000) == "x" * 4000
    assert clean_text(None, 10) == ''


@pytest.mark.parametrize(('name', 'suffix', 'limit', 'unique'), [
    ("Acme", "", 100, "Acme"),
    ("Acme", "(Paris)", 100, "Acme (Paris)"),
    ("Acme", "(C:\t1)", 100, "Acme (C - 1)"),
    ("A" * 100, "(42)", 100, "A" * 95 + " (42)"),
    ("AAA BBB", "(1)", 8, "AAA (1)"),
])
def test_a_suffix_tells_a_name_apart_and_is_never_cut(name, suffix, limit, unique):
    assert unique_name(name, suffix, limit) == unique
    assert len(unique) <= limit


def test_a_suffix_without_room_for_the_name_is_refused():
    with pytest.raises(ValueError):
        unique_name("Acme", "x" * 99, 100)
    with pytest.raises(ValueError):
        unique_name("", "(1)")


@given(texts, st.integers(0, 10 ** 9))
def test_names_with_different_suffixes_differ(text, number):
    try:
        one, two = unique_name(text, f'({number})'), unique_name(text, f'({number + 1})')
    except ValueError:
        return
    assert one != two and max(len(one), len(two)) <= 100


@pytest.mark.parametrize(('full', 'parts'), [
    ("Amy Lauterbach", ("Amy", "Lauterbach")),
    ("Amy Anne Lauterbach", ("Amy Anne", "Lauterbach")),
    ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
    ("Maria de la Cruz", ("Maria", "de la Cruz")),
    ("Van Morrison", ("Van", "Morrison")),
    ("Doe, Jane", ("Jane", "Doe")),
    ("van der Berg, Jan Piet", ("Jan Piet", "van der Berg")),
    ("Madonna", ("Madonna", "")),
    ("  Amy   Lauterbach ", ("Amy", "Lauterbach")),
    ("Doe,", ("Doe", "")),
    ("", ("", "")),
    (None, ("", "")),
    ("de", ("de", "")),
    ("de la", ("de", "la")),
])
def test_a_persons_name_is_split(full, parts):
    assert split_person_name(full) == parts


@given(texts)
def test_no_word_of_a_name_is_lost(text):
    given_name, family = split_person_name(text)
    kept = (given_name + family).replace(' ', '').replace(',', '')
    assert sorted(kept) == sorted(''.join(text.split()).replace(',', ''))
