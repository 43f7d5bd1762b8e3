"""Short ways to write funds, facts and schemes in tests; money as yuan in text."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from equivalents.errors import RefusedError
from equivalents.fund import money
from equivalents.fundfacts import Due, Facts, Money
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import parse_day, parse_period
from equivalents.policy.funds import Dated, Fund, FundBody, Given, Heads, Payer, Version
from equivalents.policy.model import Institution
from equivalents.policy.scheme import Channel, Scheme
from equivalents.units import parse_fixed, print_fen
from equivalents.work import Work

Counts = Callable[[Heads, int], Sequence[int | Fraction]]


def fen(yuan: str) -> int:
    return parse_fixed(yuan, 2, signed=True)


def e4(text: str) -> int:
    return parse_fixed(text, 4)


def price(text: str) -> Dated[int]:
    """One price in yuan for all time."""
    return Dated((Version(e4(text)),))


def prices(**by_day: str) -> Dated[int]:
    """Prices by their first day, ``d2025_07_01="1.50"``; each ends where the next begins."""
    starts = [parse_day(name[1:].replace("_", "-")) for name in by_day]
    ends = [*starts[1:], parse_day("2199-12-31")]
    return Dated(
        tuple(
            Version(e4(text), start, end)
            for text, start, end in zip(by_day.values(), starts, ends, strict=True)
        )
    )


def budget(yuan: str) -> Dated[int]:
    return Dated((Version(fen(yuan)),))


def payers(*parts: tuple[str, int]) -> Dated[tuple[Payer, ...]]:
    """Payers for all time with their whole-number keys."""
    return Dated((Version(tuple(Payer(name, key) for name, key in parts)),))


def fund(body: FundBody, name: str = "F", **more: Any) -> Fund:
    return Fund(name, body, **more)


def scheme(*funds: Fund, channels: Sequence[Channel] = ()) -> Scheme:
    named = {channel.name: channel for channel in channels}
    return Scheme("示例", funds={one.name: one for one in funds}, channels=named)


def places(*names: str) -> tuple[Institution, ...]:
    return tuple(Institution(name) for name in names)


def facts(period: str = "2025", where: Sequence[Institution] = (), **more: Any) -> Facts:
    return Facts(tuple(where) or places("I1"), parse_period(period), **more)


def always(*heads: int) -> Counts:
    """The same heads on every day, whatever is asked."""
    return lambda _heads, _day: heads


def account(institution: str, line: str, kind: str, yuan: str, **more: Any) -> Account:
    return Account(institution, line, kind, fen(yuan), **more)


def work(*rows: tuple[str, str, str, str, str]) -> Work:
    """Work from rows (institution, item, month, quantity, equivalents)."""
    where, items = ([*dict.fromkeys(sorted(row[at] for row in rows))] for at in (0, 1))
    ordered = sorted(rows)
    return Work(
        where,
        items,
        np.array([where.index(row[0]) for row in ordered], np.int32),
        np.array([items.index(row[1]) for row in ordered], np.int32),
        np.array([parse_day(f"{row[2]}-01") for row in ordered], np.int64),
        np.array([parse_fixed(row[3], 3, signed=True) for row in ordered], np.int64),
        np.array([parse_fixed(row[4], 7, signed=True) for row in ordered], np.int64),
    )


def dues(money: Money) -> Mapping[tuple[str, str], str]:
    """Yuan by institution and fund."""
    return {(due.institution_id, due.fund.name): print_fen(due.due_fen) for due in money.dues}


def parts(due: Due) -> list[tuple[str, str]]:
    """Payers and their yuan."""
    return [(name, print_fen(part)) for name, part in due.parts]


def lines(due: Due) -> list[tuple[str, str, str, str, str]]:
    """The lines of a due in texts."""
    return [(*line[:4], print_fen(line.amount_fen)) for line in due.lines]


def owed(*amounts: tuple[str, str, str], **more: Any) -> Money:
    """Money from rows (institution, fund, yuan); ``more`` are fields of all funds."""
    funds = {name: fund(Given(), name, **more) for _, name, _ in amounts}
    return Money(
        tuple(
            Due(where, funds[name], fen(yuan), (), (("", fen(yuan)),))
            for where, name, yuan in amounts
        )
    )


THREE = places("I1", "I2", "I3")


def codes(refused: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    """The codes of everything that a refusal lists."""
    return [problem.code for problem in refused.value.problems]


def bought(work: Work, *, period: str = "2025", **more: object) -> Facts:
    """Facts of a period in which institutions did this work in the series ``purchase``."""
    where = more.pop("where", THREE)
    return facts(period, where, work={"purchase": work}, **more)  # type: ignore[arg-type]


def totals(found: Money) -> list[str]:
    """What every fund owes every institution, in yuan."""
    return [print_fen(due.due_fen) for due in found.dues]


def one(fund: Fund, facts: Facts, *channels: Channel) -> Due:
    """What a fund owes the first institution."""
    return money(scheme(fund, channels=channels), facts).dues[0]
