"""What a component pays one person, and the parts it is the sum of (D4).

The idea: a part is base x quantity x rate x coefficients, exactly; the parts of one person,
institution and component are added exactly and rounded once, half-up, to the fen. So that a
statement re-adds, each part is told with its share of the rounded sum (5.13).
Sources: D4; definitions 5.3, 5.13, 5.15.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, Final

from equivalents.exact import apportion, half_up
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.components import ADJUSTMENT, Component
from equivalents.policy.funds import Version

__all__ = ["ComponentPay", "OWN_MONEY", "PayPart", "PaySource", "SourceKind", "rounded_pay"]

_FEN_PER_YUAN: Final = 100


class SourceKind:
    """What pays a component: words of ``components.csv``."""

    FUND: Final = "fund"
    LINE: Final = "line"
    OWN: Final = "own"
    POOL: Final = "pool"
    WITHHELD: Final = "withheld"


@dataclass(frozen=True, slots=True)
class PaySource:
    """What pays: a fund, an approved line, a pool (of ``institution_id``), own money ..."""

    kind: str
    name: str = ""
    institution_id: str = ""

    @classmethod
    def of(cls, component: Component) -> "PaySource":
        """What pays a declared component."""
        if component.fund:
            return cls(SourceKind.FUND, component.fund)
        return cls(SourceKind.LINE, component.line) if component.line else OWN_MONEY


OWN_MONEY: Final = PaySource(SourceKind.OWN)
"""The institution's own money: no fund pays."""


@dataclass(frozen=True, slots=True)
class PayPart:
    """One part: ``base_fen / heads`` (a yuan where there is no base) x quantity x rate x factors.

    ``what`` says what it is of: months, days of counting, pools, a period. ``rate_e4`` is yuan or
    the multiple of an average in ten-thousandths, ``None`` where there is none; ``factors`` are
    kinds of coefficients with their values in ten-thousandths. ``by`` is the figure of the rate.
    ``in_cap``: the posting that it is for counts in the total pay cap.
    """

    what: str
    base_fen: int | None = None
    heads: int = 1
    quantity: Fraction | None = None
    rate_e4: int | None = None
    factors: tuple[tuple[str, int], ...] = ()
    by: Version[Any] | None = None
    reference: str = ""
    in_cap: bool = True

    @property
    def coefficient(self) -> Fraction | None:
        """The exact product of the factors; ``None`` without any."""
        if not self.factors:
            return None
        return prod((Fraction(value, ONE_E4) for _, value in self.factors), start=Fraction(1))

    @property
    def exact_fen(self) -> Fraction:
        """The exact amount."""
        base = _FEN_PER_YUAN if self.base_fen is None else Fraction(self.base_fen, self.heads)
        rate = 1 if self.rate_e4 is None else Fraction(self.rate_e4, ONE_E4)
        quantity = 1 if self.quantity is None else self.quantity
        factor = 1 if self.coefficient is None else self.coefficient
        return Fraction(base) * rate * quantity * factor


@dataclass(frozen=True, slots=True)
class ComponentPay:
    """What one component pays one person at one institution, in fen.

    ``amount_fen`` is the parts' exact sum, half-up; ``parts_fen`` are their shares of it. With
    ``in_cap`` those of its parts that do count in the total pay cap. Of withheld money released
    ``retained_fen`` and ``carried_fen`` are the rest. ``pool`` is what payouts call its pool.
    """

    institution_id: str
    component: str
    person_id: str
    source: PaySource
    in_cap: bool
    parts: tuple[PayPart, ...]
    amount_fen: int
    parts_fen: tuple[int, ...]
    reference: str = ""
    title: str = ""
    retained_fen: int = 0
    carried_fen: int = 0

    @property
    def pool(self) -> str:
        """The pool that is charged, else the component's own name."""
        return self.source.name if self.source.kind == SourceKind.POOL else self.component

    @property
    def in_cap_fen(self) -> int:
        """What of it counts in the total pay cap: divided once, by what is for postings in it."""
        if not self.in_cap:
            return 0
        exact = [Fraction(), Fraction()]
        for part in self.parts:
            exact[not part.in_cap] += part.exact_fen
        return apportion(self.amount_fen, exact)[0]

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """The order of rows: institution, pool, person, component, source."""
        return (
            self.institution_id,
            self.pool,
            self.person_id,
            self.component,
            f"{self.source.kind}:{self.source.name}",
        )

    @property
    def adjusts(self) -> bool:
        """Whether it pays or takes back what a correction found."""
        return self.component == ADJUSTMENT


def rounded_pay(
    names: tuple[str, str, str],
    source: PaySource,
    in_cap: bool,
    parts: Sequence[PayPart],
    *,
    reference: str = "",
    title: str = "",
) -> ComponentPay:
    """The pay of (institution, component, person) from its parts, rounded once."""
    exact = [part.exact_fen for part in parts]
    amount = half_up(sum(exact, Fraction()))
    shares = apportion(amount, exact)
    return ComponentPay(*names, source, in_cap, tuple(parts), amount, shares, reference, title)
