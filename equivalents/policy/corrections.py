"""What is paid after a period was closed, as plain values: corrections and the year's end (D5)."""

from dataclasses import dataclass
from enum import StrEnum

from equivalents.errors import NOWHERE, Place

__all__ = ["CorrectionMode", "Corrections", "OverPaid", "YearEnd"]


class CorrectionMode(StrEnum):
    """What a correction pays: keys at the locked price, or all differences (5.19)."""

    AT_PRICE = "at_price"
    RESHARE = "reshare"


class OverPaid(StrEnum):
    """What becomes of what somebody was paid too much over the year: taken back, or carried on."""

    RECOVER = "recover"
    CARRY = "carry"


@dataclass(frozen=True, slots=True)
class Corrections:
    """How a closed period is corrected 追溯调整.

    ``fund`` pays the adjustments; blank: they are charged to the open period's pool of that name.
    """

    mode: CorrectionMode = CorrectionMode.AT_PRICE
    fund: str = ""
    reference: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class YearEnd:
    """How the year's end 年终清算 treats who was paid too much (5.18)."""

    over_paid: OverPaid = OverPaid.RECOVER
    reference: str = ""
    place: Place = NOWHERE
