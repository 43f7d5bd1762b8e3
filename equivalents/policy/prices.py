"""Charge prices 收费价格 as plain values: what residents may be charged, by code and title tier.

They check charges and income. They are neither weights nor fiscal prices, so no fund and no weight
table can name them. Source: rule B4a.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from equivalents.policy.funds import Dated

__all__ = ["ChargePrice", "ChargePrices"]


@dataclass(frozen=True, slots=True)
class ChargePrice:
    """The price of one charge code, in fen for each unit of it, for one title tier (blank: all).

    ``unverified`` marks a figure that its source strikes through: it is no measure, only a hint.
    """

    code: str
    price_fen: Dated[int]
    title: str = ""
    title_tier: str = ""
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class ChargePrices:
    """The charge prices of one city, as a scheme names them."""

    name: str
    city: str = ""
    title: str = ""
    prices: tuple[ChargePrice, ...] = ()

    def by_code(self) -> Mapping[str, tuple[ChargePrice, ...]]:
        """The prices of each code, one for each tier and part of the tiers that are unverified."""
        found: dict[str, tuple[ChargePrice, ...]] = {}
        for price in self.prices:
            found[price.code] = (*found.get(price.code, ()), price)
        return found
