"""The total pay cap 绩效工资总量 of an institution: pools in the cap give way to it (B9, 5.18).

The idea: the base part of pay counts first and is never touched; what base and in-cap pools are
above the cap comes off these pools in proportion to them (5.10, ties by pool name). The excess
stays with the institution, is carried or returned, as declared. All figures are those of the
period as it stands. Sources: B9; definitions 5.10, 5.18.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from equivalents.bridge import in_force
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.exact import half_up, share_fen
from equivalents.fundfacts import Facts, Money
from equivalents.policy.accounts import by_line
from equivalents.policy.calendar import print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.model import Pool, Posting
from equivalents.policy.scheme import CapKind, CapTerm, CapTermKind, PayCap
from equivalents.units import print_e4, print_fen

__all__ = ["Capped", "TermSum", "capped", "line_income", "staff_on"]

_E4_PER_FEN = 100


@dataclass(frozen=True, slots=True)
class TermSum:
    """One term of a cap: its kind, name, figures as texts, and fen."""

    kind: str
    name: str
    count: str
    rate: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Capped:
    """The cap of one institution and what it took, in fen.

    ``cap_fen`` is the terms' sum times ``coefficient_e4`` (``None``: none), half-up. ``cuts`` are
    the in-cap pools with what came off each; ``over_base_fen`` is base pay above the cap, which
    nothing is taken for.
    """

    institution_id: str
    rule: PayCap
    terms: tuple[TermSum, ...]
    coefficient_e4: int | None
    cap_fen: int
    base_fen: int
    pools_fen: int
    cuts: tuple[tuple[str, int], ...]

    @property
    def taken_fen(self) -> int:
        """What came off the pools together."""
        return sum(fen for _, fen in self.cuts)

    @property
    def over_base_fen(self) -> int:
        """What the base part alone is above the cap."""
        return max(self.base_fen - self.cap_fen, 0)


def capped(
    rule: PayCap,
    pools: Sequence[Pool],
    outside: Set[tuple[str, str]],
    facts: Facts,
    money: Money,
    postings: Sequence[Posting],
) -> tuple[tuple[Pool, ...], tuple[Capped, ...]]:
    """The pools within the caps of their institutions, and what each cap took.

    Args:
        rule: the pay cap of the scheme.
        pools: all pools of the case, before the cap.
        outside: (institution, pool) of those that do not count in it.
        facts: accounts, coefficients and institutions of the period.
        money: the dues, for terms that are a share of a fund.
        postings: for terms by heads of staff.

    Raises:
        RefusedError: ``PAYCAP_MISSING`` (an institution with pools in the cap and no approved
            total), ``PAYCAP_FIGURE_MISSING``, ``PAYCAP_COEFFICIENT_MISSING``,
            ``SCHEME_PART_PERIOD``.
        ConservationError: pools and cuts do not add up to what was there (a defect).
    """
    problems: list[Problem] = []
    if rule.kind is CapKind.NONE or not in_force(rule, "pay_cap", facts.period, problems):
        return tuple(pools), ()
    desk = _Desk(rule, facts, money, postings, problems)
    found = []
    for place in sorted(facts.institutions, key=lambda one: one.institution_id):
        name = place.institution_id
        mine = [pool for pool in pools if pool.institution_id == name]
        within = [pool for pool in mine if (name, pool.pool) not in outside]
        if within or desk.base(name):
            found.append(desk.cap(name, sorted(within, key=lambda pool: pool.pool)))
    if problems:
        raise RefusedError(problems)
    left = _lowered(pools, found)
    taken = sum(one.taken_fen for one in found)
    if sum(p.amount_fen for p in left) + taken != sum(p.amount_fen for p in pools):
        raise ConservationError("pools and what the cap took are not the pools before it")
    return left, tuple(found)


def _lowered(pools: Sequence[Pool], caps: Sequence[Capped]) -> tuple[Pool, ...]:
    cut = {(one.institution_id, name): fen for one in caps for name, fen in one.cuts}
    return tuple(
        replace(pool, amount_fen=pool.amount_fen - cut.get((pool.institution_id, pool.pool), 0))
        for pool in pools
    )


class _Desk:
    """Caps computed institution by institution; ``problems`` grows."""

    def __init__(
        self,
        rule: PayCap,
        facts: Facts,
        money: Money,
        postings: Sequence[Posting],
        problems: list[Problem],
    ) -> None:
        self._rule, self._facts, self._problems = rule, facts, problems
        self._lines = by_line(facts.accounts)
        self._dues = money.by_fund()
        self._day = facts.period.end - 1
        by_heads = any(term.kind is CapTermKind.PER_HEAD for term in rule.terms)
        fixed = rule.kind is CapKind.FIXED
        self._staff = staff_on(postings, self._day) if by_heads and not fixed else {}

    def base(self, name: str) -> int:
        """The base part of pay: rows ``paid`` of its line."""
        return self._lines.get((name, "paid", self._rule.base_line), 0)

    def cap(self, name: str, pools: Sequence[Pool]) -> Capped:
        """The cap of an institution over its pools that count."""
        if self._rule.kind is CapKind.FIXED:
            terms = [self._approved(name, self._rule.line)]
        else:
            terms = [self._term(name, term) for term in self._rule.terms]
        total, coefficient = sum(term.amount_fen for term in terms), None
        if self._rule.coefficient:
            coefficient = self._coefficient(name)
            total = half_up(Fraction(total * coefficient, ONE_E4))
        amounts = [pool.amount_fen for pool in pools]
        base, all_ = self.base(name), sum(amounts)
        excess = min(max(base + all_ - total, 0), all_)
        cuts = share_fen(excess, amounts) if all_ else (0,) * len(amounts)
        named = tuple((pool.pool, fen) for pool, fen in zip(pools, cuts, strict=True))
        rule = self._rule
        return Capped(name, rule, tuple(terms), coefficient, total, base, all_, named)

    def _coefficient(self, name: str) -> int:
        value = self._facts.coefficients_e4.get((name, self._rule.coefficient))
        if value is None:
            self._note("PAYCAP_COEFFICIENT_MISSING", name, kind=self._rule.coefficient)
        return ONE_E4 if value is None else value

    def _approved(self, name: str, line: str) -> TermSum:
        amount = self._lines.get((name, "approved", line))
        if amount is None:
            self._note("PAYCAP_MISSING", name, line=line)
        return TermSum("amount", line, "", "", amount or 0)

    def _term(self, name: str, term: CapTerm) -> TermSum:
        match term.kind:
            case CapTermKind.AMOUNT:
                return self._approved(name, term.name)
            case CapTermKind.PER_HEAD:
                return self._per_head(name, term)
            case CapTermKind.FUND_SHARE:
                due = self._dues.get(term.name, {}).get(name)
                whole = due.due_fen if due else 0
            case CapTermKind.LINE_SHARE:
                whole = line_income(self._lines, name, term.name)
        version = term.share.on(self._day) if term.share is not None else None
        if version is None:
            self._missing(name, term)
            return TermSum(term.kind, term.name, print_fen(whole), "", 0)
        amount = half_up(whole * version.value)
        return TermSum(term.kind, term.name, print_fen(whole), str(version.value), amount)

    def _per_head(self, name: str, term: CapTerm) -> TermSum:
        """Staff of the last day x rate a month x months."""
        version = term.rate_e4.on(self._day) if term.rate_e4 is not None else None
        heads, months = self._staff.get(name, 0), len(self._facts.period.month_starts)
        if version is None:
            self._missing(name, term)
            return TermSum(term.kind, term.name, f"{heads}x{months}", "", 0)
        amount = half_up(Fraction(heads * months * version.value, _E4_PER_FEN))
        rate = print_e4(version.value)
        return TermSum(term.kind, term.name, f"{heads}x{months}", rate, amount)

    def _missing(self, name: str, term: CapTerm) -> None:
        facts = {"term": f"{term.kind.value} {term.name}".strip(), "day": print_day(self._day)}
        self._problems.append(Problem("PAYCAP_FIGURE_MISSING", term.place, name, facts))

    def _note(self, code: str, name: str, **facts: str) -> None:
        self._problems.append(Problem(code, self._rule.place, name, facts))


def staff_on(postings: Sequence[Posting], day: int) -> dict[str, int]:
    """People with a posting on a day, by institution; who has a main posting counts there alone."""
    everywhere: dict[str, set[str]] = {}
    mains: dict[str, set[str]] = {}
    for row in postings:
        if row.active_from <= day < row.active_to:
            everywhere.setdefault(row.person_id, set()).add(row.institution_id)
            if row.main:
                mains.setdefault(row.person_id, set()).add(row.institution_id)
    found: dict[str, int] = {}
    for person, places in everywhere.items():
        for place in mains.get(person, places):
            found[place] = found.get(place, 0) + 1
    return found


def line_income(lines: Mapping[tuple[str, str, str], int], name: str, line: str) -> int:
    """What came in on a line: its income, of projects too; where there is none, what was received.

    Money of a fund may stand both as income and as received: it counts once.
    """
    booked = [
        lines[key]
        for kind in ("income", "project_income")
        for key in ((name, kind, line),)
        if key in lines
    ]
    if booked:
        return sum(booked)
    return sum(lines.get((name, kind, line), 0) for kind in ("advance", "received"))
