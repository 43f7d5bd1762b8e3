"""What one pool pays one person, step by step, made of what the paying functions returned.

Where the pool's money came from, how the key came about (coefficients with their factors, what was
brought in, leave, heads, contracts), the steps down to the person, what is withheld and what a
yearly limit takes, and the amount on the lines of the key. Sources: A7, D1 to D3; definitions 5.1
to 5.3, 5.9 to 5.13.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from equivalents.averages import AverageLine
from equivalents.contracts import ContractLine
from equivalents.handedin import HandedIn, handed_for
from equivalents.headcount import HeadDays, head_of
from equivalents.itemmoney import MoneyLine, money_lines
from equivalents.keys import PoolKeys
from equivalents.leave import LeaveLine
from equivalents.origin import Origin, origin_of
from equivalents.policy.coefficients import ONE_E4, Stretch
from equivalents.policy.keyrules import Applies
from equivalents.policy.model import Pool
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.policy.who import Who
from equivalents.settle import Settlement
from equivalents.sharesteps import ShareStep, paid, share_steps
from equivalents.step import Step
from equivalents.units import Int64
from equivalents.yearly import LimitedPayout

__all__ = ["FactorsOf", "KeySegment", "PoolStory", "on_pool", "pools_of"]


@dataclass(frozen=True, slots=True)
class KeySegment:
    """One adjusted line (5.1): equivalents x coefficient over the days ``[since, until)``.

    The equivalents are those left after a ceiling; the coefficient is the product of ``factors``.
    """

    post_id: str
    since: int
    until: int
    equivalents_e7: int
    coefficient_e4: int
    adjusted_e7: int
    factors: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolStory:
    """What one pool pays somebody, step by step.

    ``origin`` says where its money came from, ``key_by`` what people are shared by. ``amount_fen``
    is the last step's less what is withheld and what a yearly limit takes. With coefficients,
    ceilings or leave ``segments``, ``brought_e7`` and the lines of ``leave`` add up to a key
    ``adjusted``, and by their equivalents to a key ``equivalents``; without them the key is the
    equivalents. ``heads`` are there where a head decides and is not simply one: the mean over
    their days. ``institution_e4`` multiplies the pool, and adjustments of people take
    ``charged_fen`` of it, before ``shared_fen`` goes down (5.2, 5.19).
    ``released_later`` says that what is withheld is carried to be released (5.3).
    Each coefficient comes with the ``..._factors`` whose product it is, the heads' in their order.
    Of ``who`` only the postings share; ``average`` is the key of people without one (5.16);
    ``handed`` is what their departments handed in for them.
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
    institution_factors: tuple[Stretch, ...] = ()
    withhold_factors: tuple[Stretch, ...] = ()
    head_factors: tuple[tuple[Stretch, ...], ...] = ()
    charged_fen: int = 0
    released_later: bool = False
    who: Who | None = None
    average: AverageLine | None = None
    handed: tuple[HandedIn, ...] = ()

    @property
    def unlined_fen(self) -> int:
        """What of the amount is on no line."""
        return self.amount_fen - sum(line.amount_fen for line in self.money)


def pools_of(settlement: Settlement, place: int, person: int) -> Iterator[PoolStory]:
    """What each pool pays a person at an institution, in the order of the payouts."""
    payouts = paid(settlement)
    mine = np.flatnonzero((payouts.institution == place) & (payouts.person == person))
    taken = payouts.limited.payouts if payouts.limited is not None else ()
    factors = FactorsOf(settlement, place, person)
    for at in mine.tolist():
        number = int(payouts.pool[at])
        pool = settlement.pools[number]
        steps = tuple(_way(settlement, number, place, person))
        average = _average(settlement, number, place, person)
        heads, head_e4 = _heads(settlement, pool, (place, person), average)
        institution_e4, institution_factors = on_pool(settlement, pool)
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
            steps,
            *_key(settlement, at, factors),
            next((one for one in taken if one.row == at), None),
            tuple(_contracts(settlement, pool, place, person)),
            heads,
            head_e4,
            institution_e4,
            int(payouts.steps_of(number)[0].received_fen[number]),
            money_lines(settlement, payouts, at),
            institution_factors,
            factors.withheld(pool) if payouts.detail is not None else (),
            tuple(factors.heads(pool, one) for one in heads),
            payouts.charged_fen[number] if payouts.charged_fen else 0,
            bool(settlement.plan.coefficients.released([pool.pool])[0]),
            settlement.rules.sharing_of(pool.pool).who,
            average,
            tuple(handed_for(settlement, pool.pool, steps)),
        )


class FactorsOf:
    """Of which coefficients those of a person at an institution are the product (5.1, 5.3)."""

    def __init__(self, settlement: Settlement, place: int, person: int) -> None:
        """Look at nothing yet."""
        self._settlement, self._rules = settlement, settlement.plan.coefficients
        self._names = settlement.plan.institutions[place], settlement.plan.persons[person]
        self._pair = place, person
        self._keys: PoolKeys | None = None

    def keyed(self, pool: Pool, post_id: str, days: tuple[int, int]) -> tuple[Stretch, ...]:
        """Those that multiply equivalents in a pool over some days in a post."""
        if self._keys is None:
            one = self._settlement
            self._keys = PoolKeys(one.plan, one.weighed, one.rules)
        return self._rules.factors(*self._names, post_id, self._keys.kinds(pool), days)

    def heads(self, pool: Pool, one: HeadDays) -> tuple[Stretch, ...]:
        """Those that make some days part of a head."""
        kinds = self._rules.kinds(Applies.HEADCOUNT, pool.pool)
        return self._rules.factors(*self._names, one.post_id, kinds, (one.since, one.until))

    def withheld(self, pool: Pool) -> tuple[Stretch, ...]:
        """Those that multiply the amount: the same product on all days of posting."""
        kinds = self._rules.kinds(Applies.WITHHOLD, pool.pool)
        postings, period = self._settlement.plan.postings, self._settlement.plan.period
        place, person = self._pair
        mine = (postings.institution == place) & (postings.person == person)
        mine &= postings.overlap(period.start, period.end)
        for at in np.flatnonzero(mine).tolist() if kinds else ():
            days = int(postings.since[at]), int(postings.until[at])
            found = self._rules.factors(
                *self._names, postings.posts[int(postings.post[at])], kinds, days
            )
            if found:
                return found
        return ()


def on_pool(settlement: Settlement, pool: Pool) -> tuple[int, tuple[Stretch, ...]]:
    """The coefficient of the institution on a pool that has no level above people (5.2)."""
    rules = settlement.plan.coefficients
    above = settlement.rules.sharing_of(pool.pool).level(LevelKind.INSTITUTION)
    if pool.institution_id not in rules.places or above is not None:
        return ONE_E4, ()
    names = pool.institution_id, pool.pool
    money = settlement.funded
    if money is not None and any(one.where == names for one in money.raised):
        return ONE_E4, ()  # told with the source: a fund made the pool larger
    return rules.institution_runs(*names)[0].value_e4, rules.institution_factors(*names)


def _heads(
    settlement: Settlement, pool: Pool, pair: tuple[int, int], average: AverageLine | None
) -> tuple[tuple[HeadDays, ...], int]:
    """A head and what it is the mean of, where a key, a bound or an average goes by it."""
    last = settlement.rules.sharing_of(pool.pool).levels[-1]
    if last.key != LevelKey.HEADCOUNT and not last.bounded and average is None:
        return (), ONE_E4
    keys = PoolKeys(settlement.plan, settlement.weighed, settlement.rules)
    return head_of(keys, pool, keys.staff.find(*pair))


def _average(settlement: Settlement, pool: int, place: int, person: int) -> AverageLine | None:
    """The key of a person by an average in a pool, where a rule picks the person."""
    mine = (pool, place, person)
    lines = paid(settlement).averages
    return next((one for one in lines if (one.pool, one.institution, one.person) == mine), None)


def _contracts(
    settlement: Settlement, pool: Pool, place: int, person: int
) -> Iterator[ContractLine]:
    """The contracts of a person at an institution, where a level of the pool goes by them."""
    levels = settlement.rules.sharing_of(pool.pool).levels
    postings = settlement.plan.postings
    for line in paid(settlement).contracts:
        mine = (int(postings.institution[line.stint]), int(postings.person[line.stint]))
        if mine == (place, person) and any(level.key == "contracts" for level in levels):
            yield line


def _key(
    settlement: Settlement, at: int, factors: FactorsOf
) -> tuple[tuple[KeySegment, ...], int, int, int, tuple[LeaveLine, ...]]:
    """How the key of a payout came about, and what of its amount is withheld (5.1, 5.3)."""
    detail, posts = paid(settlement).detail, settlement.plan.postings.posts
    if detail is None:
        return (), 0, 10_000, 0, ()
    lines, pool = detail.lines, settlement.pools[int(paid(settlement).pool[at])]
    mine = np.flatnonzero(detail.line_row == at) if detail.keyed[at] else ()
    segments = tuple(
        KeySegment(
            posts[int(lines.post[line])],
            int(lines.since[line]),
            int(lines.until[line]),
            int(lines.equivalents_e7[line]),
            int(lines.coefficient_e4[line]),
            int(lines.adjusted_e7[line]),
            factors.keyed(
                pool, posts[int(lines.post[line])], (int(lines.since[line]), int(lines.until[line]))
            ),
        )
        for line in map(int, mine)
    )
    withheld = int(detail.withhold_e4[at]), int(detail.withheld_fen[at])
    away = zip(detail.leave_row, detail.leave, strict=True)
    leave = tuple(line for row, line in away if row == at)
    return segments, int(detail.brought_e7[at]), *withheld, leave


def _way(settlement: Settlement, pool: int, place: int, person: int) -> Iterator[ShareStep]:
    """The steps that lead to a person, highest first; several where departments pay apart."""
    payouts = paid(settlement)
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
