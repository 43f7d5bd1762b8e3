"""What ``compare`` writes: the change list, totals, winners and losers, spread, and a workbook.

Tables are sorted and have the same bytes for the same inputs, like those of ``settle``. Money is
yuan with two decimals, equivalents have seven. Sources: F, definition 5.22.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

from equivalents.compare import Comparison, Figures
from equivalents.policy.model import CONDITIONS, Posting
from equivalents.report.book import Book
from equivalents.report.comparison_sheets import COLUMNS, SHEETS
from equivalents.report.folder import new_folder
from equivalents.report.results import paid_by_pool
from equivalents.report.table import OutTable, texts
from equivalents.settle import Payouts, Settlement
from equivalents.spread import MEASURE_PLACES, Spread, spread_rows
from equivalents.units import WEIGHT_PLACES, print_e4, print_e7, print_fen, print_fixed
from equivalents.version import __version__

__all__ = ["comparison_summary", "write_comparison"]

_ENDS: Final = ("paid", "retained", "carried")
_MEASURES: Final = ("max_min_e4", "p90_p10_e4", "gini_e4", "cv_e4")


class _Group(NamedTuple):
    """People of one scope and subject: how many, how many win and lose, and their figures."""

    people: int
    winners: int
    losers: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Staff:
    """The last posting of a person at a place in the period, for names, posts, departments."""

    by_place: Mapping[tuple[str, str], Posting]

    @classmethod
    def of(cls, settlement: Settlement) -> "_Staff":
        rows = [
            row
            for row in settlement.plan.postings.rows
            if row.active_from < settlement.rules.period.end
        ]
        rows.sort(key=lambda row: (row.active_from, row.main, row.post_id))
        return cls({(row.institution_id, row.person_id): row for row in rows})

    def get(self, place: str, person: str) -> Posting:
        return self.by_place.get((place, person), Posting(person, place, 0, 0))


def write_comparison(comparison: Comparison, destination: Path) -> dict[str, Any]:
    """Write the result of a comparison as a folder, and return its summary.

    Raises:
        DataError: ``destination`` is not ours to replace.
    """
    tables = _tables(comparison)
    summary = comparison_summary(comparison)
    with new_folder(destination) as folder:
        for table in tables:
            table.write_csv(folder)
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (folder / "summary.json").write_bytes(text.encode())
        _write_workbook(comparison, tables, folder / "comparison.xlsx")
    return summary


def _tables(comparison: Comparison) -> list[OutTable]:
    staff = _Staff.of(comparison.before)
    people = comparison.people()
    return [
        _table("changes", _change_rows(comparison)),
        _table("people", _people_rows(people, staff)),
        _table("groups", _group_rows(people, staff)),
        _table("items", _item_rows(comparison)),
        _table("pools", _pool_rows(comparison)),
        _table("spread", _spread_rows(comparison)),
    ]


def _table(name: str, rows: Iterable[Sequence[str]]) -> OutTable:
    listed = list(rows)
    names = COLUMNS[name]
    cells = zip(*listed, strict=True) if listed else ((),) * len(names)
    return OutTable(name, {n: texts(list(c)) for n, c in zip(names, cells, strict=True)})


# -- rows ----------------------------------------------------------------------------------------


def _change_rows(comparison: Comparison) -> Iterator[Sequence[str]]:
    names = {
        row.item_code: row.item_name
        for rules in (comparison.before.rules, comparison.after.rules)
        for row in rules.weights
        if row.item_name
    }
    for change in comparison.changes:
        before, after = change.before_e4, change.after_e4
        filled = zip(CONDITIONS, change.conditions, strict=True)
        conditions = ";".join(f"{name}={value}" for name, value in filled if value)
        yield (
            change.series,
            change.item_code,
            names.get(change.item_code, ""),
            conditions,
            "" if before is None else print_e4(before),
            "" if after is None else print_e4(after),
            "" if before is None or after is None else print_e4(after - before),
        )


def _figures(figures: Figures) -> tuple[str, ...]:
    return (
        print_e7(figures.before_e7),
        print_e7(figures.after_e7),
        print_e7(figures.after_e7 - figures.before_e7),
        print_fen(figures.before_fen),
        print_fen(figures.after_fen),
        print_fen(figures.after_fen - figures.before_fen),
    )


def _people_rows(
    people: Mapping[tuple[str, str, str], Figures], staff: _Staff
) -> Iterator[Sequence[str]]:
    for (series, place, person), figures in people.items():
        posting = staff.get(place, person)
        who = (series, place, person, posting.name, posting.post, posting.department_id)
        yield *who, *_figures(figures)


def _group_rows(
    people: Mapping[tuple[str, str, str], Figures], staff: _Staff
) -> Iterator[Sequence[str]]:
    """Totals of all, of each institution, post and department."""
    members: dict[tuple[str, str, str], list[Figures]] = defaultdict(list)
    for (series, place, person), figures in people.items():
        posting = staff.get(place, person)
        for scope, subject in (
            ("all", ""),
            ("institution", place),
            ("post", posting.post),
            ("department", posting.department_id),
        ):
            if subject or scope == "all":
                members[scope, subject, series].append(figures)
    for key in sorted(members):
        group = _group(members[key])
        counts = (str(group.people), str(group.winners), str(group.losers))
        yield *key, *counts, *_figures(group.figures)


def _group(members: Sequence[Figures]) -> _Group:
    gains = [one.after_fen - one.before_fen for one in members]
    sums = Figures(*map(sum, zip(*members, strict=True)))
    return _Group(len(members), sum(g > 0 for g in gains), sum(g < 0 for g in gains), sums)


def _item_rows(comparison: Comparison) -> Iterator[Sequence[str]]:
    for key, (before, after) in comparison.items().items():
        yield *key, print_e7(before), print_e7(after), print_e7(after - before)


def _pool_rows(comparison: Comparison) -> Iterator[Sequence[str]]:
    """Each pool before and after; paid + retained + carried of both sides are the pool."""
    before, after = (_ends(side) for side in (comparison.before, comparison.after))
    for at, pool in enumerate(comparison.before.pools):
        ends = [(before[name][at], after[name][at]) for name in _ENDS]
        yield (
            pool.institution_id,
            pool.pool,
            pool.series,
            print_fen(pool.amount_fen),
            *(print_fen(fen) for pair in ends for fen in pair),
            print_fen(sum(new - old for old, new in ends)),
        )


def _ends(side: Settlement) -> dict[str, list[int]]:
    """Where the money of each pool ended: paid to people, retained, carried."""
    payouts = _payouts(side)
    return {
        "paid": [int(fen) for fen in paid_by_pool(side, payouts)],
        "retained": [int(fen) for fen in payouts.retained_fen],
        "carried": [int(fen) for fen in payouts.carried_fen],
    }


def _payouts(side: Settlement) -> Payouts:
    assert side.payouts is not None, "only paid settlements are compared"
    return side.payouts


def _spread_rows(comparison: Comparison) -> Iterator[Sequence[str]]:
    sides = []
    for side in (comparison.before, comparison.after):
        rows = spread_rows(side, _payouts(side))
        sides.append({(row.scope, row.subject, row.series): row for row in rows})
    before, after = sides
    for key in sorted(before.keys() & after.keys()):
        one, other = before[key], after[key]
        yield (
            *key,
            str(one.people),
            *_measures(one.before),
            *_measures(other.before),
            *_measures(one.after),
            *_measures(other.after),
        )


def _measures(spread: Spread) -> tuple[str, ...]:
    values = (getattr(spread, name) for name in _MEASURES)
    return tuple("" if value is None else print_fixed(value, MEASURE_PLACES) for value in values)


# -- summary ---------------------------------------------------------------------------------------


def comparison_summary(comparison: Comparison) -> dict[str, Any]:
    """Totals, prices, winners and losers by series; and the check that changes add to zero."""
    people = comparison.people()
    sides = [_ends(side) for side in (comparison.before, comparison.after)]
    kept = [sum(side["retained"]) + sum(side["carried"]) for side in sides]
    # Of people one by one, so that the check would notice a person left out of the lists.
    moved = sum(figures.after_fen - figures.before_fen for figures in people.values())
    change = moved + kept[1] - kept[0]
    return {
        "engine": __version__,
        "period": comparison.before.rules.period.name,
        "recounted": comparison.recounted,
        "weights_changed": len(comparison.changes),
        "series": {
            series: _series_summary(
                comparison, series, [f for k, f in people.items() if k[0] == series]
            )
            for series in comparison.before.rules.series
        },
        "checks": [
            {
                "check": "changes of paid + retained + carried add to zero",
                "change": print_fen(change),
                "holds": change == 0,
            }
        ],
    }


def _series_summary(
    comparison: Comparison, series: str, members: Sequence[Figures]
) -> dict[str, Any]:
    group = _group(members) if members else _Group(0, 0, 0, Figures(0, 0, 0, 0))
    figures = group.figures
    gains = [one.after_fen - one.before_fen for one in members]
    pool = sum(p.amount_fen for p in comparison.before.pools if p.series == series)
    return {
        "equivalents_before": print_e7(figures.before_e7),
        "equivalents_after": print_e7(figures.after_e7),
        "pools": print_fen(pool),
        "price_before": _price(pool, figures.before_e7),
        "price_after": _price(pool, figures.after_e7),
        "people": group.people,
        "winners": group.winners,
        "losers": group.losers,
        "gained": print_fen(sum(gain for gain in gains if gain > 0)),
        "lost": print_fen(sum(gain for gain in gains if gain < 0)),
        "largest_gain": print_fen(max(gains, default=0)),
        "largest_loss": print_fen(min(gains, default=0)),
    }


def _price(pool_fen: int, equivalents_e7: int) -> str:
    """Yuan per equivalent at four places, half-up: shown, never calculated with (5.13)."""
    if equivalents_e7 <= 0:
        return ""
    exact = Fraction(pool_fen, 100) / Fraction(equivalents_e7, 10**7)
    return print_fixed(int(exact * 10**WEIGHT_PLACES + Fraction(1, 2)), WEIGHT_PLACES)


# -- workbook ------------------------------------------------------------------------------------


def _write_workbook(comparison: Comparison, tables: Sequence[OutTable], path: Path) -> None:
    by_name = {table.name: table for table in tables}
    title = comparison.before.rules.title
    note = f"{title}　期间 {comparison.before.rules.period.name}　原方案与拟调整方案对比"
    book = Book(path)
    for name, sheet, columns in SHEETS:
        book.sheet(sheet, note, columns, by_name[name].rows())
    book.close()
