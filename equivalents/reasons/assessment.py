"""Reasons about assessment 考核: indicators, composites, results and their coefficients."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["ASSESSMENT_REASONS"]

ASSESSMENT_REASONS: Final = (
    Reason(
        "ASSESSMENT_INVALID",
        "error",
        "rules",
        "考核“{value}”的写法不对：{detail}。请改正。",
        "'{value}' of the assessment is not written as it should be: {detail}. Correct it.",
    ),
    Reason(
        "BOUNDS_CROSS",
        "error",
        "rules",
        "考核“{value}”的上下界颠倒：{detail}。请改正。",
        "The bounds of '{value}' cross: {detail}. Correct them.",
    ),
    Reason(
        "TIERS_NOT_ASCENDING",
        "error",
        "rules",
        "考核“{value}”的分档{detail}。请按起点从小到大写，不要重复。",
        "The tiers of '{value}' {detail}. Write them by their start, each once.",
    ),
    Reason(
        "INDICATOR_UNKNOWN",
        "error",
        "rules",
        "没有考核指标“{value}”{near}。可用：{allowed}。请在 assessment.indicators "
        "中声明或改正名称。",
        "There is no indicator '{value}'{near}. Known are: {allowed}. Declare it in "
        "assessment.indicators or correct the name.",
    ),
    Reason(
        "WEIGHTS_NOT_TOTAL",
        "error",
        "rules",
        "综合考核“{value}”的权重合计 {found}，应为 {total}。请改正权重或 total。",
        "The weights of '{value}' add up to {found} and should to {total}. Correct the weights or "
        "total.",
    ),
    Reason(
        "COMPOSITE_GIVEN",
        "error",
        "rules",
        "系数表中的系数类别“{value}”是综合考核的名称，系数由考核结果算出。请删去此行，"
        "或换一个类别名称。",
        "The kind '{value}' of this coefficient is a composite, whose coefficients come from the "
        "results. Delete the row, or give the kind another name.",
    ),
    Reason(
        "COMPOSITE_UNUSED",
        "warning",
        "rules",
        "综合考核“{value}”没有作用到任何资金、绩效池或个人。请在 coefficients 中声明它的作用，"
        "或在资金、构成项、总量封顶中写上它的名称。",
        "Nothing uses the composite '{value}': no fund, pool or person. Declare under coefficients "
        "what it applies to, or name it in a fund, a component or the pay cap.",
    ),
    Reason(
        "INDICATOR_GROWTH",
        "warning",
        "rules",
        "综合考核“{value}”{year} 年{what}有 {found} 个，声明为 {least} 至 {most} 个。请核对。",
        "'{value}' has {found} {what} for {year}; {least} to {most} are declared. Check it.",
    ),
    Reason(
        "ASSESSMENT_CLIFF",
        "warning",
        "rules",
        "综合考核“{value}”的系数有断崖：{steps}。差一分就差一档；{below} 个考核结果上面还有一档。"
        "请确认这是文件的本意，或改用 linear。",
        "The coefficient of '{value}' has cliffs: {steps}. A point less is a step less; {below} "
        "results have a step above them. Make sure that the document wants it, or use linear.",
    ),
    Reason(
        "RESULT_MISSING",
        "error",
        "rules",
        "综合考核“{composite}”缺考核结果：{level}“{value}”的指标“{indicator}”，期间 {period}。请在 "
        "assessments 表中补上；不参加考核的写 exempt（免考）。",
        "'{composite}' lacks a result: the indicator '{indicator}' of the {level} '{value}' in "
        "{period}. Add it to the table assessments; who is not assessed is marked exempt.",
    ),
    Reason(
        "RESULT_TWICE",
        "error",
        "rules",
        "“{value}”的指标“{indicator}”在 {period} 有两条考核结果（另见 {other}）。请保留一条。",
        "There are two results of '{indicator}' for '{value}' in {period} (see {other}). Keep one.",
    ),
    Reason(
        "RESULT_FORM",
        "error",
        "rules",
        "指标“{value}”的考核结果填写方式不对：{detail}。",
        "The result of '{value}' has not the form that it should have: {detail}.",
    ),
    Reason(
        "RESULT_ABOVE_FULL",
        "error",
        "rules",
        "“{indicator}”的得分 {value} 高于满分 {full}。请核对。",
        "The score {value} of '{indicator}' is above the full {full}. Check it.",
    ),
    Reason(
        "RESULT_PERIOD",
        "error",
        "rules",
        "指标“{indicator}”的考核期间“{value}”长短不符：综合考核以 {allowed} 为期。"
        "请填写那样的期间。",
        "The period '{value}' of a result of '{indicator}' has not the length of its composite: "
        "{allowed}. Write such a period.",
    ),
    Reason(
        "RESULT_SEVERAL_COUNTIES",
        "error",
        "rules",
        "综合考核“{value}”在 {period} 有几个县（区）的考核结果：{subjects}。一个案例只能有一个。",
        "'{value}' has results of several counties in {period}: {subjects}. A case has one.",
    ),
    Reason(
        "RESULT_OUTSIDE",
        "error",
        "rules",
        "“{value}”不在用到指标“{indicator}”的综合考核的对象（subjects）之内，不应有考核结果。"
        "请删去此行，或"
        "更正 subjects。",
        "'{value}' is none of the subjects of a composite with the indicator '{indicator}' and "
        "should have no result. Delete the row, or correct subjects.",
    ),
    Reason(
        "RESULT_UNUSED",
        "warning",
        "rules",
        "{period} 的 {rows} 条 {level} 考核结果（指标“{value}”）没有用上："
        "该层级当时没有综合考核含此指标，"
        "本期不需要该期间的结果，或综合考核的总分已直接给出。",
        "{rows} results of '{value}' ({level}, {period}) are not used: no composite of the level "
        "has the indicator then, the case needs no result of that period, or the composite's own "
        "score is given.",
    ),
    Reason(
        "RESULT_NONE_APPLICABLE",
        "error",
        "rules",
        "“{value}”在 {period} 的综合考核“{composite}”各指标分母都是 0，没有可算的指标。请核对，"
        "或写 "
        "exempt（免考）。",
        "No indicator of '{composite}' applies to '{value}' in {period}: every denominator is 0. "
        "Check the results, or mark it exempt.",
    ),
    Reason(
        "COEFFICIENT_OUTSIDE",
        "error",
        "rules",
        "“{value}”在 {period} 的综合考核“{composite}”系数为 {found}，超出声明的 {least} 至 "
        "{most}。请核对"
        "考核结果和系数换算。",
        "The coefficient {found} of '{value}' by '{composite}' in {period} is outside {least} to "
        "{most}. Check the results and the way from score to coefficient.",
    ),
    Reason(
        "DEPARTMENT_COEFFICIENT_IDLE",
        "error",
        "money",
        "绩效池“{value}”不分到科室，科室系数“{kind}”对它不起作用。请在 sharing "
        "中给该池加科室一级，或在 "
        "coefficients 的 pools 中只写分到科室的绩效池。",
        "The pool '{value}' has no level of departments, so that their coefficient '{kind}' would "
        "do nothing. Give it that level under sharing, or name other pools under coefficients.",
    ),
    Reason(
        "DEPARTMENT_COEFFICIENT_VARIES",
        "error",
        "money",
        "科室 {value} 的系数在期间内有变化（{found}），无法只乘一次。请缩短期间，或综合考核用 "
        "combine: mean。",
        "The coefficient of the department {value} changes within the period ({found}) and can "
        "multiply its key only once. Settle shorter periods, or combine: mean for a composite.",
    ),
)
