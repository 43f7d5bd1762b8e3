"""The columns of pay lines, of totals and of bank lines: machine names and Chinese headings.

A column map may name any of the fields of its level. Source: specification page 3 "What a payroll
integrator needs".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from equivalents.payroll.model import Level, PayLine

__all__ = [
    "AMOUNTS",
    "BANK",
    "DETAIL",
    "EXACT",
    "HEADINGS",
    "MONTHS",
    "PART",
    "RUN",
    "SUMMARY",
    "fields_of",
    "heading",
]

PART: Final = "part:"
"""Stands before the label of a part of a total: ``part:绩效``."""

HEADINGS: Final[Mapping[str, str]] = {
    "run_id": "核算编号",
    "period": "期间",
    "institution_id": "机构编号",
    "institution": "机构名称",
    "department_id": "科室编号",
    "department": "科室",
    "person_id": "人员编号",
    "name": "姓名",
    "post": "岗位",
    "employment_type": "用工类别",
    "kind": "类别",
    "pool": "绩效池",
    "component": "构成项",
    "closed_period": "更正期间",
    "equivalents": "当量",
    "key": "分配依据",
    "coefficient": "系数",
    "unit_price": "单价（元）",
    "amount": "应发（元）",
    "pay": "本期应发（元）",
    "back_pay": "补发（元）",
    "claw_back": "扣回（元）",
    "direction": "收支方向",
    "income_type": "所得项目",
    "tax_month": "税款所属期",
    "engine": "程序版本",
    "method": "计算方法",
    "scheme_sha256": "方案散列",
    "weights_sha256": "当量表散列",
    "number": "序号",
    "account_name": "户名",
    "account_number": "账号",
    "bank": "开户行",
    "bank_code": "行号",
    "identity_number": "证件号码",
}
"""Every field and its heading."""

DETAIL: Final = tuple("amount" if name == "amount_fen" else name for name in PayLine._fields)
"""The columns of pay lines."""
RUN: Final = ("run_id", "engine", "method", "scheme_sha256", "weights_sha256")
"""What is the same in every line of a file; a workbook says it once."""
SUMMARY: Final = (
    *DETAIL[: DETAIL.index("kind")],
    *("equivalents", "coefficient", "pay", "back_pay", "claw_back", "amount"),
    *DETAIL[DETAIL.index("income_type") :],
)
"""The columns of totals; one for each part follows them."""
BANK: Final = (
    *("number", "run_id", "period", "institution_id", "institution", "person_id", "name"),
    *("account_name", "account_number", "bank", "bank_code", "identity_number"),
    *("amount", "income_type", "tax_month"),
)
"""The columns of a bank list 银行代发清单."""
AMOUNTS: Final = ("amount", "pay", "back_pay", "claw_back")
"""Fields of money in yuan; so is every part."""
EXACT: Final = ("equivalents", "key", "coefficient", "unit_price")
"""Other fields of numbers."""
MONTHS: Final = ("period", "closed_period", "tax_month")
"""Fields of periods; those that are months may be written in another form."""


def heading(name: str) -> str:
    """The Chinese heading of a column: of a part its label."""
    if name.startswith(PART):
        return f"{name.removeprefix(PART).removeprefix(':')}（元）"
    return HEADINGS[name]


def fields_of(level: str) -> Sequence[str]:
    """The fields that a column map of a level may name: ``detail``, ``summary`` or ``bank``.

    ``direction`` is 应发, 补发 or 扣回: for files whose amounts have no sign.
    """
    if level == Level.DETAIL:
        return (*DETAIL, "number", "direction")
    if level == Level.SUMMARY:
        return (*SUMMARY, "number", "direction")
    return BANK
