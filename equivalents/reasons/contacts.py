"""Reasons about records that depend on others of their resident (A3, A12, 5.5, 5.6)."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["CONTACT_REASONS"]

CONTACT_REASONS: Final = (
    Reason(
        "END_BEFORE_START",
        "error",
        "form",
        "结束日期 {value} 早于服务日期。请更正（当日出入填同一天）。",
        "The end date {value} is before the service date. Correct it (same day: the same date).",
    ),
    Reason(
        "RESIDENT_MISSING",
        "error",
        "policy",
        "该项目按居民计数，而本记录未填居民编号（resident_id）。请填写。",
        "This item is counted by resident, and the record names none. Fill in resident_id.",
    ),
    Reason(
        "HOUSEHOLD_MISSING",
        "error",
        "policy",
        "该项目按家庭计数，而本记录未填家庭编号（household_id）。请填写。",
        "This item is counted by household, and the record names none. Fill in household_id.",
    ),
    Reason(
        "END_DATE_UNUSED",
        "error",
        "policy",
        "该项目不按床日计数，不应有结束日期“{value}”。请删除，或更正项目编码或计数口径。",
        "This item is not counted by days, so the end date '{value}' has no meaning. Remove it, "
        "or correct the item or its counting basis.",
    ),
    Reason(
        "DAYS_RANGE",
        "error",
        "policy",
        "床日数 {value} 超过该日至月底的天数。请按月分开填写，或填写结束日期。",
        "{value} days are more than the month has left. Enter them month by month, or give an "
        "end date.",
    ),
    Reason(
        "DAYS_NOT_WHOLE",
        "error",
        "policy",
        "床日数“{value}”不是整数。请填写整天数。",
        "The number of days '{value}' is not whole. Enter whole days.",
    ),
    Reason(
        "DAYS_DIFFER",
        "warning",
        "policy",
        "数量 {value} 与起止日期算出的 {other} 天不符，按日期计。请核实。",
        "The quantity {value} differs from the {other} days between the dates, which were "
        "counted. Please verify.",
    ),
    Reason(
        "BASIS_QUANTITY",
        "warning",
        "policy",
        "该项目按人（户）计次，每次计 1，数量 {value} 未采用。请核实。",
        "This item counts 1 for each resident or household; the quantity {value} was not used. "
        "Please verify.",
    ),
    Reason(
        "VISIT_NUMBER_DIFFERS",
        "warning",
        "policy",
        "填写的就诊次序 {value} 与按日期算出的第 {other} 次不符，按算出的计。请核实。",
        "The visit number {value} differs from the computed one, {other}, which was used. "
        "Please verify.",
    ),
    Reason(
        "BASIS_REPEAT",
        "note",
        "policy",
        "同一计数窗口内已计过，本条按计数口径不再计。",
        "Its class in the window is used up, so the record is excluded by the counting basis.",
    ),
    Reason(
        "BEFORE_PERIOD",
        "note",
        "policy",
        "期间之前的服务，只占次序，不计入本期。",
        "The service was before the period: it only takes its place in the order.",
    ),
    Reason(
        "VOIDED",
        "note",
        "policy",
        "已被全部冲正，不计，也不占名额。",
        "The record was corrected to nothing: it counts nowhere and takes no place.",
    ),
    Reason(
        "CORRECTION_ONLY",
        "note",
        "policy",
        "部分冲正：该次服务照计，本条不计。",
        "A correction that leaves its record standing; it changes nothing.",
    ),
    Reason(
        "STAY_INSIDE",
        "note",
        "policy",
        "床日均在另一住院期间之内，按规则不计。",
        "All its days lie within a stay that excludes them by rule.",
    ),
    Reason(
        "CONCURRENT",
        "note",
        "policy",
        "与同日的另一项目同次发生，按规则不另计。",
        "Done in one contact with another item of the day, so by rule it earns nothing more.",
    ),
)
