"""Reasons about leave and what it adds to keys."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["LEAVE_REASONS"]

LEAVE_REASONS: Final = (
    Reason(
        "LEAVE_OVERLAP",
        "error",
        "rules",
        "“{value}”在 {span} 有两段请假（{kind}；另见{other}）。请更正日期，使其不重叠。",
        "'{value}' is on leave twice over {span} ({kind}; see also {other}). Correct the dates so "
        "that they do not overlap.",
    ),
    Reason(
        "LEAVE_NO_RULE",
        "error",
        "rules",
        "请假类别“{value}”在 {day} 没有有效的规则（人员 {person}）。请在 case.yaml 的 leave "
        "中写明；不增加依据的，写 average: none。",
        "The leave kind '{value}' has no rule in force on {day} (person {person}). Declare one "
        "under leave in case.yaml; if it adds nothing, say average: none.",
    ),
    Reason(
        "LEAVE_RULE_OVERLAP",
        "error",
        "rules",
        "请假类别“{value}”在 {span} 有两条规则（另见{other}）。请为较早一条填写 valid_to。",
        "The leave kind '{value}' has two rules over {span} (see also {other}). Give the earlier "
        "one a valid_to.",
    ),
    Reason(
        "LEAVE_RULE_INVALID",
        "error",
        "rules",
        "请假类别“{value}”的规则有误（{detail}）。percent 须大于 0、不超过 100、最多两位小数。",
        "The rule of the leave kind '{value}' is not valid ({detail}). percent is above 0, at most "
        "100, with at most two decimals.",
    ),
    Reason(
        "LEAVE_NO_POST",
        "warning",
        "rules",
        "“{value}”的请假（{kind}）在本期没有一天有任职，不起作用。请核对人员与日期。",
        "The leave ({kind}) of '{value}' has no day in the period on which the person holds a "
        "posting, and changes nothing. Check person and dates.",
    ),
    Reason(
        "LEAVE_HOME_UNCLEAR",
        "error",
        "money",
        "“{value}”请假（{kind}）期间同时在 {places} 任职，无法确定按哪个机构的科室平均。"
        "请在花名册中把其中一个标为主岗。",
        "'{value}' has postings at {places} at once during a leave ({kind}), so it is not clear "
        "whose department's average counts. Mark one of them as main in the staff table.",
    ),
    Reason(
        "LEAVE_NO_AVERAGE",
        "error",
        "money",
        "“{value}”的请假（{kind}）在机构 {institution} 的绩效池 {pool} 没有可用的{whose}平均。"
        "请在 opening 中填写以前期间的依据（kind: past），或更改规则。",
        "The leave ({kind}) of '{value}' has no {whose} average in the pool {pool} of the "
        "institution {institution}. Bring in the keys of closed periods (kind: past in the table "
        "opening), or change the rule.",
    ),
)
