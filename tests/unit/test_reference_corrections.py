"""The reference: corrections and the year-end (D5; 5.18, 5.19), worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import Outcome, Refused, settle
from tests.reference.corrections import YearRow, corrections, pool_rows, year_end
from tests.reference.small_case import HEAD, a_case, rows

FIRST = ("I1,P1,A,2025-03-01,6", "I1,P2,A,2025-03-01,3")
LATE = ("I1,P1,A,2025-03-31,1",)


def month(
    folder: Path, *records: str, pool: str = "100.00", period: str = "2025-03", **more: str
) -> Outcome:
    """Settle a month of two people."""
    pools = rows("institution_id,pool,amount", f"I1,main,{pool}")
    case = f"period: {period}\n" + more.pop("rules", "")
    return settle(a_case(folder, case=case, pools=pools, records=rows(HEAD[:-1], *records), **more))


def fen(closed: Outcome, now: Outcome, mode: str, *earlier: dict[str, int]) -> dict[str, int]:
    """Return what corrections pay, by person."""
    before = [{("I1", "main", who): one for who, one in done.items()} for done in earlier]
    return {
        who: one.amount_fen for (_, _, who), one in corrections(closed, now, mode, before).items()
    }


def test_a_late_record_is_paid_at_the_closed_price(tmp_path: Path) -> None:
    closed, now = month(tmp_path, *FIRST), month(tmp_path, *FIRST, *LATE)
    # One more of 10,000 fen / 9: 1111.11.., nobody pays it back.
    assert fen(closed, now, "at_price") == {"P1": 1111}
    row = corrections(closed, now, "at_price")["I1", "main", "P1"]
    assert (row.key_closed, row.key_now, row.closed_fen) == (Fraction(6), Fraction(7), 6667)
    # 7 : 3 are 70.00 and 30.00.
    assert fen(closed, now, "reshare") == {"P1": 7000 - 6667, "P2": 3000 - 3333}


@pytest.mark.parametrize("mode", ["at_price", "reshare"])
def test_the_same_is_no_difference_and_earlier_ones_count(tmp_path: Path, mode: str) -> None:
    closed, now = month(tmp_path, *FIRST), month(tmp_path, *FIRST, *LATE)
    assert fen(closed, closed, mode) == {}
    once = fen(closed, now, mode)
    assert fen(closed, now, mode, once) == {}
    # Then the record turns out to be wrong: everything goes back.
    assert fen(closed, closed, mode, once) == {who: -one for who, one in once.items()}


def test_leavers_and_new_people_are_corrected(tmp_path: Path) -> None:
    closed = month(tmp_path, *FIRST)
    gone = rows("person_id,institution_id,active_to", "P1,I1,", "P2,I1,2025-03-01", "P3,I1,")
    now = month(tmp_path, FIRST[0], "I1,P3,A,2025-03-01,1.5", staff=gone)
    # P2's 3 x 1111.11.. go, P3 has 1.5 x 1111.11..
    assert fen(closed, now, "at_price") == {"P2": -3333, "P3": 1667}


def test_a_price_is_the_parent_s_at_the_last_level(tmp_path: Path) -> None:
    # D1 has 6 of 9: 66.67 over 6; D2 33.33 over 3.
    staff = rows("person_id,institution_id,department_id", "P1,I1,D1", "P2,I1,D2")
    tables = {"staff": staff, "departments": rows("department_id,institution_id", "D1,I1", "D2,I1"),
              "rules": "sharing: {main: {levels: [{to: department}, {to: person}]}}\n"}  # fmt: skip
    closed, now = month(tmp_path, *FIRST, **tables), month(tmp_path, *FIRST, *LATE, **tables)
    assert fen(closed, now, "at_price") == {"P1": 1111}  # 6667 / 6 = 1111.16..
    none = month(tmp_path, FIRST[0], pool="60.00", **tables)
    both = month(tmp_path, *FIRST, pool="60.00", **tables)
    with pytest.raises(Refused, match="CORRECTION_NO_PRICE"):
        fen(none, both, "at_price")


def test_components_are_corrected_by_their_amount(tmp_path: Path) -> None:
    rules = "components: {津贴: {kind: allowance, rate: {value: '9.00', unit: 元/人·月}}}\n"
    closed = month(tmp_path, *FIRST, rules=rules)
    now = month(tmp_path, *FIRST, rules=rules.replace("9.00", "9.50"))
    found = corrections(closed, now, "at_price")
    assert {at: one.amount_fen for at, one in found.items()} == {
        ("I1", "津贴", "P1"): 50, ("I1", "津贴", "P2"): 50}  # fmt: skip


def test_the_year_pays_what_its_months_did_not(tmp_path: Path) -> None:
    one = month(tmp_path, *FIRST, period="2025-H1")
    two = month(tmp_path, "I1,P2,A,2025-09-01,9", period="2025-H2", pool="50.00")
    # 66.67 + 0.00 and 33.33 + 50.00; the year: 180.00 over 6 : 12 is 60.00 and 120.00.
    year = month(tmp_path, *FIRST, "I1,P2,A,2025-09-01,9", period="2025", pool="180.00")
    adjusted = [{("I1", "main", "P2"): 100}]
    found = year_end(year, [one, two], adjusted)
    assert found == {
        ("I1", "main", "P1"): YearRow(6000, 6667, 0),
        ("I1", "main", "P2"): YearRow(12000, 8333, 100),
    }
    over, under = found.values()
    assert (over.due_fen, over.pays_now("recover"), over.pays_now("carry")) == (-667, -667, 0)
    assert (under.due_fen, under.pays_now("carry")) == (3567, 3567)
    assert pool_rows(year, [one, two])["I1", "main", "retained"] == YearRow(0, 0, 0)
