"""``correct`` and ``year-end`` as functions: what is paid after a period was closed.

This is the shell around :mod:`equivalents.correct` and :mod:`equivalents.yearend`, as ``run`` is
around ``settle``: it proves what was closed, settles the case as it is known now, and writes a
folder of its own. What was closed is read and never written. Sources: D5; definitions 5.18, 5.19.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from equivalents.correct import Run, correct
from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings
from equivalents.intake.case import Case
from equivalents.intake.casefolder import CaseFolder, open_folder
from equivalents.intake.settings import read_settings
from equivalents.policy.calendar import Period, month_of, parse_period, print_day
from equivalents.policy.corrections import CorrectionMode
from equivalents.policy.model import CaseRules
from equivalents.report.chain import check_chain, check_chains
from equivalents.report.closed import (
    Proven,
    adjusted_rows,
    all_proven,
    closed_run,
    kept_rules,
    paid_period,
    paid_rows,
    year_paid,
)
from equivalents.report.folder import MARK, check_replaceable
from equivalents.run import Shown, Told, open_case, settle_case, settle_opened, silent, unseen
from equivalents.settle import Settlement
from equivalents.yearend import year_end

__all__ = ["correct_case", "year_end_case"]

_Json = Mapping[str, Any]
_TITLE: Final = "标题¦title"
_PERIOD: Final = "期间¦period"
_INSTITUTION: Final = "机构¦institution"
_ABSENT: Final = "（无）¦(absent)"


def correct_case(
    case: Path,
    closed: Path,
    out: Path,
    *,
    earlier: Sequence[Path] = (),
    stop_on_reject: bool = True,
    told: Told = silent,
    shown: Shown = unseen,
) -> _Json:
    """Correct a closed period: write what is owed or taken back, into a folder of its own.

    Args:
        case: the case of the period as it is known now.
        closed: the closed result.
        out: the folder for the adjustments.
        earlier: all earlier corrections of that result, the earliest first.
        stop_on_reject: refuse while a record is rejected.
        told: progress.
        shown: told what was understood of the files of the case before they are used.

    Returns:
        What ``summary.json`` says, and ``understood`` where files are not plain.

    Raises:
        DataError: the case, the result or a correction cannot be used; nothing is written.
        RefusedError: as :func:`equivalents.correct.correct`, and as ``settle``.
    """
    from equivalents.report.adjustments import TABLE, write_adjustments

    _own_folder(out, (closed, *earlier))
    # A settlement in that place is not ours to replace, only adjustments are.
    check_replaceable(out, f"{TABLE}.csv" if (out / MARK).is_file() else MARK)
    shut, *before = all_proven((closed, *earlier))
    check_chain(shut, before)
    run = closed_run(shut)
    loaded, source = open_case(case, told)
    shown(loaded.understood)
    mode = loaded.corrections.mode
    _check_same(shut, run.settlement.rules, loaded.rules)
    _check_modes(mode, before)
    settlement = settle_opened(loaded, source, stop_on_reject=stop_on_reject, told=told)
    now = Run(settlement, paid_rows(settlement))
    found = correct(mode, run, now, [adjusted_rows(one) for one in before])
    told("write", 0, 0)
    noted = replace(settlement, problems=(*settlement.problems, *found.problems))
    return write_adjustments(found, (noted, loaded, source), shut, before, out)


def year_end_case(
    case: Path,
    paid: Sequence[Path],
    out: Path,
    *,
    adjusted: Sequence[Path] = (),
    stop_on_reject: bool = True,
    told: Told = silent,
    shown: Shown = unseen,
) -> Settlement:
    """Settle a whole year and what it still owes after its months and adjustments.

    Args:
        case: the case of the whole year.
        paid: the locked results of its periods, in any order.
        out: the folder for the result.
        adjusted: all corrections of these results, in any order.
        stop_on_reject, told, shown: as of :func:`equivalents.run.settle_case`.

    Raises:
        DataError: the case or a result cannot be used; nothing is written.
        RefusedError: as :func:`equivalents.yearend.year_end`, and as ``settle``.
    """
    from equivalents.report.yearendtables import year_end_beside

    _own_folder(out, (*paid, *adjusted))
    check_replaceable(out)
    opened = open_folder(case)
    year = _year_of(opened)
    months = sorted(all_proven(paid), key=lambda one: (one.period.start, one.sha256))
    _check_cover(year, months)
    chain = check_chains(months, all_proven(adjusted))

    def beside(settlement: Settlement, loaded: Case) -> Any:
        rules = settlement.rules
        for month in months:
            _check_institutions(month, _kept_institutions(month), rules)
        parents = {one.institution_id: one.parent_id for one in rules.institutions if one.parent_id}
        result = year_end(
            loaded.year_end.over_paid,
            year_paid(settlement),
            [paid_period(month) for month in months],
            [adjusted_rows(one) for one in chain],
            parents,
        )
        return year_end_beside(result, loaded.year_end, rules.period.name, months, chain)

    return settle_case(
        opened, out, stop_on_reject=stop_on_reject, told=told, shown=shown, beside=beside
    )


def _own_folder(out: Path, inputs: Sequence[Path]) -> None:
    """The result never stands in the place of what is read, nor in or above it."""
    own = out.resolve()
    for folder in inputs:
        other = folder.resolve()
        if own == other or own in other.parents or other in own.parents:
            raise DataError([Problem("CORRECT_OUT_IS_INPUT", value=out.name)])


# -- of one county and period --------------------------------------------------------------------


def _check_same(closed: Proven, before: CaseRules, now: CaseRules) -> None:
    """The closed result is one of this case: its title, its period, its institutions."""
    problems = []
    for what, one, other in (
        (_TITLE, before.title, now.title),
        (_PERIOD, before.period.name, now.period.name),
    ):
        if one != other:
            problems.append(_other_case(closed, what, one, other))
    if problems:
        raise DataError(problems)
    _check_institutions(closed, [one.institution_id for one in before.institutions], now)


def _check_institutions(closed: Proven, before: Sequence[str], now: CaseRules) -> None:
    """Every institution of a closed result is in the case."""
    lost = sorted({*before} - {one.institution_id for one in now.institutions})
    if lost:
        raise DataError([_other_case(closed, _INSTITUTION, name, _ABSENT) for name in lost])


def _kept_institutions(closed: Proven) -> list[str]:
    return [str(one["institution_id"]) for one in kept_rules(closed)["institutions"]]


def _other_case(closed: Proven, what: str, one: str, other: str) -> Problem:
    facts = {"what": what, "closed": one, "now": other}
    return Problem("CORRECT_OTHER_CASE", Place(closed.name), closed.name, facts)


def _check_modes(mode: CorrectionMode, before: Sequence[Proven]) -> None:
    """After everything was shared again, a locked price would undo it."""
    reshared = [one for one in before if one.manifest["mode"] == CorrectionMode.RESHARE]
    if reshared and mode is CorrectionMode.AT_PRICE:
        name = reshared[-1].name
        raise DataError([Problem("CORRECT_MODE_CHANGED", Place(name), name)])


# -- the months of a year ------------------------------------------------------------------------


def _year_of(case: CaseFolder) -> Period | None:
    """The year of a case; ``None`` where case.yaml cannot be read, which settling tells.

    Raises:
        DataError: ``YEAR_END_PERIOD``: the period is shorter than a year.
    """
    entry = case.entry(Findings())
    period = read_settings(entry, case.folder, Findings()).period
    if period is not None and period.name != print_day(period.start)[:4]:
        raise DataError([Problem("YEAR_END_PERIOD", entry.place._replace(row=0), period.name)])
    return period


def _check_cover(year: Period | None, months: Sequence[Proven]) -> None:
    """The months cover the year, each once; ``months`` by their first day."""
    if year is None:
        return
    problems: list[Problem] = []
    known: dict[int, Proven] = {}
    for one in months:
        place, facts = Place(one.name), {"period": one.period.name}
        if one.period.start < year.start or one.period.end > year.end:
            told = Problem("YEAR_END_OUTSIDE", place, one.name, {**facts, "year": year.name})
            problems.append(told)
            continue
        twice = [known[day] for day in one.period.month_starts if day in known]
        if twice:
            facts["other"] = f"{twice[0].name} {twice[0].period.name}"
            problems.append(Problem("YEAR_END_TWICE", place, one.name, facts))
        known |= dict.fromkeys(one.period.month_starts, one)
    lost = [month_of(day) for day in parse_period(year.name).month_starts if day not in known]
    if lost:
        problems.append(Problem("YEAR_END_MISSING", value=", ".join(lost)))
    if problems:
        raise DataError(problems)
