"""Sheets of settlement.xlsx for the money of funds: how it is computed, who owes what, caps."""

from typing import Final

from equivalents.report.book import SheetColumn
from equivalents.report.furthersheets import WHERE, FurtherSheet, money_column

__all__ = ["MONEY_SHEETS"]

_FUND: Final = ("fund", SheetColumn("资金", 20))
_PAYER: Final = ("payer", SheetColumn("出资方", 16))
_KINDS: Final = {"advance": "预拨", "received": "到账", "paid": "已付", "approved": "核定"}
_THEN: Final = {"payable": "应拨付", "recover": "收回", "carry": "结转下期抵扣"}
_WHAT: Final = {
    "heads": "人数",
    "package": "服务包",
    "item": "项目",
    "equivalents": "当量",
    "task": "核定任务",
    "forecast": "预测任务",
    "approved": "核定金额",
    "fund": "资金的一部分",
    "expenditure": "经常性支出",
    "income:recurrent": "减：经常性收入",
    "income:approved": "减：核定收入",
    "income": "减：收入",
    "charges": "减：收费",
    "zero": "补足到 0.00",
    "budget": "按预算缩减",
}
_CAP: Final = {
    "per_head": "按人数",
    "fund_share": "资金的比例",
    "line_share": "科目的比例",
    "amount": "核定金额",
    "cap": "绩效工资总量",
    "base": "基础部分",
    "pool": "计入总量的绩效池",
    "kept": "超出，留机构",
    "carried": "超出，结转",
    "returned": "超出，上缴",
}

MONEY_SHEETS: Final = (
    FurtherSheet(
        "dues",
        "资金计算",
        "数量 × 单价 × 系数，各行相加为应得；每家机构每项资金只取整一次",
        (
            *WHERE,
            _FUND,
            ("what", SheetColumn("计算项", 26)),
            ("count", SheetColumn("数量", 14)),
            ("rate", SheetColumn("单价（元）", 14)),
            ("coefficient", SheetColumn("系数", 10)),
            money_column("amount", "金额"),
        ),
        {"what": _WHAT},
    ),
    FurtherSheet(
        "ledger",
        "资金台账",
        "尚欠 = 应得 - 到账（含预拨）；为负是多拨",
        (
            *WHERE,
            _FUND,
            _PAYER,
            *(
                money_column(name, heading)
                for name, heading in (
                    ("due", "应得"),
                    ("approved", "核定"),
                    ("received", "到账"),
                    ("paid", "已付"),
                    ("owed", "尚欠"),
                )
            ),
            ("then", SheetColumn("处理", 14)),
        ),
        {"then": _THEN},
    ),
    FurtherSheet(
        "movements",
        "资金往来",
        "收支账中各项资金的核定、预拨、到账与支付",
        (
            *WHERE,
            _FUND,
            _PAYER,
            ("kind", SheetColumn("类别", 10)),
            ("date", SheetColumn("日期", 12)),
            money_column("amount", "金额", total=False),
        ),
        {"kind": _KINDS},
    ),
    FurtherSheet(
        "restricted",
        "限定用途结转",
        "期末 = 期初 + 到账 - 已付 - 绩效池，作为下期期初",
        (
            *WHERE,
            _FUND,
            *(
                money_column(name, heading)
                for name, heading in (
                    ("opening", "期初"),
                    ("received", "到账"),
                    ("paid", "已付"),
                    ("pools", "绩效池"),
                    ("closing", "期末"),
                )
            ),
        ),
    ),
    FurtherSheet(
        "paycap",
        "绩效工资总量",
        "基础部分不动；基础部分与计入总量的绩效池超出总量的部分，按比例从绩效池扣减",
        (
            *WHERE,
            ("line", SheetColumn("项目", 20)),
            ("name", SheetColumn("名称", 20)),
            ("count", SheetColumn("数量", 14)),
            ("rate", SheetColumn("单价、比例或系数", 18)),
            money_column("amount", "金额", total=False),
        ),
        {"line": _CAP},
    ),
    FurtherSheet(
        "share_tests",
        "比例核查",
        "使用金额不低于总额的规定比例；机构为空的是全部合计",
        (
            ("test", SheetColumn("核查项", 24)),
            *WHERE,
            money_column("part", "使用", total=False),
            money_column("whole", "总额", total=False),
            ("at_least", SheetColumn("不低于", 10)),
            ("holds", SheetColumn("结果", 8)),
        ),
        {"holds": {"1": "达到", "0": "未达到"}},
    ),
)
"""The sheets of a case with a scheme, in their order."""
