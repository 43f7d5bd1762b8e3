"""Which records take part in a series: known item, weight on the date, what its basis asks for.

A3 of page 1; 5.5, 5.6 of page 5. The ordinal of the visit is set aside here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from tests.reference.case import Case, Record
from tests.reference.door import Door
from tests.reference.entries import Entrance, Entry, Performer
from tests.reference.text import Refused
from tests.reference.weighing import Verdict, Weighing
from tests.reference.weights import WeightRow
from tests.reference.windows import window_of


class Look(NamedTuple):
    """A record in a series on one day: the weight rows of that day, and its performers."""

    rows: Sequence[WeightRow]
    performers: tuple[Performer, ...]


class Looks:
    """Looks the records of one case over."""

    def __init__(self, case: Case) -> None:
        """Read all records; of each item know its windows and whether it is counted in days."""
        self.case = case
        self.entrance = Entrance(case)
        self.weighing = Weighing(case)
        entries = [self.entrance.enter(record) for record in case.records]
        doubted = Door(case, entries).rejected()
        self.entries = [replace(one, doubt=doubted.get(one.record, "")) for one in entries]
        self.seen: dict[tuple[str, Record, date], Look | Verdict] = {}
        self.windows: dict[str, set[str]] = {}
        self.in_days = self.entrance.in_days
        for row in case.weights:
            if row.places or row.visit:
                self.windows.setdefault(row.item, set()).add(row.window)
        for rows in self.weighing.rows.values():
            windows = {(row.window, row.scope) if row.places else None for row in rows}
            if len({row.basis for row in rows}) > 1 or len(windows) > 1:
                raise Refused("BASIS_DIFFERS", rows[0].item)

    def inside(self, day: date) -> bool:
        """Say whether a day lies in the period."""
        return self.case.first_day <= day < self.case.after

    def when(self, entry: Entry) -> str:
        """Return a blank for a record of the period, else why it is none (5.5, 5.6).

        A stay that reaches into the period is of it. Before the period, but in the same window
        of an item that has one, a record is history.
        """
        item = entry.record["item_code"]
        days = entry.days if entry.is_stay and item in self.in_days else [entry.day]
        if any(self.inside(day) for day in days):
            return ""
        first = self.case.first_day
        history = entry.day < first and any(
            window_of(entry.day, window) == window_of(first, window)
            for window in self.windows.get(item, ())
        )
        return "BEFORE_PERIOD" if history else "OUTSIDE_PERIOD"

    def look(self, series: str, entry: Entry, day: date) -> Look | Verdict:
        """Look at a record in one series on one of its days."""
        at = (series, entry.record, day)
        if at not in self.seen:
            self.seen[at] = self._look(series, entry, day)
        return self.seen[at]

    def _look(self, series: str, entry: Entry, day: date) -> Look | Verdict:
        valid = self.weighing.valid_rows(series, entry.record["item_code"], day)
        if isinstance(valid, Verdict):
            return valid
        code = basis_fault(valid, entry)
        if code:
            return Verdict("rejected", code)
        performers = entry.performers[day]
        rows = self.weighing.rows_of(valid, entry.record, performers, None)
        return rows if isinstance(rows, Verdict) else Look(valid, performers)

    def days(self, series: str, entry: Entry) -> list[date] | Verdict:
        """Return the days of a record that have a weight in a series, or its verdict.

        A stay is cut at the period; a day without a weight rejects all of it, a day after a
        declared stop is only left out.
        """
        rows = self.weighing.rows.get((series, entry.record["item_code"]), [])
        if not entry.is_stay or not rows or rows[0].basis != "days":
            look = self.look(series, entry, entry.day)
            return look if isinstance(look, Verdict) else [entry.day]
        days = [day for day in entry.days if self.inside(day)]
        if not days:
            return Verdict("excluded", self.when(entry))
        looks = [self.look(series, entry, day) for day in days]
        verdicts = [look for look in looks if isinstance(look, Verdict)]
        rejected = [verdict for verdict in verdicts if verdict.state == "rejected"]
        if rejected or len(verdicts) == len(days):
            return (rejected or verdicts)[0]
        return [day for day, look in zip(days, looks, strict=True) if isinstance(look, Look)]

    def takes_part(self, series: str, entry: Entry) -> bool:
        """Say whether a record takes part in the classes of a series (5.5)."""
        if not entry.usable or self.when(entry) == "OUTSIDE_PERIOD":
            return False
        return not isinstance(self.days(series, entry), Verdict)


def basis_fault(rows: Sequence[WeightRow], entry: Entry) -> str:
    """Return what a record lacks that the counting basis of its item asks for, or a blank."""
    record, basis = entry.record, rows[0].basis
    if entry.is_stay and basis != "days":
        return "END_DATE_UNUSED"
    if basis == "household" and not record["household_id"]:
        return "HOUSEHOLD_MISSING"
    resident = basis == "resident" or basis.startswith("first:") or any(row.visit for row in rows)
    if (resident or entry.is_stay) and not record["resident_id"]:
        return "RESIDENT_MISSING"
    if basis == "days" and not entry.is_stay:
        if entry.quantity.denominator > 1:
            return "DAYS_NOT_WHOLE"
        if abs(entry.quantity) > days_left(entry.day):
            return "DAYS_RANGE"
    return ""


def days_left(day: date) -> int:
    """Return how many days of the month are left, the day itself included (5.6)."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - day).days
