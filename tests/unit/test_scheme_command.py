"""``equivalents scheme``: what is shown, what differs, what is wrong, and how it is asked for.

Catches: a value that is told with another file's line or reference, an override that hides what it
replaced, an institution's rate among those of all, a version out of force on the day, two files of
one name taken for each other, a difference that is not listed, a scheme with errors that is shown.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from equivalents.cli import app
from equivalents.intake.schemefiles import open_schemes
from equivalents.intake.schemes import shipped_schemes
from equivalents.policy.figuretext import money_e4
from equivalents.policy.funds import PerHead
from equivalents.policy.layers import SCHEME_KEYS
from equivalents.policy.schemediff import Kind
from equivalents.policy.schemeshow import SECTIONS, Value, view_of
from equivalents.policy.schemetext import SHARED_KEYS
from equivalents.report.schemewords import COLUMNS, SECTION_TITLES, days, width, wrapped
from tests.rules import folders

BASE = """\
scheme: base
title: 甲县方案
reference: 甲县〔2025〕1号
consultation_codes: [YBZL]
funds:
  fee:
    title: 签约服务费
    kind: per_head
    heads: {source: contracts, groups: [老年人]}
    rate:
      - {value: "10.00", valid_from: 2024-01-01, valid_to: 2025-01-01, unit: 元/人·年}
      - {value: "12.00", valid_from: 2025-01-01, unit: 元/人·年, illustrative: yes}
    payers: [{payer: 县财政, share: 1, level: 县}]
  bought:
    kind: per_equivalent
    series: pay
    tiers:
      - {from: "0", price: {value: "3.5", unit: 元/当量}}
      - {from: "1000", price: {value: "3", unit: 元/当量}}
    institutions: {ids: [I01]}
    valid_from: 2025-01-01
"""
OVER = """\
scheme: over
title: 甲县调整
reference: 甲县〔2026〕2号
funds:
  fee:
    rate: {value: "13.00", valid_from: 2026-01-01, unit: 元/人·年, reference: 甲县〔2026〕2号 三}
  bought:
    tiers: [{from: "0", price: {value: "4", unit: 元/当量}}]
"""
OWN = """\
scheme: own
title: 乙院
reference: 乙院〔2025〕3号
layer: institution
institution: I02
funds:
  fee: {rate: {value: "15.00"}, coefficient: 山区}
"""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the three layers, where the commands are run."""
    for name, text in (("base", BASE), ("over", OVER), ("own", OWN)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["scheme", *args])


def told(*args: str, code: int = 0) -> Any:
    done = run(*args, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def values(shown: Any, path: str) -> list[dict[str, Any]]:
    return [one for one in shown["values"] if one["path"] == path]


LAYERS = ("base.yaml", "over.yaml", "own.yaml")


# -- show ----------------------------------------------------------------------------------------


def test_a_value_has_its_file_line_layer_dates_and_ground(there: Path) -> None:
    shown = told("show", "base.yaml")
    early, late = values(shown, "funds.fee.rate")
    assert early == {
        "path": "funds.fee.rate", "value": "10.00", "unit": "元/人·年",
        "valid_from": "2024-01-01", "valid_to": "2025-01-01", "reference": "甲县〔2025〕1号",
        "illustrative": False, "layer": 1, "file": "base.yaml", "line": 11, "replaced": [],
    }  # fmt: skip
    assert (late["valid_to"], late["illustrative"], late["line"]) == ("", True, 12)
    (payers,) = values(shown, "funds.fee.payers")
    assert payers["value"] == "县财政（县） 1"
    assert values(shown, "consultation_codes")[0]["value"] == "YBZL"


def test_on_a_day_only_what_is_in_force_is_told(there: Path) -> None:
    (rate,) = values(told("show", "base.yaml", "--on", "2025-01-01"), "funds.fee.rate")
    assert rate["value"] == "12.00"
    before = told("show", "base.yaml", "--on", "2024-12-31")
    assert [one["value"] for one in values(before, "funds.fee.rate")] == ["10.00"]
    assert not [one for one in before["values"] if one["path"].startswith("funds.bought")]
    assert [one["path"] for one in before["not_in_force"]] == ["funds.bought"]
    none = told("show", "base.yaml", "--on", "2023-06-01")
    assert values(none, "funds.fee.rate") == []
    idle = [(one["path"], one["value"]) for one in none["not_in_force"]]
    assert idle == [("funds.fee.rate", "10.00"), ("funds.fee.rate", "12.00"), ("funds.bought", "")]


def test_what_was_replaced_stands_beside_what_applies(there: Path) -> None:
    (rate,) = values(told("show", "base.yaml", "over.yaml"), "funds.fee.rate")
    assert (rate["value"], rate["layer"], rate["reference"]) == ("13.00", 2, "甲县〔2026〕2号 三")
    was = [(one["value"], one["layer"], one["file"], one["line"]) for one in rate["replaced"]]
    assert was == [("10.00", 1, "base.yaml", 11), ("12.00", 1, "base.yaml", 12)]
    assert {one["reference"] for one in rate["replaced"]} == {"甲县〔2025〕1号"}


def test_what_a_layer_took_away_is_told_as_dropped(there: Path) -> None:
    shown = told("show", "base.yaml", "over.yaml")
    (gone,) = values(shown, "funds.bought.tiers[2].price")
    assert (gone["dropped"], gone["layer"], gone["value"]) == (True, 2, "")
    assert [one["value"] for one in gone["replaced"]] == ["3"]
    (first,) = values(shown, "funds.bought.tiers[1].price")
    assert (first["value"], first["replaced"][0]["value"]) == ("4", "3.5")
    assert "层 2 不再有 dropped" in run("show", "base.yaml", "over.yaml").stdout


def test_the_chain_of_three_layers_is_kept_and_the_same_again_is_no_change(there: Path) -> None:
    again = OVER.replace("scheme: over", "scheme: again")
    back = again.replace("scheme: again", "scheme: back").replace('"13.00"', '"14.00"')
    (there / "again.yaml").write_text(again, encoding="utf-8")
    (there / "back.yaml").write_text(back, encoding="utf-8")
    (same,) = values(told("show", "base.yaml", "over.yaml", "again.yaml"), "funds.fee.rate")
    assert [one["value"] for one in same["replaced"]] == ["10.00", "12.00"]
    assert same["file"] == "again.yaml"
    (chain,) = values(told("show", "base.yaml", "over.yaml", "back.yaml"), "funds.fee.rate")
    assert [one["value"] for one in chain["replaced"]] == ["10.00", "12.00", "13.00"]


def test_an_institution_sees_its_own_values_and_others_do_not(there: Path) -> None:
    own = told("show", *LAYERS, "--institution", "I02")
    (rate,) = values(own, "funds.fee.rate")
    assert (rate["value"], rate["layer"], rate["unit"]) == ("15.00", 3, "元/人·年")
    assert [one["value"] for one in rate["replaced"]] == ["10.00", "12.00", "13.00"]
    assert own["not_its_own"] == ["bought"]
    assert not values(own, "funds.bought.series")
    other = told("show", *LAYERS, "--institution", "I01")
    assert values(other, "funds.fee.rate")[0]["value"] == "13.00"
    assert values(other, "funds.bought.series")
    assert "没有自己的层" in run("show", *LAYERS, "--institution", "I01").stdout


def test_without_an_institution_all_that_have_their_own_follow(there: Path) -> None:
    shown = told("show", *LAYERS)
    assert values(shown, "funds.fee.rate")[0]["value"] == "13.00"
    (own,) = shown["institutions"]
    found = [(one["path"], one["value"]) for one in own["values"]]
    # The whole and nothing but: not what the community's own layer changed.
    assert (own["institution_id"], found) == (
        "I02", [("funds.fee.rate", "15.00"), ("funds.fee.coefficient", "山区")],
    )  # fmt: skip


def test_two_files_of_one_name_are_told_apart(there: Path) -> None:
    (there / "a").mkdir()
    (there / "a" / "base.yaml").write_text(
        OVER.replace("scheme: over", "scheme: base"), encoding="utf-8"
    )
    shown = told("show", "base.yaml", "a/base.yaml")
    files = [one["file"] for one in shown["layers"]]
    assert files == [f"{there.name}/base.yaml", "a/base.yaml"]
    (rate,) = values(shown, "funds.fee.rate")
    assert (rate["file"], rate["reference"]) == ("a/base.yaml", "甲县〔2026〕2号 三")
    assert {one["reference"] for one in rate["replaced"]} == {"甲县〔2025〕1号"}


def test_a_case_is_its_files_and_its_inline_keys_before_institutions(there: Path) -> None:
    (there / "case.yaml").write_text(
        "period: 2026\nscheme: [base.yaml, own.yaml]\ntitle: 甲案\nreference: 甲案依据\n"
        'funds: {fee: {rate: {value: "16.00", valid_from: 2026-01-01}}}\n',
        encoding="utf-8",
    )
    for name in (".", "case.yaml"):
        shown = told("show", name)
        assert [one["file"] for one in shown["layers"]] == ["base.yaml", "case.yaml", "own.yaml"]
        (rate,) = values(shown, "funds.fee.rate")
        assert (rate["value"], rate["file"], rate["line"]) == ("16.00", "case.yaml", 5)
        assert rate["reference"] == "甲案依据"
        assert shown["institutions"][0]["values"][0]["value"] == "15.00"


def test_the_text_says_the_same_within_its_columns(there: Path) -> None:
    text = run("show", *LAYERS, "--on", "2026-06-30").stdout
    for part in (
        "适用日期 on: 2026-06-30", "标准 rate", "13.00 元/人·年  2026-01-01 起", "层2 over.yaml:6",
        "依据 reference: 甲县〔2026〕2号 三", "原 was", "12.00 元/人·年  2025-01-01 起  [示例]",
        "层1 base.yaml:12", "机构 I02 另有规定", "层3 own.yaml:7", "按人头 per_head",
    ):  # fmt: skip
        assert part in text, part
    assert max(map(width, text.splitlines())) <= COLUMNS
    assert all(line == line.rstrip() for line in text.splitlines())


LISTS = """\
scheme: lists
title: 丙县方案
reference: 丙县〔2025〕1号
channels:
  eq: {items: {"1.2": 1, SF01: "0.6"}}
  fx: {items: {SF01: "0.4"}}
funds:
  a.b: {kind: per_item, series: pay, prices: {"1.2": "3.5"}}
pay_cap:
  kind: formula
  terms: [{kind: amount, name: 增量}, {kind: per_head, rate: {value: "10", unit: 元}}]
surplus:
  - {pay_ratio: "1/2", valid_to: 2026-01-01}
  - {pay_ratio: "3/5", valid_from: 2026-01-01}
ceilings:
  - {name: 甲, series: pay, tiers: [{from: "0", rate: "1"}], valid_from: 2025-01-01}
  - {name: 乙, series: buy, tiers: [{from: "0", rate: "1"}]}
"""


def test_rules_of_a_list_and_names_with_dots_are_told(there: Path) -> None:
    (there / "lists.yaml").write_text(LISTS, encoding="utf-8")
    shown = told("show", "lists.yaml", "--on", "2025-06-30")
    found = {one["path"]: one["value"] for one in shown["values"]}
    assert found["channels.eq.items.1.2"] == "1"
    assert found["funds.a.b.prices.1.2"] == "3.5"
    assert found["pay_cap.terms[1]"] == "kind=amount, name=增量"
    assert found["pay_cap.terms[2].rate"] == "10"
    assert (found["surplus[1]"], "surplus[2]" in found) == ("pay_ratio=1/2", False)
    assert found["ceilings[2].tiers[1]"] == "from=0, rate=1"
    # Three parts of items, a price, a rate, a ratio, and the rates of two ceilings.
    assert (shown["counts"]["funds"], shown["counts"]["figures"]) == (1, 8)
    text = run("show", "lists.yaml").stdout
    assert "  ceilings[1]  2025-01-01 起\n" in text
    assert "pay_ratio=3/5  2026-01-01 起" in text
    assert "  a.b\n" in text


def test_a_shorter_list_drops_the_rest_with_all_they_said(there: Path) -> None:
    (there / "lists.yaml").write_text(LISTS, encoding="utf-8")
    (there / "short.yaml").write_text(
        "scheme: short\ntitle: 丙县减\nreference: 丙县〔2026〕1号\n"
        'ceilings:\n  - {name: 甲, series: pay, tiers: [{from: "0", rate: "1"}]}\n',
        encoding="utf-8",
    )
    shown = told("show", "lists.yaml", "short.yaml")
    gone = [one["path"] for one in shown["values"] if one.get("dropped")]
    assert gone == [
        "ceilings[1].valid_from", "ceilings[2].name", "ceilings[2].series", "ceilings[2].tiers[1]",
    ]  # fmt: skip
    text = run("show", "lists.yaml", "short.yaml").stdout
    assert text.count("层 2 不再有 dropped") == len(gone)


def test_all_versions_are_told_without_a_day_whatever_the_clock_says(there: Path) -> None:
    assert told("show", "base.yaml")["on"] == ""
    assert "全部版本" in run("show", "base.yaml").stdout


TEXTS = [path for folder in folders() for path in (folder / "expected-scheme").glob("*.txt")]


def test_there_is_a_scenario_of_a_shown_scheme() -> None:
    assert TEXTS


@pytest.mark.rules("B10")
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.parent.parent.name)
def test_a_scenario_is_shown_as_its_files_say(path: Path) -> None:
    institution, _, day = path.stem.partition("-on-")
    case = str(path.parent.parent / "case")
    done = run("show", case, "--institution", institution, "--on", day)
    assert done.stdout == path.read_text(encoding="utf-8")


CASES = [folder / "case" for folder in folders()]
WITH_SCHEME = [
    case
    for case in CASES
    if re.search(
        r"^(scheme|funds):", (case / "case.yaml").read_text(encoding="utf-8"), re.MULTILINE
    )
]


@pytest.mark.rules("B4", "B10")
@pytest.mark.parametrize("case", WITH_SCHEME, ids=lambda case: case.parent.name)
def test_what_is_shown_is_what_money_is_computed_from(case: Path) -> None:
    """Rates, their days, grounds and places, of all and of each institution with its own."""
    reading = open_schemes([str(case)]).reading
    for institution in ("", *reading.layered.own):
        shown: dict[str, list[Value]] = {}
        for value in view_of(reading, institution=institution).values:
            shown.setdefault(value.path, []).append(value)
        for name, fund in reading.scheme.funds.items():
            body = fund.of(institution).body
            if not isinstance(body, PerHead):
                continue
            rates = {
                (money_e4(one.text), one.unit, one.valid_from, one.valid_to, one.reference,
                 one.illustrative, one.place)
                for one in shown[f"funds.{name}.rate"]
            }  # fmt: skip
            assert rates == {
                (one.value, one.unit, one.valid_from, one.valid_to, one.reference,
                 one.illustrative, one.place)
                for one in body.rate_e4.versions
            }  # fmt: skip


def test_there_are_scenarios_with_a_scheme_and_with_an_own_layer() -> None:
    own = [case for case in WITH_SCHEME if open_schemes([str(case)]).reading.layered.own]
    assert len(WITH_SCHEME) > len(own) > 0


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
        ("removed", "funds.fee.rate", "10.00", ""),
        ("removed", "funds.fee.rate", "12.00", ""),
        ("added", "funds.fee.rate", "", "15.00"),
        ("added", "funds.fee.coefficient", "", "山区"),
    ]
    own = [
        one["institution_id"] for one in told("diff", "base.yaml", "base.yaml+own.yaml")["changes"]
    ]
    assert own == ["I02"] * 4


def test_the_other_way_round_what_was_added_is_removed(there: Path) -> None:
    there_and_back = (("base.yaml", "base.yaml+over.yaml"), ("base.yaml+over.yaml", "base.yaml"))
    one, other = (changes(*pair) for pair in there_and_back)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((turned[kind], path, b, a) for kind, path, a, b in other) == sorted(one)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("unit: 元/人·年, illustrative: yes", "unit: 元/人·月, illustrative: yes", ["changed"]),
        ("valid_from: 2025-01-01, unit", "valid_from: 2025-01-01, valid_to: 2027-01-01, unit",
         ["changed"]),
        (", illustrative: yes", "", ["founded"]),
        ("illustrative: yes", "illustrative: yes, reference: 甲县〔2025〕4号", ["founded"]),
        ("groups: [老年人]", "groups: [老年人, 儿童]", ["changed"]),
        ("level: 县", "level: 市", ["changed"]),
        ("    valid_from: 2025-01-01\n", "    valid_from: 2025-02-01\n", ["changed"]),
        ("  bought:", "  more: {kind: floor}\n  bought:", ["added"]),
        ("title: 甲县方案", "title: 乙县方案", ["changed"]),
        ("institutions: {ids: [I01]}", "institutions: {groups: [甲]}", ["removed", "added"]),
        ("consultation_codes: [YBZL]\n", "", ["removed"]),
        # Every figure without a reference of its own: two rates, payers, two tiers.
        ("〔2025〕1号", "〔2025〕9号", ["changed", *["founded"] * 5]),
        ("kind: per_head", "kind: per_head\n    # a remark", []),
    ],
    ids=["unit", "end", "mark", "ground", "list", "payer", "rule-dates", "fund", "title", "scope",
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
    assert checked["counts"]["funds"] > 0
    text = run("show", name).stdout
    assert max(map(width, text.splitlines())) <= COLUMNS
    assert f"{name}.yaml:" in text
    assert told("diff", name, name)["equal"]


def test_a_good_scheme_is_confirmed_with_counts(there: Path) -> None:
    """Replaced: the rate, the first tier's price, both keys of the lost tier, I02's rate."""
    assert told("check", *LAYERS)["counts"] == {
        "channels": 0, "funds": 2, "pools": 0, "figures": 4, "illustrative": 0, "replaced": 5,
        "institutions": 1,
    }  # fmt: skip
    done = run("check", "base.yaml")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "数值 figures 5  其中示例 illustrative 1" in done.stdout
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
    assert done.stderr.count("error KEY_UNKNOWN  bad.yaml, row") == 25 + 3
    assert "error KEY_UNKNOWN  bad.yaml, row 29, funds.f24.incom" in done.stderr
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
    from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day

    start, end = parse_day("2025-01-01"), parse_day("2026-01-01")
    assert days(FIRST_DAY, LAST_DAY) == ""
    assert days(start, LAST_DAY) == "2025-01-01 起"
    assert days(FIRST_DAY, end) == "2026-01-01 前"
    assert days(start, end) == "2025-01-01 至 2026-01-01 前"
