"""What of a person's amount falls on each line of the key: money on item lines (5.13).

The lines of a key 分配依据 are the item lines, the cut of a ceiling (封顶扣减), leave, and what was
brought in. The key of a line is its equivalents x coefficient, exact and signed: an item line whose
days have several coefficients is a line for each of them, and so is the cut. What leave adds and
what was brought in comes after coefficients and stands at 1. The amount is the one that is paid,
after bounds, what is withheld and yearly limits; it is put on all lines together, also where
departments pay a person apart (:mod:`equivalents.apportion`).

Where people are not shared by equivalents, or the keys do not add up to something positive, the
amount stands on the line of the pool. Sources: definitions 5.1, 5.12, 5.13.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np

from equivalents.apportion import apportion_signed
from equivalents.ceilings import Cuts
from equivalents.errors import ConservationError
from equivalents.keys import BY_EQUIVALENTS
from equivalents.lines import Earned, Lines, lines_of
from equivalents.policy.calendar import month_of, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Ceiling, Window
from equivalents.policy.sharing import LevelKey
from equivalents.settle import Payouts, Settlement
from equivalents.sharers import sharing_postings
from equivalents.shares import Parts
from equivalents.units import Int64
from equivalents.weigh import earned_at
from equivalents.withhold import KeyDetail

__all__ = ["LineKind", "MoneyLine", "ceiling_of", "money_lines"]


class LineKind(IntEnum):
    """What a line of a key comes from, in the order in which lines stand."""

    ITEM = 0
    CUT = 1
    LEAVE = 2
    BROUGHT = 3


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """A line of a key and what of the amount falls on it, in fen; both may be negative.

    The key is ``equivalents_e7`` x ``coefficient_e4``, exactly. ``code`` is the item, or the kind
    of leave; ``when`` the month, or the first day of the leave. Of a cut ``name`` tells the windows
    and the ceilings. ``share`` of ``whole`` is as in the
    item lines.
    """

    kind: LineKind
    code: str
    name: str
    when: str
    weight_row: str
    share: int
    whole: int
    equivalents_e7: int
    coefficient_e4: int
    amount_fen: int = 0


def money_lines(settlement: Settlement, payouts: Payouts, at: int) -> tuple[MoneyLine, ...]:
    """The lines of the key of one payout with its amount on them; none where no line earns it.

    They stand by kind, item, month, weight row, share and coefficient, which settles ties. Where
    their keys do not add up to something positive they all have 0.

    Raises:
        ConservationError: they do not add up to the key or to the amount (a defect).
    """
    pool = settlement.pools[int(payouts.pool[at])]
    by = settlement.rules.sharing_of(pool.pool).levels[-1].key
    if by not in BY_EQUIVALENTS:
        return ()
    lines = sorted(_lines(settlement, payouts, at, by), key=_order)
    if not lines:
        return ()
    keys = [line.equivalents_e7 * line.coefficient_e4 for line in lines]
    small = sum(map(abs, keys)) < 2**62
    key = np.array(keys, np.int64 if small else object)
    money = apportion_signed(payouts.amount_fen[at : at + 1], key, np.zeros(1, np.int64))
    both = zip(lines, money.tolist(), strict=True)
    return tuple(replace(line, amount_fen=fen) for line, fen in both)


def _order(line: MoneyLine) -> tuple[LineKind, str, str, str, Fraction, int]:
    share = Fraction(line.share, line.whole)
    return line.kind, line.code, line.when, line.weight_row, share, line.coefficient_e4


def _lines(settlement: Settlement, payouts: Payouts, at: int, by: LevelKey) -> Iterator[MoneyLine]:
    place, person = int(payouts.institution[at]), int(payouts.person[at])
    pool = settlement.pools[int(payouts.pool[at])]
    series, who = pool.series, settlement.rules.sharing_of(pool.pool).who
    detail = payouts.detail
    if detail is None and who is None:
        plain = settlement.weighed[series].lines
        if plain is not None:
            mine = np.flatnonzero((plain.institution == place) & (plain.person == person))
            yield from _items(settlement, series, plain, mine, ONE_E4)
        return
    postings = settlement.plan.postings
    here = np.flatnonzero(sharing_postings(settlement.plan, who))  # a head's share in none (5.20)
    here = here[(postings.institution[here] == place) & (postings.person[here] == person)]
    earned = earned_at(settlement.counted.tally, settlement.scales, series, here)
    if detail is None:
        lines = _of(settlement, earned, here)
        yield from _items(settlement, series, lines, np.arange(lines.row.size), ONE_E4)
        return
    left = _left_e7(detail, at, by)
    coefficient = _coefficients(settlement, detail, at, by, here)
    cut_e7, name = 0, _cut_name(settlement, detail, series, (place, person))
    for value in sorted(left):
        lines = _of(settlement, earned, here[coefficient == value])
        yield from _items(settlement, series, lines, np.arange(lines.row.size), value)
        cut = sum(map(int, lines.equivalents_e7)) - left[value]
        cut_e7 += cut
        if cut:
            yield MoneyLine(LineKind.CUT, "", name, "", "", 1, 1, -cut, value)
    # Postings that share elsewhere bear a part of a cut.
    if who is None and cut_e7 != _cut_e7(detail, series, place, person):
        raise ConservationError("the item lines of a person are not those of the key")
    yield from _after(detail, at)


def _left_e7(detail: KeyDetail, at: int, by: LevelKey) -> dict[int, int]:
    """The equivalents of a payout after ceilings, by the coefficient of their days (e4)."""
    left: dict[int, int] = {}
    for line in np.flatnonzero(detail.line_row == at).tolist():
        value = int(detail.lines.coefficient_e4[line]) if by is LevelKey.ADJUSTED else ONE_E4
        left[value] = left.get(value, 0) + int(detail.lines.equivalents_e7[line])
    return left


def _coefficients(
    settlement: Settlement, detail: KeyDetail, at: int, by: LevelKey, here: Int64
) -> Int64:
    """The coefficient of each posting ``here``: that of the adjusted line in which it lies."""
    found = np.full(here.size, ONE_E4, np.int64)
    if by is not LevelKey.ADJUSTED:
        return found
    lines, postings = detail.lines, settlement.plan.postings
    first = np.maximum(postings.since[here], settlement.plan.period.start)
    for line in np.flatnonzero(detail.line_row == at).tolist():
        inside = (lines.since[line] <= first) & (first < lines.until[line])
        inside &= postings.post[here] == lines.post[line]
        found[inside] = lines.coefficient_e4[line]
    return found


def _of(settlement: Settlement, earned: tuple[Earned, Parts | None], postings: Int64) -> Lines:
    """The item lines of what some postings earned."""
    own, parts = earned
    mine = np.isin(own.posting, postings)
    columns: list[Any] = [column[mine] for column in own]
    shared = parts if parts is None else parts.at(np.isin(parts.posting, postings))
    return lines_of(settlement.plan, Earned(*columns), shared)


def _items(
    settlement: Settlement, series: str, lines: Lines, where: Int64, coefficient_e4: int
) -> Iterator[MoneyLine]:
    rows = settlement.scales.books[series].rows
    for at in where.tolist():
        row = rows[int(lines.row[at])]
        yield MoneyLine(
            LineKind.ITEM,
            row.item_code,
            row.item_name,
            month_of(int(lines.month[at])),
            row.row_id,
            1 if lines.share is None else int(lines.share[at]),
            1 if lines.whole is None else int(lines.whole[at]),
            int(lines.equivalents_e7[at]),
            coefficient_e4,
        )


def ceiling_of(settlement: Settlement, cuts: Cuts, at: int) -> tuple[str, Ceiling]:
    """The window of a cut, a month or a year as text, and the ceiling that makes it."""
    ceiling = settlement.plan.coefficients.rules.ceilings[int(cuts.ceiling[at])]
    month = month_of(int(cuts.since[at]))
    return month[:4] if ceiling.window is Window.YEAR else month, ceiling


def _cut_name(settlement: Settlement, detail: KeyDetail, series: str, pair: tuple[int, int]) -> str:
    """The windows in which ceilings cut a person at an institution, and their names."""
    cuts = detail.cuts.get(series)
    if cuts is None:
        return ""
    mine = np.flatnonzero((cuts.institution == pair[0]) & (cuts.person == pair[1]))
    found = [ceiling_of(settlement, cuts, at) for at in mine.tolist()]
    names = dict.fromkeys(ceiling.name for _, ceiling in found)
    return ", ".join([*(window for window, _ in found), *names])


def _cut_e7(detail: KeyDetail, series: str, place: int, person: int) -> int:
    """What ceilings cut of a person's equivalents at an institution (5.12)."""
    cuts = detail.cuts.get(series)
    if cuts is None:
        return 0
    mine = (cuts.institution == place) & (cuts.person == person)
    return sum(map(int, cuts.cut_e7[mine]))


def _after(detail: KeyDetail, at: int) -> Iterator[MoneyLine]:
    """What comes after coefficients: leave, and what was brought in."""
    for row, line in zip(detail.leave_row, detail.leave, strict=True):
        if row == at:
            when = print_day(line.run.since)
            kind = line.run.leave.kind
            yield MoneyLine(LineKind.LEAVE, kind, "", when, "", 1, 1, line.key_e7, ONE_E4)
    brought_e7 = int(detail.brought_e7[at])
    if brought_e7:
        yield MoneyLine(LineKind.BROUGHT, "", "", "", "", 1, 1, brought_e7, ONE_E4)
