"""Sheets of settlement.xlsx for the further result tables: the same rows with names, in Chinese.

Each is made of the very table that is written as CSV. Ends are exclusive there; here they are the
last day, as the heading 截止日期（含） says (5.21). A sheet stands only where its table has a line
that no other sheet tells.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from equivalents.policy.accounts import SURPLUS_POOL
from equivalents.report.book import SheetColumn
from equivalents.report.words import pool_title

__all__ = [
    "FURTHER",
    "FurtherSheet",
    "NOTED_SHEET",
    "WHERE",
    "WHO",
    "money_column",
]

_MONEY, _COUNT = "#,##0.00", "#,##0"
_EQUIVALENTS: Final = "#,##0.0000###"
_FOUR: Final = "0.0000"
_OPENING: Final = {
    "paid": "本年已发",
    "earned": "封顶前当量",
    "key": "低于 0 的依据",
    "cap_base": "总量：基础部分",
    "cap_pool": "总量：绩效池",
    "cap_fund": "总量：资金",
    "cap_line": "总量：科目",
    "cap_excess": "超总量结转",
    "withheld": "扣留待兑现",
}
_PERSON: Final = ("person_id", "person_name")
_PLACE: Final = ("institution_id", "institution_name")


@dataclass(frozen=True, slots=True)
class FurtherSheet:
    """One sheet: its name, a note, and which column of the table stands where.

    ``words`` translate values by column, ``forms`` say how they are shown. Lines of the level
    ``without_level`` are left out. Where the table has more than ``ROWS_SHOWN`` lines, those
    with a value in ``details`` are, too.
    """

    table: str
    name: str
    note: str
    columns: Sequence[tuple[str, SheetColumn]]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    without_level: str = ""
    forms: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    details: str = ""


WHERE: Final = (
    (_PLACE[0], SheetColumn("机构编号", 14)),
    (_PLACE[1], SheetColumn("机构名称", 26)),
)
"""The columns that say which institution."""
_POOL: Final = ("pool", SheetColumn("绩效池", 20))
WHO: Final = (
    (_PERSON[0], SheetColumn("人员编号", 14)),
    (_PERSON[1], SheetColumn("姓名", 12)),
)
"""The columns that say who."""
_PAID: Final = (*WHERE, _POOL, *WHO)
_DAYS: Final = (("from", SheetColumn("开始日期", 12)), ("to", SheetColumn("截止日期（含）", 14)))
_REFERENCE: Final = ("reference", SheetColumn("文件依据", 30))


def money_column(name: str, heading: str, *, total: bool = True) -> tuple[str, SheetColumn]:
    """A column of yuan, added up at the foot unless ``total`` is false."""
    return name, SheetColumn(f"{heading}（元）", 16, _MONEY, total)


FURTHER: Final = (
    FurtherSheet(
        "allocations",
        "逐级分配",
        "上级金额按分配依据分给下级；分给个人的见 人员明细",
        (
            ("level", SheetColumn("层级", 8)),
            _POOL,
            ("parent", SheetColumn("上级", 16)),
            ("child", SheetColumn("下级", 16)),
            ("key", SheetColumn("分配依据", 18, _EQUIVALENTS)),
            money_column("amount", "金额", total=False),
            ("remainder_fen", SheetColumn("尾差（分）", 10, _COUNT)),
        ),
        {"level": {"institution": "机构", "department": "科室"}},
        "person",
    ),
    FurtherSheet(
        "adjusted",
        "系数明细",
        "当量（封顶后）× 系数 = 调整当量；期初带入的依据没有日期",
        (
            *_PAID,
            ("post_id", SheetColumn("岗位编号", 10)),
            *_DAYS,
            ("equivalents", SheetColumn("当量", 18, _EQUIVALENTS)),
            ("coefficient", SheetColumn("系数", 8, _FOUR)),
            ("adjusted", SheetColumn("调整当量", 18, _EQUIVALENTS)),
        ),
    ),
    FurtherSheet(
        "leave",
        "请假",
        "天数 × 比例 × 人头 × 平均依据 ÷ 平均天数 = 计入的依据",
        (
            *_PAID,
            ("kind", SheetColumn("请假类别", 10)),
            *_DAYS,
            ("days", SheetColumn("天数", 8, _COUNT)),
            ("average", SheetColumn("按谁的平均", 12)),
            ("over", SheetColumn("平均的期间", 12)),
            ("department_id", SheetColumn("科室编号", 12)),
            ("percent", SheetColumn("比例（%）", 10, "0.00")),
            ("head", SheetColumn("人头", 8, _FOUR)),
            ("average_key", SheetColumn("平均依据", 18, _EQUIVALENTS)),
            ("average_days", SheetColumn("平均天数", 12, "#,##0.####")),
            ("key", SheetColumn("计入的依据", 18, _EQUIVALENTS)),
            _REFERENCE,
        ),
        {
            "average": {"own": "本人", "department": "科室"},
            "over": {"past": "往期", "period": "本期", "both": "往期和本期"},
        },
    ),
    FurtherSheet(
        "contract_keys",
        "签约依据",
        "有效签约数 × 分摊比例 = 依据；团队各人之和等于团队签约数",
        (
            *WHERE,
            *WHO,
            ("team_id", SheetColumn("团队编号", 14)),
            ("contracts", SheetColumn("有效签约数", 12, _COUNT)),
            ("share", SheetColumn("分摊比例", 10)),
            ("key", SheetColumn("依据", 18, _EQUIVALENTS)),
        ),
    ),
    FurtherSheet(
        "averages",
        "平均依据",
        "没有本人依据的人员：倍数 × 人头 × 依据合计 ÷ 有依据人数 = 依据",
        (
            *_PAID,
            ("multiple", SheetColumn("倍数", 8, _FOUR)),
            ("head", SheetColumn("人头", 8, _FOUR)),
            ("keys", SheetColumn("依据合计", 18, _EQUIVALENTS)),
            ("people", SheetColumn("有依据人数", 12, _COUNT)),
            ("key", SheetColumn("依据", 18, _EQUIVALENTS)),
            _REFERENCE,
        ),
    ),
    FurtherSheet(
        "withheld",
        "考核扣留",
        "分得 × 考核系数 = 扣后；扣留部分留存，或结转到以后兑现（见 下期期初）",
        (
            *_PAID,
            money_column("allocated", "分得"),
            ("coefficient", SheetColumn("考核系数", 10, _FOUR)),
            money_column("amount", "扣后"),
            money_column("withheld", "扣留"),
        ),
    ),
    FurtherSheet(
        "limited",
        "年度封顶",
        "年度上限 × 月数 ÷ 12 × 人头 − 本年前期已发 = 本期上限；超出部分按各池金额的比例扣下",
        (
            *_PAID,
            ("limit", SheetColumn("封顶名称", 16)),
            money_column("year", "年度上限", total=False),
            ("months", SheetColumn("月数", 8, _COUNT)),
            ("head", SheetColumn("人头", 8, _FOUR)),
            money_column("paid_before", "本年前期已发", total=False),
            money_column("cap", "本期上限", total=False),
            money_column("total", "各池合计", total=False),
            money_column("allocated", "封顶前"),
            money_column("taken", "扣下"),
            money_column("amount", "实得"),
            _REFERENCE,
        ),
    ),
    FurtherSheet(
        "carried_keys",
        "结转依据",
        "低于 0 的依据按 0 参与本期分配，差额带入下期（下期的 opening 表）",
        (*_PAID, ("equivalents", SheetColumn("结转的依据", 18, _EQUIVALENTS))),
    ),
    FurtherSheet(
        "opening_next",
        "下期期初",
        "下一期的期初结转表（opening）：已发、封顶前当量、总量的结转、低于 0 的依据、扣留待兑现",
        (
            ("kind", SheetColumn("结转类别", 12)),
            *_PAID,
            ("series", SheetColumn("当量口径", 10)),
            ("period", SheetColumn("期间", 10)),
            ("equivalents", SheetColumn("当量", 18, _EQUIVALENTS)),
            money_column("amount", "金额", total=False),
            ("line", SheetColumn("科目", 16)),
        ),
        {"kind": _OPENING},
    ),
    FurtherSheet(
        "excluded",
        "不计记录",
        "按规则不计入的记录条数；每条收到的记录或计入、或不计、或退回",
        (
            ("series", SheetColumn("当量口径", 10)),
            ("rule", SheetColumn("代码", 22)),
            ("rule_zh", SheetColumn("规则", 60)),
            ("records", SheetColumn("记录数", 12, _COUNT)),
        ),
    ),
    FurtherSheet(
        "funds",
        "资金流向",
        "每笔钱从来源到去向",
        (
            *WHERE,
            ("fund", SheetColumn("资金", 20)),
            ("fund_title", SheetColumn("资金名称", 28)),
            ("source", SheetColumn("来源", 18)),
            ("use", SheetColumn("去向", 18)),
            money_column("amount", "金额", total=False),
            ("line", SheetColumn("科目", 18)),
        ),
        {
            "fund": {
                "business": "业务收支",
                "project": "专项资金",
                SURPLUS_POOL: pool_title(SURPLUS_POOL),
                "adjustment": "补发扣回",
            },
            **{
                column: {
                    "income": "收入",
                    "opening_restricted": "期初限定用途结转",
                    "expenditure": "支出",
                    "closing_restricted": "期末限定用途结转",
                    "deduction": "扣除",
                    "project_income": "专项收入",
                    "project_expenditure": "专项支出",
                    "balance": "结余",
                    "project": "专项资金",
                    "development": "事业发展",
                    "surplus": "奖励性绩效",
                    "deficit": "亏损",
                    "unspent": "未用完",
                    "overspent": "专项超支",
                    "business": "业务收支",
                    "given": "给定金额",
                    "paid": "已分配",
                    "retained": "留存",
                    "carried": "结转",
                    "due": "应得",
                    "recover": "收回多拨",
                    "carry": "结转下期抵扣",
                    "institution": "留机构",
                    "approved": "核定金额",
                    "payroll": "其余（统发）",
                    "cap_kept": "超总量，留机构",
                    "cap_carried": "超总量，结转",
                    "cap_returned": "超总量，上缴",
                    "cap_opening": "期初带入的超总量结转",
                    "own_money": "机构自有资金",
                    "withheld_before": "以前扣留",
                    "taken_back": "扣回",
                    "adjustment": "补发扣回",
                    "pool": "绩效池",
                }
                for column in ("source", "use")
            },
            "line": {
                "received": "到账",
                "owed": "尚欠",
                "split": "拆分",
                "excess": "系数加额",
            },
        },
    ),
)
"""The sheets in their order."""

NOTED_SHEET: Final = (
    SheetColumn("级别", 8),
    SheetColumn("代码", 22),
    SheetColumn("文件", 24),
    SheetColumn("行号", 8, _COUNT),
    SheetColumn("列", 14),
    SheetColumn("值", 16),
    SheetColumn("说明", 90),
    SheetColumn("当量口径", 10),
)
"""The columns of the sheet 提示."""
