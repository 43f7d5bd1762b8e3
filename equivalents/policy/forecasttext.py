"""The key ``forecast`` of a fund of approved tasks: weights of past years, or their growth.

Sources: rule B3; the papers ChinaXiv 202207.00109 (weights) and 202207.00084 (growth).
"""

from typing import Final

from equivalents.policy.figuretext import Reader
from equivalents.policy.funds import ForecastRule
from equivalents.policy.yamltext import Entry

__all__ = ["read_forecast"]

_KEYS: Final = {"weights": "texts", "growth": "text"}
_DIGITS: Final = 6  # of a weight
_ONE: Final = (
    "forecast 须有 weights（非负整数，不全为 0）或 growth: past 之一"
    "¦a forecast has weights (whole numbers, not all 0) or growth: past"
)


def read_forecast(entry: Entry, read: Reader) -> ForecastRule | None:
    """How a fund foretells its tasks; nothing where it does not, or where a fault is noted."""
    if entry.value == "":
        return None
    read.keys(entry, _KEYS, "forecast")
    weights, growth = read.texts(entry.get("weights")), entry.get("growth").text
    whole = all(text.isascii() and text.isdigit() and len(text) <= _DIGITS for text in weights)
    one = bool(weights) != bool(growth) and growth in ("", "past")
    if not whole or not one or (weights and not any(map(int, weights))):
        read.invalid("FUND_INVALID", entry, "forecast", _ONE)
        return None
    return ForecastRule(tuple(map(int, weights)))
