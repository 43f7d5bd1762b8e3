"""What is asked of an export, looked at before a job is queued: all that is wrong with it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.payroll import read_column_map, read_voucher_map
from equivalents.payroll.columnmap import MapLevel

__all__ = [
    "export_problems",
]

_PRINTED: Final = ("approval", "signing")
_LINES: Final = ("lines", "summary")


def export_problems(what: str, form: str, map_name: str) -> Iterator[Problem]:
    """What of an export does not go together; blank: what is left to us.

    Codes: ``FIELD_INVALID``, ``PAYROLL_MAP_UNKNOWN``, ``PAYROLL_MAP_LEVEL``.
    """
    if what in _PRINTED and form not in ("", "xlsx"):
        yield _invalid(
            "/format", form, "审批表和签字表只有 xlsx¦approval and signing are xlsx only"
        )
    if form == "ndjson" and what not in (*_LINES, *_PRINTED):
        zh = "ndjson 只用于 lines 与 summary"
        yield _invalid("/format", form, f"{zh}¦ndjson is for lines and summary")
    if not map_name:
        return
    if what in _PRINTED:
        zh = "审批表和签字表不用映射"
        yield _invalid("/map", map_name, f"{zh}¦approval and signing take no map")
        return
    if form == "ndjson":
        zh = "ndjson 不与映射同用"
        yield _invalid("/format", form, f"{zh}¦ndjson is written without a map")
    yield from _of_map(what, map_name)


def _of_map(what: str, name: str) -> Iterator[Problem]:
    try:
        if what == "voucher":
            read_voucher_map(name)
            return
        found = read_column_map(name)
    except DataError as error:
        yield from (replace(one, place=Place(column="/map")) for one in error.problems)
        return
    if (found.level is MapLevel.BANK) != (what == "bank"):
        facts = {"level": found.level.value}
        yield Problem("PAYROLL_MAP_LEVEL", Place(column="/map"), name, facts)


def _invalid(pointer: str, value: str, detail: str) -> Problem:
    return Problem("FIELD_INVALID", Place(column=pointer), value, {"detail": detail})
