"""Who a line is about: department, name, post and employment type of a person at an institution.

Of several postings at one institution the line shows the one that holds latest in the period: of
those that overlap it the main one, then the one that began last, then the last post id. Of
somebody who left before, the last posting of all; of somebody who has none at the institution only
the name is known. Sources: specification page 3; definition 5.20.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from equivalents.errors import NOWHERE
from equivalents.findings import Findings
from equivalents.payroll.casetables import case_tables
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, Period, parse_day
from equivalents.policy.yamltext import Entry

__all__ = ["Staff", "StaffRow", "case_staff", "kept_staff", "staff_of"]


class StaffRow(NamedTuple):
    """A posting as payroll sees it; days are day numbers, ``active_to`` is exclusive."""

    person_id: str
    institution_id: str
    department_id: str = ""
    name: str = ""
    post: str = ""
    employment_type: str = ""
    post_id: str = ""
    main: bool = False
    active_from: int = FIRST_DAY
    active_to: int = LAST_DAY


_NOBODY: Final = StaffRow("", "")


@dataclass(frozen=True, slots=True)
class Staff:
    """Postings to be shown by (institution, person), names by person, departments by id."""

    postings: Mapping[tuple[str, str], StaffRow] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    institutions: Mapping[str, str] = field(default_factory=dict)

    def posting(self, institution_id: str, person_id: str) -> StaffRow:
        """The posting that a line shows; blank but for the name where there is none."""
        found = self.postings.get((institution_id, person_id))
        return found or _NOBODY._replace(name=self.names.get(person_id, ""))


def staff_of(
    rows: Iterable[StaffRow],
    period: Period,
    departments: Mapping[str, str] | None = None,
    institutions: Mapping[str, str] | None = None,
) -> Staff:
    """The postings that lines of a period show, of rows in any order."""
    best: dict[tuple[str, str], tuple[tuple[Any, ...], StaffRow]] = {}
    names: dict[str, tuple[int, str]] = {}
    for row in rows:
        overlaps = row.active_from < period.end and row.active_to > period.start
        rank = overlaps, row.active_from < period.end, overlaps and row.main, row.active_from, row
        key = row.institution_id, row.person_id
        if key not in best or best[key][0] < rank:
            best[key] = rank, row
        if row.name:
            names[row.person_id] = max(
                names.get(row.person_id, (FIRST_DAY, "")), (row.active_from, row.name)
            )
    return Staff(
        {key: row for key, (_, row) in best.items()},
        {person: name for person, (_, name) in names.items()},
        departments or {},
        institutions or {},
    )


def kept_staff(roster: Path, departments: Mapping[str, str], period: Period) -> Staff:
    """The staff that a result kept in ``roster.parquet``."""
    import pyarrow.parquet as pq

    table = pq.read_table(roster)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    for name, open_day in (("active_from", FIRST_DAY), ("active_to", LAST_DAY)):
        columns[name] = [parse_day(text) if text else open_day for text in columns[name]]
    rows = map(StaffRow, *(columns[name] for name in StaffRow._fields)) if columns else ()
    return staff_of(rows, period, departments)


def case_staff(case: Path, period: Period) -> Staff:
    """The staff of a case: its tables ``institutions``, ``departments`` and ``staff``.

    Raises:
        DataError: every fault of these tables.
    """
    from equivalents.intake.masters import read_masters

    findings = Findings()
    # Teams share records, which nobody asks for here: their roles are not needed.
    masters = read_masters(case_tables(case, findings), Entry("", NOWHERE))
    findings.stop_on_errors()
    rows = (
        StaffRow(**{name: getattr(one, name) for name in StaffRow._fields})
        for one in masters.postings
    )
    departments = {key: one.name for key, one in masters.departments.items()}
    institutions = {one.institution_id: one.name for one in masters.institutions}
    return staff_of(rows, period, departments, institutions)
