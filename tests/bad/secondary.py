"""Faults of `who`, averages and secondary distribution, in case.yaml and its table."""

from tests.bad.case import Content, Fault
from tests.bad.sharing import form, money, person, yaml

__all__ = ["SECONDARY"]

HEAD = "institution_id,department_id,pool,person_id,share,amount\n"
P03_ALL = "I02,,绩效,P03,1,"
ONES = ("I01,,绩效,P01,1,", "I01,,绩效,P02,1,")


def handed(*rows: str, said: tuple[str, ...] = ()) -> dict[str, Content]:
    """The good case with a level of secondary distribution and what is handed in from row 2."""
    table = HEAD + "".join(f"{row}\n" for row in rows)
    return {**person("key: secondary", *said), "secondary.csv": table}


def row(name: str, code: str, line: str, column: str, value: str) -> Fault:
    """One faulty row of the table, which is its row 2."""
    return Fault(name, code, handed(line, ONES[1], P03_ALL), "secondary.csv", 2, column, value)


LEVELS = "  绩效:\n    levels: [{to: %s}, {to: person}]\n"
ONE_LEVEL = "  绩效:\n    levels: [{to: person, %s}]\n"
AVERAGE = "  绩效:\n    averages: [{who: {in_cap: yes}, %s}]\n"

SECONDARY = [
    form("secondary-above", "LEVEL_INVALID", LEVELS % "department, key: secondary", 4, "secondary"),
    form(
        "secondary-word-astray",
        "LEVEL_INVALID",
        "  绩效: {secondary_missing: zero}\n",
        3,
        "secondary_missing",
    ),
    form(
        "secondary-word-at-level",
        "LEVEL_INVALID",
        ONE_LEVEL % "secondary_default: adjusted",
        4,
        "secondary_default",
    ),
    form(
        "averages-by-heads",
        "LEVEL_INVALID",
        (ONE_LEVEL % "key: headcount") + "    averages: [{who: {in_cap: yes}, multiple: 1}]\n",
        5,
        "averages",
    ),
    form("average-alone", "KEY_MISSING", AVERAGE % "reference: ''", 4, "multiple"),
    form("average-number", "NUMBER_INVALID", AVERAGE % "multiple: -1", 4, "-1"),
    form("average-key", "KEY_UNKNOWN", AVERAGE % "multiple: 1, times: 2", 4, "times"),
    form(
        "average-unit", "UNIT_INVALID", AVERAGE % "multiple: {value: 1, unit: 元}", 4, "元", ("倍",)
    ),
    form(
        "average-overlap",
        "FIGURE_OVERLAP",
        AVERAGE % "multiple: [{value: 1}, {value: 2, valid_from: 2025-06-01}]",
        4,
        "multiple",
    ),
    form(
        "average-gap",
        "FIGURE_GAP",
        AVERAGE
        % "multiple: [{value: 1, valid_to: 2025-01-01}, {value: 2, valid_from: 2025-06-01}]",
        4,
        "multiple",
        ("2025-01-01", "2025-06-01"),
    ),
    form("who-key", "KEY_UNKNOWN", "  绩效: {who: {post: [医生]}}\n", 3, "post", ("posts",)),
    form("who-in-cap", "CHOICE_INVALID", "  绩效: {who: {in_cap: maybe}}\n", 3, "maybe"),
    form(
        "who-twice",
        "ID_TWICE",
        "  绩效: {who: {departments: [D01, D01]}}\n",
        3,
        "D01",
        (),
        ("CHILD_UNKNOWN",),
    ),
    form("who-department", "CHILD_UNKNOWN", "  绩效: {who: {departments: [D09]}}\n", 3, "D09"),
    form("who-place", "CHILD_UNKNOWN", "  绩效: {who: {institutions: [I1]}}\n", 3, "I1", ("I01",)),
    Fault(
        "secondary-pool",
        "SECONDARY_POOL",
        {**yaml("  绩效: {nobody: retain}\n"), "secondary.csv": f"{HEAD}{P03_ALL}\n"},
        "secondary.csv",
        2,
        "pool",
        "绩效",
    ),
    row("secondary-neither", "SECONDARY_ONE_OF", "I01,,绩效,P01,,", "share", "P01"),
    row("secondary-both", "SECONDARY_ONE_OF", "I01,,绩效,P01,1,1", "share", "P01"),
    row("secondary-half", "NUMBER_INVALID", "I01,,绩效,P01,1.5,", "share", "1.5"),
    row("secondary-huge", "NUMBER_INVALID", "I01,,绩效,P01,1000000000,", "share", "1000000000"),
    row("secondary-who", "ID_UNKNOWN", "I01,,绩效,P09,1,", "person_id", "P09"),
    row("secondary-where", "ID_UNKNOWN", "I01,D09,绩效,P01,1,", "department_id", "D09"),
    Fault(
        "secondary-minus",
        "SECONDARY_NEGATIVE",
        handed("I01,,绩效,P01,,-1", "I01,,绩效,P02,,101", P03_ALL),
        "secondary.csv",
        2,
        "amount",
        "-1",
    ),
    Fault(
        "secondary-twice",
        "ID_TWICE",
        handed(*ONES, ONES[0], P03_ALL),
        "secondary.csv",
        4,
        "person_id",
        "I01  绩效 P01",
    ),
    Fault(
        "secondary-mixed",
        "SECONDARY_MIXED",
        handed(ONES[0], "I01,,绩效,P02,,2", P03_ALL),
        "secondary.csv",
        3,
        "",
        "I01",
    ),
    money("secondary-nothing", "SECONDARY_NOTHING", handed(P03_ALL), 5, "I01", ("100.00", "绩效")),
    money(
        "secondary-missing",
        "SECONDARY_MISSING",
        handed(ONES[0], P03_ALL),
        5,
        "P02",
        ("I01", "绩效"),
    ),
    money(
        "secondary-stranger",
        "SECONDARY_STRANGER",
        handed(*ONES, "I01,,绩效,P03,1,", P03_ALL),
        4,
        "P03",
        ("I01", "绩效"),
        "secondary.csv",
    ),
    money(
        "secondary-sum",
        "SECONDARY_SUM",
        handed("I01,,绩效,P01,,60.00", "I01,,绩效,P02,,39.99", P03_ALL),
        2,
        "I01",
        ("99.99", "100.00", "-0.01"),
        "secondary.csv",
    ),
    money(
        "secondary-sum-of-nothing",
        "SECONDARY_SUM",
        handed("I01,,绩效,P01,,0", "I01,,绩效,P02,,0", P03_ALL),
        2,
        "I01",
        ("0.00", "100.00", "-100.00"),
        "secondary.csv",
    ),
    *(
        money(
            f"secondary-{name}",
            "SECONDARY_BOUND",
            handed("I01,,绩效,P01,,60.00", "I01,,绩效,P02,,40.00", P03_ALL, said=(said,)),
            at,
            person_id,
            (found, bound),
            "secondary.csv",
        )
        for name, said, at, person_id, found, bound in (
            ("above", "cap: 59.99", 2, "P01", "60.00", "59.99"),
            ("below", "limits: {P02: {floor: 40.01}}", 3, "P02", "40.00", "40.01"),
        )
    ),
    money(
        "secondary-unused",
        "SECONDARY_UNUSED",
        {
            **handed(*ONES, P03_ALL, "I01,D01,绩效,P01,1,"),
            "departments.csv": "department_id,institution_id\nD01,I01\n",
        },
        5,
        "I01/D01",
        ("绩效",),
        "secondary.csv",
    ),
]
"""Faults of the form, of names, and of what is handed in."""
