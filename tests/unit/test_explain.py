"""An explanation adds up from its printed text alone, and says what was really paid.

Catches: a figure that the text leaves out or rounds, a step that another function worked out, a
remainder fen that is not shown, a record that is not listed.
"""

import csv
import re
from collections import defaultdict
from fractions import Fraction
from math import floor, prod
from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.report.explained import person_json, person_text, pool_text
from equivalents.run import settle_case
from equivalents.tracing import trace_person, trace_pool

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*/case"))
NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
LINE = re.compile(
    rf"^    \d{{4}}-\d\d .*: \d+ 条 records, {NUMBER}(?: \S+)? × {NUMBER}"
    rf"(?: × (\d+)/(\d+))? = {NUMBER}  "
)
SUM = re.compile(rf"^    小计 sum = {NUMBER}$")
STEP = re.compile(
    rf"^    (\S+) → (\S+) (\S+): {NUMBER} × {NUMBER} / {NUMBER} \((\d+) 份\) = {NUMBER}"
    r"(?:, 尾差 remainder (\d+) 分)?(, 封顶.*|, 保底.*)?$"
)
WITHHELD = re.compile(rf"^    考核系数 withhold × \S+: 扣留 withheld {NUMBER}$")
LIMITED = re.compile(
    rf"^    年度封顶 yearly limit .*, 上限 cap {NUMBER}, 合计 total {NUMBER}; {NUMBER},"
    rf" 扣下 taken {NUMBER}$"
)
SEGMENT = re.compile(rf"^    系数 coefficient.* \[\S+, \S+\): {NUMBER} × {NUMBER} = {NUMBER}$")
LEAVE = re.compile(
    rf"^    请假 leave .* \[\S+, \S+\): (\d+) 天 days × {NUMBER}% × {NUMBER} × {NUMBER}"
    rf" / {NUMBER} = {NUMBER}  \["
)
CONTRACTS = re.compile(rf"^    签约 contracts .*: (\d+) × (\d+)/(\d+) = {NUMBER}$")
BROUGHT = re.compile(rf"^    期初 brought in: {NUMBER}$")
POOL = re.compile(rf"^  绩效池 pool .*, 依据 key {NUMBER}$")
GETS = re.compile(rf"^    得 gets {NUMBER}$")
HERE = re.compile(rf"^  应得 amount here = (.*) = {NUMBER}$")
TOTAL = re.compile(rf"^合计 total = (.*) = {NUMBER} 元 yuan$")


def read(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fen(text: str) -> int:
    yuan = Fraction(text) * 100
    assert yuan.denominator == 1, text
    return int(yuan)


def re_add(text: str, bounded: bool) -> int:
    """Add up a printed explanation line by line; the total in fen."""
    items, amounts, here, withheld = Fraction(0), 0, 0, 0
    steps: list[int] = []
    keys_re_add(text)
    for line in text.splitlines():
        if found := LINE.match(line):
            quantity, weight, share, whole, equivalents = found.groups()
            exact = (
                Fraction(quantity) * Fraction(weight) * Fraction(int(share or 1), int(whole or 1))
            )
            assert abs(exact - Fraction(equivalents)) < Fraction(1, 10**7), line
            assert whole or exact == Fraction(equivalents), line
            items += Fraction(equivalents)
        elif found := SEGMENT.match(line):
            exact = Fraction(found[1]) * Fraction(found[2])
            assert abs(exact - Fraction(found[3])) <= Fraction(1, 2 * 10**7), line
        elif found := SUM.match(line):
            assert items == Fraction(found[1]), line
            items = Fraction(0)
        elif found := STEP.match(line):
            _, _, _, parent, key, keys, _, amount, remainder, bound = found.groups()
            if not bounded and Fraction(keys) > 0:
                exact = fen(parent) * Fraction(key) / Fraction(keys)
                assert fen(amount) == floor(exact) + int(remainder or 0), line
            assert bounded or not bound
            steps.append(fen(amount))
        elif found := WITHHELD.match(line):
            withheld = fen(found[1])
        elif found := LIMITED.match(line):
            withheld += taken_of(found)
        elif found := GETS.match(line):
            # Departments pay a person apart, so the last steps may be several.
            got = fen(found[1]) + withheld
            assert got in {steps[-1], sum(steps[-2:]), sum(steps)}, line
            withheld = 0
            amounts += fen(found[1])
            steps = []
        elif found := HERE.match(line):
            assert sum(map(fen, found[1].split(" + "))) == fen(found[2]) == amounts, line
            here, amounts = here + amounts, 0
        elif found := TOTAL.match(line):
            assert sum(map(fen, found[1].split(" + "))) == fen(found[2]) == here, line
            return here
    raise AssertionError("the text has no total")


def taken_of(found: re.Match[str]) -> int:
    """What a yearly limit took: the excess in proportion to the amount, within a fen."""
    cap, total, before, taken = map(fen, found.groups())
    assert abs(Fraction(before * (total - cap), total) - taken) < 1, found[0]
    return taken


def keys_re_add(text: str) -> None:
    """Where leave is printed, segments + leave + what was brought in are the key."""
    pools = re.split(r"^(?=  绩效池 pool )", text, flags=re.MULTILINE)[1:]
    for pool in pools:
        lines = pool.splitlines()
        days = [found for line in lines if (found := LEAVE.match(line))]
        for found in days:
            product = prod((Fraction(n) for n in found.groups()[:4]), start=Fraction(1, 100))
            off = product / Fraction(found[5]) - Fraction(found[6])
            assert abs(off) <= Fraction(1, 2 * 10**7), found[0]
        signed = [found for line in lines if (found := CONTRACTS.match(line))]
        for found in signed:
            off = int(found[1]) * Fraction(int(found[2]), int(found[3])) - Fraction(found[4])
            assert abs(off) < Fraction(1, 10**7), found[0]
        if signed:
            head = POOL.match(lines[0])
            assert head, lines[0]
            assert sum(Fraction(found[4]) for found in signed) == Fraction(head[1]), pool
        if days:
            parts = [Fraction(found[6]) for found in days]
            parts += [Fraction(found[3]) for line in lines if (found := SEGMENT.match(line))]
            parts += [Fraction(found[1]) for line in lines if (found := BROUGHT.match(line))]
            head = POOL.match(lines[0])
            assert head, lines[0]
            assert sum(parts) == Fraction(head[1]), pool


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
        assert re_add(person_text(story), bounded) == amount
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
