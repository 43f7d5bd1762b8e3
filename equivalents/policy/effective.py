"""Effective contracts 有效签约 as plain values: the policy that says which contracts are effective.

A signed contract is paid where the service behind it was real. Which ones those are is a declared
policy of the county (C4): every named indicator of the institution or team reaches its full points;
or all signed heads count by the rate of a composite; or each contract passes tests of its own.
Computed in :mod:`equivalents.effective`. Sources: C4, B4.
"""

from dataclasses import dataclass
from enum import StrEnum

from equivalents.errors import NOWHERE, Place
from equivalents.policy.assessment import AssessedLevel

__all__ = ["EffectivePolicy", "EffectiveRule"]


class EffectiveRule(StrEnum):
    """How a contract becomes effective."""

    ALL_THRESHOLDS = "all_thresholds"
    COMPOSITE = "composite"
    PER_CONTRACT = "per_contract"


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """A policy of effective contracts.

    ``level`` says whose results decide: an institution's, a team's, or (``PER_CONTRACT``) those of
    the contract itself. ``indicators`` are the thresholds or tests: an indicator is met with its
    full points. ``at_least`` of them have to be met, ``None``: all. ``composite`` names the
    composite whose coefficient every signed head is worth.
    """

    name: str
    rule: EffectiveRule
    level: AssessedLevel
    indicators: tuple[str, ...] = ()
    composite: str = ""
    at_least: int | None = None
    title: str = ""
    reference: str = ""
    place: Place = NOWHERE
