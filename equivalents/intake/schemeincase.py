"""The scheme of a case against its tables: series, institutions, pools, figures, what is bought.

Sources: issue "Schemes as dated data"; rules B1, B9, D0.
"""

from collections.abc import Sequence

from equivalents.findings import Findings, near
from equivalents.intake.schemes import shipped_among
from equivalents.intake.settings import Settings
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.model import Institution, Pool, WeightRow
from equivalents.policy.purchases import check_purchases
from equivalents.policy.rowchannels import check_row_channels
from equivalents.policy.schemecases import (
    check_cap_before,
    check_coefficients_once,
    check_in_case,
)
from equivalents.policy.schemecheck import check_figures, check_series_of

__all__ = ["check_scheme"]


def check_scheme(
    settings: Settings,
    weights: Sequence[WeightRow],
    institutions: Sequence[Institution],
    pools: Sequence[Pool],
    keys: KeyRules,
    before: Sequence[CapBefore],
    findings: Findings,
) -> None:
    """Note what does not fit; ``before`` is what earlier periods bring in for the pay cap."""
    scheme, period = settings.scheme, settings.period
    check_cap_before(scheme, before, period, findings)
    _check_excess_funds(settings, findings)
    if scheme is not None:
        check_series_of(scheme, tuple(sorted({row.series for row in weights})), findings)
        shipped = shipped_among(settings.scheme_files)
        check_in_case(scheme, institutions, pools, shipped, findings)
        check_coefficients_once(scheme, keys, findings)
        if period is not None:
            check_figures(scheme, period, findings)
            check_purchases(scheme, weights, pools, period, findings)
            check_row_channels(scheme, weights, pools, period, findings)


def _check_excess_funds(settings: Settings, findings: Findings) -> None:
    """Note pools whose excess a fund is to pay that the scheme does not have (5.2)."""
    funds = sorted(settings.scheme.funds) if settings.scheme is not None else []
    for pool, sharing in settings.sharing.items():
        if sharing.excess_fund and sharing.excess_fund not in funds:
            hint = near(sharing.excess_fund, funds)
            place, fund = sharing.place, sharing.excess_fund
            findings.add("EXCESS_FUND_UNKNOWN", place, fund, pool=pool, near=hint)
