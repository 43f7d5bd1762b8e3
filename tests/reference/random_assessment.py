"""Random assessments: every score function, weights, levels and periods, and their results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from tests.reference.random_csv import write_table
from tests.reference.random_weights import Fields
from tests.reference.spans import MONTHS, before, name_of, names_of
from tests.reference.tables import rows_of
from tests.reference.text import csv_table, period

Yaml = dict[str, Any]
Span = tuple[date, date]

COLUMNS = ("level", "subject_id", "indicator", "numerator", "denominator", "score", "exempt",
           "period", "reference")  # fmt: skip
REFERENCE = "示例文件"
NAMES = ("重点人群签约率", "续约率", "满意度", "规范管理率", "投诉率", "首诊率", "上报")
SCORES = ("yes_no", "at_least", "at_most", "proportional", "rising", "falling", "tiers", "given")
TIME = ("month", "quarter", "half_year", "year")
RATIOS = ("0", "0.3333", "1/2", "0.8", "2/3", "0.85", "1", "1.2")
DEPARTMENT_KIND = "科室系数"
FUND_KIND = "adj"
"""What random funds and pay caps ask of institutions: a composite may stand for the table."""


def figure(value: str, unit: str, rng: Random, span: Span, old: str = "0.5") -> Any:
    """Return a figure that is complete; sometimes with an older version that no longer counts."""
    one = {"value": value, "unit": unit, "valid_from": "2000-01-01", "reference": REFERENCE}
    if rng.random() < 0.7:
        return one
    cut = f"{span[0].year - 3}-01-01"
    return [one | {"value": old, "valid_to": cut}, one | {"valid_from": cut}]


class Drawing:
    """Draws an assessment for one case."""

    def __init__(self, rng: Random, folder: Path, span: Span, pools: Sequence[str]) -> None:
        """Everything is drawn by `declare`; results are written by `write`."""
        self.rng = rng
        self.folder = folder
        self.span = span
        self.pools = pools
        self.length = (span[1].year - span[0].year) * 12 + span[1].month - span[0].month
        self.staff = csv_table(folder / "staff.csv")
        self.indicators: Yaml = {}
        self.composites: Yaml = {}
        self.rules: Yaml = {}
        self.result_rows: dict[tuple[str, str, str, str], Fields] = {}

    def declare(self, levels_of: Yaml, *, funds: bool) -> tuple[Yaml, Yaml]:
        """Return `assessment`, and what `coefficients` says of its composites.

        `levels_of` are the names of the levels of each pool, and of pools by default under a blank.
        """
        rng = self.rng
        for name in rng.sample(NAMES, rng.randint(3, 6)):
            self.indicators[name] = self.indicator()
        departments = [one for one, names in levels_of.items() if one and "department" in names]
        if funds and "surplus" in departments:
            departments.remove("surplus")  # with funds it goes straight to people
        levels = ["person", "person", "institution", "county"]
        if departments and any(row.get("department_id") for row in self.staff):
            levels += [self.kind_of_departments()] * 4
        for number, level in enumerate(["person", *rng.sample(levels, rng.choice((0, 1, 2, 3)))]):
            self.composite(f"考核{number}", level, departments, levels_of)
        if funds:
            self.composite(FUND_KIND, rng.choice(("institution", "county")), (), {})
        if departments and rng.random() < 0.4:
            self.table_of_departments(rng.choice(departments))
        self.give_totals()
        self.ask_some()
        if any(row["contract_id"] == "Q0" for row in rows_of(self.folder, "contracts")):
            year = name_of("year", self.span[0])
            self.result("contract", "Q0", rng.choice(list(self.indicators)), year)
        whole: Yaml = {"indicators": self.indicators, "composites": self.composites}
        if rng.random() < 0.2:
            whole["growth"] = {"first": ["4", "6"], "yearly": ["1", "2"]}
        return whole, self.rules

    def kind_of_departments(self) -> str:
        """Make all departments of one kind, which is the level of their assessment."""
        kind = self.rng.choice(("department", "village_room", "team"))
        rows = [row | {"kind": kind} for row in csv_table(self.folder / "departments.csv")]
        write_table(self.rng, self.folder / "departments.csv", list(rows[0]), rows)
        return kind

    def table_of_departments(self, pool: str) -> None:
        """Give departments coefficients by the table too, in one pool."""
        rng, rows = self.rng, rows_of(self.folder, "coefficients")
        for department in self.subjects("department"):
            row = {"scope": "department", "subject_id": department, "kind": DEPARTMENT_KIND}
            row |= {"value": rng.choice(("0.9", "1.1", "0.3333")), "valid_from": "2019-01-01"}
            rows.append(row)
        columns = ("scope", "subject_id", "kind", "value", "valid_from", "valid_to", "reference")
        if any(row["kind"] == DEPARTMENT_KIND for row in rows):
            write_table(rng, self.folder / "coefficients.csv", columns, rows)
            self.rules[DEPARTMENT_KIND] = {"applies_to": "key", "pools": [pool]}

    def indicator(self) -> Yaml:
        """Return an indicator with any score function, or with none."""
        rng, kind = self.rng, self.rng.choice(SCORES)
        found: Yaml = {"title": "示例指标", "family": "签约服务"} if rng.random() < 0.3 else {}
        full = rng.choice(("100", "100", "50", "10", "33.3"))
        found |= {"full": full} if full != "100" or rng.random() < 0.3 else {}

        def of(value: str) -> Any:
            # Bounds of old versions must not cross either.
            old = value if kind in ("rising", "falling") else "0.5"
            return figure(value, "比例", rng, self.span, old)

        match kind:
            case "given":
                return found | {"reference": REFERENCE}
            case "yes_no":
                score: Yaml = {"kind": kind}
            case "rising" | "falling":
                low, high = rng.choice((("0.6", "0.9"), ("0", "1"), ("0.3333", "0.8")))
                score = {"kind": "linear", "from": of(low), "to": of(high)}
                score |= {"falling": "yes"} if kind == "falling" else {}
            case "tiers":
                bounds = rng.choice((("0.5",), ("0.3333", "0.8"), ("0", "0.6", "0.85")))
                points = [Fraction(full) * n / 4 for n in (1, 2, 4)]
                tiers = zip(bounds, points[-len(bounds) :], strict=True)
                score = {"kind": kind, "tiers": [
                    {"from": low, "points": decimal(given)} for low, given in tiers]}  # fmt: skip
            case _:
                target = rng.choice(("0.8", "0.85", "1", "0.3333", "0.9"))
                score = {"kind": kind, "target": of(target)}
        return found | {"score": score, "reference": REFERENCE}

    def composite(self, name: str, level: str, departments: Sequence[str], levels_of: Yaml) -> None:
        """Draw a composite, where its coefficients apply, and the results that it needs."""
        rng = self.rng
        rule, steady, below_1 = self.rule(name, level, departments, levels_of)
        found: Yaml = {"level": level, "period": rng.choice(TIME), "reference": REFERENCE}
        if steady and MONTHS[found["period"]] < self.length:
            found["combine"] = "mean"
        elif rng.random() < 0.2:
            found["combine"] = rng.choice(("each", "mean"))
        if found["period"] == "year" and rng.random() < 0.3:
            del found["period"]
        if rng.random() < 0.3:
            found["applies"] = rng.choice(("same", "next"))
        if rng.random() < 0.3:
            found["total"] = rng.choice(("100", "1000", "10"))
        total = Fraction(found.get("total", "100"))
        some = rng.sample(list(self.indicators), rng.randint(1, len(self.indicators)))
        weights = dict(zip(some, parts(rng, total, len(some)), strict=True))
        found["weights"] = weights
        if rng.random() < 0.3:
            cut = f"{self.span[0].year - 2}-01-01"
            old = {"weights": {some[0]: decimal(total)}, "valid_to": cut, "reference": REFERENCE}
            now = {"weights": weights, "valid_from": cut, "reference": REFERENCE}
            found["weights"] = [old, now]
        coefficient = self.coefficient(total, below_1=below_1)
        if coefficient:
            found["coefficient"] = coefficient
        subjects = self.subjects(level)
        self.composites[name] = found
        if rule:
            self.rules[name] = rule
        self.results(found, subjects, list(weights))

    def rule(
        self, name: str, level: str, departments: Sequence[str], levels_of: Yaml
    ) -> tuple[Yaml, bool, bool]:
        """Return where a composite applies, whether it may not change, and not pass 1."""
        rng, pools = self.rng, list(self.pools)
        if name == FUND_KIND:
            return {"applies_to": "none"}, True, False
        if level == "person":
            to = rng.choice(("key", "key", "withhold", "headcount", "none"))
            rule: Yaml = {"applies_to": to}
            if to == "withhold" and rng.random() < 0.5:
                rule["later"] = "release"
            if pools and rng.random() < 0.3:
                rule["pools"] = rng.sample(pools, rng.randint(1, len(pools)))
            return rule, to == "withhold", to == "withhold"
        if level in ("institution", "county"):
            rule = {"applies_to": rng.choice(("key", "key", "none"))}
            if rng.random() < 0.4:
                rule["excess"] = rng.choice(("carry", "retain"))
            if pools and rng.random() < 0.3:
                rule["pools"] = rng.sample(pools, rng.randint(1, len(pools)))
            asked = rule.get("pools") or list(levels_of)
            below = any("institution" not in levels_of.get(pool, ()) for pool in asked)
            return rule, True, below
        if rng.random() < 0.2:
            return {}, False, False
        some = rng.sample(list(departments), rng.randint(1, len(departments)))
        return {"applies_to": "key", "pools": some}, True, False

    def coefficient(self, total: Fraction, *, below_1: bool) -> Yaml:
        """Return what a score comes to: the default, or by any function."""
        rng = self.rng

        def at(part: str) -> str:
            return decimal(Fraction(part) * total)

        high = "1" if below_1 else rng.choice(("1", "1.2", "1.0001"))
        match rng.choice(("", "linear", "tiers", "threshold", "score")):
            case "linear":
                found: Yaml = {"kind": "linear", "points": [
                    {"score": at("0.3"), "value": "0.6"}, {"score": at("0.7"), "value": "0.3333"},
                    {"score": at("0.95"), "value": high}]}  # fmt: skip
            case "tiers":
                found = {"kind": "tiers", "tiers": [
                    {"from": "0", "value": "0.8"}, {"from": at("0.5"), "value": "0.9999"},
                    {"from": at("0.8"), "value": high}]}  # fmt: skip
            case "threshold":
                found = {"kind": "threshold", "at": at("0.6"), "below": "0.5", "above": high}
            case "score":
                found = {"kind": "threshold", "at": at("0.6"), "below": "0", "above": "score"}
            case _:
                return {}
        if rng.random() < 0.3:
            found["limits"] = {"min": "0", "max": "1.2"}
        return found

    def subjects(self, level: str) -> list[str]:
        """Return everybody that a level may have."""
        match level:
            case "county":
                return ["330521"]
            case "institution":
                # Funds ask for those of nobody too.
                rows = csv_table(self.folder / "institutions.csv")
                return sorted({row["institution_id"] for row in rows})
            case "person":
                return sorted({row["person_id"] for row in self.staff})
        return sorted({row["department_id"] for row in self.staff if row.get("department_id")})

    def give_totals(self) -> None:
        """Give some results as the points of a composite, or exempt, where it is its level's only.

        Of others the indicators are wanted one by one.
        """
        rng = self.rng
        for name, composite in self.composites.items():
            level = composite["level"]
            if sum(one["level"] == level for one in self.composites.values()) > 1:
                continue
            for subject, of in sorted(
                {(at[1], at[3]) for at in self.result_rows if at[0] == level}
            ):
                if rng.random() < 0.8:
                    continue
                for at in [
                    at for at in self.result_rows if (*at[:2], at[3]) == (level, subject, of)
                ]:
                    del self.result_rows[at]
                score = decimal(Fraction(composite.get("total", "100")) * rng.randint(0, 9) / 9)
                exempt = composite.get("combine") != "mean" and rng.random() < 0.5
                self.put(level, subject, name, of, {"exempt": "1"} if exempt else {"score": score})

    def ask_some(self) -> None:
        """Ask for results of some subjects only, the others having none, where that is clear.

        Of several composites of a level the others' results may be some of one that is not asked.
        """
        rng = self.rng
        for name, composite in self.composites.items():
            level = composite["level"]
            subjects = self.subjects(level)
            alone = sum(one["level"] == level for one in self.composites.values()) == 1
            fits = level in ("person", "institution") and name != FUND_KIND and len(subjects) > 1
            if alone and fits and rng.random() < 0.3:
                some = sorted(rng.sample(subjects, rng.randint(1, len(subjects) - 1)))
                composite["subjects"] = {"ids": some}
                for at in [at for at in self.result_rows if at[0] == level]:
                    if at[1] not in some:
                        del self.result_rows[at]

    def results(self, composite: Yaml, subjects: Sequence[str], indicators: Sequence[str]) -> None:
        """Draw the results of every subject in every period that is asked for."""
        level = composite["level"]
        length = composite.get("period", "year")
        later = composite.get("applies") == "next"
        for subject in subjects:
            for held in names_of(length, *self.span):
                of = before(length, held) if later else held
                for number, indicator in enumerate(indicators):
                    # Not everything may be not applicable.
                    self.result(level, subject, indicator, of, applies=number == 0)

    def result(
        self, level: str, subject: str, name: str, of: str, *, applies: bool = False
    ) -> None:
        """Draw one result, by the form of its indicator; one that is there stays."""
        rng, indicator = self.rng, self.indicators[name]
        score, full = indicator.get("score"), Fraction(indicator.get("full", "100"))
        if rng.random() < 0.05:
            row: Fields = {"exempt": "1"}
        elif score is None:
            row = {"score": decimal(full * rng.choice((0, 1, 5, 7, 10)) / 10)}
        elif rng.random() < 0.08 and not applies:
            row = {"numerator": rng.choice(("0", "3")), "denominator": "0"}
        elif score["kind"] == "yes_no":
            row = rng.choice(({"numerator": "0"}, {"numerator": "5"})) | {"denominator": "5"}
        else:
            ratio = Fraction(rng.choice(RATIOS))
            times = rng.choice((1, 1, 7, Fraction(1, 2)))
            row = {"numerator": decimal(ratio.numerator * times)}
            row["denominator"] = decimal(ratio.denominator * times)
        old = self.result_rows.get((level, subject, name, of))
        if old is None or (applies and old.get("denominator") == "0"):
            self.put(level, subject, name, of, row)

    def put(self, level: str, subject: str, name: str, of: str, row: Fields) -> None:
        """Keep a row; the period of the case may be left blank."""
        at = {"level": level, "subject_id": subject, "indicator": name, "period": of}
        if period(of) == self.span and self.rng.random() < 0.5:
            at["period"] = ""
        self.result_rows[level, subject, name, of] = at | row

    def write(self) -> None:
        """Write the table."""
        rows = list(self.result_rows.values())
        self.rng.shuffle(rows)
        write_table(self.rng, self.folder / "assessments.csv", COLUMNS, rows)


def decimal(number: Fraction | int) -> str:
    """Return a number as a decimal text; at most four places, which callers' numbers fit."""
    text = f"{float(Fraction(number)):.4f}".rstrip("0").rstrip(".")
    return text or "0"


def parts(rng: Random, total: Fraction, count: int) -> list[str]:
    """Return weights that add up to the total, with a place after the point."""
    cuts = sorted(rng.sample(range(1, int(total) * 10), count - 1))
    edges = [0, *cuts, int(total) * 10]
    return [decimal(Fraction(b - a, 10)) for a, b in pairwise(edges)]
