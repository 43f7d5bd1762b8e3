"""Reasons about effective contracts 有效签约: their policies and the results that these ask for."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["EFFECTIVE_REASONS"]

EFFECTIVE_REASONS: Final = (
    Reason(
        "EFFECTIVE_INVALID",
        "error",
        "rules",
        "有效签约“{value}”的写法不对：{detail}。请改正。",
        "'{value}' of the effective contracts is not written as it should be: {detail}. "
        "Correct it.",
    ),
    Reason(
        "COMPOSITE_UNKNOWN",
        "error",
        "rules",
        "没有综合考核“{value}”{near}。可用：{allowed}。"
        "请在 assessment.composites 中声明或改正名称。",
        "There is no composite '{value}'{near}. Known are: {allowed}. Declare it in "
        "assessment.composites or correct the name.",
    ),
    Reason(
        "EFFECTIVE_UNKNOWN",
        "error",
        "rules",
        "没有有效签约办法“{value}”{near}。可用：{allowed}。"
        "请在 assessment.effective 中声明或改正名称。",
        "There is no policy of effective contracts '{value}'{near}. Known are: {allowed}. Declare "
        "it in assessment.effective or correct the name.",
    ),
    Reason(
        "EFFECTIVE_UNUSED",
        "warning",
        "rules",
        "有效签约办法“{value}”没有资金使用，不起作用。请在资金的 heads 中写 effective: {value}，"
        "或删去这个办法。",
        "No fund goes by the policy of effective contracts '{value}': it does nothing. Name it in "
        "the heads of a fund (effective: {value}), or remove it.",
    ),
    Reason(
        "EFFECTIVE_RESULT_MISSING",
        "error",
        "rules",
        "有效签约“{policy}”缺少“{value}”在 {day} 的考核结果“{indicator}”。"
        "缺的结果不当 1 也不当 0：请在考核结果表补上。",
        "Effective contracts '{policy}' need the result '{indicator}' of '{value}' on {day}, and "
        "there is none. A missing result is neither 1 nor 0: add it to the table of assessments.",
    ),
    Reason(
        "EFFECTIVE_NOT_APPLICABLE",
        "error",
        "rules",
        "有效签约“{policy}”的指标对“{value}”在 {day} 全都不适用（分母为 0），无法认定。"
        "请补充结果，或改用别的指标。",
        "No indicator of the effective contracts '{policy}' is applicable to '{value}' on {day} "
        "(their denominators are 0). Add results or choose other indicators.",
    ),
    Reason(
        "EFFECTIVE_NO_TEAM",
        "error",
        "rules",
        "有效签约“{policy}”按团队认定，但有 {contracts} 份签约没有团队，第一份是“{value}”。"
        "请补上 team_id。",
        "Effective contracts '{policy}' go by team, and {contracts} contracts have none; the first "
        "is '{value}'. Add the team_id.",
    ),
    Reason(
        "EFFECTIVE_TESTS_MISSING",
        "error",
        "rules",
        "有效签约“{policy}”逐份认定，但有 {contracts} 份签约没有结果“{indicator}”，"
        "第一份是“{value}”。"
        "请在考核结果表补上（level: contract）。",
        "Effective contracts '{policy}' are judged one by one, and {contracts} contracts have no "
        "result '{indicator}'; the first is '{value}'. Add them to the table of assessments "
        "(level: contract).",
    ),
)
