"""*Recomputed equal*: every locked period settled again from the store, and its bytes compared.

The case is made anew, of what was known when the result was settled (``as_of``), in a cache of its
own, and counted without any kept tally: nothing that could lie is used again. A period that was
settled from a case beside the store, or by another version of the method, is told as not proven.
Sources: specification page 2 "A period's life"; page 4 "Tamper".
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from equivalents.errors import DataError
from equivalents.settle import METHOD
from equivalents.store.engine import Store
from equivalents.store.lifeinputs import inputs_of
from equivalents.store.locked import locked_periods
from equivalents.store.lockrow import lock_of
from equivalents.store.results import (
    ADJUSTMENT,
    SETTLEMENT,
    YEAR_END,
    Result,
    result_files,
    result_folder,
    result_of,
    results_of,
)
from equivalents.store.sealing import sha256_of
from equivalents.store.verifyfound import Findings

__all__ = ["recompute_locks"]


def recompute_locks(store: Store, found: Findings) -> list[str]:
    """Settle every locked period again; gives the names of those whose bytes are equal."""
    with store.reading() as connection:
        results = [
            result_of(connection, lock_of(connection, one.lock_id).result_id)
            for one in locked_periods(connection)
        ]
    equal = []
    for result in results:
        try:
            differing = _differing(store, result)
        except DataError as error:
            codes = ", ".join(sorted({one.code for one in error.problems}))
            found.add("VERIFY_RECOMPUTED", "locks", 0, result.period, detail=codes)
            continue
        if differing is None:
            found.add("VERIFY_NOT_RECOMPUTED", "locks", 0, result.period, detail=_why(result))
        elif differing:
            detail = ", ".join(differing)
            found.add("VERIFY_RECOMPUTED", "locks", 0, result.period, detail=detail)
        else:
            equal.append(result.period)
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
        _settle_again(apart, result, folder)
        again = {one.name: sha256_of(one.read_bytes()) for one in (folder / "out").iterdir()}
        with store.reading() as connection:
            kept = {name: digest for _, name, digest in result_files(connection, result.id)}
            inputs = inputs_of(apart, connection, result.period, result.as_of)
    changed = {name for name in again.keys() | kept.keys() if again.get(name) != kept.get(name)}
    changed |= {f"inputs {one}" for one in inputs if inputs[one] != result.inputs.get(one)}
    return sorted(changed)


def _settle_again(store: Store, result: Result, folder: Path) -> None:
    from equivalents.closing import year_end_case
    from equivalents.run import settle_case
    from equivalents.store.storecase import case_of

    case = case_of(store, result.period, as_of=result.as_of)
    if result.kind == SETTLEMENT:
        settle_case(case, folder / "out", stop_on_reject=False)
        return
    with store.reading() as connection:
        parts = [*_paid_in(connection, result)]
    paid, adjusted = (
        [result_folder(store, one.id, folder / label) for one, label in parts if is_of(one)]
        for is_of in (_is_paid, _is_adjustment)
    )
    year_end_case(case, paid, folder / "out", adjusted=adjusted, stop_on_reject=False)


def _is_paid(one: Result) -> bool:
    return one.kind != ADJUSTMENT


def _is_adjustment(one: Result) -> bool:
    return one.kind == ADJUSTMENT


def _paid_in(connection: Connection, result: Result) -> Iterator[tuple[Result, str]]:
    """The results that a year's end was made of, with the names that their folders had."""
    wanted = {tuple(one) for one in result.inputs.get("results", ())}
    for one in results_of(connection):
        name = one.about or one.period
        if one.kind != YEAR_END and (one.kind, name, one.sha256) in wanted:
            yield one, name if _is_paid(one) else f"{name}-adjustment-{one.id}"
