"""Sheets of settlement.xlsx for the money of funds: how it is computed, who owes what, caps."""

from typing import Final

from equivalents.report.book import SheetColumn
from equivalents.report.furthersheets import WHERE, WHO, FurtherSheet, money_column
from equivalents.report.shown import shown_span

__all__ = ["MONEY_SHEETS"]

_FUND: Final = (
    ("fund", SheetColumn("资金", 20)),
    ("fund_title", SheetColumn("资金名称", 28)),
)
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
    "fund": "上级资金的一部分",
    "split": "减：拆分给",
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
    "base_before": "以前期间：基础部分",
    "pool_before": "以前期间：绩效池和构成项",
    "component": "计入总量的构成项",
    "base": "基础部分",
    "pool": "计入总量的绩效池",
    "opening": "期初带入的超出部分",
    "carried_on": "本期无此池，继续结转",
    "kept": "超出，留机构",
    "carried": "超出，结转",
    "returned": "超出，上缴",
}

_SOURCE: Final = {
    "given": "直接给定",
    "surplus": "结余",
    "fund": "资金",
    "approved": "核定金额",
}
_RULE: Final = {
    "all": "全部转入",
    "percent": "按比例转入",
    "after_costs": "扣除成本后转入",
    "odd_to_development": "五五分成，尾差归事业发展",
    "odd_to_pay": "五五分成，尾差归绩效",
}

MONEY_SHEETS: Final = (
    FurtherSheet(
        "pool_sources",
        "绩效池来源",
        "（来源金额 - 成本）× 比例 = 转入；转入 + 系数加额 - 超总量扣减 = 绩效池",
        (
            *WHERE,
            ("pool", SheetColumn("绩效池", 20)),
            ("source", SheetColumn("来源类别", 12)),
            ("name", SheetColumn("资金或核定科目", 20)),
            ("title", SheetColumn("资金名称", 28)),
            money_column("base", "来源金额", total=False),
            ("payers", SheetColumn("出资方", 36)),
            money_column("costs", "成本", total=False),
            ("rule", SheetColumn("转入规则", 20)),
            ("share", SheetColumn("比例", 10)),
            money_column("made", "转入"),
            money_column("raised", "系数加额"),
            ("raised_by", SheetColumn("加额出资", 20)),
            money_column("cut", "超总量扣减"),
            money_column("amount", "绩效池"),
            ("reference", SheetColumn("文件依据", 30)),
        ),
        {"source": _SOURCE, "rule": _RULE},
    ),
    FurtherSheet(
        "dues",
        "资金计算",
        "数量 × 单价 × 系数，各行相加为应得；每家机构每项资金只取整一次",
        (
            *WHERE,
            *_FUND,
            ("what", SheetColumn("计算项", 26)),
            ("count", SheetColumn("数量", 14)),
            ("rate", SheetColumn("单价（元）", 14)),
            ("coefficient", SheetColumn("系数", 10)),
            money_column("amount", "金额"),
            money_column("per_head_for_display", "人均（仅供展示，不参与计算）", total=False),
            ("unit", SheetColumn("单位", 12)),
            ("reference", SheetColumn("文件依据", 30)),
            ("illustrative", SheetColumn("示例", 8)),
        ),
        {"what": _WHAT, "illustrative": {"1": "示例", "0": ""}},
    ),
    FurtherSheet(
        "ledger",
        "资金台账",
        "尚欠 = 应得 - 到账（含预拨）；为负是多拨",
        (
            *WHERE,
            *_FUND,
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
        "instalments",
        "分期拨付",
        "应得等分到各期，除不尽的分全部归第一期",
        (
            *WHERE,
            *_FUND,
            ("number", SheetColumn("期次", 8)),
            money_column("amount", "金额"),
        ),
    ),
    FurtherSheet(
        "movements",
        "资金往来",
        "收支账中各项资金的核定、预拨、到账与支付",
        (
            *WHERE,
            *_FUND,
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
        "期末 = 期初 + 到账 - 多拨 - 已付 - 绩效池，作为下期期初",
        (
            *WHERE,
            *_FUND,
            *(
                money_column(name, heading)
                for name, heading in (
                    ("opening", "期初"),
                    ("received", "到账"),
                    ("over_advanced", "多拨"),
                    ("paid", "已付"),
                    ("pools", "绩效池"),
                    ("closing", "期末"),
                )
            ),
        ),
    ),
    FurtherSheet(
        "accounts_next",
        "下期收支账",
        "带入下期收支账的各行：本期期末与下期期初的限定用途结转，结转抵扣的多拨",
        (
            *WHERE,
            ("line", SheetColumn("科目", 24)),
            ("kind", SheetColumn("类别", 22)),
            money_column("amount", "金额", total=False),
            ("source", SheetColumn("资金来源", 20)),
            ("date", SheetColumn("日期", 12)),
        ),
        {
            "kind": {
                "closing_restricted": "期末限定用途结转",
                "opening_restricted": "期初限定用途结转",
                "advance": "预拨",
            }
        },
    ),
    FurtherSheet(
        "paycap",
        "绩效工资总量",
        "基础部分不动；基础部分与计入总量的绩效池超出总量的部分，按比例从绩效池扣减",
        (
            *WHERE,
            ("line", SheetColumn("项目", 20)),
            ("name", SheetColumn("名称", 20)),
            ("name_title", SheetColumn("资金或绩效池名称", 24)),
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
            ("test_title", SheetColumn("核查名称", 30)),
            *WHERE,
            money_column("part", "使用", total=False),
            money_column("whole", "总额", total=False),
            ("at_least", SheetColumn("不低于", 10)),
            ("holds", SheetColumn("结果", 8)),
        ),
        {"holds": {"1": "达到", "0": "未达到"}},
    ),
    FurtherSheet(
        "components",
        "构成项",
        "基数 × 数量 × 标准 × 系数，每人每项相加后四舍五入到分，各行金额相加等于该人该项金额",
        (
            *WHERE,
            *WHO,
            ("component", SheetColumn("构成项", 18)),
            ("what", SheetColumn("内容", 26)),
            ("base", SheetColumn("基数（元）", 18, "#,##0.00")),
            ("quantity", SheetColumn("数量", 14, "#,##0.#######")),
            ("rate", SheetColumn("标准或倍数", 12, "#,##0.00##")),
            ("coefficient", SheetColumn("系数", 12, "0.0000####")),
            money_column("amount", "金额"),
            ("source", SheetColumn("由谁支付", 24)),
            ("pool", SheetColumn("绩效池或构成项", 18)),
            ("title", SheetColumn("全称", 40)),
            ("reference", SheetColumn("文件依据", 30)),
        ),
        {
            "component": {"adjustment": "补发扣回"},
            "pool": {"adjustment": "补发扣回"},
            "what": {"bonus": "单项奖", "average": "人均", "withheld": "扣留"},
            "source": {
                "own": "机构自有资金",
                "fund": "资金",
                "line": "核定科目",
                "pool": "绩效池",
                "withheld": "以前扣留",
            },
        },
        forms={"what": shown_span},
    ),
)
"""The sheets of a case with a scheme or with components of pay, in their order."""
