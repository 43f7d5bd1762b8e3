"""A scheme against the tables of its case: institutions that it names, pools given and made."""

from collections.abc import Collection, Sequence

from equivalents.errors import Place
from equivalents.findings import Findings, near
from equivalents.policy.calendar import Period
from equivalents.policy.capbefore import CapBefore, CapBeforeKind
from equivalents.policy.components import ComponentKind
from equivalents.policy.funds import Fund, Given, PerEquivalent, PerHead, Tasks
from equivalents.policy.keyrules import Applies, KeyRules, Scope
from equivalents.policy.model import Institution, Pool
from equivalents.policy.scheme import CapKind, CapPer, PayCap, Scheme

__all__ = ["check_cap_before", "check_coefficients_once", "check_in_case"]


def check_in_case(
    scheme: Scheme,
    institutions: Sequence[Institution],
    pools: Sequence[Pool],
    shipped: Collection[str],
    findings: Findings,
) -> None:
    """Note institutions, groups and kinds that no row has, and pools both given and bridged.

    ``shipped`` are the names of the shipped files of the scheme. They are written for many
    counties, so a group or kind that this one lacks is only told; elsewhere it is a slip.
    """
    ids = sorted({one.institution_id for one in institutions})
    groups = sorted({one.group for one in institutions} - {""})
    kinds = sorted({one.kind for one in institutions} - {""})
    for fund in scheme.funds.values():
        scope = fund.scope
        absent = "SCOPE_ABSENT" if scope.place.file in shipped else "ID_UNKNOWN"
        _check_known(scope.ids, "institution_id", ids, scope.place, findings)
        _check_known(scope.groups, "group", groups, scope.place, findings, absent)
        _check_known(scope.kinds, "kind", kinds, scope.place, findings, absent)
    owners = {name: one.place for fund in scheme.funds.values() for name, one in fund.own.items()}
    for name, place in owners.items():
        _check_known((name,), "institution", ids, place, findings)
    for pool in pools:
        bridge = scheme.bridges.get(pool.pool)
        if bridge is not None:
            place, other = pool.place.at("pool"), str(bridge.place)
            findings.add("POOL_BRIDGED_AND_GIVEN", place, pool.pool, other=other)


def check_cap_before(
    scheme: Scheme | None, rows: Sequence[CapBefore], period: Period | None, findings: Findings
) -> None:
    """Note what is brought in for a pay cap where none is in force that it could count in.

    A cap of each period alone has no year to date; what is carried opens the next period all the
    same.
    """
    cap = scheme.pay_cap if scheme is not None else PayCap()
    in_force = cap.kind is not CapKind.NONE
    if period is not None:
        in_force &= cap.valid_from < period.end and cap.valid_to > period.start
    for row in rows:
        of_year = row.kind is not CapBeforeKind.EXCESS
        if not in_force or (of_year and cap.per is not CapPer.YEAR):
            findings.add("OPENING_NO_CAP", row.place.at("kind"), row.kind, kind=row.kind)


def check_coefficients_once(scheme: Scheme, keys: KeyRules, findings: Findings) -> None:
    """Note kinds of coefficients that move money of the scheme and multiply pools or keys as well.

    An institution coefficient multiplies pools unless it is declared otherwise (5.2): one that a
    fund or the pay cap names would be charged twice, and so would one of heads whose pay goes by
    the average of such a pool.
    """
    held = {one.kind for one in keys.coefficients if one.scope is Scope.INSTITUTION}
    named = {kind: fund.place for fund in scheme.funds.values() for kind in _kinds_of(fund)}
    if scheme.pay_cap.coefficient:
        named[scheme.pay_cap.coefficient] = scheme.pay_cap.place
    for kind, place in named.items():
        if kind in held and keys.rule(kind).applies_to is not Applies.NONE:
            findings.add("COEFFICIENT_TWICE", place, kind)
    for name, one in scheme.components.items():
        # The average that heads are paid by is one of pools that it has multiplied already (D4).
        rule, of_heads = keys.rule(one.coefficient), one.kind is ComponentKind.LEADER
        if of_heads and one.coefficient in held and rule.applies_to is not Applies.NONE:
            pools = [pool for pool in one.pools if not rule.pools or pool in rule.pools]
            if pools:
                facts = {"component": name, "pools": ", ".join(pools)}
                findings.add("LEADER_COEFFICIENT_TWICE", one.place, one.coefficient, **facts)


def _kinds_of(fund: Fund) -> Sequence[str]:
    """The kinds of institution coefficients that a fund is computed with."""
    match fund.body:
        case Given(coefficient=kind) | PerHead(coefficient=kind) | Tasks(assessment=kind):
            return (kind,) if kind else ()
        case PerEquivalent(coefficients=kinds):
            return kinds
    return ()


def _check_known(
    names: Sequence[str],
    column: str,
    known: Sequence[str],
    place: Place,
    findings: Findings,
    code: str = "ID_UNKNOWN",
) -> None:
    for name in names:
        if name not in known:
            findings.add(code, place, name, column=column, near=near(name, known))
