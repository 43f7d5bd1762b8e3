"""The reference: days of stays, and items beside each other (5.6 of page 5, A12), by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import settle
from tests.reference.small_case import a_case, codes, keys, rows

HEAD = "institution_id,person_id,item_code,service_date,service_end_date,quantity,resident_id,"
BED = "item_code,weight,valid_from,valid_to,stopped,counting_basis"


def stays(folder: Path, *records: str, **tables: str) -> Path:
    """Write a case of home beds (BED, 1 a day), a ward (WARD, 2 a day) and visits."""
    given = {
        "staff": rows("person_id,institution_id", "P1,I1", "P2,I1"),
        "weights": rows(
            BED,
            "BED,1,2020-01-01,,,days",
            "WARD,2,2020-01-01,,,days",
            "VISIT,1,2020-01-01,,,",
            "CARE,0.3333,2020-01-01,,,",
        ),
        "records": rows(HEAD + "record_id,corrects", *records),
    }
    return a_case(folder, **(given | tables))


@pytest.mark.parametrize(
    ("stay", "days"),
    [
        ("2025-01-30,2025-02-02,99", {"2025-01": 2, "2025-02": 1}),
        ("2025-01-30,2025-01-30,1", {"2025-01": 1}),
        ("2025-01-30,2025-01-31,1", {"2025-01": 1}),
        # Cut at the period, 2025.
        ("2024-12-30,2025-01-03,4", {"2025-01": 2}),
        ("2025-12-30,2026-01-03,4", {"2025-12": 2}),
        # Without an end the quantity is days, all on the service date.
        ("2025-01-30,,2", {"2025-01": 2}),
    ],
)
def test_the_first_day_counts_the_last_does_not(
    tmp_path: Path, stay: str, days: dict[str, int]
) -> None:
    outcome = settle(stays(tmp_path, f"I1,P1,BED,{stay},R1,,"))
    assert codes(outcome) == ["counted"]
    assert {at.month: line.quantity for at, line in outcome.lines.items()} == days


@pytest.mark.parametrize(
    ("stay", "code"),
    [
        ("2024-12-30,2025-01-01,2,R1", "OUTSIDE_PERIOD"),
        ("2024-12-31,2024-12-31,1,R1", "OUTSIDE_PERIOD"),
        ("2026-01-01,2026-01-03,2,R1", "OUTSIDE_PERIOD"),
        ("2025-01-03,2025-01-02,1,R1", "END_BEFORE_START"),
        ("2025-01-03,2025-01-09,6,", "RESIDENT_MISSING"),
        ("2025-01-30,,3,", "DAYS_RANGE"),
        ("2025-12-31,,1,", "counted"),
    ],
)
def test_faults_of_stays(tmp_path: Path, stay: str, code: str) -> None:
    assert codes(settle(stays(tmp_path, f"I1,P1,BED,{stay},,"))) == [code]


def test_a_day_of_a_resident_counts_once(tmp_path: Path) -> None:
    # P1 has 1 to 4 January; P2's stay from the 3rd has only the 5th and 6th left; the third
    # stay nothing. Another resident, and another item, are apart.
    case = stays(
        tmp_path,
        "I1,P2,BED,2025-01-03,2025-01-07,4,R1,,",
        "I1,P1,BED,2025-01-01,2025-01-05,4,R1,,",
        "I1,P1,BED,2025-01-04,2025-01-06,2,R1,,",
        "I1,P1,BED,2025-01-04,2025-01-06,2,R2,,",
        "I1,P2,WARD,2025-01-04,2025-01-05,1,R1,,",
    )
    outcome = settle(case)
    assert codes(outcome) == ["counted", "counted", "BASIS_REPEAT", "counted", "counted"]
    assert keys(outcome) == {"P1": 4 + 2, "P2": 2 + 2}


def test_a_void_stay_leaves_its_days_to_others(tmp_path: Path) -> None:
    case = stays(
        tmp_path,
        "I1,P1,BED,2025-01-01,2025-01-03,2,R1,s1,",
        "I1,P1,BED,2025-01-01,2025-01-03,-2,R1,s2,s1",
        "I1,P2,BED,2025-01-02,2025-01-04,2,R1,,",
        "I1,P1,BED,2025-01-09,,3,R1,d1,",
        "I1,P1,BED,2025-01-09,,-1,R1,d2,d1",
    )
    outcome = settle(case)
    assert codes(outcome) == ["VOIDED", "VOIDED", "counted", "counted", "counted"]
    assert keys(outcome) == {"P1": 2, "P2": 2}


def test_each_day_has_its_own_weight_and_posting(tmp_path: Path) -> None:
    # 29 to 31 March at 1 (title a: weight 1), 1 to 3 April at 2, but P1's title is b on
    # 2 April: 3. After the stop, on 4 and 5 April, the days are left out.
    case = stays(
        tmp_path,
        "I1,P1,BED,2025-03-29,2025-04-06,8,R1,,",
        staff=rows(
            "person_id,institution_id,title_tier,active_from,active_to",
            "P1,I1,a,,2025-04-02",
            "P1,I1,b,2025-04-02,2025-04-03",
            "P1,I1,a,2025-04-03,",
        ),
        weights=rows(
            BED + ",title_tier",
            "BED,1,2020-01-01,2025-04-01,,days,",
            "BED,2,2025-04-01,2025-04-04,1,days,",
            "BED,3,2020-01-01,2025-04-04,1,days,b",
        ),
    )
    outcome = settle(case)
    found = [(at.month, int(line.weight), int(line.quantity)) for at, line in outcome.lines.items()]
    assert sorted(found) == [("2025-03", 1, 3), ("2025-04", 2, 2), ("2025-04", 3, 1)]


def test_a_stay_needs_its_performer_on_every_day(tmp_path: Path) -> None:
    # Every day is work of its date (5.20): P1 left on 3 April, so the second stay is rejected.
    case = stays(
        tmp_path,
        "I1,P1,BED,2025-03-29,2025-04-03,5,R1,,",
        "I1,P1,BED,2025-04-01,2025-04-05,4,R2,,",
        staff=rows("person_id,institution_id,active_to", "P1,I1,2025-04-03"),
    )
    outcome = settle(case)
    assert codes(outcome) == ["counted", "NO_POST"]
    assert keys(outcome) == {"P1": 5}


RULE = "period: 2025\nstays: [{name: ward, inside: [WARD], exclude: [BED]}]\n"


def test_home_bed_days_inside_a_hospital_stay_do_not_count(tmp_path: Path) -> None:
    # In the ward on 3 and 4 January: of 1 to 5 there remain 1, 2, 5; of 3 to 4 nothing.
    case = stays(
        tmp_path,
        "I1,P1,BED,2025-01-01,2025-01-06,5,R1,,",
        "I1,P2,WARD,2025-01-03,2025-01-05,2,R1,,",
        "I1,P1,BED,2025-01-03,2025-01-05,2,R1,,",
        "I1,P1,BED,2025-01-04,,2,R1,,",
        "I1,P1,BED,2025-01-03,2025-01-05,2,R2,,",
        case=RULE,
    )
    outcome = settle(case)
    inside = "STAY_INSIDE"
    assert codes(outcome) == ["counted", "counted", inside, inside, "counted"]
    assert keys(outcome) == {"P1": 3 + 2, "P2": 4}


def concurrent(credit: str, more: str = "") -> str:
    return (
        "period: 2025\nconcurrent:\n"
        f"  - {{name: c, beside: [VISIT], items: [CARE], credit: {credit}{more}}}\n"
    )


BESIDE = (
    "I1,P1,VISIT,2025-01-05,,1,R1,v1,",
    "I1,P2,CARE,2025-01-05,,2,R1,,",
    "I1,P2,CARE,2025-01-06,,10,R1,,",
    "I1,P2,CARE,2025-01-05,,100,R2,,",
    "I1,P2,CARE,2025-01-05,,1000,,,",
)


@pytest.mark.parametrize(
    ("rule", "weight"),
    [
        # Half of 0.3333 is 0.16665, half-up 0.1667.
        (concurrent('"0.5"'), "0.1667"),
        (concurrent("full"), "0.3333"),
        (concurrent("none"), "0"),
        (concurrent("none", ", series: [purchase]"), "0.3333"),
        (concurrent("none", ", valid_from: 2025-01-06"), "0.3333"),
        (concurrent("none", ", valid_to: 2025-01-06"), "0"),
    ],
)
def test_what_a_record_is_worth_beside_another(tmp_path: Path, rule: str, weight: str) -> None:
    outcome = settle(stays(tmp_path, *BESIDE, case=rule))
    whole = 1110 * Fraction("0.3333")
    assert keys(outcome)["P2"] == whole + 2 * Fraction(weight)
    assert codes(outcome)[1] == ("CONCURRENT" if weight == "0" else "counted")


def test_the_same_day_at_the_same_institution(tmp_path: Path) -> None:
    rule = concurrent("none", ", same: institution_day")
    places = {
        "institutions": rows("institution_id", "I1", "I2"),
        "staff": rows("person_id,institution_id", "P1,I1", "P2,I1", "P2,I2"),
    }
    there = "I2,P2,CARE,2025-01-05,,3,R1,,"
    outcome = settle(stays(tmp_path, *BESIDE[:2], there, case=rule, **places))
    assert codes(outcome) == ["counted", "CONCURRENT", "counted"]


def test_the_first_rule_that_fits_wins(tmp_path: Path) -> None:
    second = "  - {name: d, beside: [VISIT], items: [CARE], credit: none}\n"
    rules = concurrent("full", ", valid_to: 2025-01-05") + second
    assert codes(settle(stays(tmp_path, *BESIDE[:2], case=rules)))[1] == "CONCURRENT"
    rules = concurrent("full") + second
    assert codes(settle(stays(tmp_path, *BESIDE[:2], case=rules)))[1] == "counted"


def test_a_visit_that_is_taken_back_is_no_contact(tmp_path: Path) -> None:
    back = "I1,P1,VISIT,2025-01-05,,-1,R1,v2,v1"
    outcome = settle(stays(tmp_path, *BESIDE[:2], back, case=concurrent("none")))
    assert codes(outcome) == ["counted"] * 3


def test_a_stay_before_the_period_may_be_history_of_another_series(tmp_path: Path) -> None:
    # In `purchase` BED is one a resident and year, in `pay` days: the stay of February is
    # history in both, and no stay takes part in `purchase`.
    case = stays(
        tmp_path,
        "I1,P1,BED,2025-02-01,2025-02-03,2,R1,,",
        "I1,P1,BED,2025-03-01,2025-03-03,2,R1,,",
        case='period: "2025-03"\n',
        weights=rows(
            "item_code,weight,valid_from,series,counting_basis",
            "BED,1,2020-01-01,pay,days",
            "BED,1,2020-01-01,purchase,resident",
        ),
    )
    outcome = settle(case)
    assert codes(outcome) == ["BEFORE_PERIOD", "counted"]
    assert codes(outcome, "purchase") == ["BEFORE_PERIOD", "END_DATE_UNUSED"]


def test_what_does_not_count_is_no_contact(tmp_path: Path) -> None:
    # VISIT counts once a month: the second one earns nothing, so CARE beside it earns in full.
    weights = rows(
        "item_code,weight,valid_from,counting_basis,window",
        "VISIT,1,2020-01-01,resident,month",
        "CARE,2,2020-01-01,,",
    )
    case = stays(
        tmp_path,
        "I1,P1,VISIT,2025-01-05,,1,R1,,",
        "I1,P1,VISIT,2025-01-09,,1,R1,,",
        "I1,P2,CARE,2025-01-05,,1,R1,,",
        "I1,P2,CARE,2025-01-09,,1,R1,,",
        case=concurrent('"0.5"'),
        weights=weights,
    )
    assert keys(settle(case))["P2"] == 1 + 2


def test_a_correction_takes_back_what_its_record_earned(tmp_path: Path) -> None:
    care = "I1,P2,CARE,2025-01-05,,3,R1,c1,"
    back = "I1,P2,CARE,2025-01-20,,-2,R1,,c1"
    outcome = settle(stays(tmp_path, BESIDE[0], care, back, case=concurrent('"0.5"')))
    assert keys(outcome)["P2"] == Fraction("0.1667")
