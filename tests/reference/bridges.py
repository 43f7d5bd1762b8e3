"""From due or approved money to pools, by declared rules only (D0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from tests.reference.accountlines import rows, spent, total
from tests.reference.case import Case, Pool
from tests.reference.fundkinds import booked_rows
from tests.reference.funds import Due, by_fund
from tests.reference.numbers import half_up
from tests.reference.scheme import Yaml, in_force, on_day, yes
from tests.reference.text import Refused

Source = tuple[str, str]
"""`fund` or `approved_line`, and its name."""


def bridges(case: Case) -> Mapping[str, Yaml]:
    """Return the bridges in force on the last day of the period, by pool."""
    last = case.after - timedelta(days=1)
    return {
        pool: bridge for pool, bridge in case.scheme.part("pools").items() if in_force(bridge, last)
    }


def source_of(bridge: Yaml) -> Source:
    """Return what a bridge takes from."""
    key = "fund" if "fund" in bridge else "approved_line"
    return key, bridge[key]


def there(case: Case, dues: Sequence[Due], source: Source, place: str) -> int | None:
    """Return the fen that there are of a source; nothing where it is not of this institution."""
    key, name = source
    if key == "fund":
        return by_fund(dues).get((place, name))
    if not rows(case, place, name, "approved"):
        return None
    return total(case, place, name, "approved")


def bridged(case: Case, dues: Sequence[Due]) -> list[Pool]:
    """Return the pools that bridges make of due or approved money."""
    sources: dict[Source, dict[str, Yaml]] = {}
    for name, bridge in bridges(case).items():
        sources.setdefault(source_of(bridge), {})[name] = bridge
    found: list[Pool] = []
    for source, taking in sources.items():
        for place in sorted(case.institutions):
            fen = there(case, dues, source, place)
            if fen is not None:
                pools = _taken(case, place, fen, taking)
                used_once(case, source, place, fen - sum(pool.amount_fen for pool in pools))
                found += pools
    return found


def used_once(case: Case, source: Source, place: str, left: int) -> None:
    """Refuse money that is a pool and stands in the balance too (B4: never both, D0)."""
    key, name = source
    if key == "fund":
        income = yes(case.scheme.fund(name, place), "income", default=True)
        booked = sum(row.amount_fen for row in booked_rows(case, place, name))
        if booked > (left if income else 0):
            raise Refused("FUND_TWICE", f"{place}\t{name}")


def _taken(case: Case, place: str, fen: int, taking: Mapping[str, Yaml]) -> list[Pool]:
    """Take the pools of one source, by name, and none more than is left."""
    for bridge in taking.values():
        fund = case.scheme.fund(bridge["fund"], place) if "fund" in bridge else {"income": "no"}
        if bridge.get("rule", "all") == "all" and yes(fund, "income", default=True):
            raise Refused("FUND_ALL_INCOME", f"{place}/{'/'.join(taking)}")
    if fen < 0:
        raise Refused("BRIDGE_NEGATIVE", f"{place}/{'/'.join(taking)}")
    exact = {name: _part(case, place, bridge, fen) for name, bridge in taking.items()}
    if sum(exact.values()) > fen:
        raise Refused("BRIDGE_OVERDRAWN", f"{place}/{'/'.join(taking)}")
    found, left = [], fen
    for name, part in sorted(exact.items()):
        amount = min(int(half_up(part, 0)), left)
        left -= amount
        found.append(Pool(place, name, amount, taking[name].get("series", "")))
    return found


def _part(case: Case, place: str, bridge: Yaml, fen: int) -> Fraction:
    """Return what of the money becomes the pool: all, a percent, or what costs leave (D0)."""
    match bridge.get("rule", "all"):
        case "percent":
            share = on_day(bridge["share"], case.after - timedelta(days=1), "share")
            return share * fen
        case "after_costs":
            costs = sum(spent(case, place, line) for line in bridge["cost_lines"])
            return Fraction(max(fen - costs, 0))
        case _:
            return Fraction(fen)


def with_pools(case: Case, more: Sequence[Pool]) -> tuple[Pool, ...]:
    """Put the bridged pools beside the others; no institution has two of one name."""
    names = {(pool.institution, pool.pool) for pool in case.pools}
    for pool in more:
        if (pool.institution, pool.pool) in names:
            raise Refused("POOL_TWICE", f"{pool.institution}/{pool.pool}")
    every = [*case.pools, *more]
    return tuple(sorted(every, key=lambda pool: (pool.institution, pool.pool)))


def placeholders(case: Case) -> tuple[Pool, ...]:
    """Return the bridged pools before their money is known: their names cut months (5.4)."""
    return tuple(
        Pool(place, name, 0, bridge.get("series", ""))
        for name, bridge in bridges(case).items()
        for place in sorted(case.institutions)
    )
