"""``equivalents scheme show``: every value with its origin, its dates and what it replaced.

Catches: a value that is told with another file's line or reference, an override that hides what it
replaced, an institution's rate among those of all, a version out of force on the day, two files of
one name taken for each other, a figure shown that is not the one that money is computed from.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from equivalents.intake.schemefiles import open_schemes
from equivalents.policy.figuretext import money_e4
from equivalents.policy.funds import PerHead
from equivalents.policy.schemeshow import Value, view_of
from equivalents.report.schemewords import COLUMNS, width
from tests.rules import folders
from tests.schemelayers import LAYERS, OVER, run, told


def values(shown: Any, path: str) -> list[dict[str, Any]]:
    return [one for one in shown["values"] if one["path"] == path]


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
        'funds: {fee: {rate: {value: "16.00", unit: 元/人·年, valid_from: 2026-01-01}}}\n',
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
  a.b:
    kind: per_item
    series: pay
    prices: {"1.2": {value: "3.5", unit: 元/次, valid_from: 2025-01-01}}
    payers: [{payer: 甲, share: 1}]
pay_cap:
  kind: formula
  valid_from: 2025-01-01
  terms: [{kind: amount, name: 增量}, {kind: per_head, rate: {value: "10", unit: 元/人·月}}]
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
    # Three parts of items, a price, a rate, a ratio, the rates of two ceilings, payers.
    assert (shown["counts"]["funds"], shown["counts"]["figures"]) == (1, 9)
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
