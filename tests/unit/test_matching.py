"""Suggestions for mappings."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbo.matching import SHORTLIST, Finder, suggest


@dataclass(frozen=True)
class Candidate:
    """A record of QuickBooks."""

    name: str
    number: str | None = None


CHART = [
    Candidate("Sales of Product Income", '4000'), Candidate("Services", '4100'), Candidate("Undeposited Funds"),
    Candidate("Accounts Receivable (A/R)"), Candidate("Checking", '1010'), Candidate("Net 15"), Candidate("Net 30"),
    Candidate("20.0% S"), Candidate("5.0% R"), Candidate("Due on receipt"),
]


@pytest.mark.parametrize(('name', 'number', 'expected', 'reason'), [
    ("Whatever", '4000', "Sales of Product Income", "same number"),
    ("Services", '4000', "Sales of Product Income", "same number"),
    ("Whatever", '40-00', "Sales of Product Income", "same number"),
    ("services", None, "Services", "same name"),
    ("Accounts receivable A/R", None, "Accounts Receivable (A/R)", "same name"),
    ("Sérvices", '999999', "Services", "same name"),
    ("Undeposited Fund", None, "Undeposited Funds", "similar name 97 %"),
    ("Funds undeposited", None, "Undeposited Funds", "similar name 98 %"),
    ("Product Sales Income", None, "Sales of Product Income", None),
    ("Net 30 days", None, "Net 30", None),
])
def test_the_best_candidate_is_suggested(name, number, expected, reason):
    found = suggest(CHART, name, number, threshold=0.7)
    assert found.candidate.name == expected
    assert reason is None or found.reason == reason
    assert (found.confidence == 100) is found.reason.startswith("same")


@pytest.mark.parametrize('name', ["Net 45", "10.0% S", "Payroll", "", None, "!!!"])
def test_what_is_not_there_is_not_suggested(name):
    assert suggest(CHART, name) is None


def test_names_that_differ_in_a_figure_are_not_alike():
    assert suggest([Candidate("VAT 20 %")], "VAT 5 %", threshold=0.1) is None
    assert suggest([Candidate("Standard VAT 20 %")], "VAT 20 %", threshold=0.1) is not None


def test_without_candidates_there_is_no_suggestion():
    assert suggest([], "Services", '4000') is None
    assert suggest([Candidate("", None)], "Services") is None


def test_likeness_below_the_threshold_is_not_suggested():
    assert suggest([Candidate("Services")], "Service charges", threshold=0.95) is None
    assert suggest([Candidate("Services")], "Service charges", threshold=0.5).candidate.name == "Services"


@given(st.lists(st.builds(Candidate, st.text(max_size=20), st.none() | st.text(max_size=5)), max_size=8),
       st.text(max_size=20), st.none() | st.text(max_size=5))
def test_any_names_can_be_compared(candidates, name, number):
    found = suggest(candidates, name, number)
    assert found is None or (found.candidate in candidates and 75 <= found.confidence <= 100)


def test_among_thousands_the_same_is_found_as_among_few():
    others = [Candidate(f"{first} {second} {third}", str(10000 + place)) for place, (first, second, third) in enumerate(
        (a, b, c) for a in ("Rent", "Travel", "Repairs") for b in ("North", "South", "West") for c in ("Vans", "Cars"))]
    many = Finder([*others, *CHART])
    ledgers = [Candidate(f"Ledger {chr(97 + n % 26) * 3}{chr(97 + n // 26) * 3}") for n in range(600)]
    assert len(others) + len(CHART) <= SHORTLIST < len(ledgers)
    wide = Finder([*others, *ledgers, *CHART])
    for name, number in (("Whatever", '4000'), ("services", None), ("Undeposited Fund", None), ("Payroll", None),
                         ("Travel, west: vans", None), ("Net 30 days", None)):
        few, lot = many.suggest(name, number), wide.suggest(name, number)
        assert (few and few.candidate) == (lot and lot.candidate)
        assert (few and few.confidence) == (lot and lot.confidence)
