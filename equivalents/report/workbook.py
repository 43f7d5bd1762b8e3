"""settlement.xlsx: the settlement for people, in Chinese, with totals that Excel adds up itself.

Only money is summed at the foot of a sheet: one person's equivalents stand once in every pool and
series, so a sum down their column would mean nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from equivalents.policy.model import Pool
from equivalents.report.book import Book, SheetColumn
from equivalents.report.faults import RejectedRow
from equivalents.report.keytables import ceiling_rows, coefficient_column, withheld_by_pool
from equivalents.report.results import paid_by_pool
from equivalents.report.summary import checks
from equivalents.settle import Payouts, Settlement
from equivalents.tally import group
from equivalents.units import print_e3, print_e4, print_e7, print_fen
from equivalents.weigh import Lines

__all__ = ["ROWS_SHOWN", "write_workbook"]

ROWS_SHOWN: Final = 20_000
"""Rejected rows that the workbook lists; nobody reads more, and rejected.csv has them all."""


_MONEY, _QUANTITY, _COUNT = "#,##0.00", "#,##0.###", "#,##0"
_EQUIVALENTS: Final = "#,##0.0000###"


def write_workbook(
    settlement: Settlement,
    payouts: Payouts,
    rejected: Sequence[RejectedRow],
    counts: Mapping[str, Counter[str]],
    path: Path,
) -> None:
    """Write the five sheets 机构汇总, 人员明细, 项目明细, 退回记录, 核对.

    ``rejected`` are the first :data:`ROWS_SHOWN` rejected rows, ``counts`` counts all of them by
    series and code.
    """
    book = Book(path)
    period = settlement.rules.period.name
    title = settlement.rules.title
    note = f"{title}　期间 {period}" if title else f"期间 {period}"
    book.sheet("机构汇总", note, _POOLS, _pool_rows(settlement, payouts))
    book.sheet("人员明细", note, _PEOPLE, _people_rows(settlement, payouts))
    book.sheet("项目明细", f"{note}　数量 × 当量值 = 当量", _ITEMS, _item_rows(settlement, payouts))
    book.sheet(
        "退回记录",
        f"{note}　最多列 {ROWS_SHOWN:,} 行，全部见 rejected.csv；请更正后重新导入",
        _REJECTED,
        _rejected_rows(rejected),
    )
    book.sheet("核对", f"{note}　左右两侧应相等", _CHECKS, _check_rows(settlement, counts))
    book.close()


_POOLS: Final = (
    SheetColumn("机构编号", 14),
    SheetColumn("机构名称", 26),
    SheetColumn("绩效池", 14),
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
    SheetColumn("绩效池", 14),
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    SheetColumn("职称层级", 10),
    SheetColumn("当量", 18, _EQUIVALENTS),
    SheetColumn("系数", 8, "0.0000"),
    SheetColumn("分配依据", 18, _EQUIVALENTS),
    SheetColumn("金额（元）", 16, _MONEY, True),
    SheetColumn("尾差（分）", 8, _COUNT),
)
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
_REJECTED: Final = (
    SheetColumn("文件", 24),
    SheetColumn("行号", 8, _COUNT),
    SheetColumn("列", 14),
    SheetColumn("代码", 22),
    SheetColumn("值", 16),
    SheetColumn("原因与处理", 90),
    SheetColumn("当量口径", 10),
)
_CHECKS: Final = (
    SheetColumn("核对项", 48),
    SheetColumn("左侧", 20, "General"),
    SheetColumn("右侧", 20, "General"),
    SheetColumn("结果", 8),
)


def _pool_rows(settlement: Settlement, payouts: Payouts) -> Iterable[Sequence[str]]:
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    paid = paid_by_pool(settlement, payouts)
    withheld = withheld_by_pool(settlement, payouts)
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
            print_fen(int(withheld[at])),
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
        payouts.paid_fen,
        payouts.remainder_fen,
    )
    coefficients = coefficient_column(payouts).to_pylist()
    for coefficient, at, person, equivalents, key, amount, remainder in zip(
        coefficients, *(column.tolist() for column in columns), strict=True
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
    yield from _cut_rows(settlement, payouts, staff)


def _cut_rows(
    settlement: Settlement,
    payouts: Payouts,
    staff: Mapping[tuple[str, str], tuple[str, str]],
) -> Iterable[Sequence[str]]:
    """The cuts of ceilings, one line each."""
    for series, place, person, window, name, cut in ceiling_rows(settlement, payouts):
        who = series, place, person, staff[place, person][0]
        title = f"封顶扣减 {window}"
        yield *who, "", title, "", "", "", "", print_e7(-cut), f"ceiling:{name}"


def _over_months(lines: Lines) -> Iterable[tuple[int, int, int, int, int, int]]:
    """Lines of one person and weight row added up over the months of the period."""
    keys = [lines.institution, lines.person, lines.row]
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
            row.original.file,
            str(row.original.row),
            problem.place.column,
            problem.code,
            problem.value,
            problem.text("zh"),
            problem.series,
        )


def _check_rows(
    settlement: Settlement, counts: Mapping[str, Counter[str]]
) -> Iterable[Sequence[str]]:
    for check in checks(settlement, counts):
        yield check["check_zh"], check["left"], check["right"], "相符" if check["holds"] else "不符"
