"""``explain`` as a function: one person or pool of a kept result, with the records if asked.

The result is settled again from its tally by the functions that paid it. With the case the
person's records are listed too, each with how it ended; the case must be the one that was settled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from equivalents.count import count
from equivalents.errors import DataError, Problem
from equivalents.explain import PersonStory, explain_person, explain_pool
from equivalents.origin import Origin
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import print_day
from equivalents.records import RecordBlock
from equivalents.report.folder import sha256
from equivalents.report.kept import Kept, read_kept
from equivalents.run import open_case, workers
from equivalents.settle import settle_kept
from equivalents.sharesteps import ShareStep
from equivalents.tally import Placed, Plan
from equivalents.units import Codes, print_e3
from equivalents.weigh import Scales

__all__ = ["check_same", "records_of", "trace_person", "trace_pool"]


def trace_person(
    out: Path, person_id: str, institution_id: str = "", case: Path | None = None
) -> tuple[PersonStory, list[dict[str, str]] | None]:
    """The story of a person in a kept result, and the records where a case is given.

    Raises:
        DataError: no complete result, a changed one, an unknown person, another case.
    """
    kept = read_kept(out)
    settlement = settle_kept(kept.rules, kept.plan, kept.tally)
    story = explain_person(settlement, person_id, institution_id)
    records = None if case is None else records_of(kept, case, person_id, institution_id)
    return story, records


def trace_pool(out: Path, institution_id: str, pool: str) -> tuple[Origin, tuple[ShareStep, ...]]:
    """Where the money of a pool in a kept result came from, and every step of it.

    Raises:
        DataError: no complete result, a changed one, an unknown pool.
    """
    kept = read_kept(out)
    return explain_pool(settle_kept(kept.rules, kept.plan, kept.tally), institution_id, pool)


def records_of(
    kept: Kept, case: Path, person_id: str, institution_id: str = ""
) -> list[dict[str, str]]:
    """The records that a person did or shared, in the order of files and rows.

    Raises:
        DataError: ``EXPLAIN_OTHER_CASE`` when a file is not the one that was settled.
    """
    check_same(kept.manifest, case)
    loaded, source = open_case(case)
    plan = Plan(loaded.rules)
    scales = Scales(loaded.rules, plan)
    found = _Found(plan, scales, _postings(plan, person_id, institution_id))
    count(source.blocks(plan), scales, "tally", workers=workers(), seen=found.see)
    names = [part.name for part in source.parts]
    rows = sorted(found.rows, key=lambda row: (row[0], row[1]))
    return [{"file": names[part], "row": str(row), **texts} for part, row, texts in rows]


def check_same(manifest: Mapping[str, Any], case: Path) -> None:
    """The files of a case must be those that the manifest names; shipped tables are ours.

    Raises:
        DataError: ``EXPLAIN_OTHER_CASE``, ``CASE_NOT_FOUND``.
    """
    problems = [
        Problem("EXPLAIN_OTHER_CASE", value=entry["file"])
        for entry in manifest["inputs"]
        if (case / entry["file"]).is_file() and sha256(case / entry["file"]) != entry["sha256"]
    ]
    missing = not (case / "case.yaml").is_file()
    if problems or missing:
        raise DataError(problems or [Problem("CASE_NOT_FOUND", value=case.name)])


def _postings(plan: Plan, person_id: str, institution_id: str) -> Sequence[int]:
    person, place = plan.persons.find(person_id), plan.institutions.find(institution_id)
    mine = plan.postings.person == person
    if institution_id:
        mine &= plan.postings.institution == place
    found: list[int] = np.flatnonzero(mine).tolist()
    return found


@dataclass(slots=True)
class _Found:
    """Gathers the records of some postings while a case is counted, from any thread."""

    plan: Plan
    scales: Scales
    postings: Sequence[int]
    rows: list[tuple[int, int, dict[str, str]]] = field(default_factory=list)

    def see(self, block: RecordBlock, placed: Placed, rows: Mapping[str, Codes]) -> None:
        """Look at a block whose records have ended."""
        first = len(self.plan.postings)
        mine = np.isin(placed.posting, self.postings)
        for at in np.flatnonzero(placed.posting >= first).tolist():
            crew = self.plan.performers.crews[int(placed.posting[at]) - first]
            mine[at] = any(posting in self.postings for posting, _ in crew)
        mine[placed.lost] = False
        if block.records is not None:
            # What only speaks for a stay in pieces has no days of its own.
            mine &= (block.records == 0) | (block.quantity_e3 != 0)
        for at in np.flatnonzero(mine).tolist():
            ended = "; ".join(self._ended(series, int(rows[series][at])) for series in rows)
            texts = {
                "item_code": self.plan.items[int(block.item[at])],
                "service_date": print_day(int(block.day[at])),
                "quantity": print_e3(int(block.quantity_e3[at])),
                "ended": ended,
            }
            self.rows.append((block.part_of(at), int(block.row[at]), texts))

    def _ended(self, series: str, row: int) -> str:
        if row < 0:
            return f"{series}: {Verdict(row).name}"
        return f"{series}: {self.scales.books[series].rows[row].row_id}"
