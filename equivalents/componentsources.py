"""What pays components, and what of them the total pay cap counts: funds and approved lines (B10).

A component that a fund or an approved line pays is one more use of it, beside the pools that
bridges make of it; together they are never more than is due or approved, institution by
institution. Sources: D0, D4, B9, B10.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from equivalents.bridge import Bridged
from equivalents.componentpay import ComponentPay, SourceKind
from equivalents.errors import Problem, RefusedError
from equivalents.fundfacts import Money
from equivalents.policy.accounts import Account, by_line
from equivalents.policy.scheme import Bridge, Scheme
from equivalents.units import print_fen

__all__ = ["component_takings", "counted_in_cap"]

_Source = tuple[str, str, str]
"""Institution, fund, approved line: one of the two is blank."""


def component_takings(
    scheme: Scheme,
    paid: Sequence[ComponentPay],
    before: Sequence[Bridged],
    money: Money,
    accounts: Sequence[Account],
) -> tuple[Bridged, ...]:
    """What components take of funds and approved lines, in the form of bridges (B10).

    Args:
        scheme: its components give place and reference.
        paid: what components pay.
        before: what bridges, and whatever makes pools larger, took of them before.
        money: the dues.
        accounts: the approved lines.

    Raises:
        RefusedError: ``COMPONENT_OVERDRAWN``: less is left of a source than its components pay.
    """
    sums: dict[tuple[_Source, str], int] = {}
    for one in paid:
        source = _source(one)
        if source is not None:
            key = (source, one.component)
            sums[key] = sums.get(key, 0) + one.amount_fen
    bases = _bases({source for source, _ in sums}, money, accounts)
    # What pays nothing takes nothing, so that no money can be there twice.
    sums = {key: fen for key, fen in sums.items() if fen}
    problems = [*_overdrawn(scheme, sums, bases, before)]
    if problems:
        raise RefusedError(problems)
    return tuple(
        Bridged(_bridge(scheme, source, name), source[0], bases[source], 0, Fraction(1), fen, True)
        for (source, name), fen in sorted(sums.items())
    )


def _source(one: ComponentPay) -> _Source | None:
    if one.source.kind == SourceKind.FUND:
        return one.institution_id, one.source.name, ""
    if one.source.kind == SourceKind.LINE:
        return one.institution_id, "", one.source.name
    return None


def _bases(
    sources: set[_Source], money: Money, accounts: Sequence[Account]
) -> Mapping[_Source, int]:
    """What is due of a fund, or approved on a line; 0 where nothing is."""
    dues, lines = money.by_fund(), by_line(accounts)
    found = {}
    for name, fund, line in sources:
        due = dues.get(fund, {}).get(name)
        base = due.due_fen if due is not None else 0
        found[name, fund, line] = base if fund else lines.get((name, "approved", line), 0)
    return found


def _overdrawn(
    scheme: Scheme,
    sums: Mapping[tuple[_Source, str], int],
    bases: Mapping[_Source, int],
    before: Sequence[Bridged],
) -> Iterator[Problem]:
    for source, base in sorted(bases.items()):
        name, fund, line = source
        of_pools = sum(
            one.pool_fen
            for one in before
            if (one.institution_id, one.bridge.fund, one.bridge.approved_line) == source
        )
        mine = {component: fen for (of, component), fen in sums.items() if of == source}
        total = sum(mine.values())
        if total > 0 and total > base - of_pools:
            named = ", ".join(sorted(mine))
            declared = [scheme.components[one] for one in sorted(mine) if one in scheme.components]
            place = declared[0].place if declared else scheme.place
            facts = {"institution": name, "source": fund or line, "amount": print_fen(total)}
            facts |= {"pools": print_fen(of_pools), "base": print_fen(base)}
            yield Problem("COMPONENT_OVERDRAWN", place, named, facts)


def _bridge(scheme: Scheme, source: _Source, name: str) -> Bridge:
    declared = scheme.components.get(name)
    if declared is None:
        return Bridge(name, source[1], source[2], place=scheme.place)
    reference, place = declared.reference, declared.place
    return Bridge(name, source[1], source[2], reference=reference, place=place)


def counted_in_cap(
    scheme: Scheme, paid: Sequence[ComponentPay]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """What of components counts in the total pay cap, by institution and component (B9).

    A fund that does not count in the cap does not do so by way of a component either.
    """
    found: dict[str, dict[str, int]] = {}
    for one in paid:
        fund = scheme.funds.get(one.source.name) if one.source.kind == SourceKind.FUND else None
        # What pays nothing is nowhere a reason for a cap.
        if one.in_cap_fen and (fund is None or fund.of(one.institution_id).in_cap):
            of_place = found.setdefault(one.institution_id, {})
            of_place[one.component] = of_place.get(one.component, 0) + one.in_cap_fen
    return {name: tuple(sorted(sums.items())) for name, sums in found.items()}
