"""The reference: who shares, averages (5.16) and secondary distribution, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import Outcome, Refused, settle
from tests.reference.small_case import HEAD, a_case, keys, paid, rows

STAFF = rows(
    "person_id,institution_id,post,employment_type,in_cap,department_id",
    "P1,I1,医生,在编,,D1",
    "P2,I1,护士,在编,,D1",
    "P3,I1,药师,合同工,0,D2",
)
WORK = rows(HEAD[:-1], "I1,P1,A,2025-03-01,6", "I1,P2,A,2025-03-01,3")


def shared(folder: Path, rule: str, more: str = "", **tables: str) -> Outcome:
    """Settle 100.00 over 6 : 3 : 0 with what a pool declares."""
    text = f"period: 2025\nsharing: {{main: {{{rule}}}}}\n{more}"
    given = {"staff": STAFF, "records": WORK}
    given |= {"pools": rows("institution_id,pool,amount", "I1,main,100.00")}
    given |= {"departments": rows("department_id,institution_id", "D1,I1", "D2,I1")}
    return settle(a_case(folder, case=text, **given | tables))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("posts: [护士, 药师]", {"P2": 10000, "P3": 0}),
        ("employment_types: [在编]", {"P1": 6667, "P2": 3333}),
        ("in_cap: yes, departments: [D1]", {"P1": 6667, "P2": 3333}),
        ("departments: [D1], posts: [医生]", {"P1": 10000}),
    ],
)
def test_who_shares_and_who_is_not_listed(
    tmp_path: Path, who: str, expected: dict[str, int]
) -> None:
    found = shared(tmp_path, f"who: {{{who}}}")
    assert paid(found) == expected
    assert {line.person for line in found.adjusted} <= expected.keys()


def test_nobody_left_is_nobody_to_pay(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="POOL_NO_PEOPLE"):
        shared(tmp_path, "who: {posts: [院长]}")
    with pytest.raises(Refused, match="POOL_NO_KEY"):
        shared(tmp_path, "who: {in_cap: no}")
    assert paid(shared(tmp_path, "who: {in_cap: no}, nobody: equal")) == {"P3": 10000}


AVERAGE = "averages: [{who: {posts: [药师]}, multiple: '0.9', reference: 示例}]"


def test_a_multiple_of_the_average(tmp_path: Path) -> None:
    # Mean of 6 and 3 is 4.5; 0.9 of it 4.05: 100.00 over 6 : 3 : 4.05 (13.05).
    found = shared(tmp_path, AVERAGE)
    assert keys(found) == {"P1": 6, "P2": 3, "P3": Fraction("4.05")}
    # 4597.70.., 2298.85.., 3103.44..
    assert paid(found) == {"P1": 4598, "P2": 2299, "P3": 3103}


def test_parts_of_a_head_multiply_before_the_rounding(tmp_path: Path) -> None:
    # 4.5 x 0.9 x 0.3333 = 1.349865, exactly.
    fte = rows("scope,subject_id,kind,value,valid_from", "person,P3,fte,0.3333,2020-01-01")
    assert keys(shared(tmp_path, AVERAGE, coefficients=fte))["P3"] == Fraction("1.349865")
    # Means of 0.0000001 and 0.0000002 weigh 0.00000015 x 0.9 = 0.000000135: once, to 0.0000001.
    weights = rows("item_code,weight,valid_from", "A,0.0001,2020-01-01")
    work = rows(HEAD[:-1], "I1,P1,A,2025-03-01,0.001", "I1,P2,A,2025-03-01,0.002")
    tables = {"weights": weights, "records": work, "coefficients": fte.replace("0.3333", "1")}
    assert keys(shared(tmp_path, AVERAGE, **tables))["P3"] == Fraction("0.0000001")


def test_who_has_a_key_keeps_it_and_nobody_s_average_is_nobody_to_pay(tmp_path: Path) -> None:
    both = AVERAGE.replace("药师", "药师, 护士")
    assert keys(shared(tmp_path, both))["P2"] == 3
    none = rows(HEAD[:-1])
    with pytest.raises(Refused, match="POOL_NO_KEY"):
        shared(tmp_path, AVERAGE, records=none)


def test_a_dated_multiple_and_the_first_rule_that_matches(tmp_path: Path) -> None:
    dated = (
        "averages: [{who: {posts: [药师]}, multiple: [{value: '2', valid_to: 2025-12-31}, "
        "{value: '1', valid_from: 2025-12-31}]}, {multiple: '9'}]"
    )
    assert keys(shared(tmp_path, dated))["P3"] == Fraction("4.5")


HANDED = "institution_id,department_id,pool,person_id,share,amount"
OWN = "levels: [{to: department}, {to: person, key: secondary%s}]"


def test_a_department_shares_its_own_money(tmp_path: Path) -> None:
    # D1 has 9 of 9 equivalents: 100.00, by shares 1 : 2; D2 has nothing to share.
    secondary = rows(HANDED, "I1,D1,main,P1,1,", "I1,D1,main,P2,2,", "I1,D2,main,P3,1,")
    found = shared(tmp_path, OWN % "", secondary=secondary)
    assert paid(found) == {"P1": 3333, "P2": 6667, "P3": 0}
    assert keys(found) == {"P1": 1, "P2": 2, "P3": 1}


def test_amounts_add_up_or_are_refused(tmp_path: Path) -> None:
    given = ("I1,D1,main,P1,,99.99", "I1,D1,main,P2,,0.01", "I1,D2,main,P3,,0.00")
    found = shared(tmp_path, OWN % "", secondary=rows(HANDED, *given))
    assert paid(found) == {"P1": 9999, "P2": 1, "P3": 0}
    short = (given[0], "I1,D1,main,P2,,0.00", given[2])
    with pytest.raises(Refused, match="SECONDARY_SUM"):
        shared(tmp_path, OWN % "", secondary=rows(HANDED, *short))
    with pytest.raises(Refused, match="SECONDARY_BOUND"):
        shared(tmp_path, OWN % ", floor: '0.02', floors_over: scale, nobody: retain",
               secondary=rows(HANDED, *given))  # fmt: skip


def test_what_a_department_may_not_hand_in(tmp_path: Path) -> None:
    d2 = "I1,D2,main,P3,1,"
    for some, code in (
        (("I1,D1,main,P1,1,", d2), "SECONDARY_PERSON_MISSING"),
        (("I1,D1,main,P1,1,", "I1,D1,main,P2,1,", "I1,D1,main,P3,1,", d2), "SECONDARY_STRANGER"),
        (("I1,D1,main,P1,1,", "I1,D1,main,P2,,1.00", d2), "SECONDARY_MIXED"),
        (("I1,D1,main,P1,1,1.00", "I1,D1,main,P2,1,", d2), "SECONDARY_FORM"),
        ((d2,), "SECONDARY_NOT_HANDED_IN"),
    ):
        with pytest.raises(Refused, match=code):
            shared(tmp_path, OWN % "", secondary=rows(HANDED, *some))


def test_what_a_department_may_leave_out_where_that_is_declared(tmp_path: Path) -> None:
    d2 = "I1,D2,main,P3,1,"
    zero = shared(tmp_path, OWN % ", secondary_missing: zero",
                  secondary=rows(HANDED, "I1,D1,main,P1,1,", d2))  # fmt: skip
    assert paid(zero) == {"P1": 10000, "P2": 0, "P3": 0}
    # D1 hands in nothing: by adjusted equivalents, 6 : 3.
    default = shared(tmp_path, OWN % "" + ", secondary_default: adjusted",
                     secondary=rows(HANDED, d2))  # fmt: skip
    assert paid(default) == {"P1": 6667, "P2": 3333, "P3": 0}


def test_an_institution_hands_in_where_a_pool_has_no_departments(tmp_path: Path) -> None:
    secondary = rows(HANDED, "I1,,main,P1,1,", "I1,,main,P2,1,", "I1,,main,P3,2,")
    found = shared(tmp_path, "levels: [{to: person, key: secondary}]", secondary=secondary)
    assert paid(found) == {"P1": 2500, "P2": 2500, "P3": 5000}
