"""settlement.xlsx: the settlement for people, in Chinese, with totals that Excel adds up itself.

Every number is written from its exact decimal text; where a value has more digits than Excel
keeps (15) it is written as text, so that nothing is shown that is not so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from equivalents.policy.model import Pool
from equivalents.report.faults import RejectedRow, verdict_counts
from equivalents.report.results import paid_by_pool
from equivalents.report.summary import checks
from equivalents.settle import Payouts, Settlement
from equivalents.units import print_e3, print_e4, print_e7, print_fen
from equivalents.weigh import Lines

__all__ = ["write_workbook"]

_ROWS_A_SHEET: Final = 1_000_000
_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: heading, width, number format (blank: text), and if it is summed."""

    heading: str
    width: int
    form: str = ""
    total: bool = False


_MONEY, _QUANTITY, _COUNT = "#,##0.00", "#,##0.###", "#,##0"
_EQUIVALENTS: Final = "#,##0.0000###"


class _Book:
    """A workbook with our styles; sheets are written row by row."""

    def __init__(self, path: Path) -> None:
        # In memory, and with a fixed date: the same bytes at any time and in any time zone.
        self._book = xlsxwriter.Workbook(path, {"in_memory": True})
        self._book.set_properties(
            {"title": "当量绩效核算结果", "created": datetime(2000, 1, 1, tzinfo=UTC)}
        )
        font = {"font_name": "Microsoft YaHei", "font_size": 10}
        self._title = self._book.add_format({**font, "bold": True, "font_size": 14})
        self._note = self._book.add_format({**font, "font_color": "#666666"})
        self._head = self._book.add_format(
            {
                **font,
                "bold": True,
                "bg_color": "#E8EEF4",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self._font = font
        self._formats: dict[tuple[str, bool], Any] = {}

    def _format(self, form: str, bold: bool) -> Any:
        key = (form, bold)
        if key not in self._formats:
            style: dict[str, Any] = {**self._font, "border": 1, "border_color": "#CCCCCC"}
            style |= {"num_format": form} if form else {}
            style |= {"bold": True, "bg_color": "#F5F5F5"} if bold else {}
            self._formats[key] = self._book.add_format(style)
        return self._formats[key]

    def sheet(
        self, name: str, note: str, columns: Sequence[_Column], rows: Iterable[Sequence[str]]
    ) -> None:
        """One sheet: title, note, headings on row 3, rows, and a line of sums (合计)."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, name, self._title)
        sheet.write_string(1, 0, note, self._note)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(2, at, column.heading, self._head)
        last = 2
        for last, row in enumerate(rows, 3):
            if last > _ROWS_A_SHEET:
                sheet.write_string(
                    1, 0, f"{note}（仅列前 {_ROWS_A_SHEET:,} 行，全部见 CSV）", self._note
                )
                break
            self._row(sheet, last, columns, row)
        sheet.freeze_panes(3, 0)
        if last > 2:
            sheet.autofilter(2, 0, last, len(columns) - 1)
            self._totals(sheet, last + 1, columns)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)

    def _row(self, sheet: Any, at: int, columns: Sequence[_Column], row: Sequence[str]) -> None:
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            style = self._format(column.form, False)
            digits = sum(character.isdigit() for character in value.lstrip("-0."))
            if column.form and value and digits <= _DIGITS:
                sheet.write_number(at, place, Decimal(value), style)
            else:
                sheet.write_string(at, place, value, style)

    def _totals(self, sheet: Any, at: int, columns: Sequence[_Column]) -> None:
        if not any(column.total for column in columns):
            return
        sheet.write_string(at, 0, "合计", self._format("", True))
        for place, column in enumerate(columns):
            if column.total:
                letter = xl_col_to_name(place)
                # Excel computes the sum on opening; the reader can follow it.
                formula = f"=SUM({letter}4:{letter}{at})"
                sheet.write_formula(at, place, formula, self._format(column.form, True))

    def close(self) -> None:
        self._book.close()


def write_workbook(
    settlement: Settlement, payouts: Payouts, rejected: Sequence[RejectedRow], path: Path
) -> None:
    """Write the five sheets 机构汇总, 人员明细, 项目明细, 退回记录, 核对."""
    book = _Book(path)
    period = settlement.rules.period.name
    title = settlement.rules.title
    note = f"{title}　期间 {period}" if title else f"期间 {period}"
    book.sheet("机构汇总", note, _POOLS, _pool_rows(settlement, payouts))
    book.sheet("人员明细", note, _PEOPLE, _people_rows(settlement, payouts))
    book.sheet("项目明细", f"{note}　数量 × 当量值 = 当量", _ITEMS, _item_rows(settlement))
    book.sheet(
        "退回记录",
        f"{note}　每条退回记录一行，请更正后重新导入",
        _REJECTED,
        _rejected_rows(rejected),
    )
    book.sheet("核对", f"{note}　左右两侧应相等", _CHECKS, _check_rows(settlement, rejected))
    book.close()


_POOLS: Final = (
    _Column("机构编号", 14),
    _Column("机构名称", 26),
    _Column("绩效池", 14),
    _Column("当量口径", 10),
    _Column("人数", 8, _COUNT),
    _Column("当量合计", 18, _EQUIVALENTS, True),
    _Column("金额（元）", 18, _MONEY, True),
    _Column("已分配（元）", 18, _MONEY, True),
    _Column("留存（元）", 12, _MONEY, True),
    _Column("结转（元）", 12, _MONEY, True),
)
_PEOPLE: Final = (
    _Column("机构编号", 14),
    _Column("机构名称", 26),
    _Column("绩效池", 14),
    _Column("人员编号", 14),
    _Column("姓名", 12),
    _Column("职称层级", 10),
    _Column("当量", 18, _EQUIVALENTS, True),
    _Column("系数", 8, "0.0000"),
    _Column("分配依据", 18, _EQUIVALENTS, True),
    _Column("金额（元）", 16, _MONEY, True),
    _Column("尾差（分）", 8, _COUNT, True),
)
_ITEMS: Final = (
    _Column("当量口径", 10),
    _Column("机构编号", 14),
    _Column("人员编号", 14),
    _Column("姓名", 12),
    _Column("项目编码", 14),
    _Column("项目名称", 24),
    _Column("计量单位", 10),
    _Column("记录数", 10, _COUNT, True),
    _Column("数量", 14, _QUANTITY, True),
    _Column("当量值", 12, "0.0000"),
    _Column("当量", 18, _EQUIVALENTS, True),
    _Column("当量值依据", 34),
)
_REJECTED: Final = (
    _Column("文件", 24),
    _Column("行号", 8, _COUNT),
    _Column("列", 14),
    _Column("代码", 22),
    _Column("值", 16),
    _Column("原因与处理", 60),
    _Column("当量口径", 10),
)
_CHECKS: Final = (
    _Column("核对项", 48),
    _Column("左侧", 20),
    _Column("右侧", 20),
    _Column("结果", 8),
)


def _pool_rows(settlement: Settlement, payouts: Payouts) -> Iterable[Sequence[str]]:
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    paid = paid_by_pool(settlement, payouts)
    people = np.bincount(payouts.pool, minlength=len(settlement.pools))
    bounds = np.concatenate([[0], np.cumsum(people)])
    for at, pool in enumerate(settlement.pools):
        mine = payouts.equivalents_e7[bounds[at] : bounds[at + 1]]
        yield (
            pool.institution_id,
            names[pool.institution_id],
            pool.pool,
            pool.series,
            str(people[at]),
            print_e7(sum(map(int, mine))),
            print_fen(pool.amount_fen),
            print_fen(int(paid[at])),
            "0.00",
            "0.00",
        )


def _people_rows(settlement: Settlement, payouts: Payouts) -> Iterable[Sequence[str]]:
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    staff = _staff(settlement)
    persons = settlement.plan.persons
    columns = (
        payouts.pool,
        payouts.person,
        payouts.equivalents_e7,
        payouts.key_e7,
        payouts.amount_fen,
        payouts.remainder_fen,
    )
    for at, person, equivalents, key, amount, remainder in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        pool: Pool = settlement.pools[at]
        person_id = persons[person]
        name, tier = staff[pool.institution_id, person_id]
        yield (
            pool.institution_id,
            names[pool.institution_id],
            pool.pool,
            person_id,
            name,
            tier,
            print_e7(equivalents),
            "1.0000",
            print_e7(key),
            print_fen(amount),
            str(remainder),
        )


def _staff(settlement: Settlement) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and last title tier in the period by institution and person."""
    end = settlement.rules.period.end
    postings = [row for row in settlement.rules.postings if row.active_from < end]
    postings.sort(key=lambda row: (row.active_from, row.post_id))
    return {(row.institution_id, row.person_id): (row.name, row.title_tier) for row in postings}


def _item_rows(settlement: Settlement) -> Iterable[Sequence[str]]:
    staff = _staff(settlement)
    plan = settlement.plan
    for series, weighed in sorted(settlement.weighed.items()):
        if weighed.lines is None:
            continue
        rows = settlement.scales.books[series].rows
        for institution, person, at, records, quantity, equivalents in _over_months(weighed.lines):
            row = rows[at]
            ids = plan.institutions[institution], plan.persons[person]
            yield (
                series,
                *ids,
                staff[ids][0],
                row.item_code,
                row.item_name,
                row.unit,
                str(records),
                print_e3(quantity),
                print_e4(row.weight_e4),
                print_e7(equivalents),
                row.row_id,
            )


def _over_months(lines: Lines) -> Iterable[tuple[int, int, int, int, int, int]]:
    """Lines of one person and weight row added up over the months of the period."""
    order = np.lexsort((lines.row, lines.person, lines.institution))
    keys = [column[order] for column in (lines.institution, lines.person, lines.row)]
    first = np.ones(order.size, bool)
    if order.size == 0:
        return
    first[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    starts = np.flatnonzero(first)
    values = (lines.records, lines.quantity_e3, lines.equivalents_e7)
    sums = [np.add.reduceat(column[order], starts) for column in values]
    yield from zip(
        *(key[starts].tolist() for key in keys), *(s.tolist() for s in sums), strict=True
    )


def _rejected_rows(rejected: Sequence[RejectedRow]) -> Iterable[Sequence[str]]:
    for row in rejected:
        problem = row.faults[0]
        yield (
            row.original.file,
            str(row.original.row),
            problem.place.column,
            problem.code,
            problem.value,
            problem.text("zh"),
            problem.series,
        )


def _check_rows(settlement: Settlement, rejected: Sequence[RejectedRow]) -> Iterable[Sequence[str]]:
    for check in checks(settlement, verdict_counts(rejected, settlement.rules.series)):
        yield check["check"], check["left"], check["right"], "相符" if check["holds"] else "不符"
