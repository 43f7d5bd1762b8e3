"""Weight tables (当量表): A1, A2, A4, A9 of page 1 and 5.7, 5.8 of page 5."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from tests.reference.text import (
    FIRST_DAY,
    NO_END,
    WEIGHT,
    Refused,
    csv_table,
    date_or,
    must,
    read_yaml,
)

CONDITIONS = ("institution_group", "resident_group", "title_tier", "setting", "visit_number")
"""The conditions of a weight row (A2), in the order in which they are named."""
BASIS = re.compile(r"record|resident|household|days|first:[1-9][0-9]*")


@dataclass(frozen=True)
class WeightRow:
    """One dated, conditional weight of one item in one series; `valid_to` is exclusive."""

    series: str
    item: str
    weight: Fraction
    valid_from: date
    valid_to: date
    stopped: bool
    conditions: tuple[tuple[str, str], ...]
    """The filled conditions only."""
    basis: str = "record"
    """The counting basis (计数口径): record, resident, household, first:N or days (A3)."""
    window: str = "year"
    scope: str = "county"

    @property
    def places(self) -> int:
        """Return how many places a class has: of a window basis; 0 of any other (5.5)."""
        if self.basis.startswith("first:"):
            return int(self.basis.removeprefix("first:"))
        return int(self.basis in ("resident", "household"))

    @property
    def visit(self) -> str:
        """Return the ordinal of the visit that the row asks for, or a blank."""
        return dict(self.conditions).get("visit_number", "")

    @property
    def label(self) -> str:
        """Return the name of the row in outputs: `item@from;condition=value;...`."""
        parts = [f"{self.item}@{self.valid_from.isoformat()}"]
        return ";".join(parts + [f"{name}={value}" for name, value in self.conditions])

    @property
    def resident_group(self) -> str:
        """Return the resident group of the row, or a blank."""
        return dict(self.conditions).get("resident_group", "")

    @property
    def other_conditions(self) -> dict[str, str]:
        """Return the filled conditions without the resident group."""
        return {name: value for name, value in self.conditions if name != "resident_group"}

    def valid_on(self, day: date) -> bool:
        """Say whether the row is in force on that day (A1: half-open)."""
        return self.valid_from <= day < self.valid_to


class TableError(NamedTuple):
    """A fault between two rows of a weight table, named by their positions."""

    code: str
    row_a: int
    row_b: int


def weight_row(fields: Mapping[str, str]) -> WeightRow:
    """Make a weight row of the columns of page 3; a blank series is `pay`."""
    basis = fields.get("counting_basis", "") or "record"
    if not BASIS.fullmatch(basis):
        raise Refused("BASIS_INVALID", basis)
    filled = ((name, fields.get(name, "")) for name in CONDITIONS)
    return WeightRow(
        series=fields.get("series", "") or "pay",
        item=fields["item_code"],
        weight=must(fields["weight"], WEIGHT),
        valid_from=date_or(fields["valid_from"], FIRST_DAY),
        valid_to=date_or(fields.get("valid_to", ""), NO_END),
        stopped=fields.get("stopped", "") == "1",
        conditions=tuple((name, value) for name, value in filled if value),
        basis=basis,
        window=fields.get("window", "") or "year",
        scope=fields.get("scope", "") or "county",
    )


def read_weights(path: Path) -> list[WeightRow]:
    """Read one weight table, csv or YAML; YAML scalars are text and `defaults` fill gaps."""
    if path.suffix == ".csv":
        return [weight_row(fields) for fields in csv_table(path)]
    table = read_yaml(path)
    defaults = table.get("defaults") or {}
    return [weight_row({**defaults, **fields}) for fields in table["rows"]]


def table_errors(rows: Sequence[WeightRow]) -> list[TableError]:
    """Compare every row with every other of its series and item (A1, 5.7)."""
    groups: dict[tuple[str, str], list[int]] = {}
    for position, row in enumerate(rows):
        groups.setdefault((row.series, row.item), []).append(position)
    errors: list[TableError] = []
    for positions in groups.values():
        positions.sort(key=lambda position: (rows[position].valid_from, position))
        same_item = [rows[position] for position in positions]
        for a, b in combinations(positions, 2):
            code = _pair_error(rows[a], rows[b], same_item)
            if code:
                errors.append(TableError(code, a, b))
    return sorted(errors, key=lambda error: (error.row_a, error.row_b))


def _pair_error(a: WeightRow, b: WeightRow, same_item: Sequence[WeightRow]) -> str:
    """Return what is wrong between two rows of one series and item; `a` starts first."""
    meet_in_time = _share_a_day(a, b.valid_from, b.valid_to)
    if a.conditions == b.conditions:
        if meet_in_time:
            return "WEIGHT_OVERLAP"
        between = [
            row
            for row in same_item
            if row.conditions == a.conditions and _share_a_day(row, a.valid_to, b.valid_from)
        ]
        gap = a.valid_to < b.valid_from and not between
        return "WEIGHT_GAP" if gap and not a.stopped else ""
    if meet_in_time and len(a.conditions) == len(b.conditions) and _can_meet(a, b):
        only_group_differs = (
            a.other_conditions == b.other_conditions
            and a.resident_group != ""
            and b.resident_group != ""
        )
        return "" if only_group_differs else "WEIGHT_AMBIGUOUS"
    return ""


def _share_a_day(row: WeightRow, first: date, after: date) -> bool:
    """Say whether the row is in force on any day of [first, after)."""
    return max(row.valid_from, first) < min(row.valid_to, after)


def _can_meet(a: WeightRow, b: WeightRow) -> bool:
    """Say whether one record can fit both: it has one value of each, but many resident groups."""
    others = b.other_conditions
    return all(others.get(name, value) == value for name, value in a.other_conditions.items())


def most_specific(rows: Sequence[WeightRow]) -> WeightRow:
    """Choose among fitting rows (5.7).

    Most filled conditions; then, among rows equal but for the resident group, the larger
    weight (就高不重复), then the smaller group code.
    """
    return min(rows, key=lambda row: (-len(row.conditions), -row.weight, row.resident_group))
