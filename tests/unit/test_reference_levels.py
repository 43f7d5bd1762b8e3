"""The reference: levels, bounds, nobody to pay, surplus (D1, D3, B7; 5.9 to 5.14), by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import Outcome, PoolTotal, Refused, settle
from tests.reference.bounds import Node, share_node
from tests.reference.declared import Level, read_declared
from tests.reference.small_case import HEAD, a_case, paid, rows
from tests.reference.surplus import Surplus, halved


def level(**declared: object) -> Level:
    """Return a person level as `case.yaml` would declare it."""
    given = {"to": "person", **declared}
    return read_declared({"sharing": {"default": {"levels": [given]}}}).levels("any")[0]


def node(of: Level, amount_fen: int, *numbers: int) -> Node:
    """Share among people a, b, c ... with these keys."""
    keys = {"abcdefgh"[at]: Fraction(n) for at, n in enumerate(numbers)}
    shared = share_node(of, amount_fen, keys, dict.fromkeys(keys, Fraction(1)), "somewhere", {})
    total = sum(child.amount_fen for child in shared.children.values())
    assert total + shared.retained_fen + shared.carried_fen == amount_fen
    return shared


def amounts(of: Level, amount_fen: int, *numbers: int) -> list[int]:
    """Return what people with these keys get."""
    return [child.amount_fen for child in node(of, amount_fen, *numbers).children.values()]


# -- 5.11 caps and floors ------------------------------------------------------------------------


def test_what_a_cap_takes_is_shared_among_the_others() -> None:
    # 100 over 6:3:1, cap 0.40: a stops at 40, 60 over 3:1 is 45 and 15, so b stops too: c has 20.
    shared = node(level(cap="0.40"), 100, 6, 3, 1)
    assert [one.amount_fen for one in shared.children.values()] == [40, 40, 20]
    # Without bounds 60, 30, 10: the cap took 20 from a; b meets it from below.
    assert [one.capped_fen for one in shared.children.values()] == [20, 0, 0]
    assert [one.floored_fen for one in shared.children.values()] == [0, 0, 0]


def test_a_floor_is_paid_by_the_others_also_with_key_0() -> None:
    # d has key 0 and the floor 10; c, too: 80 over 6:3 is 53.33.. and 26.66..
    shared = node(level(floor="0.10"), 100, 6, 3, 1, 0)
    assert [one.amount_fen for one in shared.children.values()] == [53, 27, 10, 10]
    assert [one.remainder_fen for one in shared.children.values()] == [0, 1, 0, 0]
    assert [one.floored_fen for one in shared.children.values()] == [0, 0, 0, 10]


def test_caps_and_floors_together() -> None:
    # L x (6, 3, 1) in [0.20, 0.50]: 50, 30, 20 with L = 10.
    assert amounts(level(floor="0.20", cap="0.50"), 100, 6, 3, 1) == [50, 30, 20]


def test_if_all_caps_are_met_the_rest_is_retained() -> None:
    shared = node(level(cap="0.30"), 100, 6, 3, 0)
    assert [one.amount_fen for one in shared.children.values()] == [30, 30, 0]
    assert shared.retained_fen == 40


def test_declared_retain_cuts_and_shares_nothing_again() -> None:
    shared = node(level(cap="0.40", excess="retain"), 100, 6, 3, 1)
    assert [one.amount_fen for one in shared.children.values()] == [40, 30, 10]
    assert shared.retained_fen == 20


def test_floors_over_the_pool() -> None:
    with pytest.raises(Refused, match="FLOORS_OVER_POOL"):
        node(level(floor="0.40"), 100, 6, 3, 1)
    # Scaled: 40 each of 120 over 100 is 33.33..; the odd fen by code.
    assert amounts(level(floor="0.40", floors_over="scale"), 100, 6, 3, 1) == [34, 33, 33]


def test_bounds_as_a_multiple_of_the_average() -> None:
    # 100 over three is 33.33..; half of it 16.66.. rounds up to 17, 1.5 times is 50.
    bounds = level(floor={"average": "0.5"}, cap={"average": "1.5"})
    # L x (6, 3, 1) in [17, 50]: a 50, c 17, b 33.
    assert amounts(bounds, 100, 6, 3, 1) == [50, 33, 17]


def test_personal_limits_go_before_those_of_all() -> None:
    limits = {"a": {"cap": "0.20"}, "c": {"floor": "0.50"}}
    # a at 20 instead of 40, c at 50: b has 30.
    assert amounts(level(cap="0.60", limits=limits), 100, 6, 3, 1) == [20, 30, 50]
    with pytest.raises(Refused, match="FLOOR_ABOVE_CAP"):
        node(level(cap="0.40", limits=limits), 100, 6, 3, 1)


def test_whoever_stands_at_a_floor_that_is_the_cap_stands_at_both() -> None:
    # 30 for everybody, whatever the keys: a had 60, c 10.
    shared = node(level(floor="0.30", cap="0.30"), 90, 6, 2, 1)
    assert [one.capped_fen for one in shared.children.values()] == [30, 0, 0]
    assert [one.floored_fen for one in shared.children.values()] == [0, 10, 20]


def test_a_pool_of_nothing_pays_zeros() -> None:
    assert amounts(level(floor="0.40"), 0, 6, 0) == [0, 0]


@pytest.mark.parametrize(
    ("nobody", "expected"),
    [("retain", ([0, 0], 5, 0)), ("carry", ([0, 0], 0, 5)), ("equal", ([3, 2], 0, 0))],
)
def test_nobody_to_pay(nobody: str, expected: tuple[list[int], int, int]) -> None:
    shared = node(level(nobody=nobody), 5, 0, -1)
    got = [child.amount_fen for child in shared.children.values()]
    assert (got, shared.retained_fen, shared.carried_fen) == expected
    with pytest.raises(Refused, match="POOL_NO_KEY"):
        node(level(), 5, 0, -1)
    with pytest.raises(Refused, match="POOL_NO_PEOPLE"):
        node(level(nobody="equal"), 5)


@pytest.mark.parametrize("excess", ["share", "retain"])
def test_floors_are_paid_where_nobody_has_a_key(excess: str) -> None:
    # Floors apply also with key 0 (5.11): 20 each, and what is left stays as declared.
    kept = node(level(nobody="retain", floor="0.20", excess=excess), 100, 0, -1)
    assert [one.amount_fen for one in kept.children.values()] == [20, 20]
    assert [one.floored_fen for one in kept.children.values()] == [20, 20]
    assert (kept.retained_fen, kept.carried_fen) == (60, 0)
    carried = node(level(nobody="carry", floor="0.20", excess=excess), 100, 0, -1)
    assert [one.amount_fen for one in carried.children.values()] == [20, 20]
    assert (carried.retained_fen, carried.carried_fen) == (0, 60)
    # Floors of 30 over a pool of 25 are scaled: the odd fen by code.
    scaled = level(nobody="carry", floor="0.15", floors_over="scale", excess=excess)
    assert amounts(scaled, 25, 0, 0) == [13, 12]


# -- D1 levels -----------------------------------------------------------------------------------

COUNTY: dict[str, str] = {
    "institutions": rows("institution_id,parent_id", "C,", "I1,C", "I2,C", "I3,"),
    "staff": rows(
        "person_id,institution_id,post_id,department_id",
        "P0,C,,",
        "P1,I1,N1,D1",
        "P1,I1,N2,D2",
        "P2,I1,,D1",
        "P3,I1,,",
        "P4,I2,,",
        "P9,I3,,",
    ),
    "pools": rows("institution_id,pool,amount", "C,county,1.00"),
    "records": rows(
        HEAD + "post_id",
        "C,P0,A,2025-01-01,10,",
        "I1,P1,A,2025-01-01,20,N1",
        "I1,P1,A,2025-01-01,10,N2",
        "I1,P3,A,2025-01-01,10,",
        "I2,P4,A,2025-01-01,50,",
        "I3,P9,A,2025-01-01,50,",
    ),
}


def steps(outcome: Outcome) -> list[tuple[str, str, str, int]]:
    return [(step.level, step.parent, step.child, step.amount_fen) for step in outcome.steps]


def sharing(*levels: str) -> str:
    return "period: 2025\nsharing:\n  default: {levels: [" + ", ".join(levels) + "]}\n"


def test_three_levels(tmp_path: Path) -> None:
    # 10 : 40 : 50 of 100 fen; inside I1 its own, by department: D1 20, D2 10, none 10; then D1
    # by headcount (P1 and P2), D2 and the others by equivalents.
    case = a_case(
        tmp_path,
        case=sharing("{to: institution}", "{to: department}", "{to: person, key: headcount}"),
        **COUNTY,
    )
    outcome = settle(case)
    assert steps(outcome) == [
        ("institution", "C", "C", 10),
        ("institution", "C", "I1", 40),
        ("institution", "C", "I2", 50),
        ("department", "C", "C", 10),
        ("person", "C", "P0", 10),
        ("department", "I1", "D1", 20),
        ("department", "I1", "D2", 10),
        ("department", "I1", "I1", 10),
        ("person", "D1", "P1", 10),
        ("person", "D1", "P2", 10),
        ("person", "D2", "P1", 10),
        ("person", "I1", "P3", 10),
        ("department", "I2", "I2", 50),
        ("person", "I2", "P4", 50),
    ]
    assert outcome.payouts["I1", "county", "P1"].amount_fen == 20
    assert outcome.payouts["I1", "county", "P1"].key == 2
    assert outcome.pools == {("C", "county"): PoolTotal(100, 100)}


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("{to: institution, key: equivalents}", [10, 40, 50]),
        # 1, 3 and 1 people: 20, 60, 20.
        ("{to: institution, key: headcount}", [20, 60, 20]),
        ("{to: institution, key: fixed, shares: {C: '0', I1: '0.5', I2: '1.5'}}", [0, 25, 75]),
        # The whole stays within bounds at this level too.
        ("{to: institution, cap: '0.40'}", [20, 40, 40]),
    ],
)
def test_keys_of_institutions(tmp_path: Path, first: str, expected: list[int]) -> None:
    last = "{to: person, nobody: equal}"
    outcome = settle(a_case(tmp_path, case=sharing(first, last), **COUNTY))
    found = [step.amount_fen for step in outcome.steps if step.level == "institution"]
    assert found == expected


def test_an_institution_coefficient_multiplies_its_key(tmp_path: Path) -> None:
    # I2: 50 x 0.6 = 30: 10 : 40 : 30 of 100 is 12.5, 50, 37.5: the odd fen to the larger key.
    remote = rows("scope,subject_id,kind,value,valid_from", "institution,I2,remote,0.6,2020-01-01")
    case = a_case(
        tmp_path,
        case=sharing("{to: institution}", "{to: person}"),
        coefficients=remote,
        **COUNTY,
    )
    found = [step.amount_fen for step in settle(case).steps if step.level == "institution"]
    assert found == [12, 50, 38]


def test_attendance_counts_in_the_headcount(tmp_path: Path) -> None:
    # P1 half (in force all year), P2 whole, P3 away from July: 184 of 365 days, 1 - 0.5041.
    case = a_case(
        tmp_path,
        case=sharing("{to: person, key: headcount}"),
        staff=rows("person_id,institution_id", "P1,I1", "P2,I1", "P3,I1"),
        pools=rows("institution_id,pool,amount", "I1,main,199.59"),
        coefficients=rows(
            "scope,subject_id,kind,value,valid_from",
            "person,P1,fte,0.5,2020-01-01",
            "person,P3,attendance,0,2025-07-01",
        ),
    )
    outcome = settle(case)
    found = {who: one.key for (_, _, who), one in outcome.payouts.items()}
    # 181 of 365 days are 0.495890.., half-up 0.4959: keys 0.5, 1, 0.4959 are 1.9959.
    assert found == {"P1": Fraction("0.5"), "P2": 1, "P3": Fraction("0.4959")}
    assert paid(outcome) == {"P1": 5_000, "P2": 10_000, "P3": 4_959}


def test_a_deficit_brought_in_is_taken_off(tmp_path: Path) -> None:
    tables = {
        "pools": rows("institution_id,pool,amount", "I1,main,0.10"),
        "records": rows(HEAD[:-1], "I1,P1,A,2025-01-01,3", "I1,P2,A,2025-01-01,1"),
    }
    head = "kind,institution_id,pool,person_id,equivalents"
    opening = rows(head, "key,I1,main,P1,-2", "key,I1,other,P2,-9")
    assert paid(settle(a_case(tmp_path, opening=opening, **tables))) == {"P1": 5, "P2": 5}
    outcome = settle(a_case(tmp_path, opening=rows(head, "key,I1,main,P1,-3.5"), **tables))
    assert paid(outcome) == {"P1": 0, "P2": 10}
    assert outcome.negative_keys == {("I1", "main", "P1"): Fraction("-0.5")}


def test_levels_stand_in_order_and_end_in_person(tmp_path: Path) -> None:
    for wrong in (["{to: institution}"], ["{to: person}", "{to: department}"]):
        with pytest.raises(Refused, match="LEVELS_INVALID"):
            settle(a_case(tmp_path, case=sharing(*wrong)))


# -- 5.14 surplus --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "ratio", "odd", "expected"),
    [
        (101, "1/2", "development", Surplus(101, 51, 50, 0)),
        (101, "1/2", "pay", Surplus(101, 50, 51, 0)),
        (100, "0.4", "development", Surplus(100, 60, 40, 0)),
        (100, "1/3", "development", Surplus(100, 67, 33, 0)),
        (0, "1/2", "pay", Surplus(0, 0, 0, 0)),
        (-101, "1/2", "pay", Surplus(-101, 0, 0, -101)),
    ],
)
def test_a_balance_is_halved(balance: int, ratio: str, odd: str, expected: Surplus) -> None:
    found = halved(balance, Fraction(ratio), odd)
    assert found == expected
    assert found.balance_fen == found.development_fen + found.pay_fen + found.deficit_fen


def test_the_pay_half_is_a_pool(tmp_path: Path) -> None:
    # I1: 10.00 + 0.50 - 8.00 - 1.00 - 0.25 = 1.25 -> pay 0.62; project money stays outside. I2
    # has a deficit of its own: nothing is netted.
    case = a_case(
        tmp_path,
        case="period: 2025\nsurplus: {}\n",
        institutions=rows("institution_id", "I1", "I2"),
        staff=rows("person_id,institution_id", "P1,I1", "P2,I1", "P3,I2"),
        records=rows(HEAD[:-1], "I1,P1,A,2025-01-01,1", "I1,P2,A,2025-01-01,1"),
        accounts=rows(
            "institution_id,line,kind,amount",
            "I1,a,income,9",
            "I1,b,income,1.00",
            "I1,c,opening_restricted,0.50",
            "I1,d,expenditure,8.00",
            "I1,e,closing_restricted,1.00",
            "I1,f,deduction,0.25",
            "I1,g,project_income,100",
            "I1,h,project_expenditure,50",
            "I1,i,advance,7",
            "I2,a,expenditure,2",
        ),
    )
    outcome = settle(case)
    assert outcome.surplus == {"I1": Surplus(125, 63, 62, 0), "I2": Surplus(-200, 0, 0, -200)}
    assert paid(outcome, "surplus") == {"P1": 31, "P2": 31, "P3": 0}
    assert outcome.pools["I2", "surplus"] == PoolTotal(0, 0)
    # Without the key the defaults hold (5.14).
    (tmp_path / "case.yaml").write_text("period: 2025\n", encoding="utf-8")
    assert settle(tmp_path).surplus == outcome.surplus
