"""Checks of contracts and of charges to the signed (C5, B4a): by hand, and row by row.

Faults seen to be caught: two contracts in turn taken for two at a time; a short contract between a
long one and a later one that hides the later; a household's members with one team taken for a
conflict; a charge of the day on which a contract ends; a term of a leap year a day too short.
"""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.contractchecks import charge_findings, contract_findings
from equivalents.errors import Place, Problem
from equivalents.findings import Findings
from equivalents.intake.fundtables import heads_for
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day, parse_period, same_day
from equivalents.policy.funds import Dated, Fund, Heads, Package, Packages, PerHead, Tasks
from equivalents.policy.heads import (
    NO_BIRTH,
    Charges,
    Contracts,
    FundTables,
    HeadCount,
    SigningLimits,
    Task,
)
from equivalents.policy.model import Institution
from equivalents.policy.scheme import Scheme
from tests.signed import Charge, One, charges, contracts

D = parse_day
YEAR = parse_period("2025")


def told(problems: Sequence[Problem]) -> list[tuple[str, int, str]]:
    return [(one.code, one.place.row, one.facts.get("contract", "")) for one in problems]


def found(*rows: One, code: str = "") -> list[tuple[str, int, str]]:
    every = told(contract_findings(contracts(rows), YEAR))
    return [one for one in every if not code or one[0] == code]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (One("J", person="P1"), One("J", person="P2"), "RESIDENT_TWO_DOCTORS"),
        (One("J", team="T1"), One("J", team="T2"), "RESIDENT_TWO_DOCTORS"),
        (One("J", person="P1", team="T1"), One("J", person="P2", team="T1"),
         "RESIDENT_TWO_DOCTORS"),
        (One("J", person="P1", team="T1"), One("J", team="T2"), "RESIDENT_TWO_DOCTORS"),
        (One("J", person="P1", team="T1"), One("J", team="T1"), ""),
        (One("J", person="P1"), One("J", team="T1"), ""),  # P1 may be of the team: not known
        (One("J", person="P1"), One("J", person="P1"), "CONTRACT_OVERLAP"),
        (One("J", person="P1", package="a"), One("J", person="P1", package="b"), ""),
        (One("J", person="P1"), One("K", person="P2"), ""),
        (One("", person="P1"), One("", person="P2"), ""),
        (One("J", person="P1", end=D("2025-06-01")), One("J", person="P2", start=D("2025-06-01")),
         ""),
        (One("J", person="P1", end=D("2025-06-02")), One("J", person="P2", start=D("2025-06-01")),
         "RESIDENT_TWO_DOCTORS"),
        # Over before the period, or not begun in it: nothing that can be mended now.
        (One("J", person="P1", end=D("2025-01-01")), One("J", person="P2"), ""),
        (One("J", person="P1"), One("J", person="P2", start=D("2026-01-01")), ""),
    ],
)  # fmt: skip
def test_a_resident_has_one_doctor_at_a_time(first: One, second: One, code: str) -> None:
    expected = [(code, 3, "Q0")] if code else []
    assert [one for one in found(first, second) if one[0] != "CONTRACT_TERM_SHORT"] == expected


def test_a_short_contract_in_between_hides_nothing() -> None:
    rows = [
        One("J", person="P1", start=D("2020-01-01")),
        One("J", person="P1", package="x", start=D("2024-01-01"), end=D("2025-02-01")),
        One("J", person="P2", start=D("2025-06-01")),
        One("J", person="P2", package="y", start=D("2025-06-01")),
    ]
    assert found(*rows, code="RESIDENT_TWO_DOCTORS") == [
        ("RESIDENT_TWO_DOCTORS", 4, "Q0"),
        ("RESIDENT_TWO_DOCTORS", 5, "Q0"),
    ]


def test_the_longest_of_several_alike_is_the_one_that_is_met() -> None:
    rows = [
        One("J", person="P1", team="T1", household="H"),
        One("J", person="P1", team="T1", household="H", start=D("2024-02-01"), end=D("2025-03-01")),
        One("J", person="P1", team="T1", household="H", start=D("2025-06-01")),
        One("K", person="P1", team="T2", household="H", start=D("2025-06-01")),
    ]
    assert found(*rows) == [
        ("CONTRACT_OVERLAP", 3, "Q0"),
        ("CONTRACT_OVERLAP", 4, "Q0"),
        ("HOUSEHOLD_TWO_TEAMS", 5, "Q0"),
    ]


def test_members_of_a_household_with_one_team_are_no_conflict() -> None:
    rows = [
        One("J1", team="T1", household="H1"), One("J2", team="T1", household="H1"),
        One("J3", team="T2", household="H2", end=D("2025-03-01")),
        One("J4", team="T1", household="H2", start=D("2025-03-01")),
        One("J5", team="T1", household="H3"), One("J6", team="T2", household="H3"),
        One("J7", person="P1", household="H1"),
        One("J8", team="T1"), One("J9", team="T2"),
    ]  # fmt: skip
    assert found(*rows, code="HOUSEHOLD_TWO_TEAMS") == [("HOUSEHOLD_TWO_TEAMS", 7, "Q4")]


@pytest.mark.parametrize(
    ("start", "end", "short"),
    [
        ("2025-01-01", "2025-12-31", True),
        ("2025-01-01", "2026-01-01", False),
        ("2024-02-29", "2025-02-27", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-03-01", "2025-03-01", False),
        ("2024-03-01", "2025-02-28", True),
        ("2024-06-01", "2024-12-31", False),  # over before the period
    ],
)
def test_terms_are_a_year_or_more(start: str, end: str, short: bool) -> None:
    terms = found(One("J", start=D(start), end=D(end), person="P"), code="CONTRACT_TERM_SHORT")
    assert terms == ([("CONTRACT_TERM_SHORT", 2, "")] if short else [])


def test_households_of_a_team_are_counted_once_and_on_the_last_day() -> None:
    rows = [
        One("J1", team="T1", household="H1"), One("J2", team="T1", household="H1"),
        One("J3", team="T1", household="H2"),
        One("J4", team="T1", household="H3", end=D("2025-12-31")),
        One("J5", team="T1"),
        One("J6", team="T2", household="H4"), One("J7", team="T2", household="H5"),
        One("J8", team="T2", household="H6"),
    ]  # fmt: skip
    problems = contract_findings(contracts(rows), YEAR, SigningLimits(households=2))
    sizes = [one for one in problems if one.code == "TEAM_HOUSEHOLDS"]
    assert [(one.place.row, one.value, one.facts["households"]) for one in sizes] == [
        (7, "T2", "3")
    ]


def test_no_contracts_have_no_findings() -> None:
    assert contract_findings(Contracts(), YEAR) == []
    assert charge_findings(Contracts(), Charges(), ("GC",), ()) == []


# -- against every pair of rows --------------------------------------------------------------------

_days = st.sampled_from([D("2024-06-01"), D("2025-01-01"), D("2025-06-01"), D("2025-07-01")])
_ends = st.sampled_from([D("2025-06-01"), D("2025-07-01"), D("2025-12-31"), LAST_DAY])
_ones = st.builds(
    One,
    resident=st.sampled_from(["", "J", "K"]),
    person=st.sampled_from(["", "P1", "P2"]),
    team=st.sampled_from(["T1", "T2"]),
    household=st.sampled_from(["", "H1", "H2"]),
    package=st.sampled_from(["", "x"]),
    institution=st.just("A"),
    birth=st.just(NO_BIRTH),
    groups=st.just(""),
    permanent=st.just(False),
    start=_days,
    end=_ends,
).filter(lambda one: one.start < one.end)


def _meet(one: One, other: One) -> bool:
    return max(one.start, other.start) < min(one.end, other.end)


def by_pairs(rows: Sequence[One]) -> set[tuple[str, int]]:
    """Which rows stand behind another one (by start, then row) that they must not meet."""
    expected = set()
    for at, one in enumerate(rows):
        for before, other in enumerate(rows):
            if (other.start, before) >= (one.start, at) or not _meet(one, other):
                continue
            if one.household == other.household != "" and one.team != other.team:
                expected.add(("HOUSEHOLD_TWO_TEAMS", at))
            if one.resident != other.resident or not one.resident:
                continue
            if (one.person, one.team, one.package) == (other.person, other.team, other.package):
                expected.add(("CONTRACT_OVERLAP", at))
            persons = one.person, other.person
            if one.person != other.person if all(persons) else one.team != other.team:
                expected.add(("RESIDENT_TWO_DOCTORS", at))
    # Of a row that is at fault twice over, the error is told.
    return expected - {("RESIDENT_TWO_DOCTORS", at) for c, at in expected if "OVERLAP" in c}


@given(st.lists(_ones, max_size=9))
def test_vectors_and_pairs_find_the_same(rows: list[One]) -> None:
    every = contract_findings(contracts(rows), YEAR)
    codes = ("HOUSEHOLD_TWO_TEAMS", "CONTRACT_OVERLAP", "RESIDENT_TWO_DOCTORS")
    assert {(p.code, p.place.row - 2) for p in every if p.code in codes} == by_pairs(rows)


@given(st.lists(_ones, max_size=6), st.lists(st.tuples(st.sampled_from("JKL"), _ends), max_size=6))
def test_a_charge_is_covered_when_a_contract_of_the_day_is(
    rows: list[One], billed: list[tuple[str, int]]
) -> None:
    some = charges([Charge(resident, "GC", day) for resident, day in billed])
    problems = charge_findings(contracts(rows), some, ["GC"], ())
    expected = [
        at
        for at, (resident, day) in enumerate(billed)
        if any(one.resident == resident and one.start <= day < one.end for one in rows)
    ]
    assert [one.place.row - 2 for one in problems] == expected
    for problem in problems:
        holder = rows[int(problem.facts["contract"][1:])]
        day = D(problem.facts["day"])
        assert holder.resident == problem.value
        assert holder.start <= day < holder.end


def test_a_charge_after_a_short_contract_within_a_long_one_is_covered() -> None:
    rows = [
        One("J", person="P1", start=D("2025-01-01"), end=D("2025-03-01"), package="x"),
        One("J", person="P1", start=D("2024-01-01"), end=D("2025-12-01")),
        One("K", person="P1", start=D("1969-01-01"), end=D("1970-06-01")),
    ]
    billed = [("J", "2025-02-01"), ("J", "2025-06-01"), ("J", "2025-12-01"), ("K", "1969-12-31"),
              ("K", "2025-01-01"), ("J", "1969-12-31")]  # fmt: skip
    some = charges([Charge(resident, "GC", D(day)) for resident, day in billed])
    assert told(charge_findings(contracts(rows), some, ["GC"], ())) == [
        ("CHARGE_CONSULTATION", 2, "Q1"),
        ("CHARGE_CONSULTATION", 3, "Q1"),
        ("CHARGE_CONSULTATION", 5, "Q2"),
    ]


# -- charges and packages --------------------------------------------------------------------------


def packages(**items: tuple[str, ...]) -> Packages:
    rows = tuple(Package(name, Dated(()), Dated(()), codes) for name, codes in items.items())
    return Packages(rows, "医保基金")


def test_the_signed_pay_no_consultation_fee_and_no_package_item_again() -> None:
    day = D("2025-06-30")
    rows = [
        One("J1", person="P", end=day), One("J2", person="P", package="hyp"),
        One("J3", person="P", package="dia"), One("J1", person="P", start=D("2026-01-01")),
    ]  # fmt: skip
    billed = [
        Charge("J1", "GC", day - 1), Charge("J1", "GC", day),
        Charge("J2", "GC", day), Charge("J2", "BP", day), Charge("J3", "BP", day),
        Charge("J3", "GLU", day), Charge("J9", "GC", day), Charge("J2", "XR", day),
        Charge("J2", "BP", D("2023-12-31")),
    ]  # fmt: skip
    problems = charge_findings(
        contracts(rows), charges(billed), ("GC", "GC2"), [packages(hyp=("BP",), dia=("GLU", "BP"))]
    )
    assert [(p.code, p.place.row, p.value, p.facts["contract"]) for p in problems] == [
        ("CHARGE_CONSULTATION", 2, "J1", "Q0"),
        ("CHARGE_CONSULTATION", 4, "J2", "Q1"),
        ("CHARGE_IN_PACKAGE", 5, "J2", "Q1"),
        ("CHARGE_IN_PACKAGE", 6, "J3", "Q2"),
        ("CHARGE_IN_PACKAGE", 7, "J3", "Q2"),
    ]
    assert problems[0].place == Place("charges.csv", "", 2, "code")
    assert problems[0].facts["other"] == "contracts.csv, row 2"
    assert problems[2].facts["package"] == "hyp"
    for problem in problems:
        assert problem.severity == "warning"
        assert "?" not in problem.text("zh") + problem.text("en")


def test_a_package_that_no_scheme_has_is_told_once() -> None:
    rows = [One("J1", person="P", package="old"), One("J2", person="P", package="old"),
            One("J3", person="P", package="hyp"), One("J4", person="P")]  # fmt: skip
    found_ = charge_findings(contracts(rows), Charges(), (), [packages(hyp=("BP",), dia=())])
    assert [(p.code, p.place, p.value) for p in found_] == [
        ("CONTRACT_PACKAGE_UNKNOWN", Place("contracts.csv", "", 2, "package"), "old")
    ]
    assert "dia, hyp" in found_[0].text("zh")
    assert "2 contracts" in found_[0].text("en")
    assert charge_findings(contracts(rows), Charges(), (), ()) == []


def test_a_scheme_has_its_heads_counted_and_its_charges_checked() -> None:
    rows = [One("J1", "A", "P"), One("J2", "", "P9")]
    tables = FundTables(contracts(rows), charges=charges([Charge("J1", "GC", D("2025-06-01"))]))
    body = PerHead(Heads(), Dated(()))
    scheme = Scheme("s", funds={"f": Fund("f", body)}, consultation_codes=("GC",))
    findings = Findings()
    assert heads_for(scheme, tables, [Institution("A")], YEAR, findings) == ()
    codes = [problem.code for problem in findings.problems]
    assert codes == ["CHARGE_CONSULTATION", "HEADS_NO_PLACE"]
    findings = Findings()
    tables = FundTables(contracts(rows[:1]))
    assert heads_for(scheme, tables, [Institution("A")], YEAR, findings) == (
        HeadCount(Heads(), D("2025-12-31"), "A", 1),
    )
    assert findings.problems == []


def test_tasks_are_those_of_a_fund_by_tasks() -> None:
    rows = tuple(Task("A", name, place=Place("tasks.csv", "", 2)) for name in ("基本", "基础"))
    funds = {"基本": Fund("基本", Tasks({})), "基础": Fund("基础", PerHead(Heads(), Dated(())))}
    findings = Findings()
    heads_for(Scheme("s", funds=funds), FundTables(tasks=rows), [], YEAR, findings)
    assert [(one.code, one.place, one.value) for one in findings.problems] == [
        ("TASK_FUND_UNKNOWN", Place("tasks.csv", "", 2, "fund"), "基础")
    ]
    assert "基本" in findings.problems[0].text("zh")


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2025-12-31", -40, "1985-12-31"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", -4, "2020-02-28"),
        ("1999-12-31", 0, "1999-12-31"),
    ],
)
def test_the_same_day_of_another_year(day: str, years: int, expected: str) -> None:
    assert same_day(D(day), years) == D(expected)


def test_the_same_day_far_away_stays_in_the_calendar() -> None:
    assert same_day(D("2150-06-01"), 50) == LAST_DAY
    assert same_day(D("2025-12-31"), -3000) < FIRST_DAY
