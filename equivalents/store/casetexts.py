"""The tables and texts of a period's case, out of what is kept: everything but the records.

Which rows hold in a period: its own where it has any; else, as :mod:`~.datedrules` says of the
table, those of the shortest longer period, or those of the periods inside it together; else the
standing ones. ``counted`` is carried on: what was used up when an earlier period of the same
window began still is, and the records since then are the rest of the history. Sources:
specification page 3 "A case"; definition 5.5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from equivalents.errors import DataError, Problem
from equivalents.findings import Findings
from equivalents.intake.casefiles import CaseFiles
from equivalents.intake.casefolder import open_folder
from equivalents.intake.settings import read_settings
from equivalents.policy.basis import window_start
from equivalents.policy.calendar import Period, parse_period
from equivalents.policy.model import CONDITIONS, Handling, WeightRow
from equivalents.store.caseread import csv_text
from equivalents.store.dated import DatedRow, rows_as_of, was_put
from equivalents.store.datedrules import KEPT
from equivalents.store.documents import CASE, case_document, documents_as_of, in_force, plain_case
from equivalents.store.tableform import COUNTED_HOUSEHOLD, Row

__all__ = ["Texts", "Windows", "case_texts", "counted_text", "rows_in_force", "windows_of"]

_VISIT: Final = CONDITIONS.index("visit_number")
_COUNTED: Final = "counted"


@dataclass(frozen=True, slots=True)
class Texts:
    """The files of a case but its records, by name, and what is to be told of them."""

    files: Mapping[str, str]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Windows:
    """What the weights of a case say of classes.

    ``since`` is the first day whose records still matter, by item, where that is before the
    period; ``homes`` are items whose classes are those of households, ``people`` of residents;
    ``stays`` those counted by days, of which a record may begin before the period. ``excludes``
    says that the case excludes records outside the period, where others reject them.
    """

    since: Mapping[str, int] = field(default_factory=dict)
    homes: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    stays: frozenset[str] = frozenset()
    excludes: bool = False


def case_texts(connection: Connection, period: Period, as_of: int) -> Texts:
    """case.yaml, what it names, and every table but ``counted``, as known at an audit entry.

    Raises:
        DataError: ``STORE_CASE_ABSENT``: no case.yaml rules the period.
    """
    documents = documents_as_of(connection, as_of)
    ruling = case_document(documents, period.name)
    if ruling is None:
        raise DataError([Problem("STORE_CASE_ABSENT", value=period.name)])
    told = []
    if ruling.period not in ("", period.name):
        facts = {"other": ruling.period}
        told.append(Problem("STORE_CASE_INHERITED", value=period.name, facts=facts))
    beside = in_force(documents, ruling.period) | in_force(documents, period.name)
    files = {name: one.body for name, one in beside.items()}
    files[CASE] = plain_case(ruling.body, period.name)
    for table in KEPT:
        if table != _COUNTED:
            rows = rows_in_force(connection, table, period, as_of)
            if rows:
                files[f"{table}.csv"] = csv_text(table, (one.row for one in rows))
    return Texts(files, told)


def rows_in_force(
    connection: Connection, table: str, period: Period, as_of: int | None
) -> Sequence[DatedRow]:
    """The rows of a table that hold in a period."""
    put, kept = was_put(connection, table, as_of), KEPT[table]
    if period.name in put:
        return rows_as_of(connection, table, period.name, as_of)
    others = [parse_period(name) for name in sorted(put - {""})]
    if kept.from_longer:
        longer = [one for one in others if one.start <= period.start and period.end <= one.end]
        if longer:
            nearest = min(longer, key=lambda one: (one.end - one.start, one.name))
            return rows_as_of(connection, table, nearest.name, as_of)
    if kept.adds_up:
        inside = [one for one in others if period.start <= one.start and one.end <= period.end]
        return [
            row
            for one in sorted(_largest(inside), key=lambda one: one.start)
            for row in rows_as_of(connection, table, one.name, as_of)
        ]
    return rows_as_of(connection, table, "", as_of)


def _largest(periods: Iterable[Period]) -> list[Period]:
    """Periods without those that lie inside another of them."""
    taken: list[Period] = []
    for one in sorted(periods, key=lambda one: (one.start - one.end, one.name)):
        if not any(other.start <= one.start and one.end <= other.end for other in taken):
            taken.append(one)
    return taken


# -- windows --------------------------------------------------------------------------------------


def windows_of(folder: Path, period: Period) -> Windows:
    """What the weights of a case, made but for its records, say of classes; no fault is told."""
    opened, findings = open_folder(folder), Findings()
    settings = read_settings(opened.entry(findings), opened.folder, findings)
    files = CaseFiles(opened)
    files.times = settings.times
    rows = files.weights(settings.weight_tables)
    since: dict[str, int] = {}
    for row in rows:
        first = _first_day(row, period)
        if first < period.start:
            since[row.item_code] = min(since.get(row.item_code, first), first)
    classes = [row for row in rows if row.basis.in_classes]
    homes = frozenset(row.item_code for row in classes if row.basis.of_household)
    people = frozenset(row.item_code for row in classes if not row.basis.of_household)
    stays = frozenset(row.item_code for row in rows if row.basis.days)
    excludes = settings.outside_period is Handling.EXCLUDE
    return Windows(since, homes, people, stays, excludes)


def _first_day(row: WeightRow, period: Period) -> int:
    """The first day whose records matter to a weight row, as the engine's ``Waits`` has it."""
    if row.basis.in_classes or row.conditions[_VISIT]:
        return window_start(period.start, row.basis.window)
    return period.start


def counted_text(
    connection: Connection, period: Period, windows: Windows, as_of: int
) -> tuple[str, int]:
    """The table ``counted`` of a period, blank for none; and the day from which history is wanted.

    That is the start of the period whose ``counted`` it is: what was before is in the table.
    """
    first = min(windows.since.values(), default=period.start)
    spans = [parse_period(name) for name in was_put(connection, _COUNTED, as_of) if name]
    known = [one for one in spans if first <= one.start <= period.start]
    own = [one for one in known if one.name == period.name]
    for one in own or sorted(known, key=lambda one: (one.start, one.name), reverse=True):
        rows = [found.row for found in rows_as_of(connection, _COUNTED, one.name, as_of)]
        if one.name != period.name:
            rows = [row for row in rows if _still(row, period)]
        made = [cell for row in rows for cell in _by_subject(row, windows)]
        return csv_text(_COUNTED, made) if made else "", one.start
    return "", first


def _still(row: Row, period: Period) -> bool:
    """Whether the window of a row is one that the period begins in."""
    try:
        window = parse_period(row.get("window", ""))
    except ValueError:
        return True  # the check of the case tells it
    return window.start <= period.start < window.end


def _by_subject(row: Row, windows: Windows) -> list[Row]:
    """A row for each kind of subject that its item is counted by; a resident's where unknown."""
    item, plain = row.get("item_code", ""), dict(row)
    home = plain.pop(COUNTED_HOUSEHOLD, "")
    found = [plain] if item in windows.people or item not in windows.homes or not home else []
    return [*found, {**plain, "id": home}] if home and item in windows.homes else found
