"""Ceilings and keys brought in at fault, and keys that cannot be paid (A8; 5.2, 5.3, 5.9, 5.12)."""

from tests.bad.case import Content, Fault
from tests.bad.coefficients import COEFFICIENTS, FILE, SETTINGS, YAML, rows, withhold, yaml

__all__ = ["KEYS", "KEY_MONEY", "KEY_WARNINGS"]


def tiers(text: str) -> dict[str, Content]:
    """A ceiling with these tiers; they stand in line 4."""
    return yaml(f"ceilings:\n  - name: C\n    tiers: {text}")


def opening(line: str) -> dict[str, Content]:
    """Keys brought in."""
    return {"opening.csv": f"kind,institution_id,pool,person_id,equivalents\n{line}\n"}


CEILINGS = [
    Fault("ceilings-shape", "VALUE_SHAPE", yaml("ceilings: {name: C}"), YAML, 2, "", "ceilings"),
    Fault("tiers-not-from-0", "CEILING_INVALID", tiers('[{from: "1", rate: "1"}]'), YAML, 4),
    Fault(
        "tiers-not-rising",
        "CEILING_INVALID",
        tiers('[{from: "0", rate: "1"}, {from: "9", rate: "0.5"}, {from: "9", rate: "0"}]'),
        YAML,
        4,
    ),
    Fault("tiers-none", "CEILING_INVALID", tiers("[]"), YAML, 4),
    *(
        Fault(
            f"tier-{key}-{text}",
            "CEILING_INVALID",
            tiers(f'[{{from: "0", rate: "1"}}, {{from: {begin}, rate: {rate}}}]'),
            YAML,
            4,
            "",
            f"{key}: {text}",
        )
        for key, text, begin, rate in (
            ("from", "9.00000001", '"9.00000001"', '"0"'),
            ("from", "-9", '"-9"', '"0"'),
            ("rate", "1.0001", '"9"', '"1.0001"'),
            ("rate", "-1", '"9"', '"-1"'),
            ("rate", "半", '"9"', '"半"'),
        )
    ),
    Fault(
        "tiers-missing", "KEY_MISSING", yaml("ceilings:\n  - name: C"), YAML, 3, "",
        "ceilings[1].tiers", also=("CEILING_INVALID",),
    ),
    Fault(
        "ceiling-series",
        "SERIES_UNKNOWN",
        yaml('ceilings:\n  - {name: C, series: pat, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        3,
        "",
        "pat",
        ("pay",),
    ),
    Fault(
        "ceiling-window",
        "CHOICE_INVALID",
        yaml('ceilings:\n  - {name: C, window: week, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        3,
        "",
        "week",
        ("month, year",),
    ),
    Fault(
        "ceiling-places",
        "CHOICE_INVALID",
        yaml('ceilings:\n  - {name: C, places: all, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        3,
        "",
        "all",
        ("each, together",),
    ),
    Fault(
        "ceiling-in-mid-month",
        "CEILING_DATES",
        yaml('ceilings:\n  - {name: C, valid_from: 2025-06-15, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        3,
        "",
        "C",
        ("2025-06-15",),
    ),
    Fault(
        "ceiling-date",
        "DATE_INVALID",
        yaml('ceilings:\n  - {name: C, valid_from: 2025-06-31, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        3,
        "",
        "2025-06-31",
    ),
    Fault(
        "ceiling-of-a-year-in-a-month",
        "CEILING_YEAR",
        yaml('ceilings:\n  - {name: C, window: year, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        3,
        "",
        "C",
        ("2025-06",),
    ),
    Fault(
        "ceilings-overlap",
        "CEILING_OVERLAP",
        yaml('ceilings:\n  - {name: C, tiers: [{from: "0", rate: "1"}]}\n'
             '  - {name: D, tiers: [{from: "0", rate: "1"}]}'),
        YAML,
        4,
        "",
        "D",
        ("C",),
    ),
]  # fmt: skip

OPENING = [
    Fault(
        "opening-kind",
        "CHOICE_INVALID",
        opening("keys,I01,绩效,P01,-1"),
        "opening.csv",
        2,
        "kind",
        "keys",
        ("key",),
    ),
    Fault(
        "opening-person",
        "ID_UNKNOWN",
        opening("key,I01,绩效,P1,-1"),
        "opening.csv",
        2,
        "person_id",
        "P1",
        ("P01",),
    ),
    Fault(
        "opening-pool",
        "ID_UNKNOWN",
        opening("key,I01,奖励,P01,-1"),
        "opening.csv",
        2,
        "pool",
        "奖励",
    ),
    Fault(
        "opening-pool-elsewhere",
        "ID_UNKNOWN",
        {
            **opening("key,I02,奖励,P03,-1"),
            "pools.csv": "institution_id,pool,amount\nI01,奖励,100.00\nI02,绩效,30.00\n",
        },
        "opening.csv",
        2,
        "pool",
        "I02 奖励",
    ),
    Fault(
        "opening-blank",
        "VALUE_MISSING",
        opening("key,I01,绩效,,-1"),
        "opening.csv",
        2,
        "person_id",
        says=("person_id",),
    ),
    Fault(
        "opening-number",
        "NUMBER_INVALID",
        opening("key,I01,绩效,P01,-1.00000001"),
        "opening.csv",
        2,
        "equivalents",
        "-1.00000001",
    ),
]

KEYS = [*COEFFICIENTS, *SETTINGS, *CEILINGS, *OPENING]

KEY_MONEY = [
    Fault(
        "institution-coefficient-varies",
        "INSTITUTION_COEFFICIENT_VARIES",
        rows("institution,I01,remote,0.9,2025-06-10,"),
        FILE,
        2,
        "",
        "I01",
        ("0.9000, 1.0000",),
    ),
    Fault(
        "pool-coefficient-above-one",
        "POOL_COEFFICIENT_ABOVE_ONE",
        rows("institution,I01,remote,1.1,2025-01-01,"),
        "pools.csv",
        2,
        "",
        "绩效",
        ("1.1000", "I01"),
    ),
    Fault(
        "withhold-varies",
        "WITHHOLD_VARIES",
        withhold("person,P01,ks,0.9,2025-06-10,"),
        FILE,
        2,
        "",
        "P01",
        ("0.9000, 1.0000",),
    ),
    Fault(
        "withhold-above-one",
        "WITHHOLD_ABOVE_ONE",
        withhold("person,P01,ks,1.0001,2025-01-01,"),
        FILE,
        2,
        "",
        "P01",
        ("1.0001",),
    ),
]

KEY_WARNINGS = [
    Fault(
        "kind-unused",
        "COEFFICIENT_UNUSED",
        {**yaml("coefficients:\n  titel: {applies_to: none}"),
         **rows("person,P01,title,1,2025-01-01,")},
        YAML,
        3,
        "",
        "titel",
        ("title",),
    ),
]  # fmt: skip
