"""Effective contracts at fault: how they are declared, and the results that they ask for."""

from tests.bad.case import Content, Fault

__all__ = ["EFFECTIVE", "EFFECTIVE_WARNINGS"]

HEAD = "level,subject_id,indicator,numerator,denominator\n"
CONTRACTS = "contract_id,resident_id,team_id,person_id,active_from\n"
FUND = (
    'funds: {f: {kind: per_head, heads: {effective: 有效}, rate: "1", unit: 元/人·月, per: month,'
    " valid_from: 2020-01-01, payers: [{payer: 甲, share: 1}]}}\n"
)
BY_PLACE = "rule: all_thresholds, level: institution, indicators: [知晓]"
BY_TEAM = "rule: composite, level: team, composite: 团队"
BY_CONTRACT = "rule: per_contract, indicators: [知晓]"


def case(policy: str, results: str = "", contract: str = "K1,R1,,P01,2025-01-01\n",
         fund: str = FUND) -> dict[str, Content]:  # fmt: skip
    """The policy in line 7 of case.yaml, the fund in line 8."""
    text = (
        "period: 2025-06\nreference: 示例\nassessment:\n"
        "  indicators: {知晓: {score: {kind: yes_no}}}\n"
        '  composites: {团队: {level: team, period: month, weights: {知晓: "100"}}}\n'
        f"  effective:\n    有效: {{{policy}}}\n{fund}"
    )
    teams = "team_id,person_id,role\nT1,P01,GP\n"
    return {
        "case.yaml": text,
        "assessments.csv": HEAD + results if results else None,
        "contracts.csv": CONTRACTS + contract,
        "teams.csv": teams,
    }


def policy(name: str, code: str, text: str, column: str, value: str, *says: str) -> Fault:
    """A policy at fault."""
    place = f"assessment.effective.有效{column}"
    return Fault(f"effective-{name}", code, case(text), "case.yaml", 7, place, value, says)


EFFECTIVE = [
    policy("no-rule", "KEY_MISSING", "level: team", "", "rule"),
    policy("odd-rule", "CHOICE_INVALID", "rule: some, composite: 团队, level: team", ".rule",
           "some", "per_contract"),
    policy("no-composite", "KEY_MISSING", "rule: composite, level: team", "", "composite"),
    policy("unfit", "EFFECTIVE_INVALID", f"{BY_PLACE}, composite: 团队", ".composite", "有效",
           "composite", "all_thresholds"),
    policy("level", "EFFECTIVE_INVALID", "rule: all_thresholds, level: person, indicators: [知晓]",
           ".level", "有效", "institution"),
    policy("level-of-contracts", "EFFECTIVE_INVALID", f"{BY_CONTRACT}, level: team", ".level",
           "有效"),
    policy("level-of-composite", "EFFECTIVE_INVALID",
           "rule: composite, level: institution, composite: 团队", ".level", "有效"),
    policy("at-least", "EFFECTIVE_INVALID", f"{BY_PLACE}, at_least: 2", ".at_least", "有效",
           "at_least"),
    policy("at-least-of-a-rate", "EFFECTIVE_INVALID", f"{BY_TEAM}, at_least: 1", ".at_least",
           "有效"),
    policy("indicator", "INDICATOR_UNKNOWN",
           "rule: all_thresholds, level: institution, indicators: [知道]", ".indicators[1]", "知道",
           "知晓"),
    policy("composite", "COMPOSITE_UNKNOWN", "rule: composite, level: team, composite: 团体",
           ".composite", "团体", "团队"),
    Fault("effective-unknown", "EFFECTIVE_UNKNOWN",
          case(BY_PLACE, fund=FUND.replace("effective: 有效", "effective: 无效")),
          "case.yaml", 8, "funds.f", "无效", ("有效",)),
    Fault("effective-register", "FUND_INVALID",
          case(BY_PLACE, fund=FUND.replace("effective: 有效", "source: registers, register: r, "
                                           "effective: 有效")),
          "case.yaml", 8, "funds.f.heads", "r"),
    Fault("effective-missing", "EFFECTIVE_RESULT_MISSING", case(BY_PLACE), "case.yaml", 7,
          "assessment.effective.有效", "I01", ("知晓", "有效", "2025-06-30")),
    Fault("effective-rate-missing", "EFFECTIVE_RESULT_MISSING",
          case(BY_TEAM, contract="K1,R1,T1,,2025-01-01\n"), "case.yaml", 7,
          "assessment.effective.有效", "T1", ("团队", "2025-06-30")),
    Fault("effective-nothing", "EFFECTIVE_NOT_APPLICABLE",
          case(BY_PLACE, "institution,I01,知晓,0,0\n"), "case.yaml", 7,
          "assessment.effective.有效", "I01", ("2025-06-30",)),
    Fault("effective-no-team", "EFFECTIVE_NO_TEAM", case(BY_TEAM, "team,T1,知晓,1,1\n"),
          "contracts.csv", 2, "", "K1", ("有效", "1")),
    Fault("effective-no-tests", "EFFECTIVE_TESTS_MISSING",
          case(BY_CONTRACT, "contract,K2,知晓,1,1\n",
               "K1,R1,,P01,2025-01-01\nK2,R2,,P01,2025-01-01\n"),
          "contracts.csv", 2, "", "K1", ("知晓", "有效", "1")),
]  # fmt: skip

EFFECTIVE_WARNINGS = [
    Fault("effective-unused", "EFFECTIVE_UNUSED",
          case(BY_PLACE, fund=FUND.replace("effective: 有效", "permanent: yes")), "case.yaml", 7,
          "assessment.effective.有效", "有效", ("heads",)),
]  # fmt: skip
"""What is said of policies that nothing goes by."""
