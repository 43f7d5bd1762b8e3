"""Every reason code with its severity and its texts in Chinese and English.

The codes are data: a program that reads ``rejected.csv`` may rely on them, a person reads the
sentence. ``{value}`` and other names in braces are filled from the problem. Each text says what
is wrong and what to do. ``docs/reasons.md`` is printed from this list and a test holds it equal.
"""

from typing import Final

from equivalents.reasons.files import FILE_REASONS
from equivalents.reasons.keys import KEY_REASONS
from equivalents.reasons.model import BOTH, Reason, Severity, Stage
from equivalents.reasons.money import MONEY_REASONS
from equivalents.reasons.records import RECORD_REASONS
from equivalents.reasons.rules import RULE_REASONS

__all__ = ["BOTH", "EXCLUSIONS", "REASONS", "Reason", "Severity", "Stage"]

REASONS: Final[dict[str, Reason]] = {
    reason.code: reason
    for reason in (
        *FILE_REASONS,
        *RULE_REASONS,
        *KEY_REASONS,
        *RECORD_REASONS,
        *MONEY_REASONS,
    )
}
"""Every reason by its code."""

EXCLUSIONS: Final[dict[str, tuple[str, str]]] = {
    "ITEM_STOPPED": ("项目当日已停用，按规则不计", "the item was stopped on that date"),
    "NOT_IN_SERIES": ("本口径不含此项目，按规则不计", "the item is not part of this series"),
    "OUTSIDE_PERIOD": ("服务日期在期间之外，按声明不计", "dated outside the period, as declared"),
}
"""What an excluding rule says, in Chinese and English, for records that it keeps out (A10)."""
