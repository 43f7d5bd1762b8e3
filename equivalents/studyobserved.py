"""Weights out of minutes worked beside counts of items: the observations, the fit, what it tells.

The shell around :mod:`equivalents.observed`. Sources: rules A11 and F.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from equivalents.errors import Place
from equivalents.findings import near
from equivalents.intake.studyfile import StudyFile
from equivalents.intake.studysheets import COUNTS, MINUTES
from equivalents.intake.studytables import Named, minutes_of, totals_of
from equivalents.observed import (
    Fit,
    Floats,
    NotSolvedError,
    collinear,
    fit,
    independent,
    rounded_e4,
)
from equivalents.report.studies import StudyTable, places, statistic
from equivalents.studies import result_lines, series_of
from equivalents.studyproposal import check_standard, proposal_table

__all__ = ["observed_weights"]

_REPORT: Final = {
    "item_code": "项目编码",
    "item_name": "项目名称",
    "observations": "观察数",
    "quantity": "数量",
    "estimate": "估计值",
    "standard_error": "标准误",
    "lower": "下限",
    "upper": "上限",
    "at_bound": "在界上",
    "weight": "当量值",
}
_RESIDUALS: Final = {
    "institution_id": "机构编号",
    "person_id": "人员编号",
    "month": "月份",
    "minutes": "分钟数",
    "fitted": "拟合值",
    "residual": "残差",
}
_Who = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The observations in order: who and when, minutes, counts by item, names of the items."""

    who: Sequence[_Who]
    minutes: Sequence[Fraction]
    items: Sequence[str]
    totals: Mapping[_Who, Mapping[str, Fraction]]
    names: Mapping[str, Named]

    def counts(self) -> Floats:
        """One row an observation, one column an item."""
        rows = [[float(self.totals[who].get(item, 0)) for item in self.items] for who in self.who]
        return np.array(rows, np.float64).reshape(len(self.who), len(self.items))


def observed_weights(file: StudyFile) -> tuple[tuple[StudyTable, ...], dict[str, Any]]:
    """The tables and statistics of a study of observed time; faults go to the file's findings."""
    seen = _observations(file)
    file.findings.stop_on_errors()
    standard = check_standard(file, seen.names)
    minutes_of_one = file.number("standard_minutes")
    lower, upper = _bounds(file, seen.items)
    file.findings.stop_on_errors()
    _check_enough(file, seen)
    file.findings.stop_on_errors()
    counts, at = seen.counts(), seen.items.index(standard)
    blind = _told_apart(file, seen, counts, at, held=minutes_of_one is not None)
    file.findings.stop_on_errors()
    # Of items that cannot be told apart some stand for all, without bounds: the rest is certain.
    lower[[*blind]], upper[[*blind]] = -np.inf, np.inf
    held = [one for one in range(len(seen.items)) if one != at]
    used = sorted([at, *(held[one] for one in independent(counts[:, held]))])
    one = None if minutes_of_one is None else float(minutes_of_one)
    worked = np.array([float(value) for value in seen.minutes])
    try:
        done = fit(counts[:, used], worked, used.index(at), lower[used], upper[used], one)
    except NotSolvedError as error:
        file.findings.add("STUDY_NOT_SOLVED", Place(file.path.name), detail=str(error))
        file.findings.stop_on_errors()
        raise
    return _told(file, seen, done, used, blind, (lower, upper))


def _observations(file: StudyFile) -> _Seen:
    """Person-months that have minutes and counts; those with one alone are told."""
    findings = file.findings
    table = file.table("minutes", MINUTES)
    worked = {} if table is None else minutes_of(table, findings)
    series = ""
    if file.text("result"):
        counted = result_lines(file)
        series = "" if counted is None else series_of(counted, file)
    else:
        counted = file.table("counts", COUNTS)
    placed = any(who[0] for who in worked)
    if counted is None:
        findings.stop_on_errors()
        raise ValueError("a study without counts and without a fault")
    totals, places_, names = totals_of(counted, series, findings, placed=placed)
    findings.stop_on_errors()
    for who in sorted(set(totals) - set(worked)):
        findings.add("STUDY_NO_MINUTES", places_[who], " ".join(filter(None, who)))
    for who in sorted(set(worked) - set(totals)):
        findings.add("STUDY_NO_COUNTS", worked[who][1], " ".join(filter(None, who)))
    both = sorted(set(worked) & set(totals))
    return _Seen(both, [worked[one][0] for one in both], sorted(names), totals, names)


def _bounds(file: StudyFile, items: Sequence[str]) -> tuple[Floats, Floats]:
    """The declared bounds of every item's weight: its own, else those of all."""
    file.needed("bounds")
    common = file.entry.get("bounds")
    own = file.entry.get("item_bounds").mapping
    read = {id(entry): (entry, file.pair_of(entry)) for entry in (common, *own.values())}
    for entry, (lower, upper) in read.values():
        if upper is not None and lower >= upper:
            facts = {"lower": places(lower), "upper": places(upper)}
            file.findings.add("STUDY_BOUNDS", entry.place, "bounds", **facts)
    pairs = []
    for item in items:
        _, (lower, upper) = read[id(own.get(item, common))]
        pairs.append((float(lower), np.inf if upper is None else float(upper)))
    for item in sorted(set(own) - set(items)):
        facts = {"near": near(item, items), "allowed": ", ".join(items[:20])}
        file.findings.add("CHOICE_INVALID", own[item].place, item, **facts)
    found = np.array(pairs, np.float64).reshape(len(pairs), 2)
    return found[:, 0], found[:, 1]


def _check_enough(file: StudyFile, seen: _Seen) -> None:
    """Note items seen too rarely, and fewer observations than items."""
    at_least = file.count("at_least", 3)
    for item in seen.items:
        count = sum(bool(seen.totals[who].get(item)) for who in seen.who)
        if count < at_least:
            facts = {"found": str(count), "needed": str(at_least)}
            file.findings.add("STUDY_FEW", seen.names[item].place, item, **facts)
    if len(seen.who) < len(seen.items):
        facts = {"found": str(len(seen.who)), "needed": str(len(seen.items))}
        file.findings.add("STUDY_FEW", Place(file.path.name), "人·月¦person-months", **facts)


def _told_apart(
    file: StudyFile, seen: _Seen, counts: Floats, standard: int, *, held: bool
) -> set[int]:
    """The items that the counts cannot tell apart, each group told.

    ``held``: the minutes of the standard item are declared, so that nothing of it is to be found.
    """
    columns = [at for at in range(len(seen.items)) if not (held and at == standard)]
    blind: set[int] = set()
    for group in collinear(counts[:, columns]):
        items = [seen.items[columns[at]] for at in group]
        place = seen.names[items[0]].place
        if seen.items[standard] in items:
            others = ", ".join(item for item in items if item != seen.items[standard])
            name = seen.items[standard]
            file.findings.add("STUDY_STANDARD_COLLINEAR", place, name, others=others)
        else:
            file.findings.add("STUDY_COLLINEAR", place, ", ".join(items))
        blind |= {columns[at] for at in group}
    return blind


def _told(
    file: StudyFile,
    seen: _Seen,
    done: Fit,
    used: Sequence[int],
    blind: set[int],
    bounds: tuple[Floats, Floats],
) -> tuple[tuple[StudyTable, ...], dict[str, Any]]:
    """Weights, the report by item, residuals by observation, statistics of the whole."""
    weights, rows = {}, []
    for at, item in enumerate(seen.items):
        column = used.index(at) if at in used and at not in blind else None
        if column is not None:
            weights[item] = rounded_e4(float(done.weight[column]))
            if done.at_bound[column]:
                place, bound = seen.names[item].place, done.at_bound[column]
                file.findings.add("STUDY_AT_BOUND", place, item, bound=_BOUND[bound])
        rows.append(_item_row(seen, at, done, column, bounds))
    residuals = [
        (*who, places(minutes), statistic(float(fitted)), statistic(float(minutes) - float(fitted)))
        for who, minutes, fitted in zip(seen.who, seen.minutes, done.fitted, strict=True)
    ]
    report = StudyTable(
        "report", "测算明细", _REPORT, rows, ("quantity", "weight"), words={"at_bound": _WORDS}
    )
    left = StudyTable("residuals", "残差", _RESIDUALS, residuals, (*_RESIDUALS,)[3:])
    statistics = {
        "observations": len(seen.who),
        "items": len(seen.items),
        "standard_minutes": statistic(done.standard_minutes),
        "standard_minutes_error": statistic(done.standard_error),
        "r2": statistic(done.r2),
        "rmse_minutes": statistic(done.rmse),
        "rank": done.rank,
        "condition": statistic(done.condition),
        "not_determined": [seen.items[at] for at in sorted(blind)],
    }
    return (proposal_table(file, weights, seen.names), report, left), statistics


_WORDS: Final = {"lower": "下限", "upper": "上限"}
_BOUND: Final = {"lower": "下限¦lower", "upper": "上限¦upper"}


def _item_row(
    seen: _Seen, at: int, done: Fit, column: int | None, bounds: tuple[Floats, Floats]
) -> tuple[str, ...]:
    item = seen.items[at]
    counts = [seen.totals[who].get(item, Fraction(0)) for who in seen.who]
    head = (item, seen.names[item].name, str(sum(map(bool, counts))))
    quantity = places(sum(counts, Fraction(0)), 3)
    if column is None:
        return (*head, quantity, "", "", "", "", "", "")
    upper = float(bounds[1][at])
    return (
        *head,
        quantity,
        statistic(float(done.weight[column])),
        statistic(float(done.error[column])),
        statistic(float(bounds[0][at])),
        "" if upper == np.inf else statistic(upper),
        done.at_bound[column],
        places(Fraction(rounded_e4(float(done.weight[column])), 10**4)),
    )
