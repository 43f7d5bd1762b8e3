"""Reasons about pools and totals."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["MONEY_REASONS"]

MONEY_REASONS: Final = (
    Reason(
        "POOL_NO_PEOPLE",
        "error",
        "money",
        "绩效池“{value}”有 {amount} 元，但机构 {institution} 本期没有人员。请检查人员花名册。",
        "The pool '{value}' holds {amount} yuan, but nobody is posted at {institution} in the "
        "period. Check the staff table.",
    ),
    Reason(
        "POOL_NO_KEY",
        "error",
        "money",
        "绩效池“{value}”有 {amount} 元，但机构 {institution} 无人有正的分配依据。请检查服务记录。",
        "The pool '{value}' holds {amount} yuan, but nobody at {institution} has a positive key. "
        "Check the service records.",
    ),
    Reason(
        "NEGATIVE_KEY",
        "warning",
        "money",
        "“{value}”在绩效池 {pool} 的分配依据为负（{key}），按 0 参与分配，差额结转下期。",
        "The key of '{value}' in the pool {pool} is negative ({key}) and counts as 0; "
        "the deficit is carried to the next period.",
    ),
    Reason(
        "TOTAL_TOO_LARGE",
        "error",
        "money",
        "当量合计超出可精确记录的上限（2^63 个 0.0000001）。请检查数量与当量值。",
        "A total of equivalents is beyond what can be recorded exactly (2^63 units of 0.0000001). "
        "Check quantities and weights.",
    ),
)
