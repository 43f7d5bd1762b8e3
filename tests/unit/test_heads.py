"""Heads of a filter on a day (B4, B5; 5.15): by hand, and equal to a count head by head.

Faults seen to be caught: a resident with two contracts counted twice at one institution, or once
in the whole county; a contract counted on the day it ends; an age told by the year of birth; a
team at home where only one of its members is posted; the register row of a later day.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.codes import Coded
from equivalents.errors import Place, RefusedError
from equivalents.headchecks import asked_heads, head_counts
from equivalents.heads import charged_fen, counter, heads_of, months_of, places_on
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day, parse_period, year_end
from equivalents.policy.funds import (
    Dated,
    Fund,
    Heads,
    HeadSource,
    Package,
    Packages,
    Per,
    PerHead,
    Scope,
)
from equivalents.policy.heads import (
    NO_BIRTH,
    Charges,
    Contracts,
    FundTables,
    HeadCount,
    Register,
    Registers,
)
from equivalents.policy.homes import NOBODY, UNCLEAR
from equivalents.policy.keep import from_plain, to_plain
from equivalents.policy.model import Institution, Posting, TeamMember
from tests.signed import PLACES, Charge, One, charges, contracts

NO_REGISTERS = Registers()
D = parse_day


def posting(
    person: str, place: str, start: int = FIRST_DAY, end: int = LAST_DAY, *, main: bool = False
) -> Posting:
    return Posting(person, place, start, end, main=main)


def member(team: str, person: str, start: int = FIRST_DAY, end: int = LAST_DAY) -> TeamMember:
    return TeamMember(team, person, "GP", 1, start, end, Place())


def count(some: Contracts, heads: Heads, day: str = "2025-12-31") -> list[int]:
    found = heads_of(some, NO_REGISTERS, heads, PLACES, D(day), year_end(D(day)))
    return list(found.tolist())


def test_a_resident_is_a_head_once_at_each_institution() -> None:
    rows = [
        One("J1", "A", "P1"), One("J1", "A", "P2"), One("J1", "B", "P3"),
        One("J2", "A", "P1"), One("J3", "C", "P1", end=D("2025-12-31")),
        One("J4", "C", "P1", start=D("2026-01-01")), One("J5", "C", "P1", start=D("2025-12-31")),
    ]  # fmt: skip
    assert count(contracts(rows), Heads()) == [2, 1, 1]
    assert heads_of(
        contracts(rows), NO_REGISTERS, Heads(), ("C", "Z", "A"), D("2025-12-31"), D("2025-12-31")
    ).tolist() == [1, 0, 2]


def test_once_is_once_in_the_county_where_the_earliest_contract_is() -> None:
    rows = [
        One("J1", "B", "P", start=D("2025-02-01")), One("J1", "A", "P", start=D("2025-03-01")),
        One("J2", "A", "P"), One("J2", "C", "P"),  # the same day: Q2 before Q3
        One("J3", "A", "P", end=D("2025-06-01")), One("J3", "C", "P", start=D("2025-05-01")),
    ]  # fmt: skip
    assert count(contracts(rows), Heads(once=True)) == [1, 1, 1]
    assert count(contracts(rows), Heads()) == [2, 1, 2]


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (Heads(), 6),
        (Heads(permanent=True), 2),
        (Heads(groups=("poor",)), 3),
        (Heads(groups=("poor", "disabled")), 4),
        (Heads(groups=("oo",)), 0),
        (Heads(package="基础包"), 1),
        (Heads(age_from=40), 4),
        (Heads(age_from=40, age_to=64), 2),
        (Heads(age_to=64), 3),
        (Heads(groups=("poor",), age_from=40, age_to=64, permanent=True), 1),
    ],
)
def test_every_condition_of_a_filter_holds(heads: Heads, expected: int) -> None:
    rows = [
        One("J1", "A", "P", birth=D("1985-12-31"), groups="65+;poor", permanent=True),  # 40
        One("J2", "A", "P", birth=D("1986-01-01"), groups="poor"),  # 39
        One("J3", "A", "P", birth=D("1961-01-01"), package="基础包"),  # 64
        One("J4", "A", "P", birth=D("1960-12-31"), groups="disabled", permanent=True),  # 65
        One("J5", "A", "P", birth=D("1950-02-28"), groups="poor;HTN"),  # 75
        One("J6", "A", "P"),
    ]
    assert count(contracts(rows), heads) == [expected, 0, 0]


def test_ages_are_those_of_31_december_on_every_day() -> None:
    # Turns 40 on 20 December 2025, so is 40 for every day of 2025, and 39 for those of 2024.
    rows = [One("J1", "A", "P", birth=D("1985-12-20"))]
    assert count(contracts(rows), Heads(age_from=40), "2025-01-31") == [1, 0, 0]
    assert count(contracts(rows), Heads(age_from=40), "2024-12-31") == [0, 0, 0]


def test_active_months_are_those_whose_last_day_is_covered() -> None:
    rows = [
        One("J1", "A", "P", start=D("2025-01-31"), end=D("2025-04-30")),  # Jan, Feb, Mar
        One("J2", "A", "P", start=D("2025-11-15")),  # Nov, Dec
        One("J2", "A", "P", start=D("2025-12-01")),  # the same head in December
        One("J3", "B", "P", start=D("2024-06-01")),  # all twelve
    ]
    days = parse_period("2025").month_ends
    assert [days[0], days[1], days[11]] == [D("2025-01-31"), D("2025-02-28"), D("2025-12-31")]
    args = contracts(rows), NO_REGISTERS, Heads(), PLACES
    assert months_of(*args, days, D("2025-12-31")).tolist() == [5, 12, 0]


def test_a_contract_belongs_to_the_named_institution_else_to_the_home_of_its_owner() -> None:
    roster = [
        posting("P1", "A"),
        posting("P2", "A", main=True), posting("P2", "B"),
        posting("P3", "A"), posting("P3", "B"),
        posting("P5", "A", main=True), posting("P5", "B", main=True),
        posting("P4", "A", FIRST_DAY, D("2025-07-01")), posting("P4", "B", D("2025-07-01")),
    ]  # fmt: skip
    members = [
        member("T1", "P1"), member("T1", "P2"),  # both at A
        member("T2", "P2"), member("T2", "P4"),  # A, then B
        member("T3", "P1"), member("T3", "P4"),  # A, then none in common
        member("T4", "P2"),  # A and B, the main one is A
        member("T5", "P3"),  # A or B
        member("T6", "P1", D("2025-03-01"), D("2025-04-01")),
        member("T7", "P9"), member("T7", "P1"),  # P9 is posted nowhere
    ]  # fmt: skip
    rows = [
        One("J", "C", "P1"), One("J", "", "P1"), One("J", "", "P2"), One("J", "", "P3"),
        One("J", "", "P4", "T1"), One("J", "", "P8"),
        *(One("J", team=f"T{at}") for at in range(1, 8)),
    ]  # fmt: skip
    some = contracts(rows, roster, members)
    a, b, c = range(3)
    early = [c, a, a, UNCLEAR, a, NOBODY, a, a, a, a, UNCLEAR, NOBODY, a]
    late = [c, a, a, UNCLEAR, b, NOBODY, a, b, UNCLEAR, a, UNCLEAR, NOBODY, a]
    assert places_on(some, D("2025-06-30")).tolist() == early
    assert places_on(some, D("2025-07-01")).tolist() == late
    assert places_on(some, D("2025-03-31"))[11] == a
    # What belongs nowhere is no head anywhere.
    assert count(contracts([One("J", "", "P8"), One("J", "", "P3")], roster), Heads()) == [0, 0, 0]
    both = contracts([One("J", "", "P5")], roster)
    assert places_on(both, D("2025-06-30")).tolist() == [UNCLEAR]


def test_a_register_counts_by_its_last_row_on_or_before_the_day() -> None:
    rows = Registers((
        Register("A", "permanent", 900, D("2025-06-30")),
        Register("A", "permanent", 1000, D("2025-01-01")),
        Register("A", "permanent", 70, D("2025-12-31")),
        Register("A", "65+", 5, D("2025-06-30")),
        Register("B", "permanent", 0, D("2025-06-30")),
    ))  # fmt: skip
    heads = Heads(HeadSource.REGISTERS, "permanent")

    def on(day: str) -> list[int]:
        found = heads_of(Contracts(), rows, heads, PLACES, D(day), D("2025-12-31"))
        return list(found.tolist())

    assert on("2025-06-29") == [1000, 0, 0]
    assert on("2025-06-30") == [900, 0, 0]
    assert on("2025-12-31") == [70, 0, 0]


# -- against a count head by head ------------------------------------------------------------------

_days = st.sampled_from([D("2025-01-01"), D("2025-05-31"), D("2025-06-01"), D("2025-12-31")])
_births = st.sampled_from([NO_BIRTH, D("1960-12-31"), D("1961-01-01"), D("1985-12-31"),
                           D("1986-01-01"), FIRST_DAY])  # fmt: skip
_ones = st.builds(
    One,
    resident=st.sampled_from("JKLMN"),
    institution=st.sampled_from(PLACES),
    person=st.just("P"),
    team=st.just(""),
    household=st.just(""),
    start=_days,
    end=st.sampled_from([D("2025-06-01"), D("2025-12-31"), LAST_DAY]),
    birth=_births,
    groups=st.sampled_from(["", "x", "x;y", "y;z"]),
    package=st.sampled_from(["", "p"]),
    permanent=st.booleans(),
)
_filters = st.builds(
    Heads,
    permanent=st.booleans(),
    groups=st.sampled_from([(), ("x",), ("y", "z")]),
    age_from=st.sampled_from([None, 0, 40, 150]),
    age_to=st.sampled_from([None, 39, 64]),
    package=st.sampled_from(["", "p", "q"]),
    once=st.booleans(),
)


def age(birth: int, day: int) -> int:
    """Whole years by counting birthdays, for a day that is 31 December."""
    return sum(birth <= D(f"{year}-12-31") for year in range(1901, 2026)) - 1


def by_hand(rows: Sequence[One], heads: Heads, day: int) -> list[int]:
    """Heads counted one by one."""
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for number, one in enumerate(rows):
        asks_age = heads.age_from is not None or heads.age_to is not None
        if not one.start <= day < one.end or (heads.permanent and not one.permanent):
            continue
        if heads.package and one.package != heads.package:
            continue
        if heads.groups and not set(heads.groups) & set(one.groups.split(";")):
            continue
        if asks_age:
            years = -1 if one.birth == NO_BIRTH else age(one.birth, day)
            if one.birth == NO_BIRTH or (heads.age_from is not None and years < heads.age_from):
                continue
            if heads.age_to is not None and years > heads.age_to:
                continue
        found[one.resident].append((one.start, f"Q{number}", one.institution))
    places: list[str] = []
    for signed in found.values():
        places += [min(signed)[2]] if heads.once else {place for _, _, place in signed}
    return [places.count(name) for name in PLACES]


@given(st.lists(_ones, max_size=12), _filters, _days)
def test_columns_and_heads_one_by_one_agree(rows: list[One], heads: Heads, day: int) -> None:
    counted = heads_of(contracts(rows), NO_REGISTERS, heads, PLACES, day, D("2025-12-31"))
    assert counted.tolist() == by_hand(rows, heads, day)


def test_a_county_of_contracts_is_counted_as_one_sorted_set() -> None:
    rng = np.random.default_rng(4)
    size = 400_000
    resident = rng.integers(0, 350_000, size).astype(np.int32)
    place = rng.integers(0, 3, size).astype(np.int32)
    start = rng.integers(D("2024-01-01"), D("2026-06-30"), size)
    some = replace(
        contracts([One("J", "A", "P")]),
        contract_id=[""] * size,
        resident=Coded(range(350_000), resident),  # type: ignore[arg-type]
        active_from=start,
        active_to=np.full(size, LAST_DAY, np.int64),
        institution=place,
        owner=np.zeros(size, np.int32),
    )
    day = D("2025-12-31")
    pairs = {*zip(place[start <= day].tolist(), resident[start <= day].tolist(), strict=True)}
    expected = [sum(at == number for at, _ in pairs) for number in range(3)]
    assert count(some, Heads()) == expected


# -- what funds ask for ----------------------------------------------------------------------------

YEAR = parse_period("2025")
HOSPITALS = tuple(Institution(name, group=f"g{name}", kind="centre") for name in PLACES)


def fund(name: str, heads: Heads, **other: object) -> Fund:
    body = PerHead(heads, Dated(()), **{k: v for k, v in other.items() if k in ("per", "prorate")})  # type: ignore[arg-type]
    rest = {k: v for k, v in other.items() if k not in ("per", "prorate")}
    return Fund(name, body, place=Place("s.yaml", row=7), **rest)  # type: ignore[arg-type]


def test_funds_are_asked_on_their_days_and_for_their_institutions() -> None:
    year = fund("y", Heads(), scope=Scope(ids=("A", "B"), groups=("gB", "gC")))
    month = fund("m", Heads(permanent=True), per=Per.MONTH, valid_from=D("2025-11-01"))
    prorated = fund("p", Heads(), prorate=True, valid_to=D("2025-03-01"))
    over = fund("o", Heads(), valid_to=D("2025-12-31"))
    whole = fund("w", Heads(), own={"B": fund("w", Heads(age_to=6))}, scope=Scope(kinds=("x",)))
    packed = Fund("k", Packages((Package("a", Dated(()), Dated(())),), "ins"))
    found = [
        (one.fund.name, one.heads, len(one.days), one.institutions)
        for one in asked_heads([year, month, prorated, over, whole, packed], HOSPITALS, YEAR)
    ]
    assert found == [
        ("y", Heads(), 1, ("B",)),
        ("m", Heads(permanent=True), 2, PLACES),
        ("p", Heads(), 2, PLACES),
        ("w", Heads(age_to=6), 1, ("B",)),
        ("k", Heads(package="a"), 1, PLACES),
    ]


def test_counts_are_asked_again_by_filter_and_day() -> None:
    tables = FundTables(contracts([One("J1", "A", "P"), One("J2", "C", "P")]))
    counts = head_counts([fund("f", Heads())], tables, HOSPITALS, YEAR)
    assert counts[0] == HeadCount(Heads(), D("2025-12-31"), "A", 1)
    heads = counter(counts, PLACES)
    assert list(heads(Heads(), D("2025-12-31"))) == [1, 0, 1]
    with pytest.raises(KeyError):
        heads(Heads(), D("2025-11-30"))


def test_counts_are_kept_as_they_are() -> None:
    count_ = HeadCount(Heads(HeadSource.REGISTERS, "pop", True, ("x",), 40, None), 7, "A", 3)
    assert from_plain(HeadCount, to_plain(count_)) == count_


def test_what_cannot_be_counted_is_told_all_at_once_and_once() -> None:
    rows = [
        One("J1", "", "P1"), One("J2", "", "P1"), One("J3", "", "P2"),
        One("J4", "A", "P1", groups="poor"), One("J5", "A", "P1"),
        One("J6", "", "P1", end=D("2025-01-02")),
    ]  # fmt: skip
    tables = FundTables(contracts(rows, [posting("P2", "A"), posting("P2", "B")]))
    funds = [
        fund("f", Heads(), per=Per.MONTH),
        fund("g", Heads(groups=("poor",), age_from=40)),
        fund("r", Heads(HeadSource.REGISTERS, "pop"), scope=Scope(ids=("B",))),
    ]
    with pytest.raises(RefusedError) as caught:
        head_counts(funds, tables, HOSPITALS, YEAR)
    told = [(p.code, p.place, p.value) for p in caught.value.problems]
    assert told == [
        ("HEADS_NO_PLACE", Place("contracts.csv", "", 2), "P1"),
        ("HEADS_PLACE_UNCLEAR", Place("contracts.csv", "", 4), "P2"),
        ("HEADS_NO_BIRTH", Place("contracts.csv", "", 5, "birth_date"), "Q3"),
        ("REGISTER_MISSING", Place("s.yaml", "", 7), "B"),
    ]
    assert caught.value.problems[0].facts["contracts"] == "2"
    assert caught.value.problems[0].facts["day"] == "2025-01-31"


def test_charges_are_added_up_by_institution_and_code() -> None:
    day = D("2025-06-01")
    rows = [
        Charge("J", "R", day, "B", 100), Charge("J", "R", day, "A", 2),
        Charge("K", "R", day, "B", 30), Charge("J", "C", day, "B", 7),
    ]  # fmt: skip
    assert charged_fen(charges(rows)) == {("A", "R"): 2, ("B", "R"): 130, ("B", "C"): 7}
    assert charged_fen(Charges()) == {}
