"""Random policies of effective contracts (C4), with the results that they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.reference.random_assessment import COLUMNS, FUND_KIND, REFERENCE, Span, figure
from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields
from tests.reference.spans import names_of
from tests.reference.tables import rows_of
from tests.reference.text import csv_table

Yaml = dict[str, Any]
NAMES = ("认定一", "认定二")
"""The policies that a fund may name; a case with an assessment has both."""
TESTS = ("随访到位", "知晓率", "签约服务")

OF_TEAMS, TEAM_SCORE = "团队认定", "团队得分"
TEAM_SCORES = ("100", "99.9999", "85", "33.3333", "0")
"""A composite of teams, which nothing but a policy uses, and its only indicator."""


def declare_effective(rng: Random, folder: Path, assessment: Yaml, span: Span) -> None:
    """Declare both policies in an assessment, and add their results to the table."""
    teams = _teams(rng, folder)
    _indicators(rng, assessment, span)
    composite = assessment["composites"].get(FUND_KIND, {})
    rows = rows_of(folder, "assessments")
    policies: Yaml = {}
    asked: set[tuple[str, str]] = set()
    for name in NAMES:
        rules = ["all_thresholds", "per_contract"]
        rules += ["composite"] * 2 if composite.get("level") == "institution" else []
        rules += ["of teams"] * 2 if teams else []
        rule = rng.choice(rules)
        found: Yaml = {"rule": rule, "reference": REFERENCE}
        if rule == "composite":
            found["composite"] = FUND_KIND
        elif rule == "of teams":
            found |= {"rule": "composite", "composite": OF_TEAMS, "level": "team"}
        else:
            level = "contract"
            if rule == "all_thresholds":
                level = rng.choice(("institution", "team")) if teams else "institution"
                found |= {"level": level} if level == "team" or rng.random() < 0.5 else {}
            found["indicators"] = [*rng.sample(TESTS[1:], rng.randint(0, 2)), TESTS[0]]
            if rng.random() < 0.4:
                found["at_least"] = str(rng.randint(1, len(found["indicators"])))
            asked |= {(level, one) for one in found["indicators"]}
        policies[name] = found
    contracts, places = rows_of(folder, "contracts"), csv_table(folder / "institutions.csv")
    subjects = {
        "contract": sorted({row["contract_id"] for row in contracts}),
        "institution": sorted({row["institution_id"] for row in places}),
        "team": teams,
    }
    for level, indicator in sorted(asked):
        for subject in subjects[level]:
            declared = assessment["indicators"][indicator]
            rows += _results(rng, level, subject, indicator, declared, span)
    if OF_TEAMS in str(policies):
        rows += _of_teams(rng, assessment, teams, span)
    assessment["effective"] = policies
    rng.shuffle(rows)
    write_table(rng, folder / "assessments.csv", COLUMNS, rows)


def _of_teams(rng: Random, assessment: Yaml, teams: Sequence[str], span: Span) -> list[Fields]:
    """Declare a composite of teams, each or the mean of its periods; return its results."""
    length = rng.choice(("year", "half_year"))
    found: Yaml = {"level": "team", "period": length, "weights": {TEAM_SCORE: "100"}}
    found |= {"subjects": {"ids": list(teams)}, "reference": REFERENCE}
    found |= rng.choice(({}, {"combine": "mean"}))
    assessment["composites"][OF_TEAMS] = found
    assessment["indicators"][TEAM_SCORE] = {"reference": REFERENCE}
    at = {"level": "team", "indicator": TEAM_SCORE}
    return [
        at | {"subject_id": team, "period": one, "score": rng.choice(TEAM_SCORES)}
        for team in teams
        for one in names_of(length, *span)
    ]


def _teams(rng: Random, folder: Path) -> list[str]:
    """Return the teams, where every contract has one: sometimes each is given one."""
    teams = sorted({row["team_id"] for row in rows_of(folder, "teams")})
    rows = rows_of(folder, "contracts")
    if not rows or not teams or rng.random() < 0.5:
        return []
    for row in rows:
        row["team_id"] = row.get("team_id") or rng.choice(teams)
    write_table(rng, folder / "contracts.csv", list(rows[0]), rows)
    return teams


def _indicators(rng: Random, assessment: Yaml, span: Span) -> None:
    """Declare the tests; no composite has them."""
    target = figure("0.8", "比例", rng, span)
    kinds: Sequence[Yaml] = (
        {"score": {"kind": "yes_no"}},
        {"score": {"kind": "at_least", "target": target}},
        {"score": {"kind": "proportional", "target": target}},
        {},
    )
    for name in TESTS:
        assessment["indicators"][name] = rng.choice(kinds) | {"reference": REFERENCE}
    # One that always applies, so that not everything is not applicable.
    assessment["indicators"][TESTS[0]] = {"reference": REFERENCE}


def _results(
    rng: Random, level: str, subject: str, name: str, indicator: Yaml, span: Span
) -> list[Fields]:
    """Return a result of the year, and sometimes one of half of it, which comes first."""
    year = str(span[0].year)
    at = {"level": level, "subject_id": subject, "indicator": name}
    periods = [year, f"{year}-H{rng.choice((1, 2))}"] if rng.random() < 0.3 else [year]
    return [at | {"period": one} | _result(rng, indicator) for one in periods]


def _result(rng: Random, indicator: Yaml) -> Fields:
    """Return a result that is met, or not, or sometimes not applicable."""
    if rng.random() < 0.05:
        return {"exempt": "1"}
    if "score" not in indicator:
        return {"score": rng.choice(("100", "100", "99.9999", "0"))}
    if rng.random() < 0.1:
        return {"numerator": "1", "denominator": "0"}
    if indicator["score"]["kind"] == "yes_no":
        return {"numerator": rng.choice(("0", "3", "3")), "denominator": "3"}
    return {"numerator": rng.choice(("4", "3.9999", "5")), "denominator": "5"}
