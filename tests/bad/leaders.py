"""Heads of institutions at fault: their posts, dates and the postings they meet (5.20)."""

from tests.bad.case import Content, Fault

__all__ = ["LEADERS", "LEADER_WARNINGS"]

YAML, STAFF = "case.yaml", "staff.csv"
HEAD = "person_id,institution_id,post_id,post,active_from,active_to\n"
OTHERS = "P02,I01,,护士,,\nP03,I02,,护士,,\n"
GOOD = "posts: [院长], reference: 示例"


def leaders(*rules: str, staff: str = "P01,I01,,院长,,\n") -> dict[str, Content]:
    """Rules, the first in line 3 of case.yaml, and postings, the first in line 2 of the staff."""
    text = "period: 2025-06\nleaders:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)
    return {YAML: text, STAFF: HEAD + staff + OTHERS}


def rule(name: str, code: str, text: str, value: str, *says: str) -> Fault:
    """One rule at fault."""
    return Fault(f"leaders-{name}", code, leaders(text), YAML, 3, "", value, says)


def posting(name: str, code: str, text: str, staff: str, *says: str) -> Fault:
    """A posting that a rule cannot divide."""
    return Fault(
        f"leaders-{name}", code, leaders(text, staff=staff), STAFF, 2, "", "院长", ("P01", *says)
    )


LEADERS = [
    Fault("leaders-shape", "VALUE_SHAPE", {YAML: "period: 2025-06\nleaders: 院长\n"}, YAML, 2),
    rule("no-posts", "KEY_MISSING", "reference: 示例", "leaders.posts"),
    rule("no-reference", "KEY_MISSING", "posts: [院长]", "leaders.reference"),
    rule("key", "KEY_UNKNOWN", f"{GOOD}, post: 院长", "post", "posts"),
    rule("date", "DATE_INVALID", f"{GOOD}, valid_from: 2025-6-1", "2025-6-1"),
    Fault(
        "leaders-twice",
        "LEADER_TWICE",
        leaders(GOOD, f"{GOOD}, valid_from: 2025-01-01"),
        YAML,
        4,
        "",
        "院长",
    ),
    posting(
        "begins-inside",
        "LEADER_MIDWAY",
        f"{GOOD}, valid_from: 2025-06-10",
        "P01,I01,,院长,2025-01-01,\n",
        "2025-06-10",
    ),
    posting(
        "ends-inside",
        "LEADER_MIDWAY",
        f"{GOOD}, valid_to: 2025-06-10",
        "P01,I01,,院长,2025-01-01,\n",
        "2025-06-10",
    ),
    posting(
        "one-post-code",
        "LEADER_SAME_POST",
        GOOD,
        "P01,I01,A,院长,2025-01-01,2025-06-10\nP01,I01,A,医生,2025-06-10,\n",
    ),
]
"""What is wrong with the rules and with the postings that they meet."""

LEADER_WARNINGS = [
    Fault(
        "leaders-nobody",
        "LEADER_UNUSED",
        leaders(GOOD, "posts: [院常], reference: 示例"),
        YAML,
        4,
        "",
        "院常",
    ),
]
"""What is listed and changes nothing."""
