"""Sheets of what is paid after a period was closed: adjustments, and the end of the year."""

from typing import Final

from equivalents.report.book import SheetColumn
from equivalents.report.furthersheets import WHERE, FurtherSheet, money_column

__all__ = ["ADJUSTMENT_SHEETS", "YEAR_END_SHEETS"]

_EQUIVALENTS: Final = "#,##0.0000###"
_POOL: Final = ("pool", SheetColumn("绩效池", 20))
_WHO: Final = (
    ("person_id", SheetColumn("人员编号", 14)),
    ("person_name", SheetColumn("姓名", 12)),
)
_COMPONENT: Final = ("component", SheetColumn("构成项", 16))
_REFERENCE: Final = ("reference", SheetColumn("文件依据", 30))
_KEYS: Final = (
    ("key_closed", SheetColumn("结账时依据", 18, _EQUIVALENTS)),
    ("key_now", SheetColumn("现在依据", 18, _EQUIVALENTS)),
    ("key_difference", SheetColumn("依据之差", 18, _EQUIVALENTS)),
)
_COMPONENTS: Final = {"pool_share": "绩效池份额", "adjustment": "补发扣回"}
_MODES: Final = {"at_price": "按原价补", "reshare": "全部重分", "year_end": "年终结转"}
_LINES: Final = {"paid": "已分配", "retained": "留存", "carried": "结转"}
_OF_YEAR: Final = (
    money_column("entitlement", "全年应得"),
    money_column("paid", "各期已发"),
    money_column("adjusted", "已更正"),
    money_column("due", "清算差额"),
)

ADJUSTMENT_SHEETS: Final = (
    FurtherSheet(
        "adjustments",
        "追溯调整",
        "本次更正为正是补发，为负是扣回；已减去以前的更正",
        (
            ("period", SheetColumn("期间", 10)),
            *WHERE,
            _POOL,
            *_WHO,
            _COMPONENT,
            *_KEYS,
            money_column("closed", "结账金额"),
            money_column("earlier", "以前更正"),
            money_column("amount", "本次更正"),
            ("fund", SheetColumn("出资资金", 16)),
            ("mode", SheetColumn("方式", 10)),
            _REFERENCE,
        ),
        {"component": _COMPONENTS, "mode": _MODES},
    ),
    FurtherSheet(
        "key_changes",
        "依据变化",
        "依据之差 × 上级金额 ÷ 依据合计 × 扣留系数 = 按原价的差额；每人每池只取整一次",
        (
            *WHERE,
            _POOL,
            *_WHO,
            ("pool_institution", SheetColumn("绩效池机构", 14)),
            ("parent", SheetColumn("上级", 16)),
            *_KEYS,
            money_column("received", "上级金额", total=False),
            ("keys", SheetColumn("依据合计", 18, _EQUIVALENTS)),
            ("price_for_display", SheetColumn("原价（仅供展示）", 16, "0.0000")),
            ("coefficient", SheetColumn("扣留系数", 10, "0.0000")),
        ),
    ),
)
"""The sheets of a correction, one for each of its tables."""

YEAR_END_SHEETS: Final = (
    FurtherSheet(
        "year_end",
        "年终清算",
        "各期已发 + 已更正 + 清算差额 = 全年应得；差额为负是多发",
        (
            *WHERE,
            _POOL,
            *_WHO,
            _COMPONENT,
            *_OF_YEAR,
            money_column("pay_now", "本次发放"),
            money_column("carried_on", "结转下年"),
        ),
        {"component": _COMPONENTS},
    ),
    FurtherSheet(
        "year_end_pools",
        "年终清算（池）",
        "各期 + 已更正 + 差额 = 全年；分配、留存、结转三行相加为绩效池",
        (*WHERE, _POOL, ("line", SheetColumn("去向", 12)), *_OF_YEAR),
        {"line": _LINES},
    ),
)
"""The sheets of the end of a year."""
