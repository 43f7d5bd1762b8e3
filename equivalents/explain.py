"""溯源 explain: where one person's pay comes from, made of what the paying functions returned.

Nothing is calculated a second way here: the item lines are those that were weighed, the steps are
those of the ladder that shared the pools (:mod:`~equivalents.sharesteps`), so that a reader can
add everything up again by hand. Rules A10, D1 to D3; definitions 5.1, 5.3, 5.4, 5.10, 5.11, 5.13.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from equivalents.contracts import ContractLine
from equivalents.errors import Problem, RefusedError
from equivalents.headcount import HeadDays, head_of
from equivalents.itemmoney import MoneyLine, money_lines
from equivalents.keys import PoolKeys
from equivalents.leave import LeaveLine
from equivalents.levels import Step
from equivalents.origin import Origin, origin_of
from equivalents.payouts import Payouts
from equivalents.policy.calendar import month_of
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.model import CONDITIONS, Pool, Posting, WeightRow
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.settle import Settlement
from equivalents.sharesteps import ShareStep, share_steps
from equivalents.takenoff import TakenOff, taken_off
from equivalents.units import Int64
from equivalents.yearly import LimitedPayout

__all__ = [
    "ItemLine",
    "KeySegment",
    "PersonStory",
    "PlaceStory",
    "PoolStory",
    "explain_person",
    "explain_pool",
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
class KeySegment:
    """One adjusted line (5.1): equivalents x coefficient over the days ``[since, until)``.

    The equivalents are those left after a ceiling.
    """

    post_id: str
    since: int
    until: int
    equivalents_e7: int
    coefficient_e4: int
    adjusted_e7: int


@dataclass(frozen=True, slots=True)
class PoolStory:
    """What one pool pays somebody, step by step.

    ``origin`` says where its money came from, ``key_by`` what people are shared by. ``amount_fen``
    is the last step's less what is withheld and what a yearly limit takes. With coefficients,
    ceilings or leave ``segments``, ``brought_e7`` and the lines of ``leave`` add up to a key
    ``adjusted``, and by their equivalents to a key ``equivalents``; without them the key is the
    equivalents. ``heads`` are there where a head decides and is not simply one: the mean over
    their days. ``institution_e4`` multiplies the pool before ``shared_fen`` goes down (5.2).
    ``money`` is the amount on the lines of the key (5.13); the rest stands on the pool's line.
    """

    origin: Origin
    institution_id: str
    pool: str
    series: str
    pool_fen: int
    equivalents_e7: int
    key_by: str
    key_e7: int
    amount_fen: int
    steps: tuple[ShareStep, ...]
    segments: tuple[KeySegment, ...] = ()
    brought_e7: int = 0
    withhold_e4: int = 10_000
    withheld_fen: int = 0
    leave: tuple[LeaveLine, ...] = ()
    limited: LimitedPayout | None = None
    contracts: tuple[ContractLine, ...] = ()
    heads: tuple[HeadDays, ...] = ()
    head_e4: int = ONE_E4
    institution_e4: int = ONE_E4
    shared_fen: int = 0
    money: tuple[MoneyLine, ...] = ()

    @property
    def unlined_fen(self) -> int:
        """What of the amount is on no line."""
        return self.amount_fen - sum(line.amount_fen for line in self.money)


@dataclass(frozen=True, slots=True)
class PlaceStory:
    """What a person did and is paid at one institution.

    ``equivalents_e7`` are sums by series, before the ``cuts``: what shares in no pool.
    """

    institution_id: str
    name: str
    postings: tuple[Posting, ...]
    lines: tuple[ItemLine, ...]
    equivalents_e7: tuple[tuple[str, int], ...]
    cuts: tuple[TakenOff, ...]
    pools: tuple[PoolStory, ...]

    @property
    def amount_fen(self) -> int:
        """Everything that is paid here."""
        return sum(pool.amount_fen for pool in self.pools)


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
        facts = {"institution": institution_id or "*"}
        raise RefusedError([Problem("PERSON_NOT_FOUND", value=person_id, facts=facts)])
    stories = tuple(_place(settlement, int(place), person, mine) for place in places)
    names = [posting.name for story in stories for posting in story.postings]
    return PersonStory(person_id, names[-1], settlement.rules.period.name, stories)


def explain_pool(
    settlement: Settlement, institution_id: str, pool: str
) -> tuple[Origin, tuple[ShareStep, ...]]:
    """Where a pool came from, and every step, highest level first, children in their order.

    Raises:
        RefusedError: ``POOL_NOT_FOUND``.
    """
    payouts = _paid(settlement)
    for at, one in enumerate(settlement.pools):
        if (one.institution_id, one.pool) == (institution_id, pool):
            return origin_of(settlement, one), tuple(
                story
                for step in payouts.steps
                for story in share_steps(settlement, step, np.flatnonzero(step.pool == at))
            )
    where = {"institution": institution_id}
    raise RefusedError([Problem("POOL_NOT_FOUND", value=pool, facts=where)])


def _paid(settlement: Settlement) -> Payouts:
    assert settlement.payouts is not None, "only paid settlements are explained"
    return settlement.payouts


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
        tuple(_pools(settlement, place, person)),
    )


def _taken_off(settlement: Settlement, place: str, person: str) -> Iterator[TakenOff]:
    for row in taken_off(settlement, _paid(settlement)):
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


# -- pools and their steps -------------------------------------------------------------------------


def _pools(settlement: Settlement, place: int, person: int) -> Iterator[PoolStory]:
    payouts = _paid(settlement)
    mine = np.flatnonzero((payouts.institution == place) & (payouts.person == person))
    taken = payouts.limited.payouts if payouts.limited is not None else ()
    for at in mine.tolist():
        number = int(payouts.pool[at])
        pool = settlement.pools[number]
        yield PoolStory(
            origin_of(settlement, pool),
            pool.institution_id,
            pool.pool,
            pool.series,
            pool.amount_fen,
            int(payouts.equivalents_e7[at]),
            str(settlement.rules.sharing_of(pool.pool).levels[-1].key),
            int(payouts.key_e7[at]),
            int(payouts.amount_fen[at]),
            tuple(_way(settlement, number, place, person)),
            *_key(settlement, at),
            next((one for one in taken if one.row == at), None),
            tuple(_contracts(settlement, pool, place, person)),
            *_heads(settlement, pool, place, person),
            _institution_e4(settlement, pool),
            int(payouts.steps_of(number)[0].received_fen[number]),
            money_lines(settlement, payouts, at),
        )


def _heads(
    settlement: Settlement, pool: Pool, place: int, person: int
) -> tuple[tuple[HeadDays, ...], int]:
    """A head and what it is the mean of, where people are shared by heads or bounds go by them."""
    last = settlement.rules.sharing_of(pool.pool).levels[-1]
    if last.key != LevelKey.HEADCOUNT and not last.bounded:
        return (), ONE_E4
    keys = PoolKeys(settlement.plan, settlement.weighed, settlement.rules)
    return head_of(keys, pool, keys.staff.find(place, person))


def _institution_e4(settlement: Settlement, pool: Pool) -> int:
    """The coefficient of the institution on a pool that has no level above people (5.2)."""
    rules = settlement.plan.coefficients
    above = settlement.rules.sharing_of(pool.pool).level(LevelKind.INSTITUTION)
    if pool.institution_id not in rules.places or above is not None:
        return ONE_E4
    return rules.institution_runs(pool.institution_id, pool.pool)[0].value_e4


def _contracts(
    settlement: Settlement, pool: Pool, place: int, person: int
) -> Iterator[ContractLine]:
    """The contracts of a person at an institution, where a level of the pool goes by them."""
    levels = settlement.rules.sharing_of(pool.pool).levels
    postings = settlement.plan.postings
    for line in _paid(settlement).contracts:
        mine = (int(postings.institution[line.stint]), int(postings.person[line.stint]))
        if mine == (place, person) and any(level.key == "contracts" for level in levels):
            yield line


def _key(
    settlement: Settlement, at: int
) -> tuple[tuple[KeySegment, ...], int, int, int, tuple[LeaveLine, ...]]:
    """How the key of a payout came about, and what of its amount is withheld (5.1, 5.3)."""
    detail, posts = _paid(settlement).detail, settlement.plan.postings.posts
    if detail is None:
        return (), 0, 10_000, 0, ()
    lines = detail.lines
    mine = np.flatnonzero(detail.line_row == at) if detail.keyed[at] else ()
    segments = tuple(
        KeySegment(
            posts[int(lines.post[line])],
            int(lines.since[line]),
            int(lines.until[line]),
            int(lines.equivalents_e7[line]),
            int(lines.coefficient_e4[line]),
            int(lines.adjusted_e7[line]),
        )
        for line in map(int, mine)
    )
    withheld = int(detail.withhold_e4[at]), int(detail.withheld_fen[at])
    away = zip(detail.leave_row, detail.leave, strict=True)
    leave = tuple(line for row, line in away if row == at)
    return segments, int(detail.brought_e7[at]), *withheld, leave


def _way(settlement: Settlement, pool: int, place: int, person: int) -> Iterator[ShareStep]:
    """The steps that lead to a person, highest first; several where departments pay apart."""
    payouts = _paid(settlement)
    *above, last = payouts.steps_of(pool)
    ends = np.flatnonzero(
        (last.pool == pool) & (last.institution == place) & (last.child == person)
    )
    ways: list[tuple[Step, Int64]] = [(last, ends)]
    for step in reversed(above):
        parents = np.unique(ways[0][0].parent[ways[0][1]])
        ways.insert(0, (step, np.flatnonzero((step.pool == pool) & np.isin(step.child, parents))))
    for step, where in ways:
        yield from share_steps(settlement, step, where)
