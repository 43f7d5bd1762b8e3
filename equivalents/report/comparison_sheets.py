"""The tables and sheets of a comparison: machine names and Chinese headings, column by column."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from equivalents.intake.headings import TABLES
from equivalents.policy.calendar import parse_day, print_day
from equivalents.report.book import SheetColumn

__all__ = ["COLUMNS", "OVERVIEW", "SHEETS", "overview_rows", "shown"]

_MONEY, _E7, _E4, _COUNT = "#,##0.00", "#,##0.0000###", "#,##0.0000", "#,##0"
_EQUIVALENTS: Final = (
    SheetColumn("原当量", 16, _E7),
    SheetColumn("拟当量", 16, _E7),
    SheetColumn("当量增减", 16, _E7),
)
_CUTS: Final = (SheetColumn("原封顶扣减", 14, _E7), SheetColumn("拟封顶扣减", 14, _E7))
_AMOUNTS: Final = (
    SheetColumn("原金额（元）", 16, _MONEY, True),
    SheetColumn("拟金额（元）", 16, _MONEY, True),
    SheetColumn("金额增减（元）", 16, _MONEY, True),
)
_FIGURES: Final = (*_EQUIVALENTS, *_CUTS, *_AMOUNTS)
_SERIES: Final = SheetColumn("当量口径", 10)
_ITEM: Final = (SheetColumn("项目编码", 14), SheetColumn("项目名称", 26))
_DATED: Final = (SheetColumn("自", 12), SheetColumn("至（含）", 12))
_CHANGES: Final = (
    _SERIES,
    *_ITEM,
    SheetColumn("条件", 30),
    *_DATED,
    SheetColumn("原当量值", 12, _E4),
    SheetColumn("拟当量值", 12, _E4),
    SheetColumn("增减", 12, _E4),
    SheetColumn("原计数口径", 20),
    SheetColumn("拟计数口径", 20),
)
_COEFFICIENTS: Final = (
    SheetColumn("适用范围", 10),
    SheetColumn("对象编号", 18),
    SheetColumn("系数类别", 14),
    *_DATED,
    SheetColumn("原系数", 12, _E4),
    SheetColumn("拟系数", 12, _E4),
    SheetColumn("增减", 12, _E4),
)
_PEOPLE: Final = (
    _SERIES,
    SheetColumn("机构编号", 14),
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    SheetColumn("岗位", 12),
    SheetColumn("科室编号", 14),
    *_FIGURES,
)
_TOTALS: Final = (SheetColumn("人员编号", 14), SheetColumn("姓名", 12), *_AMOUNTS)
_GROUPS: Final = (
    SheetColumn("范围", 12),
    SheetColumn("对象", 16),
    SheetColumn("名称", 26),
    _SERIES,
    SheetColumn("人数", 8, _COUNT),
    SheetColumn("增加人数", 10, _COUNT),
    SheetColumn("减少人数", 10, _COUNT),
    # One person stands in several groups, so the sums of this sheet mean nothing.
    *(SheetColumn(column.heading, column.width, column.form) for column in _FIGURES),
)
_ITEMS: Final = (_SERIES, *_ITEM, SheetColumn("月份", 10), *_EQUIVALENTS)
_ITEM_TOTALS: Final = (_SERIES, *_ITEM, *_EQUIVALENTS)
_MONTHS: Final = (_SERIES, SheetColumn("月份", 10), *_EQUIVALENTS)
_PAYOUTS: Final = (
    SheetColumn("机构编号", 14),
    SheetColumn("绩效池所属机构", 14),
    SheetColumn("绩效池", 14),
    _SERIES,
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    *_EQUIVALENTS,
    SheetColumn("原系数", 10, _E4),
    SheetColumn("拟系数", 10, _E4),
    SheetColumn("原分配依据", 16, _E7),
    SheetColumn("拟分配依据", 16, _E7),
    SheetColumn("分配依据增减", 16, _E7),
    *_AMOUNTS,
)
_POOLS: Final = (
    SheetColumn("机构编号", 14),
    SheetColumn("绩效池", 14),
    _SERIES,
    SheetColumn("金额（元）", 16, _MONEY, True),
    SheetColumn("原已分配", 16, _MONEY, True),
    SheetColumn("拟分配", 16, _MONEY, True),
    SheetColumn("原留存", 14, _MONEY, True),
    SheetColumn("拟留存", 14, _MONEY, True),
    SheetColumn("原结转", 14, _MONEY, True),
    SheetColumn("拟结转", 14, _MONEY, True),
    SheetColumn("增减合计", 12, _MONEY, True),
    SheetColumn("原当量单价（元）", 14, _E4),
    SheetColumn("拟当量单价（元）", 14, _E4),
)
_SPREAD: Final = (
    SheetColumn("范围", 12),
    SheetColumn("对象", 16),
    _SERIES,
    SheetColumn("人数", 8, _COUNT),
    *(
        SheetColumn(f"{side}{what}{measure}", 14, _E4)
        for what in ("当量", "金额")
        for side in ("原", "拟")
        for measure in ("最高/最低", "P90/P10", "基尼系数", "变异系数")
    ),
)


def _sides(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{side}" for name in names for side in ("before", "after", "change"))


_CUT: Final = ("cut_before", "cut_after")
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "changes": (
        *("series", "item_code", "item_name", "conditions", "from", "to"),
        *("before", "after", "change", "basis_before", "basis_after"),
    ),
    "coefficients": ("scope", "subject_id", "kind", "from", "to", "before", "after", "change"),
    "people": (
        *("series", "institution_id", "person_id", "name", "post", "department_id"),
        *(*_sides("equivalents"), *_CUT, *_sides("amount")),
    ),
    "totals": ("person_id", "name", *_sides("amount")),
    "groups": (
        *("scope", "subject", "name", "series", "people", "winners", "losers"),
        *(*_sides("equivalents"), *_CUT, *_sides("amount")),
    ),
    "items": ("series", "item_code", "item_name", "month", *_sides("equivalents")),
    "item_totals": ("series", "item_code", "item_name", *_sides("equivalents")),
    "months": ("series", "month", *_sides("equivalents")),
    "payouts": (
        *("institution_id", "pool_institution_id", "pool", "series", "person_id", "name"),
        *(*_sides("equivalents"), "coefficient_before", "coefficient_after"),
        *_sides("key", "amount"),
    ),
    "pools": (
        *("institution_id", "pool", "series", "amount", "paid_before", "paid_after"),
        *("retained_before", "retained_after", "carried_before", "carried_after", "change"),
        *("price_before", "price_after"),
    ),
    "spread": (
        *("scope", "subject", "series", "people"),
        *(
            f"{what}_{side}_{name}"
            for what in ("equivalents", "amount")
            for side in ("before", "after")
            for name in ("max_min", "p90_p10", "gini", "cv")
        ),
    ),
}
"""The columns of each table, by machine name."""
SHEETS: Final = (
    ("changes", "当量值变动", _CHANGES),
    ("coefficients", "系数变动", _COEFFICIENTS),
    ("groups", "汇总", _GROUPS),
    ("totals", "人员合计", _TOTALS),
    ("people", "人员", _PEOPLE),
    ("payouts", "分配", _PAYOUTS),
    ("item_totals", "项目", _ITEM_TOTALS),
    ("months", "月份", _MONTHS),
    ("items", "项目按月", _ITEMS),
    ("pools", "绩效池", _POOLS),
    ("spread", "分配差距", _SPREAD),
)
"""The sheets of the workbook after the overview: table, title, columns."""

_SCOPES: Final = {
    "all": "全部",
    "institution": "机构",
    "post": "岗位",
    "department": "科室",
    "person": "人员",
    "posting": "任职",
}
_SCOPED: Final = ("groups", "spread")


def shown(name: str, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The rows of a table as its sheet shows them: in Chinese, and with inclusive last days."""
    for row in rows:
        if name in _SCOPED:
            yield _SCOPES[row[0]], *row[1:]
        elif name == "coefficients":
            yield _SCOPES[row[0]], *row[1:4], _last_day(row[4]), *row[5:]
        elif name == "changes":
            yield *row[:3], _in_chinese(row[3]), row[4], _last_day(row[5]), *row[6:]
        else:
            yield row


def _last_day(end: str) -> str:
    """The day before an exclusive end (5.21)."""
    return print_day(parse_day(end) - 1)


def _in_chinese(conditions: str) -> str:
    """Conditions such as ``institution_group=II`` with the headings that people know."""
    known = TABLES["weights"].lookup()
    pairs = [pair.partition("=") for pair in conditions.split(";") if pair]
    return "；".join(f"{known[name].heading}={value}" for name, _, value in pairs)


OVERVIEW: Final = (
    _SERIES,
    SheetColumn("指标", 30),
    # The rows have different units, so each figure stands with its own decimals, as text.
    SheetColumn("现行", 22),
    SheetColumn("拟调整", 22),
    SheetColumn("增减", 22),
)
"""The columns of the sheet 概览."""
_BOTH: Final = (
    ("计入记录数", "records"),
    ("当量（封顶后）", "equivalents"),
    ("封顶扣减", "cut"),
    ("当量单价（元）", "price"),
)
_EVERYBODY: Final = (
    ("人数", "people"),
    ("增加人数", "winners"),
    ("减少人数", "losers"),
    ("增加金额合计（元）", "gained"),
    ("减少金额合计（元）", "lost"),
    ("最大增加（元）", "largest_gain"),
    ("最大减少（元）", "largest_loss"),
)
_SINGLE: Final = (("绩效池合计（元）", "pools"), *_EVERYBODY)
_CHECKS: Final = {
    "changes of paid + retained + carried add to zero": "已分配、留存、结转的增减合计为零",
    "equivalents of people and of cuts add up to those of items (before)": (
        "人员当量加回封顶扣减等于项目当量（现行）"
    ),
    "equivalents of people and of cuts add up to those of items (after)": (
        "人员当量加回封顶扣减等于项目当量（拟调整）"
    ),
}


def overview_rows(summary: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """The summary as lines for people: each series, then what was counted again and checked.

    A series by which no pool is shared has no money to tell of.
    """
    for series, one in summary["series"].items():
        for label, name in _BOTH:
            before, after = (str(one[f"{name}_{side}"]) for side in ("before", "after"))
            if before:
                yield series, label, before, after, _difference(before, after)
        for label, name in _SINGLE if one["price_before"] else ():
            yield series, label, "", str(one[name]), ""
    for label, name in _EVERYBODY:
        yield "", f"{label}（各口径合计）", "", str(summary["totals"][name]), ""
    yield "", "变动的当量值", "", str(summary["weights_changed"]), ""
    yield "", "变动的系数", "", str(summary["coefficients_changed"]), ""
    yield "", "重新计数的项目", "", "、".join(summary["recounted"]) or "无", ""
    for check in summary["checks"]:
        yield "", _CHECKS[check["check"]], "", "通过" if check["holds"] else "未通过", ""


def _difference(before: str, after: str) -> str:
    """The difference of two exact decimals, with their decimals; blank where one is."""
    return f"{Decimal(after) - Decimal(before):f}" if before and after else ""
