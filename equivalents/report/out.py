"""Everything that ``settle`` writes, in one folder, with the same bytes for the same inputs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from equivalents.errors import Problem
from equivalents.intake.case import Case
from equivalents.intake.source import Source
from equivalents.report.accountsnext import accounts_next_table
from equivalents.report.assessment import assessment_table
from equivalents.report.averagetable import average_table
from equivalents.report.book import ROWS_SHOWN
from equivalents.report.components import components_table
from equivalents.report.contracttable import contract_table
from equivalents.report.folder import new_folder, sha256
from equivalents.report.funds import funds_table
from equivalents.report.kept import RULES, rules_text, write_roster
from equivalents.report.keytables import key_tables
from equivalents.report.limits import limited_table
from equivalents.report.lists import Listed, write_lists
from equivalents.report.money import money_tables
from equivalents.report.opening import opening_table
from equivalents.report.results import (
    adjusted_table,
    allocations_table,
    equivalents_table,
    excluded_table,
    payouts_table,
    pools_table,
)
from equivalents.report.roomtable import room_table
from equivalents.report.spread import spread_table
from equivalents.report.summary import resolved_rules, summary
from equivalents.report.table import OutTable
from equivalents.report.tallyfile import write_tally
from equivalents.report.workbook import write_workbook
from equivalents.settle import METHOD, Payouts, Settlement
from equivalents.spread import spread_rows
from equivalents.version import __version__

__all__ = ["Beside", "write_json", "write_out"]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a run writes beside a settlement: tables, and what it adds to the other files.

    ``summary`` and ``manifest`` are further keys there, ``checks`` further checks.
    """

    tables: Sequence[OutTable] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    checks: Sequence[Mapping[str, Any]] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


_NOTHING: Final = Beside()


def write_out(
    settlement: Settlement,
    case: Case,
    source: Source,
    destination: Path,
    beside: Beside | None = None,
) -> None:
    """Write OUT, replacing an earlier result in one step.

    When rejected rows stopped the settlement only ``rejected.csv``, ``problems.csv`` and
    ``summary.json`` are written (page 3).
    """
    more = beside if beside is not None else _NOTHING
    settlement = replace(settlement, problems=(*settlement.problems, *more.problems))
    with new_folder(destination) as folder:
        shown = ROWS_SHOWN if settlement.payouts is not None else 0
        listed = write_lists(settlement, case, source, folder, shown)
        told = summary(settlement, listed.counts)
        told["checks"] += more.checks
        if source.doubts is not None:
            told["door"] = source.doubts.made
        write_json(folder / "summary.json", {**told, **more.summary})
        if settlement.payouts is not None:
            _write_results(settlement, settlement.payouts, listed, folder, more)
            chained = {**_manifest(settlement, case, folder), **more.manifest}
            write_json(folder / "manifest.json", chained)


def _write_results(
    settlement: Settlement, payouts: Payouts, listed: Listed, folder: Path, more: Beside
) -> None:
    if all(weighed.lines is not None for weighed in settlement.weighed.values()):
        equivalents_table(settlement, payouts).write_csv(folder)
        write_tally(settlement, folder / "tally.parquet")
        write_roster(settlement.rules, folder / "roster.parquet")
    spreads = spread_rows(settlement, payouts)
    tables = {table.name: table for table in (*_tables(settlement, payouts), *more.tables)}
    for table in (*tables.values(), spread_table(spreads)):
        table.write_csv(folder)
    rules = resolved_rules(settlement)
    (folder / RULES).write_text(rules_text(rules, settlement.rules), encoding="utf-8", newline="\n")
    book = folder / "settlement.xlsx"
    write_workbook(settlement, payouts, listed, spreads, tables, book, more.checks)


def _tables(settlement: Settlement, payouts: Payouts) -> Iterator[OutTable]:
    """The result tables but the item lines: those that always stand, then those with a line."""
    yield adjusted_table(settlement, payouts)
    yield allocations_table(settlement, payouts)
    yield payouts_table(settlement, payouts)
    yield pools_table(settlement, payouts)
    yield funds_table(settlement)
    yield excluded_table(settlement)
    yield from key_tables(settlement, payouts)
    yield from money_tables(settlement)
    for more in (
        assessment_table(settlement),
        limited_table(settlement, payouts),
        contract_table(settlement, payouts),
        average_table(settlement, payouts),
        room_table(settlement, payouts),
        opening_table(settlement, payouts),
        accounts_next_table(settlement),
        components_table(settlement),
    ):
        if more is not None:
            yield more


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """A JSON file as all of ours are written."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_bytes((text + "\n").encode())


def _manifest(settlement: Settlement, case: Case, folder: Path) -> dict[str, Any]:
    """What was used and what was made, each by its hash; no clock, no absolute path."""
    outputs = sorted(path for path in folder.iterdir() if path.name != "manifest.json")
    return {
        "engine": __version__,
        "method": METHOD,
        "period": settlement.rules.period.name,
        **({"sources": case.sources} if case.sources else {}),
        **({"understood": case.understood} if case.understood else {}),
        "inputs": [
            {"file": name, "bytes": path.stat().st_size, "sha256": sha256(path)}
            for name, path in sorted(case.inputs)
        ],
        "outputs": [
            {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in outputs
        ],
    }
