"""What posting each part of somebody's figures is booked to, for departments and posts (F; 5.22).

- Equivalents are booked to the posting that earned them, exactly.
- Money that came through a department, as allocations.csv has it, to the person's last posting in
  that department. Where several departments paid him from one pool and less was paid in the end
  (withheld, yearly limits), what is paid is split by what they allocated, by largest remainder.
- All other money, and what ceilings cut, to his last posting at the place: rules say of neither
  by which posting it came.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from equivalents.compare import Comparison, Figures, Side
from equivalents.exact import share_fen
from equivalents.policy.sharing import LevelKind
from equivalents.report.comparison_people import (
    People,
    Staff,
    added,
    figure_texts,
    group_of,
)

__all__ = ["Booked", "booked", "group_rows"]


class Booked(NamedTuple):
    """Of what series, place and person a part is, and to what department and post it is booked."""

    series: str
    place: str
    person: str
    department: str
    post: str


_Parts = dict[Booked, list[int]]
"""Equivalents after ceilings, fen, and what ceilings cut."""


def booked(comparison: Comparison) -> Mapping[Booked, Figures]:
    """The figures of everybody, split by department and post; they add up to those of people."""
    sides = [_side(side) for side in (comparison.before, comparison.after)]
    found = {}
    for key in sorted(sides[0].keys() | sides[1].keys()):
        (one, fen, cut), (other, new_fen, new_cut) = (side.get(key, [0, 0, 0]) for side in sides)
        found[key] = Figures(one, other, fen, new_fen, cut, new_cut)
    return found


def _side(side: Side) -> _Parts:
    staff = Staff.of(side.settlement)
    period, postings = side.settlement.rules.period, side.settlement.plan.postings
    parts: _Parts = defaultdict(lambda: [0, 0, 0])
    for series, weighed in side.settlement.weighed.items():
        for row, value in zip(postings.rows, weighed.posting_e7.tolist(), strict=True):
            # Whoever was there only before or after the period is not one of the group's people.
            if not value and (row.active_from >= period.end or row.active_to <= period.start):
                continue
            who = series, row.institution_id, row.person_id
            parts[Booked(*who, row.department_id, row.post)][0] += value
    for series, place, person, cut in _cuts(side):
        row = staff.get(place, person)
        part = parts[Booked(series, place, person, row.department_id, row.post)]
        part[0] -= cut
        part[2] += cut
    for series, place, person, department, fen in _money(side):
        row = staff.get(place, person, department)
        parts[Booked(series, place, person, row.department_id, row.post)][1] += fen
    return dict(parts)


def _cuts(side: Side) -> Iterator[tuple[str, str, str, int]]:
    """What ceilings cut, by series, place and person."""
    plan, detail = side.settlement.plan, side.payouts.detail
    for series, cuts in ({} if detail is None else detail.cuts).items():
        columns = (cuts.institution, cuts.person, cuts.cut_e7)
        for place, person, cut in zip(*(c.tolist() for c in columns), strict=True):
            yield series, plan.institutions[place], plan.persons[person], cut


def _money(side: Side) -> Iterator[tuple[str, str, str, str | None, int]]:
    """Fen by series, place, person and department; ``None`` where no department shared it."""
    payouts, settlement = side.payouts, side.settlement
    plan, through = settlement.plan, _through(side)
    columns = (payouts.pool, payouts.institution, payouts.person, payouts.amount_fen)
    for pool, place, person, fen in zip(*(c.tolist() for c in columns), strict=True):
        who = settlement.pools[pool].series, plan.institutions[place], plan.persons[person]
        ways = through.get((pool, place, person), {})
        if fen and sum(ways.values()):
            for department, part in zip(ways, share_fen(fen, [*ways.values()]), strict=True):
                yield *who, department, part
        else:
            yield *who, None, fen


def _through(side: Side) -> Mapping[tuple[int, int, int], dict[str | None, int]]:
    """Fen that each parent allocated to a person of a pool at a place."""
    payouts = side.payouts
    found: dict[tuple[int, int, int], dict[str | None, int]] = {}
    places = len(side.settlement.plan.institutions)
    for step in payouts.steps:
        if step.to != LevelKind.PERSON:
            continue
        columns = (step.pool, step.institution, step.child, step.parent, step.amount_fen)
        for pool, place, person, unit, fen in zip(*(c.tolist() for c in columns), strict=True):
            ways = found.setdefault((pool, place, person), {})
            name = payouts.units[unit] if unit >= places else None
            ways[name] = ways.get(name, 0) + fen
    return found


def group_rows(comparison: Comparison, people: People) -> Iterator[Sequence[str]]:
    """Totals of all, of each institution, post and department; each counts a person once."""
    members: dict[tuple[str, str, str], dict[str, list[Figures]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for (series, place, person), figures in people.items():
        members["all", "", series][person].append(figures)
        members["institution", place, series][person].append(figures)
    for part, figures in booked(comparison).items():
        for scope, subject in (("post", part.post), ("department", part.department)):
            if subject:
                members[scope, subject, part.series][part.person].append(figures)
    names = {row.institution_id: row.name for row in comparison.rules.institutions}
    for scope, subject, series in sorted(members):
        of_person = members[scope, subject, series].values()
        one = group_of([added(parts) for parts in of_person])
        name = names.get(subject, "") if scope == "institution" else ""
        counts = (str(one.people), str(one.winners), str(one.losers))
        yield scope, subject, name, series, *counts, *figure_texts(one.figures)
