"""Reasons of the store's room of imports."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_IMPORT_REASONS"]

STORE_IMPORT_REASONS: Final[tuple[Reason, ...]] = ()
