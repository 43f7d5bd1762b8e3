"""The tables of a study, read and checked: labour, experts, minutes and counts, costs and channels.

They are no tables of a case. Rows may stand in any order; every fault has its place, and a table
with faults still gives the rows that are right, so that all faults come at once. Sources: rule A11.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, Row, Table, near
from equivalents.intake.studyfile import fraction_of
from equivalents.policy.load import fault_text
from equivalents.units import NumberFaultError
from equivalents.worth import Opinion, Task

__all__ = [
    "Named",
    "Work",
    "channel_shares",
    "minutes_of",
    "opinions_of",
    "read_costs",
    "tasks_of",
    "totals_of",
    "work_of",
]


_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_MONTH_FORM: Final = "月份写作 YYYY-MM¦a month is written YYYY-MM"
_ROUND_FORM: Final = "轮次须为 1、2、3……¦rounds are 1, 2, 3 ..."
_ABOVE: Final = "须大于 0¦must be above 0"


@dataclass(frozen=True, slots=True)
class Named:
    """What a table calls an item, and where it first stands there."""

    name: str
    unit: str
    place: Place


@dataclass(frozen=True, slots=True)
class Work:
    """The time that one category of staff puts into one unit of an item, in minutes."""

    item_code: str
    category: str
    minutes: Fraction
    coefficient: Fraction
    difficulty: Fraction | None
    risk: Fraction | None
    named: Named


def _number(
    row: Row, column: str, findings: Findings, *, signed: bool = False, above: bool = False
) -> Fraction | None:
    """The number of a cell; ``None`` where blank (noted if required) or, noted, none."""
    text = row[column]
    if not text:
        return None
    try:
        value = fraction_of(text, signed=signed)
    except NumberFaultError as fault:
        findings.add("NUMBER_INVALID", row.at(column), text, detail=fault_text(fault))
        return None
    if above and not value:
        findings.add("NUMBER_INVALID", row.at(column), text, detail=_ABOVE)
        return None
    return value


class _Once:
    """Keeps the first row of a key, notes every further one."""

    def __init__(self, findings: Findings, code: str = "STUDY_ROW_TWICE") -> None:
        self._first: dict[Hashable, Row] = {}
        self._findings, self._code = findings, code

    def __call__(self, key: Hashable, row: Row, said: str) -> bool:
        first = self._first.setdefault(key, row)
        if first is not row:
            self._findings.add(self._code, row.place, said, other=str(first.place))
        return first is row


def _named(row: Row) -> Named:
    return Named(row["item_name"], row["unit"], row.place)


# -- labour ----------------------------------------------------------------------------------------


def work_of(
    table: Iterable[Row], categories: Iterable[Row] | None, findings: Findings
) -> list[Work]:
    """The work of every item by staff category; a coefficient is the row's, the category's or 1.

    Without a table of ``categories`` a row without a coefficient has 1.
    """
    known = None if categories is None else _coefficients(categories, findings)
    once = _Once(findings)
    found = []
    for row in table:
        item, category = row["item_code"], row["category"]
        fresh = once((item, category), row, " ".join(filter(None, (item, category))))
        minutes = _minutes(row, findings)
        coefficient = _coefficient(row, known, findings)
        difficulty, risk = (_number(row, name, findings, above=True) for name in _PAIR)
        if fresh and item and minutes is not None and coefficient is not None:
            found.append(Work(item, category, minutes, coefficient, difficulty, risk, _named(row)))
    return found


_PAIR: Final = ("difficulty", "risk")


def _minutes(row: Row, findings: Findings) -> Fraction | None:
    if bool(row["minutes"]) == bool(row["hours"]):
        findings.add("STUDY_TIME_FORM", row.place, row["item_code"])
        return None
    minutes, hours = (_number(row, name, findings) for name in ("minutes", "hours"))
    return minutes if hours is None else hours * 60


def _coefficients(table: Iterable[Row], findings: Findings) -> dict[str, Fraction]:
    once, found = _Once(findings), {}
    for row in table:
        value = _number(row, "coefficient", findings, above=True)
        if once(row["category"], row, row["category"]) and value is not None:
            found[row["category"]] = value
    return found


def _coefficient(
    row: Row, known: Mapping[str, Fraction] | None, findings: Findings
) -> Fraction | None:
    if row["coefficient"] or known is None:
        own = _number(row, "coefficient", findings, above=True)
        return own if row["coefficient"] else Fraction(1)
    category = row["category"]
    if category not in known:
        hint = near(category, sorted(known))
        findings.add("STUDY_CATEGORY_UNKNOWN", row.at("category"), category, near=hint)
    return known.get(category)


def tasks_of(work: Iterable[Work], findings: Findings) -> dict[str, Task]:
    """Items with their work summed over categories, and their one difficulty and risk."""
    found: dict[str, tuple[Task, Work]] = {}
    for one in work:
        place = one.named.place
        if one.difficulty is None or one.risk is None:
            for name, value in zip(_PAIR, (one.difficulty, one.risk), strict=True):
                if value is None:
                    findings.add("VALUE_MISSING", place.at(name), column=name)
            continue
        spent = one.minutes * one.coefficient
        task, first = found.get(one.item_code, (None, one))
        if (one.difficulty, one.risk) != (first.difficulty, first.risk):
            other = str(first.named.place)
            findings.add("STUDY_ITEM_DIFFERS", place, one.item_code, other=other)
        spent += task.work if task else 0
        found[one.item_code] = Task(one.item_code, spent, one.difficulty, one.risk), first
    return {item: task for item, (task, _) in sorted(found.items())}


# -- experts ---------------------------------------------------------------------------------------


def opinions_of(table: Table, findings: Findings) -> tuple[list[Opinion], dict[str, Named]]:
    """What every expert gave in every round, and the names of the items."""
    once = _Once(findings, "STUDY_EXPERT_TWICE")
    found: list[Opinion] = []
    names: dict[str, Named] = {}
    for row in table:
        item, number, expert = row["item_code"], row["round"], row["expert"]
        value = _number(row, "value", findings)
        good = number.isascii() and number.isdigit() and 0 < int(number) < 1000
        if number and not good:
            findings.add("NUMBER_INVALID", row.at("round"), number, detail=_ROUND_FORM)
        fresh = once((item, number, expert), row, f"{item} {expert}")
        names.setdefault(item, _named(row))
        if fresh and good and value is not None and item and expert:
            found.append(Opinion(item, int(number), expert, value))
    return found, names


# -- observed time ---------------------------------------------------------------------------------

_Observed = tuple[str, str, str]
"""Institution (blank where the minutes have none), person, month."""


def minutes_of(table: Table, findings: Findings) -> dict[_Observed, tuple[Fraction, Place]]:
    """The minutes worked by person and month, and by institution where the table has one."""
    once = _Once(findings)
    found = {}
    for row in table:
        value = _number(row, "minutes", findings)
        key = _observed(row, findings, placed=True)
        if once(key, row, " ".join(filter(None, key))) and value is not None:
            found[key] = value, row.place
    return found


def totals_of(
    table: Table, series: str, findings: Findings, *, placed: bool
) -> tuple[dict[_Observed, dict[str, Fraction]], dict[_Observed, Place], dict[str, Named]]:
    """Counts by person and month, and item: rows of the same are added up, shares applied.

    Lines without an item (a ceiling's cut, a head's work) are no work that was done. ``series``
    picks the rows of one weight series, where it is not blank.
    """
    found: dict[_Observed, dict[str, Fraction]] = {}
    places: dict[_Observed, Place] = {}
    names: dict[str, Named] = {}
    for row in table:
        item = row["item_code"]
        if not item or (series and row["series"] != series):
            continue
        quantity = _number(row, "quantity", findings, signed=True)
        key = _observed(row, findings, placed=placed)
        share = _share(row, findings)
        if quantity is None or share is None:
            continue
        sums = found.setdefault(key, {})
        sums[item] = sums.get(item, Fraction(0)) + quantity * share
        places.setdefault(key, row.place)
        names.setdefault(item, _named(row))
    return found, places, names


def _observed(row: Row, findings: Findings, *, placed: bool) -> _Observed:
    month = row["month"]
    if month and not _MONTH.fullmatch(month):
        findings.add("NUMBER_INVALID", row.at("month"), month, detail=_MONTH_FORM)
    return row["institution_id"] if placed else "", row["person_id"], month


def _share(row: Row, findings: Findings) -> Fraction | None:
    """A share as a decimal or ``n/d``; 1 where blank."""
    text = row["share"]
    upper, slash, lower = text.partition("/")
    parts = [one.isascii() and one.isdigit() and len(one) < 19 for one in (upper, lower)]
    if slash and all(parts) and int(lower):
        return Fraction(int(upper), int(lower))
    return _number(row, "share", findings) if text else Fraction(1)


# -- costs -----------------------------------------------------------------------------------------


def read_costs(
    table: Iterable[Row], findings: Findings
) -> dict[tuple[str, str], tuple[Fraction, Fraction, Place]]:
    """Cost (yuan) and equivalents by institution and channel."""
    once = _Once(findings)
    found = {}
    for row in table:
        key = row["institution_id"], row["channel"]
        cost, done = (_number(row, name, findings) for name in ("cost", "equivalents"))
        if once(key, row, " ".join(key)) and cost is not None and done is not None and all(key):
            found[key] = cost, done, row.place
    return found


_KINDS: Final = ("line", "item")


def channel_shares(
    table: Table, findings: Findings
) -> tuple[dict[str, dict[str, Fraction]], dict[str, dict[str, Fraction]]]:
    """What is laid where: account lines, and items, each by channel and share."""
    found: dict[str, dict[str, dict[str, Fraction]]] = {kind: {} for kind in _KINDS}
    once = _Once(findings)
    places: dict[tuple[str, str], Place] = {}
    for row in table:
        kind, code, channel = row["kind"], row["code"], row["channel"]
        if kind and kind not in _KINDS:
            findings.add_choice(row.at("kind"), kind, _KINDS)
            continue
        share = _share(row, findings)
        if once((kind, code, channel), row, f"{code} {channel}") and kind and share is not None:
            found[kind].setdefault(code, {})[channel] = share
            places.setdefault((kind, code), row.place)
    for kind, rows in found.items():
        for code, shares in rows.items():
            if (total := sum(shares.values(), Fraction(0))) != 1:
                facts = {"total": str(total)}
                findings.add("STUDY_SHARES", places[kind, code], code, **facts)
    return found["line"], found["item"]
