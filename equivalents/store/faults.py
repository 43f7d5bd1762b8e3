"""What a database says of a failure, as a problem of this store with what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from equivalents.errors import DataError, Problem

__all__ = ["GUARD_TEXT", "named", "problem_of"]

GUARD_TEXT: Final = "equivalents: kept rows are never changed"
"""What triggers of the store say."""

_BY_STATE: Final = {
    "53100": "STORE_FULL",
    "53200": "STORE_LOST",
    "55P03": "STORE_BUSY",
    "40001": "STORE_BUSY",
    "40P01": "STORE_BUSY",
    "42501": "STORE_RIGHTS",
    "28P01": "STORE_RIGHTS",
    "28000": "STORE_RIGHTS",
    "3D000": "STORE_LOST",
    "3F000": "STORE_RIGHTS",
    "42704": "STORE_RIGHTS",
    "25006": "STORE_RIGHTS",
    "XX001": "STORE_DAMAGED",
    "XX002": "STORE_DAMAGED",
}
_BY_TEXT: Final = (
    (GUARD_TEXT, "STORE_GUARDED"),
    ("disk is full", "STORE_FULL"),
    ("database is locked", "STORE_BUSY"),
    ("malformed", "STORE_DAMAGED"),
    ("not a database", "STORE_DAMAGED"),
    ("could not decode to utf-8", "STORE_DAMAGED"),
    ("readonly database", "STORE_RIGHTS"),
    ("unable to open", "STORE_RIGHTS"),
    ("password authentication", "STORE_RIGHTS"),
    ("disk i/o error", "STORE_LOST"),
    ("connection", "STORE_LOST"),
    ("resolve host", "STORE_LOST"),
    ("translate host", "STORE_LOST"),
    ("server closed", "STORE_LOST"),
    ("terminating", "STORE_LOST"),
    ("starting up", "STORE_LOST"),
    ("shutting down", "STORE_LOST"),
    ("recovery", "STORE_LOST"),
)


def problem_of(error: BaseException, name: str) -> Problem | None:
    """The problem that a failure of the database ``name`` is; ``None``: a defect of ours."""
    if not isinstance(error, DBAPIError):
        return None
    original = error.orig
    said = str(original)
    state = str(getattr(original, "sqlstate", None) or "")
    lowered = said.lower()
    by_text = next((code for text, code in _BY_TEXT if text in lowered), "")
    code = "STORE_GUARDED" if GUARD_TEXT in said else _BY_STATE.get(state) or by_text
    if not code and (error.connection_invalidated or state[:2] in {"08", "57"}):
        code = "STORE_LOST"
    first = said.strip().splitlines()[0] if said.strip() else type(original).__name__
    return Problem(code, value=name, facts={"detail": first}) if code else None


@contextmanager
def named(name: str) -> Iterator[None]:
    """Failures of the database ``name`` become a :class:`DataError` that says what to do.

    Raises:
        DataError: ``STORE_FULL``, ``STORE_BUSY``, ``STORE_LOST``, ``STORE_RIGHTS``,
            ``STORE_DAMAGED``, ``STORE_GUARDED``.
    """
    try:
        yield
    except SQLAlchemyError as error:
        problem = problem_of(error, name)
        if problem is None:
            raise
        raise DataError([problem]) from error
