"""Coefficients and their kinds at fault (A7; 5.1 to 5.3)."""

from collections.abc import Mapping

from tests.bad.case import Content, Fault

__all__ = ["COEFFICIENTS", "FILE", "HEAD", "SETTINGS", "YAML", "rows", "withhold", "yaml"]

HEAD = "scope,subject_id,kind,value,valid_from,valid_to\n"
FILE, YAML = "coefficients.csv", "case.yaml"


def rows(*lines: str) -> dict[str, Content]:
    """A table of coefficients."""
    return {FILE: HEAD + "\n".join(lines) + "\n"}


def yaml(text: str) -> dict[str, Content]:
    """A case.yaml with these settings from line 2 on."""
    return {YAML: f"period: 2025-06\n{text}\n"}


def withhold(*lines: str) -> Mapping[str, Content]:
    """Coefficients of the kind `ks`, which withhold."""
    return {**yaml("coefficients:\n  ks: {applies_to: withhold}"), **rows(*lines)}


COEFFICIENTS = [
    *(
        Fault(
            f"coefficient-{text}",
            "COEFFICIENT_INVALID",
            rows(f'person,P01,title,"{text}",2025-01-01,'),
            FILE,
            2,
            "value",
            text,
        )
        for text in ("-1", "1.00005", "1,5", "一", "1e1", "1000000")
    ),
    Fault(
        "coefficient-blank",
        "VALUE_MISSING",
        rows("person,P01,title,,2025-01-01,"),
        FILE,
        2,
        "value",
    ),
    Fault(
        "coefficient-scope",
        "CHOICE_INVALID",
        rows("persn,P01,title,1,2025-01-01,"),
        FILE,
        2,
        "scope",
        "persn",
        ("person",),
    ),
    *(
        Fault(
            f"coefficient-of-{scope}-{name}",
            "ID_UNKNOWN",
            rows(f"{scope},{name},title,1,2025-01-01,"),
            FILE,
            2,
            "subject_id",
            name,
            (hint,),
        )
        for scope, name, hint in (
            ("person", "P0", "P0"),
            ("posting", "P01@I02", "@I0"),
            ("posting", "P01@I01/A", "P01@I01"),
            ("posting", "P01", "subject_id"),
        )
    ),
    Fault(
        "coefficient-date",
        "DATE_INVALID",
        rows("person,P01,title,1,2025-02-30,"),
        FILE,
        2,
        "valid_from",
        "2025-02-30",
    ),
    Fault(
        "coefficient-reversed",
        "DATES_REVERSED",
        rows("person,P01,title,1,2025-02-01,2025-02-01"),
        FILE,
        2,
        "valid_to",
        says=("2025-02-01",),
    ),
    Fault(
        "coefficient-overlap",
        "COEFFICIENT_OVERLAP",
        rows("person,P01,title,1,2025-01-01,2025-07-01", "person,P01,title,1.2,2025-06-01,"),
        FILE,
        2,
        "",
        "P01",
        ("title", "coefficients.csv", "3", "2025-06-01..2025-07-01"),
    ),
    Fault(
        "coefficient-of-a-post-and-all-posts",
        "COEFFICIENT_OVERLAP",
        {
            **rows("posting,P01@I01/A,title,1,2025-01-01,", "posting,P01@I01,title,2,2025-01-01,"),
            "staff.csv": "person_id,institution_id,post_id\nP01,I01,A\nP02,I01,\nP03,I02,\n",
        },
        FILE,
        2,
        "",
        "P01@I01/A",
        ("3",),
    ),
    Fault(
        "heads-of-an-institution",
        "NOT_SUPPORTED",
        rows("institution,I01,fte,0.9,2025-01-01,"),
        FILE,
        2,
        "",
        "scope=institution kind=fte applies_to=headcount",
    ),
    Fault(
        "coefficient-of-institution-I0",
        "ID_UNKNOWN",
        rows("institution,I0,remote,1.1,2025-01-01,"),
        FILE,
        2,
        "subject_id",
        "I0",
        ("I0",),
    ),
]

SETTINGS = [
    Fault(
        "kind-applies-to",
        "CHOICE_INVALID",
        {**yaml("coefficients:\n  title: {applies_to: amount}"),
         **rows("person,P01,title,1,2025-01-01,")},
        YAML,
        3,
        "",
        "amount",
        ("key, none, headcount, withhold",),
    ),
    Fault(
        "kind-key",
        "KEY_UNKNOWN",
        {**yaml("coefficients:\n  title: {applies: key}"),
         **rows("person,P01,title,1,2025-01-01,")},
        YAML,
        3,
        "",
        "applies",
        ("applies_to",),
    ),
    Fault(
        "kind-pool",
        "CHOICE_INVALID",
        {**yaml("coefficients:\n  title: {pools: [绩效, 绩笑]}"),
         **rows("person,P01,title,1,2025-01-01,")},
        YAML,
        3,
        "",
        "绩笑",
        ("surplus", "绩效"),
    ),
    Fault("kind-shape", "VALUE_SHAPE", yaml("coefficients: [title]"), YAML, 2, "", "coefficients"),
]  # fmt: skip
