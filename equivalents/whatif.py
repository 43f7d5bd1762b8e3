"""``compare`` as a function: a case or a kept result, a proposal, a folder of changes.

This is the shell around :mod:`equivalents.compare`, as ``run`` is around ``settle``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equivalents.compare import Comparison, Side, compare, paid_side, proposed_scales
from equivalents.count import count
from equivalents.errors import ConservationError, DataError, Problem
from equivalents.findings import Findings
from equivalents.intake.anytable import read_file
from equivalents.intake.headings import TABLES
from equivalents.policy.check import check_weights
from equivalents.policy.keyload import KeyReader
from equivalents.policy.keyrules import Coefficient
from equivalents.policy.load import weight_rows, weight_table
from equivalents.policy.model import CaseRules, WeightRow
from equivalents.policy.roster import Roster
from equivalents.proposal import (
    Proposal,
    proposal_problems,
    proposed_rules,
    unweighed_problems,
)
from equivalents.recount import Touched
from equivalents.report.folder import MARK, check_replaceable
from equivalents.resources import shipped_weights
from equivalents.run import Told, open_case, row_counter, silent, workers
from equivalents.tally import Plan, Tally
from equivalents.weigh import Scales

__all__ = ["Compared", "compare_case", "read_coefficients", "read_proposal"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison that was written: its summary, and what is odd about the proposal."""

    comparison: Comparison
    summary: dict[str, Any]
    problems: tuple[Problem, ...]


def compare_case(
    base: Path,
    proposal: Path | None,
    out: Path,
    *,
    coefficients: Path | None = None,
    case: Path | None = None,
    own_dates: bool = False,
    partial: bool = False,
    told: Told = silent,
) -> Compared:
    """Compare a proposal with the rules in force, over a case folder or a kept OUT.

    Args:
        base: the case folder, or the result folder of ``settle``.
        proposal: the proposed weight table, if weights are proposed.
        out: the folder for the comparison.
        coefficients: the proposed table of coefficients, if coefficients are proposed.
        case: beside a result, the case that was settled: for items that must be counted again.
        own_dates: the proposal applies by its own dates.
        partial: the proposal lists only what changes.
        told: progress.

    Raises:
        DataError: the case, the kept result or the proposal cannot be used; all problems at once.
            ``COMPARE_NEEDS_RECORDS`` when a kept result cannot answer and the case is needed.
        RefusedError: a pool that cannot be paid, as it is or under the proposal.
    """
    from equivalents.report.comparison import write_comparison

    check_replaceable(out)
    weights = None if proposal is None else read_proposal(proposal)
    before, records = _in_force(base, case, told)
    rules = before.settlement.rules
    rows = None if coefficients is None else read_coefficients(coefficients, rules)
    comparison, problems = _tried(before, records, Proposal(weights, rows, own_dates, partial))
    told("write", 0, 0)
    return Compared(comparison, write_comparison(comparison, out), problems)


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of a case, to be counted under any rules."""

    folder: Path
    told: Told

    def recount(self, rules: CaseRules, plan: Plan, items: Sequence[str]) -> Tally:
        """Count the records of some items under other rules."""
        _, source = open_case(self.folder, self.told)
        parts = [Touched(part, plan, items) for part in source.blocks(plan)]
        progress = row_counter(self.told)
        return count(parts, Scales(rules, plan), workers=workers(), progress=progress).tally


def _tried(
    before: Side, records: _Records | None, proposed: Proposal
) -> tuple[Comparison, tuple[Problem, ...]]:
    """The proposal on the counts of what is in force, and what is odd about it."""
    rules, scales = before.settlement.rules, before.settlement.scales
    problems = [*proposal_problems(rules, before.counts, scales, proposed)]
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    after = proposed_rules(rules, proposed)
    comparison = compare(before, after, None if records is None else records.recount)
    again = frozenset(comparison.recounted)
    proposed_too = proposed_scales(before, after)
    problems.extend(unweighed_problems(before.counts, scales, proposed_too, again))
    return comparison, tuple(problems)


def _in_force(base: Path, case: Path | None, told: Told) -> tuple[Side, _Records | None]:
    """What the rules in force pay, and the records where they can be read again."""
    # A result has a summary; a case has a case.yaml and none.
    if (base / MARK).is_file():
        return _kept(base, case, told)
    return _counted(base, told)


def _kept(folder: Path, case: Path | None, told: Told) -> tuple[Side, _Records | None]:
    from equivalents.report.kept import read_kept
    from equivalents.tracing import check_same

    kept = read_kept(folder)
    if case is not None:
        check_same(kept.manifest, case)
    side = paid_side(kept.rules, kept.plan, kept.tally)
    return side, None if case is None else _Records(case, told)


def _counted(folder: Path, told: Told) -> tuple[Side, _Records]:
    case, source = open_case(folder, told)
    rules, plan = case.rules, Plan(case.rules)
    parts, progress = source.blocks(plan), row_counter(told, source.expected)
    counted = count(parts, Scales(rules, plan), workers=workers(), progress=progress)
    side = paid_side(rules, plan, counted.tally)
    for series, weighed in side.settlement.weighed.items():
        if weighed.counted != counted.counted[series]:
            expected = counted.counted[series]
            raise ConservationError(f"{series}: {weighed.counted} weighed of {expected} counted")
    return side, _Records(folder, told)


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
        rows = weight_rows(read_file(found, "weights", findings), findings)
    findings.problems.extend(check_weights(rows))
    findings.stop_on_errors()
    return tuple(rows)


def _find(path: Path) -> Path | None:
    shipped = [shipped_weights() / f"{path.name}{end}" for end in (".yaml", ".csv")]
    return next((one for one in (path, *shipped) if one.is_file()), None)


def read_coefficients(path: Path, rules: CaseRules) -> Sequence[Coefficient]:
    """The rows of a proposed table of coefficients, a csv or Parquet file, for the staff of a case.

    Raises:
        DataError: every fault of the table at once.
    """
    if not path.is_file():
        raise DataError([Problem("PROPOSAL_NOT_FOUND", value=path.name)])
    findings = Findings()
    reader = KeyReader(findings, rules.institutions, Roster.of(rules.postings))
    rows = reader.coefficients(read_file(path, "coefficients", findings))
    reader.check_scopes(rows, rules.key_rules.kinds)
    findings.stop_on_errors()
    return rows
