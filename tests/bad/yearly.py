"""Yearly limits at fault (5.11)."""

from tests.bad.case import Content, Fault

__all__ = ["YEARLY", "YEARLY_WARNINGS"]

YAML = "case.yaml"
GOOD = "name: L, pools: [绩效], cap: '1.00'"


def limits(*texts: str) -> dict[str, Content]:
    """Limits; the first stands in line 3 of case.yaml."""
    return {YAML: "period: 2025-06\nyearly_limits:\n" + "".join(f"  - {{{t}}}\n" for t in texts)}


def fault(name: str, code: str, text: str, value: str, *says: str) -> Fault:
    """One limit at fault."""
    return Fault(f"yearly-{name}", code, limits(text), YAML, 3, "", value, says)


YEARLY = [
    fault("name", "KEY_MISSING", "pools: [绩效], cap: '1.00'", "yearly_limits.name"),
    fault("pools", "KEY_MISSING", "name: L, cap: '1.00'", "yearly_limits.pools"),
    fault("no-pools", "KEY_MISSING", "name: L, pools: [], cap: '1.00'", "yearly_limits.pools"),
    fault("cap", "KEY_MISSING", "name: L, pools: [绩效]", "yearly_limits.cap"),
    fault("pool", "POOL_UNKNOWN", "name: L, pools: [绩校], cap: '1.00'", "绩校", "绩效"),
    fault("key", "KEY_UNKNOWN", f"{GOOD}, caps: '1.00'", "caps", "cap"),
    fault("amount", "AMOUNT_INVALID", "name: L, pools: 绩效, cap: '1.001'", "1.001"),
    fault("own-amount", "AMOUNT_INVALID", f"{GOOD}, people: {{P01: '-1'}}", "-1"),
    fault("person", "ID_UNKNOWN", f"{GOOD}, people: {{P1: '1'}}", "P1", "P01"),
    fault("excess", "CHOICE_INVALID", f"{GOOD}, excess: keep", "keep", "retain"),
    fault("share", "YEARLY_SHARE", f"{GOOD}, excess: share", "L", "retain", "carry"),
    fault("floor", "YEARLY_FLOOR", f"{GOOD}, floor: '1.00'", "L", "sharing"),
    fault("months", "CHOICE_INVALID", f"{GOOD}, months: all", "all", "begun"),
    fault("date", "DATE_INVALID", f"{GOOD}, valid_from: 2025-6-1", "2025-6-1"),
    fault(
        "reversed",
        "DATES_REVERSED",
        f"{GOOD}, valid_from: 2026-06-01, valid_to: 2026-06-01",
        "2026-06-01",
    ),
    fault("begins", "YEARLY_DATES", f"{GOOD}, valid_from: 2025-06-02", "L", "2025-06"),
    fault("ends", "YEARLY_DATES", f"{GOOD}, valid_to: 2025-06-30", "L", "2025-06"),
    Fault("yearly-shape", "VALUE_SHAPE", limits("pools: {绩效: 1}, name: L, cap: '1'"), YAML, 3),
    Fault(
        "yearly-overlap",
        "YEARLY_OVERLAP",
        limits(GOOD, "name: M, pools: [绩效], cap: '2.00'"),
        YAML,
        4,
        "",
        "绩效",
        ("L", "M"),
    ),
]
"""What is wrong with the limits."""

YEARLY_WARNINGS = [
    Fault(
        "yearly-no-month",
        "YEARLY_NO_MONTH",
        {
            **limits(GOOD),
            "staff.csv": "person_id,institution_id,active_from\n"
            "P01,I01,\nP02,I01,2025-06-02\nP03,I02,\n",
        },
        YAML,
        3,
        "",
        "P02",
        ("L", "50.00", "begun"),
    ),
]
"""Who has no month employed, and money to lose by it."""
