"""Every head that the funds of a scheme ask for, counted; what cannot be counted is refused.

A head that belongs nowhere, an age that nobody knows, a register without a row: each would be paid
as nothing if it were passed over, so each is a problem with its place. All are told at once.
Sources: B4, B4a, B5; definition 5.15.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from equivalents.effective import Effective
from equivalents.errors import Problem, RefusedError
from equivalents.heads import effective_of, fitting, heads_of, places_on, unborn
from equivalents.policy.calendar import Period, print_day, year_end
from equivalents.policy.funds import Fund, Heads, HeadSource, Packages, Per, PerHead, Scope
from equivalents.policy.heads import Contracts, FundTables, HeadCount, Registers
from equivalents.policy.homes import NOBODY
from equivalents.policy.model import Institution

__all__ = ["Asked", "asked_heads", "carried", "head_counts"]


class Asked(NamedTuple):
    """What one fund asks for: a filter, the days of counting, and the institutions it concerns."""

    fund: Fund
    heads: Heads
    days: tuple[int, ...]
    institutions: tuple[str, ...]


def head_counts(
    funds: Iterable[Fund],
    tables: FundTables,
    institutions: Sequence[Institution],
    period: Period,
    effective: Effective | None = None,
) -> tuple[HeadCount, ...]:
    """The heads of every filter and day that some fund asks for, at every institution.

    ``effective`` says which contracts are effective, where a filter asks for that (C4).

    Raises:
        RefusedError: every ``HEADS_NO_PLACE``, ``HEADS_PLACE_UNCLEAR``, ``HEADS_NO_BIRTH``,
            ``REGISTER_MISSING`` and ``REGISTER_MONTH_MISSING``, and what ``effective`` lacks.
    """
    asked = asked_heads(funds, institutions, period)
    problems = [problem for one in asked for problem in _problems(one, tables)]
    if problems:
        alone = {(p.code, p.place, p.value): p for p in reversed(problems)}
        raise RefusedError([*reversed(alone.values())])
    names = [row.institution_id for row in institutions]
    end = year_end(period.start)
    found: list[HeadCount] = []
    for heads, day in dict.fromkeys((one.heads, day) for one in asked for day in one.days):
        counts = heads_of(tables.contracts, tables.registers, heads, names, day, end)
        worth = np.zeros(len(names), np.int64)
        if heads.effective and effective is not None:
            counted = fitting(tables.contracts, heads, day, end)
            each = effective.worth_e4(heads.effective, tables.contracts, counted, day)
            worth = effective_of(tables.contracts, heads, names, day, end, each)
        rows = zip(names, counts.tolist(), worth.tolist(), strict=True)
        found += [HeadCount(heads, day, *row) for row in rows]
    if effective is not None and effective.problems:
        raise RefusedError(_once(effective.problems))
    return tuple(found)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, in their order: what a contract lacks it lacks on every day of counting."""
    alone = {(p.code, p.place, p.value, tuple(sorted(p.facts.items()))): p for p in problems}
    return [*alone.values()]


def asked_heads(
    funds: Iterable[Fund], institutions: Sequence[Institution], period: Period
) -> list[Asked]:
    """What the funds ask for, in their order, those that an institution has otherwise included."""
    found: dict[tuple[str, Heads, tuple[int, ...]], list[str]] = {}
    of_name: dict[str, Fund] = {}
    for whole in funds:
        for place in institutions:
            fund = whole.of(place.institution_id)
            of_name.setdefault(fund.name, fund)
            if not _concerns(fund.scope, place):
                continue
            for heads, days in _filters(fund, period):
                found.setdefault((fund.name, heads, days), []).append(place.institution_id)
    return [
        Asked(of_name[name], heads, days, tuple(places))
        for (name, heads, days), places in found.items()
    ]


def _concerns(scope: Scope, place: Institution) -> bool:
    pairs = (
        (scope.ids, place.institution_id),
        (scope.groups, place.group),
        (scope.kinds, place.kind),
    )
    return all(not names or name in names for names, name in pairs)


def _filters(fund: Fund, period: Period) -> Iterator[tuple[Heads, tuple[int, ...]]]:
    """The filters of a fund with its days of counting, where it is in force on any (5.15)."""
    body = fund.body
    if isinstance(body, PerHead):
        filters, monthly = [body.heads], body.prorate or body.per is Per.MONTH
    elif isinstance(body, Packages):
        filters, monthly = [Heads(package=one.name) for one in body.packages], body.per is Per.MONTH
    else:
        return
    days = period.month_ends if monthly else (period.end - 1,)
    days = tuple(day for day in days if fund.valid_from <= day < fund.valid_to)
    yield from ((heads, days) for heads in filters if days)


def _problems(asked: Asked, tables: FundTables) -> Iterator[Problem]:
    if asked.heads.source is HeadSource.REGISTERS:
        yield from _unregistered(asked, tables.registers)
        if asked.heads.monthly:
            yield from carried("REGISTER_MONTH_MISSING", asked, tables.registers)
        return
    for day in asked.days:
        yield from _unborn(asked, tables.contracts, day)
        yield from _homeless(asked, tables.contracts, day)


def _unregistered(asked: Asked, registers: Registers) -> Iterator[Problem]:
    name, first = asked.heads.register, asked.days[0]
    told = {r.institution_id for r in registers.rows if r.group == name and r.day <= first}
    for place in asked.institutions:
        if place not in told:
            facts = {"fund": asked.fund.name, "register": name, "day": print_day(first)}
            yield Problem("REGISTER_MISSING", asked.fund.place, place, facts)


def carried(code: str, asked: Asked, registers: Registers) -> Iterator[Problem]:
    """By institution the months, later than its first row, that no row of a register is of.

    Rows say what stood at the end of their month; the last one pays the months after it too. The
    place is that of the row that pays the first of these months.
    """
    name = asked.heads.register
    rows = sorted((one for one in registers.rows if one.group == name), key=lambda one: one.day)
    for place in asked.institutions:
        own = [one for one in rows if one.institution_id == place]
        last = {day: [one for one in own if one.day <= day][-1:] for day in asked.days}
        months = [
            (day, one[0])
            for day, one in last.items()
            if one and print_day(one[0].day)[:7] != print_day(day)[:7]
        ]
        if months:
            used = months[0][1]
            named = ", ".join(print_day(day)[:7] for day, _ in months)
            facts = {"fund": asked.fund.name, "register": name, "months": named}
            yield Problem(code, used.place, place, facts | {"day": print_day(used.day)})


def _unborn(asked: Asked, contracts: Contracts, day: int) -> Iterator[Problem]:
    for at in np.flatnonzero(unborn(contracts, asked.heads, day)).tolist():
        place = contracts.rows.place(at).at("birth_date")
        yield Problem("HEADS_NO_BIRTH", place, contracts.contract_id[at], {"fund": asked.fund.name})


def _homeless(asked: Asked, contracts: Contracts, day: int) -> Iterator[Problem]:
    """The doctors and teams whose contracts count on a day but belong nowhere."""
    places = places_on(contracts, day)
    lost = fitting(contracts, asked.heads, day, year_end(day)) & (places < 0)
    at = np.flatnonzero(lost)
    owners, firsts, counts = np.unique(contracts.owner[at], return_index=True, return_counts=True)
    for owner, row, count in zip(
        owners.tolist(), at[firsts].tolist(), counts.tolist(), strict=True
    ):
        code = "HEADS_NO_PLACE" if places[row] == NOBODY else "HEADS_PLACE_UNCLEAR"
        facts = {"fund": asked.fund.name, "day": print_day(day), "contracts": str(count)}
        yield Problem(code, contracts.rows.place(row), _owner(contracts, owner), facts)


def _owner(contracts: Contracts, owner: int) -> str:
    homes = contracts.homes
    return [*homes.persons, *homes.teams][owner]
