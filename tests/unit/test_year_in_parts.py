"""A year settled quarter by quarter comes to the year: each OUT is the opening of the next.

Faults seen to be caught: what was paid before is not taken off, months of the period alone where
all of them are brought in, a ceiling that begins anew each quarter, rows of the last but one period
lost on the way, a file for the next year.
"""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.report.explained import person_text
from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from tests.bad.case import HEAD, Content, write_case
from tests.statements import re_add

QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
STAFF = (
    "person_id,institution_id,active_from,active_to\n"
    "P01,I01,,\nP01,I02,,\nP02,I01,2025-02-10,\nP03,I02,,2025-08-01\nP04,I01,2025-07-01,\n"
)
FTE = (
    "scope,subject_id,kind,value,valid_from,valid_to\n"
    "posting,P01@I01,fte,0.5,2025-05-01,2025-11-01\nperson,P02,fte,0.7,2025-06-01,\n"
)
WORK = (
    ("I01,P01", (70, 0, 90, 40)),
    ("I02,P01", (30, 60, 12, 20)),
    ("I01,P02", (50, 130, 100, 80)),
    ("I02,P03", (90, 45, 0, 0)),
    ("I01,P04", (0, 0, 77, 66)),
)
"""Equivalents by quarter."""


def files(period: str, rules: str) -> dict[str, Content]:
    """The case of a quarter, or of the year: the same rules, the records of its days."""
    quarters = [0, 1, 2, 3] if period == "2025" else [QUARTERS.index(period)]
    lines = [
        f"{who},MZ01,2025-{3 * at + 2:02}-11,{amounts[at]}"
        for who, amounts in WORK
        for at in quarters
        if amounts[at]
    ]
    return {
        "case.yaml": f"period: {period}\n{rules}",
        "staff.csv": STAFF,
        "coefficients.csv": FTE,
        "records.csv": "\n".join([HEAD, *lines, ""]),
        "pools.csv": "institution_id,pool,amount\n"
        f"I01,绩效,{9000 * len(quarters)}.00\nI02,绩效,{4000 * len(quarters)}.00\n",
    }


def rows(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file of OUT; none where it has not the file."""
    path = out / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def chain(tmp_path: Path, rules: str) -> list[Path]:
    """The results of the four quarters, each with what the one before brought forward."""
    outs: list[Path] = []
    for quarter in QUARTERS:
        content = files(quarter, rules)
        if outs:
            content["opening.csv"] = (outs[-1] / "opening_next.csv").read_bytes()
        case = write_case(tmp_path / quarter, content)
        outs.append(tmp_path / f"out-{quarter}")
        settle_case(case, outs[-1])
    return outs


def year(tmp_path: Path, rules: str) -> Path:
    """The result of the whole year."""
    settle_case(write_case(tmp_path / "year", files("2025", rules)), tmp_path / "out-year")
    return tmp_path / "out-year"


LIMIT = "yearly_limits:\n  - {name: 封顶, pools: [绩效], cap: '4000.07'}\n"


def test_limits_of_four_quarters_are_that_of_the_year(tmp_path: Path) -> None:
    outs, whole = chain(tmp_path, LIMIT), year(tmp_path, LIMIT)
    caps = {row["person_id"]: Fraction(row["cap"]) for row in rows(whole, "limited")}
    last = {row["person_id"]: row for row in rows(outs[-1], "limited")}
    assert set(last) == {"P01", "P02", "P04"} <= set(caps)
    for person, row in last.items():
        paid = sum(
            Fraction(one["amount"])
            for out in outs[:-1]
            for one in rows(out, "payouts")
            if one["person_id"] == person
        )
        assert paid == Fraction(row["paid_before"])
        assert Fraction(row["cap"]) == max(caps[person] - paid, 0)
    assert not (outs[-1] / "opening_next.csv").exists()


BOUNDS = (
    "sharing:\n  绩效:\n    levels:\n      - {to: person, cap: {year: '4000.07'}, excess: retain}\n"
)


def test_caps_inside_a_pool_of_four_quarters_are_that_of_the_year(tmp_path: Path) -> None:
    outs = chain(tmp_path, BOUNDS)
    # P02 is a whole head on 111 of 325 days (10 February to 31 May), else 0.7:
    # (111 + 214 x 0.7) / 325 = 0.80246...; P04 is there from July.
    heads = (("P02", 10, Fraction("0.8025")), ("P04", 6, Fraction(1)))
    for person, months, head in heads:
        cap = Fraction("4000.07") * 100 * months * head / 12
        paid = sum(
            Fraction(one["amount"]) * 100
            for out in outs
            for one in rows(out, "payouts")
            if one["person_id"] == person
        )
        assert paid == cap.numerator // cap.denominator, person


@pytest.mark.parametrize("places", ["each", "together"])
def test_ceilings_of_four_quarters_count_what_the_year_counts(places: str, tmp_path: Path) -> None:
    rules = (
        "sharing:\n  default: {nobody: retain}\n"
        f"ceilings:\n  - {{name: 分段, window: year, places: {places}, tiers: "
        "[{from: '0', rate: '1'}, {from: '99.9999999', rate: '0.3333'}, {from: '180', rate: '0'}]}"
    )
    outs, whole = chain(tmp_path, rules), year(tmp_path, rules)

    def counted(out: Path) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for row in rows(out, "equivalents"):
            name = row["person_id"] + (row["institution_id"] if places == "each" else "")
            found[name] = found.get(name, Fraction(0)) + Fraction(row["equivalents"])
        return found

    sums: dict[str, Fraction] = {}
    for out in outs:
        for name, value in counted(out).items():
            sums[name] = sums.get(name, Fraction(0)) + value
    assert sums == counted(whole)
    assert any(row["weight_row"] == "ceiling:分段" for row in rows(outs[1], "equivalents"))
    kept = rows(outs[2], "opening_next")
    assert {row["period"] for row in kept} == {*QUARTERS[:3]}
    assert ("P04", "2025-Q3", "77.0000000") in {
        (row["person_id"], row["period"], row["equivalents"]) for row in kept
    }


@pytest.mark.parametrize("rules", [LIMIT, BOUNDS], ids=["limit", "bounds"])
def test_an_explanation_with_earlier_periods_re_adds(rules: str, tmp_path: Path) -> None:
    out = chain(tmp_path, rules)[2]
    for person in ("P01", "P02", "P04"):
        story, _ = trace_person(out, person)
        paid = sum(
            Fraction(row["amount"]) for row in rows(out, "payouts") if row["person_id"] == person
        )
        assert re_add(person_text(story)) == paid * 100
    story, _ = trace_person(out, "P02")
    pool = person_json(story)["institutions"][0]["pools"][0]
    told = pool["yearly_limit"] if rules is LIMIT else pool["steps"][0]["bound"]
    before = sum(
        Fraction(row["amount"])
        for row in rows(out, "opening_next")
        if (row["person_id"], row["period"]) in {("P02", "2025-Q1"), ("P02", "2025-Q2")}
    )
    assert (Fraction(told["paid_before"]), told["months"]) == (before, 7)
