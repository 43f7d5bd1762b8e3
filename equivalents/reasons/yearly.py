"""Reasons about yearly limits on a person's total of several pools."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["YEARLY_REASONS"]

YEARLY_REASONS: Final = (
    Reason(
        "YEARLY_FLOOR",
        "error",
        "rules",
        "年度限额“{value}”写了保底。多个绩效池合计的保底没有资金来源，暂不支持；"
        "请在 sharing 中为单个池写 floor。",
        "The yearly limit '{value}' has a floor. No fund pays a floor on a total of several pools, "
        "so it is not supported; declare a floor for one pool under sharing.",
    ),
    Reason(
        "YEARLY_SHARE",
        "error",
        "rules",
        "年度限额“{value}”要求把超出部分再分配。多个绩效池之间的再分配没有唯一结果；"
        "请写 retain（留存）或 carry（结转）。",
        "The yearly limit '{value}' asks to share the excess again. Over several pools that has no "
        "single result; say retain or carry.",
    ),
    Reason(
        "YEARLY_DATES",
        "error",
        "rules",
        "年度限额“{value}”在期间 {period} 内开始或结束，而限额对整个期间只能有一个。请更正日期。",
        "The yearly limit '{value}' begins or ends within the period {period}, but a limit holds "
        "for a whole period. Correct the dates.",
    ),
    Reason(
        "YEARLY_OVERLAP",
        "error",
        "rules",
        "绩效池“{value}”同时列在年度限额 {name} 与 {other} 中。一个池只能属于一个限额。",
        "The pool '{value}' is named by two yearly limits, {name} and {other}. A pool belongs to "
        "one of them.",
    ),
    Reason(
        "YEARLY_SEVERAL",
        "error",
        "money",
        "“{value}”在绩效池 {pool} 中属于多个科室（另见 {parent}），全年的封顶或保底无法落到一处。"
        "请按金额写，或用 yearly_limits。",
        "'{value}' stands in several departments in the pool {pool} (also under {parent}), so a "
        "cap or floor of a year has no one place. Declare amounts, or use yearly_limits.",
    ),
    Reason(
        "YEARLY_NOT_EMPLOYED",
        "warning",
        "money",
        "“{value}”在 {parent} 没有一个完整在职月，绩效池 {pool} 中全年的封顶或保底按 0 计。",
        "'{value}' has no whole month employed at {parent}, so the cap or floor of a year in the "
        "pool {pool} is 0.",
    ),
    Reason(
        "OPENING_PERIOD",
        "error",
        "rules",
        "“{value}”不是期间 {period} 之前、同一年度内的期间。"
        "当年已付与当年已计当量只能来自本年度较早的已锁定期间。",
        "'{value}' is no period of the same year before {period}. What was paid and earned is "
        "brought in from earlier locked periods of the year.",
    ),
    Reason(
        "OPENING_TWICE",
        "error",
        "rules",
        "“{value}”的同一时间带入了两次（另见{other}）。每个期间只能带入一次。",
        "The same time of '{value}' is brought in twice (see also {other}). Bring in each period "
        "once.",
    ),
    Reason(
        "OPENING_STRAY",
        "error",
        "rules",
        "列 {column} 的“{value}”不属于结转类别 {kind}。请留空，或更正类别。",
        "'{value}' in the column {column} does not belong to the kind {kind}. Leave it blank, or "
        "correct the kind.",
    ),
    Reason(
        "YEARLY_NO_MONTH",
        "warning",
        "money",
        "“{value}”在本期没有一个完整在职月，年度限额 {name} 按 0 计，{amount} 元不支付。"
        "如不满一月也计，请写 months: begun。",
        "'{value}' has no whole month employed in the period, so the yearly limit {name} is 0 and "
        "{amount} yuan are not paid. If a month begun counts, say months: begun.",
    ),
)
