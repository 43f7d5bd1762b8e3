"""Leave at fault: its table, its rules and what it cannot be paid by (5.20, 5.21)."""

from tests.bad.case import Content, Fault, add

__all__ = ["LEAVE", "LEAVE_MONEY", "LEAVE_WARNINGS"]

FILE, YAML, OPENING = "leave.csv", "case.yaml", "opening.csv"
OWN = "leave:\n  产假: {average: own, over: period}"
DEPARTMENT = "leave:\n  产假: {average: department}"


def yaml(text: str) -> dict[str, Content]:
    """A case.yaml with these settings from line 2 on."""
    return {YAML: f"period: 2025-06\n{text}\n"}


def leave(*rows: str, rules: str = OWN) -> dict[str, Content]:
    """Leaves, and the rules of them."""
    return {FILE: "person_id,kind,valid_from,valid_to\n" + "\n".join(rows) + "\n", **yaml(rules)}


def past(equivalents: str, days: str, kind: str = "past") -> dict[str, Content]:
    """A key of closed periods."""
    head = "kind,institution_id,pool,person_id,equivalents,days"
    return {OPENING: f"{head}\n{kind},I01,绩效,P01,{equivalents},{days}\n"}


def rule(name: str, code: str, text: str, value: str | None = None, *says: str) -> Fault:
    """A rule at fault, in line 3 of case.yaml."""
    return Fault(f"leave-rule-{name}", code, yaml(f"leave:\n  {text}"), YAML, 3, "", value, says)


LEAVE = [
    Fault(
        "leave-person",
        "ID_UNKNOWN",
        leave("P1,产假,2025-06-02,2025-06-05"),
        FILE,
        2,
        "person_id",
        "P1",
        ("P01",),
    ),
    *(
        Fault(
            f"leave-without-{column}",
            "VALUE_MISSING",
            leave(row),
            FILE,
            2,
            column,
            says=(column,),
        )
        for column, row in (
            ("person_id", ",产假,2025-06-02,2025-06-05"),
            ("kind", "P01,,2025-06-02,2025-06-05"),
            ("valid_from", "P01,产假,,2025-06-05"),
            ("valid_to", "P01,产假,2025-06-02,"),
        )
    ),
    Fault(
        "leave-date",
        "DATE_INVALID",
        leave("P01,产假,2025-06-31,2025-07-05"),
        FILE,
        2,
        "valid_from",
        "2025-06-31",
    ),
    Fault(
        "leave-reversed",
        "DATES_REVERSED",
        leave("P01,产假,2025-06-05,2025-06-05"),
        FILE,
        2,
        "valid_to",
        says=("2025-06-05",),
    ),
    Fault(
        "leave-overlap",
        "LEAVE_OVERLAP",
        leave("P01,产假,2025-06-02,2025-06-10", "P01,产假,2025-06-09,2025-06-12"),
        FILE,
        2,
        "",
        "P01",
        ("产假", "leave.csv", "3", "2025-06-09..2025-06-10"),
    ),
    Fault(
        "leave-overlap-outside-the-period",
        "LEAVE_OVERLAP",
        leave("P01,产假,2024-06-02,2025-06-10", "P01,病假,2024-06-09,2024-06-12"),
        FILE,
        2,
        "",
        "P01",
        ("2024-06-09..2024-06-12",),
    ),
    Fault(
        "leave-without-rule",
        "LEAVE_NO_RULE",
        leave("P01,病假,2025-06-02,2025-06-05"),
        FILE,
        2,
        "",
        "病假",
        ("2025-06-02", "P01"),
    ),
    Fault(
        "leave-rule-ends-in-the-leave",
        "LEAVE_NO_RULE",
        leave(
            "P01,产假,2025-06-02,2025-06-10",
            rules="leave:\n  产假: {average: none, valid_to: 2025-06-09}",
        ),
        FILE,
        2,
        "",
        "产假",
        ("2025-06-09",),
    ),
    Fault(
        "leave-rules-overlap",
        "LEAVE_RULE_OVERLAP",
        yaml(
            "leave:\n  产假:\n    - {average: none, valid_to: 2025-06-09}\n"
            "    - {average: own, valid_from: 2025-06-08}"
        ),
        YAML,
        5,
        "",
        "产假",
        ("2025-06-08..2025-06-09", "case.yaml"),
    ),
    rule("average", "CHOICE_INVALID", "产假: {average: dept}", "dept", "department"),
    rule("without-average", "KEY_MISSING", "产假: {percent: '60'}", "leave.产假.average"),
    rule("over", "CHOICE_INVALID", "产假: {average: own, over: year}", "year", "past"),
    rule("key", "KEY_UNKNOWN", "产假: {average: own, percnt: '60'}", "percnt", "percent"),
    rule("pool", "CHOICE_INVALID", "产假: {average: own, pools: [奖金]}", "奖金", "绩效"),
    rule("date", "DATE_INVALID", "产假: {average: none, valid_to: 2025-6-1}", "2025-6-1"),
    rule(
        "reversed",
        "DATES_REVERSED",
        "产假: {average: none, valid_from: 2025-06-01, valid_to: 2025-06-01}",
    ),
    rule("shape", "VALUE_SHAPE", "产假: own", "leave.产假"),
    *(
        rule(f"percent-{text}", "LEAVE_RULE_INVALID", f"产假: {{average: own, percent: '{text}'}}")
        for text in ("0", "100.01", "33.333", "60%", "-1")
    ),
    rule("stray-over", "LEAVE_RULE_INVALID", "产假: {average: department, over: past}", "产假"),
    rule("stray-percent", "LEAVE_RULE_INVALID", "产假: {average: none, percent: '60'}", "产假"),
    *(
        Fault(
            f"past-days-{text or 'blank'}",
            "NUMBER_INVALID",
            past("10", text),
            OPENING,
            2,
            "days",
            text,
        )
        for text in ("", "0", "1.5", "-3", "一")
    ),
    Fault("past-negative", "NUMBER_INVALID", past("-1", "30"), OPENING, 2, "equivalents", "-1"),
    Fault("days-of-a-key", "NUMBER_INVALID", past("-1", "30", "key"), OPENING, 2, "days", "30"),
]
"""What is wrong with the tables and the rules."""

LEAVE_MONEY = [
    Fault(
        "leave-without-past",
        "LEAVE_NO_AVERAGE",
        leave("P01,产假,2025-06-02,2025-06-05", rules="leave:\n  产假: {average: own}"),
        FILE,
        2,
        "",
        "P01",
        ("产假", "绩效", "I01"),
    ),
    Fault(
        "leave-the-whole-period",
        "LEAVE_NO_AVERAGE",
        leave("P01,产假,2025-05-02,2025-07-05"),
        FILE,
        2,
        "",
        "P01",
        ("产假", "绩效", "I01"),
    ),
    Fault(
        "leave-of-the-whole-department",
        "LEAVE_NO_AVERAGE",
        leave("P03,产假,2025-05-02,2025-07-05", rules=DEPARTMENT),
        FILE,
        2,
        "",
        "P03",
        ("产假", "绩效", "I02"),
    ),
    Fault(
        "leave-with-two-homes",
        "LEAVE_HOME_UNCLEAR",
        {
            **leave("P01,产假,2025-06-02,2025-06-05", rules=DEPARTMENT),
            **add("staff.csv", "P01,I02,王春梅"),
        },
        FILE,
        2,
        "",
        "P01",
        ("产假", "I01", "I02"),
    ),
]
"""Leaves that have nothing to go by."""

LEAVE_WARNINGS = [
    Fault(
        "leave-without-post",
        "LEAVE_NO_POST",
        {
            **leave("P04,产假,2025-06-02,2025-06-05"),
            "staff.csv": "person_id,institution_id,active_to\n"
            "P01,I01,\nP02,I01,\nP03,I02,\nP04,I01,2025-06-02\n",
        },
        FILE,
        2,
        "",
        "P04",
        ("产假",),
    ),
]
"""Leaves that change nothing."""
