"""Reasons about accounts and the surplus rule."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["ACCOUNT_REASONS"]

ACCOUNT_REASONS: Final = (
    Reason(
        "ACCOUNT_DATE",
        "error",
        "table",
        "账目日期 {value} 不在期间 {period} 内。请更正，或将日期留空；只有上期期末的 "
        "closing_restricted 可写 {before}。",
        "The account is dated {value}, outside the period {period}. Correct the date or leave it "
        "blank; only the last period's closing_restricted may be dated {before}.",
    ),
    Reason(
        "ACCOUNT_TWICE",
        "warning",
        "table",
        "账目“{value}”与{other}完全相同，两行都计入。如为重复录入，请删除其中一行。",
        "The account '{value}' is the same in every column as {other}; both count. "
        "If it was entered twice, remove one.",
    ),
    Reason(
        "ACCOUNTS_NOT_CLOSED",
        "error",
        "table",
        "机构 {value} 上期期末限定用途结转为 {closing} 元，本期期初却为 {opening} 元。"
        "两者应相等，请核对账目。",
        "The last period of {value} closed with {closing} yuan restricted, but this one opens "
        "with {opening}. They must be equal: check the accounts.",
    ),
    Reason(
        "ACCOUNTS_INCOMPLETE",
        "warning",
        "table",
        "机构 {value} 的账目没有 {kind} 行，按 0 计算结余。请确认；确为 0 时可写一行 0.00。",
        "The accounts of {value} have no row of kind {kind}, which counts as 0 in the surplus. "
        "Make sure; a row of 0.00 says so.",
    ),
    Reason(
        "ACCOUNTS_TOO_LARGE",
        "error",
        "table",
        "机构 {value} 的账目合计达到 {limit} 元，超出上限。请检查金额单位是否为元。",
        "The accounts of {value} add up to {limit} yuan or more, which is beyond the limit. "
        "Check that the amounts are in yuan.",
    ),
    Reason(
        "RATIO_INVALID",
        "error",
        "rules",
        "比例“{value}”无效。请写成 0 至 1 之间的分数或最多四位小数，如 1/2、0.5。",
        "The ratio '{value}' is not valid. Write a fraction or a decimal of at most four places "
        "between 0 and 1, like 1/2 or 0.5.",
    ),
    Reason(
        "SURPLUS_OVERLAP",
        "error",
        "rules",
        "结余规则的有效期与{other}重叠。请为较早的规则填写 valid_to。",
        "This version of the surplus rule overlaps that of {other}. "
        "Give the earlier version a valid_to.",
    ),
    Reason(
        "SURPLUS_NOT_IN_FORCE",
        "error",
        "rules",
        "期末 {value} 没有生效的结余规则。请补充该日有效的规则，或更正日期。",
        "No version of the surplus rule is in force on {value}, the period's last day. "
        "Add one, or correct the dates.",
    ),
    Reason(
        "SURPLUS_UNUSED",
        "warning",
        "rules",
        "case.yaml 写了结余规则，但没有任何机构的收支账目（accounts）。请补充账目，或删除该规则。",
        "case.yaml has a surplus rule, but no institution has accounts. "
        "Add the table accounts, or remove the rule.",
    ),
    Reason(
        "SURPLUS_POOL_GIVEN",
        "error",
        "money",
        "机构 {value} 有收支账目，其结余池 surplus 由账目算出，不能再在绩效池中给定。请删除其一。",
        "{value} has accounts, so that its pool surplus is computed and cannot be given as well. "
        "Remove one of them.",
    ),
    Reason(
        "SURPLUS_NOT_ASSESSED",
        "error",
        "money",
        "机构 {value} 的结余中有 {amount} 元须按考核结果发放，但没有考核结果作用于绩效池 surplus。"
        "请提供考核结果，并在 coefficients 中声明综合考核作用于该池（key 或 withhold），"
        "或在方案（没有"
        "方案的在 case.yaml）的 surplus 中声明 assessment: none。",
        "{amount} yuan of the surplus of {value} are paid by assessment result, but no result "
        "moves the pool surplus. Add the results and declare under coefficients that a composite "
        "applies to that pool (key or withhold), or declare assessment: none under surplus in the "
        "scheme (without one in case.yaml).",
    ),
    Reason(
        "SURPLUS_ESTIMATE",
        "warning",
        "money",
        "期间 {value} 不足一年：结余分配仅为估算，不得提交。年度结束后请以全年账目重新核算。",
        "The period {value} is shorter than a year: its surplus is an estimate and cannot be "
        "submitted. Settle the whole year when it has ended.",
    ),
)
