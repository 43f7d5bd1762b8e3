"""Yearly limits at their edges (5.11), beside the scenario and the reference.

Faults seen to be caught: a month with a day away counted as whole, two postings that together
cover a month left apart, a cap rounded up, heads of two half posts not added up, an excess
retained where it is to be carried.
"""

import csv
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Posting
from equivalents.policy.yearly import Months
from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tally import Plan
from equivalents.tracing import trace_person
from equivalents.yearly import limit_payouts
from equivalents.yeartodate import YearPart, YearToDate, months_covered, year_fen
from tests.bad.case import HEAD, Content, write_case


def days(*spans: tuple[str, str]) -> Plan:
    """A year in which one person is posted on some spans of days, at alternating places."""
    places = ("I1", "I2")
    postings = [
        Posting("P1", places[at % 2], parse_day(one), parse_day(other) if other else LAST_DAY)
        for at, (one, other) in enumerate(spans)
    ]
    institutions = tuple(Institution(place) for place in places)
    return Plan(CaseRules(parse_period("2025"), institutions, postings, (), ()))


@pytest.mark.parametrize(
    ("spans", "whole", "begun"),
    [
        ([("2020-01-01", "")], 12, 12),
        ([("2025-01-01", "2025-09-16")], 8, 9),
        ([("2025-01-02", "2025-12-31")], 10, 12),
        ([("2025-02-01", "2025-02-15"), ("2025-02-15", "2025-03-01")], 1, 1),
        ([("2025-02-01", "2025-02-15"), ("2025-02-16", "2025-03-01")], 0, 1),
        ([("2025-02-10", "2025-04-10"), ("2025-02-01", "2025-02-20")], 2, 3),
        ([("2025-02-20", "2025-03-20"), ("2025-05-31", "2025-06-01")], 0, 3),
    ],
)
def test_months_are_whole_or_begun(spans: list[tuple[str, str]], whole: int, begun: int) -> None:
    plan = days(*spans)
    person = plan.postings.person.astype(np.int64)
    months = [*pairwise([*plan.period.month_starts, plan.period.end])]
    assert months_covered(plan, person, Months.WHOLE, months).get(0, 0) == whole
    assert months_covered(plan, person, Months.BEGUN, months).get(0, 0) == begun


@pytest.mark.parametrize(
    ("value_fen", "part", "cap_fen", "floor_fen"),
    [
        (1_000_000, YearPart(12, 10_000, 0), 1_000_000, 1_000_000),
        (1_000_000, YearPart(7, 10_000, 0), 583_333, 583_334),
        (1_000_000, YearPart(7, 10_000, 583_332), 1, 2),
        (1_000_000, YearPart(7, 10_000, 583_334), 0, 0),
        (1_000_000, YearPart(7, 10_000, 900_000), 0, 0),
        (100, YearPart(11, 3_333, 0), 30, 31),
        (10**15, YearPart(1, 1, 0), 8_333_333_333, 8_333_333_334),
        (5, YearPart(0, 10_000, 0), 0, 0),
    ],
)
def test_a_bound_of_a_year_is_prorated_rounded_and_less_what_was_paid(
    value_fen: int, part: YearPart, cap_fen: int, floor_fen: int
) -> None:
    assert year_fen(value_fen, part) == cap_fen
    assert year_fen(value_fen, part, up=True) == floor_fen


def test_without_limits_nothing_is_looked_at() -> None:
    none = np.zeros(0, np.int32)
    nothing = none.astype(np.int64)
    rules = CaseRules(parse_period("2025"), (), (), (), ())
    year = YearToDate(rules, days(), None)
    assert limit_payouts((), (), days(), year, (none, none, none), nothing) is None


YAML = (
    "period: 2025-06\nyearly_limits:\n"
    "  - {name: 封顶, pools: [绩效], cap: '%s', excess: %s, reference: 示例 1 号}\n"
)


def settled(tmp_path: Path, files: dict[str, Content]) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of limited.csv by institution and person."""
    case = write_case(tmp_path / "case", files)
    settle_case(case, tmp_path / "out")
    path = tmp_path / "out" / "limited.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["institution_id"], row["person_id"]): row for row in csv.DictReader(file)}


def test_two_half_posts_are_one_head_and_a_month_is_a_twelfth(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "case.yaml": YAML % ("600.00", "carry"),
        "staff.csv": "person_id,institution_id\nP01,I01\nP01,I02\nP02,I01\nP03,I02\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        "posting,P01@I01,fte,0.5,2020-01-01\nposting,P01@I02,fte,0.5,2020-01-01\n"
        "person,P02,fte,1.2,2020-01-01\n",
        "records.csv": f"{HEAD}\nI01,P01,MZ01,2025-06-02,10\nI01,P02,MZ01,2025-06-02,30\n"
        "I02,P01,MZ01,2025-06-02,20\nI02,P03,MZ01,2025-06-02,10\n",
        "pools.csv": "institution_id,pool,amount\nI01,绩效,400.00\nI02,绩效,30.00\n",
    }
    rows = settled(tmp_path, files)
    # P01: 100.00 + 20.00 against 50.00; P02: 300.00 against 60.00; P03: 10.00.
    assert {who: (row["head"], row["cap"], row["taken"]) for who, row in rows.items()} == {
        ("I01", "P01"): ("1.0000", "50.00", "58.33"),
        ("I02", "P01"): ("1.0000", "50.00", "11.67"),
        ("I01", "P02"): ("1.2000", "60.00", "240.00"),
    }
    with (tmp_path / "out" / "pools.csv").open(encoding="utf-8-sig", newline="") as file:
        pools = {row["institution_id"]: row for row in csv.DictReader(file)}
    assert (pools["I01"]["retained"], pools["I01"]["carried"]) == ("0.00", "298.33")
    assert (pools["I02"]["paid"], pools["I02"]["carried"]) == ("18.33", "11.67")


def test_a_kept_result_tells_the_limit(tmp_path: Path) -> None:
    rows = settled(tmp_path, {"case.yaml": YAML % ("480.06", "retain")})
    assert set(rows) == {("I01", "P01"), ("I01", "P02")}
    story, _ = trace_person(tmp_path / "out", "P01")
    told = person_json(story)["institutions"][0]["pools"][0]
    assert (told["amount"], told["yearly_limit"]) == (
        "40.00",
        {
            "limit": "封顶",
            "year": "480.06",
            "months": 1,
            "head": "1.0000",
            "paid_before": "0.00",
            "cap": "40.00",
            "total": "50.00",
            "allocated": "50.00",
            "taken": "10.00",
            "excess": "retain",
            "reference": "示例 1 号",
        },
    )
    rules = json.loads((tmp_path / "out" / "resolved-rules.json").read_bytes())["yearly_limits"]
    assert [(rule["name"], rule["cap"], rule["excess"]) for rule in rules] == [
        ("封顶", "480.06", "retain")
    ]
