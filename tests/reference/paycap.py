"""The total pay cap of an institution and what it takes off pools (B9; 5.10, 5.18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from tests.reference import accountlines
from tests.reference.bridges import bridges
from tests.reference.case import Case, Pool
from tests.reference.fundkinds import coefficient, months
from tests.reference.funds import Due, by_fund
from tests.reference.numbers import half_up
from tests.reference.scheme import Yaml, in_force, on_day, yes
from tests.reference.sharing import largest_remainder
from tests.reference.text import Refused

At = tuple[str, str]
"""Institution and pool."""


def cut(case: Case, dues: Sequence[Due]) -> dict[At, int]:
    """Return the fen that the cap takes off each pool in it, in proportion (5.10).

    The base part counts first and is untouched; no pool falls below 0.
    """
    rule = case.scheme.part("pay_cap")
    last = case.after - timedelta(days=1)
    if rule.get("kind", "none") == "none" or not in_force(rule, last):
        return {}
    found: dict[At, int] = {}
    for place in case.institutions:
        pools = [pool for pool in case.pools if pool.institution == place and in_cap(case, pool)]
        if not pools:
            continue
        room = max(0, total(case, rule, place, by_fund(dues)) - _paid(case, rule, place))
        excess = sum(pool.amount_fen for pool in pools) - room
        if excess > 0:
            keys = [(pool.pool, Fraction(pool.amount_fen)) for pool in pools]
            for name, part in largest_remainder(excess, keys).items():
                found[place, name] = part.amount
    return found


def caps(case: Case, dues: Sequence[Due]) -> dict[str, tuple[int, int]]:
    """Return the cap and the base part, in fen, where pools are in the cap or a base was paid."""
    rule = case.scheme.part("pay_cap")
    last = case.after - timedelta(days=1)
    if rule.get("kind", "none") == "none" or not in_force(rule, last):
        return {}
    places = {pool.institution for pool in case.pools if in_cap(case, pool)}
    places |= {place for place in case.institutions if _paid(case, rule, place)}
    due = by_fund(dues)
    return {
        place: (total(case, rule, place, due), _paid(case, rule, place)) for place in sorted(places)
    }


def in_cap(case: Case, pool: Pool) -> bool:
    """Say whether pay out of a pool counts: as its bridge and its fund declare.

    Given pools and a surplus count too, unless the cap names them as outside.
    """
    if pool.pool in (case.scheme.part("pay_cap").get("outside") or []):
        return False
    bridge = bridges(case).get(pool.pool)
    if bridge is None:
        return True
    fund = case.scheme.fund(bridge["fund"], pool.institution) if "fund" in bridge else {}
    return yes(bridge, "in_cap", default=True) and yes(fund, "in_cap", default=True)


def total(case: Case, rule: Yaml, place: str, due: Mapping[At, int]) -> int:
    """Return the approved total of pay, or that of the formula, times its coefficient."""
    if rule["kind"] == "fixed":
        fen = _approved(case, place, rule.get("line", "pay_cap"))
    else:
        fen = sum(_term(case, term, place, due) for term in rule["terms"])
    if rule.get("coefficient"):
        missing = "PAYCAP_COEFFICIENT_MISSING"
        return int(half_up(fen * coefficient(case, place, rule["coefficient"], missing), 0))
    return fen


def _term(case: Case, term: Yaml, place: str, due: Mapping[At, int]) -> int:
    """Return one term of a formula, rounded half-up to the fen."""
    last = case.after - timedelta(days=1)
    match term["kind"]:
        case "per_head":
            people = staff(case, place)
            rate = on_day(term["rate"], last, "pay_cap")
            return int(half_up(len(people) * rate * len(months(case)) * 100, 0))
        case "fund_share":
            fen = due.get((place, term["name"]), 0)
        case "line_share":
            fen = accountlines.came_in(case, place, term["name"])
        case _:
            return _approved(case, place, term["name"])
    return int(half_up(fen * on_day(term["share"], last, "pay_cap"), 0))


def _approved(case: Case, place: str, line: str) -> int:
    """Return an approved total; where none was approved nothing is free of the cap."""
    if not accountlines.rows(case, place, line, "approved"):
        raise Refused("PAYCAP_MISSING", f"{place} {line}")
    return accountlines.total(case, place, line, "approved")


def staff(case: Case, place: str) -> set[str]:
    """Return the staff of the last day; a main posting elsewhere says that he belongs there."""
    last = case.after - timedelta(days=1)
    posts = [one for one in case.postings if one.active_on(last)]
    elsewhere = {one.person for one in posts if one.main and one.institution != place}
    at_home = {one.person for one in posts if one.main and one.institution == place}
    here = {one.person for one in posts if one.institution == place}
    return here - (elsewhere - at_home)


def _paid(case: Case, rule: Yaml, place: str) -> int:
    """Return the base part that was paid."""
    return accountlines.total(case, place, rule.get("base_line", "base_pay"), "paid")


def less(pools: Sequence[Pool], taken: Mapping[At, int]) -> tuple[Pool, ...]:
    """Return the pools as they are shared: without what the cap takes."""
    return tuple(
        replace(pool, amount_fen=pool.amount_fen - taken.get((pool.institution, pool.pool), 0))
        for pool in pools
    )
