"""Money in a settlement: from weighed work to dues, pools within the cap, and the ledger.

The idea: what the tables of a case say is put together as the facts of its funds; what funds owe
becomes pools by declared bridges alone; a cap lowers them; the rest of the chain shares pools as
if they had been given. A case without a scheme passes through untouched.
Sources: B1 to B10, D0; definitions 5.10, 5.13 to 5.15, 5.18.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from equivalents.bridge import Bridged, bridge_problems, bridged, spent_twice
from equivalents.componentpay import ComponentPay
from equivalents.components import NO_PAY, FixedPay
from equivalents.componentsources import component_takings, counted_in_cap
from equivalents.errors import ConservationError, Problem, RefusedError
from equivalents.fund import money
from equivalents.fundfacts import Facts, Money, coefficients_on
from equivalents.heads import counter
from equivalents.illustrations import illustrative_figures, illustrative_versions
from equivalents.ledger import CLOSINGS, Ledger, ledger
from equivalents.paycap import Capped, above_cap, capped, next_of_components
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.coefficients import Coefficients
from equivalents.policy.components import ComponentKind
from equivalents.policy.fundcounts import FundCounts
from equivalents.policy.funds import PerEquivalent, PerItem
from equivalents.policy.leaders import leads
from equivalents.policy.model import CaseRules, Pool
from equivalents.policy.scheme import Excess, Scheme
from equivalents.raised import Raised, raised_pools
from equivalents.reasons import BOTH
from equivalents.sharetest import ShareResult, share_problems, share_results
from equivalents.tally import Plan
from equivalents.units import print_fen
from equivalents.weigh import Weighed
from equivalents.work import Work, work_of, work_of_sums

__all__ = ["Funded", "bought_series", "facts_of", "funded", "with_leaders"]


@dataclass(frozen=True, slots=True)
class Funded:
    """The money of a settled period.

    ``pools`` are all pools of the case, within the caps, by institution and name. ``bridged`` says
    which of them came out of money and how, ``raised`` which a fund made larger, ``caps`` what a
    cap took, ``fixed`` what components pay before the pools and ``spent`` what all components take
    of funds and lines; ``cap_waiting`` and ``cap_next`` are as in
    :class:`~equivalents.paycap.CapResult`. ``problems`` are warnings.
    """

    money: Money
    bridged: tuple[Bridged, ...]
    caps: tuple[Capped, ...]
    ledger: Ledger
    tests: tuple[ShareResult, ...]
    pools: tuple[Pool, ...]
    problems: tuple[Problem, ...]
    cap_waiting: tuple[CapBefore, ...] = ()
    cap_next: tuple[CapBefore, ...] = ()
    raised: tuple[Raised, ...] = ()
    fixed: FixedPay = NO_PAY
    spent: tuple[Bridged, ...] = ()

    @property
    def taken(self) -> tuple[Bridged, ...]:
        """All that goes from funds and approved lines into pools and components."""
        return (*self.bridged, *(one.taking for one in self.raised), *self.spent)


def _nothing(pools: Sequence[Pool]) -> FixedPay:
    """No component."""
    return NO_PAY


def funded(
    scheme: Scheme,
    rules: CaseRules,
    facts: Facts,
    given: Sequence[Pool],
    coefficients: Coefficients,
    paying: Callable[[Sequence[Pool]], FixedPay] = _nothing,
) -> Funded:
    """What funds owe, the pools that come of it, and the ledger.

    Args:
        scheme: the scheme of ``rules``, checked.
        rules: accounts, series and postings.
        facts: the facts of the period.
        given: pools that are given or a surplus.
        coefficients: those of institutions, for pools that a fund makes larger (5.2).
        paying: what components pay, given all pools before the cap.

    Raises:
        RefusedError: what :func:`~equivalents.fund.money`, :mod:`equivalents.bridge`,
            :mod:`equivalents.raised`, :mod:`equivalents.paycap`, :mod:`equivalents.ledger` and
            :mod:`equivalents.sharetest` refuse.
        ConservationError: pools do not add up to what was given and bridged (a defect).
    """
    due = money(scheme, facts)
    pools, made, raised = _pools(scheme, due, rules, given, coefficients)
    fixed = paying(pools)
    takings = [*made, *(one.taking for one in raised)]
    spent = component_takings(scheme, fixed.paid, takings, due, rules.accounts)
    more = [*(one.taking for one in raised), *spent]
    problems = bridge_problems(scheme, made, given, rules, more)
    _refuse(problems)
    outside, counted = _outside(scheme, made, given), _counted(scheme, rules, fixed)
    within = capped(scheme.pay_cap, pools, outside, facts, due, rules.postings, counted)
    caps = within.caps
    _check(within.pools, caps, takings, given, spent)
    book = _booked(scheme, rules, due, [*takings, *spent], caps, _paying_heads(scheme))
    results = share_results(scheme.share_tests, rules.accounts, rules.period.end - 1)
    problems += [*_said_of(caps), *map(_said_of_waiting, within.waiting)]
    problems += [*book.problems, *share_problems(results), *fixed.problems]
    problems += illustrative_figures(due, made, caps, results, rules.period.end - 1, fixed.figures)
    told = tuple(problems)
    return Funded(
        due, made, caps, book, results, within.pools, told, within.waiting, within.next, raised,
        fixed, spent,
    )  # fmt: skip


def _outside(
    scheme: Scheme, made: Sequence[Bridged], given: Sequence[Pool]
) -> set[tuple[str, str]]:
    """The pools that do not count in the pay cap: by their bridge or fund, or by name."""
    names = scheme.pay_cap.outside
    outside = {(one.institution_id, one.bridge.pool) for one in made if not one.in_cap}
    return outside | {(pool.institution_id, pool.pool) for pool in given if pool.pool in names}


def _counted(
    scheme: Scheme, rules: CaseRules, fixed: FixedPay
) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """What components in the cap pay, by institution; those whose heads are paid later too."""
    found = counted_in_cap(scheme, fixed.paid)
    ends = rules.period.month_ends
    kinds = [one for one in scheme.components.values() if one.kind is ComponentKind.LEADER]
    if any(one.in_cap and one.days_in_force(ends) for one in kinds):
        for row in rules.postings:
            if leads(row, rules.key_rules.leaders, rules.period):
                found.setdefault(row.institution_id, ())
    return found


def with_leaders(funded: Funded, rules: CaseRules, paid: Sequence[ComponentPay]) -> Funded:
    """The same money with the pay of heads, which is known when pools are shared (B9).

    Raises:
        RefusedError: ``COMPONENT_OVERDRAWN``, ``COMPONENT_ABOVE_CAP``, ``FUND_TWICE`` and what the
            ledger refuses.
    """
    scheme = rules.scheme
    if scheme is None or not paid:
        _refuse(funded.ledger.problems)
        return funded
    before, due = funded.taken, funded.money
    spent = component_takings(scheme, paid, before, due, rules.accounts)
    counted = counted_in_cap(scheme, paid)
    caps = tuple(
        replace(one, components=tuple(sorted((*one.components, *counted[one.institution_id]))))
        if one.institution_id in counted
        else one
        for one in funded.caps
    )
    over = [
        problem
        for one in caps
        if one.institution_id in counted
        for problem in above_cap(one, one.pools_fen - one.taken_fen)
    ]
    _refuse([*over, *spent_twice(scheme, (*before, *spent), rules.accounts)])
    book = _booked(scheme, rules, due, [*before, *spent], caps)
    said = [one for one in funded.problems if one not in funded.ledger.problems]
    figures = [(f"{one.component}.multiple", part.by) for one in paid for part in one.parts]
    said += [*book.problems, *illustrative_versions(figures)]
    all_spent = (*funded.spent, *spent)
    following = (
        *funded.cap_next,
        *next_of_components(scheme.pay_cap, rules.period, counted, funded.caps),
    )
    return replace(
        funded, caps=caps, ledger=book, problems=tuple(said), spent=all_spent, cap_next=following
    )


def _booked(
    scheme: Scheme,
    rules: CaseRules,
    due: Money,
    takings: Sequence[Bridged],
    caps: Sequence[Capped],
    later: Set[str] = frozenset(),
) -> Ledger:
    """The ledger; what stands against it is refused, but for closings of funds that pay ``later``.

    What heads are paid is known when pools are shared, and only then what is left of such a fund.
    """
    book = ledger(scheme, due, rules.accounts, takings, _kept(scheme.pay_cap.excess, caps))
    waits = [one for one in book.problems if one.code in CLOSINGS and one.value in later]
    _refuse([one for one in book.problems if one not in waits])
    return book


def _paying_heads(scheme: Scheme) -> frozenset[str]:
    """The funds that pay components of heads."""
    declared = scheme.components.values()
    return frozenset(one.fund for one in declared if one.kind is ComponentKind.LEADER and one.fund)


def _refuse(problems: Sequence[Problem]) -> None:
    """Raise what is found if any of it is an error."""
    if any(problem.severity == "error" for problem in problems):
        raise RefusedError(problems)


def _pools(
    scheme: Scheme,
    due: Money,
    rules: CaseRules,
    given: Sequence[Pool],
    coefficients: Coefficients,
) -> tuple[tuple[Pool, ...], tuple[Bridged, ...], tuple[Raised, ...]]:
    """All pools before the cap, in their order, and what bridges and raises took for them."""
    made = bridged(scheme, due, rules.accounts, rules.period)
    first = [*given, *(one.pool(rules.series) for one in made)]
    first.sort(key=lambda pool: (pool.institution_id, pool.pool))
    pools, raised = raised_pools(first, made, due, rules, coefficients)
    return pools, made, raised


def _kept(excess: Excess, caps: Sequence[Capped]) -> dict[tuple[str, str], int]:
    """What stays with the source of each pool, below 0 where more of it is spent.

    The cap takes from a pool and leaves it there unless it is returned; what was carried before
    comes out of it now.
    """
    found: dict[tuple[str, str], int] = {}
    for one in caps:
        cuts = () if excess is Excess.RETURNED else one.cuts
        for sign, parts in ((1, cuts), (-1, one.opened)):
            for pool, fen in parts:
                key = (one.institution_id, pool)
                found[key] = found.get(key, 0) + sign * fen
    return found


def _check(
    pools: Sequence[Pool],
    caps: Sequence[Capped],
    made: Sequence[Bridged],
    given: Sequence[Pool],
    spent: Sequence[Bridged],
) -> None:
    """Pools and cuts are what was given, bridged and carried; no fund gave more than it owes."""
    left = sum(pool.amount_fen for pool in pools) + sum(one.taken_fen for one in caps)
    left -= sum(one.opened_fen for one in caps)
    whole = sum(pool.amount_fen for pool in given) + sum(one.pool_fen for one in made)
    if left != whole:
        raise ConservationError(f"pools of {left} fen out of {whole}")
    sources: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in (*made, *spent):
        key = (one.institution_id, one.bridge.fund, one.bridge.approved_line)
        taken, base = sources.get(key, (0, one.base_fen))[0] + one.pool_fen, one.base_fen
        sources[key] = taken, base
    over = {key: sums for key, sums in sources.items() if sums[0] > max(sums[1], 0)}
    if over:
        raise ConservationError(f"more became pools than there was: {over}")


def _said_of(caps: Sequence[Capped]) -> Iterator[Problem]:
    """Warnings for what a cap took, and for what is above it and cannot be taken."""
    for one in caps:
        place, name = one.rule.place, one.institution_id
        base = one.base_before_fen + one.base_fen
        facts = {"cap": print_fen(one.cap_fen), "base": print_fen(base), "before": ""}
        if one.over_base_fen:
            yield Problem("PAYCAP_BASE_ABOVE", place, name, facts)
        if one.before_fen:
            amount = print_fen(one.before_fen)
            zh, en = f"，以前期间的池已发 {amount} 元", f", pools of earlier periods had {amount}"
            facts["before"] = f"{zh}{BOTH}{en}"
        if one.components_fen:
            amount = print_fen(one.components_fen)
            zh, en = f"，构成项占 {amount} 元", f", components have {amount}"
            facts["before"] = _both(facts["before"], zh, en)
        if one.over_paid_fen:
            yield Problem("PAYCAP_OVER_PAID", place, name, facts | _amount(one.over_paid_fen))
        if one.taken_fen:
            then = {
                Excess.KEPT: "留在机构¦stays with the institution",
                Excess.CARRIED: "结转下期¦is carried",
                Excess.RETURNED: "上缴¦is returned",
            }[one.rule.excess]
            yield Problem("PAYCAP_CUT", place, name, facts | _amount(one.taken_fen, then=then))


def _both(text: str, zh: str, en: str) -> str:
    """A text in both languages with more behind it."""
    before = text.split(BOTH) if text else ["", ""]
    return f"{before[0]}{zh}{BOTH}{before[1]}{en}"


def _amount(fen: int, **more: str) -> dict[str, str]:
    return {"amount": print_fen(fen), **more}


def _said_of_waiting(row: CapBefore) -> Problem:
    """A warning for carried money whose pool the period does not have in the cap."""
    facts = {"pool": row.name, **_amount(row.amount_fen)}
    return Problem("PAYCAP_CARRIED_ON", row.place, row.institution_id, facts)


# -- facts -----------------------------------------------------------------------------------------


def facts_of(scheme: Scheme, rules: CaseRules, plan: Plan, weighed: Mapping[str, Weighed]) -> Facts:
    """The facts of a case: its tables as they were counted, and the work of the series bought.

    ``weighed`` has the item lines of every series of which ``needs_lines`` asks them.
    """
    counts = rules.counts or FundCounts()
    names = [place.institution_id for place in rules.institutions]
    tasks: dict[tuple[str, str, str], int] = {}
    past: dict[tuple[str, str, str, int], int] = {}
    income: dict[tuple[str, str], int] = {}
    for one in counts.tasks:
        if one.year:
            past[one.institution_id, one.fund, one.task, one.year] = one.quantity_e3
        elif one.task:
            tasks[one.institution_id, one.fund, one.task] = one.quantity_e3
        key = (one.institution_id, one.fund)
        income[key] = income.get(key, 0) + one.income_fen
    return Facts(
        rules.institutions,
        rules.period,
        rules.accounts,
        counter(counts.heads, names),
        {(one.institution_id, one.code): one.amount_fen for one in counts.charges},
        tasks,
        income,
        coefficients_on(rules.key_rules.coefficients, rules.period.end - 1),
        {name: _work(weighed[name], plan) for name in sorted(bought_series(scheme))},
        rules.cap_before or (),
        past,
    )


def bought_series(scheme: Scheme) -> frozenset[str]:
    """The series whose work some fund buys."""
    funds = [own for fund in scheme.funds.values() for own in (fund, *fund.own.values())]
    return frozenset(
        fund.body.series for fund in funds if isinstance(fund.body, PerItem | PerEquivalent)
    )


def _work(weighed: Weighed, plan: Plan) -> Work:
    places = plan.institutions.values
    if weighed.lines is not None:
        return work_of(weighed.lines, places, plan.items.values)
    month = plan.period.start
    return work_of_sums(places, plan.postings.institution, weighed.posting_e7, month)
