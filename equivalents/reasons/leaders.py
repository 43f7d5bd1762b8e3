"""Reasons about heads of institutions, whose work shares in no staff pool."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["LEADER_REASONS"]

LEADER_REASONS: Final = (
    Reason(
        "LEADER_MIDWAY",
        "error",
        "rules",
        "leaders 的规则在 {day} 起止，而“{person}”的岗位“{value}”跨过这一天，无法划分。请在花名册中"
        "按这一天把任职分成两行。",
        "A rule of leaders begins or ends on {day}, inside a posting of '{person}' as '{value}', "
        "so it cannot be divided. Split the posting into two rows on that day.",
    ),
    Reason(
        "LEADER_SAME_POST",
        "error",
        "rules",
        "“{person}”作为“{value}”（单位负责人）的任职与其他任职（见 {other}）岗位编号相同，两部分"
        "工作无法分开。请在花名册中给两者不同的岗位编号（post_id）。",
        "The posting of '{person}' as '{value}', a head's, has the post_id of another posting (see "
        "{other}), so that their work cannot be told apart. Give them different post_ids.",
    ),
    Reason(
        "LEADER_UNUSED",
        "warning",
        "rules",
        "花名册中本期没有岗位“{value}”，此项不起作用。请核对岗位名称。",
        "No posting of the period has the post '{value}', so this changes nothing. Check the name "
        "of the post.",
    ),
    Reason(
        "LEADER_TWICE",
        "error",
        "rules",
        "leaders 的两条规则在同一时期都写了岗位“{value}”（另见 {other}）。请为较早一条填写 "
        "valid_to。",
        "Two rules of leaders name the post '{value}' on the same days (see {other}). Give the "
        "earlier one a valid_to.",
    ),
)
