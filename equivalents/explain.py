"""溯源 explain: where one person's pay comes from, made of what the paying functions returned.

Nothing is calculated a second way here: the item lines are those that were weighed, the steps are
those of the ladder that shared the pools (:mod:`~equivalents.sharesteps`), so that a reader can
add everything up again by hand. Rules A10, D1 to D3; definitions 5.1, 5.3, 5.4, 5.10, 5.11, 5.13.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from equivalents.componentpay import ComponentPay
from equivalents.errors import Problem, RefusedError, near
from equivalents.policy.calendar import month_of
from equivalents.policy.model import CONDITIONS, Posting, WeightRow
from equivalents.poolstory import PoolStory, pools_of
from equivalents.reasons import BOTH
from equivalents.settle import Settlement
from equivalents.sharesteps import paid
from equivalents.takenoff import TakenOff, taken_off
from equivalents.units import Int64

__all__ = [
    "ItemLine",
    "PersonStory",
    "PlaceStory",
    "explain_person",
]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line of equivalents: quantity x weight (x share) of one item, month and weight row.

    ``conditions`` are those of the weight row that was chosen, ``valid_from`` its first day;
    ``share`` and ``whole`` are the person's share of the quantity (1 of 1 where it is theirs).
    """

    series: str
    item_code: str
    item_name: str
    unit: str
    month: str
    records: int
    quantity_e3: int
    weight_e4: int
    share: int
    whole: int
    equivalents_e7: int
    weight_row: str
    conditions: tuple[tuple[str, str], ...]
    basis: str
    valid_from: int
    reference: str


@dataclass(frozen=True, slots=True)
class PlaceStory:
    """What a person did and is paid at one institution, by pools and by ``components``.

    ``equivalents_e7`` are sums by series, before the ``cuts``: what shares in no pool.
    """

    institution_id: str
    name: str
    postings: tuple[Posting, ...]
    lines: tuple[ItemLine, ...]
    equivalents_e7: tuple[tuple[str, int], ...]
    cuts: tuple[TakenOff, ...]
    pools: tuple[PoolStory, ...]
    components: tuple[ComponentPay, ...] = ()

    def outside_e7(self, pool: PoolStory) -> int:
        """The equivalents of postings here that do not share in a pool, after what is cut."""
        counted = dict(self.equivalents_e7).get(pool.series, 0)
        taken = sum(cut.equivalents_e7 for cut in self.cuts if cut.series == pool.series)
        return counted - taken - pool.equivalents_e7

    @property
    def amount_fen(self) -> int:
        """Everything that is paid here."""
        beside = sum(one.amount_fen for one in self.components)
        return sum(pool.amount_fen for pool in self.pools) + beside


@dataclass(frozen=True, slots=True)
class PersonStory:
    """All institutions of a person."""

    person_id: str
    name: str
    period: str
    places: tuple[PlaceStory, ...]

    @property
    def amount_fen(self) -> int:
        """Everything that is paid."""
        return sum(place.amount_fen for place in self.places)


def explain_person(settlement: Settlement, person_id: str, institution_id: str = "") -> PersonStory:
    """Where everything that a person is paid comes from, at all institutions or at one.

    Raises:
        RefusedError: ``PERSON_NOT_FOUND`` (no posting there in the roster).
    """
    plan, person = settlement.plan, settlement.plan.persons.find(person_id)
    mine = np.flatnonzero(plan.postings.person == person) if person >= 0 else np.zeros(0, np.int64)
    places = np.unique(plan.postings.institution[mine])
    if institution_id:
        places = places[places == plan.institutions.find(institution_id)]
    if places.size == 0:
        raise RefusedError([_not_found(settlement, person_id, institution_id)])
    stories = tuple(_place(settlement, int(place), person, mine) for place in places)
    names = [posting.name for story in stories for posting in story.postings]
    return PersonStory(person_id, names[-1], settlement.rules.period.name, stories)


def _not_found(settlement: Settlement, person_id: str, institution_id: str) -> Problem:
    """``PERSON_NOT_FOUND``: where was looked, and what was perhaps meant."""
    plan = settlement.plan
    person = plan.persons.find(person_id)
    institutions = plan.institutions.values
    if person < 0:
        hint = near(person_id, sorted(plan.persons.values))
    elif institution_id not in plan.institutions:
        hint = near(institution_id, sorted(institutions))
    else:
        of = np.unique(plan.postings.institution[plan.postings.person == person])
        names = ", ".join(institutions[at] for at in of.tolist())
        hint = f"（任职在 {names}）{BOTH} (but at {names})" if names else ""
    where = f"在任何机构都{BOTH}anywhere"
    if institution_id:
        where = f"在机构“{institution_id}”{BOTH}at '{institution_id}'"
    return Problem("PERSON_NOT_FOUND", value=person_id, facts={"where": where, "near": hint})


def _place(settlement: Settlement, place: int, person: int, mine: Int64) -> PlaceStory:
    plan, name = settlement.plan, settlement.plan.institutions[place]
    here = mine[plan.postings.institution[mine] == place]
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    sums = tuple(
        (series, sum(int(value) for value in weighed.posting_e7[here]))
        for series, weighed in sorted(settlement.weighed.items())
    )
    return PlaceStory(
        name,
        names.get(name, ""),
        tuple(_whole_postings(plan.postings[int(at)] for at in here)),
        tuple(_lines(settlement, place, person)),
        sums,
        tuple(_taken_off(settlement, name, plan.persons[person])),
        tuple(pools_of(settlement, place, person)),
        tuple(
            one
            for one in settlement.components
            if (one.institution_id, one.person_id) == (name, plan.persons[person])
        ),
    )


def _taken_off(settlement: Settlement, place: str, person: str) -> Iterator[TakenOff]:
    for row in taken_off(settlement, paid(settlement)):
        if (row.institution_id, row.person_id) == (place, person):
            yield row


def _whole_postings(parts: Iterable[Posting]) -> Iterator[Posting]:
    """The postings of the roster: one that ceilings and coefficients cut into parts is one again.

    The parts differ in their days only, and each begins where the one before ends.
    """
    whole: list[Posting] = []
    for part in parts:
        before = whole[-1] if whole else part
        if before.active_to == part.active_from and before == part._replace(
            active_from=before.active_from, active_to=before.active_to, place=before.place
        ):
            whole[-1] = before._replace(active_to=part.active_to)
        else:
            whole.append(part)
    yield from whole


# -- item lines ------------------------------------------------------------------------------------


def _lines(settlement: Settlement, place: int, person: int) -> Iterator[ItemLine]:
    for series, weighed in sorted(settlement.weighed.items()):
        lines, rows = weighed.lines, settlement.scales.books[series].rows
        if lines is None:
            continue
        for at in np.flatnonzero((lines.institution == place) & (lines.person == person)).tolist():
            row = rows[int(lines.row[at])]
            yield ItemLine(
                series,
                row.item_code,
                row.item_name,
                row.unit,
                month_of(int(lines.month[at])),
                int(lines.records[at]),
                int(lines.quantity_e3[at]),
                row.weight_e4,
                1 if lines.share is None else int(lines.share[at]),
                1 if lines.whole is None else int(lines.whole[at]),
                int(lines.equivalents_e7[at]),
                row.row_id,
                _conditions(row),
                row.basis.text,
                row.valid_from,
                row.reference,
            )


def _conditions(row: WeightRow) -> tuple[tuple[str, str], ...]:
    filled = zip(CONDITIONS, row.conditions, strict=True)
    return tuple((name, value) for name, value in filled if value)
