"""What a record is before any weight: its faults of form and ids, its days, who performed it.

A5, A6, A10 of page 1; 5.4, 5.8, 5.20 of page 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from tests.reference.case import Case, Posting, Record
from tests.reference.form import content, form_fault, shares
from tests.reference.text import a_date


class Performer(NamedTuple):
    """One who shared a record: the share in lowest terms, the posting of the service date."""

    person: str
    share: int
    posting: Posting


@dataclass(frozen=True)
class Entry:
    """A record, read: `fault` is its first fault of form or ids; then nothing else is known."""

    record: Record
    fault: str
    day: date = date.min
    after: date = date.min
    """The day after the last day: of a stay its end, but the day after the start at least."""
    quantity: Fraction = Fraction(0)
    performers: Mapping[date, tuple[Performer, ...]] = field(default_factory=dict)
    """Of each day that may count, by person: of a stay its days in the period, else `day`."""
    unposted: str = ""
    """Why nobody performed the record on the first of those days that nobody did; or a blank."""
    doubt: str = ""
    """The code of the check at the door that rejects it; or a blank."""

    @property
    def is_stay(self) -> bool:
        """Say whether the record has an end date (5.6)."""
        return self.record["service_end_date"] != ""

    @property
    def days(self) -> list[date]:
        """Return the days: the first counts, the last does not (算头不算尾), one at least."""
        length = (self.after - self.day).days
        return [self.day + timedelta(days=n) for n in range(length)]

    @property
    def usable(self) -> bool:
        """Say whether the record has no fault but possibly its date, item and weight."""
        return not self.fault and not self.doubt and not self.unposted


class Entrance:
    """Reads the records of one case."""

    def __init__(self, case: Case) -> None:
        """Look up people, teams, postings by person and place, records by their id."""
        self.case = case
        self.people = {posting.person for posting in case.postings}
        self.teams = {member.team for member in case.members}
        self.in_days = {row.item for row in case.weights if row.basis == "days"}
        self.postings: dict[tuple[str, str], list[Posting]] = {}
        for posting in case.postings:
            place = (posting.person, posting.institution)
            self.postings.setdefault(place, []).append(posting)
        self.by_id: dict[str, list[Record]] = {}
        for record in case.records:
            if record["record_id"]:
                self.by_id.setdefault(record["record_id"], []).append(record)

    def enter(self, record: Record) -> Entry:
        """Read one record."""
        fault = form_fault(record) or self.id_fault(record)
        if fault:
            return Entry(record, fault)
        day = a_date(record["service_date"])
        assert day is not None
        end = a_date(record["service_end_date"]) or day
        after = max(end, day + timedelta(days=1))
        entry = Entry(record, "", day, after, Fraction(record["quantity"]))
        found = {day: self.performers(record, day) for day in self.days(entry)}
        unposted = [verdict for _, verdict in found.values() if verdict]
        performers = {day: performers for day, (performers, _) in found.items()}
        return replace(entry, performers=performers, unposted=unposted[0] if unposted else "")

    def days(self, entry: Entry) -> list[date]:
        """Return the days that may count: of a stay those in the period, if there are any (5.6).

        Every day of a stay is work of its own date, so all that hangs on the date is of the day.
        """
        if not entry.is_stay or entry.record["item_code"] not in self.in_days:
            return [entry.day]
        inside = [day for day in entry.days if self.case.first_day <= day < self.case.after]
        return inside or [entry.day]

    def id_fault(self, record: Record) -> str:
        """Return the first fault among the ids (5.8), or a blank."""
        if record["institution_id"] not in self.case.institutions:
            return "INSTITUTION_UNKNOWN"
        if record["person_id"] and record["person_id"] not in self.people:
            return "PERSON_UNKNOWN"
        if record["record_id"]:
            same_id = self.by_id[record["record_id"]]
            if any(content(other) != content(record) for other in same_id):
                return "RECORD_ID_CONFLICT"
            if record is not same_id[0]:
                return "RECORD_ID_REPEATED"
        if record["corrects"] and record["corrects"] not in self.by_id:
            return "CORRECTS_UNKNOWN"
        return self.sharers_fault(record)

    def sharers_fault(self, record: Record) -> str:
        """Return what is wrong with the team or the performers, or a blank."""
        if record["performers"]:
            people = shares(record["performers"])
            if not self.people.issuperset(people):
                return "PERSON_UNKNOWN"
            differ = record["person_id"] and record["person_id"] not in people
            return "PERFORMERS_DIFFER" if differ else ""
        by_team = not record["person_id"]
        return "TEAM_UNKNOWN" if by_team and record["team_id"] not in self.teams else ""

    def performers(self, record: Record, day: date) -> tuple[tuple[Performer, ...], str]:
        """Return who performed the record, or why nobody did: NO_POST, TEAM_EMPTY (A5, 5.20)."""
        by_team = not record["performers"] and not record["person_id"]
        found: list[Performer] = []
        for person, share in self.shares_of(record, day).items():
            posting = self.posting(record, person, day)
            if posting is not None:
                found.append(Performer(person, share, posting))
            elif not by_team:
                return (), "NO_POST"
        divisor = gcd(*(one.share for one in found))
        lowest = (one._replace(share=one.share // divisor) for one in found)
        return tuple(sorted(lowest)), "" if found else "TEAM_EMPTY"

    def shares_of(self, record: Record, day: date) -> dict[str, int]:
        """Return the share of everybody named: by the record, or by the team on that day."""
        if record["performers"]:
            return shares(record["performers"])
        if record["person_id"]:
            return {record["person_id"]: 1}
        roles = self.case.declared.team_roles
        return {
            member.person: int(member.share) if member.share else roles.get(member.role, 1)
            for member in self.case.members
            if member.team == record["team_id"] and member.valid_from <= day < member.valid_to
        }

    def posting(self, record: Record, person: str, day: date) -> Posting | None:
        """Return the posting of a performer on a day (A6, 5.20), or nothing.

        Of several: the record's `post_id`, if it is about this person; else the main one, else
        the smallest code.
        """
        at_place = self.postings.get((person, record["institution_id"]), [])
        found = [posting for posting in at_place if posting.active_on(day)]
        if record["post_id"] and person == record["person_id"]:
            found = [posting for posting in found if posting.post == record["post_id"]]
        found = [posting for posting in found if posting.main] or found
        return min(found, key=lambda posting: posting.post) if found else None
