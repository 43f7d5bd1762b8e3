"""``explain`` as a function: one person or pool of a kept result, with the records if asked.

The result is settled again from its tally by the functions that paid it. With the case the
person's records are listed too, each with how it ended; the case must be the one that was settled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from equivalents.count import count
from equivalents.errors import DataError, Problem
from equivalents.explain import PersonStory, explain_person
from equivalents.intake.casefolder import CASE_FILE
from equivalents.intake.source import Source
from equivalents.ownrecords import OwnRecord, OwnRecords
from equivalents.poolaccount import PoolAccount, explain_pool
from equivalents.report.folder import sha256
from equivalents.report.kept import Kept, read_kept
from equivalents.run import open_case, workers
from equivalents.settle import settle_kept
from equivalents.tally import Plan
from equivalents.weigh import Scales

__all__ = ["check_same", "records_of", "trace_person", "trace_pool"]


def trace_person(
    out: Path, person_id: str, institution_id: str = "", case: Path | None = None
) -> tuple[PersonStory, list[OwnRecord] | None]:
    """The story of a person in a kept result, and the records where a case is given.

    Raises:
        DataError: no complete result, a changed one, an unknown person, another case.
    """
    kept = read_kept(out)
    settlement = settle_kept(kept.rules, kept.plan, kept.tally)
    story = explain_person(settlement, person_id, institution_id)
    records = None if case is None else records_of(kept, case, person_id, institution_id)
    return story, records


def trace_pool(out: Path, institution_id: str, pool: str) -> PoolAccount:
    """All of a pool in a kept result: source, every step, what is taken off, paid and what stays.

    Raises:
        DataError: no complete result, a changed one, an unknown pool.
    """
    kept = read_kept(out)
    return explain_pool(settle_kept(kept.rules, kept.plan, kept.tally), institution_id, pool)


def records_of(kept: Kept, case: Path, person_id: str, institution_id: str = "") -> list[OwnRecord]:
    """The records that a person did or shared, in the order of files and rows.

    Raises:
        DataError: ``EXPLAIN_OTHER_CASE`` when a file is not the one that was settled.
    """
    check_same(kept.manifest, case)
    loaded, source = open_case(case)
    plan = Plan(loaded.rules)
    scales = Scales(loaded.rules, plan)
    person, places = plan.persons.find(person_id), range(len(plan.institutions))
    if institution_id:
        at = plan.institutions.find(institution_id)
        places = range(at, at + 1)
    mine = (plan.postings.person == person) & np.isin(plan.postings.institution, places)
    found = OwnRecords(plan, scales, person, places, np.flatnonzero(mine).tolist())
    count(source.blocks(plan), scales, "tally", workers=workers(), seen=found.see)
    return list(_with_texts(source, found.records()))


def _with_texts(source: Source, records: list[OwnRecord]) -> Iterator[OwnRecord]:
    """Records with their file and texts, which are read again."""
    for part, of_part in groupby(records, key=lambda one: one.part):
        mine = list(of_part)
        rows = np.array([one.row for one in mine], np.int64)
        originals = (
            original for some in source.original_rows(part, rows) for original in some.each()
        )
        for one, original in zip(mine, originals, strict=True):
            file, sheet = original.file, original.sheet
            yield replace(one, file=file, sheet=sheet, columns=original.by_column)


def check_same(manifest: Mapping[str, Any], case: Path) -> None:
    """The files of a case must be those that the manifest names; shipped tables are ours.

    Raises:
        DataError: ``EXPLAIN_OTHER_CASE``, ``CASE_NOT_FOUND``.
    """
    if case.is_file():
        # A case that is one file is known by its content, whatever it is called now.
        if sha256(case) not in {entry["sha256"] for entry in manifest["inputs"]}:
            raise DataError([Problem("EXPLAIN_OTHER_CASE", value=case.name)])
        return
    problems = [
        Problem("EXPLAIN_OTHER_CASE", value=entry["file"])
        for entry in manifest["inputs"]
        if (case / entry["file"]).is_file() and sha256(case / entry["file"]) != entry["sha256"]
    ]
    if not (case / CASE_FILE).is_file():
        problems = problems or [Problem("CASE_NOT_FOUND", value=case.name)]
    elif CASE_FILE not in {entry["file"] for entry in manifest["inputs"]}:
        problems.append(Problem("EXPLAIN_OTHER_CASE", value=CASE_FILE))
    if problems:
        raise DataError(problems)
