"""Who shares, averages, secondary distribution and village rooms (5.16, D1, D4), in random cases.

Faults seen to be caught: the multiple of the first day, a head that does not count, a mean that
counts people without a key, a filter that lets everybody in, shares that count as 1, a room whose
total is its last line.
"""

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equivalents.averages import average_key_e7
from equivalents.errors import RefusedError
from equivalents.report.explained import person_text
from equivalents.report.explained_pool import pool_text
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool
from equivalents.whatif import compare_case
from tests.against_reference import read_out
from tests.proofs.counts import counts
from tests.rules import folders
from tests.statement_pool import re_add_pool
from tests.statements import re_add

FEW = settings(
    max_examples=counts(12, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ONES = "item_code,weight,valid_from\nMZ01,1,2025-01-01\n"
FTE = "coefficients: {fte: {applies_to: headcount}}\n"
HEAD = "institution_id,person_id,item_code,service_date,quantity\n"


@dataclass(frozen=True)
class People:
    """People of an institution: department, employment type, quantity done, tenths of a head."""

    rows: Sequence[tuple[str, str, int, int]]
    pool_fen: int


PEOPLE = st.builds(
    People,
    st.lists(
        st.tuples(
            st.sampled_from(["D1", "D2"]),
            st.sampled_from(["A", "B"]),
            st.sampled_from([0, 0, 1, 3, 7, 100]),
            st.sampled_from([10, 5, 0]),
        ),
        min_size=2,
        max_size=7,
    ),
    st.integers(0, 100_000),
)


def write(folder: Path, people: People, sharing: str, *, weight: int = 1, **more: str) -> Path:
    """A case of one institution; more tables by name."""
    folder.mkdir(parents=True)
    coded = [(f"P{at}", *row) for at, row in enumerate(people.rows)]
    files = {
        "case.yaml": f"period: 2025-06\n{FTE}{sharing}",
        "institutions.csv": "institution_id\nI1\n",
        "departments.csv": "department_id,institution_id,kind\nD1,I1,\nD2,I1,village_room\n",
        "staff.csv": "person_id,institution_id,department_id,employment_type\n"
        + "".join(f"{who},I1,{d},{kind}\n" for who, d, kind, _, _ in coded),
        "weights.csv": ONES.replace(",1,", f",{weight},"),
        "records.csv": HEAD
        + "".join(f"I1,{who},MZ01,2025-06-03,{done}\n" for who, _, _, done, _ in coded if done),
        "pools.csv": f"institution_id,pool,amount\nI1,绩效,{Decimal(people.pool_fen) / 100}\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        + "".join(
            f"person,{who},fte,0.{head},2025-01-01\n" for who, *_, head in coded if head < 10
        ),
    } | {f"{name}.csv": text for name, text in more.items()}
    if files["records.csv"] == HEAD:
        files["records.csv"] += "I1,P0,MZ01,2025-06-03,1\nI1,P0,MZ01,2025-06-03,1\n"
    if files["coefficients.csv"].count("\n") == 1:
        del files["coefficients.csv"]
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def settled(base: Path, case: Path) -> list[dict[str, str]]:
    """The payouts; everything that is explained re-adds from its text."""
    out = base / f"out-{case.name}"
    settle_case(case, out)
    rows = read_out(out, "payouts")
    for who in {row["person_id"] for row in rows}:
        re_add(person_text(trace_person(out, who)[0]))
    for row in read_out(out, "pools"):
        told = re_add_pool(pool_text(trace_pool(out, row["institution_id"], row["pool"])))
        assert told.paid == sum(fen(one) for one in rows if one["pool"] == row["pool"])
    return rows


def fen(row: Mapping[str, str]) -> int:
    return int(Decimal(row["amount"]) * 100)


AVERAGES = """sharing:
  绩效:
    nobody: retain
    levels: [{LEVELS}{to: person}]
    averages:
      - who: {employment_types: B}
        multiple: [{value: "5", valid_to: 2025-06-30}, {value: "0.9", valid_from: 2025-06-30}]
"""


@pytest.mark.parametrize("levels", ["", "{to: department}, "])
@given(people=PEOPLE)
@FEW
def test_who_has_no_key_gets_a_multiple_of_the_mean(
    levels: str, people: People, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And equal keys are a fen apart in one department; other weights change nothing."""
    base = tmp_path_factory.mktemp("averages")
    text = AVERAGES.replace("{LEVELS}", levels)
    rows = settled(base, write(base / "one", people, text))
    done = [Fraction(row["equivalents"]) for row in rows]
    positive = [value for value in done if value > 0]
    mean = sum(positive, Fraction(0)) / len(positive)
    amounts: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row, own, (department, kind, _, head) in zip(rows, done, people.rows, strict=True):
        key = own
        if kind == "B" and own == 0:
            exact = Fraction(9, 10) * Fraction(head, 10) * mean * 10**7
            key = Fraction(floor(exact + Fraction(1, 2)), 10**7)
        assert Fraction(row["key"]) == key
        amounts[department if levels else "", row["key"]].add(fen(row))
    assert all(max(some) - min(some) <= 1 for some in amounts.values())
    assert sum(map(fen, rows)) == people.pool_fen
    # 8 times the weight: every exact key is 8 times as large, only averages are rounded anew.
    if all((Fraction(row["key"]) * 10**7 * 8).denominator == 1 for row in rows):
        more = settled(base, write(base / "eight", people, text, weight=8))
        scaled = [
            Fraction(row["key"]) == 8 * Fraction(one["key"])
            for row, one in zip(more, rows, strict=True)
        ]
        if all(scaled):
            assert list(map(fen, more)) == list(map(fen, rows))


@given(people=PEOPLE)
@FEW
def test_filters_that_part_the_staff_part_the_work(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("who")
    kinds = sorted({kind for _, kind, _, _ in people.rows})
    rules = "".join(
        f"  绩效{kind}: {{nobody: retain, who: {{employment_types: {kind}}}}}\n" for kind in kinds
    )
    pools = "institution_id,pool,amount\n" + "".join(
        f"I1,绩效{kind},{Decimal(people.pool_fen) / 100}\n" for kind in kinds
    )
    case = write(base / "case", people, f"sharing:\n{rules}", pools=pools)
    rows = settled(base, case)
    found = sorted((row["person_id"], row["pool"]) for row in rows)
    assert found == [(f"P{at}", f"绩效{kind}") for at, (_, kind, _, _) in enumerate(people.rows)]
    alone = settled(base, write(base / "alone", people, "sharing: {绩效: {nobody: retain}}\n"))
    keys = {row["person_id"]: row["key"] for row in alone}
    assert {row["person_id"]: row["key"] for row in rows} == keys


@given(people=PEOPLE, shares=st.lists(st.integers(0, 5), min_size=7, max_size=7))
@FEW
def test_amounts_that_shares_would_give_pay_the_same(
    people: People, shares: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Equal shares are a fen apart, in proportion otherwise; sums are exact either way."""
    base = tmp_path_factory.mktemp("secondary")
    text = (
        "sharing: {绩效: {nobody: equal, levels: [{to: department, key: fixed,"
        " shares: {D1: 1, D2: 2}}, {to: person, key: secondary}]}}\n"
    )
    head = "institution_id,department_id,pool,person_id,share,amount\n"
    coded = [
        (f"P{at}", row[0], share)
        for at, (row, share) in enumerate(zip(people.rows, shares, strict=False))
    ]
    by_share = head + "".join(f"I1,{d},绩效,{who},{share},\n" for who, d, share in coded)
    rows = settled(base, write(base / "shares", people, text, secondary=by_share))
    assert sum(map(fen, rows)) == people.pool_fen
    got = {row["person_id"]: row["amount"] for row in rows}
    alike: dict[tuple[str, int], set[int]] = defaultdict(set)
    for (who, department, share), row in zip(coded, rows, strict=True):
        assert row["person_id"] == who
        alike[department, share].add(fen(row))
    assert all(max(some) - min(some) <= 1 for some in alike.values())
    by_amount = head + "".join(f"I1,{d},绩效,{who},,{got[who]}\n" for who, d, _ in coded)
    again = settled(base, write(base / "amounts", people, text, secondary=by_amount))
    assert {row["person_id"]: row["amount"] for row in again} == got


@given(
    st.integers(0, 99_999_999),
    st.integers(0, 20_000),
    st.integers(0, 10**15),
    st.integers(1, 10**4),
    st.integers(1, 9),
)
def test_the_key_of_an_average_is_rounded_once(
    multiple: int, head: int, keys: int, people: int, times: int
) -> None:
    """Half-up at the seventh place; the same for keys and people both many times as large."""
    exact = Fraction(multiple, 10**4) * Fraction(head, 10**4) * Fraction(keys, people)
    if exact >= 2**62:
        return
    key = average_key_e7(multiple, head, keys, people)
    assert key == floor(exact + Fraction(1, 2))
    assert key == average_key_e7(multiple, head, keys * times, people * times)


def test_an_average_of_nobody_is_nothing() -> None:
    assert average_key_e7(9_000, 10_000, 0, 0) == 0
    assert average_key_e7(9_000, 5_000, 10, 3) == 2  # 1.5 of the seventh place: half-up
    with pytest.raises(RefusedError):
        average_key_e7(10**9, 10_000, 10**17, 1)


def case_of(name: str) -> Path:
    return next(path for path in folders() if path.name.endswith(name)) / "case"


def test_a_rule_without_a_multiple_on_the_last_day_picks_nobody(tmp_path: Path) -> None:
    people = People([("D1", "A", 4, 10), ("D1", "B", 0, 10)], 100)
    text = AVERAGES.replace("{LEVELS}", "").replace("2025-06-30", "2026-06-30")
    rows = settled(tmp_path, write(tmp_path / "in-force", people, text))
    assert [row["key"] for row in rows] == ["4.0000000", "20.0000000"]
    early = text.replace('{value: "5", valid_to: 2026-06-30}, ', "")
    rows = settled(tmp_path, write(tmp_path / "later", people, early))
    assert [row["key"] for row in rows] == ["4.0000000", "0.0000000"]


@pytest.mark.parametrize("name", ["by-an-average", "two-employment-types", "one-by-one"])
def test_a_kept_result_is_compared_as_if_it_were_settled_anew(name: str, tmp_path: Path) -> None:
    case, changed = case_of(name), tmp_path / "changed"
    settle_case(case, tmp_path / "out")
    shutil.copytree(case, changed)
    weights = (case / "weights.csv").read_text(encoding="utf-8")
    proposed = weights.replace("门诊,1,", "门诊,1.3,")
    assert proposed != weights
    (changed / "weights.csv").write_text(proposed, encoding="utf-8")
    anew = settle_case(changed, tmp_path / "anew").payouts
    assert anew is not None
    compared = compare_case(tmp_path / "out", changed / "weights.csv", tmp_path / "compared")
    after = compared.comparison.after.payouts
    assert after.amount_fen.tolist() == anew.amount_fen.tolist()
    assert after.key_e7.tolist() == anew.key_e7.tolist()


def test_a_room_is_a_block_of_its_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(case_of("one-by-one"), out)
    sheet = openpyxl.load_workbook(out / "settlement.xlsx")["村卫生室结算"]
    first = [str(row[0].value or "") for row in sheet.iter_rows(min_row=4)]
    titles = [text for text in first if "（I01）" in text]
    assert titles == [
        "V01 柳林村卫生室（I01）　乡村医生：P01 王春梅、P02 李志强　当量：pay 50",
        "V02 石桥村卫生室（I01）　乡村医生：P03 赵小兰　当量：pay 16",
    ]
    assert first.count("合计") == 2
    assert [one.id for one in sheet.row_breaks.brk] == [first.index(titles[1]) + 3]


@given(people=PEOPLE)
@FEW
def test_rooms_have_what_their_people_have(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("rooms")
    case = write(base / "case", people, "sharing: {绩效: {nobody: retain}}\n")
    rows = settled(base, case)
    there = (base / "out-case" / "rooms.csv").exists()
    rooms = read_out(base / "out-case", "rooms") if there else []
    mine = {f"P{at}" for at, row in enumerate(people.rows) if row[0] == "D2"}
    assert {row["person_id"] for row in rooms if row["line"] == "pool"} == mine
    paid = sum(fen(row) for row in rows if row["person_id"] in mine)
    assert sum(fen(row) for row in rooms if row["line"] == "total") == paid
    done = sum(Decimal(row["equivalents"]) for row in rows if row["person_id"] in mine)
    assert sum(Decimal(row["equivalents"]) for row in rooms if row["line"] == "item") == done
