"""The checks at the door: the key ``checks`` at fault, and records that they doubt (A10)."""

from tests.bad.case import GOOD, HEAD, Content, Fault

__all__ = ["DOOR", "DOOR_RECORDS", "DOOR_WARNINGS"]

YAML, RECORDS = "case.yaml", "records.csv"


def fault(name: str, code: str, text: str, value: str, *says: str) -> Fault:
    """A check at fault, in line 3 of case.yaml."""
    content = f"period: 2025-06\nchecks:\n  {text}\n"
    return Fault(f"check-{name}", code, {YAML: content}, YAML, 3, "", value, says)


QUALIFIED = "qualification: {items: {"
MINUTES = "impossible_day: {minutes: {MZ01: 10}"
EACH, FROM, TO = "impossible_day: {minutes_per_equivalent:", "valid_from:", "valid_to:"
DOOR = [
    fault("unknown", "KEY_UNKNOWN", "two_place: error", "two_place", "two_places"),
    fault("key", "KEY_UNKNOWN", "two_places: {limit: 5}", "limit"),
    fault("shape", "VALUE_SHAPE", "two_places: [error]", "checks.two_places"),
    fault("previous-dates", "KEY_UNKNOWN", "month_thin: {valid_from: 2025-06-01}", "valid_from"),
    fault(
        "dates",
        "DATES_REVERSED",
        f"two_places: {{{FROM} 2025-06-09, {TO} 2025-06-02}}",
        "2025-06-02",
    ),
    fault(
        "two-rules",
        "CHECK_OVERLAP",
        f"two_places: [{{{TO} 2025-06-09}}, {{{FROM} 2025-06-08}}]",
        "two_places",
        "2025-06-08",
    ),
    fault("blank", "CHOICE_INVALID", "same_service_twice: {blank_source: none}", "none", "file"),
    fault("series", "CHOICE_INVALID", f"{EACH} 15, series: buy}}", "buy", "pay"),
    fault("minutes-each", "CHECK_FIGURE", f"{EACH} 0}}", "0", "1,440"),
    fault("severity", "CHOICE_INVALID", "two_places: fatal", "fatal", "error"),
    fault("nothing-to-reject", "CHOICE_INVALID", "month_thin: error", "error", "warning"),
    fault("no-minutes", "KEY_MISSING", "impossible_day: error", "checks.impossible_day.minutes"),
    fault("no-items", "KEY_MISSING", "qualification: error", "checks.qualification.items"),
    fault("no-names", "KEY_MISSING", f"{QUALIFIED}MZ01: }}}}", "checks.qualification.items.MZ01"),
    fault("minutes", "CHECK_FIGURE", "impossible_day: {minutes: {MZ01: 1.5}}", "1.5", "1,000,000"),
    fault("limit", "CHECK_FIGURE", f"{MINUTES}, limit: 0}}", "0"),
    fault("factor", "CHECK_FIGURE", "quantity_outlier: {factor: 2.55}", "2.55"),
    fault("fewest", "CHECK_FIGURE", "quantity_outlier: {fewest: many}", "many"),
    fault("percent", "CHECK_FIGURE", "month_thin: {percent: 101}", "101", "100"),
    fault("item", "CHECK_ITEM_UNKNOWN", f"{QUALIFIED}MZ02: 医师}}}}", "MZ02", "MZ01"),
    fault("prefix", "CHECK_ITEM_UNKNOWN", f"{QUALIFIED}XX*: 医师}}}}", "XX*"),
    fault("item-minutes", "CHECK_ITEM_UNKNOWN", "impossible_day: {minutes: {MZ*: 5}}", "MZ*"),
    Fault(
        "checks-shape",
        "VALUE_SHAPE",
        {YAML: "period: 2025-06\nchecks: all\n"},
        YAML,
        2,
        "",
        "checks",
    ),
]
"""What is wrong with the key ``checks``."""

TWICE = (
    f"{HEAD},resident_id,source\nI01,P01,MZ01,2025-06-02,1,R1,A\nI02,P03,MZ01,2025-06-02,1,R1,B\n"
)
PLACES = (
    f"{HEAD}\nI02,P03,MZ01,2025-06-04,3\nI01,P01,MZ01,2025-06-02,1\nI02,P01,MZ01,2025-06-02,1\n"
)
LONG = (
    f"{HEAD}\nI02,P03,MZ01,2025-06-04,1\nI01,P02,MZ01,2025-06-04,1\nI01,P01,MZ01,2025-06-02,145\n"
)
MANY = f"{HEAD}\nI01,P01,MZ01,2025-06-02,1\nI02,P03,MZ01,2025-06-04,1\nI01,P01,MZ01,2025-06-05,12\n"
SPREAD = "quantity_outlier: {severity: SEVERITY, fewest: 3}"
AWAY = "leave.csv"
_DOUBTS: tuple[tuple[str, str, dict[str, Content], int, str, str, tuple[str, ...]], ...] = (
    (
        "SAME_SERVICE_TWICE",
        "same_service_twice: SEVERITY",
        {RECORDS: TWICE.replace("I02,P03", "I01,P02") + "I02,P03,MZ01,2025-06-04,3,R2,B\n"},
        3,
        "item_code",
        "MZ01",
        ("records.csv", "2"),
    ),
    (
        "TWO_PLACES",
        "two_places: SEVERITY",
        {
            RECORDS: PLACES + "I01,P02,MZ01,2025-06-04,1\n",
            "staff.csv": f"{GOOD['staff.csv']}P01,I02,王春梅\n",
        },
        3,
        "institution_id",
        "I01",
        ("records.csv", "4"),
    ),
    (
        "SERVICE_ON_LEAVE",
        "service_on_leave: SEVERITY\nleave: {产假: {average: none}}",
        {AWAY: "person_id,kind,valid_from,valid_to\nP01,产假,2025-06-01,2025-06-03\n"},
        2,
        "service_date",
        "2025-06-02",
        ("P01",),
    ),
    (
        "QUALIFICATION_MISSING",
        "qualification: {severity: SEVERITY, items: {SF*: [公卫医师, 护士]}}",
        {},
        3,
        "item_code",
        "SF01",
        ("P02", "公卫医师"),
    ),
    (
        "IMPOSSIBLE_DAY",
        "impossible_day: {severity: SEVERITY, minutes: {MZ01: 10}}",
        {RECORDS: LONG},
        4,
        "service_date",
        "2025-06-02",
        ("P01", "1450", "1440"),
    ),
    (
        "QUANTITY_OUTLIER",
        SPREAD,
        {RECORDS: MANY},
        4,
        "quantity",
        "12",
        ("1",),
    ),
)


def doubts(severity: str, ending: str) -> list[Fault]:
    """Every check of records, made at one severity."""
    return [
        Fault(
            f"door-{code.lower()}-{severity}",
            f"{code}{ending}",
            {YAML: f"period: 2025-06\nchecks:\n  {text.replace('SEVERITY', severity)}\n", **files},
            RECORDS,
            row,
            column,
            value,
            says,
        )
        for code, text, files, row, column, value, says in _DOUBTS
    ]


DOOR_RECORDS = doubts("error", "_REJECTED")
"""Records that a check rejects."""
DOOR_WARNINGS = doubts("warning", "")
"""Records that a check warns of."""
