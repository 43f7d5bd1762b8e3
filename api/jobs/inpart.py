"""What a job may tell whoever sees some institutions only, where it cannot be done.

A trial and a comparison are made over the whole county. What is wrong then may name anybody and
any sum, so of such problems one is told only that they are there. Those of the tables of weights
and coefficients, which everybody may see, and of what was asked are told as they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.jobs.context import Context
from equivalents.errors import DataError, Problem

__all__ = [
    "told_in_part",
]

_OPEN_FILES: Final = frozenset({"weights.csv", "coefficients.csv"})
_OPEN_CODES: Final = frozenset({"COMPARE_NEEDS_RECORDS", "OBJECT_UNKNOWN", "REJECTED_ROWS"})
_OPEN_FAMILIES: Final = ("PERIOD_", "PROPOSAL_", "STORE_")


@contextmanager
def told_in_part(context: Context) -> Iterator[None]:
    """Withhold what the block refuses and is not for the asker; ``asked`` says ``whole`` or not.

    Raises:
        DataError: what may be told of the block's, and ``JOB_PART_WITHHELD`` for the rest.
    """
    try:
        yield
    except DataError as error:
        open_ = [one for one in error.problems if _is_open(one)]
        hidden = error.total - len(open_)
        if context.asked["whole"] or not hidden:
            raise
        rest = Problem("JOB_PART_WITHHELD", value=str(hidden))
        raise DataError([*open_, rest]) from None


def _is_open(one: Problem) -> bool:
    if one.place.file:
        return one.place.file in _OPEN_FILES
    return one.code in _OPEN_CODES or one.code.startswith(_OPEN_FAMILIES)
