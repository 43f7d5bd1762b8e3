"""Reasons about cost studies: their files, observations and what they cannot tell."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STUDY_REASONS"]

STUDY_REASONS: Final = (
    Reason(
        "STUDY_NO_SOURCE",
        "error",
        "rules",
        "测算文件“{value}”没有写成本和当量从哪里来。请写 table（成本和当量的表）；"
        "或写 result（核算结果）或 case（资料），再加 accounts（收支账）和 channels（渠道对照）。",
        "The study file '{value}' does not say where costs and equivalents come from. Name a table "
        "of them (table); or a result or a case (result, case), with accounts and channels.",
    ),
    Reason(
        "STUDY_FILE_MISSING",
        "error",
        "file",
        "测算文件的“{key}”所指的“{value}”不存在。路径从测算文件所在的文件夹算起，请更正。",
        "There is no '{value}', which '{key}' of the study names. Paths start at the folder of "
        "the study file; correct it.",
    ),
    Reason(
        "STUDY_NOT_A_RESULT",
        "error",
        "file",
        "“{value}”不是完整的核算结果，或核算后被改动过（{detail}）。请用 equivalents settle 重"
        "新核算。",
        "'{value}' is no whole result of a settlement, or was changed since ({detail}). Settle "
        "again with `equivalents settle`.",
    ),
    Reason(
        "STUDY_CASE_REJECTED",
        "error",
        "file",
        "资料“{value}”有 {count} 条记录被退回，当量不全。请先用 equivalents check 更正；若可以"
        "缺少，请隔离核算后用 result 指定结果。",
        "The case '{value}' has rejected records, {count} of them, so that equivalents are "
        "missing. Correct them (`equivalents check`); or settle with quarantine and name the "
        "`result`.",
    ),
    Reason(
        "STUDY_ROW_TWICE",
        "error",
        "table",
        "“{value}”写了两行（另见 {other}）。请只留一行，或先合计。",
        "'{value}' has two rows (see {other}). Keep one, or add them up first.",
    ),
    Reason(
        "STUDY_EXPERT_TWICE",
        "error",
        "table",
        "同一轮中，专家对“{value}”给了两次值（另见 {other}）。每位专家每轮每项只留一个。",
        "In one round an expert gave '{value}' twice (see {other}). Keep one number for each "
        "expert, round and item.",
    ),
    Reason(
        "STUDY_ITEM_DIFFERS",
        "error",
        "table",
        "项目“{value}”各行的技术难度或风险程度不一致（另见 {other}）。同一项目只能有一个值，请"
        "更正。",
        "The rows of the item '{value}' have other difficulty or risk (see {other}). An item "
        "has one of each; correct them.",
    ),
    Reason(
        "STUDY_TIME_FORM",
        "error",
        "table",
        "项目“{value}”的耗时须在“分钟”“小时”两列中恰填一列。",
        "The time of the item '{value}' stands in exactly one of the columns minutes and hours.",
    ),
    Reason(
        "STUDY_CATEGORY_UNKNOWN",
        "error",
        "table",
        "人员类别“{value}”没有人力系数{near}。请在系数表中补上，或在本行填写“人力系数”。",
        "The staff category '{value}' has no manpower coefficient{near}. Add it to the table "
        "of categories, or fill in the coefficient of the row.",
    ),
    Reason(
        "STUDY_STANDARD_MISSING",
        "error",
        "rules",
        "基准项目“{value}”不在测算数据中{near}。基准项目的当量值为 1，须有数据；请更正 "
        "standard 或补数据。",
        "The standard item '{value}' is not in the data of the study{near}. It is the item "
        "that is 1 and needs data: correct `standard`, or add them.",
    ),
    Reason(
        "STUDY_STANDARD_ZERO",
        "error",
        "rules",
        "基准项目“{value}”测得的值为 0，其他项目无从与它相比。请核对它的耗时、人力系数或专家值。",
        "The standard item '{value}' comes to 0, and nothing can be compared with it. Check "
        "its time, coefficient or the experts' numbers.",
    ),
    Reason(
        "STUDY_ITEM_UNKNOWN",
        "error",
        "rules",
        "项目“{value}”不在现行当量表中{near}。请更正编码；若为新增项目，请先在现行表中列出，或"
        "去掉 items。",
        "The item '{value}' is not in the weight table in force{near}. Correct its code; for a "
        "new item, add it to that table first or leave out `items`.",
    ),
    Reason(
        "STUDY_ITEM_CONDITIONS",
        "warning",
        "rules",
        "项目“{value}”在现行表中按条件分列当量值，测算只得一个值，因此不写入拟调整表。请分条件"
        "另行测算。",
        "The item '{value}' has weights by condition in the table in force, and the study "
        "gives one. It was left out of the proposal; study its conditions apart.",
    ),
    Reason(
        "STUDY_BOUNDS",
        "error",
        "rules",
        "“{value}”的界限交叉或未递增：{lower} 须小于 {upper}。请更正。",
        "The bounds of '{value}' cross or do not ascend: {lower} must be below {upper}. "
        "Correct them.",
    ),
    Reason(
        "STUDY_BELOW_SMALLEST",
        "error",
        "rules",
        "项目“{value}”的技术难度 × 风险程度为 {product}，低于声明的最小值 {smallest}。请更正两"
        "个分值，或更正 smallest。",
        "Difficulty x risk of the item '{value}' is {product}, below the declared smallest, "
        "{smallest}. Correct its numbers, or `smallest`.",
    ),
    Reason(
        "STUDY_FEW",
        "error",
        "rules",
        "“{value}”的观察不足：有 {found} 个，至少要 {needed} 个。请补充观察，或不测算它。",
        "Too few observations of '{value}': {found}, and at least {needed} are needed. Observe "
        "more, or leave it out.",
    ),
    Reason(
        "STUDY_NO_MINUTES",
        "error",
        "rules",
        "“{value}”有项目数量而没有工作分钟数。请补上该人员该月的分钟数，或去掉其数量。",
        "'{value}' has counts of items and no minutes worked. Add the minutes of that month, "
        "or take out its counts.",
    ),
    Reason(
        "STUDY_NO_COUNTS",
        "warning",
        "rules",
        "“{value}”有工作分钟数而没有任何项目数量，不参加测算。",
        "'{value}' has minutes worked and no counts of items; it was left out of the study.",
    ),
    Reason(
        "STUDY_COLLINEAR",
        "warning",
        "rules",
        "这些项目的数量总是同增同减，无法分开测算：{value}。它们不写入拟调整表。请增加数量不同"
        "的人员或月份，或合并项目。",
        "The counts of these items always move together, so that they cannot be told apart: "
        "{value}. They were left out of the proposal. Observe people or months that differ, or "
        "merge them.",
    ),
    Reason(
        "STUDY_STANDARD_COLLINEAR",
        "error",
        "rules",
        "基准项目“{value}”的数量与其他项目总是同增同减（{others}），无法作为 1。请增加数量不同"
        "的人员或月份，或声明 standard_minutes。",
        "The counts of the standard item '{value}' always move with others ({others}), so that "
        "it cannot be the 1. Observe people or months that differ, or declare "
        "`standard_minutes`.",
    ),
    Reason(
        "STUDY_AT_BOUND",
        "warning",
        "rules",
        "项目“{value}”的当量值停在声明的界限上（{bound}）：数据指向界限之外。请核对观察或界限。",
        "The weight of the item '{value}' stands at a declared bound ({bound}): the data point "
        "beyond it. Check the observations, or the bound.",
    ),
    Reason(
        "STUDY_NOT_SOLVED",
        "error",
        "rules",
        "最小二乘没有得到结果：{detail}。请核对分钟数与数量，或声明 standard_minutes。",
        "Least squares came to no result: {detail}. Check minutes and counts, or declare "
        "`standard_minutes`.",
    ),
    Reason(
        "STUDY_ANOTHER_ROUND",
        "warning",
        "rules",
        "项目“{value}”意见尚未一致，须再征询一轮：{why}。",
        "The experts do not agree on the item '{value}' yet; ask another round: {why}.",
    ),
    Reason(
        "STUDY_WEIGHT_LIMIT",
        "error",
        "rules",
        "项目“{value}”测得的当量值 {weight} 超出当量值的范围。请核对数据或基准项目。",
        "The item '{value}' comes to {weight}, beyond what a weight may be. Check the data, or "
        "the standard item.",
    ),
    Reason(
        "STUDY_UNMAPPED",
        "error",
        "rules",
        "“{value}”没有归入任何渠道{near}。请在渠道对照表中补上；不计的科目，渠道写 none。",
        "'{value}' is laid on no channel{near}. Add it to the table of channels; of a line "
        "that does not count the channel is `none`.",
    ),
    Reason(
        "STUDY_SHARES",
        "error",
        "rules",
        "“{value}”分到各渠道的比例合计为 {total}，须恰为 1。请更正。",
        "The shares of '{value}' add up to {total} and must be exactly 1. Correct them.",
    ),
    Reason(
        "STUDY_STRANDED",
        "error",
        "rules",
        "“{value}”的公共成本 {amount} 元要按当量分摊，但该机构没有当量。请更正对照表或数据。",
        "'{value}' has {amount} yuan of common costs to spread by equivalents, and the "
        "institution has none. Correct the table of channels, or the data.",
    ),
    Reason(
        "STUDY_NO_EQUIVALENTS",
        "warning",
        "rules",
        "“{value}”有成本而没有当量，算不出当量成本。",
        "'{value}' has costs and no equivalents, so that it has no cost per equivalent.",
    ),
)
