"""The YAML of a case at fault: form, unknown and odd keys, tables in YAML."""

from tests.bad.case import Fault

__all__ = ["YAML"]

YAML = [
    Fault(
        "yaml-syntax",
        "YAML_INVALID",
        {"case.yaml": "period: 2025\ntitle: [六月\nx: 1\n"},
        "case.yaml",
        3,
        also=("KEY_MISSING",),
    ),
    Fault(
        "yaml-tab",
        "YAML_INVALID",
        {"case.yaml": "period: 2025\n\ttitle: x\n"},
        "case.yaml",
        2,
        also=("KEY_MISSING",),
    ),
    Fault(
        "setting-of-the-wrong-shape",
        "VALUE_SHAPE",
        {"case.yaml": "period: 2025-06\nseries: exclude\n"},
        "case.yaml",
        2,
        value="series",
    ),
    Fault(
        "team-roles-list",
        "VALUE_SHAPE",
        {"case.yaml": "period: 2025-06\nteam_roles: [GP, nurse]\n"},
        "case.yaml",
        2,
        value="team_roles",
    ),
    Fault(
        "team-role-of-nothing",
        "TEAM_SHARE_INVALID",
        {"case.yaml": "period: 2025-06\nteam_roles:\n  GP: 0\n"},
        "case.yaml",
        3,
        value="0",
    ),
    Fault(
        "yaml-deep",
        "YAML_INVALID",
        {"case.yaml": "period: " + "[" * 3000 + "]" * 3000 + "\n"},
        "case.yaml",
        1,
        also=("KEY_MISSING",),
    ),
    Fault(
        "key-twice",
        "KEY_TWICE",
        {"case.yaml": "period: 2025-06\ntitle: x\nperiod: 2025-06\n"},
        "case.yaml",
        3,
        "",
        "period",
        ("1",),
    ),
    Fault(
        "key-unknown",
        "KEY_UNKNOWN",
        {"case.yaml": "period: 2025-06\noutside_perod: exclude\n"},
        "case.yaml",
        2,
        "",
        "outside_perod",
        ("outside_period",),
    ),
    Fault(
        "series-key",
        "KEY_UNKNOWN",
        {"case.yaml": "period: 2025-06\nseries:\n  pay:\n    mising: reject\n"},
        "case.yaml",
        4,
        "",
        "mising",
        ("missing",),
    ),
    Fault("no-period", "KEY_MISSING", {"case.yaml": "title: 六月\n"}, "case.yaml", 1, "", "period"),
    *(
        Fault(
            f"period-{text}",
            "PERIOD_INVALID",
            {"case.yaml": f"period: {text}\n"},
            "case.yaml",
            1,
            "",
            text,
        )
        for text in ("2025-13", "2025-H3", "2025-Q0", "25", "2025-6", "2025-06-01", "六月")
    ),
    Fault(
        "choice",
        "CHOICE_INVALID",
        {"case.yaml": "period: 2025-06\noutside_period: exlude\n"},
        "case.yaml",
        2,
        "",
        "exlude",
        ("exclude", "reject"),
    ),
    Fault(
        "shipped-name",
        "TABLE_UNKNOWN",
        {"case.yaml": "period: 2025-06\nweight_tables:\n  - beijing-changpin\n"},
        "case.yaml",
        3,
        "",
        "beijing-changpin",
        ("beijing-changping",),
    ),
    Fault(
        "table-outside",
        "TABLE_UNKNOWN",
        {"case.yaml": "period: 2025-06\nweight_tables: [../other.csv]\n", "../other.csv": "x"},
        "case.yaml",
        2,
        "",
        "../other.csv",
    ),
    Fault(
        "table-yaml-key",
        "KEY_UNKNOWN",
        {
            "case.yaml": "period: 2025-06\nweight_tables: [more.yaml]\n",
            "more.yaml": "table: more\ntitle: 示例\nrows:\n"
            "  - {item_code: ZY01, wieght: 1, weight: 1, valid_from: 2025-01-01}\n",
        },
        "more.yaml",
        4,
        "",
        "wieght",
        ("weight",),
    ),
    Fault(
        "table-yaml-weight",
        "WEIGHT_INVALID",
        {
            "case.yaml": "period: 2025-06\nweight_tables: [more.yaml]\n",
            "more.yaml": "table: more\ntitle: 示例\nrows:\n"
            "  - {item_code: ZY01, weight: 1, valid_from: 2025-01-01}\n"
            "  - {item_code: ZY02, weight: 1e3, valid_from: 2025-01-01}\n",
        },
        "more.yaml",
        5,
        "weight",
        "1e3",
    ),
    Fault(
        "table-yaml-rows",
        "KEY_MISSING",
        {
            "case.yaml": "period: 2025-06\nweight_tables: [more.yaml]\n",
            "more.yaml": "table: more\ntitle: 示例\n",
        },
        "more.yaml",
        1,
        "",
        "rows",
    ),
]
