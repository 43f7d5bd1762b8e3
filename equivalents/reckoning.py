"""What the kinds of funds share: facts looked up by institution and day, and what is missing told.

A kind of fund says what it gives an institution as :class:`Reckoned`: exact pieces, not rounded
yet, and whole amounts that are taken off. What a scheme or its facts lack is noted, so that all
of it is told at once and nothing is paid. Sources: B1 to B10; definitions 5.1, 5.13, 5.15, 5.17.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from equivalents.errors import Place, Problem
from equivalents.exact import apportion, half_up
from equivalents.fundfacts import DueLine, Facts
from equivalents.policy.accounts import Account
from equivalents.policy.calendar import print_day
from equivalents.policy.coefficients import ONE_E4, product_e4
from equivalents.policy.funds import Dated, Fund, Heads, Scope, Version
from equivalents.policy.model import Institution
from equivalents.policy.scheme import Scheme
from equivalents.units import print_e4

__all__ = ["Factor", "Piece", "Reckoned", "Reckoner", "charged", "rounded"]

_Value = TypeVar("_Value")


class Piece(NamedTuple):
    """A line before rounding: its texts as in a :class:`DueLine`, and its exact amount in fen."""

    what: str
    count: str  # type: ignore[assignment]  # hides tuple.count, which nobody calls
    rate: str
    coefficient: str
    exact_fen: Fraction
    by: Version[Any] | None = None
    heads: int = 0


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a fund gives an institution: exact pieces, and whole amounts that are taken off.

    ``days`` are those whose figures decided it; the payers are asked of them too. ``payers`` are
    payers with their exact fen, where the kind of fund and not the scheme says who pays.
    """

    pieces: Sequence[Piece] = ()
    taken: Sequence[DueLine] = ()
    below_zero: bool = True
    days: Sequence[int] = ()
    payers: Sequence[tuple[str, Fraction]] = ()


class Factor(NamedTuple):
    """A coefficient of four places and its text, blank where none is named."""

    value: Fraction = Fraction(1)
    text: str = ""


def rounded(reckoned: Reckoned) -> tuple[int, tuple[DueLine, ...]]:
    """The due amount, rounded once half-up, and lines that add up to it (5.13).

    What is taken off are whole fen; below 0 a line brings it to 0 unless that is declared.
    """
    exact = [piece.exact_fen for piece in reckoned.pieces]
    whole = apportion(half_up(sum(exact, Fraction())), exact) if exact else ()
    lines = [
        DueLine(*piece[:4], amount, piece.by, piece.heads)
        for piece, amount in zip(reckoned.pieces, whole, strict=True)
    ]
    lines.extend(line for line in reckoned.taken if line.amount_fen)
    due = sum(line.amount_fen for line in lines)
    if due < 0 and not reckoned.below_zero:
        lines.append(DueLine("zero", "", "", "", -due))
        due = 0
    return due, tuple(lines)


class Reckoner:
    """A scheme and the facts of a period; ``problems`` holds what is missing, each once."""

    def __init__(self, scheme: Scheme, facts: Facts) -> None:
        self.scheme, self.facts, self.period = scheme, facts, facts.period
        self.places: Sequence[Institution] = sorted(
            facts.institutions, key=lambda place: place.institution_id
        )
        self._at = {place.institution_id: at for at, place in enumerate(facts.institutions)}
        self._heads: dict[tuple[Heads, int], Sequence[int | Fraction]] = {}
        self._problems: dict[tuple[object, ...], Problem] = {}
        self.used: dict[tuple[str, Place], Version[Any]] = {}

    @property
    def problems(self) -> list[Problem]:
        """What was noted, in the order of its finding."""
        return list(self._problems.values())

    def note(self, code: str, fund: Fund, **facts: str) -> None:
        """Note a problem of a fund; the same one is noted once."""
        key = (code, fund.name, *facts.items())
        self._problems.setdefault(key, Problem(code, fund.place, fund.name, facts))

    # -- days ----------------------------------------------------------------------------

    def in_force(self, fund: Fund) -> bool:
        """Whether a fund is in force on some day of the period."""
        return fund.valid_from < self.period.end and fund.valid_to > self.period.start

    def last_day(self, fund: Fund) -> int:
        """The last day of the period on which a fund is in force."""
        return min(self.period.end, fund.valid_to) - 1

    @cached_property
    def month_starts(self) -> Sequence[int]:
        """The first day of each month of the period."""
        return self.period.month_starts

    @cached_property
    def _month_ends(self) -> Sequence[int]:
        return [day - 1 for day in (*self.month_starts[1:], self.period.end)]

    def ends_of_months(self, fund: Fund) -> Sequence[int]:
        """The last days of months on which a fund is in force (5.15)."""
        return [day for day in self._month_ends if fund.valid_from <= day < fund.valid_to]

    def check_whole_months(self, fund: Fund, figure: str, spans: Iterable[tuple[int, int]]) -> None:
        """Note spans that begin or end within a month: work is added up by month."""
        for day in (day for span in spans for day in span):
            if self.period.start < day < self.period.end and day not in self.month_starts:
                self.note("FUND_MID_MONTH", fund, figure=figure, day=print_day(day))

    # -- figures -------------------------------------------------------------------------

    def figure(self, fund: Fund, dated: Dated[_Value], day: int, name: str) -> _Value | None:
        """The value of a figure on a day; none is noted and gives ``None``."""
        version = self.version(fund, dated, day, name)
        return version.value if version is not None else None

    def version(
        self, fund: Fund, dated: Dated[_Value], day: int, name: str
    ) -> Version[_Value] | None:
        """The version of a figure on a day, which is kept as used; none is noted."""
        version = dated.on(day)
        if version is None:
            self.note("FUND_FIGURE_MISSING", fund, figure=name, day=print_day(day))
        else:
            self.use(fund, name, version)
        return version

    def use(self, fund: Fund, name: str, version: Version[Any]) -> None:
        """Keep a version as one that an amount was computed with."""
        self.used.setdefault((f"{fund.name}.{name}", version.place), version)

    def coefficient(self, fund: Fund, place: Institution, kinds: Sequence[str]) -> Factor:
        """The product of an institution's coefficients, rounded once to four places (5.1, 5.13).

        One that is missing is noted: never 1 and never 0 (5.17).
        """
        if not kinds:
            return Factor()
        values = []
        for kind in kinds:
            value = self.facts.coefficients_e4.get((place.institution_id, kind))
            if value is None:
                facts = {"institution": place.institution_id, "kind": kind}
                self.note("FUND_COEFFICIENT_MISSING", fund, **facts)
            values.append(ONE_E4 if value is None else value)
        product = product_e4(values)
        return Factor(Fraction(product, ONE_E4), print_e4(product))

    # -- facts ---------------------------------------------------------------------------

    def within(self, scope: Scope, place: Institution) -> bool:
        """Whether a scope concerns an institution."""
        return (
            (not scope.ids or place.institution_id in scope.ids)
            and (not scope.groups or place.group in scope.groups)
            and (not scope.kinds or place.kind in scope.kinds)
        )

    def heads(self, heads: Heads, day: int, place: Institution) -> int | Fraction:
        """The heads of an institution on a day; effective ones are a fraction (C4)."""
        counted = self._heads.get((heads, day))
        if counted is None:
            counted = self._heads[heads, day] = self.facts.heads(heads, day)
            if len(counted) != len(self._at):
                raise ValueError(f"heads of {len(counted)} and not {len(self._at)} institutions")
        return counted[self._at[place.institution_id]]

    @cached_property
    def _accounts(self) -> Mapping[tuple[str, str], Sequence[Account]]:
        found: Mapping[tuple[str, str], list[Account]] = defaultdict(list)
        for row in self.facts.accounts:
            found[row.institution_id, row.kind].append(row)
        return found

    def accounts(self, place: Institution, kind: str) -> Sequence[Account]:
        """The account rows of an institution and kind, in their order."""
        return self._accounts.get((place.institution_id, kind), ())

    @cached_property
    def _tasks(self) -> Mapping[tuple[str, str], Sequence[tuple[str, int]]]:
        found: Mapping[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for (institution_id, fund, task), quantity_e3 in sorted(self.facts.tasks_e3.items()):
            found[institution_id, fund].append((task, quantity_e3))
        return found

    @cached_property
    def _past(self) -> Mapping[tuple[str, str], Mapping[str, Mapping[int, int]]]:
        found: dict[tuple[str, str], dict[str, dict[int, int]]] = {}
        for (institution_id, fund, task, year), quantity_e3 in sorted(self.facts.past_e3.items()):
            found.setdefault((institution_id, fund), {}).setdefault(task, {})[year] = quantity_e3
        return found

    def past(self, fund: Fund, place: Institution) -> Mapping[str, Mapping[int, int]]:
        """The quantities in e3 of a fund's tasks in past years at an institution, by task."""
        return self._past.get((place.institution_id, fund.name), {})

    def tasks(self, fund: Fund, place: Institution) -> Sequence[tuple[str, int]]:
        """The tasks that a fund approved for an institution and their quantities in e3."""
        return self._tasks.get((place.institution_id, fund.name), ())


def charged(case: Reckoner, codes: Iterable[str], place: Institution) -> Iterator[DueLine]:
    """What an institution charged in the period by some codes, as lines that are taken off."""
    for code in dict.fromkeys(codes):
        amount = case.facts.charges_fen.get((place.institution_id, code), 0)
        yield DueLine(f"charges:{code}", "", "", "", -amount)
