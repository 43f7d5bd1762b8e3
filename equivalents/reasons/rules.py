"""Reasons about dated rules and master data."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["RULE_REASONS"]

RULE_REASONS: Final = (
    Reason(
        "YAML_INVALID",
        "error",
        "rules",
        "YAML 格式有误：{detail}。请检查：缩进只用空格、不用 Tab；冒号和引号用半角，冒号后空一格。",
        "The YAML cannot be read: {detail}. Indent lines by blanks and not by tabs; check colons "
        "(with a blank behind them) and quotes.",
    ),
    Reason(
        "VALUE_SHAPE",
        "error",
        "rules",
        "“{value}”的写法不对，应为{expected}。请按说明改写。",
        "'{value}' is written in the wrong shape: it should be {expected}. See the docs.",
    ),
    Reason(
        "KEY_UNKNOWN",
        "error",
        "rules",
        "未知的键“{value}”{near}。请更正或删除。",
        "The key '{value}' is not known{near}. Correct or remove it.",
    ),
    Reason(
        "KEY_MISSING",
        "error",
        "rules",
        "缺少键“{value}”。请补上。",
        "The key '{value}' is missing. Add it.",
    ),
    Reason(
        "KEY_TWICE",
        "error",
        "rules",
        "键“{value}”重复（另见第 {other} 行）。请删除其中之一。",
        "The key '{value}' appears twice (see line {other}). Remove one of them.",
    ),
    Reason(
        "CHOICE_INVALID",
        "error",
        "rules",
        "“{value}”不是可用的取值{near}。可用：{allowed}。",
        "'{value}' is not one of the choices{near}. Choose from: {allowed}.",
    ),
    Reason(
        "PERIOD_INVALID",
        "error",
        "rules",
        "期间“{value}”无效。请写成 2025、2025-H1、2025-Q3 或 2025-06。",
        "The period '{value}' is not valid. Write 2025, 2025-H1, 2025-Q3 or 2025-06.",
    ),
    Reason(
        "TABLE_UNKNOWN",
        "error",
        "rules",
        "找不到当量表“{value}”{near}。请给出随附的表名或资料内的文件路径。",
        "There is no weight table '{value}'{near}. Name a shipped table or a file in the case.",
    ),
    Reason(
        "WEIGHT_INVALID",
        "error",
        "rules",
        "当量值“{value}”无效（{detail}）。须为 0 至 1,000,000（不含）、最多四位小数。",
        "The weight '{value}' is not valid ({detail}). It is at least 0, below 1,000,000, with "
        "at most four decimals.",
    ),
    Reason(
        "WEIGHT_OVERLAP",
        "error",
        "rules",
        "项目“{value}”在 {span} 有两个当量值（另见{other}）。"
        "请为较早一行填写截止日期（valid_to）。",
        "The item '{value}' has two weights over {span} (see also {other}). "
        "Give the earlier row a valid_to.",
    ),
    Reason(
        "WEIGHT_GAP",
        "error",
        "rules",
        "项目“{value}”在 {span} 没有当量值（下一行见{other}）。请补上，或将前一行标为停用。",
        "The item '{value}' has no weight over {span} (the next row is {other}). Fill the gap, "
        "or mark the earlier row as stopped.",
    ),
    Reason(
        "WEIGHT_AMBIGUOUS",
        "error",
        "rules",
        "项目“{value}”有两行条件同样具体且可同时满足（另见{other}）。请补充条件，使任何记录只能满足其一。",
        "Two rows of the item '{value}' are equally specific and can meet (see also {other}). "
        "Add conditions so that no record can meet both.",
    ),
    Reason(
        "STOP_WITHOUT_END",
        "error",
        "rules",
        "标为停用的行没有截止日期。请填写截止日期（valid_to）。",
        "The row is marked as stopped but has no end. Give it a valid_to.",
    ),
    Reason(
        "SERIES_UNKNOWN",
        "error",
        "rules",
        "当量口径“{value}”不在任何当量表中{near}。可用：{allowed}。",
        "The weight series '{value}' is in no weight table{near}. Choose from: {allowed}.",
    ),
    Reason(
        "SERIES_UNUSED",
        "warning",
        "rules",
        "case.yaml 为口径“{value}”写了设置，但没有这个口径的当量值{near}。现有：{allowed}。",
        "case.yaml has settings for the series '{value}', but no weight row has it{near}. "
        "There are: {allowed}.",
    ),
    Reason(
        "POSTS_OVERLAP",
        "error",
        "rules",
        "“{value}”在同一机构的两段任职重叠（另见{other}），且岗位编号相同。"
        "请更正日期，或注明不同岗位编号，或标出其一为主岗。",
        "Two postings of '{value}' at one institution overlap (see also {other}) with the same "
        "post. Correct the dates, give them different post ids, or mark one as main.",
    ),
    Reason(
        "BASIS_MIXED",
        "error",
        "rules",
        "项目“{value}”的各行计数口径不一致（另见{other}）：{detail}。请统一。",
        "The rows of the item '{value}' do not agree on how it counts (see also {other}): "
        "{detail}. Make them agree.",
    ),
    Reason(
        "ITEM_ON_BOTH_SIDES",
        "error",
        "rules",
        "项目“{value}”同时出现在规则的两边。请从其中一边删除。",
        "The item '{value}' stands on both sides of the rule. Remove it from one.",
    ),
    Reason(
        "CREDIT_INVALID",
        "error",
        "rules",
        "“{value}”不是有效的计分比例。请写 none、full，或 0 与 1 之间最多四位小数的数。",
        "'{value}' is not a credit. Write none, full, or a decimal between 0 and 1 with at most "
        "four places.",
    ),
    Reason(
        "COUNT_INVALID",
        "error",
        "rules",
        "“{value}”不是有效的次数。请填写 1 以上的整数。",
        "'{value}' is not a count. Enter a whole number of at least 1.",
    ),
    Reason(
        "TEAM_SHARE_INVALID",
        "error",
        "rules",
        "分摊比例“{value}”无效。请填写小于 1,000,000 的正整数，或留空。",
        "The share '{value}' is not valid. Write a whole number above 0 and below 1,000,000, or "
        "leave it blank.",
    ),
    Reason(
        "TEAM_MEMBER_TWICE",
        "error",
        "rules",
        "“{value}”在同一团队中的起止日期与 {other} 重叠。请错开日期，或删除其中之一。",
        "'{value}' is in the same team twice on some day (see {other}). Part the dates, or remove "
        "one of the rows.",
    ),
    Reason(
        "TEAM_ROLE_UNUSED",
        "warning",
        "rules",
        "team_roles 中的角色“{value}”在签约团队表中没有{near}，该设置不起作用。请核对。",
        "No row of teams has the role '{value}' of team_roles{near}, so this setting does nothing. "
        "Please check it.",
    ),
)
