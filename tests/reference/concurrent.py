"""What an item is worth beside another one for one resident on one day (A12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from tests.reference.classes import Classes
from tests.reference.declared import Concurrent
from tests.reference.entries import Entry
from tests.reference.looks import Looks
from tests.reference.numbers import half_up
from tests.reference.weighing import Verdict
from tests.reference.windows import root_of

Counted = Callable[[str, Entry], Sequence[date] | Verdict]
"""The days of a record that count in a series whatever stands beside it, or its verdict."""

Met = tuple[str, date, str]
"""Resident, day, and the institution, blank where it does not matter."""


class Beside:
    """Knows which residents had which items on which days."""

    def __init__(self, looks: Looks, classes: Classes, counted: Counted) -> None:
        """Nothing is computed before it is asked for."""
        self.looks = looks
        self.classes = classes
        self.counted = counted
        self._met: dict[tuple[str, str], set[Met]] = {}

    def credit(self, series: str, entry: Entry, day: date) -> Fraction:
        """Return the credit of the first rule that fits a record on a day; 1 without any.

        What takes back a record that counts has the credit of that record.
        """
        root = root_of(entry, self.classes.named) if entry.quantity < 0 else None
        if root is not None and not isinstance(self.counted(series, root), Verdict):
            entry, day = root, root.day
        record = entry.record
        for rule in self.looks.case.declared.concurrent:
            applies = (
                record["item_code"] in rule.items
                and record["resident_id"] != ""
                and (not rule.series or series in rule.series)
                and rule.valid_from <= day < rule.valid_to
            )
            place = record["institution_id"] if rule.same == "institution_day" else ""
            if applies and (record["resident_id"], day, place) in self.met(series, rule):
                return rule.credit
        return Fraction(1)

    def met(self, series: str, rule: Concurrent) -> set[Met]:
        """Return on which days which residents have a counted record of a `beside` item.

        There is no second credit without a first one (A12), so only what counts is a contact.
        A record that is taken back, and one that takes back, is none.
        """
        at = (series, rule.name)
        if at not in self._met:
            void = self.classes.reversed(series)
            met: set[Met] = set()
            for entry in self.classes.taking_part(series):
                record = entry.record
                if record["item_code"] in rule.beside and record not in void:
                    days = self.counted(series, entry)
                    place = record["institution_id"] if rule.same == "institution_day" else ""
                    if not isinstance(days, Verdict):
                        met |= {(record["resident_id"], day, place) for day in days}
            self._met[at] = met
        return self._met[at]


def reduced(weight: Fraction, credit: Fraction) -> Fraction:
    """Return weight x credit, rounded half-up to four places (A12)."""
    return half_up(weight * credit, 4)
