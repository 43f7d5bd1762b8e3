"""The reference: shared records, split in e7 (A5 of page 1; 5.4, 5.10 of page 5), by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import Line, LineKey, settle
from tests.reference.ceilings import apportion
from tests.reference.form import shares
from tests.reference.small_case import a_case, codes, keys, rows
from tests.reference.splitting import split_e7

STAFF = rows("person_id,institution_id,post_id", "P1,I1,", "P2,I1,", "P3,I1,", "P2,I1,N2")
RECORDS = "institution_id,person_id,item_code,service_date,quantity,performers,team_id,"


def test_shares_are_read() -> None:
    assert shares("P1:3;P2:2") == {"P1": 3, "P2": 2}
    assert shares("P1;P2") == {"P1": 1, "P2": 1}
    assert shares("P1") == {"P1": 1}
    for text in ("P1:0", "P1:01", "P1:1;P2", "P1;P1", "P1;", ":1", "P1:1.5", "P1:-1", "P1:1:1"):
        assert shares(text) == {}, text


def test_a_total_is_split_by_shares() -> None:
    # 10 over 3:2 is 6 and 4; 1 over three equal ones goes to the smallest code; a negative
    # total is split like its absolute value.
    assert split_e7(10, [("P1", 3), ("P2", 2)]) == {"P1": 6, "P2": 4}
    assert split_e7(1, [("b", 1), ("a", 1), ("c", 1)]) == {"a": 1, "b": 0, "c": 0}
    assert split_e7(-11, [("P1", 3), ("P2", 2)]) == {"P1": -7, "P2": -4}
    assert apportion(5, [("a", 1), ("b", 1), ("c", -9)]) == {"a": 3, "b": 2, "c": 0}


def test_declared_and_equal_shares_and_lines(tmp_path: Path) -> None:
    # 3:2 of 1 + 2 = 3 is 1.8 and 1.2 (6:4 is the same set); equal thirds of 0.0001 are
    # 0.0000334, 0.0000333, 0.0000333.
    case = a_case(
        tmp_path,
        staff=STAFF,
        weights=rows("item_code,weight,valid_from", "A,1,2020-01-01", "B,0.0001,2020-01-01"),
        records=rows(
            RECORDS + "post_id",
            "I1,,A,2025-01-01,1,P1:3;P2:2,,",
            "I1,P2,A,2025-01-31,2,P2:4;P1:6,,",
            "I1,P1,B,2025-01-01,1,P3;P1;P2,,",
            "I1,P1,A,2025-01-01,4,P1:9,,",
        ),
    )
    outcome = settle(case)
    assert keys(outcome) == {
        "P1": Fraction("1.8000334") + 4,
        "P2": Fraction("1.2000333"),
        "P3": Fraction("0.0000333"),
    }
    whole = LineKey("pay", "I1", "P1", "A", "2025-01", "A@2020-01-01")
    assert outcome.lines[whole] == Line(Fraction(4), Fraction(1), Fraction(4))
    assert outcome.lines[whole._replace(share=Fraction(3, 5))] == Line(
        Fraction(3), Fraction(1), Fraction("1.8")
    )
    assert len(outcome.lines) == 6


def test_records_are_merged_before_they_are_split(tmp_path: Path) -> None:
    # Two times 0.0000001 over two people: split one by one the smaller code would take both.
    # In another month, or with another post of P2 (named by post_id), nothing is merged.
    records = ["I1,P2,B,2025-01-01,0.001,P1;P2,,", "I1,P2,B,2025-01-02,0.001,P1;P2,,"]
    weights = rows("item_code,weight,valid_from", "B,0.0001,2020-01-01")
    one = a_case(tmp_path, staff=STAFF, weights=weights, records=rows(RECORDS, *records))
    tiny = Fraction(1, 10**7)
    assert keys(settle(one)) == {"P1": tiny, "P2": tiny, "P3": 0}
    apart = [records[0], "I1,P2,B,2025-02-01,0.001,P1;P2,,", "I1,P2,B,2025-02-01,0.001,P1;P2,,N2"]
    records_csv = rows(RECORDS + "post_id", *(line for line in apart))
    one = a_case(tmp_path, staff=STAFF, weights=weights, records=records_csv)
    assert keys(settle(one)) == {"P1": 3 * tiny, "P2": 0, "P3": 0}


def test_a_weight_that_depends_on_the_performer(tmp_path: Path) -> None:
    # Quantity 1, equal shares. P1 (senior) weighs 0.0003, P2 (junior) 0.0001, each over both:
    # P1 takes 0.00015, P2 0.00005. With 0.001 more the halves of 0.0003003 and 0.0001001 are
    # odd, and the fen of e7 goes to P1, the smaller code, in both: P1 takes it, P2 has none.
    case = a_case(
        tmp_path,
        staff=rows("person_id,institution_id,title_tier", "P1,I1,senior", "P2,I1,junior"),
        weights=rows(
            "item_code,weight,valid_from,title_tier",
            "B,0.0003,2020-01-01,senior",
            "B,0.0001,2020-01-01,junior",
        ),
        records=rows(RECORDS, "I1,,B,2025-01-01,1,P1;P2,,", "I1,,B,2025-01-02,0.001,P1;P2,,"),
    )
    assert keys(settle(case)) == {"P1": Fraction("0.0001502"), "P2": Fraction("0.0000500")}


def test_a_performer_without_weight_rejects_the_record(tmp_path: Path) -> None:
    case = a_case(
        tmp_path,
        staff=rows("person_id,institution_id,title_tier", "P1,I1,senior", "P2,I1,junior"),
        weights=rows("item_code,weight,valid_from,title_tier", "B,1,2020-01-01,senior"),
        records=rows(RECORDS, "I1,,B,2025-01-01,1,P1;P2,,", "I1,P1,B,2025-01-01,1,,,"),
    )
    assert codes(settle(case)) == ["NO_WEIGHT_FOR_CONDITIONS", "counted"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # GP 3, nurse by `share` 2, P3 without a role of the list 1: 6 in all.
        ("2025-03-31", {"P1": 3, "P2": 2, "P3": 1}),
        # From April P2 is no member, and from June P1 has no posting there.
        ("2025-04-01", {"P1": Fraction(9, 2), "P2": 0, "P3": Fraction(3, 2)}),
        ("2025-06-01", {"P1": 0, "P2": 0, "P3": 6}),
    ],
)
def test_a_team_shares_by_role_on_the_date(
    tmp_path: Path, day: str, expected: dict[str, Fraction]
) -> None:
    case = a_case(
        tmp_path,
        case="period: 2025\nteam_roles: {GP: 3, nurse: 7}\n",
        staff=rows("person_id,institution_id,active_to", "P1,I1,2025-06-01", "P2,I1,", "P3,I1,"),
        teams=rows(
            "team_id,person_id,role,share,valid_to",
            "T1,P1,GP,,",
            "T1,P2,nurse,2,2025-04-01",
            "T1,P3,driver,,",
            "T2,P1,GP,,",
        ),
        records=rows(RECORDS, f"I1,,A,{day},6,,T1,"),
    )
    assert keys(settle(case)) == expected


def test_with_a_person_the_team_is_only_an_attribute(tmp_path: Path) -> None:
    case = a_case(
        tmp_path,
        teams=rows("team_id,person_id,role", "T1,P1,GP", "T1,P2,GP"),
        records=rows(RECORDS, "I1,P2,A,2025-01-01,6,,T1,", "I1,,A,2025-01-01,2,,T1,"),
    )
    assert keys(settle(case)) == {"P1": 1, "P2": 7}
