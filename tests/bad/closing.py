"""The keys ``corrections`` and ``year_end`` at fault (D5, 5.18, 5.19)."""

from tests.bad.case import Fault

__all__ = ["CLOSING"]

YAML = "case.yaml"


def fault(name: str, code: str, text: str, value: str, *says: str) -> Fault:
    """One key at fault, in line 2 of case.yaml."""
    return Fault(
        f"closing-{name}", code, {YAML: f"period: 2025-06\n{text}\n"}, YAML, 2, "", value, says
    )


CLOSING = [
    fault("mode", "CHOICE_INVALID", "corrections: {mode: at_prize}", "at_prize", "at_price"),
    fault("key", "KEY_UNKNOWN", "corrections: {funds: F}", "funds", "fund"),
    fault("shape", "VALUE_SHAPE", "corrections: [reshare]", "corrections"),
    fault("value", "VALUE_SHAPE", "corrections: {mode: [reshare]}", "corrections.mode"),
    fault("fund", "CORRECT_FUND_UNKNOWN", "corrections: {fund: 结余}", "结余"),
    Fault(
        "closing-fund-near",
        "CORRECT_FUND_UNKNOWN",
        {
            YAML: "period: 2025-06\nreference: 示例\ncorrections: {fund: 绩效补助}\n"
            "funds: {绩效补助金: {kind: given}}\n"
        },
        YAML,
        3,
        "corrections.fund",
        "绩效补助",
        ("绩效补助金",),
    ),
    fault("over", "CHOICE_INVALID", "year_end: {over_paid: keep}", "keep", "recover", "carry"),
    fault("year-key", "KEY_UNKNOWN", "year_end: {overpaid: carry}", "overpaid", "over_paid"),
    fault("year-shape", "VALUE_SHAPE", "year_end: carry", "year_end"),
]
"""What is wrong with how a closed period is corrected and a year ends."""
