"""The reference: coefficients, date segments, ceilings (5.1 to 5.3, 5.12 of page 5), by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import PoolTotal, Refused, settle
from tests.reference.ceilings import tiers
from tests.reference.declared import read_declared
from tests.reference.numbers import half_up
from tests.reference.small_case import HEAD, a_case, codes, keys, paid, rows

COEFFICIENTS = "scope,subject_id,kind,value,valid_from,valid_to"


def test_half_up_is_away_from_zero() -> None:
    given = (Fraction("0.00005"), Fraction("-0.00005"), Fraction("0.00004999"), Fraction(1, 3))
    found = [half_up(number, 4) for number in given]
    assert found == [Fraction("0.0001"), Fraction("-0.0001"), 0, Fraction("0.3333")]


def lines_of(case: Path) -> list[tuple[str, str, str, str, str]]:
    """Return person, first day, equivalents, coefficient and adjusted of the adjusted lines."""
    return [
        (
            line.person,
            line.place.segment.start.isoformat()[5:],
            str(line.equivalents),
            str(float(line.place.segment.coefficient)),
            str(float(line.adjusted)),
        )
        for line in settle(case).adjusted
    ]


def test_the_product_is_rounded_once_per_segment(tmp_path: Path) -> None:
    # 1.1111 x 1.1111 = 1.23454321, half-up 1.2345. From April the second is 1.0000, and from
    # July the first too. Months do not cut: January and March are one line of 3.
    case = a_case(
        tmp_path,
        coefficients=rows(
            COEFFICIENTS,
            "person,P1,title,1.1111,2020-01-01,2025-07-01",
            "posting,P1@I1,backbone,1.1111,2025-01-01,2025-04-01",
            "posting,P1@I1,backbone,1,2025-04-01,",
            "posting,P1@I1/N9,post,7,2025-01-01,",
            "person,P1,fte,0.5,2025-01-01,",
            "posting,P1@I2,backbone,9,2025-01-01,",
        ),
        records=rows(
            HEAD[:-1],
            "I1,P1,A,2025-01-01,1",
            "I1,P1,A,2025-03-31,2",
            "I1,P1,A,2025-04-01,1",
            "I1,P1,A,2025-07-01,1",
            "I1,P2,A,2025-07-01,1",
        ),
    )
    assert lines_of(case) == [
        ("P1", "01-01", "3", "1.2345", "3.7035"),
        ("P1", "04-01", "1", "1.1111", "1.1111"),
        ("P1", "07-01", "1", "1.0", "1.0"),
        ("P2", "01-01", "1", "1.0", "1.0"),
    ]
    assert keys(settle(case)) == {"P1": Fraction("5.8146"), "P2": 1}


def test_equal_products_are_one_segment(tmp_path: Path) -> None:
    # 2 x 1 and, from April, 1 x 2: nothing that people see changes.
    case = a_case(
        tmp_path,
        coefficients=rows(
            COEFFICIENTS,
            "person,P1,a,2,2020-01-01,2025-04-01",
            "person,P1,b,2,2025-04-01,",
        ),
        records=rows(HEAD[:-1], "I1,P1,A,2025-01-01,1", "I1,P1,A,2025-04-01,1"),
    )
    assert lines_of(case) == [("P1", "01-01", "2", "2.0", "4.0")]


def test_adjusted_is_rounded_half_up_at_seven_places(tmp_path: Path) -> None:
    # 0.001 x 0.0001 = 0.0000001; times 0.5 is 0.00000005, half-up 0.0000001; and -0.5 away.
    case = a_case(
        tmp_path,
        weights=rows("item_code,weight,valid_from", "A,0.0001,2020-01-01"),
        coefficients=rows(COEFFICIENTS, "person,P1,a,0.5,2020-01-01,"),
        records=rows(HEAD[:-1], "I1,P1,A,2025-01-01,0.001"),
    )
    assert keys(settle(case))["P1"] == Fraction(1, 10**7)


def test_posts_and_pools_have_their_own_coefficients(tmp_path: Path) -> None:
    case = a_case(
        tmp_path,
        case="period: 2025\ncoefficients: {bonus: {applies_to: key, pools: [main]}}\n",
        staff=rows("person_id,institution_id,post_id", "P1,I1,N1", "P1,I1,N2"),
        pools=rows("institution_id,pool,amount", "I1,main,0", "I1,other,0"),
        coefficients=rows(
            COEFFICIENTS,
            "posting,P1@I1/N1,post,2,2020-01-01,",
            "person,P1,bonus,10,2020-01-01,",
        ),
        records=rows(HEAD + "post_id", "I1,P1,A,2025-01-01,1,N1", "I1,P1,A,2025-01-01,1,N2"),
    )
    outcome = settle(case)
    assert keys(outcome) == {"P1": 20 + 10}
    assert keys(outcome, "other") == {"P1": 2 + 1}


def test_a_change_of_coefficient_cuts_what_is_merged(tmp_path: Path) -> None:
    # Two times 0.0000001 over P1 and P2 in one month: merged, one each. A coefficient of P2
    # that changes between them cuts: each goes to P1.
    tables = {
        "weights": rows("item_code,weight,valid_from", "A,0.0001,2020-01-01"),
        "records": rows(
            HEAD + "performers", "I1,,A,2025-01-01,0.001,P1;P2", "I1,,A,2025-01-15,0.001,P1;P2"
        ),
    }
    assert keys(settle(a_case(tmp_path, **tables)))["P1"] == Fraction(1, 10**7)
    cut = rows(COEFFICIENTS, "person,P2,title,2,2025-01-15,")
    assert keys(settle(a_case(tmp_path, coefficients=cut, **tables)))["P1"] == Fraction(2, 10**7)


def test_overlapping_coefficients_are_refused(tmp_path: Path) -> None:
    both = rows(COEFFICIENTS, "person,P1,a,1,2020-01-01,", "person,P1,a,1,2025-01-01,")
    with pytest.raises(Refused, match="COEFFICIENT_OVERLAP"):
        settle(a_case(tmp_path, coefficients=both))


TEN = {
    "pools": rows("institution_id,pool,amount", "I1,main,0.10"),
    "records": rows(HEAD[:-1], "I1,P1,A,2025-01-01,1", "I1,P2,A,2025-01-01,1"),
}


def test_an_institution_coefficient_limits_its_pool(tmp_path: Path) -> None:
    # 10 fen x 0.75 = 7.5, half-up 8: 4 and 4; 2 are carried, or retained if declared.
    limit = rows(COEFFICIENTS, "institution,I1,remote,0.75,2020-01-01,")
    outcome = settle(a_case(tmp_path, coefficients=limit, **TEN))
    assert paid(outcome) == {"P1": 4, "P2": 4}
    assert outcome.pools["I1", "main"] == PoolTotal(10, 8, 0, 2)
    declared = "period: 2025\ncoefficients: {remote: {excess: retain}}\n"
    outcome = settle(a_case(tmp_path, case=declared, coefficients=limit, **TEN))
    assert outcome.pools["I1", "main"] == PoolTotal(10, 8, 2, 0)
    above = rows(COEFFICIENTS, "institution,I1,remote,1.0001,2020-01-01,")
    with pytest.raises(Refused, match="COEFFICIENT_ABOVE_ONE"):
        settle(a_case(tmp_path, coefficients=above, **TEN))


def test_withheld_is_rounded_once_per_payee_and_pool(tmp_path: Path) -> None:
    # P1 has 5 fen in each of two departments: 10 x 0.5 is 5, not 3 + 3.
    departments = "{levels: [{to: department}, {to: person}]}"
    kinds = "coefficients: {assessment: {applies_to: withhold}}\n"
    case = a_case(
        tmp_path,
        case=f"period: 2025\n{kinds}sharing:\n  default: {departments}\n",
        staff=rows("person_id,institution_id,post_id,department_id", "P1,I1,A,D1", "P1,I1,B,D2"),
        records=rows(HEAD + "post_id", "I1,P1,A,2025-01-01,1,A", "I1,P1,A,2025-01-01,1,B"),
        pools=rows("institution_id,pool,amount", "I1,main,0.10"),
        coefficients=rows(COEFFICIENTS, "person,P1,assessment,0.5,2020-01-01,"),
    )
    assert paid(settle(case)) == {"P1": 5}


def test_withheld_pay_is_retained(tmp_path: Path) -> None:
    # 5 fen x 0.5 = 2.5, half-up 3: the key stays, 2 fen are retained.
    case = a_case(
        tmp_path,
        case="period: 2025\ncoefficients: {assessment: {applies_to: withhold}}\n",
        coefficients=rows(COEFFICIENTS, "person,P2,assessment,0.5,2020-01-01,"),
        **TEN,
    )
    outcome = settle(case)
    assert paid(outcome) == {"P1": 5, "P2": 3}
    assert keys(outcome) == {"P1": 1, "P2": 1}
    assert outcome.pools["I1", "main"] == PoolTotal(10, 8, 2, 0)


# -- 5.12 ceilings -------------------------------------------------------------------------------


def ceiling(window: str = "month", places: str = "each", more: str = "") -> str:
    return (
        "period: 2025\nceilings:\n"
        f"  - {{name: C, window: {window}, places: {places}, tiers: [{{from: '0', rate: '1'}},"
        f" {{from: '10', rate: '0.5'}}, {{from: '20', rate: '0'}}]{more}}}\n"
    )


def test_tiers_are_marginal_and_half_open() -> None:
    one = read_declared({"ceilings": [
        {"name": "C", "window": "month", "tiers": [
            {"from": "0", "rate": "0.9"}, {"from": "10", "rate": "0.3333"}]}
    ]}).ceilings[0]  # fmt: skip
    assert tiers(one, Fraction(10)) == 9
    assert tiers(one, Fraction(12)) == 9 + Fraction("0.6666")
    assert tiers(one, Fraction(-10)) == -9
    # 0.0000003 x 0.3333 = 0.00000009999, half-up 0.0000001.
    assert tiers(one, 10 + Fraction("0.0000003")) == 9 + Fraction("0.0000001")


def test_a_cut_is_a_line_of_its_own(tmp_path: Path) -> None:
    # January 26: 10 + 5 + 0 = 15, cut 11. February 4 + 8 = 12: 11, cut 1. March 9: no cut.
    # P2 has 10 in all: no cut.
    case = a_case(
        tmp_path,
        case=ceiling(),
        records=rows(
            HEAD[:-1],
            "I1,P1,A,2025-01-01,26",
            "I1,P1,A,2025-02-01,4",
            "I1,P1,A,2025-02-28,8",
            "I1,P1,A,2025-03-28,9",
            "I1,P2,A,2025-01-28,10",
        ),
    )
    outcome = settle(case)
    assert keys(outcome) == {"P1": 15 + 11 + 9, "P2": 10}
    cuts = {at.month: int(line.equivalents) for at, line in outcome.lines.items() if not at.item}
    assert cuts == {"2025-01": -11, "2025-02": -1}
    assert {at.weight_row for at in outcome.lines if not at.item} == {"ceiling:C"}
    # Over the year 47: 15, cut 32.
    (tmp_path / "case.yaml").write_text(ceiling("year"), encoding="utf-8")
    outcome = settle(tmp_path)
    assert keys(outcome) == {"P1": 15, "P2": 10}
    (tmp_path / "case.yaml").write_text(ceiling(more=", valid_from: 2025-02-01"), encoding="utf-8")
    assert keys(settle(tmp_path)) == {"P1": 26 + 11 + 9, "P2": 10}


def test_the_cut_of_several_places_is_split(tmp_path: Path) -> None:
    # 12 at I1 and 9 at I2 are 21 together: 15, cut 6 over 12 : 9, which is 3.428571428.. and
    # 2.571428571..: the last e7 goes to the larger remainder, I2.
    case = a_case(
        tmp_path,
        case=ceiling("month", "together"),
        institutions=rows("institution_id", "I1", "I2"),
        staff=rows("person_id,institution_id", "P1,I1", "P1,I2"),
        records=rows(HEAD[:-1], "I1,P1,A,2025-01-01,12", "I2,P1,A,2025-01-01,9"),
    )
    cuts = {at.institution: line.equivalents for at, line in settle(case).lines.items()
            if not at.item}  # fmt: skip
    assert cuts == {"I1": -Fraction("3.4285714"), "I2": -Fraction("2.5714286")}


def test_the_cut_is_split_over_posts_and_segments(tmp_path: Path) -> None:
    # January: 8 before the coefficient 2 begins on the 16th, 8 after, by post N1; N2 has 9 and
    # takes back 11, together -2: as 0. Total 14: 12 counts, cut 2: 1 and 1. Key
    # (8 - 1) x 1 + (8 - 1) x 2 - 2 x 1.
    case = a_case(
        tmp_path,
        case=ceiling(),
        staff=rows("person_id,institution_id,post_id", "P1,I1,N1", "P1,I1,N2"),
        coefficients=rows(COEFFICIENTS, "posting,P1@I1/N1,post,2,2025-01-16,"),
        records=rows(
            HEAD + "post_id,record_id,corrects",
            "I1,P1,A,2025-01-01,8,N1,,",
            "I1,P1,A,2025-01-16,8,N1,,",
            "I1,P1,A,2025-01-01,9,N2,r1,",
            "I1,P1,A,2025-01-01,-11,N2,,r1",
        ),
    )
    outcome = settle(case)
    assert codes(outcome) == ["counted"] * 4
    assert keys(outcome) == {"P1": 7 + 14 - 2}


def test_a_tie_of_the_split_goes_to_the_earlier(tmp_path: Path) -> None:
    # 6.0000001 before the coefficient 2 begins, and 6.0000001 after: of 12.0000002 the half
    # above 10 is cut, 1.0000001, 0.5 each and the odd e7 from the earlier. Left are 5.5, and
    # 5.5000001 x 2.
    case = a_case(
        tmp_path,
        case=ceiling(),
        weights=rows("item_code,weight,valid_from", "A,1,2020-01-01", "B,0.0001,2020-01-01"),
        coefficients=rows(COEFFICIENTS, "person,P1,a,2,2025-01-16,"),
        records=rows(
            HEAD[:-1],
            "I1,P1,A,2025-01-01,6",
            "I1,P1,A,2025-01-16,6",
            "I1,P1,B,2025-01-01,0.001",
            "I1,P1,B,2025-01-16,0.001",
        ),
    )
    assert keys(settle(case))["P1"] == Fraction("16.5000002")
