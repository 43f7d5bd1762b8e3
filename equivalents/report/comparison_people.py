"""The people of a comparison, one by one and one row a person. Sources: F; 5.22.

Whoever works at several places stands once for each of them in ``people``, and once in ``totals``
and in every group that he belongs to: what he gains at one place and loses at another is one net
change, so that he is a winner or a loser, never both.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from equivalents.compare import Comparison, Figures
from equivalents.policy.model import Posting
from equivalents.settle import Settlement
from equivalents.units import print_e7, print_fen

__all__ = [
    "Group",
    "People",
    "Staff",
    "added",
    "by_person",
    "figure_texts",
    "group_of",
    "people_rows",
    "three",
    "total_rows",
    "totals_of",
]

People = Mapping[tuple[str, str, str], Figures]
"""Figures by series, institution and person."""
_Rows = Iterator[Sequence[str]]


class Group(NamedTuple):
    """People of one scope and subject: how many, how many win and lose, and their figures."""

    people: int
    winners: int
    losers: int
    figures: Figures


def group_of(members: Sequence[Figures]) -> Group:
    """The figures of some people added up, and how many of them gain and lose money."""
    gains = [one.after_fen - one.before_fen for one in members]
    wins, losses = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    return Group(len(members), wins, losses, added(members))


def added(members: Sequence[Figures]) -> Figures:
    """Figures added up, column by column."""
    columns = [*zip(*members, strict=True)] or [()] * len(Figures._fields)
    return Figures(*map(sum, columns))


def by_person(people: People, series: str) -> Mapping[str, Figures]:
    """Everybody's figures in one series, over all places."""
    found: dict[str, list[Figures]] = defaultdict(list)
    for (one, _, person), figures in people.items():
        if one == series:
            found[person].append(figures)
    return {person: added(found[person]) for person in sorted(found)}


def totals_of(people: People) -> Mapping[str, tuple[int, int]]:
    """Everybody's money in fen, before and after, over all pools, series and places."""
    found: dict[str, tuple[int, int]] = {}
    for (_, _, person), figures in people.items():
        before, after = found.get(person, (0, 0))
        found[person] = before + figures.before_fen, after + figures.after_fen
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Staff:
    """The last posting of a person at a place in the period, and in each department there."""

    by_place: Mapping[tuple[str, str], Posting]
    by_department: Mapping[tuple[str, str, str], Posting]

    @classmethod
    def of(cls, settlement: Settlement) -> "Staff":
        """The last posting of everybody at each place, of those that began before the end."""
        rows = [
            row
            for row in settlement.plan.postings.rows
            if row.active_from < settlement.rules.period.end
        ]
        rows.sort(key=lambda row: (row.active_from, row.main, row.post_id))
        return cls(
            {(row.institution_id, row.person_id): row for row in rows},
            {(row.institution_id, row.person_id, row.department_id): row for row in rows},
        )

    def get(self, place: str, person: str, department: str | None = None) -> Posting:
        """That posting, in one department if named and he has one there; blank without any."""
        last = self.by_place.get((place, person), Posting(person, place, 0, 0))
        if department is None:
            return last
        return self.by_department.get((place, person, department), last)


def three(before: int, after: int, told: Callable[[int], str]) -> tuple[str, str, str]:
    """Before, after and the change, printed."""
    return told(before), told(after), told(after - before)


def figure_texts(figures: Figures) -> tuple[str, ...]:
    """The columns of figures as exact texts: equivalents, cuts (negative), yuan."""
    return (
        *three(figures.before_e7, figures.after_e7, print_e7),
        *(print_e7(-cut) for cut in (figures.cut_before_e7, figures.cut_after_e7)),
        *three(figures.before_fen, figures.after_fen, print_fen),
    )


def people_rows(comparison: Comparison, people: People) -> _Rows:
    """Everybody by series and place."""
    staff = Staff.of(comparison.before.settlement)
    for (series, place, person), figures in people.items():
        posting = staff.get(place, person)
        who = (series, place, person, posting.name, posting.post, posting.department_id)
        yield *who, *figure_texts(figures)


def total_rows(comparison: Comparison, people: People) -> _Rows:
    """One row a person: yuan over all pools, series and places."""
    staff = Staff.of(comparison.before.settlement)
    names = {person: row.name for (_, person), row in staff.by_place.items() if row.name}
    for person, (before, after) in totals_of(people).items():
        yield person, names.get(person, ""), *three(before, after, print_fen)
