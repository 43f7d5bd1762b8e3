"""Every reason code with its severity and its texts in Chinese and English.

The codes are data: a program that reads ``rejected.csv`` may rely on them, a person reads the
sentence. ``{value}`` and other names in braces are filled from the problem. Each text says what
is wrong and what to do. ``docs/reasons.md`` is printed from this list and a test holds it equal.
"""

from typing import Final

from equivalents.reasons.accounts import ACCOUNT_REASONS
from equivalents.reasons.assessment import ASSESSMENT_REASONS
from equivalents.reasons.bridges import BRIDGE_REASONS
from equivalents.reasons.components import COMPONENT_REASONS
from equivalents.reasons.contacts import CONTACT_REASONS
from equivalents.reasons.contracts import CONTRACT_REASONS
from equivalents.reasons.corrections import CORRECTION_REASONS
from equivalents.reasons.door import DOOR_REASONS
from equivalents.reasons.effective import EFFECTIVE_REASONS
from equivalents.reasons.files import FILE_REASONS
from equivalents.reasons.forecasts import FORECAST_REASONS
from equivalents.reasons.funds import FUND_REASONS
from equivalents.reasons.keys import KEY_REASONS
from equivalents.reasons.leaders import LEADER_REASONS
from equivalents.reasons.leave import LEAVE_REASONS
from equivalents.reasons.maps import MAP_REASONS
from equivalents.reasons.model import BOTH, LONGEST, Reason, Severity, Stage, in_language
from equivalents.reasons.money import MONEY_REASONS
from equivalents.reasons.opening import OPENING_REASONS
from equivalents.reasons.payroll import PAYROLL_REASONS
from equivalents.reasons.prices import PRICE_REASONS
from equivalents.reasons.records import RECORD_REASONS
from equivalents.reasons.results import RESULT_REASONS
from equivalents.reasons.rules import RULE_REASONS
from equivalents.reasons.safety import SAFETY_REASONS
from equivalents.reasons.schemes import SCHEME_REASONS
from equivalents.reasons.service import SERVICE_REASONS
from equivalents.reasons.service_access import SERVICE_ACCESS_REASONS
from equivalents.reasons.service_hooks import SERVICE_HOOK_REASONS
from equivalents.reasons.shapes import SHAPE_REASONS
from equivalents.reasons.sharing import SHARING_REASONS
from equivalents.reasons.store import STORE_REASONS
from equivalents.reasons.store_cache import STORE_CACHE_REASONS
from equivalents.reasons.store_dated import STORE_DATED_REASONS
from equivalents.reasons.store_imports import STORE_IMPORT_REASONS
from equivalents.reasons.store_keeping import STORE_KEEPING_REASONS
from equivalents.reasons.store_periods import STORE_PERIOD_REASONS
from equivalents.reasons.studies import STUDY_REASONS
from equivalents.reasons.yearly import YEARLY_REASONS

__all__ = [
    "BOTH",
    "EXCLUSIONS",
    "LONGEST",
    "REASONS",
    "Reason",
    "Severity",
    "Stage",
    "in_language",
]

REASONS: Final[dict[str, Reason]] = {
    reason.code: reason
    for reason in (
        *FILE_REASONS,
        *MAP_REASONS,
        *OPENING_REASONS,
        *SAFETY_REASONS,
        *SHAPE_REASONS,
        *RULE_REASONS,
        *KEY_REASONS,
        *LEADER_REASONS,
        *LEAVE_REASONS,
        *RECORD_REASONS,
        *DOOR_REASONS,
        *CONTACT_REASONS,
        *CONTRACT_REASONS,
        *EFFECTIVE_REASONS,
        *PRICE_REASONS,
        *MONEY_REASONS,
        *FORECAST_REASONS,
        *FUND_REASONS,
        *BRIDGE_REASONS,
        *ACCOUNT_REASONS,
        *COMPONENT_REASONS,
        *RESULT_REASONS,
        *CORRECTION_REASONS,
        *SCHEME_REASONS,
        *ASSESSMENT_REASONS,
        *SHARING_REASONS,
        *STORE_REASONS,
        *STORE_CACHE_REASONS,
        *STORE_IMPORT_REASONS,
        *STORE_DATED_REASONS,
        *STORE_PERIOD_REASONS,
        *STORE_KEEPING_REASONS,
        *STUDY_REASONS,
        *YEARLY_REASONS,
        *SERVICE_REASONS,
        *SERVICE_ACCESS_REASONS,
        *SERVICE_HOOK_REASONS,
        *PAYROLL_REASONS,
    )
}
"""Every reason by its code."""

EXCLUSIONS: Final[dict[str, tuple[str, str]]] = {
    "ITEM_STOPPED": ("项目当日已停用，按规则不计", "the item was stopped on that date"),
    "NOT_IN_SERIES": ("本口径不含此项目，按规则不计", "the item is not part of this series"),
    "BASIS_REPEAT": (
        "同一计数窗口内已计过，按计数口径不再计",
        "its class in the window is used up",
    ),
    "BEFORE_PERIOD": (
        "服务日期在期间之前，只用于排次序",
        "before the period; it only takes its place",
    ),
    "CONCURRENT": ("与同日另一项目同次，不另计", "done in one contact with another item"),
    "CORRECTION_ONLY": ("冲正后有余，该次照计", "a correction that leaves its record standing"),
    "STAY_INSIDE": ("住院期间的床日，按规则不计", "its days lie within a stay that excludes them"),
    "VOIDED": ("已被全部冲正，不计也不占名额", "corrected to nothing, so it takes no place"),
    "OUTSIDE_PERIOD": ("服务日期在期间之外，按声明不计", "dated outside the period, as declared"),
}
"""What an excluding rule says, in Chinese and English, for records that it keeps out (A10)."""
