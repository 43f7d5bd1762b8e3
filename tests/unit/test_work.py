"""Work of institutions out of item lines of people: nothing twice, nothing lost.

Faults caught: the quantity of a shared record counted once for each performer, sums that wrap,
months of one item mixed up, work looked for at the wrong institution.
"""

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.errors import ConservationError
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.lines import Lines
from equivalents.policy.calendar import parse_day
from equivalents.settle import settle
from equivalents.units import parse_quantity_e3
from equivalents.work import Work, summed, work_of, work_of_sums
from tests.build.tables import read

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
PLACES = ("I1", "I2", "I3")
ITEMS = ("A", "B")

Row = tuple[int, int, int, int, int, int, int]
"""Institution, item, month, quantity, equivalents, share, whole."""


def some_lines(rows: list[Row], *, kind: type = np.int64, shared: bool = True) -> Lines:
    place, item, month, quantity, equivalents, share, whole = (
        np.array(column, np.int64) for column in zip(*rows, strict=True)
    )
    no = np.zeros(place.size, np.int32)
    return Lines(
        place.astype(np.int32),
        no,
        item.astype(np.int32),
        month,
        no,
        np.ones(place.size, np.int64),
        quantity,
        equivalents.astype(kind),
        share if shared else None,
        whole if shared else None,
    )


def listed(work: Work) -> list[tuple[int, ...]]:
    columns = (work.institution, work.item, work.month, work.quantity_e3, work.equivalents_e7)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_shared_record_counts_once_with_its_quantity() -> None:
    # 6.000 by shares 1:2:3, and 1.000 alone: 7.000, not 19.000.
    rows = [
        (0, 1, 31, 6000, 100, 1, 6),
        (0, 1, 31, 6000, 200, 1, 3),
        (0, 1, 31, 6000, 300, 1, 2),
        (0, 1, 31, 1000, 50, 1, 1),
    ]
    assert listed(work_of(some_lines(rows), PLACES, ITEMS)) == [(0, 1, 31, 7000, 650)]


def test_lines_without_shares_are_added_up() -> None:
    rows = [(1, 0, 31, 2000, 5, 1, 1), (0, 0, 31, 1000, 4, 1, 1), (1, 0, 0, -500, -1, 1, 1)]
    work = work_of(some_lines([*rows, rows[0]], shared=False), PLACES, ITEMS)
    assert listed(work) == [(0, 0, 31, 1000, 4), (1, 0, 0, -500, -1), (1, 0, 31, 4000, 10)]
    assert work.rows() == {"I1": slice(0, 1), "I2": slice(1, 3), "I3": slice(3, 3)}


def test_no_work_at_all() -> None:
    nothing = np.zeros(0, np.int64)
    none = np.zeros(0, np.int32)
    lines = Lines(none, none, none, nothing, none, nothing, nothing, nothing)
    work = work_of(lines, PLACES, ITEMS)
    assert listed(work) == []
    assert list(work.rows().values()) == 3 * [slice(0, 0)]


def test_parts_that_do_not_make_a_whole_are_a_defect() -> None:
    with pytest.raises(ConservationError, match="shared"):
        work_of(some_lines([(0, 0, 0, 1000, 1, 1, 3)]), PLACES, ITEMS)


def test_sums_beyond_int64_are_exact() -> None:
    large = 2**62
    rows = [(0, 0, 0, large, large, 1, 1)] * 4
    for shared in (True, False):
        work = work_of(some_lines(rows, shared=shared), PLACES, ITEMS)
        assert listed(work) == [(0, 0, 0, 4 * large, 4 * large)]


def test_wholes_whose_common_multiple_is_beyond_int64() -> None:
    wholes = [999_983, 999_979, 999_961, 999_959]
    rows = [(0, 0, 0, whole, 1, share, whole) for whole in wholes for share in (1, whole - 1)]
    work = work_of(some_lines(rows), PLACES, ITEMS)
    assert listed(work) == [(0, 0, 0, sum(wholes), 8)]


@st.composite
def crews(draw: st.DrawFn) -> list[Row]:
    """Records of crews: each performer has a line with the whole quantity and his share."""
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 12))):
        key = (draw(st.integers(0, 2)), draw(st.integers(0, 1)), draw(st.sampled_from([0, 31])))
        quantity = draw(st.integers(-(10**6), 10**9))
        shares = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
        for share in shares:
            part = Fraction(share, sum(shares))
            e7 = draw(st.integers(-(10**9), 10**12))
            rows.append((*key, quantity, e7, part.numerator, part.denominator))
    return rows


@given(crews(), st.sampled_from([np.int64, object]))
def test_work_is_what_was_counted(rows: list[Row], kind: type) -> None:
    quantity: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
    equivalents: dict[tuple[int, ...], int] = defaultdict(int)
    for *key, e3, e7, share, whole in rows:
        quantity[tuple(key)] += Fraction(e3 * share, whole)
        equivalents[tuple(key)] += e7
    expected = [(*key, quantity[key], equivalents[key]) for key in sorted(quantity)]
    assert listed(work_of(some_lines(rows, kind=kind), PLACES, ITEMS)) == expected


def test_sums_of_a_period_stand_in_one_month() -> None:
    place = np.array([2, 0, 2, 1], np.int32)
    work = work_of_sums(PLACES, place, np.array([5, 7, 6, 0], np.int64), 17_000)
    assert listed(work) == [(0, 0, 17_000, 0, 7), (1, 0, 17_000, 0, 0), (2, 0, 17_000, 0, 11)]
    assert work.items == ("",)


def test_sums_by_several_columns() -> None:
    values = np.array([1, 2, 4, 8], np.int64)
    one, two = np.array([1, 0, 1, 0]), np.array([3, 3, 3, 4])
    assert list(summed(values, one, two)) == [((0, 3), 2), ((0, 4), 8), ((1, 3), 5)]
    assert list(summed(values[:0], one[:0])) == []


@pytest.mark.parametrize(
    "scenario",
    [
        "44-declared-shares",
        "45-equal-shares-left-over",
        "48-shared-correction",
        "60-coefficient-changes-in-a-shared-month",
        "76-shared-work-in-two-departments",
    ],
)
def test_quantities_of_settled_cases_are_those_of_their_records(scenario: str) -> None:
    """Cases of shared records without any rejected: the quantities of the file, added up."""
    folder = SCENARIOS / scenario / "case"
    expected: dict[tuple[str, str, int], int] = defaultdict(int)
    for row in read(folder / "records.csv"):
        month = parse_day(f"{row['service_date'][:7]}-01")
        key = (row["institution_id"], row["item_code"], month)
        expected[key] += parse_quantity_e3(row["quantity"])
    case = load_case(folder)
    done = settle(case.rules, Source(folder, case.records).blocks)
    assert done.counted.rejected == 0
    for weighed in done.weighed.values():
        assert weighed.lines is not None
        names = done.plan.institutions.values, done.plan.items.values
        work = work_of(weighed.lines, *names)
        found = {
            (names[0][place], names[1][item], month): quantity
            for place, item, month, quantity, _ in listed(work)
        }
        assert found == expected
        assert int(work.equivalents_e7.sum()) == int(weighed.posting_e7.sum())
