"""A CASE argument that may name a period in the store: the folder that is made of it."""

from pathlib import Path

from equivalents.storecli import StoreOption, opened
from equivalents.terminal import show_problems

__all__ = ["CaseStoreOption", "case_given", "counts_of"]

CaseStoreOption = StoreOption
"""The store that a CASE like ``store:2025-06`` is in."""


def case_given(case: Path, store: str = "") -> Path:
    """The case that an argument names; that of ``store:PERIOD`` is made, or found in the cache.

    What is to be told of it goes to standard error.

    Raises:
        UsageError: it begins with ``store:`` and names no period.
        DataError: as :func:`equivalents.store.storecase.made_case`, and of opening the store.
    """
    if not str(case).startswith("store:"):
        return case
    from equivalents.store.storecase import made_case, parse_store_case

    wanted = parse_store_case(str(case))
    assert wanted is not None, "it begins as one of the store"
    with opened(store) as found:
        made = made_case(found, wanted.period, as_of=wanted.as_of)
    if made.problems:
        show_problems(made.problems, as_json=False)
    return made.folder


def counts_of(case: Path, store: str = "") -> Path | None:
    """Where counts of a case of the store are kept for the next run; ``None`` for other cases.

    Raises:
        DataError: as :func:`equivalents.store.place.place_of`.
    """
    if not str(case).startswith("store:"):
        return None
    from equivalents.store.casecache import COUNTS
    from equivalents.store.place import place_of

    return place_of(store).cache / COUNTS
