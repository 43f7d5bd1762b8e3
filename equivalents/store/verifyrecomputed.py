"""*Recomputed equal*: every locked period and adjustment settled again, and its bytes compared.

The case is made anew, of what was known when the result was settled (``as_of``), in a cache of its
own, and counted without any kept tally: nothing that could lie is used again. A period that was
settled from a case beside the store, or by another version of the method, is told as not proven.
Sources: specification page 2 "A period's life"; page 4 "Tamper".
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from equivalents.errors import DataError
from equivalents.settle import METHOD
from equivalents.store.engine import Store
from equivalents.store.lifeinputs import inputs_of
from equivalents.store.locked import locked_periods
from equivalents.store.lockrow import lock_of
from equivalents.store.recomputing import settle_again
from equivalents.store.results import (
    ADJUSTMENT,
    Result,
    result_files,
    result_of,
    results_of,
)
from equivalents.store.sealing import sha256_of
from equivalents.store.verifyfound import Findings

__all__ = ["recompute_locks"]


def recompute_locks(store: Store, found: Findings) -> list[str]:
    """Settle every locked period and every adjustment again.

    Gives the names of those whose bytes are equal: ``2026-06``, of an adjustment the period that
    it corrects and the one that pays it, ``2026-06 2026-08``.
    """
    with store.reading() as connection:
        results = [
            result_of(connection, lock_of(connection, one.lock_id).result_id)
            for one in locked_periods(connection)
        ]
        results += [one for one in results_of(connection) if one.kind == ADJUSTMENT]
    equal = []
    for result in results:
        name = f"{result.about} {result.period}".strip()
        try:
            differing = _differing(store, result)
        except DataError as error:
            codes = ", ".join(sorted({one.code for one in error.problems}))
            found.add("VERIFY_RECOMPUTED", "locks", 0, name, detail=codes)
            continue
        if differing is None:
            found.add("VERIFY_NOT_RECOMPUTED", "locks", 0, name, detail=_why(result))
        elif differing:
            detail = ", ".join(differing)
            found.add("VERIFY_RECOMPUTED", "locks", 0, name, detail=detail)
        else:
            equal.append(name)
    return equal


def _why(result: Result) -> str:
    if result.method != METHOD:
        return f"方法版本 {result.method}，本程序 {METHOD}¦method {result.method}, here {METHOD}"
    return "由数据库之外的资料核算¦it was settled from a case beside the store"


def _differing(store: Store, result: Result) -> list[str] | None:
    """What comes out otherwise, by the names of files; ``None``: it cannot be settled again."""
    if result.method != METHOD or result.inputs.get("given"):
        return None
    with tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        folder = Path(name)
        apart = Store(replace(store.place, cache=folder / "cache"), store.engine, store.who)
        out = settle_again(apart, result, folder)
        again = {one.name: sha256_of(one.read_bytes()) for one in out.iterdir()}
        with store.reading() as connection:
            kept = {name: digest for _, name, digest in result_files(connection, result.id)}
            of = result.about or result.period
            inputs = inputs_of(apart, connection, of, result.as_of)
    changed = {name for name in again.keys() | kept.keys() if again.get(name) != kept.get(name)}
    changed |= {f"inputs {one}" for one in inputs if inputs[one] != result.inputs.get(one)}
    return sorted(changed)
