"""``equivalents scheme diff`` and ``check``: what differs, what is wrong, how it is asked for.

Catches: a difference that is not listed or listed twice, a mistake that comes only after another
is mended, a scheme with errors that is shown, an exit code that says the opposite.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from equivalents.intake.schemes import shipped_schemes
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.layers import SCHEME_KEYS
from equivalents.policy.schemediff import Kind
from equivalents.policy.schemeshow import SECTIONS
from equivalents.policy.schemetext import SHARED_KEYS
from equivalents.report.schemewords import COLUMNS, SECTION_TITLES, days, width, wrapped
from tests.schemelayers import BASE, LAYERS, OVER, run, told

# -- diff ----------------------------------------------------------------------------------------


def changes(*args: str) -> list[tuple[str, str, str, str]]:
    """Each change: sign, path, value before and after."""
    return [
        (one["change"], one["path"], *((one[side] or {}).get("value", "") for side in SIDES))
        for one in told("diff", *args)["changes"]
    ]


SIDES = ("before", "after")


def test_a_scheme_and_itself_say_the_same(there: Path) -> None:
    found = told("diff", "base.yaml", "base.yaml")
    assert (found["equal"], found["changes"]) == (True, [])
    done = run("diff", "base.yaml", "base.yaml")
    assert (done.exit_code, "一致" in done.stdout) == (0, True)


def test_every_change_has_both_sides_in_a_fixed_order(there: Path) -> None:
    assert changes("base.yaml", "base.yaml+over.yaml+own.yaml") == [
        ("removed", "funds.fee.rate", "10.00", ""),
        ("removed", "funds.fee.rate", "12.00", ""),
        ("added", "funds.fee.rate", "", "13.00"),
        ("changed", "funds.bought.tiers[1].price", "3.5", "4"),
        ("removed", "funds.bought.tiers[2].from", "1000", ""),
        ("removed", "funds.bought.tiers[2].price", "3", ""),
        ("changed", "funds.fee.rate", "10.00", "15.00"),
        ("removed", "funds.fee.rate", "12.00", ""),
        ("added", "funds.fee.coefficient", "", "山区"),
    ]
    own = [
        one["institution_id"] for one in told("diff", "base.yaml", "base.yaml+own.yaml")["changes"]
    ]
    assert own == ["I02"] * 3


def test_the_other_way_round_what_was_added_is_removed(there: Path) -> None:
    there_and_back = (("base.yaml", "base.yaml+over.yaml"), ("base.yaml+over.yaml", "base.yaml"))
    one, other = (changes(*pair) for pair in there_and_back)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((turned[kind], path, b, a) for kind, path, a, b in other) == sorted(one)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("valid_from: 2025-01-01, unit", "valid_from: 2025-01-01, valid_to: 2027-01-01, unit",
         ["changed"]),
        (", illustrative: yes", "", ["founded"]),
        ("illustrative: yes", "illustrative: yes, reference: 甲县〔2025〕4号", ["founded"]),
        ("groups: [老年人]", "groups: [老年人, 儿童]", ["changed"]),
        ("level: 县", "level: 市", ["changed"]),
        ("    valid_from: 2025-01-01\n", "    valid_from: 2025-02-01\n", ["changed"]),
        ("  bought:", "  more: {kind: given}\n  bought:", ["added"]),
        ("title: 甲县方案", "title: 乙县方案", ["changed"]),
        ("institutions: {ids: [I01]}", "institutions: {groups: [甲]}", ["removed", "added"]),
        ("consultation_codes: [YBZL]\n", "", ["removed"]),
        # Every figure without a reference of its own: two rates, payers twice, two tiers.
        ("〔2025〕1号", "〔2025〕9号", ["changed", *["founded"] * 6]),
        ("kind: per_head", "kind: per_head\n    # a remark", []),
    ],
    ids=["end", "mark", "ground", "list", "payer", "rule-dates", "fund", "title", "scope",
         "codes", "all-grounds", "remark"],
)  # fmt: skip
def test_each_kind_of_difference_is_listed(
    there: Path, old: str, new: str, kinds: Sequence[str]
) -> None:
    assert old in BASE
    (there / "new").mkdir()
    (there / "new" / "base.yaml").write_text(BASE.replace(old, new, 1), encoding="utf-8")
    assert [kind for kind, *_ in changes("base.yaml", "new/base.yaml")] == kinds
    text = run("diff", "base.yaml", "new/base.yaml").stdout
    assert ("一致" in text) == (not kinds)
    # Two files of one name are told apart by what they were asked for by.
    assert [line.rpartition("（")[2] for line in text.splitlines()[:2]] == [
        "base.yaml）", "new/base.yaml）"
    ]  # fmt: skip
    assert max(map(width, text.splitlines())) <= COLUMNS


def test_two_cities_differ_in_rate_heads_and_payers() -> None:
    found = changes("zhejiang-2017-jinhua", "zhejiang-2017-hangzhou")
    assert ("changed", "funds.contract-fee.payers",
            "医保基金（医保） 40.00 元 + 公卫经费（财政） 40.00 元 + 签约居民（个人） 40.00 元",
            "签约居民（个人） 10% + 市政府（市） 25% + 区财政（区） 65%") in found  # fmt: skip
    switched = changes("zhejiang-2017", "zhejiang-2017+zhejiang-2017-effective-contract")
    assert {kind for kind, *_ in switched} == {"added"}
    assert {path.split(".")[1] for _, path, *_ in switched} == {"effective-contract"}


# -- check ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped_schemes()))
def test_a_shipped_scheme_is_checked_shown_and_equal_to_itself(name: str) -> None:
    checked = told("check", name)
    assert checked["problems"] == []
    assert checked["counts"]["funds"] + checked["counts"]["indicators"] > 0
    text = run("show", name).stdout
    assert max(map(width, text.splitlines())) <= COLUMNS
    assert f"{name}.yaml:" in text
    assert told("diff", name, name)["equal"]


def test_a_good_scheme_is_confirmed_with_counts(there: Path) -> None:
    """Replaced: the rate, the first tier's price, both keys of the lost tier, I02's rate."""
    assert told("check", *LAYERS)["counts"] == {
        "channels": 0, "funds": 2, "pools": 0, "indicators": 0, "composites": 0, "figures": 5,
        "illustrative": 0, "replaced": 5, "institutions": 1,
    }  # fmt: skip
    done = run("check", "base.yaml")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "数值 figures 6  其中示例 illustrative 1" in done.stdout
    assert "没有问题 no problems" in done.stdout


def test_every_problem_comes_at_once_with_its_line_and_what_to_do(there: Path) -> None:
    faults = "".join(f"  f{n}: {{kind: floor, incom: yes}}\n" for n in range(25))
    shared = (
        "sharing: {绩效: {nobdy: retain}}\nceilings: [{name: a}]\nleave: {产假: {averge: x}}\n"
        "coefficients: {山区: {applies: none}}\nteam_roles: {医生: x}\nweight_tables: {a: b}\n"
        'yearly_limits: [{name: 年限, pools: [绩效], cap: "1,0"}]\nsurplus: {pay_ratio: 3}\n'
    )
    (there / "bad.yaml").write_text(
        f"scheme: bad\ntitle: 丙\nreference: 丙\nfunds:\n{faults}{shared}", encoding="utf-8"
    )
    done = run("check", "bad.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("error KEY_UNKNOWN  bad.yaml，第") == 25 + 3
    assert "error KEY_UNKNOWN  bad.yaml，第 29 行 row 29，funds.f24.incom" in done.stderr
    assert "income" in done.stderr
    problems = told("check", "bad.yaml", code=1)["problems"]
    rest = [(one["row"], one["code"]) for one in problems if one["row"] > 29]
    assert rest == [
        (30, "KEY_UNKNOWN"), (31, "KEY_MISSING"), (31, "CEILING_INVALID"), (32, "KEY_UNKNOWN"),
        (32, "KEY_MISSING"), (33, "KEY_UNKNOWN"), (34, "TEAM_SHARE_INVALID"), (35, "VALUE_SHAPE"),
        (36, "AMOUNT_INVALID"), (37, "RATIO_INVALID"),
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["show", "check", "diff"])
def test_nothing_is_told_of_a_scheme_with_errors(there: Path, command: str) -> None:
    (there / "bad.yaml").write_text(BASE.replace("per_head", "per_haed"), encoding="utf-8")
    names = ["bad.yaml", "base.yaml"][: 2 if command == "diff" else 1]
    done = run(command, *names)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "CHOICE_INVALID" in done.stderr
    assert "SCHEME_NAME" in done.stderr
    found = told(command, *names, code=1)
    assert found["problems"]
    assert not {"values", "changes"} & set(found)


def test_a_case_without_a_figure_in_its_period_is_at_fault(there: Path) -> None:
    case = there / "case"
    case.mkdir()
    (case / "base.yaml").write_text(BASE, encoding="utf-8")
    (case / "case.yaml").write_text("period: 2023\nscheme: base.yaml\n", encoding="utf-8")
    codes = [one["code"] for one in told("check", "case", code=1)["problems"]]
    assert codes == ["FIGURE_MISSING"]
    (case / "case.yaml").write_text("period: 2024\nscheme: bse.yaml\n", encoding="utf-8")
    assert [one["code"] for one in told("check", "case", code=1)["problems"]] == ["SCHEME_UNKNOWN"]


# -- wrong usage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["show", "zhejiang-2018"], "zhejiang-2017"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
        (["check", "."], "There is no scheme '.'"),
        (["diff", "base.yaml", "base.yaml+"], "There is no scheme ''"),
        (["diff", "base.yaml"], "Missing argument"),
        (["show"], "Missing argument"),
        (["show", "base.yaml", "--on", "2025-02-30"], "2025-02-30"),
        (["show", "base.yaml", "--on", "2025"], "YYYY-MM-DD"),
        (["shwo", "base.yaml"], "No such command"),
        (["check", "one", "two"], "Only one case"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    there: Path, args: Sequence[str], says: str
) -> None:
    for name in ("one", "two"):
        (there / name).mkdir()
        (there / name / "case.yaml").write_text("period: 2025\n", encoding="utf-8")
    done = run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr


@pytest.mark.parametrize("command", [[], ["show"], ["diff"], ["check"]], ids="-".join)
def test_help_is_there_in_both_languages(command: Sequence[str]) -> None:
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert "方案" in done.stdout
    assert "scheme" in done.stdout


# -- words -----------------------------------------------------------------------------------------


def test_every_key_of_a_scheme_is_told_and_has_a_title() -> None:
    assert set(SECTIONS) == {*SCHEME_KEYS, *SHARED_KEYS} == set(SECTION_TITLES)
    assert {str(kind) for kind in Kind} == {"added", "removed", "changed", "founded"}


@pytest.mark.parametrize("cells", [8, 13, 40])
@pytest.mark.parametrize(
    "text",
    ["", "甲县〔2025〕1号（示例）", "a-very-long-name-without-blanks", "县财政 4 : 市财政 6"],
)
def test_text_is_wrapped_within_its_cells_and_nothing_is_lost(text: str, cells: int) -> None:
    lines = wrapped(text, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_days_are_told_with_their_open_ends() -> None:
    start, end = parse_day("2025-01-01"), parse_day("2026-01-01")
    assert days(FIRST_DAY, LAST_DAY) == ""
    assert days(start, LAST_DAY) == "2025-01-01 起"
    assert days(FIRST_DAY, end) == "2026-01-01 前"
    assert days(start, end) == "2025-01-01 至 2026-01-01 前"


def test_a_layer_brings_the_files_that_it_lies_over(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    over = OVER.replace(
        "reference: 甲县〔2026〕2号\n", "reference: 甲县〔2026〕2号\nover: [base]\n", 1
    )
    (tmp_path / "over.yaml").write_text(over, encoding="utf-8")
    alone = told("show", str(tmp_path / "over.yaml"))
    both = told("show", str(tmp_path / "base.yaml"), str(tmp_path / "over.yaml"))
    assert alone == both
    assert [one["scheme"] for one in alone["layers"]] == ["base", "over"]


def test_a_layer_over_what_is_not_there_is_told(tmp_path: Path) -> None:
    text = OVER.replace(
        "reference: 甲县〔2026〕2号\n", "reference: 甲县〔2026〕2号\nover: [bsae]\n", 1
    )
    (tmp_path / "over.yaml").write_text(text, encoding="utf-8")
    problems = told("check", str(tmp_path / "over.yaml"), code=1)["problems"]
    (unknown,) = [one for one in problems if one["code"] == "SCHEME_UNKNOWN"]
    assert (unknown["file"], unknown["row"], unknown["value"]) == ("over.yaml", 4, "bsae")


def test_files_that_lie_over_each_other_are_read_once(tmp_path: Path) -> None:
    for name, other in (("base", "over"), ("over", "base")):
        text = {"base": BASE, "over": OVER}[name]
        text = text.replace("\nreference:", f"\nover: {other}\nreference:", 1)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    shown = told("check", str(tmp_path / "over.yaml"))
    assert [one["scheme"] for one in shown["layers"]] == ["base", "over"]
