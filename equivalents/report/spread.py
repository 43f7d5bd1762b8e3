"""spread.csv, the sheet 分配差距 and the lines of the terminal: spread before and after (D6)."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from equivalents.report.book import SheetColumn
from equivalents.report.table import OutTable, texts
from equivalents.settle import Settlement
from equivalents.spread import MEASURE_PLACES, Spread, SpreadRow
from equivalents.units import print_fixed

__all__ = ["SPREAD_SHEET", "spread_lines", "spread_sheet_rows", "spread_table"]

_MEASURES: Final = ("max_min", "p90_p10", "gini", "cv")
_HEADINGS: Final = ("最高/最低", "P90/P10", "基尼系数", "变异系数")
_SCOPES: Final = {"all": "全部", "institution": "机构", "post": "岗位"}
_RATIO: Final = "0.0000"

SPREAD_SHEET: Final = (
    SheetColumn("范围", 8),
    SheetColumn("对象", 14),
    SheetColumn("名称", 26),
    SheetColumn("当量口径", 10),
    SheetColumn("人数", 8, "#,##0"),
    *(SheetColumn(f"分配前{heading}", 16, _RATIO) for heading in _HEADINGS),
    *(SheetColumn(f"分配后{heading}", 16, _RATIO) for heading in _HEADINGS),
)
"""The columns of the sheet 分配差距."""


def spread_table(rows: Sequence[SpreadRow]) -> OutTable:
    """One line per scope, subject and series: people, four measures before, four after."""
    return OutTable(
        "spread",
        {
            "scope": texts([row.scope for row in rows]),
            "subject": texts([row.subject for row in rows]),
            "series": texts([row.series for row in rows]),
            "people": texts([str(row.people) for row in rows]),
            **{
                f"{side}_{name}": texts([_printed(getattr(row, side))[at] for row in rows])
                for side in ("before", "after")
                for at, name in enumerate(_MEASURES)
            },
        },
    )


def spread_sheet_rows(settlement: Settlement, rows: Iterable[SpreadRow]) -> Iterator[Sequence[str]]:
    """The rows of the sheet, with the names of institutions."""
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    for row in rows:
        name = names[row.subject] if row.scope == "institution" else ""
        who = (_SCOPES[row.scope], row.subject, name, row.series, str(row.people))
        yield *who, *_printed(row.before), *_printed(row.after)


def _printed(measures: Spread) -> tuple[str, ...]:
    """The measures as text; blank where one is not defined."""
    figures = (measures.max_min_e4, measures.p90_p10_e4, measures.gini_e4, measures.cv_e4)
    return tuple("" if one is None else print_fixed(one, MEASURE_PLACES) for one in figures)


def spread_lines(out: Path) -> Iterator[str]:
    """What the terminal says of a result: the spread of everybody, a line per series."""
    with (out / "spread.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] == "all"]
    for row in rows:
        measures = "  ".join(
            f"{said} {row[f'before_{name}'] or '-'} → {row[f'after_{name}'] or '-'}"
            for name, said in (("max_min", "max/min"), ("p90_p10", "P90/P10"), ("gini", "Gini"))
        )
        yield f"分配差距 spread {row['series']}（当量 → 金额）  {measures}"
