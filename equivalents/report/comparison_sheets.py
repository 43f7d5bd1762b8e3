"""The tables and sheets of a comparison: machine names and Chinese headings, column by column."""

from collections.abc import Mapping, Sequence
from typing import Final

from equivalents.report.book import SheetColumn

__all__ = ["COLUMNS", "SHEETS"]

_MONEY, _E7, _E4, _COUNT = "#,##0.00", "#,##0.0000###", "#,##0.0000", "#,##0"
_FIGURES: Final = (
    SheetColumn("原当量", 16, _E7),
    SheetColumn("拟当量", 16, _E7),
    SheetColumn("当量增减", 16, _E7),
    SheetColumn("原金额（元）", 16, _MONEY, True),
    SheetColumn("拟金额（元）", 16, _MONEY, True),
    SheetColumn("金额增减（元）", 16, _MONEY, True),
)
_SERIES: Final = SheetColumn("当量口径", 10)
_CHANGES: Final = (
    _SERIES,
    SheetColumn("项目编码", 14),
    SheetColumn("项目名称", 26),
    SheetColumn("条件", 30),
    SheetColumn("原当量值", 12, _E4),
    SheetColumn("拟当量值", 12, _E4),
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
_GROUPS: Final = (
    SheetColumn("范围", 12),
    SheetColumn("对象", 16),
    _SERIES,
    SheetColumn("人数", 8, _COUNT),
    SheetColumn("增加人数", 10, _COUNT),
    SheetColumn("减少人数", 10, _COUNT),
    # One person stands in several groups, so the sums of this sheet mean nothing.
    *(SheetColumn(column.heading, column.width, column.form) for column in _FIGURES),
)
_ITEMS: Final = (
    _SERIES,
    SheetColumn("项目编码", 14),
    SheetColumn("月份", 10),
    *_FIGURES[:3],
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
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "changes": ("series", "item_code", "item_name", "conditions", "before", "after", "change"),
    "people": (
        *("series", "institution_id", "person_id", "name", "post", "department_id"),
        *("equivalents_before", "equivalents_after", "equivalents_change"),
        *("amount_before", "amount_after", "amount_change"),
    ),
    "groups": (
        *("scope", "subject", "series", "people", "winners", "losers"),
        *("equivalents_before", "equivalents_after", "equivalents_change"),
        *("amount_before", "amount_after", "amount_change"),
    ),
    "items": (
        *("series", "item_code", "month"),
        *("equivalents_before", "equivalents_after", "equivalents_change"),
    ),
    "pools": (
        *("institution_id", "pool", "series", "amount", "paid_before", "paid_after"),
        *("retained_before", "retained_after", "carried_before", "carried_after", "change"),
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
    ("groups", "汇总", _GROUPS),
    ("people", "人员", _PEOPLE),
    ("items", "项目", _ITEMS),
    ("pools", "绩效池", _POOLS),
    ("spread", "分配差距", _SPREAD),
)
"""The sheets of the workbook: table, title, columns."""
