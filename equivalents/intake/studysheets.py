"""The tables of a study: their columns, by machine name and Chinese heading (A11).

They are no tables of a case. Sources: rule A11; docs/files.md.
"""

from collections.abc import Mapping
from typing import Final

from equivalents.intake.cellkinds import CellKind
from equivalents.intake.headings import Column, Sheet

__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "COSTS",
    "COUNTS",
    "LABOUR",
    "MINUTES",
    "OPINIONS",
    "RESULT",
    "STUDY_TABLES",
]


def _must(name: str, heading: str, holds: CellKind | None = None) -> Column:
    return Column(name, heading, required=True, holds=holds)


def _number(name: str, heading: str) -> Column:
    return Column(name, heading, holds="number")


_NAMES: Final = (Column("item_name", "项目名称"), Column("unit", "计量单位"))
_WHO: Final = (
    _must("person_id", "人员编号"),
    _must("month", "月份"),
)
LABOUR: Final = Sheet(
    "labour",
    "项目耗时",
    (
        _must("item_code", "项目编码"),
        Column("category", "人员类别"),
        _number("minutes", "耗时（分钟）"),
        _number("hours", "耗时（小时）"),
        _number("coefficient", "人力系数"),
        _number("difficulty", "技术难度"),
        _number("risk", "风险程度"),
        *_NAMES,
    ),
)
CATEGORIES: Final = Sheet(
    "categories",
    "人力系数",
    (
        _must("category", "人员类别"),
        _must("coefficient", "人力系数", "number"),
        Column("reference", "文件依据"),
    ),
)
OPINIONS: Final = Sheet(
    "opinions",
    "专家咨询",
    (
        _must("item_code", "项目编码"),
        _must("round", "轮次"),
        _must("expert", "专家"),
        _must("value", "当量值"),
        *_NAMES,
    ),
)
MINUTES: Final = Sheet(
    "minutes",
    "工作时间",
    (*_WHO, _must("minutes", "分钟数", "number"), Column("institution_id", "机构编号")),
)
COUNTS: Final = Sheet(
    "counts",
    "项目数量",
    (
        *_WHO,
        _must("item_code", "项目编码"),
        _must("quantity", "数量"),
        Column("institution_id", "机构编号"),
        Column("share", "分摊比例"),
        *_NAMES,
    ),
)
RESULT: Final = Sheet(
    "equivalents",
    "当量明细",
    tuple(
        Column(name, heading)
        for name, heading in (
            ("institution_id", "机构编号"),
            ("person_id", "人员编号"),
            ("item_code", "项目编码"),
            ("month", "月份"),
            ("quantity", "数量"),
            ("weight", "当量值"),
            ("equivalents", "当量"),
            ("series", "当量口径"),
            ("weight_row", "当量行"),
            ("share", "分摊比例"),
        )
    ),
)
"""``equivalents.csv`` of a result: lines of a ceiling or of a head's work have no item."""
COSTS: Final = Sheet(
    "costs",
    "当量成本",
    (
        _must("institution_id", "机构编号"),
        _must("channel", "购买渠道"),
        _must("cost", "成本（元）", "number"),
        _must("equivalents", "当量"),
    ),
)
CHANNELS: Final = Sheet(
    "channels",
    "渠道对照",
    (
        _must("kind", "类别"),
        _must("code", "编码"),
        _must("channel", "购买渠道"),
        Column("share", "分摊比例"),
    ),
)
STUDY_TABLES: Final[Mapping[str, Sheet]] = {
    sheet.name: sheet for sheet in (LABOUR, CATEGORIES, OPINIONS, MINUTES, COUNTS, COSTS, CHANNELS)
}
"""Every table of a study by its name in the documents."""
