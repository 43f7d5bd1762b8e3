"""Exact numbers as a sheet shows them: decimals that a clerk can read in place of long fractions.

Only what is shown is rounded; the CSV of the same table has the exact number. Sources: C1.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

__all__ = ["in_words", "shown_distance", "shown_number", "shown_span"]

_PLACES: Final = 10_000


def shown_number(text: str) -> str:
    """A number, or a fraction, with at most four decimals, half-up; blank stays blank."""
    return _decimal((Fraction(text) * 2 * _PLACES + 1).__floor__() // 2) if text else ""


def shown_distance(text: str) -> str:
    """The same rounded up: what is still missing is never shown as nothing."""
    return _decimal((Fraction(text) * _PLACES).__ceil__()) if text else ""


def shown_span(text: str) -> str:
    """``first..last`` in words."""
    return text.replace("..", " 至 ")


def in_words(text: str, words: Mapping[str, str]) -> str:
    """A value in words: the whole, or what stands before its first colon (``heads:2025-12-31``)."""
    word, colon, of = text.partition(":")
    if text in words or word not in words:
        return words.get(text, text)
    return f"{words[word]}：{of}" if colon else words[word]


def _decimal(units: int) -> str:
    sign, units = "-" * (units < 0), abs(units)
    whole, part = divmod(units, _PLACES)
    return f"{sign}{whole}.{part:04d}".rstrip("0").rstrip(".")
