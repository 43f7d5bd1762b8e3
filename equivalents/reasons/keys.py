"""Reasons about coefficients, ceilings and keys brought in."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["KEY_REASONS"]

KEY_REASONS: Final = (
    Reason(
        "COEFFICIENT_INVALID",
        "error",
        "rules",
        "系数“{value}”无效（{detail}）。须为 0 至 1,000,000（不含）、最多四位小数。",
        "The coefficient '{value}' is not valid ({detail}). It is at least 0, below 1,000,000, "
        "with at most four decimals.",
    ),
    Reason(
        "COEFFICIENT_OVERLAP",
        "error",
        "rules",
        "“{value}”在 {span} 有两个类别为 {kind} 的系数（另见{other}）。"
        "请为较早一行填写截止日期（valid_to）。",
        "'{value}' has two coefficients of the kind {kind} over {span} (see also {other}). "
        "Give the earlier row a valid_to.",
    ),
    Reason(
        "COEFFICIENT_UNUSED",
        "warning",
        "rules",
        "case.yaml 为系数类别“{value}”写了设置，但系数表中没有这个类别{near}。",
        "case.yaml has settings for the coefficient kind '{value}', but no coefficient has "
        "it{near}.",
    ),
    Reason(
        "CEILING_INVALID",
        "error",
        "rules",
        "封顶规则有误：“{value}”（{detail}）。分段须从 0 起、逐段递增，比率在 0 与 1 之间。",
        "The ceiling is not valid: '{value}' ({detail}). Tiers begin at 0 and rise, and rates "
        "lie between 0 and 1.",
    ),
    Reason(
        "CEILING_DATES",
        "error",
        "rules",
        "封顶规则“{value}”按{window}计，不能在 {day} 起止。请把日期写成{window}的第一天。",
        "The ceiling '{value}' counts by the {window} and cannot begin or end on {day}. "
        "Use the first day of a {window}.",
    ),
    Reason(
        "CEILING_YEAR",
        "error",
        "rules",
        "封顶规则“{value}”按年计，但没有带入期间 {period} 之前各月的当量。"
        "请把上期结果的 opening_next.csv 作为 opening 带入（kind: earned），"
        "或按全年核算，或改为按月。",
        "The ceiling '{value}' counts by the year, but the equivalents of the months before "
        "{period} are not brought in. Take opening_next.csv of the last period as opening (kind: "
        "earned), settle the whole year, or count by month.",
    ),
    Reason(
        "EARNED_MISSING",
        "error",
        "rules",
        "“{value}”在 {months} 已在 {institution} 任职，但 opening 中没有这些月份的"
        " {series} 口径当量（kind: earned），而封顶规则 {name} 按年计。没有当量时请写 0。",
        "'{value}' had a posting at {institution} in {months}, but opening has no equivalents of "
        "the series {series} for it (kind: earned), and the ceiling {name} counts by the year. "
        "Write 0 where there were none.",
    ),
    Reason(
        "CEILING_OVERLAP",
        "error",
        "rules",
        "封顶规则“{value}”与 {other} 在同一口径、同一时间重叠。请更正日期。",
        "The ceiling '{value}' overlaps with {other} in the same series. Correct the dates.",
    ),
    Reason(
        "INSTITUTION_COEFFICIENT_VARIES",
        "error",
        "money",
        "机构“{value}”的系数在本期内有变化（{found}），而机构系数对整个期间只能有一个。"
        "请分期间核算，或使其全期一致。",
        "The coefficient of the institution '{value}' changes within the period ({found}), but an "
        "institution has one for a whole period. Settle the periods apart, or make it one.",
    ),
    Reason(
        "POOL_COEFFICIENT_ABOVE_ONE",
        "error",
        "money",
        "绩效池“{value}”所属机构 {institution} 的系数 {found} 大于 1，没有资金支付超出部分。"
        "请改为不大于 1，或用 sharing 的 excess_fund 指明支付超出部分的资金，或在上级按机构分配。",
        "The coefficient {found} of the institution {institution} multiplies its pool '{value}' "
        "and is above 1, and no fund pays the excess. Make it at most 1, name the fund "
        "that pays with excess_fund (sharing), or share among institutions at the level above.",
    ),
    Reason(
        "WITHHOLD_VARIES",
        "error",
        "money",
        "“{value}”在本期有多个暂扣系数（{found}），而金额没有日期。请使其全期一致。",
        "'{value}' has several coefficients that withhold in the period ({found}), but an amount "
        "has no date. Make it one for the whole period.",
    ),
    Reason(
        "WITHHOLD_ABOVE_ONE",
        "error",
        "money",
        "“{value}”的暂扣系数 {found} 大于 1，没有资金支付超出部分。"
        "请改为不大于 1，或改乘分配依据（key）。",
        "The coefficient {found} that withholds from '{value}' is above 1, and no fund pays the "
        "excess. Make it at most 1, or apply it to the key.",
    ),
)
