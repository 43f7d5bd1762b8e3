"""The total pay cap of an institution and what it takes off pools (B9; 5.10, 5.11, 5.18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from tests.reference import accountlines
from tests.reference.bridges import bridges
from tests.reference.case import Case, Pool
from tests.reference.fundkinds import coefficient, months
from tests.reference.funds import Due, by_fund
from tests.reference.numbers import floor
from tests.reference.scheme import Yaml, in_force, on_day, yes
from tests.reference.sharing import largest_remainder
from tests.reference.text import Refused

At = tuple[str, str]
"""Institution and pool."""


def cut(case: Case, dues: Sequence[Due], beside: Mapping[str, int]) -> dict[At, int]:
    """Return the fen that the cap takes off each pool in it, in proportion (5.10).

    What is paid `beside` the pools, by institution, counts first too and is never cut; alone above
    what the cap leaves it is refused.
    The base part counts first and is untouched; no pool falls below 0. What base and pools had
    in earlier periods of the year counts too, and is not changed (5.18); what those carried is
    part of the pool now.
    """
    rule = case.scheme.part("pay_cap")
    last = case.after - timedelta(days=1)
    if rule.get("kind", "none") == "none" or not in_force(rule, last):
        return {}
    found: dict[At, int] = {}
    brought = opened(case)
    for place in case.institutions:
        pools = [pool for pool in case.pools if pool.institution == place and in_cap(case, pool)]
        if not pools and place not in beside:
            continue
        amounts = {
            pool.pool: pool.amount_fen + brought.get((place, pool.pool), 0) for pool in pools
        }
        used = _paid(case, rule, place) + sum(_before(case, place, "cap_base", "cap_pool").values())
        left = total(case, rule, place, by_fund(dues)) - used - beside.get(place, 0)
        if beside.get(place, 0) > 0 > left:
            raise Refused("PAYCAP_COMPONENTS", place)
        room = max(0, left)
        excess = min(sum(amounts.values()) - room, sum(amounts.values()))
        if excess > 0:
            keys = [(name, Fraction(fen)) for name, fen in amounts.items()]
            for name, part in largest_remainder(excess, keys).items():
                found[place, name] = part.amount
    return found


def check_heads(
    case: Case,
    caps_of: Mapping[str, tuple[int, int]],
    beside: Mapping[str, int],
    heads: Mapping[str, int],
) -> None:
    """Refuse pay of heads in the cap that does not fit behind the pools, which are not cut again.

    It follows from what pools pay, so it comes after them; `case` has the pools after the cap.
    """
    for place, fen in heads.items():
        if place in caps_of:
            cap, base = caps_of[place]
            pools = sum(
                pool.amount_fen
                for pool in case.pools
                if pool.institution == place and in_cap(case, pool)
            )
            before = sum(_before(case, place, "cap_base", "cap_pool").values())
            if fen > 0 and before + base + beside.get(place, 0) + pools + fen > cap:
                raise Refused("PAYCAP_HEADS", place)


def opened(case: Case) -> dict[At, int]:
    """Return what earlier periods carried above the cap, for the pools in it that are there."""
    return {
        (pool.institution, pool.pool): fen
        for pool in case.pools
        if in_cap(case, pool)
        for name, fen in _before(case, pool.institution, "cap_excess").items()
        if name == pool.pool and fen
    }


def _before(case: Case, place: str, *kinds: str) -> dict[str, int]:
    """Return what is brought in, by name."""
    found: dict[str, int] = {}
    for row in case.tables.caps:
        if row.institution == place and row.kind in kinds:
            found[row.name] = found.get(row.name, 0) + row.amount_fen
    return found


def _check_year(case: Case, rule: Yaml, place: str) -> None:
    """Refuse a cap of the year of which some earlier month is not known (5.18)."""
    if rule.get("per", "year") == "period":
        return
    earlier = {date(case.first_day.year, month, 1) for month in range(1, case.first_day.month)}
    asked = {("cap_base", "")}
    for term in rule.get("terms") or []:
        if term["kind"] in ("fund_share", "line_share"):
            asked.add((f"cap_{term['kind'].partition('_')[0]}", term["name"]))
    for kind, name in asked:
        rows = [
            r for r in case.tables.caps if (r.institution, r.kind, r.name) == (place, kind, name)
        ]
        if not earlier <= {month for row in rows for month in row.months}:
            raise Refused("PAYCAP_YEAR", place)


def caps(case: Case, dues: Sequence[Due], beside: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return the cap and the base part, in fen, where anything is paid that is in the cap."""
    rule = case.scheme.part("pay_cap")
    last = case.after - timedelta(days=1)
    if rule.get("kind", "none") == "none" or not in_force(rule, last):
        return {}
    places = {pool.institution for pool in case.pools if in_cap(case, pool)}
    places |= {place for place in case.institutions if _paid(case, rule, place)}
    places |= {*beside}
    for place in places:
        _check_year(case, rule, place)
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
    """Return the approved total of pay, or that of the formula, times its coefficient.

    A cap is the most that may be paid: it is rounded down (5.11).
    """
    if rule["kind"] == "fixed":
        fen = floor(_approved(case, place, rule.get("line", "pay_cap")) * _part(case, rule))
    else:
        fen = sum(_term(case, rule, term, place, due) for term in rule["terms"])
    if rule.get("coefficient"):
        missing = "PAYCAP_COEFFICIENT_MISSING"
        return floor(fen * coefficient(case, place, rule["coefficient"], missing))
    return fen


def _part(case: Case, rule: Yaml) -> Fraction:
    """Return the part of the year that amounts of the year stand for: its months to date."""
    return Fraction(_months(case, rule), 12) if yes(rule, "prorate") else Fraction(1)


def _months(case: Case, rule: Yaml) -> int:
    """Return for how many months staff is counted."""
    if rule.get("per", "year") == "period":
        return len(months(case))
    return (case.after - timedelta(days=1)).month if yes(rule, "prorate") else 12


def _term(case: Case, rule: Yaml, term: Yaml, place: str, due: Mapping[At, int]) -> int:
    """Return one term of a formula, rounded down to the fen."""
    last = case.after - timedelta(days=1)
    match term["kind"]:
        case "per_head":
            people = staff(case, term, place)
            rate = on_day(term["rate"], last, "pay_cap")
            return floor(len(people) * rate * _months(case, rule) * 100)
        case "fund_share":
            fen = due.get((place, term["name"]), 0)
            fen += _before(case, place, "cap_fund").get(term["name"], 0)
        case "line_share":
            fen = accountlines.came_in(case, place, term["name"])
            fen += _before(case, place, "cap_line").get(term["name"], 0)
        case _:
            return floor(_approved(case, place, term["name"]) * _part(case, rule))
    return floor(fen * on_day(term["share"], last, "pay_cap"))


def _approved(case: Case, place: str, line: str) -> int:
    """Return an approved total; where none was approved nothing is free of the cap."""
    if not accountlines.rows(case, place, line, "approved"):
        raise Refused("PAYCAP_MISSING", f"{place} {line}")
    return accountlines.total(case, place, line, "approved")


def staff(case: Case, term: Yaml, place: str) -> set[str]:
    """Return the heads of the last day: who belongs there, and is in the cap unless all count.

    A main posting says where somebody belongs, else every posting; nobody counts at two places
    unless that is declared.
    """
    found: set[str] = set()
    for person in {one.person for one in case.postings}:
        homes = counted_at(case, term, person)
        if len(homes) > 1 and term.get("several", "refuse") == "refuse":
            raise Refused("PAYCAP_STAFF_TWICE", person)
        found |= {person} if place in homes else set()
    return found


def counted_at(case: Case, term: Yaml, person: str) -> set[str]:
    """Return the institutions where a person is a head of the cap on the last day."""
    last = case.after - timedelta(days=1)
    posts = [one for one in case.postings if one.person == person and one.active_on(last)]
    mains = [one for one in posts if one.main]
    everybody = term.get("staff", "in_cap") == "all"
    outside = case.scheme.part("pay_cap").get("outside_types") or []
    return {
        one.institution
        for one in mains or posts
        if everybody or (one.in_cap and one.employment_type not in outside)
    }


def _paid(case: Case, rule: Yaml, place: str) -> int:
    """Return the base part that was paid."""
    return accountlines.total(case, place, rule.get("base_line", "base_pay"), "paid")


def less(case: Case, opened_by: Mapping[At, int], taken: Mapping[At, int]) -> tuple[Pool, ...]:
    """Return the pools as they are shared: with what opens them, without what the cap takes."""
    return tuple(
        replace(pool, amount_fen=pool.amount_fen + opened_by.get(at, 0) - taken.get(at, 0))
        for pool in case.pools
        for at in [(pool.institution, pool.pool)]
    )
