"""What a fund adds to a pool whose institution's coefficient is above 1 (5.2).

The idea: a pool that no level above people shares is multiplied by the coefficient of its
institution. Below 1 something of it stays behind; above 1 somebody has to pay the excess, and only
a fund that the sharing of the pool names does. The excess comes out of what that fund is due to
the same institution, after the pools that bridges make of it; the pool is larger by it before the
pay cap looks at it. Sources: B9, B10, D0; definition 5.2.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from equivalents.bridge import Bridged
from equivalents.errors import Problem, RefusedError
from equivalents.exact import half_up
from equivalents.fundfacts import Money
from equivalents.policy.coefficients import ONE_E4, Coefficients
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.scheme import Bridge
from equivalents.policy.sharing import LevelKind
from equivalents.units import print_fen

__all__ = ["Raised", "raised_pools"]


@dataclass(frozen=True, slots=True)
class Raised:
    """A pool of ``before_fen`` times ``coefficient_e4``: the excess is ``taking``, out of a fund.

    ``taking`` has the form of a bridge from the fund into the pool, so that ledger and flows see
    one more use of the fund.
    """

    taking: Bridged
    coefficient_e4: int
    before_fen: int

    @property
    def where(self) -> tuple[str, str]:
        """Institution and pool."""
        return self.taking.institution_id, self.taking.bridge.pool

    @property
    def fund(self) -> str:
        """The fund that pays."""
        return self.taking.bridge.fund

    @property
    def fen(self) -> int:
        """What the pool is larger by."""
        return self.taking.pool_fen


def raised_pools(
    pools: Sequence[Pool],
    made: Sequence[Bridged],
    money: Money,
    rules: CaseRules,
    coefficients: Coefficients,
) -> tuple[tuple[Pool, ...], tuple[Raised, ...]]:
    """The pools, larger where a fund pays the excess of a coefficient above 1, and what it pays.

    Args:
        pools: all pools before the pay cap, in the order in which they draw on a fund.
        made: what bridges took of funds before.
        money: the dues.
        rules: how pools are shared, and which fund pays an excess.
        coefficients: those of institutions; one that changes is left for the ladder to refuse.

    Raises:
        RefusedError: ``EXCESS_OVERDRAWN``: less is left of the fund than the excess.
    """
    left = _left(made, money)
    found: dict[tuple[str, str], Raised] = {}
    problems: list[Problem] = []
    for pool, value in _above_one(pools, rules, coefficients):
        sharing = rules.sharing_of(pool.pool)
        excess = half_up(Fraction(pool.amount_fen * (value - ONE_E4), ONE_E4))
        key = (pool.institution_id, sharing.excess_fund)
        due, rest = left.get(key, (0, 0))
        if excess > rest:
            facts = {"institution": pool.institution_id, "source": sharing.excess_fund}
            facts |= {"amount": print_fen(excess), "left": print_fen(rest)}
            problems.append(Problem("EXCESS_OVERDRAWN", sharing.place, pool.pool, facts))
            continue
        left[key] = due, rest - excess
        bridge = Bridge(
            pool.pool, sharing.excess_fund, reference=sharing.reference, place=sharing.place
        )
        share = Fraction(value - ONE_E4, ONE_E4)
        taking = Bridged(bridge, pool.institution_id, due, 0, share, excess, True, raises=True)
        found[pool.institution_id, pool.pool] = Raised(taking, value, pool.amount_fen)
    if problems:
        raise RefusedError(problems)
    return tuple(_larger(pools, found)), tuple(found.values())


def _left(made: Sequence[Bridged], money: Money) -> dict[tuple[str, str], tuple[int, int]]:
    """What is due of each fund by institution, and what of it bridges left."""
    left = {(due.institution_id, due.fund.name): due.due_fen for due in money.dues}
    dues = dict(left)
    for one in made:
        if one.bridge.fund:
            left[one.institution_id, one.bridge.fund] -= one.pool_fen
    return {key: (dues[key], fen) for key, fen in left.items()}


def _above_one(
    pools: Sequence[Pool], rules: CaseRules, coefficients: Coefficients
) -> Iterator[tuple[Pool, int]]:
    """The pools that a coefficient above 1 multiplies and a fund stands behind."""
    places = frozenset(coefficients.places)
    for pool in pools if places else ():
        sharing = rules.sharing_of(pool.pool)
        above = sharing.level(LevelKind.INSTITUTION)
        if not sharing.excess_fund or above is not None or pool.institution_id not in places:
            continue
        runs = coefficients.institution_runs(pool.institution_id, pool.pool)
        if len(runs) == 1 and runs[0].value_e4 > ONE_E4:
            yield pool, runs[0].value_e4


def _larger(pools: Sequence[Pool], found: Mapping[tuple[str, str], Raised]) -> Iterator[Pool]:
    for pool in pools:
        raised = found.get((pool.institution_id, pool.pool))
        more = raised.fen if raised is not None else 0
        yield replace(pool, amount_fen=pool.amount_fen + more) if more else pool
