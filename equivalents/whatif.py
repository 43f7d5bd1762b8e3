"""``compare`` as a function: a case or a kept result, a proposed table, a folder of changes.

This is the shell around :mod:`equivalents.compare`, as ``run`` is around ``settle``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equivalents.compare import (
    Comparison,
    compare,
    needs_recount,
    proposal_problems,
    proposed_rules,
    side_by_side,
)
from equivalents.errors import DataError, Problem
from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.tables import read_table
from equivalents.policy.check import check_weights
from equivalents.policy.load import weight_rows, weight_table
from equivalents.policy.model import CaseRules, WeightRow
from equivalents.report.folder import MARK, check_replaceable
from equivalents.resources import shipped_weights
from equivalents.run import Told, open_case, silent, workers
from equivalents.settle import Settlement, pay, settle_kept, weigh
from equivalents.tally import Plan

__all__ = ["Compared", "compare_case", "read_proposal"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison that was written: its summary, and what is odd about the proposal."""

    comparison: Comparison
    summary: dict[str, Any]
    recounted: tuple[str, ...]
    problems: tuple[Problem, ...]


def compare_case(
    base: Path,
    proposal: Path,
    out: Path,
    *,
    own_dates: bool = False,
    partial: bool = False,
    told: Told = silent,
) -> Compared:
    """Compare a proposed weight table with the one in force, over a case folder or a kept OUT.

    Raises:
        DataError: the case, the kept result or the proposal cannot be used; all problems at once.
            ``COMPARE_NEEDS_RECORDS`` when a kept result cannot answer and the case is needed.
        RefusedError: a pool that cannot be paid under the proposal.
    """
    from equivalents.report.comparison import write_comparison

    check_replaceable(out)
    rows = read_proposal(proposal)
    # A result has a summary; a case has a case.yaml and none.
    before, source = _kept(base) if (base / MARK).is_file() else _counted(base, told)
    proposed = proposed_rules(before.rules, rows, own_dates=own_dates, partial=partial)
    problems = tuple(proposal_problems(before, rows, own_dates=own_dates, partial=partial))
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    items = needs_recount(before.rules, proposed, before.plan)
    if not items:
        comparison = compare(before, proposed)
    elif source is None:
        facts = {"items": ", ".join(items)}
        raise DataError([Problem("COMPARE_NEEDS_RECORDS", value=proposal.name, facts=facts)])
    else:
        after = source.settled(proposed, told)
        comparison = side_by_side(before, after, recounted=True)
    return Compared(comparison, write_comparison(comparison, out), items, problems)


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of a case, to be counted under any rules."""

    folder: Path

    def settled(self, rules: CaseRules | None, told: Told) -> Settlement:
        """Count, weigh and pay the case under its own rules, or under others."""
        case, source = open_case(self.folder, told)
        plan = Plan(rules or case.rules)
        parts = source.blocks(plan)
        return pay(weigh(rules or case.rules, plan, parts, "tally", workers=workers()))


def _kept(folder: Path) -> tuple[Settlement, None]:
    from equivalents.report.kept import read_kept

    kept = read_kept(folder)
    return settle_kept(kept.rules, kept.plan, kept.tally), None


def _counted(folder: Path, told: Told) -> tuple[Settlement, _Records]:
    records = _Records(folder)
    return records.settled(None, told), records


def read_proposal(path: Path) -> Sequence[WeightRow]:
    """The rows of a proposed table: a csv, Parquet or YAML file, or the name of a shipped one.

    Raises:
        DataError: every fault of the table at once.
    """
    findings = Findings()
    rows: Sequence[WeightRow] = ()
    found = _find(path)
    if found is None:
        raise DataError([Problem("PROPOSAL_NOT_FOUND", value=path.name)])
    if found.suffix in (".yaml", ".yml"):
        table = weight_table(found, found.name, TABLES["weights"].names, findings)
        rows = weight_rows(table, findings)
    else:
        rows = weight_rows(read_table(found, TABLES["weights"], findings), findings)
    findings.problems.extend(check_weights(rows))
    findings.stop_on_errors()
    return tuple(rows)


def _find(path: Path) -> Path | None:
    shipped = [shipped_weights() / f"{path.name}{end}" for end in (".yaml", ".csv")]
    return next((one for one in (path, *shipped) if one.is_file()), None)
