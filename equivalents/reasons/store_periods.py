"""Reasons of the store's room of periods."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_PERIOD_REASONS"]

STORE_PERIOD_REASONS: Final[tuple[Reason, ...]] = ()
