"""An explanation adds up from its printed text alone, and says what was really paid.

Catches: a figure that the text leaves out or rounds, a step that another function worked out, a
remainder fen that is not shown, a record that is not listed.
"""

import csv
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from equivalents.errors import DataError
from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json, steps_json
from equivalents.report.explained_pool import pool_json, pool_text
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool
from tests.lines_alike import fen, read_out
from tests.proofs.counts import counts
from tests.reference import write_random_case
from tests.statement_pool import re_add_pool
from tests.statement_steps import unfolded
from tests.statements import re_add

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*/case"))


_COUNTING = frozenset(("bases", "days", "shares", "concurrent", "coefficients"))
RECORD = re.compile(r"^  \S.* 第 \d+ 行 row: (\S+) (\S+) .*$")
COUNTED = re.compile(
    r"^    口径 (.+): (\d{4}-\d\d) 计 counted (\d+) 条 records, (-?[0-9.]+)"
    r"(?:, 份额 share (\d+/\d+))?  \[(.*)\]$"
)


@pytest.mark.rules("D1", "D2", "D3")
@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_the_texts_of_pools_add_up_to_all_that_was_shared(
    case: Path, settled_scenario: Callable[[str], Path]
) -> None:
    # 5.11: clamp(L x key, floor, cap) with one L, which those held at no bound show.
    out = settled_scenario(case.parent.name)
    people: Counter[tuple[str, str, str]] = Counter()
    steps: Counter[tuple[str, str, str, Fraction, int]] = Counter()
    pools = read_out(out, "pools")
    for pool in pools:
        account = trace_pool(out, pool["institution_id"], pool["pool"])
        told = re_add_pool(pool_text(account))
        for name in ("institution_id", "pool", "series"):
            assert getattr(told, name) == pool_json(account)[name] == pool[name]
        for name in ("amount", "paid", "retained", "carried"):
            assert getattr(told, name) == fen(pool[name]) == fen(pool_json(account)[name]), name
        for (place, person), amount in told.people.items():
            people[place, pool["pool"], person] += amount
        steps.update(
            (pool["pool"], one.parent.rpartition("/")[2], one.child.rpartition("/")[2],
             one.key, one.amount)
            for one in told.steps
        )  # fmt: skip
    paid: Counter[tuple[str, str, str]] = Counter()
    names = {pool["pool"] for pool in pools}
    for row in read_out(out, "payouts"):
        if row["pool"] not in names:
            assert row["component"] == row["pool"], "a component that no pool pays has its own name"
            continue
        paid[row["institution_id"], row["pool"], row["person_id"]] += fen(row["amount"])
    assert people == paid
    assert people.keys() == paid.keys()
    assert steps == Counter(
        (row["pool"], row["parent"], row["child"], Fraction(row["key"]), fen(row["amount"]))
        for row in read_out(out, "allocations")
    )


def test_a_posting_cut_by_a_coefficient_is_listed_once(tmp_path: Path) -> None:
    case = next(path for path in SCENARIOS if "50-coefficient" in path.parent.name)
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    with (case / "staff.csv").open(encoding="utf-8-sig", newline="") as file:
        roster = Counter(row["person_id"] for row in csv.DictReader(file))
    for person, postings in roster.items():
        story, _ = trace_person(out, person)
        assert sum(len(place.postings) for place in story.places) == postings


def test_a_cap_of_somebody_else_is_told_with_its_money_and_keys(tmp_path: Path) -> None:
    # 1,000.00 by 5 : 3 : 2, the first capped at 400.00: the others share 600.00 by 3 : 2.
    case = next(path for path in SCENARIOS if "36-cap" in path.parent.name)
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    pool = read_out(out, "pools")[0]
    steps = trace_pool(out, pool["institution_id"], pool["pool"]).steps
    capped = [step for step in steps if step.bound is not None]
    others = [step for step in steps if step.bound is None]
    assert capped
    assert others
    for step in others:
        assert step.held.fen == sum(one.amount_fen for one in capped)
        assert step.held.key_e7 == sum(one.key_e7 for one in capped)
        assert step.held.at_cap == len(capped)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("37-cap", "; 封顶 at cap 400.00 × 1.0000 = 400.00"),
        ("39-floors", "保底按比例 floors scaled"),
        ("41-all", "依据 key"),
        ("43-bounds", "人头 heads ×"),
    ],
)
def test_who_stands_at_a_bound_is_told_the_rule(name: str, words: str, tmp_path: Path) -> None:
    case = next(path for path in SCENARIOS if path.parent.name.startswith(name))
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    texts = [
        person_text(trace_person(out, row["person_id"])[0]) for row in read_out(out, "payouts")
    ]
    assert any(words in line for text in texts for line in unfolded(text))


def test_json_tells_the_same_of_bounds(tmp_path: Path) -> None:
    out = tmp_path / "out"
    case = next(path for path in SCENARIOS if path.parent.name.startswith("36-"))
    settle_case(case, out, stop_on_reject=False)
    pool = read_out(out, "pools")[0]
    steps = steps_json(trace_pool(out, pool["institution_id"], pool["pool"]).steps)
    capped = [step["bound"] for step in steps if step["bound"]]
    assert [(one["side"], one["unit"], one["value"], one["amount"]) for one in capped] == [
        ("cap", "yuan", "400.00", "400.00")
    ]
    assert {step["held"]["amount"] for step in steps} == {"400.00"}
    assert {step["held"]["at_cap"] for step in steps} == {1}


def test_heads_are_told_where_heads_share_and_segments_where_equivalents_do(
    tmp_path: Path,
) -> None:
    # June has 30 days: 15 of them at fte 0.8, 15 at 0.8 x attendance 0.5; the mean is 0.6. The
    # pool of 100.00 by 0.6 : 1 is 37.50 and 62.50.
    source = next(path for path in SCENARIOS if path.parent.name.startswith("53-"))
    case, out = tmp_path / "case", tmp_path / "out"
    shutil.copytree(source, case)
    table = case / "coefficients.csv"
    rows = table.read_text(encoding="utf-8")
    table.write_text(
        rows.replace("attendance,0.5,2025-01-01", "attendance,0.5,2025-06-16"), encoding="utf-8"
    )
    with (case / "case.yaml").open("a", encoding="utf-8") as file:
        file.write("sharing:\n  六月绩效: {levels: [{to: person, key: headcount}]}\n")
    settle_case(case, out, stop_on_reject=False)
    story, _ = trace_person(out, "P01")
    pools = {pool.pool: pool for pool in story.places[0].pools}
    by_heads, by_equivalents = pools["六月绩效"], pools["夜班"]
    assert [(one.until - one.since, one.value_e4) for one in by_heads.heads] == [
        (15, 8_000), (15, 4_000),
    ]  # fmt: skip
    assert (by_heads.head_e4, by_heads.key_e7, by_heads.amount_fen) == (6_000, 6_000_000, 3_750)
    assert not by_heads.segments
    assert by_equivalents.segments
    assert not by_equivalents.heads
    text = person_text(story)
    assert "人头 head, 按天平均 mean over the days = 0.6000" in text
    assert re_add(text) == story.amount_fen
    heads = {one["pool"]: one["head"] for one in person_json(story)["institutions"][0]["pools"]}
    assert heads == {"六月绩效": "0.6000", "夜班": "1.0000"}
    # Who has no coefficient is one whole head, and nothing is told of it.
    assert "人头 head," not in person_text(trace_person(out, "P02")[0])


@pytest.mark.rules("A3", "A5", "A10", "D2")
@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_the_text_of_everybody_adds_up_to_what_was_paid(
    case: Path, settled_scenario: Callable[[str], Path]
) -> None:
    """From the listed records to the item lines, and from these to the amount."""
    out = settled_scenario(case.parent.name)
    paid: dict[str, int] = defaultdict(int)
    for row in read_out(out, "payouts"):
        paid[row["person_id"]] += fen(row["amount"])
    for person, amount in paid.items():
        story, records = trace_person(out, person, case=case)
        text, found = person_text(story, records), person_json(story, records)
        assert re_add(text) == re_add(person_text(story)) == fen(found["amount"]) == amount
        # 5.4: the row is that of this person's posting; 5.5: what counts once counts 1.000.
        assert sums_of(found["records"]) == text_sums(text) == lines_of(found)


def lines_of(found: dict[str, Any]) -> dict[tuple[str, ...], tuple[int, Fraction]]:
    """Records and quantity of each item line, by what names it."""
    names = ("series", "item_code", "month", "weight_row", "share")
    lines: dict[tuple[str, ...], tuple[int, Fraction]] = {}
    for place in found["institutions"]:
        for one in place["lines"]:
            name = place["institution_id"], *(one[part] for part in names)
            assert name not in lines, name
            lines[name] = one["records"], Fraction(one["quantity"])
    return lines


def sums_of(records: list[dict[str, Any]]) -> dict[tuple[str, ...], tuple[int, Fraction]]:
    """Listed records counted and added up by what names an item line."""
    sums: dict[tuple[str, ...], tuple[int, Fraction]] = {}
    for record in records:
        assert record["ended"], record
        for end in record["ended"]:
            if end["verdict"] == "COUNTED":
                name = (
                    record["institution_id"], end["series"], record["item_code"], end["month"],
                    end["weight_row"], end["share"],
                )  # fmt: skip
                count, quantity = sums.get(name, (0, Fraction(0)))
                sums[name] = count + end["records"], quantity + Fraction(end["quantity"])
    return sums


def text_sums(text: str) -> dict[tuple[str, ...], tuple[int, Fraction]]:
    """The same from the printed records alone."""
    sums: dict[tuple[str, ...], tuple[int, Fraction]] = {}
    where = item = ""
    for line in unfolded(text):
        if found := RECORD.match(line):
            where, item = found.groups()
        elif found := COUNTED.match(line):
            series, month, records, size, share, row = found.groups()
            name = where, series, item, month, row, share or "1"
            count, quantity = sums.get(name, (0, Fraction(0)))
            sums[name] = count + int(records), quantity + Fraction(size)
    return sums


@pytest.mark.rules("A5")
def test_a_shared_record_is_listed_with_the_row_of_this_person(tmp_path: Path) -> None:
    # He is junior until the middle of February: 0.8, not the 1 of the senior who comes first.
    case = next(path for path in SCENARIOS if "one-total-for-the-set" in path.parent.name)
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    _, records = trace_person(out, "P02", case=case)
    february = {
        one.columns["service_date"]: one for one in records or () if one.performers
    }["2025-02-10"]  # fmt: skip
    assert february.ends
    assert all("junior" in end.weight_row for end in february.ends)
    assert february.performers.startswith("P01:")
    assert "P02:" in february.performers
    assert all(end.whole > 1 for end in february.ends)


@pytest.mark.rules("A3")
def test_a_stay_is_listed_with_its_end_and_the_days_that_count(tmp_path: Path) -> None:
    # 25 May to 10 June: nine days of June, the last one not counted (5.6).
    case = next(path for path in SCENARIOS if "stays-and-one-contact" in path.parent.name)
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    text = [*unfolded(person_text(*trace_person(out, "A", case=case)))]
    stay = next(at for at, line in enumerate(text) if "JC 2025-05-25 至 to 2025-06-10," in line)
    assert "2025-06 计 counted 1 条 records, 9.000" in text[stay + 1]


@pytest.mark.rules("A3", "A5", "A10", "A12")
def test_the_listed_records_of_random_cases_give_the_item_lines(tmp_path: Path) -> None:
    months: set[int] = set()
    for seed in range(counts(3, 40)):
        case, out = tmp_path / f"case-{seed}", tmp_path / f"out-{seed}"
        write_random_case(case, 71_000 + seed, 250, dirty=True, features=_COUNTING)
        settle_case(case, out, stop_on_reject=False)
        for person in {row["person_id"]: None for row in read_out(out, "payouts")}:
            story, records = trace_person(out, person, case=case)
            found = person_json(story, records)
            text = person_text(story, records)
            assert sums_of(found["records"]) == text_sums(text) == lines_of(found), (seed, person)
            ends = (one.ends for one in records or ())
            months |= {len({end.month for end in some if not end.verdict}) for some in ends}
    assert max(months) > 1, "no stay over two months"


def test_records_are_listed_with_how_they_ended(tmp_path: Path) -> None:
    case = next(path for path in SCENARIOS if "09-covid" in path.parent.name)
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    person = read_out(out, "payouts")[0]["person_id"]
    _, records = trace_person(out, person, case=case)
    with (case / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        mine = [n for n, row in enumerate(csv.DictReader(file), 2) if row["person_id"] == person]
    assert [record.row for record in records or ()] == mine


def test_the_records_of_another_case_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(SCENARIOS[0], out, stop_on_reject=False)
    person = read_out(out, "payouts")[0]["person_id"]
    with pytest.raises(DataError) as error:
        trace_person(out, person, case=SCENARIOS[1])
    assert {problem.code for problem in error.value.problems} == {"EXPLAIN_OTHER_CASE"}


def test_an_unknown_person_or_pool_is_said(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(SCENARIOS[0], out, stop_on_reject=False)
    with pytest.raises(DataError) as error:
        trace_person(out, "nobody")
    assert error.value.problems[0].code == "PERSON_NOT_FOUND"
    assert "在任何机构都没有任职" in error.value.problems[0].text("zh")
    assert "has no posting anywhere." in error.value.problems[0].text("en")
    with pytest.raises(DataError) as error:
        trace_pool(out, "nowhere", "none")
    assert error.value.problems[0].code == "POOL_NOT_FOUND"


def test_who_or_what_was_perhaps_meant_is_said(tmp_path: Path) -> None:
    """In scenario 11 one person works at two institutions, another at one of them."""
    out = tmp_path / "out"
    folder = next(one for one in SCENARIOS if one.parent.name.startswith("11-"))
    settle_case(folder, out, stop_on_reject=False)
    payouts = read_out(out, "payouts")
    places = sorted({row["institution_id"] for row in payouts})
    row = next(
        one for one in payouts if sum(o["person_id"] == one["person_id"] for o in payouts) == 1
    )
    other = next(place for place in places if place != row["institution_id"])
    for person, place, zh, en in (
        (row["person_id"].lower(), "", f"是否为“{row['person_id']}”", "did you mean"),
        (row["person_id"], f"{places[0]}1", f"是否为“{places[0]}”", f"at '{places[0]}1'"),
        (
            row["person_id"],
            other,
            f"任职在 {row['institution_id']}",
            f"(but at {row['institution_id']})",
        ),
    ):
        with pytest.raises(DataError) as error:
            trace_person(out, person, institution_id=place)
        assert zh in error.value.problems[0].text("zh")
        assert en in error.value.problems[0].text("en")
    pool = payouts[0]["pool"]
    for place, name, meant in (
        (payouts[0]["institution_id"], pool[:-1], pool),
        (f"{payouts[0]['institution_id']}1", pool, payouts[0]["institution_id"]),
    ):
        with pytest.raises(DataError) as error:
            trace_pool(out, place, name)
        assert f"是否为“{meant}”" in error.value.problems[0].text("zh")
        assert f"did you mean '{meant}'" in error.value.problems[0].text("en")
