"""settlement.xlsx: the settlement for people, in Chinese, with totals that Excel adds up itself.

Only money is summed at the foot of a sheet: one person's equivalents stand once in every pool and
series, so a sum down their column would mean nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from equivalents.errors import called
from equivalents.grouping import group
from equivalents.intake.headings import TABLES
from equivalents.lines import Lines
from equivalents.policy.calendar import print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.model import CONDITIONS, Pool, WeightRow
from equivalents.report.assessment import ASSESSMENT_SHEETS
from equivalents.report.book import ROWS_SHOWN, Book, SheetColumn
from equivalents.report.closingsheets import YEAR_END_SHEETS
from equivalents.report.faults import RejectedRow
from equivalents.report.funds import SURPLUS_SHEET, is_estimate, surplus_rows
from equivalents.report.furtherrows import further_rows, noted_rows
from equivalents.report.furthersheets import FURTHER, NOTED_SHEET
from equivalents.report.keytables import coefficient_column
from equivalents.report.lists import Listed
from equivalents.report.moneysheets import MONEY_SHEETS
from equivalents.report.results import paid_by_pool
from equivalents.report.roomtable import ROOM_SHEET, room_blocks
from equivalents.report.spread import SPREAD_SHEET, spread_sheet_rows
from equivalents.report.summary import checks
from equivalents.report.table import OutTable
from equivalents.report.totalsheet import total_sheet
from equivalents.report.words import column_title, component_title, pool_title
from equivalents.settle import Payouts, Settlement
from equivalents.spread import SpreadRow
from equivalents.takenoff import LEADER, TakenOff, taken_off
from equivalents.units import Int64, print_e3, print_e4, print_e7, print_fen

__all__ = ["CHECKS_SHEET", "check_rows", "write_workbook"]

_MONEY, _QUANTITY, _COUNT = "#,##0.00", "#,##0.###", "#,##0"
_EQUIVALENTS: Final = "#,##0.0000###"


def write_workbook(
    settlement: Settlement,
    payouts: Payouts,
    listed: Listed,
    spreads: Sequence[SpreadRow],
    tables: Mapping[str, OutTable],
    path: Path,
    more_checks: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write 机构汇总, 人员合计, 人员明细, 项目明细, the sheets of further tables, 退回记录 to 核对.

    ``listed`` has the first :data:`ROWS_SHOWN` rejected rows, and counts all of them by series and
    code; ``tables`` are the result tables by name, ``more_checks`` those of other runs.
    """
    book = Book(path)
    period = settlement.rules.period.name
    title = settlement.rules.title
    note = f"{title}　期间 {period}" if title else f"期间 {period}"
    book.sheet("机构汇总", note, _POOLS, _pool_rows(settlement, payouts))
    told = f"{note}　每人一行：各绩效池相加 = 应发合计"
    book.sheet("人员合计", told, *total_sheet(settlement, payouts))
    book.sheet("人员明细", note, *_people(settlement, payouts))
    _write_items(book, note, settlement, payouts)
    _write_further(book, note, settlement, payouts, tables)
    if "rooms" in tables:
        told = f"{note}　每个村卫生室一页：项目当量（各口径不相加）、各绩效池和构成项金额、合计"
        book.blocks("村卫生室结算", told, ROOM_SHEET, room_blocks(tables["rooms"], settlement))
    most = f"最多列 {ROWS_SHOWN:,} 行，全部见"
    told = f"{note}　{most} rejected.csv；请更正后重新导入"
    book.sheet("退回记录", told, _REJECTED, _rejected_rows(listed.first))
    if listed.noted:
        told = f"{note}　已照常计算，请核实；{most} problems.csv"
        book.sheet("提示", told, NOTED_SHEET, noted_rows(listed.noted[:ROWS_SHOWN]))
    measured = f"{note}　分配前：每人当量；分配后：每人金额。除数为 0 的留空"
    book.sheet("分配差距", measured, SPREAD_SHEET, spread_sheet_rows(settlement, spreads))
    if settlement.surpluses:
        estimate = "　不足一年，仅为估算，不得提交" if is_estimate(settlement) else ""
        told = f"{note}　结余 = 事业发展 + 奖励性绩效 + 亏损{estimate}"
        book.sheet("结余分配", told, SURPLUS_SHEET, surplus_rows(settlement))
    made = [*checks(settlement, listed.counts), *more_checks]
    book.sheet("核对", f"{note}　左右两侧应相等", CHECKS_SHEET, check_rows(made))
    book.close()


def _write_further(
    book: Book,
    note: str,
    settlement: Settlement,
    payouts: Payouts,
    tables: Mapping[str, OutTable],
) -> None:
    """The sheets of further tables that have a line which no other sheet tells."""
    told_elsewhere = set()
    if not _adjusts(payouts):
        told_elsewhere.add("adjusted")  # all at 1: 人员明细 has the equivalents
    plain = not settlement.rules.accounts and not settlement.components
    if plain and "dues" not in tables:
        told_elsewhere.add("funds")  # only given pools: 机构汇总 has them
    for sheet in (*FURTHER, *ASSESSMENT_SHEETS, *MONEY_SHEETS, *YEAR_END_SHEETS):
        if sheet.table in tables and sheet.table not in told_elsewhere:
            rows = list(further_rows(sheet, tables[sheet.table], settlement))
            if rows:
                columns = [column for _, column in sheet.columns]
                book.sheet(sheet.name, f"{note}　{sheet.note}", columns, rows)


def _adjusts(payouts: Payouts) -> bool:
    """Whether a coefficient is not 1, or a key was brought in."""
    detail = payouts.detail
    return detail is not None and bool(
        (detail.lines.coefficient_e4 != ONE_E4).any() or detail.brought_e7.any()
    )


def _write_items(book: Book, note: str, settlement: Settlement, payouts: Payouts) -> None:
    """The item lines; the column of shares stands only where somebody shares."""
    if settlement.counted.shared:
        told = f"{note}　数量 × 当量值 × 分摊比例 = 当量，合计分摊后尾差在第七位小数"
        book.sheet("项目明细", told, (*_ITEMS, _SHARE), _item_rows(settlement, payouts))
    else:
        rows = (row[:-1] for row in _item_rows(settlement, payouts))
        book.sheet("项目明细", f"{note}　数量 × 当量值 = 当量", _ITEMS, rows)


_POOLS: Final = (
    SheetColumn("机构编号", 14),
    SheetColumn("机构名称", 26),
    SheetColumn("绩效池", 20),
    SheetColumn("当量口径", 10),
    SheetColumn("人数", 8, _COUNT),
    SheetColumn("当量合计", 18, _EQUIVALENTS),
    SheetColumn("金额（元）", 18, _MONEY, True),
    SheetColumn("已分配（元）", 18, _MONEY, True),
    SheetColumn("留存（元）", 12, _MONEY, True),
    SheetColumn("结转（元）", 12, _MONEY, True),
)
_PEOPLE: Final = (
    SheetColumn("机构编号", 14),
    SheetColumn("机构名称", 26),
    SheetColumn("绩效池", 20),
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    SheetColumn("职称层级", 10),
    SheetColumn("当量", 18, _EQUIVALENTS),
    SheetColumn("系数", 8, "0.0000"),
    SheetColumn("分配依据", 18, _EQUIVALENTS),
    SheetColumn("金额（元）", 16, _MONEY, True),
    SheetColumn("尾差（分）", 10, _COUNT),
)
_MOVED: Final = (
    SheetColumn("封顶扣减（元）", 14, _MONEY, True),
    SheetColumn("保底补足（元）", 14, _MONEY, True),
)
_WITHHELD: Final = SheetColumn("考核扣留（元）", 14, _MONEY, True)
_ITEMS: Final = (
    SheetColumn("当量口径", 10),
    SheetColumn("机构编号", 14),
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    SheetColumn("项目编码", 14),
    SheetColumn("项目名称", 24),
    SheetColumn("计量单位", 10),
    SheetColumn("记录数", 10, _COUNT),
    SheetColumn("数量", 14, _QUANTITY),
    SheetColumn("当量值", 12, "0.0000"),
    SheetColumn("当量", 18, _EQUIVALENTS),
    SheetColumn("当量值依据", 34),
)
_SHARE: Final = SheetColumn("分摊比例", 10)
_REJECTED: Final = (
    SheetColumn("文件", 24),
    SheetColumn("行号", 8, _COUNT),
    SheetColumn("列", 14),
    SheetColumn("代码", 22),
    SheetColumn("值", 16),
    SheetColumn("原因与处理", 90),
    SheetColumn("当量口径", 10),
)
CHECKS_SHEET: Final = (
    SheetColumn("核对项", 62),
    SheetColumn("左侧", 20, "General"),
    SheetColumn("右侧", 20, "General"),
    SheetColumn("结果", 8),
)
"""The columns of the sheet 核对."""


def _pool_rows(settlement: Settlement, payouts: Payouts) -> Iterable[Sequence[str]]:
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    paid = paid_by_pool(settlement, payouts)
    people = np.bincount(payouts.pool, minlength=len(settlement.pools))
    bounds = np.concatenate([[0], np.cumsum(people)])
    by_pool = payouts.equivalents_e7[np.argsort(payouts.pool, kind="stable")]
    for at, pool in enumerate(settlement.pools):
        mine = by_pool[bounds[at] : bounds[at + 1]]
        yield (
            pool.institution_id,
            names[pool.institution_id],
            pool_title(pool.pool),
            pool.series,
            str(people[at]),
            print_e7(sum(map(int, mine))),
            print_fen(pool.amount_fen),
            print_fen(int(paid[at])),
            print_fen(int(payouts.retained_fen[at])),
            print_fen(int(payouts.carried_fen[at])),
        )


def _people(
    settlement: Settlement, payouts: Payouts
) -> tuple[Sequence[SheetColumn], Iterable[Sequence[str]]]:
    """The columns and rows of 人员明细; with what bounds moved and was withheld, where any was."""
    columns: Sequence[SheetColumn] = _PEOPLE
    rows = _people_rows(settlement, payouts)
    moved = [payouts.capped_fen, payouts.floored_fen]
    if any(fen.any() for fen in moved):
        columns = (*columns, *_MOVED)
        rows = _with_money(rows, moved)
    if payouts.detail is not None and payouts.detail.withheld_fen.any():
        columns = (*columns, _WITHHELD)
        rows = _with_money(rows, [payouts.detail.withheld_fen])
    if settlement.components:
        more = _component_rows(settlement, len(columns) - len(_PEOPLE))
        rows = sorted((*rows, *more), key=lambda row: (row[0], row[2], row[3], row[6] == ""))
    return columns, rows


def _component_rows(settlement: Settlement, further: int) -> Iterable[Sequence[str]]:
    """What components pay, in the columns of 人员明细: they have no key, and nothing moved them."""
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    staff = _staff(settlement)
    for one in settlement.components:
        name, tier = staff.get((one.institution_id, one.person_id), ("", ""))
        place = one.institution_id
        who = place, names[place], component_title(one.pool), one.person_id, name, tier
        yield *who, "", "", "", print_fen(one.amount_fen), "0", *["0.00"] * further


def _with_money(rows: Iterable[Sequence[str]], more: Sequence[Int64]) -> Iterable[Sequence[str]]:
    """Rows with further amounts behind them."""
    for row, *amounts in zip(rows, *(column.tolist() for column in more), strict=True):
        yield *row, *map(print_fen, amounts)


def _people_rows(settlement: Settlement, payouts: Payouts) -> Iterable[Sequence[str]]:
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    staff = _staff(settlement)
    persons = settlement.plan.persons
    institutions = settlement.plan.institutions
    columns = (
        payouts.pool,
        payouts.institution,
        payouts.person,
        payouts.equivalents_e7,
        payouts.key_e7,
        payouts.amount_fen,
        payouts.remainder_fen,
    )
    coefficients = coefficient_column(payouts).to_pylist()
    for coefficient, at, place, person, equivalents, key, amount, remainder in zip(
        coefficients, *(column.tolist() for column in columns), strict=True
    ):
        pool: Pool = settlement.pools[at]
        person_id = persons[person]
        institution_id = institutions[place]
        name, tier = staff[institution_id, person_id]
        yield (
            institution_id,
            names[institution_id],
            pool_title(pool.pool),
            person_id,
            name,
            tier,
            print_e7(equivalents),
            coefficient,
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


def _item_rows(settlement: Settlement, payouts: Payouts) -> Iterable[Sequence[str]]:
    staff = _staff(settlement)
    plan = settlement.plan
    for series, weighed in sorted(settlement.weighed.items()):
        if weighed.lines is None:
            continue
        rows = settlement.scales.books[series].rows
        for line in _over_months(weighed.lines):
            institution, person, at, whole, share, records, quantity, equivalents = line
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
                _basis(row),
                "1" if whole == 1 else f"{share}/{whole}",
            )
    yield from _taken_off_rows(settlement, payouts, staff)


def _taken_off_rows(
    settlement: Settlement,
    payouts: Payouts,
    staff: Mapping[tuple[str, str], tuple[str, str]],
) -> Iterable[Sequence[str]]:
    """What shares in no pool: the cuts of ceilings and the work of heads, one line each."""
    for row in taken_off(settlement, payouts):
        name = staff[row.institution_id, row.person_id][0]
        who = row.series, row.institution_id, row.person_id, name
        value = print_e7(-row.equivalents_e7)
        yield *who, "", _why_off(row), "", "", "", "", value, row.weight_row, "1"


def _basis(row: WeightRow) -> str:
    """Which version of a weight it is, and its conditions in words."""
    headings = {column.name: column.heading for column in TABLES["weights"].columns}
    told = zip(CONDITIONS, row.conditions, strict=True)
    parts = [f"{headings[name]} {value}" for name, value in told if value]
    return "；".join([f"{print_day(row.valid_from)} 起", *parts])


def _why_off(row: TakenOff) -> str:
    return f"单位负责人（{row.name}）不入池" if row.rule == LEADER else f"封顶扣减 {row.window}"


def _over_months(lines: Lines) -> Iterable[tuple[int, ...]]:
    """Lines of one person, weight row and share added up over the months of the period."""
    one = np.ones(lines.row.size, np.int64)
    whole, share = (one if column is None else column for column in (lines.whole, lines.share))
    keys = (lines.institution, lines.person, lines.row, whole, share)
    order, starts = group(keys)
    if order.size == 0:
        return
    values = (lines.records, lines.quantity_e3, lines.equivalents_e7)
    sums = [np.add.reduceat(column[order], starts) for column in values]
    yield from zip(
        *(key[order[starts]].tolist() for key in keys), *(s.tolist() for s in sums), strict=True
    )


def _rejected_rows(rejected: Sequence[RejectedRow]) -> Iterable[Sequence[str]]:
    for row in rejected:
        problem = row.faults[0]
        yield (
            called(row.original.file, row.original.sheet),
            str(row.original.row),
            column_title(problem.place.column),
            problem.code,
            problem.value,
            problem.text("zh"),
            problem.series,
        )


def check_rows(made: Iterable[Mapping[str, Any]]) -> Iterable[Sequence[str]]:
    """The rows of the sheet 核对: both sides of each check."""
    for check in made:
        yield check["check_zh"], check["left"], check["right"], "相符" if check["holds"] else "不符"
