"""What funds are computed from and what comes out, as plain values: facts in, dues out.

Facts come counted: heads, charges, tasks, work. A due 应得 stands with the lines that it adds up
from and the parts of who pays, each of which adds up to it again, to the fen.
Sources: B1 to B10; definitions 5.13, 5.15.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, NamedTuple

from equivalents.exact import half_up
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import Period
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.funds import Fund, Heads, Version
from equivalents.policy.keyrules import Coefficient, Scope
from equivalents.policy.model import Institution
from equivalents.work import Work

__all__ = ["Due", "DueLine", "Facts", "Money", "RESIDENT", "coefficients_on"]

RESIDENT: Final = "居民"
"""The payer of the part of a package that is not reimbursed (B4a)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case says of a period, as far as its funds need it.

    ``heads`` counts heads on a day, for each institution in the order of ``institutions``;
    effective heads (C4) are fractions of four places.
    ``charges_fen`` are sums over the period by institution and charge code, ``tasks_e3`` approved
    quantities by institution, fund and task, ``past_e3`` those of past years with the year behind
    them, ``approved_income_fen`` the income beside them.
    ``coefficients_e4`` are those of the period's last day by institution and kind. ``work`` holds
    the counted work by series. ``cap_before`` is what earlier periods bring in for the pay cap.
    """

    institutions: tuple[Institution, ...]
    period: Period
    accounts: Sequence[Account] = ()
    heads: Callable[[Heads, int], Sequence[int | Fraction]] = lambda heads, day: ()
    charges_fen: Mapping[tuple[str, str], int] = field(default_factory=dict)
    tasks_e3: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    approved_income_fen: Mapping[tuple[str, str], int] = field(default_factory=dict)
    coefficients_e4: Mapping[tuple[str, str], int] = field(default_factory=dict)
    work: Mapping[str, Work] = field(default_factory=dict)
    cap_before: Sequence[CapBefore] = ()
    past_e3: Mapping[tuple[str, str, str, int], int] = field(default_factory=dict)


class DueLine(NamedTuple):
    """One line of a due amount; the lines of a due add up to it.

    ``what`` is a word and after a colon what it is of:

    ==================== ==============================================================
    ``heads:DAY``        heads of a day x rate
    ``package:NAME:DAY`` contracts of a package x price
    ``item:CODE``        quantity of an item x price
    ``equivalents``      equivalents x price x adjustment
    ``task:NAME``        approved tasks x standard x assessment
    ``forecast:NAME``    tasks foretold from past years x standard x assessment
    ``approved:PAYER``   an approved amount
    ``fund:NAME``        a split's part of its parent
    ``split:NAME``       what a split of this fund takes off
    ``expenditure``      recurrent expenditure
    ``income:LINE``      income that is taken off (a line, ``recurrent`` or ``approved``)
    ``charges:CODE``     charges that are taken off
    ``zero``             what a negative amount lacks to 0.00
    ``budget``           what scaling to the budget takes off
    ==================== ==============================================================

    ``count`` x ``rate`` (yuan) x ``coefficient`` is the exact amount, within a fen of
    ``amount_fen``: one rounding per institution and fund, of which each line has its part (5.13).
    A blank count or coefficient is 1; without a rate the amount is a whole sum of its own.
    ``count`` is ``84/12`` where a yearly rate is paid by months. At a floating price the rate is
    for display, and the amount is the share of the budget. ``by`` is the version of the rate (of
    the share, the budget), with its unit and reference; ``None`` where the line has no figure.
    ``heads`` are the people or contracts counted, 0 on lines of anything else.
    """

    what: str
    count: str  # type: ignore[assignment]  # hides tuple.count, which nobody calls
    rate: str
    coefficient: str
    amount_fen: int
    by: Version[Any] | None = None
    heads: int = 0

    @property
    def per_head_fen(self) -> int | None:
        """What a head comes to, half-up to the fen: for display, never used (5.15)."""
        return half_up(Fraction(self.amount_fen, self.heads)) if self.heads else None


@dataclass(frozen=True, slots=True)
class Due:
    """What an institution has of a fund for the period, before anything was paid.

    ``fund`` is the fund as the institution has it; ``parts`` are the payers in declared order with
    their fen, a single blank one where none is declared, and none of a split, whose money comes
    out of its parent. ``passed`` are the splits of this fund with what they take: the parts add
    up to ``due_fen`` and what was passed on.
    """

    institution_id: str
    fund: Fund
    due_fen: int
    lines: tuple[DueLine, ...]
    parts: tuple[tuple[str, int], ...]
    passed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """All dues, by institution and, within it, in the declared order of funds.

    ``floating_e4`` are the floating prices in ten-thousandths of a yuan by fund: for display only.
    ``used`` are the figures that amounts were computed with, by name (``FUND.rate``).
    """

    dues: tuple[Due, ...]
    floating_e4: Mapping[str, int] = field(default_factory=dict)
    used: Sequence[tuple[str, Version[Any]]] = ()

    def by_fund(self) -> dict[str, dict[str, Due]]:
        """The dues by fund and institution; a fund that owes nobody is not in it."""
        found: dict[str, dict[str, Due]] = {}
        for due in self.dues:
            found.setdefault(due.fund.name, {})[due.institution_id] = due
        return found


def coefficients_on(rows: Iterable[Coefficient], day: int) -> dict[tuple[str, str], int]:
    """The coefficients of institutions in force on a day, by institution and kind."""
    return {
        (row.institution_id, row.kind): row.value_e4
        for row in rows
        if row.scope is Scope.INSTITUTION and row.valid_from <= day < row.valid_to
    }
