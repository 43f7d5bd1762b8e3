"""Assessment in whole cases: from the table to money, kept, compared and explained again.

C1, C2; definitions 5.2, 5.3, 5.14, 5.17. Catches: a proposed table of coefficients that drops what
an assessment came to, a kept result that has lost it, an explanation without the score, a composite
that moves money twice, a surplus paid without any result, Chinese headings that are not taken.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.intake.case import load_case
from equivalents.policy.assessment import AssessedLevel
from equivalents.policy.calendar import LAST_DAY
from equivalents.policy.coefficients import Stretch
from equivalents.policy.keyrules import Coefficient, Scope
from equivalents.report.factors import factors_text
from equivalents.report.kept import read_kept
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from equivalents.whatif import compare_case
from tests.against_reference import read_out
from tests.bad.case import GOOD, case_with
from tests.rules import folders

YAML = """period: 2025-06
reference: 示例
coefficients:
  考核: {applies_to: key}
  职称: {applies_to: key}
assessment:
  indicators: {甲: {}}
  composites:
    考核: {level: person, period: month, weights: {甲: "100"}}
"""
RESULTS = (
    "level,subject_id,indicator,score\nperson,P01,甲,80\nperson,P02,甲,100\nperson,P03,甲,60\n"
)
GIVEN = "scope,subject_id,kind,value,valid_from\nperson,P02,职称,2,2025-01-01\n"
FILES: Mapping[str, str] = {
    "case.yaml": YAML,
    "assessments.csv": RESULTS,
    "coefficients.csv": GIVEN,
}
"""P01: 10 x 0.8 = 8; P02: 10 x 1 x 2 = 20; I01 has 100.00: 28.57 and 71.43."""


def keys(out: Path) -> dict[str, str]:
    return {row["person_id"]: row["key"] for row in read_out(out, "payouts")}


def keys_after(out: Path) -> dict[str, str]:
    return {row["person_id"]: row["key_after"] for row in read_out(out, "payouts")}


def test_a_result_multiplies_with_other_coefficients(tmp_path: Path) -> None:
    settle_case(case_with(tmp_path, FILES), tmp_path / "out")
    rows = {row["person_id"]: row for row in read_out(tmp_path / "out", "payouts")}
    assert {who: (row["key"], row["amount"]) for who, row in rows.items()} == {
        "P01": ("8.0000000", "28.57"),
        "P02": ("20.0000000", "71.43"),
        "P03": ("1.8000000", "30.00"),
    }


def test_chinese_headings_and_flags_say_the_same(tmp_path: Path) -> None:
    heads = "考核层级,对象编号,考核指标,得分,免考\n"
    table = f"{heads}person,P01,甲,80,否\nperson,P02,甲,,是\nperson,P03,甲,60,\n"
    settle_case(case_with(tmp_path, {**FILES, "assessments.csv": table}), tmp_path / "out")
    assert keys(tmp_path / "out") == {"P01": "8.0000000", "P02": "20.0000000", "P03": "1.8000000"}


@pytest.mark.parametrize("kept", [False, True], ids=["case", "kept"])
def test_a_whole_proposed_table_leaves_what_the_assessment_came_to(
    kept: bool, tmp_path: Path
) -> None:
    case = case_with(tmp_path, FILES)
    settle_case(case, tmp_path / "out")
    (tmp_path / "new.csv").write_text(GIVEN.replace(",2,", ",3,"), encoding="utf-8")
    base = tmp_path / "out" if kept else case
    compare_case(base, None, tmp_path / "changed", coefficients=tmp_path / "new.csv")
    assert keys_after(tmp_path / "changed") == {
        "P01": "8.0000000",
        "P02": "30.0000000",
        "P03": "1.8000000",
    }


def test_a_proposal_may_put_another_coefficient_in_the_place_of_a_result(tmp_path: Path) -> None:
    case = case_with(tmp_path, FILES)
    more = f"{GIVEN}person,P01,考核,1,2025-01-01\n"
    (tmp_path / "new.csv").write_text(more, encoding="utf-8")
    compare_case(case, None, tmp_path / "changed", coefficients=tmp_path / "new.csv")
    found = keys_after(tmp_path / "changed")
    assert found == {"P01": "10.0000000", "P02": "20.0000000", "P03": "1.8000000"}


def test_a_kept_result_has_every_outcome_again(tmp_path: Path) -> None:
    for folder in folders():
        if not (folder / "case" / "assessments.csv").is_file():
            continue
        settle_case(folder / "case", tmp_path / folder.name, stop_on_reject=False)
        rules, again = load_case(folder / "case").rules, read_kept(tmp_path / folder.name).rules
        assert rules.assessed
        assert again.assessed is not None
        plain = [(one.composite, one.subject_id, one.score, one.points) for one in rules.assessed]
        assert plain == [(x.composite, x.subject_id, x.score, x.points) for x in again.assessed]
        assert again.key_rules.kinds.keys() == rules.key_rules.kinds.keys()


def test_an_explanation_has_the_score_with_the_coefficient(tmp_path: Path) -> None:
    settle_case(case_with(tmp_path, FILES), tmp_path / "out")
    story, _ = trace_person(tmp_path / "out", "P01")
    [pool] = [pool for place in story.places for pool in place.pools]
    factors = {
        one.kind: (one.value_e4, one.score)
        for segment in pool.segments
        for stretch in segment.factors
        for one in stretch.factors
    }
    assert factors == {"考核": (8000, "80")}


def test_a_score_without_an_end_is_told_with_its_four_places_too() -> None:
    def told(score: str) -> str:
        row = Coefficient(Scope.PERSON, "P1", "考核", 8_550, 0, LAST_DAY, score=score)
        return next(factors_text((Stretch(0, 1, (row,)),)))

    assert "得分 score 256/3 ≈ 85.3333" in told("256/3")
    assert "得分 score 85.5]" in told("85.5")


def test_results_of_contracts_are_read_for_others_to_use(tmp_path: Path) -> None:
    contracts = "contract_id,resident_id,person_id,active_from\nC1,R1,P01,2025-01-01\n"
    files = {
        "contracts.csv": contracts,
        "case.yaml": YAML.replace("甲: {}", "甲: {}, 乙: {}"),
        "assessments.csv": f"{RESULTS}contract,C1,乙,70\n",
    }
    case = load_case(case_with(tmp_path, {**FILES, **files}))
    last = case.tables.results[-1]
    assert (last.level, last.subject_id, last.score) == (AssessedLevel.CONTRACT, "C1", Fraction(70))
    assert "RESULT_UNUSED" in {problem.code for problem in case.problems}


# -- money -------------------------------------------------------------------------------------


def codes(tmp_path: Path, files: Mapping[str, str]) -> set[str]:
    with pytest.raises(DataError) as refused:
        load_case(case_with(tmp_path, files))
    return {one.code for one in refused.value.problems if one.severity == "error"}


OF_FUND = (
    YAML.replace("level: person", "level: institution")
    + """funds:
  补助:
    kind: per_head
    coefficient: 考核
    rate: {value: "20", valid_from: 2025-01-01, unit: 元/人·年}
    heads: {source: registers, register: 签约}
    payers: [{payer: 县财政, share: 1}]
"""
)
REGISTERS = "institution_id,group,heads,date\nI01,签约,10,2025-06-30\nI02,签约,10,2025-06-30\n"


def test_a_composite_that_moves_a_fund_and_a_pool_is_warned_of(tmp_path: Path) -> None:
    results = "level,subject_id,indicator,score\ninstitution,I01,甲,80\ninstitution,I02,甲,80\n"
    files = {"case.yaml": OF_FUND, "registers.csv": REGISTERS, "assessments.csv": results}
    case = load_case(case_with(tmp_path / "a", {**FILES, **files}))
    assert "COEFFICIENT_TWICE" in {one.code for one in case.problems}
    quiet = OF_FUND.replace("考核: {applies_to: key}", "考核: {applies_to: none}")
    case = load_case(case_with(tmp_path / "b", {**FILES, **files, "case.yaml": quiet}))
    assert "COEFFICIENT_TWICE" not in {one.code for one in case.problems}
    assert {one.coefficient_e4 for one in case.rules.assessed or ()} == {8000}


@pytest.mark.parametrize(
    ("applies", "told"),
    [("key", True), ("key, pools: [绩效]", True), ("key, pools: [别的]", False), ("none", False)],
)
def test_a_coefficient_of_pools_and_of_heads_pay_by_their_average_is_warned_of(
    applies: str, told: bool, tmp_path: Path
) -> None:
    text = (
        "period: 2025-06\nreference: 示例\nleaders: {posts: [院长], reference: 示例}\n"
        f"coefficients: {{k: {{applies_to: {applies}}}}}\n"
        "components: {x: {kind: leader, of: [绩效, 奖金], coefficient: k, "
        "multiple: {value: '1.5', unit: 倍, valid_from: 2020-01-01}}}\n"
    )
    files = {
        "case.yaml": text,
        "staff.csv": "person_id,institution_id,post\nP01,I01,\nP02,I01,院长\nP03,I02,\n",
        "pools.csv": f"{GOOD['pools.csv']}I01,奖金,5.00\nI01,别的,5.00\n",
        "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
        "institution,I01,k,0.9,2025-01-01\ninstitution,I02,k,0.9,2025-01-01\n",
    }
    problems = load_case(case_with(tmp_path, files)).problems
    facts = [one.facts for one in problems if one.code == "LEADER_COEFFICIENT_TWICE"]
    pools = "绩效, 奖金" if applies == "key" else "绩效"
    assert facts == [{"component": "x", "pools": pools}] * told


@pytest.mark.parametrize(
    ("level", "zh", "en"),
    [("person", "人员“P02”", "person 'P02'"), ("institution", "机构“I02”", "institution 'I02'")],
)
def test_a_missing_result_names_the_level_in_the_language_of_its_text(
    level: str, zh: str, en: str, tmp_path: Path
) -> None:
    subjects = {"person": ["P01", "P03"], "institution": ["I01"]}[level]
    results = [f"{level},{subject},甲,80" for subject in subjects]
    files = {
        **FILES,
        "case.yaml": YAML.replace("level: person", f"level: {level}"),
        "assessments.csv": "\n".join(["level,subject_id,indicator,score", *results, ""]),
    }
    with pytest.raises(DataError) as refused:
        load_case(case_with(tmp_path, files))
    (one,) = (one for one in refused.value.problems if one.code == "RESULT_MISSING")
    assert zh in one.text("zh")
    assert level not in one.text("zh")
    assert en in one.text("en")


USED_BY = {
    "allowance": """components:
  津贴: {kind: allowance, rate: "100", unit: 元/人·月, coefficient: 考核, valid_from: 2024-01-01}
""",
    "line-item": """funds:
  定项: {kind: given, coefficient: 考核, valid_from: 2024-01-01}
""",
    "none": "",
}


@pytest.mark.parametrize("used_by", USED_BY)
def test_a_composite_that_a_component_or_line_item_names_is_used(
    used_by: str, tmp_path: Path
) -> None:
    text = YAML.replace("考核: {applies_to: key}", "考核: {applies_to: none}")
    if used_by == "line-item":
        text = text.replace("level: person", "level: institution")
    results = (
        RESULTS
        if used_by != "line-item"
        else ("level,subject_id,indicator,score\ninstitution,I01,甲,80\ninstitution,I02,甲,80\n")
    )
    files = {**FILES, "case.yaml": text + USED_BY[used_by], "assessments.csv": results}
    told = {one.code for one in load_case(case_with(tmp_path, files)).problems}
    assert ("COMPOSITE_UNUSED" in told) == (used_by == "none")


def test_a_composite_of_teams_that_are_no_departments_moves_nothing(tmp_path: Path) -> None:
    text = YAML.replace("level: person", "level: team")
    files = {
        **FILES,
        "case.yaml": text,
        "teams.csv": "team_id,person_id,role\nT1,P01,gp\n",
        "assessments.csv": "level,subject_id,indicator,score\nteam,T1,甲,80\n",
    }
    case = load_case(case_with(tmp_path, files))
    assert [one.value for one in case.problems if one.code == "COMPOSITE_UNUSED"] == ["考核"]


ACCOUNTS = "institution_id,line,kind,amount\nI01,收入,income,100.00\nI01,支出,expenditure,20.00\n"
REQUIRED = YAML + "surplus: {assessment: required}\n"


@pytest.mark.parametrize(
    ("applies", "paid"),
    [
        ("考核: {applies_to: key}", True),
        ("考核: {applies_to: withhold, pools: [surplus]}", True),
        ("考核: {applies_to: key, pools: [绩效]}", False),
        ("考核: {applies_to: none}", False),
    ],
)
def test_a_surplus_by_assessment_wants_a_composite_on_its_pool(
    applies: str, paid: bool, tmp_path: Path
) -> None:
    text = REQUIRED.replace("考核: {applies_to: key}", applies)
    files = {**FILES, "case.yaml": text, "accounts.csv": ACCOUNTS}
    if paid:
        load_case(case_with(tmp_path, files))
    else:
        assert codes(tmp_path, files) == {"SURPLUS_NOT_ASSESSED"}


def test_a_table_without_an_assessment_is_refused(tmp_path: Path) -> None:
    files = {"case.yaml": GOOD["case.yaml"], "assessments.csv": RESULTS}
    assert codes(tmp_path, files) == {"INDICATOR_UNKNOWN"}
