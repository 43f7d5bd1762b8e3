"""What a corrected file changes against the import that it replaces, for people to look at.

Rows that are in both are equal. Of the others those with one record id are a changed row, with the
columns that differ; what is left was removed or added. The first rows are shown, all are counted.
Source: issue 7, "a corrected file is shown as changes and replaces by reversal".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equivalents.intake.headings import TABLES
from equivalents.units import print_e3

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Changes", "RowChange", "row_texts"]

_COLUMNS: Final = TABLES["records"].names
_SHOWN: Final = 200
_PAIRED: Final = 200_000
"""Rows on each side that are looked at for pairs; of more only the counts are told."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that goes, comes, or both: its columns before and after, by name, filled ones only."""

    kind: str
    record_id: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ."""
        both = dict(self.before) | dict(self.after)
        return tuple(
            name
            for name in _COLUMNS
            if name in both and self.before.get(name, "") != self.after.get(name, "")
        )

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` shows it."""
        return {
            "kind": self.kind,
            "record_id": self.record_id,
            "columns": [*self.columns],
            "before": dict(self.before),
            "after": dict(self.after),
        }


@dataclass(slots=True)
class Changes:
    """What goes and what comes, gathered load by load.

    ``changed`` pairs are among ``removed`` and among ``added``, too.
    """

    removed: int = 0
    added: int = 0
    changed: int = 0
    rows: list[RowChange] = field(default_factory=list)
    _old: "list[pa.Table]" = field(default_factory=list)
    _new: "list[pa.Table]" = field(default_factory=list)

    def add_old(self, table: "pa.Table") -> None:
        """Rows that are taken back."""
        self.removed += table.num_rows
        self._old.append(table)

    def add_new(self, table: "pa.Table") -> None:
        """Rows that are new."""
        self.added += table.num_rows
        self._new.append(table)

    def paired(self) -> "Changes":
        """Find the pairs and the first rows of each kind, once all loads were seen."""
        if max(self.removed, self.added) > _PAIRED:
            self._old, self._new = [], []
            return self
        old, new = [*row_texts(self._old)], [*row_texts(self._new)]
        by_id = {row["record_id"]: row for row in old if row.get("record_id")}
        found: list[RowChange] = []
        left: list[Mapping[str, str]] = []
        for row in new:
            before = by_id.pop(row.get("record_id", ""), None)
            if before is None:
                left.append(row)
            else:
                found.append(RowChange("changed", row["record_id"], before, row))
        self.changed = len(found)
        paired = {one.record_id for one in found}
        gone = [row for row in old if row.get("record_id", "") not in paired]
        found += [RowChange("removed", row.get("record_id", ""), row, {}) for row in gone]
        found += [RowChange("added", row.get("record_id", ""), {}, row) for row in left]
        self.rows = found[:_SHOWN]
        self._old, self._new = [], []
        return self

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` shows it."""
        return {
            "removed": self.removed,
            "added": self.added,
            "changed": self.changed,
            "rows": [one.as_json() for one in self.rows],
        }


def row_texts(tables: "Sequence[pa.Table]") -> Iterator[dict[str, str]]:
    """The rows of some tables as texts by column, filled ones only."""
    from equivalents.store.segmentformat import words_e3

    for table in tables:
        columns = {}
        for name in _COLUMNS:
            column = table.column(name).combine_chunks()
            if name == "quantity":
                columns[name] = [print_e3(value) for value in words_e3(column).tolist()]
            else:
                columns[name] = ["" if one is None else str(one) for one in column.to_pylist()]
        for at in np.arange(table.num_rows).tolist():
            yield {name: texts[at] for name, texts in columns.items() if texts[at]}
