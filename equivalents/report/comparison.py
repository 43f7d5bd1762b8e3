"""What ``compare`` writes: the change list, totals, winners and losers, spread, and a workbook.

Tables are sorted and have the same bytes for the same inputs, like those of ``settle``. Money is
yuan with two decimals, equivalents have seven. Sources: F, definition 5.22.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from equivalents.compare import Comparison, Figures
from equivalents.report.book import Book
from equivalents.report.comparison_people import People, by_person, group_of, totals_of
from equivalents.report.comparison_rows import ROWS, pool_ends, price
from equivalents.report.comparison_sheets import COLUMNS, OVERVIEW, SHEETS, overview_rows, shown
from equivalents.report.folder import new_folder
from equivalents.report.table import OutTable, texts
from equivalents.units import print_e7, print_fen
from equivalents.version import __version__

__all__ = ["comparison_summary", "write_comparison"]


def write_comparison(comparison: Comparison, destination: Path) -> dict[str, Any]:
    """Write the result of a comparison as a folder, and return its summary.

    Raises:
        DataError: ``destination`` is not ours to replace.
    """
    people = comparison.people()
    tables = [_table(name, rows(comparison, people)) for name, rows in ROWS.items()]
    summary = comparison_summary(comparison, people)
    with new_folder(destination) as folder:
        for table in tables:
            table.write_csv(folder)
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (folder / "summary.json").write_bytes(text.encode())
        _write_workbook(comparison, summary, tables, folder / "comparison.xlsx")
    return summary


def _table(name: str, rows: Iterable[Sequence[str]]) -> OutTable:
    listed = list(rows)
    names = COLUMNS[name]
    cells = zip(*listed, strict=True) if listed else ((),) * len(names)
    return OutTable(name, {n: texts(list(c)) for n, c in zip(names, cells, strict=True)})


# -- summary ---------------------------------------------------------------------------------------


def comparison_summary(comparison: Comparison, people: People) -> dict[str, Any]:
    """Totals, prices, winners and losers by series; and the checks that were made."""
    return {
        "engine": __version__,
        "period": comparison.rules.period.name,
        "recounted": list(comparison.recounted),
        "weights_changed": len(comparison.weights),
        "coefficients_changed": len(comparison.coefficients),
        "series": {
            series: _series_summary(comparison, series, [*by_person(people, series).values()])
            for series in comparison.rules.series
        },
        "totals": _totals([after - before for before, after in totals_of(people).values()]),
        "checks": list(_checks(comparison, people)),
    }


def _checks(comparison: Comparison, people: People) -> Iterator[dict[str, Any]]:
    """Changes of fixed pools add to zero; people and what ceilings cut add up to the items."""
    sides = [pool_ends(side) for side in (comparison.before, comparison.after)]
    kept = [sum(side["retained"]) + sum(side["carried"]) for side in sides]
    # Of people one by one, so that the check would notice a person left out of the lists.
    moved = sum(figures.after_fen - figures.before_fen for figures in people.values())
    change = moved + kept[1] - kept[0]
    yield {
        "check": "changes of paid + retained + carried add to zero",
        "change": print_fen(change),
        "holds": change == 0,
    }
    items = list(comparison.items.values())
    figures = group_of(list(people.values())).figures
    counted = (figures.before_e7, figures.after_e7)
    cuts = (figures.cut_before_e7, figures.cut_after_e7)
    for at, when in enumerate(("before", "after")):
        difference = sum(pair[at] for pair in items) - counted[at] - cuts[at]
        yield {
            "check": f"equivalents of people and of cuts add up to those of items ({when})",
            "difference": print_e7(difference),
            "holds": difference == 0,
        }


def _series_summary(
    comparison: Comparison, series: str, members: Sequence[Figures]
) -> dict[str, Any]:
    group = group_of(members)
    figures = group.figures
    sides = (comparison.before.settlement, comparison.after.settlement)
    records = [side.weighed[series].counted for side in sides]
    pools = [pool.amount_fen for pool in sides[0].pools if pool.series == series]
    equivalents = (figures.before_e7, figures.after_e7)
    prices = [price(sum(pools), value) if pools else "" for value in equivalents]
    return {
        "records_before": records[0],
        "records_after": records[1],
        "equivalents_before": print_e7(figures.before_e7),
        "equivalents_after": print_e7(figures.after_e7),
        "cut_before": print_e7(-figures.cut_before_e7),
        "cut_after": print_e7(-figures.cut_after_e7),
        "pools": print_fen(sum(pools)),
        "price_before": prices[0],
        "price_after": prices[1],
        **_totals([one.after_fen - one.before_fen for one in members]),
    }


def _totals(gains: Sequence[int]) -> dict[str, Any]:
    """How many people gain and lose, and how much: ``gains`` has a net change in fen a person."""
    return {
        "people": len(gains),
        "winners": sum(gain > 0 for gain in gains),
        "losers": sum(gain < 0 for gain in gains),
        "gained": print_fen(sum(gain for gain in gains if gain > 0)),
        "lost": print_fen(sum(gain for gain in gains if gain < 0)),
        "largest_gain": print_fen(max([*gains, 0])),
        "largest_loss": print_fen(min([*gains, 0])),
    }


# -- workbook ------------------------------------------------------------------------------------


def _write_workbook(
    comparison: Comparison, summary: Mapping[str, Any], tables: Sequence[OutTable], path: Path
) -> None:
    by_name = {table.name: table for table in tables}
    rules = comparison.rules
    note = f"{rules.title}　期间 {rules.period.name}　现行规则与拟调整方案对比".lstrip("　")
    book = Book(path)
    book.sheet("概览", note, OVERVIEW, overview_rows(summary))
    for name, sheet, columns in SHEETS:
        # What has nothing to list is left out; the change list says so by being empty.
        if len(by_name[name]) or name == "changes":
            book.sheet(sheet, note, columns, shown(name, by_name[name].rows()))
    book.close()
