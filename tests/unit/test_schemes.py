"""Schemes as read: every kind of fund, layers, grounds, inline keys.

Catches: a value that borrows another file's reference, an own rate that reaches other
institutions, a declared order that is lost in a result, rules of a case without a scheme kept
otherwise than before.
"""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from equivalents.findings import Findings
from equivalents.intake.case import load_case
from equivalents.intake.schemes import (
    load_scheme,
    names_apart,
    scheme_of_case,
)
from equivalents.policy.calendar import parse_day, print_day
from equivalents.policy.funds import (
    Floor,
    Given,
    Heads,
    HeadSource,
    Packages,
    Per,
    PerEquivalent,
    PerHead,
    PerItem,
    Split,
    Tasks,
)
from equivalents.policy.keep import from_plain, to_plain
from equivalents.policy.model import CaseRules
from equivalents.policy.scheme import (
    BridgeRule,
    CapKind,
    CapPer,
    CapStaff,
    Excess,
    Scheme,
    Several,
)
from equivalents.policy.yamltext import read_yaml
from equivalents.report.kept import rules_to_keep
from tests.bad.case import case_with, run

FULL = """\
scheme: full
valid_from: 2021-07-01
title: 甲县方案
reference: 甲县〔2025〕1号
consultation_codes: [YBZL]
channels:
  major: {title: 定额定项, items: {SF01: 2/5}}
  equivalents: {title: 标化当量购买, items: {MZ01: 1, SF01: "0.6"}}
funds:
  zz-lines: {kind: given, restricted: yes, over_advanced: carry}
  contract:
    title: 签约服务费
    kind: per_head
    heads: {source: contracts, permanent: yes, groups: [老年人], age_from: 40, age_to: 64}
    rate:
      - {value: "5.00", unit: 元/人·年, valid_from: 2020-01-01, valid_to: 2025-01-01}
      - {value: "6.00", valid_from: 2025-01-01, reference: 甲县〔2025〕9号, illustrative: yes}
    institutions: {ids: [I01, I02]}
    unit: 元/人·年
    payers:
      - {payer: 市财政, level: 市, share: 4}
      - {payer: 县财政, share: 6}
  insured:
    kind: per_head
    heads: {source: registers, register: 参保}
    rate: {value: "20", unit: 元/人·月}
    per: month
    valid_from: 2020-01-01
    payers: [{payer: 医保, amount: "20"}]
  bought:
    kind: per_equivalent
    channel: equivalents
    series: pay
    unit: 元/当量
    tiers: [{from: 0, price: "3.5"}, {from: "1000", price: "3"}]
    coefficients: [remote]
    offset_lines: [医疗收入]
    payers: [{payer: 甲, percent: "33.3333"}, {payer: 乙, percent: "66.6667"}]
  major:
    kind: per_item
    channel: major
    series: pay
    unit: 元/次
    prices: {SF01: "12.5"}
    budget: {value: "1000.00", unit: 元, valid_from: 2025-01-01}
    over_budget: scale
    payers: [{payer: 甲, equal: yes}, {payer: 乙, equal: yes}]
  packs:
    kind: packages
    reimbursed_by: 医保
    unit: 元/人·年
    packages: {基础包: {price: "120", reimbursement: "80", items: [MZ01]}}
  tasks:
    kind: tasks
    standards: {门诊: {value: "30", unit: 元/人次}}
    assessment: 考核
    payers: [{payer: 甲, share: 1}]
  floor: {kind: floor, valid_from: 2020-01-01, payers: [{payer: 甲, share: 1}]}
  part: {kind: split, of: contract, share: {value: 2/5, unit: 比例}}
pools:
  签约奖励: {fund: contract, rule: percent, share: {value: 2/5, unit: 比例}}
  总量: {approved_line: 绩效工资总量, series: pay, in_cap: no}
pay_cap:
  kind: formula
  excess: returned
  prorate: yes
  terms:
    - {kind: per_head, rate: {value: "3000", unit: 元/人·月}, staff: all, several: each}
    - {kind: fund_share, name: contract, share: {value: "0.5", unit: 比例}}
    - {kind: amount, name: 增量}
share_tests:
  use: {part_lines: 签约支出, whole_lines: [公卫收入], at_least: {value: "0.4", unit: 比例}}
"""
OWN = """\
scheme: own
title: 乙院
reference: 乙院〔2025〕3号
layer: institution
institution: I02
funds:
  contract: {rate: {value: "7.00", unit: 元/人·年, valid_from: 2025-01-01}, in_cap: no}
"""


def written(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [folder / f"{name}.yaml" for name in files]


def full(tmp_path: Path, **more: str) -> Scheme:
    scheme, findings, _ = load_scheme(written(tmp_path, full=FULL, **more))
    assert findings.problems == []
    return scheme


def test_every_kind_of_fund_is_read(tmp_path: Path) -> None:
    funds = full(tmp_path).funds
    bodies = [type(fund.body) for fund in funds.values()]
    assert bodies == [
        Given, PerHead, PerHead, PerEquivalent, PerItem, Packages, Tasks, Floor, Split,
    ]  # fmt: skip
    contract, insured, bought, major, packs = (
        funds[name].body for name in ("contract", "insured", "bought", "major", "packs")
    )
    assert isinstance(contract, PerHead)
    assert contract.heads == Heads(HeadSource.CONTRACTS, "", True, ("老年人",), 40, 64)
    assert contract.rate_e4.on(parse_day("2025-06-01")).value == 60_000  # type: ignore[union-attr]
    assert isinstance(insured, PerHead)
    assert (insured.per, insured.heads.register) == (Per.MONTH, "参保")
    assert isinstance(bought, PerEquivalent)
    assert [tier.from_e7 for tier in bought.tiers] == [0, 1000 * 10**7]
    assert isinstance(major, PerItem)
    assert major.budget_fen is not None
    assert major.budget_fen.versions[0].value == 100_000
    assert isinstance(packs, Packages)
    assert packs.packages[0].reimbursement_e4.versions[0].value == 800_000


def test_payers_are_keys_in_their_declared_order(tmp_path: Path) -> None:
    funds = full(tmp_path).funds
    keys = {
        name: [(payer.name, payer.key) for payer in fund.payers.versions[0].value]
        for name, fund in funds.items()
        if fund.payers.versions
    }
    assert keys == {
        "contract": [("市财政", 4), ("县财政", 6)],
        "insured": [("医保", 200_000)],
        "bought": [("甲", 333_333), ("乙", 666_667)],
        "major": [("甲", 1), ("乙", 1)],
        "tasks": [("甲", 1)],
        "floor": [("甲", 1)],
    }


def test_channels_bridges_cap_and_tests_are_read(tmp_path: Path) -> None:
    scheme = full(tmp_path)
    assert scheme.channels["equivalents"].items == {"MZ01": Fraction(1), "SF01": Fraction(3, 5)}
    assert scheme.bridges["签约奖励"].rule is BridgeRule.PERCENT
    assert not scheme.bridges["总量"].in_cap
    assert (scheme.pay_cap.kind, scheme.pay_cap.excess) == (CapKind.FORMULA, Excess.RETURNED)
    assert (scheme.pay_cap.per, scheme.pay_cap.prorate) == (CapPer.YEAR, True)
    heads, share, _ = scheme.pay_cap.terms
    assert (heads.staff, heads.several) == (CapStaff.ALL, Several.EACH)
    assert (share.staff, share.several) == (CapStaff.IN_CAP, Several.REFUSE)
    assert scheme.share_tests[0].at_least.versions[0].value == Fraction(2, 5)
    assert scheme.consultation_codes == ("YBZL",)


def test_a_value_has_the_reference_of_its_own_file(tmp_path: Path) -> None:
    contract = full(tmp_path, own=OWN).funds["contract"]
    assert isinstance(contract.body, PerHead)
    early, late = contract.body.rate_e4.versions
    assert (early.reference, early.illustrative) == ("甲县〔2025〕1号", False)
    assert (late.reference, late.illustrative) == ("甲县〔2025〕9号", True)
    own = contract.of("I02")
    assert isinstance(own.body, PerHead)
    (rate,) = own.body.rate_e4.versions
    assert (rate.value, rate.reference, rate.place.file) == (70_000, "乙院〔2025〕3号", "own.yaml")
    assert own.payers.versions[0].reference == "甲县〔2025〕1号"
    assert (own.in_cap, contract.in_cap, own.number) == (False, True, contract.number)
    assert contract.of("I01") is contract


def test_a_figure_has_the_unit_and_first_day_of_its_rule_or_its_file(tmp_path: Path) -> None:
    """What a county writes without a day over a scheme is of the county's day."""
    over = (
        "scheme: over\ntitle: 乙县\nreference: 乙县〔2026〕1号\nvalid_from: 2026-03-01\n"
        'funds: {insured: {rate: "21", payers: [{payer: 医保, share: 1}], unit: 元/人·月}}\n'
    )
    read, findings, _ = load_scheme(written(tmp_path, full=FULL, over=over))
    assert findings.errors == []
    contract, bought, insured = (
        read.funds[name].body for name in ("contract", "bought", "insured")
    )
    assert isinstance(contract, PerHead)
    assert [one.unit for one in contract.rate_e4.versions] == ["元/人·年"] * 2
    assert isinstance(bought, PerEquivalent)
    (price,) = bought.tiers[1].price_e4.versions
    assert (price.unit, print_day(price.valid_from)) == ("元/当量", "2021-07-01")
    assert isinstance(insured, PerHead)
    (rate,) = insured.rate_e4.versions
    assert (rate.value, print_day(rate.valid_from)) == (210_000, "2026-03-01")
    assert read.funds["insured"].valid_from == parse_day("2020-01-01")


def test_all_faults_of_all_layers_come_at_once(tmp_path: Path) -> None:
    bad = (
        "scheme: bad\ntitle: 丙\nreference: 丙\nfund: {}\nfunds: {contract: {rate: 7e0, prr: x}}\n"
    )
    _, findings, _ = load_scheme(written(tmp_path, full=FULL + "channel: {}\n", bad=bad, own=OWN))
    found = [
        (one.place.file, one.place.row, one.place.column, one.code) for one in findings.problems
    ]
    assert found == [
        ("full.yaml", 73, "channel", "KEY_UNKNOWN"),
        ("bad.yaml", 4, "fund", "KEY_UNKNOWN"),
        ("bad.yaml", 5, "funds.contract.rate", "LAYER_DIFFERS"),
        ("bad.yaml", 5, "funds.contract.prr", "KEY_UNKNOWN"),
        ("bad.yaml", 5, "funds.contract.rate", "NUMBER_INVALID"),
        ("bad.yaml", 5, "funds.contract.rate", "DATE_MISSING"),
    ]


def test_a_scheme_is_kept_in_a_result_exactly_and_in_its_order(tmp_path: Path) -> None:
    scheme = full(tmp_path, own=OWN)
    plain = json.loads(json.dumps(to_plain(scheme), sort_keys=True))
    again = from_plain(Scheme, plain)
    assert to_plain(again) == to_plain(scheme)
    assert list(again.funds) == list(scheme.funds)
    assert isinstance(again.funds["floor"].body, Floor)


def test_two_files_of_one_name_keep_their_own_grounds(tmp_path: Path) -> None:
    """A county may lay a file over the shipped one that it is named after."""
    name = "zhejiang-2017-hangzhou"
    over = (
        f"scheme: {name}\ntitle: 本县\nreference: 本县〔2025〕2号\n"
        'funds: {contract-fee: {rate: {value: "11.00"}}}\n'
    )
    for at in ("case", "moved"):
        folder = tmp_path / at
        folder.mkdir()
        written(folder, case=f"period: 2025\nscheme: [{name}, {name}.yaml]\n", **{name: over})
        findings = Findings()
        entry = read_yaml(folder / "case.yaml", "case.yaml", findings)
        assert entry is not None
        scheme = scheme_of_case(folder, entry, findings)
        files = [f"schemes/{name}.yaml", f"{name}.yaml", "zhejiang-2017-charge-prices.yaml"]
        assert [file for file, _ in scheme.files] == files
        assert scheme.scheme is not None
        body = scheme.scheme.funds["contract-fee"].body
        assert isinstance(body, PerHead)
        (rate,) = body.rate_e4.versions
        assert (rate.place.file, rate.reference) == (f"{name}.yaml", "本县〔2025〕2号")
        assert scheme.scheme.funds["contract-fee"].payers.versions[0].reference != rate.reference


def test_files_of_one_name_are_called_by_the_folders_that_part_them(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [*written(tmp_path / "a", s=FULL), *written(tmp_path / "b", s=FULL)]
    named = names_apart([(path.name, path) for path in (*paths, paths[0])])
    assert [name for name, _ in named] == ["a/s.yaml", "b/s.yaml", "a/s.yaml"]


# -- a case ------------------------------------------------------------------------------------

SHARED = (
    "scheme: s\ntitle: 甲县方案\nreference: 甲县〔2025〕1号\noutside_period: exclude\n"
    "sharing: {绩效: {nobody: retain}}\nfunds: {f: {kind: given, title: 甲}}\n"
)


def test_the_keys_of_a_scheme_stand_under_those_of_the_case(tmp_path: Path) -> None:
    yaml_of_case = (
        "period: 2025-06\nscheme: s.yaml\nreference: 本县〔2025〕2号\n"
        "sharing: {绩效: {nobody: equal}}\nfunds: {g: {kind: given}}\n"
    )
    case = load_case(case_with(tmp_path, {"case.yaml": yaml_of_case, "s.yaml": SHARED}))
    rules = case.rules
    assert rules.outside_period == "exclude"
    assert rules.sharing["绩效"].levels[0].nobody == "equal"
    assert rules.scheme is not None
    assert [(name, one.reference) for name, one in rules.scheme.funds.items()] == [
        ("f", "甲县〔2025〕1号"),
        ("g", "本县〔2025〕2号"),
    ]
    assert "s.yaml" in [name for name, _ in case.inputs]


def test_the_files_of_a_scheme_are_hashed_and_the_scheme_is_kept(tmp_path: Path) -> None:
    files = {"case.yaml": "period: 2025-06\nscheme: s.yaml\n", "s.yaml": SHARED}
    folder, out = case_with(tmp_path, files), tmp_path / "out"
    assert run("settle", folder, "-o", out).exit_code == 0
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert "s.yaml" in {entry["file"] for entry in manifest["inputs"]}
    kept = json.loads((out / "resolved-rules.json").read_bytes())["case"]
    assert kept["scheme"]["funds"]["f"]["title"] == "甲"


def test_a_case_without_a_scheme_is_kept_as_before(tmp_path: Path) -> None:
    rules = load_case(case_with(tmp_path, {})).rules
    plain = rules_to_keep(rules)
    names = {"scheme", "counts", "cap_before", "assessed", "pay_rows"}
    assert not names & {*plain}
    assert rules_to_keep(replace(rules, scheme=Scheme("")))["scheme"]["name"] == ""
    assert from_plain(CaseRules, dict.fromkeys(names) | plain).scheme is None


def test_a_shape_is_wrong_wherever_it_stands(tmp_path: Path) -> None:
    bad = SHARED.replace("sharing: {绩效: {nobody: retain}}", "sharing: [绩效]")
    case = case_with(tmp_path, {"case.yaml": "period: 2025-06\nscheme: s.yaml\n", "s.yaml": bad})
    assert "VALUE_SHAPE" in run("check", case).stderr
