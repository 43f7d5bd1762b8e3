"""Assessment at fault: indicators, composites, results, and what their coefficients apply to."""

from tests.bad.case import Content, Fault

__all__ = ["ASSESSED_MONEY", "ASSESSMENT", "ASSESSMENT_WARNINGS"]

YAML, RESULTS = "case.yaml", "assessments.csv"
HEAD = "level,subject_id,indicator,numerator,denominator,score,exempt,period\n"
SCORED = "institution,I01,甲,,,80,,\ninstitution,I02,甲,,,90,,\n"
APPLIES = "coefficients: {考核: {applies_to: key}}\n"
MONTH = "level: institution, period: month"


def assessed(
    composite: str = 'weights: {甲: "100"}',
    *,
    indicators: str = "甲: {}",
    results: str = SCORED,
    head: str = f"{MONTH}, ",
    more: str = APPLIES,
    growth: str = "",
) -> dict[str, Content]:
    """Indicators in line 5 of case.yaml, the composite in line 7, results from line 2 on."""
    text = (
        f"period: 2025-06\nreference: 示例\nassessment:\n{growth or '  #'}\n"
        f"  indicators: {{{indicators}}}\n  composites:\n    考核: {{{head}{composite}}}\n{more}"
    )
    return {YAML: text, RESULTS: HEAD + results}


def rule(name: str, code: str, text: str, value: str, *says: str, **more: str) -> Fault:
    """A composite at fault."""
    column = more.pop("column", "assessment.composites.考核")
    return Fault(f"assess-{name}", code, assessed(text, **more), YAML, 7, column, value, says)


def indicator(name: str, code: str, text: str, value: str, *says: str) -> Fault:
    """An indicator at fault; what its results would have to be is not told besides."""
    files = assessed(indicators=f"甲: {{valid_from: 2025-01-01, score: {{{text}}}}}")
    results = {RESULTS: HEAD + SCORED.replace(",,,80,", ",1,1,,").replace(",,,90,", ",1,1,,")}
    column = "assessment.indicators.甲.score"
    return Fault(f"indicator-{name}", code, files | results, YAML, 5, column, value, says)


def result(
    name: str, code: str, rows: str, value: str, *says: str, row: int = 2, column: str = "",
    **more: str,
) -> Fault:  # fmt: skip
    """A result at fault."""
    files = assessed(results=rows, **more)
    return Fault(f"result-{name}", code, files, RESULTS, row, column, value, says)


RATIO = "甲: {score: {kind: yes_no}}"
STEPS = 'weights: {甲: "100"}, coefficient: '

ASSESSMENT = [
    rule("weights", "WEIGHTS_NOT_TOTAL", 'weights: {甲: "90"}', "考核", "90", "100",
         column="assessment.composites.考核.weights"),
    rule("unknown-indicator", "INDICATOR_UNKNOWN", 'weights: {申: "100"}', "申", "甲",
         column="assessment.composites.考核.weights.申"),
    rule("contract", "ASSESSMENT_INVALID", 'weights: {甲: "100"}', "考核",
         head="level: contract, period: month, ", column="assessment.composites.考核.level"),
    Fault("institution-posts", "ASSESSMENT_INVALID",
          assessed('weights: {甲: "100"}, subjects: {posts: [医]}'),
          YAML, 7, "assessment.composites.考核.subjects.posts", "posts", ("institution",),
          ("ID_UNKNOWN",)),
    Fault("county-subjects", "ASSESSMENT_INVALID",
          assessed('weights: {甲: "100"}, subjects: {groups: [甲类]}',
                   head="level: county, period: month, ", results="county,A,甲,,,80,,\n"),
          YAML, 7, "assessment.composites.考核.subjects.groups", "groups", ("county",),
          ("ID_UNKNOWN",)),
    rule("both", "ASSESSMENT_INVALID", 'weights: {甲: "100"}', "考核",
         indicators="甲: {}, 考核: {}"),
    rule("no-level", "KEY_MISSING", 'weights: {甲: "100"}', "level", head=""),
    rule("odd-level", "CHOICE_INVALID", 'weights: {甲: "100"}', "ward", head="level: ward, ",
         column="assessment.composites.考核.level"),
    rule("overlap", "FIGURE_OVERLAP", 'weights: [{weights: {甲: "100"}}, {weights: {甲: "100"}}]',
         "考核.weights", column="assessment.composites.考核.weights[2].weights"),
    rule("no-version", "FIGURE_MISSING",
         'weights: [{valid_from: 2026-01-01, weights: {甲: "100"}}]', "考核.weights", "2025-06-30"),
    rule("tiers-order", "TIERS_NOT_ASCENDING",
         f'{STEPS}{{kind: tiers, tiers: [{{from: "0", value: "1"}}, {{from: "0", value: "2"}}]}}',
         "考核", column="assessment.composites.考核.coefficient.tiers"),
    rule("tiers-from", "ASSESSMENT_INVALID",
         f'{STEPS}{{kind: tiers, tiers: [{{from: "60", value: "1"}}]}}', "考核",
         column="assessment.composites.考核.coefficient.tiers"),
    rule("one-point", "ASSESSMENT_INVALID",
         f'{STEPS}{{kind: linear, points: [{{score: "60", value: "1"}}]}}', "考核",
         column="assessment.composites.考核.coefficient.points"),
    rule("limits", "BOUNDS_CROSS",
         f'{STEPS}{{kind: share, limits: {{min: "1.2", max: "0.6"}}}}', "考核",
         column="assessment.composites.考核.coefficient.limits"),
    rule("other-kind", "ASSESSMENT_INVALID", f'{STEPS}{{kind: share, at: "60"}}', "at", "share",
         column="assessment.composites.考核.coefficient.at"),
    rule("threshold", "ASSESSMENT_INVALID",
         f'{STEPS}{{kind: threshold, at: "101", below: "0", above: "1"}}', "考核",
         column="assessment.composites.考核.coefficient.at"),
    Fault("assess-withhold", "NOT_SUPPORTED",
          assessed(more="coefficients:\n  考核: {applies_to: withhold}\n"), YAML, 9,
          "coefficients.考核", "level=institution kind=考核 applies_to=withhold"),
    rule("subjects", "ID_UNKNOWN", 'weights: {甲: "100"}, subjects: {ids: [I01, I02, I03]}', "I03",
         "ids", column="assessment.composites.考核.subjects"),
    Fault("growth-form", "ASSESSMENT_INVALID", assessed(growth="  growth: {first: [6, 4]}"),
          YAML, 4, "assessment.growth.first", "growth.first"),
    indicator("cross", "BOUNDS_CROSS", 'kind: linear, from: "0.8", to: "0.5"', "甲"),
    indicator("target-0", "ASSESSMENT_INVALID", 'kind: proportional, target: "0"', "甲"),
    Fault("indicator-tiers", "ASSESSMENT_INVALID",
          assessed(indicators='甲: {score: {kind: tiers, tiers: [{from: "0", points: "101"}]}}',
                   results=SCORED.replace(",,,80,", ",1,1,,").replace(",,,90,", ",1,1,,")),
          YAML, 5, "assessment.indicators.甲.score.tiers", "甲"),
    Fault("result-missing", "RESULT_MISSING", assessed(results="institution,I01,甲,,,80,,\n"),
          YAML, 7, "assessment.composites.考核", "I02", ("甲", "2025-06", "考核")),
    result("twice", "RESULT_TWICE", f"{SCORED}institution,I01,甲,,,80,,\n", "I01", "甲", row=4),
    result("subject", "ID_UNKNOWN", f"{SCORED}institution,I09,甲,,,80,,\n", "I09", row=4,
           column="subject_id"),
    result("indicator", "INDICATOR_UNKNOWN", f"{SCORED}institution,I01,乙,,,80,,\n", "乙", "甲",
           row=4, column="indicator"),
    result("level", "CHOICE_INVALID", f"ward,I01,甲,,,80,,\n{SCORED}", "ward", column="level"),
    result("number", "NUMBER_INVALID", SCORED.replace("80", "8O"), "8O", column="score"),
    result("flag", "FLAG_INVALID", SCORED.replace(",80,,", ",80,yes,"), "yes", column="exempt"),
    result("period", "PERIOD_INVALID", SCORED.replace("80,,", "80,,2025-13"), "2025-13",
           column="period"),
    result("length", "RESULT_PERIOD", f"{SCORED}institution,I01,甲,,,80,,2025\n", "2025", "month",
           row=4, column="period"),
    result("forms", "RESULT_FORM", SCORED.replace(",,,80,", ",1,,80,"), "甲"),
    result("none", "RESULT_FORM", SCORED.replace("80", ""), "甲"),
    result("ratio", "RESULT_FORM", SCORED.replace(",,,80,", ",1,2,,"), "甲"),
    result("score", "RESULT_FORM", SCORED.replace(",,,90,", ",1,1,,"), "甲", indicators=RATIO),
    result("yes-no", "RESULT_FORM", "institution,I01,甲,1,2,,,\ninstitution,I02,甲,1,1,,,\n", "甲",
           indicators=RATIO),
    result("whole", "RESULT_FORM", f"institution,I01,考核,1,2,,,\n{SCORED}", "考核"),
    result("above", "RESULT_ABOVE_FULL", SCORED.replace("80", "100.5"), "100.5", "100", "甲",
           column="score"),
    result("nothing", "RESULT_NONE_APPLICABLE",
           "institution,I01,甲,0,0,,,\ninstitution,I02,甲,1,1,,,\n", "I01", "考核",
           indicators=RATIO),
    result("outside", "RESULT_OUTSIDE", SCORED, "I02", "甲", row=3, column="subject_id",
           composite='weights: {甲: "100"}, subjects: {ids: [I01]}'),
    Fault("result-counties", "RESULT_SEVERAL_COUNTIES",
          assessed(head="level: county, period: month, ",
                   results="county,A,甲,,,80,,\ncounty,B,甲,,,90,,\n"),
          YAML, 7, "assessment.composites.考核", "考核", ("A, B",)),
    result("limit", "COEFFICIENT_OUTSIDE", SCORED, "I01", "0.8000", "0.9", "考核",
           composite=f'{STEPS}{{kind: share, limits: {{min: "0.9"}}}}'),
    Fault("assess-given", "COMPOSITE_GIVEN",
          assessed() | {"coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
                                            "institution,I01,考核,0.9,2025-01-01\n"},
          "coefficients.csv", 2, "", "考核", (), ("COEFFICIENT_OVERLAP",)),
]  # fmt: skip

ASSESSMENT_WARNINGS = [
    rule("unused", "COMPOSITE_UNUSED", 'weights: {甲: "100"}', "考核", more=""),
    Fault("growth", "INDICATOR_GROWTH", assessed(growth="  growth: {first: [4, 6]}"), YAML, 7,
          "assessment.composites.考核", "考核", ("4", "6", "2025")),
    rule("cliff", "ASSESSMENT_CLIFF",
         f'{STEPS}{{kind: threshold, at: "85", below: "0.5", above: "1"}}', "考核",
         "85 (0.5000 → 1.0000)", column="assessment.composites.考核.coefficient"),
    result("unused", "RESULT_UNUSED", f"{SCORED}institution,I01,甲,,,80,,2025-05\n", "甲",
           "2025-05", row=4),
]  # fmt: skip

DEPARTMENTS: dict[str, Content] = {
    "staff.csv": "person_id,institution_id,department_id\nP01,I01,D1\nP02,I01,D2\nP03,I02,D3\n",
}
GIVEN = "scope,subject_id,kind,value,valid_from,valid_to\n"
LEVELS = "period: 2025-06\nsharing: {绩效: {levels: [{to: department}, {to: person}]}}\n"

ASSESSED_MONEY = [
    Fault("department-idle", "DEPARTMENT_COEFFICIENT_IDLE",
          DEPARTMENTS | {"coefficients.csv": f"{GIVEN}department,D1,团队,0.9,2025-01-01,\n"},
          "coefficients.csv", 2, "", "绩效", ("团队",)),
    Fault("department-varies", "DEPARTMENT_COEFFICIENT_VARIES",
          DEPARTMENTS | {YAML: LEVELS, "coefficients.csv":
                         f"{GIVEN}department,D1,团队,0.9,2025-01-01,2025-06-15\n"
                         "department,D1,团队,0.8,2025-06-15,\n"},
          "coefficients.csv", 3, "", "D1", ("0.8000, 0.9000",)),
]  # fmt: skip
