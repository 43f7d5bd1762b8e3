"""Reasons about signed contracts as a key."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["CONTRACT_REASONS"]

CONTRACT_REASONS: Final = (
    Reason(
        "CONTRACT_NOBODY",
        "error",
        "rules",
        "签约“{value}”既没有人员也没有签约团队。请至少填写一个。",
        "The contract '{value}' names neither a person nor a team. Fill in one of them.",
    ),
    Reason(
        "CONTRACT_NO_POST",
        "error",
        "money",
        "“{value}”名下有 {contracts} 份签约，但期间最后一天没有任职。请把签约转给在岗人员或团队。",
        "'{value}' has {contracts} contracts but no posting on the last day of the period. Hand "
        "the contracts over to a person or team at work.",
    ),
    Reason(
        "CONTRACT_TEAM_EMPTY",
        "error",
        "money",
        "签约团队“{value}”有 {contracts} 份签约，但在期间最后一天没有在岗成员。请更正团队或签约。",
        "The team '{value}' has {contracts} contracts but no member with a posting on the last day "
        "of the period. Correct the team or the contracts.",
    ),
    Reason(
        "CONTRACT_HOME_UNCLEAR",
        "error",
        "money",
        "“{value}”在期间最后一天同时在 {places} 任职，{contracts} 份签约不知归哪个机构。"
        "请在花名册中把其中一个标为主岗。",
        "'{value}' has postings at {places} on the last day of the period, so it is not clear "
        "where {contracts} contracts count. Mark one of them as main in the staff table.",
    ),
)
