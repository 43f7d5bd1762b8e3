"""Classes: distinct resident or household, first n, ordinals of visits (A3, 5.5 of page 5)."""

from __future__ import annotations

from tests.reference.case import Record
from tests.reference.entries import Entry
from tests.reference.looks import Looks
from tests.reference.weights import WeightRow
from tests.reference.windows import (
    class_of,
    id_column,
    order,
    places_used,
    reversals,
    root_of,
)

Class = tuple[str, ...]


class Classes:
    """Decides who takes the places of a class, and which visit a record is."""

    def __init__(self, looks: Looks) -> None:
        """Nothing is computed before it is asked for."""
        self.looks = looks
        known = [entry for entry in looks.entries if not entry.fault]
        self.named = {one.record["record_id"]: one for one in known if one.record["record_id"]}
        self._reversed: dict[str, dict[Record, str]] = {}
        self._repeats: dict[tuple[str, str], set[Record]] = {}
        self._visits: dict[tuple[str, str, str], dict[Record, tuple[Class, int]]] = {}

    def taking_part(self, series: str, item: str = "") -> list[Entry]:
        """Return the records that take part in a series; in any, if the series is blank."""
        names = [series] if series else list(self.looks.case.series)
        return [
            entry
            for entry in self.looks.entries
            if not entry.fault
            and item in ("", entry.record["item_code"])
            and any(self.looks.takes_part(name, entry) for name in names)
        ]

    def reversed(self, series: str) -> dict[Record, str]:
        """Return the void records and the reversals of a series; of all, if it is blank."""
        if series not in self._reversed:
            self._reversed[series] = reversals(self.taking_part(series), self.named)
        return self._reversed[series]

    def code(self, series: str, entry: Entry) -> str:
        """Return why a record takes no place in its class, or a blank."""
        item = entry.record["item_code"]
        row = self.looks.weighing.rows[series, item][0]
        if row.basis == "days":
            return self.stay_code(series, entry)
        if not row.places:
            return ""
        code = self.reversed(series).get(entry.record, "")
        return code or ("BASIS_REPEAT" if entry.record in self.repeats(series, row) else "")

    def stay_code(self, series: str, entry: Entry) -> str:
        """Return whether a stay is taken back, or a record only takes a stay back."""
        code = self.reversed(series).get(entry.record, "")
        if not code or entry.is_stay:
            return code
        root = root_of(entry, self.named)
        return code if root is not None and root.is_stay else ""

    def repeats(self, series: str, row: WeightRow) -> set[Record]:
        """Return the records of an item that are not among the first of their class."""
        at = (series, row.item)
        if at in self._repeats:
            return self._repeats[at]
        of_class: dict[Class, list[Record]] = {}
        for entry in self.taking_part(series, row.item):
            if entry.record not in self.reversed(series):
                its_class = class_of(entry, row, id_column(row))
                of_class.setdefault(its_class, []).append(entry.record)
        repeats: set[Record] = set()
        for its_class, records in of_class.items():
            used = places_used(self.looks.case.used, its_class, series)
            repeats |= set(sorted(records, key=order)[max(0, row.places - used) :])
        self._repeats[at] = repeats
        return repeats

    def ordinal(self, series: str, entry: Entry, row: WeightRow) -> int:
        """Return which visit of the resident in the window and scope of a row a record is."""
        at = (row.item, row.window, row.scope)
        if at not in self._visits:
            self._visits[at] = self.visits(row)
        its_class, number = self._visits[at][entry.record]
        # A record has one visit number, so only places used in every series count before it.
        return number + places_used(self.looks.case.used, its_class, "")

    def visits(self, row: WeightRow) -> dict[Record, tuple[Class, int]]:
        """Number the visits of an item, over the records that take part in any series.

        What is void, and what takes something back, is no visit; a void one gets the number
        that it would have, and a reversal that of the record it takes back, so that the two
        are weighed alike.
        """
        entries = self.taking_part("", row.item)
        void = self.reversed("")
        found: dict[Record, tuple[Class, int]] = {}
        of_class: dict[Class, int] = {}
        for entry in sorted(entries, key=lambda entry: order(entry.record)):
            its_class = class_of(entry, row, "resident_id")
            before = of_class.get(its_class, 0)
            found[entry.record] = its_class, before + 1
            of_class[its_class] = before + (entry.record not in void)
        for entry in entries:
            root = root_of(entry, self.named) if entry.quantity < 0 else None
            if root is not None and root.record in found:
                found[entry.record] = found[root.record]
        return found
