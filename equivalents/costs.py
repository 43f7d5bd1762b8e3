"""What an equivalent costs, by institution, channel and scale tier; what an item's labour costs.

Everything is an exact :class:`~fractions.Fraction` of yuan and equivalents until it is printed. A
cost per equivalent is always the sum of costs over the sum of equivalents, so that the overall one
is the mean of the channels weighted by their equivalents; the plain mean of institutions stands
beside it, as papers print it. Sources: rule A11; papers ChinaXiv 202207.00084 and 202207.00109.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final

from equivalents.exact import half_up

__all__ = [
    "BY_EQUIVALENTS",
    "CostLine",
    "LEFT_OUT",
    "Spread",
    "UnitCost",
    "item_cost_fen",
    "spread_costs",
    "standard_units",
    "tier_of",
    "unit_costs",
]

BY_EQUIVALENTS: Final = "*"
"""Stands in the place of a channel: spread over the institution's channels by equivalents."""
LEFT_OUT: Final = "none"
"""Stands in the place of a channel: no cost of the services that are studied."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """What an institution spent (yuan) and did (equivalents) in one channel 购买渠道."""

    institution_id: str
    channel: str
    cost: Fraction
    equivalents: Fraction


@dataclass(frozen=True, slots=True)
class UnitCost:
    """The cost per equivalent 当量成本 of an institution, a tier or all; blank channel: together.

    ``per_equivalent`` is ``None`` where there are no equivalents. ``mean`` is the plain mean over
    the institutions that have one.
    """

    level: str
    name: str
    tier: int
    channel: str
    institutions: int
    cost: Fraction
    equivalents: Fraction
    per_equivalent: Fraction | None
    mean: Fraction | None


def tier_of(equivalents: Fraction, bounds: Sequence[Fraction]) -> int:
    """The scale tier 规模档, from 1: how many ascending bounds are reached, plus one ([a, b))."""
    return 1 + sum(equivalents >= bound for bound in bounds)


def unit_costs(lines: Sequence[CostLine], bounds: Sequence[Fraction] = ()) -> list[UnitCost]:
    """Costs per equivalent of every institution, then of every tier, then of all together.

    Args:
        lines: one for each institution and channel.
        bounds: of the tiers, ascending, in equivalents of the whole institution; none: one tier.
    """
    totals: dict[str, Fraction] = {}
    for line in lines:
        before = totals.get(line.institution_id, Fraction(0))
        totals[line.institution_id] = before + line.equivalents
    tiers = {name: tier_of(total, bounds) for name, total in totals.items()}
    found: list[UnitCost] = []
    for name in sorted(totals):
        mine = [line for line in lines if line.institution_id == name]
        found += _together("institution", name, tiers[name], mine)
    for tier in sorted(set(tiers.values())) if bounds else ():
        mine = [line for line in lines if tiers[line.institution_id] == tier]
        found += _together("tier", str(tier), tier, mine)
    return found + _together("all", "", 0, lines)


def _together(level: str, name: str, tier: int, lines: Sequence[CostLine]) -> list[UnitCost]:
    """Each channel of some lines by itself, then all of them."""
    channels = sorted({line.channel for line in lines})
    each = [
        _one(level, name, tier, channel, [line for line in lines if line.channel == channel])
        for channel in channels
    ]
    return [*each, _one(level, name, tier, "", lines)]


def _one(level: str, name: str, tier: int, channel: str, lines: Sequence[CostLine]) -> UnitCost:
    cost, equivalents = _sums(lines)
    each = [
        own[0] / own[1]
        for _, mine in groupby(sorted(lines, key=_institution), _institution)
        if (own := _sums([*mine]))[1]
    ]
    mean = sum(each, Fraction(0)) / len(each) if each else None
    ratio = cost / equivalents if equivalents else None
    count = len({line.institution_id for line in lines})
    return UnitCost(level, name, tier, channel, count, cost, equivalents, ratio, mean)


def _institution(line: CostLine) -> str:
    return line.institution_id


def _sums(lines: Sequence[CostLine]) -> tuple[Fraction, Fraction]:
    cost = sum((line.cost for line in lines), Fraction(0))
    return cost, sum((line.equivalents for line in lines), Fraction(0))


@dataclass(frozen=True, slots=True)
class Spread:
    """Costs by institution and channel; what is left out, and what no channel could take, in yuan.

    ``cost`` and the rests add up to what was to be spread.
    """

    cost: Mapping[tuple[str, str], Fraction]
    left_out: Fraction
    stranded: Mapping[tuple[str, str], Fraction]


def spread_costs(
    costs: Mapping[tuple[str, str], Fraction],
    shares: Mapping[str, Mapping[str, Fraction]],
    equivalents: Mapping[tuple[str, str], Fraction],
) -> Spread:
    """Account lines of institutions laid on channels, exactly.

    Args:
        costs: yuan by institution and account line.
        shares: of every line, channel to share; they add up to 1. :data:`BY_EQUIVALENTS` is spread
            over the channels in which the institution has equivalents, :data:`LEFT_OUT` is not.
        equivalents: by institution and channel.
    """
    laid: dict[tuple[str, str], Fraction] = {}
    stranded: dict[tuple[str, str], Fraction] = {}
    left_out = Fraction(0)
    for (institution, line), cost in costs.items():
        for channel, share in shares[line].items():
            part = cost * share
            if channel == LEFT_OUT:
                left_out += part
            elif channel != BY_EQUIVALENTS:
                _add(laid, (institution, channel), part)
            else:
                own = {key: done for key, done in equivalents.items() if key[0] == institution}
                whole = sum(own.values(), Fraction(0))
                if not whole:
                    _add(stranded, (institution, line), part)
                for key, done in own.items() if whole else ():
                    _add(laid, key, part * done / whole)
    return Spread(laid, left_out, stranded)


def _add(sums: dict[tuple[str, str], Fraction], key: tuple[str, str], part: Fraction) -> None:
    sums[key] = sums.get(key, Fraction(0)) + part


def standard_units(parts: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Time x manpower coefficient 人力系数 summed over the categories of staff, exactly."""
    return sum((time * coefficient for time, coefficient in parts), Fraction(0))


def item_cost_fen(parts: Iterable[tuple[Fraction, Fraction]], price: Fraction) -> int:
    """The labour cost of an item in fen: standard units x yuan per unit, half-up once.

    The form of Shanghai Xuhui: (1.30 x 1.000 + 1.26 x 0.919 + 0.10 x 0.799) x 39.69 = 100.73.
    """
    return half_up(standard_units(parts) * price * 100)
