"""A column map proposed from the headings and the content of a file, each line with its reason.

Headings are compared with ours and with a list of synonyms that is data; content says whether a
column holds dates, plain numbers or codes that a given case knows. A proposal is marked as one and
refused until somebody has read it: nothing here is ever used by itself. Source: issue "Files as
they are", point 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from equivalents.findings import Findings
from equivalents.intake.headings import TABLES, Column, Sheet
from equivalents.intake.opening.daytexts import day_of_text
from equivalents.intake.opening.headingtexts import alike
from equivalents.policy.calendar import parse_day
from equivalents.policy.daytext import date_part
from equivalents.policy.residentgroups import canonical
from equivalents.policy.yamltext import names_of, read_yaml
from equivalents.resources import shipped_weights
from equivalents.units import QUANTITY_PLACES, NumberFaultError, parse_fixed

__all__ = [
    "Confidence",
    "Known",
    "Proposal",
    "Proposed",
    "propose",
    "sheets_by_synonyms",
    "synonyms",
]

_NUMBERS: Final = ("quantity", "amount", "heads", "visit_number")
_MOST: Final = 0.9
"""The share of the filled cells that must be dates, numbers or known codes to say so."""
_CODES_SHOWN: Final = 30
"""Codes of a column that a proposal lists, at most."""


class Confidence(IntEnum):
    """How sure a proposal is."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def words(self) -> str:
        """In both languages."""
        return {1: "低 low", 2: "中 medium", 3: "高 high"}[self.value]


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that a case knows by our column, and its items by name."""

    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One of our columns and the heading that it seems to be; ``others`` are further candidates."""

    column: str
    heading: str
    confidence: Confidence
    why: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for a file: ``missing`` are required columns that nothing seems to be.

    ``codes`` are codes to be mapped by our column, each with ours where one is proposed.
    """

    table: str
    columns: tuple[Proposal, ...]
    missing: tuple[str, ...]
    constants: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Headings that stand for our columns elsewhere, by our column."""
    path = shipped_weights() / "maps" / "synonyms" / "headings.yaml"
    findings = Findings()
    entry = read_yaml(path, path.name, findings)
    assert entry is not None, "the list is shipped"
    found = {
        column: names_of(names, column, findings)
        for column, names in entry.get("columns").mapping.items()
    }
    findings.stop_on_errors()
    return found


def sheets_by_synonyms() -> tuple[Sheet, ...]:
    """Our tables with a column for each synonym: what headings of an unknown file may be like."""
    known = synonyms()
    return tuple(
        Sheet(
            sheet.name,
            sheet.title,
            tuple(
                Column(column.name, heading)
                for column in sheet.columns
                for heading in dict.fromkeys((column.heading, *known.get(column.name, ())))
            ),
        )
        for sheet in TABLES.values()
    )


def propose(
    sheet: Sheet, columns: Mapping[str, Sequence[str]], known: Known | None = None
) -> Proposed:
    """What a map of a table could be.

    Args:
        sheet: our table.
        columns: some rows of the file by heading, as text.
        known: what a case knows.
    """
    known = known or Known()
    found = sorted(_candidates(sheet, columns, known), key=_order)
    taken: dict[str, Proposal] = {}
    used: set[str] = set()
    others: dict[str, list[str]] = {}
    for one in found:
        if one.heading in used:
            continue
        if one.column in taken:
            others.setdefault(one.column, []).append(one.heading)
            continue
        taken[one.column] = one
        used.add(one.heading)
    proposals = tuple(
        Proposal(
            one.column,
            one.heading,
            one.confidence,
            one.why,
            tuple(name for name in others.get(one.column, ()) if name not in used),
        )
        for one in (taken[name] for name in sheet.names if name in taken)
    )
    constants = _constants(sheet, taken, known)
    missing = tuple(
        column.name
        for column in sheet.columns
        if column.required and column.name not in taken and column.name not in constants
    )
    codes = {one.column: _codes(one, columns[one.heading], known) for one in proposals}
    return Proposed(
        sheet.name,
        proposals,
        missing,
        constants,
        {name: some for name, some in codes.items() if some},
    )


def _order(one: Proposal) -> tuple[int, int]:
    return -one.confidence, -len(one.why)


def _candidates(
    sheet: Sheet, columns: Mapping[str, Sequence[str]], known: Known
) -> Iterator[Proposal]:
    """Every pair of a heading and a column of ours with a reason, however small."""
    names = synonyms()
    for heading, cells in columns.items():
        filled = [cell for cell in cells if cell]
        for column in sheet.columns:
            points, why = _of_heading(heading, column, names.get(column.name, ()))
            more, content = _of_content(column, filled, known)
            points += more
            # Dates and numbers alone could be any of several columns; known codes could not.
            if points > 0 and (points > more or more > 1):
                confidence = Confidence(min(points, 3))
                yield Proposal(column.name, heading, confidence, (*why, *content))


def _of_heading(heading: str, column: Column, names: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Points and reasons by the heading alone."""
    key = alike(heading)
    if not key:
        return 0, ()
    if key in (alike(column.heading), alike(column.name)):
        return 3, ("列名就是本系统的列名 the heading is ours",)
    if key in map(alike, names):
        return 2, ("列名是常见叫法 the heading is a known synonym",)
    part = next((one for one in (column.heading, *names) if len(one) > 1 and alike(one) in key), "")
    return (1, (f"列名含“{part}” the heading has '{part}' in it",)) if part else (0, ())


def _of_content(column: Column, filled: Sequence[str], known: Known) -> tuple[int, tuple[str, ...]]:
    """Points and reasons by the cells; below 0 where they are not what they should be."""
    if not filled:
        return 0, ("没有内容 no content",)
    share = _share(filled, column, known)
    if share is None:
        return 0, ()
    kind, part = share
    told = f"{part:.0%} {kind}"
    if part < _MOST:
        # Another system has other codes: that tells nothing. No date in a column of dates does.
        return (0 if column.name in known.codes else -2), (f"仅 only {told}",)
    # Codes of the case outweigh any name.
    return (3 if column.name in known.codes else 1), (told,)


def _share(filled: Sequence[str], column: Column, known: Known) -> tuple[str, float] | None:
    codes = known.codes.get(column.name)
    if codes:
        return "是案例中的编号 are ids of the case", _part(text in codes for text in filled)
    if column.is_day:
        return "是日期 are dates", _part(map(_is_day, filled))
    if column.name in _NUMBERS:
        return "是数字 are numbers", _part(map(_is_number, filled))
    return None


def _part(flags: Iterator[bool]) -> float:
    every = list(flags)
    return sum(every) / len(every)


def _is_day(text: str) -> bool:
    meant = day_of_text(text, None)
    try:
        parse_day(date_part(meant.text))
    except ValueError:
        return False
    return not meant.fault


def _is_number(text: str) -> bool:
    try:
        parse_fixed(text, QUANTITY_PLACES, signed=True)
    except NumberFaultError:
        return False
    return True


def _constants(sheet: Sheet, taken: Mapping[str, Proposal], known: Known) -> dict[str, str]:
    """The only institution of the case, where the file names none; one each for a row without."""
    constants = {}
    here = known.codes.get("institution_id", frozenset())
    if "institution_id" in sheet.names and "institution_id" not in taken and len(here) == 1:
        constants["institution_id"] = next(iter(here))
    return constants


def _codes(one: Proposal, cells: Sequence[str], known: Known) -> dict[str, str]:
    """Codes of a column that are not ours, each with the one of ours that it seems to be."""
    different = sorted({cell for cell in cells if cell})[:_CODES_SHOWN]
    if one.column in ("resident_group", "groups"):
        return {text: canonical(text) for text in different if canonical(text) != text}
    ours = known.codes.get(one.column)
    if not ours:
        return {}
    unknown = [text for text in different if text not in ours]
    items = known.items if one.column == "item_code" else {}
    return {text: items.get(text, "") for text in unknown}
