"""The tables that funds and the checks of contracts read: registers, charges and tasks.

Heads without a date, a count that is no whole number, two rows of one register and day: each is an
error with its place. Rows of another period are not used, and that is said once a table.
Sources: specification page 3; rules B3 to B5.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from equivalents.chargechecks import price_findings
from equivalents.codes import Coded
from equivalents.contractchecks import charge_findings
from equivalents.effective import Effective
from equivalents.errors import Place, RefusedError
from equivalents.findings import Findings, Row, Table, near
from equivalents.headchecks import head_counts
from equivalents.headwarnings import head_warnings
from equivalents.intake.contracts import read_contracts
from equivalents.intake.wholecolumns import amounts, days, note_twice, note_unknown
from equivalents.policy.assessment import Outcome
from equivalents.policy.calendar import FIRST_DAY, Period, print_day
from equivalents.policy.fundcounts import HeadCount, Task
from equivalents.policy.funds import Fund, Packages, PerEquivalent, PerHead, Tasks
from equivalents.policy.heads import (
    Charges,
    FundTables,
    Register,
    Registers,
    TableRows,
)
from equivalents.policy.load import fault_text, read_amount
from equivalents.policy.model import Institution, TeamMember
from equivalents.policy.roster import Roster
from equivalents.policy.scheme import Scheme
from equivalents.units import (
    AMOUNT_LIMIT_FEN,
    QUANTITY_LIMIT_E3,
    QUANTITY_PLACES,
    Codes,
    NumberFaultError,
    parse_fixed,
    print_fen,
)

__all__ = ["heads_for", "read_charges", "read_fund_tables", "read_registers", "read_tasks"]

_HEADS_LIMIT = 10**10
"""More heads than there are people; a sum over any year stays far below 2**63."""


def read_fund_tables(
    table: Callable[[str], Table],
    institutions: Sequence[str],
    roster: Roster,
    members: Iterable[TeamMember],
    period: Period | None,
    findings: Findings,
) -> FundTables:
    """All of them; ``table`` gives a table by name, ``institutions`` are the codes of the case."""
    others = {name: table(name) for name in ("registers", "charges", "tasks")}
    for other in others.values():
        if institutions:
            note_unknown(other, "institution_id", set(institutions), findings)
    return FundTables(
        read_contracts(table("contracts"), institutions, roster, members, findings),
        read_registers(others["registers"], period, findings),
        read_charges(others["charges"], period, findings),
        read_tasks(others["tasks"], findings),
    )


def heads_for(
    scheme: Scheme,
    tables: FundTables,
    institutions: Sequence[Institution],
    period: Period,
    findings: Findings,
    outcomes: Sequence[Outcome] = (),
) -> tuple[HeadCount, ...]:
    """The heads that the funds of a scheme ask for; what cannot be counted is noted.

    ``outcomes`` are those of the assessment, which effective contracts go by (C4).

    So are tasks of funds that the scheme does not have, and what the signed were charged against
    the scheme or its charge prices (C5, B4a).
    """
    funds = [one for fund in scheme.funds.values() for one in (fund, *fund.own.values())]
    packages = [fund.body for fund in funds if isinstance(fund.body, Packages)]
    findings.problems += charge_findings(
        tables.contracts, tables.charges, scheme.consultation_codes, packages
    )
    if scheme.charge_prices is not None:
        others = _charge_codes(scheme, funds)
        findings.problems += price_findings(tables.charges, scheme.charge_prices, others)
    _note_task_funds(tables.tasks, scheme, findings)
    findings.problems += head_warnings(scheme.funds.values(), tables, institutions, period)
    try:
        indicators = scheme.assessment.indicators if scheme.assessment is not None else {}
        effective = Effective(scheme.effective, indicators, tables.results, outcomes)
        return head_counts(scheme.funds.values(), tables, institutions, period, effective)
    except RefusedError as error:
        findings.take(error)
        return ()


def _charge_codes(scheme: Scheme, funds: Iterable[Fund]) -> set[str]:
    """The charge codes that a scheme names elsewhere than in its charge prices."""
    found = {*scheme.consultation_codes}
    for fund in funds:
        match fund.body:
            case PerHead(less_charges=codes) | PerEquivalent(offset_charges=codes):
                found |= {*codes}
            case Packages(packages=packages):
                found |= {code for package in packages for code in package.items}
    return found


def _note_task_funds(tasks: Iterable[Task], scheme: Scheme, findings: Findings) -> None:
    known = [name for name, fund in scheme.funds.items() if isinstance(fund.body, Tasks)]
    for row in tasks:
        if row.fund and row.fund not in known:
            facts = {"near": near(row.fund, known), "allowed": ", ".join(known) or "-"}
            findings.add("TASK_FUND_UNKNOWN", row.place.at("fund"), row.fund, **facts)
    past = {row.fund: row for row in reversed([row for row in tasks if row.year])}
    for name, row in sorted(past.items()):
        fund = scheme.funds.get(name)
        bodies = [one.body for one in (fund, *fund.own.values())] if fund else []
        if not any(isinstance(body, Tasks) and body.forecast for body in bodies):
            findings.add("TASK_YEAR_UNUSED", row.place.at("year"), name)


def read_registers(table: Table, period: Period | None, findings: Findings) -> Registers:
    """The registers of the period; faults are noted."""
    note_twice(table, ("institution_id", "group", "date"), findings)
    dates = _dates(table, period, findings)
    inside = _inside(table, dates, period, findings)
    heads = [_heads(row, findings) for row in table]
    return Registers(
        tuple(
            Register(row["institution_id"], row["group"], heads[at], int(dates[at]), row.place)
            for at, row in enumerate(table)
            if inside[at]
        )
    )


def _heads(row: Row, findings: Findings) -> int:
    return _number(row, "heads", 0, _HEADS_LIMIT, "HEADS_INVALID", findings)


def _number(row: Row, column: str, places: int, limit: int, code: str, findings: Findings) -> int:
    """A number of 0 or more in units of its last place; 0 where blank or at fault."""
    text = row[column]
    try:
        value = parse_fixed(text, places) if text else 0
        if value >= limit:
            raise NumberFaultError("range", text)
    except NumberFaultError as fault:
        findings.add(code, row.at(column), text, detail=fault_text(fault))
        return 0
    return value


def read_charges(table: Table, period: Period | None, findings: Findings) -> Charges:
    """The charges of the period by columns; faults are noted."""
    dates = _dates(table, period, findings)
    fen = amounts(table, "amount", findings)
    if sum(fen) >= AMOUNT_LIMIT_FEN:
        limit = print_fen(AMOUNT_LIMIT_FEN)
        findings.add("CHARGES_TOO_LARGE", Place(table.places.file), limit=limit)
    at = np.flatnonzero(_inside(table, dates, period, findings))
    names = {"resident": "resident_id", "institution": "institution_id", "code": "code"}
    coded = {name: Coded.of(table.column(column)) for name, column in names.items()}
    return Charges(
        TableRows(
            table.places.file,
            [table.places.numbers[row] for row in at.tolist()],
            table.places.sheet,
        ),
        resident=coded["resident"].take(at),
        institution=coded["institution"].take(at),
        code=coded["code"].take(at),
        day=np.array(dates, np.int64)[at],
        amount_fen=np.array(fen, np.int64)[at],
    )


def _dates(table: Table, period: Period | None, findings: Findings) -> Codes:
    """The days of ``date``; what is no date is at fault, and of no other period besides."""
    return days(table, "date", period.start if period else FIRST_DAY, findings)


def _inside(
    table: Table, dates: Codes, period: Period | None, findings: Findings
) -> npt.NDArray[np.bool_]:
    """Which rows are of the period; that others are left out is said once, at the first."""
    if period is None:
        return np.ones(dates.size, np.bool_)
    inside = (dates >= period.start) & (dates < period.end)
    outside = np.flatnonzero(~inside)
    if outside.size:
        first = int(outside[0])
        place = table.places[first].at("date")
        facts = {"rows": str(outside.size), "period": period.name}
        findings.add("ROWS_OUTSIDE_PERIOD", place, print_day(int(dates[first])), **facts)
    return inside


def read_tasks(table: Table, findings: Findings) -> tuple[Task, ...]:
    """Approved tasks and income of funds (B3); faults are noted."""
    names = ("institution_id", "fund", "task")
    dated = any(table.column("year"))
    note_twice(table, (*names, "year") if dated else names, findings)
    return tuple(_task(row, findings) for row in table)


def _task(row: Row, findings: Findings) -> Task:
    task, quantity, income = row["task"], row["quantity"], row["income"]
    if bool(task) != bool(quantity) or not (task or income):
        findings.add("TASK_INCOMPLETE", row.place, task or row["fund"])
    year = row["year"]
    if year and not (re.fullmatch(r"[12][0-9]{3}", year) and task and not income):
        findings.add("TASK_YEAR_INVALID", row.at("year"), year)
        year = ""
    return Task(
        row["institution_id"],
        row["fund"],
        task,
        _number(row, "quantity", QUANTITY_PLACES, QUANTITY_LIMIT_E3, "TASK_QUANTITY", findings),
        read_amount(row, "income", findings),
        int(year or "0"),
        row.place,
    )
