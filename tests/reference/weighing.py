"""Which weight row a record has, in one series, on one day: A1, A2, A9 of page 1; 5.7 of page 5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from tests.reference.case import Case, Record
from tests.reference.entries import Performer
from tests.reference.residentgroups import group_code
from tests.reference.weights import WeightRow, most_specific

Ordinal = Callable[[WeightRow], int]
"""The ordinal of a visit in the window and scope of a weight row (5.5)."""


class Verdict(NamedTuple):
    """How a record ends in one series: counted, excluded or rejected, and the reason's code."""

    state: str
    code: str


COUNTED = Verdict("counted", "")


class Weighing:
    """Finds the weight rows of one case."""

    def __init__(self, case: Case) -> None:
        """Look up the rows by series and item."""
        self.case = case
        self.weighed_items = {row.item for row in case.weights}
        self.rows: dict[tuple[str, str], list[WeightRow]] = {}
        for row in case.weights:
            self.rows.setdefault((row.series, row.item), []).append(row)

    def valid_rows(self, series: str, item: str, day: date) -> list[WeightRow] | Verdict:
        """Return the rows of an item in a series on that day (A1, A9), or why there are none."""
        if item not in self.weighed_items:
            return Verdict("rejected", "ITEM_UNKNOWN")
        rows = self.rows.get((series, item), [])
        if not rows:
            default = "exclude" if series == "purchase" else "reject"
            excluded = self.case.missing.get(series, default) == "exclude"
            return Verdict("excluded" if excluded else "rejected", "NOT_IN_SERIES")
        valid = [row for row in rows if row.valid_on(day)]
        if not valid and stopped(rows, day):
            return Verdict("excluded", "ITEM_STOPPED")
        return valid or Verdict("rejected", "NO_WEIGHT_ON_DATE")

    def fitting(
        self,
        rows: Sequence[WeightRow],
        record: Record,
        performer: Performer,
        ordinal: Ordinal | None,
    ) -> list[WeightRow]:
        """Return the rows whose conditions are met; without ordinals those of visits are too."""
        has = {
            "institution_group": [self.case.institutions[record["institution_id"]]],
            "resident_group": [*map(group_code, record["resident_group"].split(";"))],
            "title_tier": [performer.posting.title_tier],
            "setting": [record["setting"]],
        }

        def met(row: WeightRow, name: str, value: str) -> bool:
            if name == "visit_number":
                return ordinal is None or ordinal(row) == int(value)
            if name == "resident_group":
                value = group_code(value)
            return value in has[name]

        return [row for row in rows if all(met(row, *condition) for condition in row.conditions)]

    def rows_of(
        self,
        rows: Sequence[WeightRow],
        record: Record,
        performers: Sequence[Performer],
        ordinal: Ordinal | None,
    ) -> tuple[WeightRow, ...] | Verdict:
        """Return the weight row of every performer (5.4, 5.7), or why one has none."""
        fitting = [self.fitting(rows, record, one, ordinal) for one in performers]
        if not all(fitting):
            return Verdict("rejected", "NO_WEIGHT_FOR_CONDITIONS")
        return tuple(most_specific(found) for found in fitting)


def stopped(rows: Sequence[WeightRow], day: date) -> bool:
    """Say whether the day lies after a declared stop (停用) and before any later row (A1)."""
    return any(
        row.stopped
        and row.valid_to <= day
        and not any(row.valid_to <= later.valid_from <= day for later in rows)
        for row in rows
    )
