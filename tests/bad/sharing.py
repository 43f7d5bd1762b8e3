"""Faults of the key ``sharing`` in case.yaml, and pools that cannot be shared as declared."""

from collections.abc import Mapping

from tests.bad.case import Content, Fault, add, swap

__all__ = ["SHARING", "SHARING_WARNINGS", "form", "money", "person", "yaml"]

HEADING = "period: 2025-06\nsharing:\n"


def yaml(text: str, **files: Content) -> dict[str, Content]:
    """The good case with this below ``sharing:``, which is line 2 of case.yaml."""
    more = {f"{name}.csv": content for name, content in files.items()}
    return {"case.yaml": f"{HEADING}{text}", **more}


def person(*lines: str) -> dict[str, Content]:
    """The pool 绩效 in one level; the level stands on line 5, what it says from line 6."""
    said = "".join(f"        {line}\n" for line in lines)
    return yaml(f"  绩效:\n    levels:\n      - to: person\n{said}")


def form(
    name: str,
    code: str,
    text: str,
    row: int,
    value: str,
    says: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
) -> Fault:
    return Fault(name, code, yaml(text), "case.yaml", row, "", value, says, also)


def money(
    name: str,
    code: str,
    files: Mapping[str, Content],
    row: int,
    value: str,
    says: tuple[str, ...] = (),
    file: str = "case.yaml",
) -> Fault:
    return Fault(name, code, files, file, row, "", value, says)


NO_P03 = swap("records.csv", "I02,P03,MZ01,2025-06-04,3\n", "")
BELOW: dict[str, Content] = {
    "institutions.csv": "institution_id,name,parent_id\nI01,青溪,\nI02,石桥,I01\n"
}
TO_INSTITUTIONS = "  绩效:\n    levels:\n      - to: institution\n      - to: person\n"

SHARING = [
    form("sharing-list", "VALUE_SHAPE", "  - 绩效\n", 3, "sharing"),
    form("sharing-text", "VALUE_SHAPE", "  绩效: retain\n", 3, "sharing.绩效"),
    form("sharing-key", "KEY_UNKNOWN", "  绩效: {nobdy: retain}\n", 3, "nobdy", ("nobody",)),
    form(
        "nobody", "CHOICE_INVALID", "  绩效: {nobody: retian}\n", 3, "retian", ("retain", "carry")
    ),
    form("levels-text", "VALUE_SHAPE", "  绩效: {levels: person}\n", 3, "sharing.绩效.levels"),
    form("levels-empty", "LEVEL_INVALID", "  绩效: {levels: []}\n", 3, "绩效", ("person",)),
    form(
        "levels-without-person",
        "LEVEL_INVALID",
        "  绩效:\n    levels:\n      - to: department\n",
        5,
        "绩效",
        ("institution", "department", "person"),
    ),
    form(
        "levels-upside-down",
        "LEVEL_INVALID",
        "  绩效:\n    levels:\n      - to: department\n      - to: institution\n"
        "      - to: person\n",
        5,
        "绩效",
    ),
    form(
        "levels-twice",
        "LEVEL_INVALID",
        "  绩效:\n    levels:\n      - to: person\n      - to: person\n",
        5,
        "绩效",
    ),
    form(
        "level-text",
        "VALUE_SHAPE",
        "  绩效: {levels: [person]}\n",
        3,
        "levels",
        (),
        ("KEY_MISSING",),
    ),
    form("level-no-to", "KEY_MISSING", "  绩效: {levels: [{key: headcount}]}\n", 3, "to"),
    form(
        "level-to", "CHOICE_INVALID", "  绩效: {levels: [{to: persn}]}\n", 3, "persn", ("person",)
    ),
    money("level-key", "KEY_UNKNOWN", person("flor: 3"), 6, "flor", ("floor",)),
    money("level-by", "CHOICE_INVALID", person("key: heads"), 6, "heads", ("headcount", "fixed")),
    money("fixed-without-shares", "KEY_MISSING", person("key: fixed"), 5, "shares"),
    money("stray-shares", "LEVEL_INVALID", person("shares: {P01: 1}"), 6, "shares", ("fixed",)),
    money(
        "share-number",
        "NUMBER_INVALID",
        person("key: fixed", "shares: {P01: 60%, P02: 40, P03: 1}"),
        7,
        "60%",
    ),
    money(
        "share-negative",
        "NUMBER_INVALID",
        person("key: fixed", "shares: {P01: -1, P02: 40, P03: 1}"),
        7,
        "-1",
    ),
    money(
        "share-unknown",
        "CHILD_UNKNOWN",
        person("key: fixed", "shares: {P01: 1, P02: 1, P03: 1, P011: 1}"),
        5,
        "P011",
        ("P01",),
    ),
    money(
        "share-missing",
        "SHARE_MISSING",
        person("key: fixed", "shares: {P01: 1, P03: 1}"),
        5,
        "P02",
        ("绩效", "I01"),
    ),
    money("limit-unknown", "CHILD_UNKNOWN", person("limits: {P9: {cap: 1}}"), 5, "P9"),
    money("limit-text", "VALUE_SHAPE", person("limits: {P01: 5}"), 6, "P01"),
    money("limit-key", "KEY_UNKNOWN", person("limits: {P01: {max: 5}}"), 6, "max"),
    money("floor-number", "AMOUNT_INVALID", person("floor: 1.005"), 6, "1.005"),
    money("floor-list", "VALUE_SHAPE", person("floor: [1]"), 6, "floor"),
    money("average-number", "NUMBER_INVALID", person("cap: {average: -1}"), 6, "-1"),
    money("average-list", "VALUE_SHAPE", person("cap: {average: [1]}"), 6, "value"),
    money("average-key", "KEY_UNKNOWN", person("cap: {average: 1, men: 2}"), 6, "men"),
    money("average-missing", "KEY_MISSING", person("cap: {}"), 6, "average"),
    form(
        "average-above",
        "LEVEL_INVALID",
        "  绩效:\n    levels:\n      - to: institution\n        cap: {average: 3}\n"
        "      - to: person\n",
        6,
        "cap",
        ("person",),
    ),
    money("excess", "CHOICE_INVALID", person("excess: keep"), 6, "keep", ("retain", "share")),
    money("floors-over", "CHOICE_INVALID", person("floors_over: ok"), 6, "ok", ("refuse", "scale")),
    form("pool-unknown", "POOL_UNKNOWN", "  绩笑: {nobody: retain}\n", 3, "绩笑", ("绩效",)),
    Fault(
        "pools-meet",
        "POOLS_MEET",
        {**yaml(TO_INSTITUTIONS), **BELOW},
        "pools.csv",
        3,
        "",
        "绩效",
        ("I02", "pools.csv, row 2"),
    ),
    money(
        "floor-above-cap",
        "FLOOR_ABOVE_CAP",
        person("floor: 20", "limits: {P01: {cap: 19.99}}"),
        5,
        "P01",
        ("20.00", "19.99"),
    ),
    # 30.00 / 1 head: a floor of half of it is 15.00, above the cap; I01's is 25.00 for each.
    money(
        "average-above-cap",
        "FLOOR_ABOVE_CAP",
        {
            **person("floor: {average: 0.5}", "cap: 14.99"),
            **swap("pools.csv", "I01,绩效,100.00\n", ""),
        },
        5,
        "P03",
        ("15.00", "14.99"),
    ),
    money(
        "floors-over-pool",
        "FLOORS_OVER_POOL",
        person("floor: 40"),
        3,
        "绩效",
        ("I02", "30.00"),
        "pools.csv",
    ),
    money(
        "nobody-at-all",
        "POOL_NO_PEOPLE",
        {
            **yaml("  绩效: {nobody: equal}\n"),
            **add("institutions.csv", "I03,空院"),
            **add("pools.csv", "I03,绩效,7.00"),
        },
        4,
        "绩效",
        ("I03", "7.00"),
        "pools.csv",
    ),
]
"""Faults of the form in case.yaml, of names, and of money that cannot be shared as declared."""

SHARING_WARNINGS = [
    money(
        "child-absent",
        "CHILD_ABSENT",
        {
            **person("key: fixed", "shares: {P01: 1, P02: 1, P03: 1, P09: 1}"),
            "staff.csv": "person_id,institution_id,active_to\nP01,I01,\nP02,I01,\nP03,I02,\n"
            "P09,I01,2025-06-01\n",
        },
        5,
        "P09",
        ("绩效",),
    ),
    form(
        "who-nobody",
        "WHO_NOBODY",
        "  绩效: {nobody: retain, who: {posts: [会计]}}\n",
        3,
        "会计",
        ("post",),
        also=("NOBODY_TO_PAY",),
    ),
    money(
        "average-own-key",
        "AVERAGE_OWN_KEY",
        {
            **yaml("  绩效:\n    averages: [{who: {posts: 会计}, multiple: '0.9'}]\n"),
            "staff.csv": "person_id,institution_id,post\nP01,I01,会计\nP02,I01,\nP03,I02,\n",
        },
        2,
        "P01",
        ("绩效",),
        "pools.csv",
    ),
    *(
        money(
            f"nobody-{word}",
            "NOBODY_TO_PAY",
            {**yaml(f"  绩效: {{nobody: {word}}}\n"), **NO_P03},
            3,
            "绩效",
            ("I02", "30.00"),
            "pools.csv",
        )
        for word in ("retain", "carry", "equal")
    ),
    money(
        "floors-scaled",
        "FLOORS_SCALED",
        person("floor: 40", "floors_over: scale"),
        3,
        "绩效",
        ("I02", "30.00"),
        "pools.csv",
    ),
]
"""What is shared as declared, but worth a look."""
