"""The sheet of a case that is one workbook: keys, values as YAML, the row of each.

Faults seen to be caught: a value told at the line of its YAML text, a title read as YAML.
"""

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.intake.casesheet import sheet_entry
from equivalents.policy.yamltext import Entry


def plain(entry: Entry) -> object:
    """The values without their places."""
    if entry.mapping:
        return {key: plain(value) for key, value in entry.mapping.items()}
    return [plain(value) for value in entry.items] or entry.text


def test_keys_in_both_languages_and_values_as_yaml() -> None:
    rows = [
        (1, "项目", "内容"),
        (2, "期间", "2025-06"),
        (3, "标题", "示例县: 六月"),
        (5, "sharing", "incentive: {levels: [{by: person}]}"),
        (6, " scheme ", "[county, inst]"),
        (7, "reference", " "),
        (8, "", "说明"),
    ]
    findings = Findings()
    entry = sheet_entry(rows, "本月.xlsx", "基本信息", findings)
    assert not findings.problems
    assert plain(entry) == {
        "period": "2025-06",
        "title": "示例县: 六月",
        "sharing": {"incentive": {"levels": [{"by": "person"}]}},
        "scheme": ["county", "inst"],
    }
    assert entry.place == Place("本月.xlsx", "基本信息")
    levels = entry.get("sharing").get("incentive").get("levels")
    assert levels.items[0].place == Place("本月.xlsx", "基本信息", 5)


def test_faults_are_told_at_their_row() -> None:
    rows = [(2, "期间", "2025-06"), (3, "period", "2025-07"), (4, "stays", "[1"), (5, "leave", "#")]
    findings = Findings()
    sheet_entry(rows, "本月.xlsx", "case", findings)
    assert [(one.code, one.place.row) for one in findings.problems] == [
        ("KEY_TWICE", 3),
        ("YAML_INVALID", 4),
        ("FILE_EMPTY", 5),
    ]
