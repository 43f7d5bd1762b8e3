"""An explanation adds up from its printed text alone, and says what was really paid.

Catches: a figure that the text leaves out or rounds, a step that another function worked out, a
remainder fen that is not shown, a record that is not listed.
"""

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.report.explained import person_text, pool_text
from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool
from tests.statements import STEP, re_add

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
    bounded = any(key in (case / "case.yaml").read_text() for key in ("cap:", "floor:", "limits:"))
    paid: dict[str, int] = defaultdict(int)
    for row in read(out, "payouts"):
        paid[row["person_id"]] += fen(row["amount"])
    for person, amount in paid.items():
        story, _ = trace_person(out, person)
        assert re_add(person_text(story), bounded=bounded) == amount
        assert fen(person_json(story)["amount"]) == amount


def test_a_pool_lists_every_child_with_its_step(tmp_path: Path) -> None:
    out = tmp_path / "out"
    case = next(path for path in SCENARIOS if "county-to-institutions" in path.parent.name)
    settle_case(case, out, stop_on_reject=False)
    for pool in read(out, "pools"):
        text = pool_text(
            pool["institution_id"], pool["pool"],
            trace_pool(out, pool["institution_id"], pool["pool"]),
        )  # fmt: skip
        steps = [STEP.match(line) for line in text.splitlines()]
        found = {(m[1], m[3], m[8]) for m in steps if m}
        wanted = {
            (row["parent"], row["child"], row["amount"])
            for row in read(out, "allocations")
            if row["pool"] == pool["pool"]
        }
        assert found
        assert found <= wanted


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
