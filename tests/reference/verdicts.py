"""What becomes of every record in every series: A9, A10 of page 1; 5.7, 5.8, 5.20 of page 5.

The first fault is the verdict, in the order form, ids, date, posting, item and weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import RECORD_COLUMNS, Case, Posting, Record
from tests.reference.crews import Performer, in_team, lowest_terms, named
from tests.reference.text import QUANTITY, VISIT_NUMBER, a_date, decimal
from tests.reference.weights import WeightRow, fits, most_specific

REQUIRED = ("institution_id", "person_id", "item_code", "service_date", "quantity")
LIMIT = 1_000_000
"""0 < quantity < 1,000,000 (5.8)."""


class Verdict(NamedTuple):
    """How a record ends in one series: counted, excluded or rejected, and the reason's code."""

    state: str
    code: str


COUNTED = Verdict("counted", "")


@dataclass(frozen=True)
class Judged:
    """A record with its verdict per series, who did it, and the row of each where it is counted."""

    record: Record
    verdicts: Mapping[str, Verdict]
    weight_rows: Mapping[str, Sequence[WeightRow]]
    crew: tuple[Performer, ...] = ()


class Judge:
    """Judges the records of one case."""

    def __init__(self, case: Case) -> None:
        """Look up what a verdict needs: postings, rows by item, records by their id."""
        self.case = case
        self.people = {posting.person for posting in case.postings}
        self.weighed_items = {row.item for row in case.weights}
        self.rows: dict[tuple[str, str], list[WeightRow]] = {}
        for row in case.weights:
            self.rows.setdefault((row.series, row.item), []).append(row)
        self.postings: dict[tuple[str, str], list[Posting]] = {}
        for posting in case.postings:
            place = (posting.person, posting.institution)
            self.postings.setdefault(place, []).append(posting)
        self.teams = {member.team for member in case.members}
        self.by_id: dict[str, list[Record]] = {}
        for record in case.records:
            if record["record_id"]:
                self.by_id.setdefault(record["record_id"], []).append(record)

    def judge(self, record: Record) -> Judged:
        """Give the verdict of one record in every series (A10)."""
        series = self.case.series
        code = form_fault(record, teams=self.teams != set()) or self.id_fault(record)
        if code:
            return Judged(record, dict.fromkeys(series, Verdict("rejected", code)), {})
        day = a_date(record["service_date"])
        assert day is not None
        if not self.case.first_day <= day < self.case.after:
            state = "excluded" if self.case.exclude_outside else "rejected"
            return Judged(record, dict.fromkeys(series, Verdict(state, "OUTSIDE_PERIOD")), {})
        shares = self.shares(record, day)
        posts = {person: self.posting(record, person, day) for person in sorted(shares)}
        there = {person: post for person, post in posts.items() if post is not None}
        if self.by_team(record):
            if not there:
                return Judged(record, dict.fromkeys(series, Verdict("rejected", "TEAM_EMPTY")), {})
        elif len(there) < len(posts):
            return Judged(record, dict.fromkeys(series, Verdict("rejected", "NO_POST")), {})
        each = there.values()
        weighed = {name: [self.weigh(name, record, day, post) for post in each] for name in series}
        crew = [Performer(person, post.post, shares[person]) for person, post in there.items()]
        faults = {name: [w for w in ws if isinstance(w, Verdict)] for name, ws in weighed.items()}
        return Judged(
            record,
            {name: found[0] if found else COUNTED for name, found in faults.items()},
            {
                name: [w for w in ws if isinstance(w, WeightRow)]
                for name, ws in weighed.items()
                if not faults[name]
            },
            lowest_terms(crew),
        )

    def by_team(self, record: Record) -> bool:
        """Say whether a team stands in for the person (page 3), where the case has teams."""
        nobody = not record["person_id"] and not record["performers"]
        return nobody and record["team_id"] != "" and self.teams != set()

    def shares(self, record: Record, day: date) -> dict[str, int]:
        """Return who shares the record on that day, and the share of each (A5)."""
        if record["performers"]:
            found = named(record["performers"])
            assert found is not None
            return found
        if self.by_team(record):
            return in_team(self.case.members, self.case.roles, record["team_id"], day)
        return {record["person_id"]: 1}

    def id_fault(self, record: Record) -> str:
        """Return the first fault among the ids (5.8), or a blank."""
        if record["institution_id"] not in self.case.institutions:
            return "INSTITUTION_UNKNOWN"
        return self.who_fault(record) or self.record_id_fault(record)

    def who_fault(self, record: Record) -> str:
        """Return the first fault among the persons and the team that did it, or a blank."""
        performers = named(record["performers"]) or {} if record["performers"] else {}
        own = [record["person_id"]] if record["person_id"] else []
        if any(person not in self.people for person in (*own, *performers)):
            return "PERSON_UNKNOWN"
        if performers and any(person not in performers for person in own):
            return "PERFORMERS_DIFFER"
        unknown = self.by_team(record) and record["team_id"] not in self.teams
        return "TEAM_UNKNOWN" if unknown else ""

    def record_id_fault(self, record: Record) -> str:
        """Return what is wrong with the record's own id or the one that it corrects (5.8)."""
        if record["record_id"]:
            same_id = self.by_id[record["record_id"]]
            if any(content(other) != content(record) for other in same_id):
                return "RECORD_ID_CONFLICT"
            if record is not same_id[0]:
                return "RECORD_ID_REPEATED"
        if record["corrects"] and record["corrects"] not in self.by_id:
            return "CORRECTS_UNKNOWN"
        return ""

    def posting(self, record: Record, person: str, day: date) -> Posting | None:
        """Return the posting of a performer on the service date (A6, 5.20), or nothing.

        Of several: for the record's own person its `post_id`, else the main one, else the
        smallest code.
        """
        at_place = self.postings.get((person, record["institution_id"]), [])
        found = [posting for posting in at_place if posting.active_on(day)]
        if record["post_id"] and person == record["person_id"]:
            found = [posting for posting in found if posting.post == record["post_id"]]
        found = [posting for posting in found if posting.main] or found
        return min(found, key=lambda posting: posting.post) if found else None

    def weigh(self, series: str, record: Record, day: date, post: Posting) -> WeightRow | Verdict:
        """Return the weight row of a record in one series (A2, 5.7), or why it has none."""
        valid = self.valid_rows(series, record["item_code"], day)
        if isinstance(valid, Verdict):
            return valid
        if not record["visit_number"] and any("visit_number" in dict(r.conditions) for r in valid):
            return Verdict("rejected", "VISIT_NUMBER_MISSING")
        attributes = self.attributes(record, post)
        fitting = [row for row in valid if fits(row, attributes)]
        if not fitting:
            return Verdict("rejected", "NO_WEIGHT_FOR_CONDITIONS")
        return most_specific(fitting)

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

    def attributes(self, record: Record, post: Posting) -> dict[str, frozenset[str]]:
        """Return what the conditions are compared with; only resident groups can be several."""
        values = {
            "institution_group": [self.case.institutions[record["institution_id"]]],
            "resident_group": record["resident_group"].split(";"),
            "title_tier": [post.title_tier],
            "setting": [record["setting"]],
            "visit_number": [record["visit_number"]],
        }
        return {name: frozenset(value for value in many if value) for name, many in values.items()}


def form_fault(record: Record, *, teams: bool = False) -> str:
    """Return the first fault of form, column by column in the order of page 3, or a blank."""
    if not record.well_shaped:
        return "ROW_SHAPE"
    for column in RECORD_COLUMNS:
        code = column_fault(record, column, teams=teams)
        if code:
            return code
    return ""


def column_fault(record: Record, column: str, *, teams: bool) -> str:
    """Return what is wrong with one column, or a blank; `teams` where the case has any."""
    text = record[column]
    if text == "":
        # Page 3: `person_id` may be blank where `performers` is filled, or a team does it.
        several = record["performers"] or (teams and record["team_id"])
        shared = column == "person_id" and several
        return "VALUE_MISSING" if column in REQUIRED and not shared else ""
    if column == "service_date":
        return "" if a_date(text) else "DATE_INVALID"
    if column == "quantity":
        return quantity_fault(text, record["corrects"])
    wrong = {
        "visit_number": ("VISIT_NUMBER_INVALID", not VISIT_NUMBER.fullmatch(text)),
        "performers": ("SHARES_INVALID", named(text) is None),
        "service_end_date": ("NOT_SUPPORTED", True),
    }
    code, bad = wrong.get(column, ("", False))
    return code if bad else ""


def quantity_fault(text: str, corrects: str) -> str:
    """Return what is wrong with a quantity (5.8), or a blank."""
    quantity = decimal(text, QUANTITY)
    if quantity is None:
        return "QUANTITY_INVALID"
    if quantity == 0 or abs(quantity) >= LIMIT:
        return "QUANTITY_RANGE"
    if quantity < 0 and not corrects:
        return "QUANTITY_NEGATIVE"
    return ""


def content(record: Record) -> tuple[str | Fraction, ...]:
    """Return what makes two records of one id the same (5.8): 1 and 1.0 are one quantity."""
    quantity = decimal(record["quantity"], QUANTITY)
    others = [record[column] for column in RECORD_COLUMNS if column != "quantity"]
    return (record["quantity"] if quantity is None else quantity, *others)


def stopped(rows: Sequence[WeightRow], day: date) -> bool:
    """Say whether the day lies after a declared stop (停用) and before any later row (A1)."""
    return any(
        row.stopped
        and row.valid_to <= day
        and not any(row.valid_to <= later.valid_from <= day for later in rows)
        for row in rows
    )


def judge_all(case: Case) -> list[Judged]:
    """Judge every record of the case, in the order of files and rows."""
    judge = Judge(case)
    return [judge.judge(record) for record in case.records]
