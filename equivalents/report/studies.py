"""A study written down: its tables as CSV, a workbook, and what it was made of (A11).

``summary.json`` names the study, its parameters, its files with their hashes, its statistics and
every warning, so that whoever reads the proposed weights can ask where they are from.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from equivalents.errors import Problem, as_object
from equivalents.exact import half_up
from equivalents.report.book import Book, SheetColumn
from equivalents.report.folder import new_folder, sha256
from equivalents.report.table import CsvStream
from equivalents.units import print_fixed
from equivalents.version import __version__

__all__ = ["Study", "StudyTable", "places", "statistic", "summary_of", "write_study"]

_BOOK: Final = "study.xlsx"
_NUMBER: Final = "0.0000"
_AMOUNT: Final = "#,##0.00"


@dataclass(frozen=True, slots=True)
class StudyTable:
    """One table of a study: file name, title, columns with their headings, rows of text.

    ``numbers`` are the columns that a workbook shows as numbers, ``amounts`` those of yuan,
    ``shown`` those that fit a terminal. ``words`` are what people call the machine words of a
    column, in a workbook and a terminal.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[str]]
    numbers: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def said(self) -> list[list[str]]:
        """The rows as people read them."""
        spoken = [self.words.get(name, {}) for name in self.columns]
        return [
            [";".join(words.get(one, one) for one in cell.split(";")) if words else cell
             for words, cell in zip(spoken, row, strict=True)]
            for row in self.rows
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Study:
    """A study that came to an end: its first table is the one to show."""

    kind: str
    title: str
    tables: tuple[StudyTable, ...]
    files: tuple[Path, ...]
    parameters: Mapping[str, str]
    statistics: Mapping[str, Any]
    problems: tuple[Problem, ...]


def places(value: Fraction | None, count: int = 4) -> str:
    """An exact figure with so many decimals, half-up once; blank for none."""
    return "" if value is None else print_fixed(half_up(value * 10**count), count)


def statistic(value: float) -> str:
    """A statistic with four decimals; blank where it is not a number."""
    if value != value:  # not a number
        return ""
    return places(Fraction(format(value, ".15g")))


def summary_of(study: Study) -> dict[str, Any]:
    """What ``summary.json`` holds; file names without folders, no clock."""
    return {
        "engine": __version__,
        "study": study.kind,
        "title": study.title,
        "parameters": dict(study.parameters),
        "inputs": [{"file": path.name, "sha256": sha256(path)} for path in study.files],
        "statistics": dict(study.statistics),
        "tables": {table.name: len(table.rows) for table in study.tables},
        "problems": [as_object(problem) for problem in study.problems],
    }


def write_study(study: Study, out: Path) -> dict[str, Any]:
    """Write a study into the folder ``out``, replaced as a whole; its summary.

    Raises:
        DataError: ``OUT_NOT_OURS``.
    """
    summary = summary_of(study)
    with new_folder(out) as folder:
        for table in study.tables:
            with CsvStream(folder, table.name, [*table.columns]) as file:
                for row in table.rows:
                    file.write(row)
        book = Book(folder / _BOOK)
        for table in study.tables:
            columns = [_column(name, head, table) for name, head in table.columns.items()]
            book.sheet(table.title, study.title, columns, table.said())
        book.close()
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (folder / "summary.json").write_text(text, encoding="utf-8", newline="\n")
    return summary


def _column(name: str, heading: str, table: StudyTable) -> SheetColumn:
    if name in table.amounts:
        return SheetColumn(heading, 16, _AMOUNT)
    return SheetColumn(heading, 14, _NUMBER if name in table.numbers else "")
