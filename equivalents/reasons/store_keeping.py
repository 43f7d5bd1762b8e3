"""Reasons of the store's room of keeping."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_KEEPING_REASONS"]

STORE_KEEPING_REASONS: Final[tuple[Reason, ...]] = ()
