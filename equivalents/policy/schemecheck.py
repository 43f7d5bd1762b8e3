"""What the parts of a scheme say of each other: names that are not there, and ways that go round.

Sources: B1, D0; issue "Schemes as dated data" (cycles between funds and pools).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, near
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.funds import (
    Dated,
    Fund,
    Packages,
    PerEquivalent,
    PerHead,
    PerItem,
    Split,
    Tasks,
)
from equivalents.policy.scheme import CapTermKind, Scheme

__all__ = ["check_figures", "check_names", "check_series_of"]

_PRICED: Final = (
    "按项目计价的资金须走列明项目的渠道"
    "¦a fund with a price for each item goes through a channel that lists them"
)


def check_names(scheme: Scheme, funds: tuple[str, ...], findings: Findings) -> None:
    """Note funds and channels that are named and not declared, and splits that go round.

    ``funds`` are the names of all that are declared, those with faults of their own too.
    """
    channels = tuple(scheme.channels)
    for fund in scheme.funds.values():
        body = fund.body
        if isinstance(body, Split):
            _known("FUND_UNKNOWN", body.of, funds, fund.place, findings)
        named = fund.channel
        if isinstance(body, PerItem | PerEquivalent) and body.channel:
            named = body.channel
        if named:
            _known("CHANNEL_UNKNOWN", named, channels, fund.place, findings)
        for one in (fund, *fund.own.values()):
            if isinstance(one.body, PerHead) and one.body.heads.effective:
                policies = tuple(scheme.effective)
                _known("EFFECTIVE_UNKNOWN", one.body.heads.effective, policies, one.place, findings)
        if isinstance(body, PerItem) and named in channels and scheme.channels[named].others:
            findings.add("FUND_INVALID", fund.place, fund.name, detail=_PRICED)
    for bridge in scheme.bridges.values():
        if bridge.fund:
            _known("FUND_UNKNOWN", bridge.fund, funds, bridge.place, findings)
    for term in scheme.pay_cap.terms:
        if term.kind is CapTermKind.FUND_SHARE and term.name:
            _known("FUND_UNKNOWN", term.name, funds, term.place, findings)
    _check_round(scheme.funds, findings)


def _known(code: str, name: str, names: tuple[str, ...], place: Place, findings: Findings) -> None:
    if name not in names:
        every = ", ".join(names) or "-"
        findings.add(code, place, name, near=near(name, names), allowed=every)


def _check_round(funds: Mapping[str, Fund], findings: Findings) -> None:
    """A split of a split of ... itself has no amount; each way round is told once."""
    of = {name: one.body.of for name, one in funds.items() if isinstance(one.body, Split)}
    done: set[str] = set()
    for start in of:
        way: list[str] = []
        at = start
        while at in of and at not in way and at not in done:
            way.append(at)
            at = of[at]
        if at in way:
            ring = [*way[way.index(at) :], at]
            findings.add("FUND_CYCLE", funds[at].place, at, way=" → ".join(ring))
        done.update(way)


def check_series_of(scheme: Scheme, series: tuple[str, ...], findings: Findings) -> None:
    """Note weight series that funds and pools name and no weight row has."""
    if not series:
        return
    named = [
        (fund.body.series, fund.place)
        for fund in scheme.funds.values()
        if isinstance(fund.body, PerItem | PerEquivalent)
    ]
    named += [(one.series, one.place) for one in scheme.bridges.values() if one.series]
    for name, place in named:
        _known("SERIES_UNKNOWN", name, series, place, findings)


def check_figures(scheme: Scheme, period: Period, findings: Findings) -> None:
    """Note figures of funds in force that have no version on the period's last day in force."""
    for fund in scheme.funds.values():
        for one in (fund, *fund.own.values()):
            start, end = max(one.valid_from, period.start), min(one.valid_to, period.end)
            if start >= end:
                continue
            for name, figure in _figures(one):
                if figure.on(end - 1) is None:
                    findings.add("FIGURE_MISSING", one.place, name, day=print_day(end - 1))


def _figures(fund: Fund) -> Iterable[tuple[str, Dated[int]]]:
    """The figures that an amount cannot do without."""
    body, name = fund.body, fund.name
    if isinstance(body, PerHead):
        yield f"{name}.rate", body.rate_e4
    elif isinstance(body, PerItem):
        yield from ((f"{name}.{item}", price) for item, price in body.prices_e4.items())
    elif isinstance(body, PerEquivalent):
        if body.price_e4 is not None:
            yield f"{name}.price", body.price_e4
        yield from ((f"{name}.{group}", price) for group, price in body.group_prices_e4.items())
        yield from ((f"{name}.tiers", tier.price_e4) for tier in body.tiers)
        if body.floating and body.budget_fen is not None:
            yield f"{name}.budget", body.budget_fen
    elif isinstance(body, Packages):
        for package in body.packages:
            yield f"{name}.{package.name}.price", package.price_e4
            yield f"{name}.{package.name}.reimbursement", package.reimbursement_e4
    elif isinstance(body, Tasks):
        yield from ((f"{name}.{task}", price) for task, price in body.standards_e4.items())
