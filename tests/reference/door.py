"""The checks at the door: records that are rejected before anything is counted (A10, E1).

Written from docs/files.md, "Checks at the door", one check after the other in plain loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.reference.case import Case, Record
from tests.reference.entries import Entrance, Entry
from tests.reference.form import shares
from tests.reference.text import FIRST_DAY, NO_END, date_or

Rule = Mapping[str, Any]
"""One rule of a check, every scalar as text."""
CODES = {
    "same_service_twice": "SAME_SERVICE_TWICE",
    "two_places": "TWO_PLACES",
    "service_on_leave": "SERVICE_ON_LEAVE",
    "qualification": "QUALIFICATION_MISSING",
    "impossible_day": "IMPOSSIBLE_DAY",
    "quantity_outlier": "QUANTITY_OUTLIER",
}
"""The checks of records in the order of the page: of several that reject the first is the fault."""
THOUSANDTHS = 1000


@dataclass(frozen=True, eq=False)
class Seen:
    """A record as the checks look at it: with what corrections leave of it."""

    entry: Entry
    left: Fraction

    @property
    def record(self) -> Record:
        """Return the record."""
        return self.entry.record

    @property
    def item(self) -> str:
        """Return its item."""
        return self.record["item_code"]

    @property
    def day(self) -> date:
        """Return its day."""
        return self.entry.day

    @property
    def people(self) -> Sequence[str]:
        """Return who is looked at: the performers, else the person; of a team alone nobody."""
        if self.record["performers"]:
            return list(shares(self.record["performers"]))
        return [self.record["person_id"]] if self.record["person_id"] else []


class Door:
    """The checks of one case over its records, in the order of files and rows."""

    def __init__(self, case: Case, entries: Sequence[Entry]) -> None:
        """Take the well-formed records of the period, and off them what corrects them."""
        self.case = case
        self.by_id: dict[str, Record] = {}
        for entry in entries:
            if entry.record["record_id"]:
                self.by_id.setdefault(entry.record["record_id"], entry.record)
        good = [one for one in entries if not one.fault]
        self.corrections = [one for one in good if one.record["corrects"]]
        good = [one for one in good if case.first_day <= one.day < case.after]
        taken: dict[Record, Fraction] = {}
        for one in good:
            root = self.root(one.record)
            if root is not None and root is not one.record:
                taken[root] = taken.get(root, Fraction(0)) + one.quantity
        every = [
            Seen(one, one.quantity + taken.get(one.record, 0))
            for one in good
            if not one.record["corrects"]
        ]
        self.seen = [one for one in every if one.left > 0]

    def root(self, record: Record) -> Record | None:
        """Return what a correction corrects in the end; nothing where corrections go in a ring."""
        passed: set[Record] = set()
        while record["corrects"]:
            if record in passed or record["corrects"] not in self.by_id:
                return None
            passed.add(record)
            record = self.by_id[record["corrects"]]
        return record

    def doubts(self) -> dict[tuple[str, int], list[Seen]]:
        """Return what each rule doubts, by check and number of its rule, of those that are made."""
        found: dict[tuple[str, int], list[Seen]] = {}
        for check in CODES:
            for number, rule in enumerate(rules(self.case.checks, check)):
                if severity(rule) == "off":
                    continue
                first = date_or(rule.get("valid_from", ""), FIRST_DAY)
                after = date_or(rule.get("valid_to", ""), NO_END)
                of_days = [one for one in self.seen if first <= one.day < after]
                found[check, number] = list(self.doubted(check, rule, of_days))
        return found

    def doubted(self, check: str, rule: Rule, seen: Sequence[Seen]) -> Iterable[Seen]:
        """Return what one check doubts of the records of its days."""
        match check:
            case "same_service_twice":
                return same_service_twice(rule, seen)
            case "two_places":
                return two_places(rule, seen)
            case "service_on_leave":
                return [one for one in seen if any(self.on_leave(p, one.day) for p in one.people)]
            case "qualification":
                return [one for one in seen if any(self.lacks(rule, one, p) for p in one.people)]
            case "impossible_day":
                return self.impossible_day(rule, seen)
            case _:
                return quantity_outlier(rule, seen)

    def rejected(self) -> dict[Record, str]:
        """Return the code of every record that is rejected; corrections go with their record."""
        found: dict[Record, str] = {}
        for (check, number), doubted in self.doubts().items():
            if severity(rules(self.case.checks, check)[number]) == "error":
                for one in doubted:
                    found.setdefault(one.record, f"{CODES[check]}_REJECTED")
        for correction in self.corrections:
            root = self.root(correction.record)
            if root in found:
                found[correction.record] = found[root]
        return found

    def on_leave(self, person: str, day: date) -> bool:
        """Say whether a person is on leave; the day on which it ends is a working day."""
        return any(
            one.person == person and one.valid_from <= day < one.valid_to for one in self.case.leave
        )

    def lacks(self, rule: Rule, one: Seen, person: str) -> bool:
        """Say whether somebody has none of the qualifications that the item asks for."""
        items: Mapping[str, Any] = rule["items"]
        beginnings = [
            name for name in items if name.endswith("*") and one.item.startswith(name[:-1])
        ]
        # An item's own name is longer than every beginning of it.
        fits = one.item if one.item in items else max(beginnings, key=len, default="")
        asked = items[fits] if fits else []
        asked = [asked] if isinstance(asked, str) else asked
        has: set[str] = set()
        for posting in self.case.all_postings:
            if posting.person == person and posting.active_on(one.day):
                has |= set(posting.qualifications)
        return bool(asked) and not has & set(asked)

    def impossible_day(self, rule: Rule, seen: Sequence[Seen]) -> list[Seen]:
        """Return the records that take time of days whose time is beyond the limit."""
        spent: dict[tuple[str, date], Fraction] = {}
        for one in seen:
            for person in one.people:
                at = (person, one.day)
                spent[at] = spent.get(at, Fraction(0)) + one.left * self.minutes(rule, one)
        limit = int(rule.get("limit", "1440"))
        return [
            one
            for one in seen
            if self.minutes(rule, one) > 0
            and any(spent[person, one.day] > limit for person in one.people)
        ]

    def minutes(self, rule: Rule, one: Seen) -> Fraction:
        """Return what one unit of a record's item takes on its day; 0 where nothing is said."""
        said = rule.get("minutes") or {}
        if one.item in said:
            return Fraction(said[one.item])
        if "minutes_per_equivalent" not in rule:
            return Fraction(0)
        names = self.case.series
        series = rule.get("series") or (names[0] if len(names) == 1 else "pay")
        weights = [
            row.weight
            for row in self.case.weights
            if (row.series, row.item) == (series, one.item) and row.valid_on(one.day)
        ]
        exact = min(weights, default=Fraction(0)) * Fraction(rule["minutes_per_equivalent"])
        return Fraction(exact * THOUSANDTHS // 1, THOUSANDTHS)


def doubted_counts(case: Case) -> dict[str, list[int]]:
    """Return how many records each rule doubts, by check; rules that are off are left out."""
    entrance = Entrance(case)
    door = Door(case, [entrance.enter(record) for record in case.records])
    found: dict[str, list[int]] = {}
    for (check, _), doubted in door.doubts().items():
        found.setdefault(check, []).append(len(doubted))
    return found


def rules(checks: Mapping[str, Any], check: str) -> Sequence[Rule]:
    """Return the rules of a check; a severity alone is a rule."""
    given = checks.get(check, [])
    every = given if isinstance(given, list) else [given]
    return [{"severity": one} if isinstance(one, str) else one for one in every]


def severity(rule: Rule) -> str:
    """Return what becomes of what a rule doubts: `warning`, `error`, or `off`."""
    said: str = rule.get("severity") or "warning"
    return said


def same_service_twice(rule: Rule, seen: Sequence[Seen]) -> list[Seen]:
    """Return the records of a service that a source whose name stands before reported, too."""
    blank = rule.get("blank_source") or ("same" if severity(rule) == "error" else "file")

    def source(one: Seen) -> tuple[bool, str]:
        """Those without a name stand behind all others."""
        name = one.record["source"]
        return name == "", name or (one.record.file if blank == "file" else "")

    least: dict[tuple[str, str, date], tuple[bool, str]] = {}
    for one in seen:
        service = (one.record["resident_id"], one.item, one.day)
        least[service] = min(source(one), least.get(service, source(one)))
    return [
        one
        for one in seen
        if one.record["resident_id"]
        and source(one) != least[one.record["resident_id"], one.item, one.day]
    ]


def two_places(rule: Rule, seen: Sequence[Seen]) -> list[Seen]:
    """Return all records of days on which somebody is at several institutions who may not."""
    places: dict[tuple[str, date], set[str]] = {}
    for one in seen:
        for person in one.people:
            places.setdefault((person, one.day), set()).add(one.record["institution_id"])
    may = rule.get("allow_same_day") or []
    may = [may] if isinstance(may, str) else may
    return [
        one
        for one in seen
        if any(len(places[person, one.day]) > 1 for person in one.people if person not in may)
    ]


def quantity_outlier(rule: Rule, seen: Sequence[Seen]) -> list[Seen]:
    """Return the records whose quantity is far above the median of their item."""
    factor, fewest = Fraction(rule.get("factor", "10")), int(rule.get("fewest", "30"))
    found: list[Seen] = []
    for item in {one.item for one in seen}:
        alike = [one for one in seen if one.item == item]
        if len(alike) < fewest:
            continue
        usual = median([one.left for one in alike])
        spread = median([abs(one.left - usual) for one in alike]) or usual
        found += [one for one in alike if one.left - usual > factor * spread]
    return found


def median(values: Sequence[Fraction]) -> Fraction:
    """Return the one in the middle, of an even number the lower of the two."""
    return sorted(values)[(len(values) - 1) // 2]
