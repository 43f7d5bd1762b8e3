"""What somebody's upload may hold: so many rows, of these institutions, and no database.

An import says whose rows it has by the ranges of its segments. Source: issue 8, "Access": scope on
list, object and field.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from equivalents.errors import DataError, Problem
from equivalents.reasons import BOTH
from equivalents.store.importread import Read
from equivalents.store.schema import SEGMENTS
from equivalents.store.writing import parsed

__all__ = ["Bounds", "WITHOUT", "check_reach", "import_institutions", "read_institutions"]

_ACT: Final = f"导入记录{BOTH}import records"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of an upload.

    ``rows`` are the most that its files may have together; ``allowed`` the institutions whose
    records may come in or go; ``databases``: whether a case may name databases to read from.
    """

    rows: int | None = None
    allowed: Container[str] | None = None
    databases: bool = True


WITHOUT: Final = Bounds()
"""No bounds: whoever runs commands on the machine of the store."""


def check_reach(allowed: Container[str] | None, institutions: Iterable[str]) -> None:
    """Refuse records of institutions beyond those that are allowed.

    Raises:
        DataError: ``FORBIDDEN_INSTITUTION`` of each, in the order of their codes.
    """
    if allowed is None:
        return
    beyond = sorted({one for one in institutions if one not in allowed})
    if beyond:
        facts = {"action": _ACT}
        raise DataError(
            [Problem("FORBIDDEN_INSTITUTION", value=one, facts=facts) for one in beyond]
        )


def read_institutions(read: Read) -> set[str]:
    """The institutions that a file has good rows of."""
    return {institution for _, institution in read.spool.counts}


def import_institutions(connection: Connection, imports: Iterable[int]) -> set[str]:
    """The institutions of the rows that some imports added or took back."""
    wanted = select(SEGMENTS.c.ranges).where(SEGMENTS.c.import_id.in_([*imports]))
    found = connection.execute(wanted).scalars()
    return {str(one[1]) for ranges in found for one in parsed(ranges) or ()}
