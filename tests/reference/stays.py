"""Days of stays: each day of a resident once, and none during another stay (5.6 of page 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.reference.case import Record
from tests.reference.classes import Classes
from tests.reference.entries import Entry
from tests.reference.looks import Looks
from tests.reference.weighing import Verdict
from tests.reference.windows import order

Bed = tuple[str, str, date]
"""Item (or rule), resident and day."""


class Stays:
    """Decides which days of a record count."""

    def __init__(self, looks: Looks, classes: Classes) -> None:
        """Nothing is computed before it is asked for."""
        self.looks = looks
        self.classes = classes
        self._owners: dict[str, dict[Bed, Record]] = {}
        self._inside: set[Bed] | None = None

    def counted(self, series: str, entry: Entry, days: Sequence[date]) -> list[date] | Verdict:
        """Return the days that count: not inside another stay, not in an earlier record."""
        item = entry.record["item_code"]
        if self.looks.weighing.rows[series, item][0].basis != "days":
            return list(days)
        left = [day for day in days if not self.is_inside(entry, day)]
        if not left:
            return Verdict("excluded", "STAY_INSIDE")
        if entry.is_stay:
            own = self.owners(series)
            resident = entry.record["resident_id"]
            left = [day for day in left if own[item, resident, day] is entry.record]
        return left or Verdict("excluded", "BASIS_REPEAT")

    def owners(self, series: str) -> dict[Bed, Record]:
        """Return the first stay, by the order of 5.5, of every item, resident and day."""
        if series not in self._owners:
            own: dict[Bed, Record] = {}
            void = self.classes.reversed(series)
            stays = [one for one in self.looks.entries if one.usable and one.is_stay]
            for entry in sorted(stays, key=lambda entry: order(entry.record)):
                if entry.record in void or not self.looks.takes_part(series, entry):
                    continue
                days = self.looks.days(series, entry)
                for day in [] if isinstance(days, Verdict) else days:
                    bed = (entry.record["item_code"], entry.record["resident_id"], day)
                    own.setdefault(bed, entry.record)
            self._owners[series] = own
        return self._owners[series]

    def is_inside(self, entry: Entry, day: date) -> bool:
        """Say whether the resident is in another stay that day, by a rule of `stays`."""
        resident, item = entry.record["resident_id"], entry.record["item_code"]
        rules = [rule for rule in self.looks.case.declared.stays if item in rule.exclude]
        return any((rule.name, resident, day) in self.inside() for rule in rules)

    def inside(self) -> set[Bed]:
        """Return every day of every resident inside a stay, by rule; in whatever series."""
        if self._inside is None:
            rules = self.looks.case.declared.stays
            void = self.classes.reversed("")
            self._inside = {
                (rule.name, entry.record["resident_id"], day)
                for entry in (self.classes.taking_part("") if rules else [])
                if entry.record["resident_id"] and entry.record not in void
                for rule in rules
                if entry.record["item_code"] in rule.inside
                for day in entry.days
            }
        return self._inside
