"""The reference: assessment (C1 to C3; 5.17, 5.2, 5.3), every figure worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.reference import Refused, settle
from tests.reference.scores import coefficient, points
from tests.reference.small_case import HEAD, a_case, paid, rows
from tests.reference.spans import before, is_of, names_of

DAY = date(2025, 12, 31)
RESULTS = "level,subject_id,indicator,numerator,denominator,score,exempt,period"


def scored(ratio: str, **score: Any) -> Fraction:
    """Return the points, of 100, of a ratio."""
    return points("x", {"score": score}, Fraction(ratio), DAY)


@pytest.mark.parametrize(
    ("kind", "ratio", "expected"),
    [
        # The bound passes (5.17); 0.8499.. does not.
        ({"kind": "at_least", "target": "0.85"}, "17/20", 100),
        ({"kind": "at_least", "target": "0.85"}, "849999/1000000", 0),
        ({"kind": "at_most", "target": "0.1"}, "1/10", 100),
        ({"kind": "at_most", "target": "0.1"}, "2/10", 0),
        # 100 x (2/3) / 0.8 = 83.33..
        ({"kind": "proportional", "target": "0.8"}, "2/3", Fraction(250, 3)),
        ({"kind": "proportional", "target": "0.8"}, "0.9", 100),
        # (0.7 - 0.6) / (0.9 - 0.6) = 1/3
        ({"kind": "linear", "from": "0.6", "to": "0.9"}, "0.7", Fraction(100, 3)),
        ({"kind": "linear", "from": "0.6", "to": "0.9"}, "0.5", 0),
        ({"kind": "linear", "from": "0.6", "to": "0.9"}, "2", 100),
        ({"kind": "linear", "from": "0.6", "to": "0.9", "falling": "yes"}, "0.7",
         Fraction(200, 3)),
        ({"kind": "yes_no"}, "1", 100),
        ({"kind": "yes_no"}, "0", 0),
    ],
)  # fmt: skip
def test_points_of_a_ratio(kind: dict[str, str], ratio: str, expected: Fraction) -> None:
    assert scored(ratio, **kind) == expected


def test_points_by_tiers() -> None:
    tiers = [{"from": "0.6", "points": "60"}, {"from": "0.85", "points": "100"}]
    found = [scored(ratio, kind="tiers", tiers=tiers) for ratio in ("0.59", "0.6", "0.8499", "0.9")]
    assert found == [0, 60, 60, 100]


def test_functions_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(Refused, match="SCORE_BOUNDS_CROSS"):
        scored("1", kind="linear", **{"from": "0.9", "to": "0.9"})
    with pytest.raises(Refused, match="RESULT_NOT_YES_NO"):
        scored("1/2", kind="yes_no")
    tiers = [{"from": "0.6", "points": "60"}, {"from": "0.6", "points": "100"}]
    with pytest.raises(Refused, match="TIERS_NOT_ASCENDING"):
        scored("1", kind="tiers", tiers=tiers)


def test_a_target_is_that_of_the_day() -> None:
    target = [{"value": "0.8", "valid_to": "2026-01-01"},
              {"value": "0.9", "valid_from": "2026-01-01"}]  # fmt: skip
    indicator = {"score": {"kind": "at_least", "target": target}}
    assert points("x", indicator, Fraction("0.85"), DAY) == 100
    assert points("x", indicator, Fraction("0.85"), date(2026, 1, 1)) == 0


LINE = {"kind": "linear",
        "points": [{"score": "60", "value": "0.6"}, {"score": "90", "value": "1.1"}]}  # fmt: skip
TIERS = {"kind": "tiers", "tiers": [{"from": "0", "value": "0.8"}, {"from": "80", "value": "1"}]}


@pytest.mark.parametrize(
    ("declared", "score", "expected"),
    [
        ({}, "250/3", "0.8333"),
        ({}, "66.665", "0.6667"),  # 0.66665 half-up
        # 0.6 + 0.5 x (77.77 - 60) / 30 = 0.89616..
        (LINE, "77.77", "0.8962"),
        (LINE, "1", "0.6"),
        (LINE, "100", "1.1"),
        (TIERS, "79.9999", "0.8"),
        (TIERS, "80", "1"),
        ({"kind": "threshold", "at": "60", "below": "0", "above": "1"}, "60", "1"),
        ({"kind": "threshold", "at": "60", "below": "0", "above": "score"}, "59.99", "0"),
        ({"kind": "threshold", "at": "60", "below": "0", "above": "score"}, "61", "0.61"),
    ],
)
def test_a_score_gives_a_coefficient(declared: dict[str, Any], score: str, expected: str) -> None:
    assert coefficient({"coefficient": declared}, Fraction(score)) == Fraction(expected)


def test_a_coefficient_outside_its_limits_is_refused() -> None:
    declared = {"limits": {"min": "0.6", "max": "1"}}
    assert coefficient({"coefficient": declared}, Fraction(60)) == Fraction("0.6")
    with pytest.raises(Refused, match="COEFFICIENT_OUTSIDE"):
        coefficient({"coefficient": declared}, Fraction("59.99"))


def test_periods_of_an_assessment() -> None:
    assert names_of("quarter", date(2025, 6, 1), date(2025, 8, 1)) == ["2025-Q2", "2025-Q3"]
    assert names_of("year", date(2025, 6, 1), date(2025, 8, 1)) == ["2025"]
    assert [before("half_year", "2025-H1"), before("month", "2025-01")] == ["2024-H2", "2024-12"]
    assert is_of("month", "2025-07")
    assert not is_of("quarter", "2025-07")
    assert not is_of("year", "last year")


CASE = """period: {period}
assessment:
  indicators:
    coverage: {{score: {{kind: proportional, target: "0.8"}}}}
    renewal: {{full: "50", score: {{kind: at_least, target: "0.8"}}}}
    voice: {{}}
  composites:
    judged: {{level: {level}{more}, weights: {{coverage: "50", renewal: "30", voice: "20"}}}}
coefficients: {{judged: {{applies_to: {to}}}}}
sharing: {{default: {{levels: [{levels}]}}}}
"""
WORK = rows(HEAD[:-1], "I1,P1,A,2025-03-01,3", "I1,P2,A,2025-09-01,3")


def judged(
    folder: Path,
    *results: str,
    level: str = "person",
    to: str = "key",
    levels: str = "{to: person}",
    more: str = "",
    period: str = "2025",
    **tables: str,
) -> dict[str, int]:
    """Settle a case of 100.00 shared by two with 3 equivalents each, and return their fen."""
    text = CASE.format(level=level, to=to, levels=levels, more=more, period=period)
    given = {"records": WORK, "pools": rows("institution_id,pool,amount", "I1,main,100.00")}
    given |= tables
    return paid(settle(a_case(folder, case=text, assessments=rows(RESULTS, *results), **given)))


P1 = ("person,P1,coverage,6,10,,,", "person,P1,renewal,8,10,,,", "person,P1,voice,,,90,,")
"""50 x (0.6 / 0.8) + 30 + 20 x 0.9 = 37.5 + 30 + 18 = 85.5: coefficient 0.8550."""
P2 = ("person,P2,coverage,8,10,,,", "person,P2,renewal,7,10,,,", "person,P2,voice,,,100,,")
"""50 + 0 + 20 = 70: 0.7000."""


def test_a_person_s_result_multiplies_the_key(tmp_path: Path) -> None:
    # 2.565 : 2.1 of 10,000 fen: 5498.39.. and 4501.60.., the odd fen to the larger remainder.
    assert judged(tmp_path, *P1, *P2) == {"P1": 5498, "P2": 4502}


def test_a_person_s_result_withholds(tmp_path: Path) -> None:
    assert judged(tmp_path, *P1, *P2, to="withhold") == {"P1": 4275, "P2": 3500}


def test_a_composite_applies_to_nothing_unless_declared(tmp_path: Path) -> None:
    assert judged(tmp_path, *P1, *P2, to="none") == {"P1": 5000, "P2": 5000}


def test_what_is_not_applicable_is_spread_over_the_rest(tmp_path: Path) -> None:
    # P2 without coverage: (0 x 30 + 20) / 50 = 0.4; P1's renewal exempt as met: 85.5 as before.
    p1 = (P1[0], "person,P1,renewal,,,,1,", P1[2])
    p2 = ("person,P2,coverage,0,0,,,", P2[1], P2[2])
    # 2.565 : 1.2 of 10,000: 6812.74.. and 3187.25..
    assert judged(tmp_path, *p1, *p2) == {"P1": 6813, "P2": 3187}


def test_an_exempt_composite_is_1_and_a_given_total_is_that(tmp_path: Path) -> None:
    # 3 : 3 x 0.5
    given = ("person,P1,judged,,,,1,", "person,P2,judged,,,50,,")
    assert judged(tmp_path, *given) == {"P1": 6667, "P2": 3333}


def test_quarters_hold_in_their_quarter_or_the_next(tmp_path: Path) -> None:
    (tmp_path / "same").mkdir()
    (tmp_path / "next").mkdir()
    scores = {"2024-Q4": 10, "2025-Q1": 20, "2025-Q2": 30, "2025-Q3": 40, "2025-Q4": 50}
    results = [
        f"person,{who},judged,,,{score},,{name}"
        for who in ("P1", "P2") for name, score in scores.items()
    ]  # fmt: skip
    # P1 worked in Q1, P2 in Q3: 0.2 to 0.4, of the quarter before 0.1 to 0.3.
    same = judged(tmp_path / "same", *results, more=", period: quarter")
    assert same == {"P1": 3333, "P2": 6667}
    later = judged(tmp_path / "next", *results, more=", period: quarter, applies: next")
    assert later == {"P1": 2500, "P2": 7500}


def test_the_mean_of_quarters_is_one_coefficient(tmp_path: Path) -> None:
    # P1 (20 + 30 + 40 + 10) / 4 = 25; P2 always 75: 0.25 : 0.75.
    first = zip(("Q1", "Q2", "Q3", "Q4"), (20, 30, 40, 10), strict=True)
    results = [f"person,P1,judged,,,{score},,2025-{name}" for name, score in first]
    results += [f"person,P2,judged,,,75,,2025-Q{number}" for number in (1, 2, 3, 4)]
    found = judged(tmp_path, *results, more=", period: quarter, combine: mean")
    assert found == {"P1": 2500, "P2": 7500}


def test_an_institution_s_result_multiplies_its_pool(tmp_path: Path) -> None:
    # Half of 100.00 is carried.
    found = judged(tmp_path, "institution,I1,judged,,,50,,", level="institution")
    assert found == {"P1": 2500, "P2": 2500}


def test_a_department_s_result_multiplies_its_key_and_nobody_s_in_it(tmp_path: Path) -> None:
    # D1 3 x 0.5 = 1.5, D2 3 x 1: one third and two thirds.
    staff = rows("person_id,institution_id,department_id", "P1,I1,D1", "P2,I1,D2")
    tables = {"staff": staff, "departments": rows("department_id,institution_id", "D1,I1", "D2,I1")}
    results = ("department,D1,judged,,,50,,", "department,D2,judged,,,100,,")
    levels = "{to: department}, {to: person}"
    found = judged(tmp_path, *results, level="department", levels=levels, **tables)
    assert found == {"P1": 3333, "P2": 6667}
    with pytest.raises(Refused, match="DEPARTMENT_COEFFICIENT_NO_LEVEL"):
        judged(tmp_path, *results, level="department", **tables)


def test_a_department_s_coefficient_may_stand_in_the_table(tmp_path: Path) -> None:
    # As above: 1.5 of 4.5, and 3.
    staff = rows("person_id,institution_id,department_id", "P1,I1,D1", "P2,I1,D2")
    by = rows("scope,subject_id,kind,value,valid_from", "department,D1,size,0.5,2020-01-01")
    text = "period: 2025\nsharing: {main: {levels: [{to: department}, {to: person}]}}\n"
    pools = rows("institution_id,pool,amount", "I1,main,100.00")
    departments = rows("department_id,institution_id", "D1,I1", "D2,I1")
    tables = {"staff": staff, "coefficients": by, "pools": pools, "departments": departments}
    found = settle(a_case(tmp_path, case=text, records=WORK, **tables))
    assert paid(found) == {"P1": 3333, "P2": 6667}
    assert [step.key for step in found.steps if step.level == "department"] == [Fraction("1.5"), 3]


def test_one_result_of_the_county_is_of_every_institution(tmp_path: Path) -> None:
    found = judged(tmp_path, "county,330521,judged,,,80,,", level="county")
    assert found == {"P1": 4000, "P2": 4000}


def test_subjects_that_are_not_asked_may_have_no_result(tmp_path: Path) -> None:
    # P2 is not asked: no coefficient, so 3 x 0.855 : 3.
    found = judged(tmp_path, *P1, more=", subjects: {ids: [P1]}")
    assert found == {"P1": 4609, "P2": 5391}


@pytest.mark.parametrize(
    ("results", "code"),
    [
        (P1 + P2[:2], "RESULT_MISSING"),
        ((*P1, *P2, P2[0]), "RESULT_TWICE"),
        ((*P1, *P2, "person,P9,voice,,,1,,"), "SUBJECT_UNKNOWN"),
        ((*P1, *P2, "person,P1,noise,,,1,,"), "INDICATOR_UNKNOWN"),
        ((*P1, *P2, "village,P1,voice,,,1,,"), "LEVEL_UNKNOWN"),
        ((*P1, *P2[:2], "person,P2,voice,1,2,,,"), "RESULT_FORM"),
        ((*P1, *P2[:2], "person,P2,voice,1,2,3,,"), "RESULT_FORM"),
        ((*P1, *P2[:2], "person,P2,voice,,,100.01,,"), "SCORE_ABOVE_FULL"),
        ((*P1, *P2, "person,P1,voice,,,90,,2025-Q1"), "RESULT_PERIOD"),
        ((*P1, *P2, "person,P1,judged,,,90,,"), "RESULT_TWICE"),
    ],
)  # fmt: skip
def test_bad_results_are_refused(tmp_path: Path, results: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refused, match=code):
        judged(tmp_path, *results)


def test_all_not_applicable_and_weights_that_do_not_add_up(tmp_path: Path) -> None:
    text = CASE.format(level="person", to="key", levels="{to: person}", more="", period="2025")
    only = text.replace('{coverage: "50", renewal: "30", voice: "20"}', '{coverage: "100"}')
    results = rows(RESULTS, "person,P1,coverage,0,0,,,", "person,P2,coverage,1,2,,,")
    with pytest.raises(Refused, match="ALL_NOT_APPLICABLE"):
        settle(a_case(tmp_path, case=only, assessments=results, records=WORK))
    over = text.replace('voice: "20"', 'voice: "21"')
    with pytest.raises(Refused, match="WEIGHTS_SUM"):
        settle(a_case(tmp_path, case=over, assessments=rows(RESULTS, *P1, *P2), records=WORK))


def test_a_surplus_asks_for_a_composite_that_applies_to_it(tmp_path: Path) -> None:
    accounts = rows("institution_id,line,kind,amount", "I1,医疗,income,200.00")
    needs = CASE.replace(
        "period: {period}\n", "period: {period}\nsurplus: {{assessment: required}}\n"
    )
    for to, refused in (("key", False), ("withhold", False), ("none", True)):
        text = needs.format(level="person", to=to, levels="{to: person}", more="", period="2025")
        tables = {"assessments": rows(RESULTS, *P1, *P2), "records": WORK, "accounts": accounts}
        case = a_case(tmp_path, case=text, **tables)
        if refused:
            with pytest.raises(Refused, match="SURPLUS_NOT_ASSESSED"):
                settle(case)
            continue
        found = paid(settle(case), "surplus")
        assert found == ({"P1": 5498, "P2": 4502} if to == "key" else {"P1": 4275, "P2": 3500})
