"""The table of faults: complete, without contradictions, and the same in the documentation."""

import re
from pathlib import Path

import pytest
from qbo import cures, faults

DOCS = Path(__file__).resolve().parents[2] / 'docs' / 'troubleshooting.md'
NO_CODE = chr(0x2013)
WHO = {
    cures.ACCOUNTANT: "accountant", cures.ADMINISTRATOR: "administrator", cures.BOOKKEEPER: "bookkeeper in QuickBooks",
    cures.INTUIT: "nobody: it passes", cures.SUPPORT: "support"}
BUTTONS = {
    'mapping': "Open Mapping", 'record': "Correct", 'reconnect': "Reconnect", 'resume': "Try Now",
    'resolve': "Link or Rename", 'unlink': "Take Payment Off", 'retry': "Retry", 'skip': "Skip", 'look': "Look"}

#: Intuit's list: "Review QuickBooks Online Accounting API error codes", and 3001, 3100, 3200 of the gateway.
INTUITS = """
    100 110 120 130 140 150 500 600 610 620 630 700 800 900 1000 1010 1020 1040 1050 2000 2010 2020 2030 2040 2050 2060
    2070 2080 2090 2100 2110 2120 2130 2140 2150 2160 2170 2210 2300 2500 2600 3001 3100 3200 4000 4001 4002 5000 5010
    5020 5030 6000 6070 6090 6100 6140 6160 6170 6180 6190 6200 6210 6220 6230 6240 6250 6270 6280 6430 6440 6450 6470
    6480 6520 6530 6540 10000 10100 10200""".split()


def documented():
    """Return the rows of the table in the documentation as lists of cells."""
    lines = [line for line in DOCS.read_text(encoding='utf-8').splitlines() if line.startswith('| ')]
    return [[cell.strip() for cell in line.strip('|').split(' | ')] for line in lines[1:]]


def test_every_code_of_intuits_list_is_in_exactly_one_row():
    codes = [code for cure in cures.TABLE for code in cure.codes]
    assert sorted(codes) == sorted(INTUITS)


def test_names_classes_buttons_and_people_are_known():
    assert len(cures.BY_NAME) == len(cures.TABLE)
    assert {cure.button for cure in cures.TABLE} == set(BUTTONS)
    assert {cure.who for cure in cures.TABLE} == set(WHO)
    classes = [name for cure in cures.TABLE for name in cure.classes]
    assert len(classes) == len(set(classes))
    ours = {'MissingMapping', 'Refused', 'Variance', 'OutcomeUnknown', 'Unexpected'}
    assert set(classes) <= ours | set(vars(faults))


def test_every_row_is_provoked_and_mended_by_an_integration_test():
    tests = ''.join((DOCS.parents[1] / 'tests' / 'integration' / name).read_text(encoding='utf-8')
                    for name in ('test_cures.py', 'test_causes.py'))
    assert [name for name in cures.BY_NAME if f"'{name}'" not in tests] == []


def test_the_documentation_has_the_same_rows_in_the_same_words():
    assert documented() == [
        [cure.title, ', '.join(cure.codes) or NO_CODE, cure.cause, WHO[cure.who], BUTTONS[cure.button]]
        for cure in cures.TABLE]


@pytest.mark.parametrize('code', INTUITS)
def test_the_documentation_names_every_code(code):
    assert re.search(rf'\b{code}\b', DOCS.read_text(encoding='utf-8'))


@pytest.mark.parametrize(('code', 'fault_class', 'name'), [
    ('6140', 'DuplicateDocNumber', 'duplicate_number'), ('003200', 'TokenExpired', 'reconnect'),
    ('6000', 'ValidationFault', 'business'), ('6000', 'PaymentApplied', 'applied'),
    ('10000', 'InDoubt', 'no_answer'), ('', 'InDoubt', 'no_answer'), ('', 'OutcomeUnknown', 'outcome'),
    ('', 'MissingMapping', 'mapping'), ('9999', 'Rejected', 'unknown'), ('', '', 'unknown'),
])
def test_code_and_class_lead_to_a_row(code, fault_class, name):
    assert cures.cure_of(code, fault_class).name == name
