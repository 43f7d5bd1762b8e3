"""What is paid beside the pools, before they are shared (D4, B9; 5.3, 5.15, 5.19)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.case import Case, Posting
from tests.reference.coefficients import Coefficients
from tests.reference.contracts import all_parts, home_of
from tests.reference.declared import read_who
from tests.reference.fundkinds import month_ends, months
from tests.reference.numbers import half_up
from tests.reference.paytables import Withheld
from tests.reference.people import capped, matches
from tests.reference.residentgroups import group_code
from tests.reference.scheme import Yaml, in_force, on_day, versions, yes
from tests.reference.splitting import divided
from tests.reference.tables import Contract
from tests.reference.text import Refused

ADJUSTMENT = "adjustment"
"""The component that needs no declaration: differences of closed periods."""
OWN_MONEY = ("", "own_money")
WITHHELD_BEFORE = ("", "withheld_before")
"""Where money comes from that is of no fund and no approved line."""


class Name(NamedTuple):
    """What names an amount beside the pools."""

    institution: str
    component: str
    person: str


def declared(case: Case, *kinds: str) -> Iterator[tuple[str, Yaml]]:
    """Return the components of some kinds."""
    for name, rule in case.scheme.part("components").items():
        if rule["kind"] in kinds:
            yield name, rule


class Beside(NamedTuple):
    """What is paid before pools are shared, in fen, and how much of it postings outside have.

    That is of allowances only: they are paid for a posting, which is in the pay cap or is not.
    """

    fen: dict[Name, int]
    outside_fen: dict[Name, int]


def before_pools(case: Case) -> Beside:
    """Return the fen of everybody by institution and component: all but what heads have.

    Everything is multiplied exactly and rounded once, half-up, per person, institution and
    component.
    """
    coefficients = Coefficients(case)
    exact: dict[Name, Fraction] = {}
    outside: dict[Name, Fraction] = {}
    for name, rule in declared(case, "allowance"):
        for person in sorted({one.person for one in case.all_postings}):
            for at, yuan in allowance(case, coefficients, name, rule, person):
                _add(exact, Name(at.institution, name, person), yuan)
                _add(outside, Name(at.institution, name, person), yuan * (not capped(case, at)))
    for name, rule in declared(case, "per_contract"):
        for at, yuan in per_contract(case, coefficients, rule):
            _add(exact, Name(at.institution, name, at.person), yuan)
            _add(outside, Name(at.institution, name, at.person), yuan * (not capped(case, at)))
    for to, yuan in (*_released(case, coefficients), *_bonuses(case)):
        _add(exact, to, yuan)
    for row in case.pay.adjustments:
        to = Name(row.institution, ADJUSTMENT, row.person)
        _add(exact, to, Fraction(row.amount_fen, 100))
    rounded = {to: int(half_up(yuan, 2) * 100) for to, yuan in exact.items() if yuan}
    parts = {
        to: divided(rounded[to], {"inside": 100 * (exact[to] - yuan), "outside": 100 * yuan})
        for to, yuan in outside.items()
        if to in rounded
    }
    return Beside(rounded, {to: part["outside"] for to, part in parts.items()})


def _bonuses(case: Case) -> Iterator[tuple[Name, Fraction]]:
    """Return the bonuses of the period; what is dated outside it is left out."""
    rules = dict(declared(case, "bonus"))
    for bonus in case.pay.bonuses:
        if bonus.component not in rules:
            raise Refused("COMPONENT_UNKNOWN", bonus.component)
        day = bonus.day or case.after - timedelta(days=1)
        if case.first_day <= day < case.after and in_force(rules[bonus.component], day):
            to = Name(bonus.institution, bonus.component, bonus.person)
            yield to, Fraction(bonus.amount_fen, 100)


def _released(case: Case, coefficients: Coefficients) -> Iterator[tuple[Name, Fraction]]:
    """Return what is released of withheld money, by the coefficient of the last day."""
    last = case.after - timedelta(days=1)
    for name, rule in declared(case, "release"):
        for (place, _, person), fen in withheld_before(case, rule).items():
            by = personal(coefficients, rule["coefficient"], (person, place, ""), last)
            if by > 1:
                raise Refused("RELEASE_ABOVE_ONE", person)
            yield Name(place, name, person), Fraction(fen, 100) * by


def _add(found: dict[Name, Fraction], name: Name, yuan: Fraction) -> None:
    found[name] = found.get(name, Fraction(0)) + yuan


def personal(
    coefficients: Coefficients, kind: str, who: tuple[str, str, str], day: date
) -> Fraction:
    """Return the coefficient of a kind of a person (person, institution, post) on a day."""
    rows = [row for row in coefficients.of_posting(*who) if row.kind == kind and row.valid_on(day)]
    if not rows:
        raise Refused("COMPONENT_COEFFICIENT_MISSING", f"{who[0]} {kind}")
    product = Fraction(1)
    for row in rows:
        product *= row.value
    return product


def allowance(
    case: Case, coefficients: Coefficients, name: str, rule: Yaml, person: str
) -> Iterator[tuple[Posting, Fraction]]:
    """Return the postings and yuan of an allowance: months by their last day, or exact days."""
    if rule.get("month", "last_day") == "days":
        days = [(day, Fraction(1, monthrange(day.year, day.month)[1])) for day in _every_day(case)]
    else:
        days = [(day, Fraction(1)) for day in month_ends(case)]
    for day, part in days:
        posting = _matching(case, rule, person, day)
        if posting is None:
            continue
        who = (person, posting.institution, posting.post)
        by = Fraction(1)
        if yes(rule, "fte", default=True):
            by = _heads(coefficients, who, name, day, rule.get("coefficient", ""))
        if rule.get("coefficient"):
            by *= personal(coefficients, rule["coefficient"], who, day)
        yield posting, part * on_day(rule["rate"], day, "rate") * by


def _every_day(case: Case) -> list[date]:
    days = range((case.after - case.first_day).days)
    return [case.first_day + timedelta(days=number) for number in days]


def _matching(case: Case, rule: Yaml, person: str, day: date) -> Posting | None:
    """Return the posting of a day that pays: the main one, else the first by code.

    At several institutions it is the main one's, as nobody has one allowance twice.
    """
    who = read_who(rule.get("who"))
    here = [
        one
        for one in of_period_anywhere(case)
        if one.person == person and one.active_on(day) and matches(case, who, one)
    ]
    if not in_force(rule, day) or not here:
        return None
    if len({one.institution for one in here}) > 1:
        here = [one for one in here if one.main]
        if len({one.institution for one in here}) != 1:
            raise Refused("COMPONENT_PLACE_UNCLEAR", person)
    return min(here, key=lambda one: (not one.main, one.post))


def of_period_anywhere(case: Case) -> list[Posting]:
    """Return every posting that overlaps the period."""
    return [
        one
        for one in case.all_postings
        if max(one.active_from, case.first_day) < min(one.active_to, case.after)
    ]


def _heads(
    coefficients: Coefficients, who: tuple[str, str, str], name: str, day: date, named: str
) -> Fraction:
    """Return attendance x FTE of a day, exactly (5.3): the kinds that apply to headcount.

    Each multiplies once, also one that the component names.
    """
    product = Fraction(1)
    for row in coefficients.applying(coefficients.of_posting(*who), name, "headcount"):
        if row.valid_on(day) and row.kind != named:
            product *= row.value
    return product


def per_contract(
    case: Case, coefficients: Coefficients, rule: Yaml
) -> Iterator[tuple[Posting, Fraction]]:
    """Return the postings and yuan of an allowance per contract, of each month's last day.

    A yearly rate is of those of the last day, for the months of the period as twelfths (5.15).
    """
    if _monthly(rule):
        days = [(day, Fraction(1)) for day in month_ends(case)]
    else:
        last = case.after - timedelta(days=1)
        days = [(last, Fraction(len(months(case)), 12))]
    asked, who = rule.get("heads") or {}, read_who(rule.get("who"))
    for day, part in days:
        if not in_force(rule, day):
            continue
        for person, count in all_parts(case, day, lambda one: _counts(asked, one)):
            home = home_of(case, person, day)
            if matches(case, who, home):
                yuan = count * on_day(rule["rate"], day, "rate") * part
                if rule.get("coefficient"):
                    own = (person, home.institution, home.post)
                    yuan *= personal(coefficients, rule["coefficient"], own, day)
                yield home, yuan


def _monthly(rule: Yaml) -> bool:
    """Say whether a rate is one of a month, by its unit."""
    unit = rule.get("unit") or versions(rule["rate"])[0].get("unit", "")
    return str(unit).endswith("月")


def _counts(asked: Yaml, one: Contract) -> bool:
    """Say whether a contract has every condition that is filled."""
    wanted = {*map(group_code, asked.get("groups", ()))}
    return (
        (one.permanent or not yes(asked, "permanent"))
        and (not wanted or not wanted.isdisjoint(map(group_code, one.groups)))
        and asked.get("package", one.package) == one.package
    )


def withheld_before(case: Case, rule: Yaml) -> dict[tuple[str, str, str], int]:
    """Return what was withheld earlier in the pools of a release, in fen."""
    found: dict[tuple[str, str, str], int] = {}
    for row in case.pay.withheld:
        if row.pool in rule["pools"]:
            at = (row.institution, row.pool, row.person)
            found[at] = found.get(at, 0) + row.amount_fen
    return found


def waiting(case: Case) -> list[Withheld]:
    """Return what was withheld earlier and no component releases now."""
    released = {pool for _, rule in declared(case, "release") for pool in rule["pools"]}
    return [row for row in case.pay.withheld if row.pool not in released]


def withheld_on(
    case: Case, paid: Mapping[Name, int], later: Mapping[tuple[str, str, str], int]
) -> dict[tuple[str, str, str], int]:
    """Return what the next period may release: of this one, and what is left of earlier ones.

    What no release names goes on; of a released part the rest goes on where it is carried. Of
    several pools of one release the rest is told by pool, in the order of their names.
    """
    found = dict(later)
    for row in waiting(case):
        at = (row.institution, row.pool, row.person)
        found[at] = found.get(at, 0) + row.amount_fen
    for name, rule in declared(case, "release"):
        if rule.get("rest", "retain") != "carry":
            continue
        left = {
            (place, person): paid.get(Name(place, name, person), 0)
            for place, _, person in withheld_before(case, rule)
        }
        for (place, pool, person), fen in sorted(withheld_before(case, rule).items()):
            taken = min(fen, left[place, person])
            left[place, person] -= taken
            if fen > taken:
                at = (place, pool, person)
                found[at] = found.get(at, 0) + fen - taken
    return {at: fen for at, fen in found.items() if fen}
