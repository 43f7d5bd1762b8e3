"""An explanation adds up from its printed text alone, and says what was really paid.

Catches: a figure that the text leaves out or rounds, a step that another function worked out, a
remainder fen that is not shown, a record that is not listed.
"""

import csv
import shutil
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.report.explained import person_text, pool_text
from equivalents.report.explained_json import person_json, pool_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool
from tests.statements import re_add, re_add_pool, read_step

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*/case"))


def read(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fen(text: str) -> int:
    yuan = Fraction(text) * 100
    assert yuan.denominator == 1, text
    return int(yuan)


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_the_text_of_everybody_adds_up_to_what_was_paid(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    paid: dict[str, int] = defaultdict(int)
    for row in read(out, "payouts"):
        paid[row["person_id"]] += fen(row["amount"])
    for person, amount in paid.items():
        story, _ = trace_person(out, person)
        assert re_add(person_text(story)) == amount
        assert fen(person_json(story)["amount"]) == amount


def test_a_pool_lists_every_child_with_its_step(tmp_path: Path) -> None:
    out = tmp_path / "out"
    case = next(path for path in SCENARIOS if "county-to-institutions" in path.parent.name)
    settle_case(case, out, stop_on_reject=False)
    for pool in read(out, "pools"):
        text = pool_text(*trace_pool(out, pool["institution_id"], pool["pool"]))
        steps = [step for line in text.splitlines() if (step := read_step(line))]
        found = {(step.parent, step.child, step.amount) for step in steps}
        wanted = {
            (row["parent"], row["child"], fen(row["amount"]))
            for row in read(out, "allocations")
            if row["pool"] == pool["pool"]
        }
        assert found
        assert found <= wanted


@pytest.mark.rules("D1", "D2", "D3")
@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_the_text_of_a_pool_shows_one_rate_and_its_bounds(case: Path, tmp_path: Path) -> None:
    # 5.11: clamp(L x key, floor, cap) with one L, which those held at no bound show.
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    for pool in read(out, "pools"):
        named = pool["institution_id"], pool["pool"]
        text = pool_text(*trace_pool(out, *named))
        re_add_pool(text, kept=any(fen(pool[name]) for name in ("retained", "carried")))


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
    pool = read(out, "pools")[0]
    _, steps = trace_pool(out, pool["institution_id"], pool["pool"])
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
    text = "".join(
        person_text(trace_person(out, row["person_id"])[0]) for row in read(out, "payouts")
    )
    assert words in text


def test_json_tells_the_same_of_bounds(tmp_path: Path) -> None:
    out = tmp_path / "out"
    case = next(path for path in SCENARIOS if path.parent.name.startswith("36-"))
    settle_case(case, out, stop_on_reject=False)
    pool = read(out, "pools")[0]
    steps = pool_json(trace_pool(out, pool["institution_id"], pool["pool"])[1])
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


def test_the_records_are_listed_with_how_they_ended(tmp_path: Path) -> None:
    case = next(path for path in SCENARIOS if "09-covid" in path.parent.name)
    out = tmp_path / "out"
    settle_case(case, out, stop_on_reject=False)
    person = read(out, "payouts")[0]["person_id"]
    _, records = trace_person(out, person, case=case)
    with (case / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        mine = [n for n, row in enumerate(csv.DictReader(file), 2) if row["person_id"] == person]
    assert records is not None
    assert [int(record["row"]) for record in records] == mine
    assert all(record["ended"] for record in records)


def test_the_records_of_another_case_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(SCENARIOS[0], out, stop_on_reject=False)
    person = read(out, "payouts")[0]["person_id"]
    with pytest.raises(DataError) as error:
        trace_person(out, person, case=SCENARIOS[1])
    assert {problem.code for problem in error.value.problems} == {"EXPLAIN_OTHER_CASE"}


def test_an_unknown_person_or_pool_is_said(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(SCENARIOS[0], out, stop_on_reject=False)
    with pytest.raises(DataError) as error:
        trace_person(out, "nobody")
    assert error.value.problems[0].code == "PERSON_NOT_FOUND"
    with pytest.raises(DataError) as error:
        trace_pool(out, "nowhere", "none")
    assert error.value.problems[0].code == "POOL_NOT_FOUND"
