"""Village rooms in OUT: ``rooms.csv``, and the sheet 村卫生室结算 with one block a room."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from equivalents.policy.roster import Roster
from equivalents.report.book import SheetColumn
from equivalents.report.keytables import coefficient_column
from equivalents.report.table import OutTable, texts
from equivalents.report.words import assessment_titles, component_title, titled
from equivalents.rooms import RoomLine, room_lines
from equivalents.settle import Payouts, Settlement
from equivalents.units import print_e4, print_e7, print_fen

__all__ = ["ROOM_SHEET", "room_blocks", "room_table"]

_COLUMNS: Final = (
    *("institution_id", "department_id", "room", "line", "series", "name", "person_id"),
    *("person_name", "equivalents", "coefficient", "key", "amount"),
)
ROOM_SHEET: Final = (
    SheetColumn("类型", 8),
    SheetColumn("当量口径", 10),
    SheetColumn("项目、绩效池或构成项", 34),
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    SheetColumn("当量", 18, "#,##0.0000###"),
    SheetColumn("系数", 8, "0.0000"),
    SheetColumn("分配依据", 18, "#,##0.0000###"),
    SheetColumn("金额（元）", 16, "#,##0.00", True),
)
_WORDS: Final = {"item": "项目", "pool": "绩效池", "component": "构成项", "coefficient": "系数"}


def room_table(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """Each room's lines and its total; ``None`` where no village room has a line."""
    lines = room_lines(settlement, payouts)
    if not lines:
        return None
    rows = [row for _, block in _rooms(settlement, payouts, lines) for row in block]
    columns = zip(*rows, strict=True)
    found = {name: texts(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    return OutTable("rooms", found)


def room_blocks(
    table: OutTable, settlement: Settlement
) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    """The title and the rows of each room's block; money is added up there.

    Components and the composites of coefficients have their titles, where the scheme gives any.
    Equivalents of different series are never added up: the title tells those of each.
    """
    paid = {one.component: one.title for one in settlement.components}
    titles = {"component": paid, "coefficient": assessment_titles(settlement.rules.scheme)}
    rows = zip(*(column.to_pylist() for column in table.columns.values()), strict=True)
    for (place, room, name), block in groupby(rows, key=lambda row: row[:3]):
        lines = [row[3:] for row in block if row[3] != "total"]
        doctors = sorted({(row[3], row[4]) for row in lines if row[3]})
        who = "、".join(f"{code} {called}".rstrip() for code, called in doctors)
        work = "　".join(f"{series} {value}" for series, value in _by_series(lines))
        title = f"{room} {name}".rstrip() + f"（{place}）　乡村医生：{who}"
        title += f"　当量：{work}" if work else ""
        yield title, [_in_chinese(row, titles) for row in lines]


def _by_series(lines: Sequence[Sequence[str]]) -> Sequence[tuple[str, str]]:
    """The equivalents of each series in a block."""
    sums: dict[str, Decimal] = {}
    for line, series, *_, equivalents, _, _, _ in lines:
        if line == "item":
            sums[series] = sums.get(series, Decimal(0)) + Decimal(equivalents)
    return [(series, f"{value.normalize():f}") for series, value in sorted(sums.items())]


def _in_chinese(row: Sequence[str], titles: Mapping[str, Mapping[str, str]]) -> Sequence[str]:
    line, series, name, *rest = row
    if line != "item":
        name = titled(component_title(name), titles.get(line, {}))
    who, called, equivalents, coefficient, key, amount = rest
    if line in ("item", "coefficient"):
        return _WORDS[line], series, name, who, called, equivalents, coefficient, key, ""
    # Money has no equivalents of its own.
    return _WORDS[line], series, name, who, called, "", coefficient, key, amount


def _rooms(
    settlement: Settlement, payouts: Payouts, lines: Sequence[RoomLine]
) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The rows of each room, the last one its total."""
    names = {row.department_id: row.name for row in settlement.rules.departments}
    people = Roster.of(settlement.rules.postings).names()
    coefficients = coefficient_column(payouts)
    items = {row.item_code: row.item_name for row in settlement.rules.weights if row.item_name}
    for (place, room), block in groupby(lines, key=lambda line: line[:2]):
        rows: list[tuple[str, ...]] = []
        total = 0
        for line in block:
            who = line.person_id, people.get(line.person_id, "")
            head = place, room, names.get(room, ""), line.what, line.series
            if line.what == "item":
                told = f"{line.name} {items.get(line.name, '')}".rstrip()
                rows.append((*head, told, *who, print_e7(line.equivalents_e7), "", "", "0.00"))
                continue
            if line.what == "coefficient":
                told = print_e4(line.coefficient_e4)
                rows.append((*head, line.name, *who, "", told, "", "0.00"))
                continue
            total += line.amount_fen
            basis = "", ""
            if line.what == "pool":
                basis = coefficients[line.row].as_py(), print_e7(line.key_e7)
            money = *basis, print_fen(line.amount_fen)
            rows.append((*head, line.name, *who, "0.0000000", *money))
        blank = ("",) * 4
        rows.append(
            (place, room, names.get(room, ""), "total", *blank, "", "", "", print_fen(total))
        )
        yield room, rows
