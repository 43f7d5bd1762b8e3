"""Reasons of the store's room of dated."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_DATED_REASONS"]

STORE_DATED_REASONS: Final[tuple[Reason, ...]] = ()
