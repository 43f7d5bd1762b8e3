"""Pay lines made by hand, for tests that need no settlement."""

from collections.abc import Iterable

from equivalents.payroll import Kind, PayLine, PayLines, PayResult, StaffRow, Versions, pay_lines
from equivalents.payroll.people import staff_of
from equivalents.payroll.result import Paid
from equivalents.policy.calendar import parse_period

__all__ = ["VERSIONS", "line_of", "lines_of", "paid", "result_of"]

VERSIONS = Versions("1.0", "2026-11", "5" * 64, "7" * 64)
_PERIOD = parse_period("2025-07")


def paid(
    place: str, person: str, fen: int, *, pool: str = "绩效", closed: str = "", component: str = ""
) -> Paid:
    """An amount; with a closed period an adjustment, with a component one beside the pools."""
    kind = Kind.ADJUSTMENT if closed else Kind.COMPONENT if component else Kind.POOL_SHARE
    worth = ("1.0000000", "1.0000000", "1.0000") if kind is Kind.POOL_SHARE else ("", "", "")
    name = component or ("adjustment" if closed else "pool_share")
    return Paid(place, person, pool, name, closed, kind, *worth, fen)


def result_of(rows: Iterable[Paid], *, names: dict[str, str] | None = None) -> PayResult:
    """A result that pays these rows; everybody is called by their id unless named."""
    found = tuple(rows)
    names = names or {}
    places = {one.institution_id for one in found}
    people = {(one.institution_id, one.person_id) for one in found}
    staff = staff_of(
        (StaffRow(who, where, "", names.get(who, f"某{who}"), "医生") for where, who in people),
        _PERIOD,
    )
    titles = {place: f"{place}卫生院" for place in places}
    return PayResult("run", "0" * 64, "青石县", _PERIOD, VERSIONS, found, titles, staff)


def lines_of(*rows: Paid, names: dict[str, str] | None = None) -> PayLines:
    """The pay lines of these rows."""
    return pay_lines(result_of(rows, names=names))


def line_of(row: Paid) -> PayLine:
    """The pay line of one row."""
    return lines_of(row).lines[0]
