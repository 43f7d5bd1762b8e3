"""Corrections at the door: what they leave of a record decides, and they go with it (A10).

Catches: a service paid to two sources because a correction of another period took one of them off;
a correction that adds looked at as a record of its own; one of a correction that takes off nothing.
"""

from pathlib import Path

import pytest

from tests.against_reference import compare
from tests.reference import settle
from tests.reference.small_case import a_case, codes, rows

HEAD = (
    "record_id,corrects,person_id,service_date,quantity,resident_id,source,"
    "institution_id,item_code,performers"
)
"""The columns that a case fills, then those that are alike in all of them."""
ALIKE = "I1,A"
TWICE = "SAME_SERVICE_TWICE_REJECTED"
DAY = "IMPOSSIBLE_DAY_REJECTED"
EXCLUDED = "OUTSIDE_PERIOD"
CASES = {
    # Its correction is no work of June: both sources would be paid.
    "of-another-period": (
        "same_service_twice: error",
        ["R1,,P1,2025-06-02,1,X,HIS", "R2,,P2,2025-06-02,1,X,公卫", "C,R1,P1,2025-07-02,-1,X,HIS"],
        ["counted", TWICE, EXCLUDED],
    ),
    "of-this-period": (
        "same_service_twice: error",
        ["R1,,P1,2025-06-02,1,X,HIS", "R2,,P2,2025-06-02,1,X,公卫", "C,R1,P1,2025-06-09,-1,X,HIS"],
        ["counted", "counted", "counted"],
    ),
    # 3 + 2 = 5 of 10 minutes each are 50; as records of their own they would be 70.
    "that-adds": (
        "impossible_day: {severity: error, minutes: {A: 10}, limit: 50}",
        ["R1,,P1,2025-06-02,3,,", "C,R1,P1,2025-06-02,2,,"],
        ["counted", "counted"],
    ),
    "that-adds-too-much": (
        "impossible_day: {severity: error, minutes: {A: 10}, limit: 49}",
        ["R1,,P1,2025-06-02,3,,", "C,R1,P1,2025-06-03,2,,", "R2,,P1,2025-06-03,4,,"],
        [DAY, DAY, "counted"],
    ),
    # 9 - 4 + 1 = 6: the second one gives back of what the first one took.
    "of-a-correction": (
        "impossible_day: {severity: error, minutes: {A: 10}, limit: 55}",
        ["R1,,P1,2025-06-02,9,,", "C1,R1,P1,2025-06-02,-4,,", "C2,C1,P1,2025-06-02,1,,"],
        [DAY, DAY, DAY],
    ),
    "of-a-correction-within-the-limit": (
        "impossible_day: {severity: error, minutes: {A: 10}, limit: 60}",
        ["R1,,P1,2025-06-02,9,,", "C1,R1,P1,2025-06-02,-4,,", "C2,C1,P1,2025-06-02,1,,"],
        ["counted", "counted", "counted"],
    ),
    "in-a-ring": (
        "impossible_day: {severity: error, minutes: {A: 10}, limit: 50}",
        ["C1,C2,P1,2025-06-02,90,,", "C2,C1,P1,2025-06-02,-1,,", "C3,C1,P1,2025-06-02,-1,,"],
        ["counted", "counted", "counted"],
    ),
    # It takes nothing off, and is rejected for its own fault.
    "that-is-malformed": (
        "impossible_day: {severity: error, minutes: {A: 10}, limit: 50}",
        ["R1,,P1,2025-06-02,6,,", "C,R1,P1,2025-06-02,-3,,,P2"],
        [DAY, "PERFORMERS_DIFFER"],
    ),
}


@pytest.mark.rules("A10")
@pytest.mark.parametrize("name", CASES)
def test_a_correction(name: str, tmp_path: Path) -> None:
    checks, lines, wanted = CASES[name]
    fields = [[*line.split(","), "", ""][:8] for line in lines]
    records = rows(HEAD, *(",".join([*one[:7], ALIKE, one[7]]) for one in fields))
    text = f"period: 2025-06\noutside_period: exclude\nchecks: {{{checks}}}\n"
    case = a_case(tmp_path, case=text, records=records)
    assert codes(settle(case)) == wanted
    assert compare(case, tmp_path / "out") == []
