"""tally.parquet: the counts before any weight, in natural codes, with the same bytes always."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from equivalents.crews import Shared
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import print_day
from equivalents.policy.model import Posting
from equivalents.policy.posts import Codes
from equivalents.settle import Settlement
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["CONCURRENT", "write_tally"]

CONCURRENT: Final = "concurrent:"
"""Stands before the name of a concurrent rule in the column ``marks``."""


def write_tally(settlement: Settlement, path: Path) -> None:
    """Write the tally sorted by natural codes: the same whatever order records came in.

    Cells of one performer come first. The column ``performers`` stands only where there are
    others.
    """
    plan, tally = settlement.plan, settlement.counted.tally
    attributes = plan.attributes.values
    owner, who = _owners(plan, tally.posting)
    keys = (
        tally.bucket,
        _ranks(attributes)[tally.attribute],
        _ranks(plan.items.values)[tally.item],
        owner,
    )
    order = np.lexsort(keys)

    def column(values: Sequence[str], positions: Any) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(
            pa.array(positions[order].astype(np.int32)), pa.array(list(values), pa.string())
        ).cast(pa.string())

    groups = [";".join(value.resident_groups) for value in attributes]
    starts = [print_day(day) for day in plan.bucket_starts]
    table = pa.table(
        {
            **{name: column(values, owner) for name, values in who.items()},
            "item_code": column(plan.items.values, tally.item),
            "resident_group": column(groups, tally.attribute),
            "setting": column([value.setting for value in attributes], tally.attribute),
            "visit_number": column([v.visit_number for v in attributes], tally.attribute),
            "team_id": column([value.team_id for value in attributes], tally.attribute),
            "marks": column([_said_marks(v.marks, plan) for v in attributes], tally.attribute),
            "bucket_from": column(starts, tally.bucket),
            "records": pa.array(tally.records[order]),
            "quantity_e3": pa.array(tally.quantity_e3[order]),
        }
    )
    pq.write_table(table, path, compression="zstd", version="2.6")


def _owners(plan: Plan, posting: Codes) -> tuple[Codes, Mapping[str, Sequence[str]]]:
    """The rank of each cell's posting or crew, and what there is to say of each rank."""
    rows = plan.postings.rows
    alone: Mapping[str, Callable[[Posting], str]] = {
        "institution_id": lambda one: one.institution_id,
        "person_id": lambda one: one.person_id,
        "post_id": lambda one: one.post_id,
        "posting_from": lambda one: print_day(one.active_from),
        # Of two postings in one post one is main: they may begin together and end apart (5.20).
        "posting_to": lambda one: print_day(one.active_to),
    }
    who = {name: [*map(say, rows)] for name, say in alone.items()}
    codes = np.unique(posting[posting >= len(rows)])
    if codes.size == 0:
        return posting, who
    crews = [plan.performers.crews[int(code) - len(rows)] for code in codes]
    for crew in sorted(crews):
        several = [rows[member] for member, _ in crew]
        who["institution_id"].append(several[0].institution_id)
        who["person_id"].append("")
        who["post_id"].append("")
        for name in ("posting_from", "posting_to"):
            who[name].append(";".join(map(alone[name], several)))
        who.setdefault("performers", [""] * len(rows)).append(_said(several, crew))
    owner = posting.copy()
    shared = posting >= len(rows)
    owner[shared] = len(rows) + _ranks(crews)[np.searchsorted(codes, posting[shared])]
    return owner, who


def _said(several: Sequence[Posting], crew: Shared) -> str:
    """The performers as records name them, with the post of those that have one: ``P1@GP:3``."""
    posts = (f"@{posting.post_id}" if posting.post_id else "" for posting in several)
    named = zip(several, posts, crew, strict=True)
    return ";".join(f"{posting.person_id}{post}:{share}" for posting, post, (_, share) in named)


def _said_marks(marks: Sequence[int], plan: Plan) -> str:
    """Marks by name: ``pay=BASIS_REPEAT;purchase=concurrent:in-clinic``."""
    named = []
    for series, mark in zip(plan.series if marks else (), marks, strict=True):
        if mark:
            rule = f"{CONCURRENT}{plan.concurrent[mark - 1]}" if mark > 0 else Verdict(mark).name
            named.append(f"{series}={rule}")
    return ";".join(named)


def _ranks(values: Sequence[Any]) -> Int64:
    """Position in sorted order of each value."""
    rank = np.zeros(len(values), np.int64)
    rank[sorted(range(len(values)), key=lambda i: values[i])] = np.arange(len(values))
    return rank
