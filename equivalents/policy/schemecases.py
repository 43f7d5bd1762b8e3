"""A scheme against the tables of its case: institutions that it names, pools given and made.

And the items that its series weigh: none is bought by a channel and by a fund beside it (B1).
"""

from collections.abc import Iterable, Sequence

from equivalents.errors import Place
from equivalents.findings import Findings, near
from equivalents.policy.calendar import Period
from equivalents.policy.funds import Fund, PerEquivalent, PerHead, PerItem, Tasks
from equivalents.policy.keyrules import Applies, KeyRules, Scope
from equivalents.policy.model import Institution, Pool, WeightRow
from equivalents.policy.scheme import Scheme

__all__ = ["check_bought_once", "check_coefficients_once", "check_in_case"]


def check_in_case(
    scheme: Scheme, institutions: Sequence[Institution], pools: Sequence[Pool], findings: Findings
) -> None:
    """Note institutions, groups and kinds that no row has, and pools both given and bridged."""
    ids = sorted({one.institution_id for one in institutions})
    groups = sorted({one.group for one in institutions} - {""})
    kinds = sorted({one.kind for one in institutions} - {""})
    for fund in scheme.funds.values():
        scope = fund.scope
        _check_known(scope.ids, "institution_id", ids, fund.place, findings)
        _check_known(scope.groups, "group", groups, fund.place, findings)
        _check_known(scope.kinds, "kind", kinds, fund.place, findings)
    owners = {name: one.place for fund in scheme.funds.values() for name, one in fund.own.items()}
    for name, place in owners.items():
        _check_known((name,), "institution", ids, place, findings)
    for pool in pools:
        bridge = scheme.bridges.get(pool.pool)
        if bridge is not None:
            place, other = pool.place.at("pool"), str(bridge.place)
            findings.add("POOL_BRIDGED_AND_GIVEN", place, pool.pool, other=other)


def check_coefficients_once(scheme: Scheme, keys: KeyRules, findings: Findings) -> None:
    """Note kinds of coefficients that move money of the scheme and multiply pools or keys as well.

    An institution coefficient multiplies pools unless it is declared otherwise (5.2): one that a
    fund or the pay cap names would be charged twice.
    """
    held = {one.kind for one in keys.coefficients if one.scope is Scope.INSTITUTION}
    named = {kind: fund.place for fund in scheme.funds.values() for kind in _kinds_of(fund)}
    if scheme.pay_cap.coefficient:
        named[scheme.pay_cap.coefficient] = scheme.pay_cap.place
    for kind, place in named.items():
        if kind in held and keys.rule(kind).applies_to is not Applies.NONE:
            findings.add("COEFFICIENT_TWICE", place, kind)


def check_bought_once(
    scheme: Scheme, weights: Iterable[WeightRow], period: Period, findings: Findings
) -> None:
    """Note items that a channel has and a fund without a channel buys as well (B1).

    Such a fund buys all that its series weighs, or all that it prices: what the series gives a
    weight above 0 within the period. An item of a channel that no fund pays for, as one that is
    switched off, stays out of them too.
    """
    weighed: dict[str, dict[str, Place]] = {}
    for row in weights:
        if row.weight_e4 and row.valid_from < period.end and row.valid_to > period.start:
            weighed.setdefault(row.series, {}).setdefault(row.item_code, row.place)
    for fund in scheme.funds.values():
        body = fund.body
        if not isinstance(body, PerItem | PerEquivalent) or body.channel:
            continue
        series = weighed.get(body.series, {})
        for channel in scheme.channels.values():
            since = max(fund.valid_from, channel.valid_from, period.start)
            if since >= min(fund.valid_to, channel.valid_to, period.end):
                continue
            for item in sorted({*channel.items} & {*series}):
                if isinstance(body, PerEquivalent) or item in body.prices_e4:
                    facts = {"fund": fund.name, "channel": channel.name, "series": body.series}
                    facts["other"] = str(series[item])
                    findings.add("ITEM_OF_A_CHANNEL", fund.place, item, **facts)


def _kinds_of(fund: Fund) -> Sequence[str]:
    """The kinds of institution coefficients that a fund is computed with."""
    match fund.body:
        case PerHead(coefficient=kind) | Tasks(assessment=kind):
            return (kind,) if kind else ()
        case PerEquivalent(coefficients=kinds):
            return kinds
    return ()


def _check_known(
    names: Sequence[str], column: str, known: Sequence[str], place: Place, findings: Findings
) -> None:
    for name in names:
        if name not in known:
            findings.add("ID_UNKNOWN", place, name, column=column, near=near(name, known))
