"""Reasons about kept results and proposals: explain and compare."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["RESULT_REASONS"]

RESULT_REASONS: Final = (
    Reason(
        "OUT_MISSING",
        "error",
        "file",
        "“{value}”不是完整的核算结果（没有这个文件夹，或其中缺少清单、计数表）。请核对文件夹；"
        "缺少的，请用 settle 重新核算，不要加 --payouts-only。",
        "'{value}' is not a complete result (there is no such folder, or it lacks the manifest or "
        "the tally). Check the folder; if something is missing, settle again, without "
        "--payouts-only.",
    ),
    Reason(
        "OUT_CHANGED",
        "error",
        "file",
        "结果文件“{value}”与核算清单的校验值不符，已被改动或损坏。请重新核算，或取回原件。",
        "The result file '{value}' does not match its hash in the manifest: it was changed or "
        "damaged. Settle again, or fetch the original.",
    ),
    Reason(
        "OUT_METHOD",
        "error",
        "file",
        "结果由计算方法“{value}”得出，与本程序不同。请用原版本的程序，或重新核算。",
        "The result was made by the method '{value}', not by that of this program. Use the "
        "program of that time, or settle again.",
    ),
    Reason(
        "PERSON_NOT_FOUND",
        "error",
        "command",
        "人员“{value}”{where}没有任职{near}。请核对编号。",
        "'{value}' has no posting {where}{near}. Check the id.",
    ),
    Reason(
        "POOL_NOT_FOUND",
        "error",
        "command",
        "机构 {institution} 没有绩效池“{value}”{near}。请核对 pools.csv。",
        "There is no pool '{value}' at {institution}{near}. See pools.csv.",
    ),
    Reason(
        "EXPLAIN_OTHER_CASE",
        "error",
        "command",
        "资料文件“{value}”与该结果所用的不同，不能与该结果一起使用。请给出核算时的资料。",
        "The file '{value}' is not the one that this result was made from, so the case cannot be "
        "used with it. Name the case that was settled.",
    ),
    Reason(
        "PROPOSAL_NOT_FOUND",
        "error",
        "command",
        "找不到拟调整的当量表“{value}”。请给出文件，或随附的表名。",
        "There is no proposed table '{value}'. Name a file, or a shipped table.",
    ),
    Reason(
        "PROPOSAL_MISSES",
        "error",
        "rules",
        "拟调整方案缺少已计入的项目“{value}”{near}。请补上；若只列变动项目，请用 --partial。",
        "The proposal leaves out the item '{value}', which was counted{near}. Add it, or use "
        "--partial if it lists changed items only.",
    ),
    Reason(
        "PROPOSAL_ADDS",
        "warning",
        "rules",
        "拟调整方案中的项目“{value}”在现行当量表和记录中都没有{near}，本期不产生当量。",
        "The proposed item '{value}' is in no table and no record of this case{near}; it earns "
        "nothing in this period.",
    ),
    Reason(
        "PROPOSAL_VERSIONS",
        "error",
        "rules",
        "项目“{value}”在拟调整方案中有多个生效日期（另见{other}），无法同时视为一直有效。"
        "请只留一行，或用 --own-dates。",
        "The proposal has several dated rows of the item '{value}' (see also {other}), which "
        "cannot all be in force on each date. Keep one, or use --own-dates.",
    ),
    Reason(
        "PROPOSAL_UNWEIGHED",
        "warning",
        "rules",
        "项目“{value}”现在计入的 {count} 条记录，按拟调整方案没有当量值（{reason}）。"
        "请补上其条件或日期。",
        "Records of the item '{value}' that count now and have no weight as proposed ({reason}): "
        "{count}. Add the condition or the date.",
    ),
    Reason(
        "PROPOSAL_LEAVES",
        "error",
        "rules",
        "拟调整的系数缺少现行的“{value}”。请补上（取消的填 1）；若只列变动的系数，请用 --partial。",
        "The proposed coefficients leave out '{value}', which is in force. Add it (1 abolishes "
        "it), or use --partial if they list changed ones only.",
    ),
    Reason(
        "PROPOSAL_NEW_KIND",
        "warning",
        "rules",
        "本期没有类别为“{value}”的系数；该类别是新增的，或是笔误。",
        "No coefficient of the kind '{value}' is in force; it is new, or misspelt.",
    ),
    Reason(
        "PROPOSAL_DATED",
        "error",
        "rules",
        "系数“{value}”在拟调整方案中有多个生效日期（另见{other}），无法同时视为一直有效。"
        "请只留一行，或用 --own-dates。",
        "The proposal has several dated rows of the coefficient '{value}' (see also {other}), "
        "which cannot all be in force on each date. Keep one, or use --own-dates.",
    ),
    Reason(
        "PROPOSAL_UNPAYABLE",
        "error",
        "money",
        "按现行规则可以分配，按拟调整方案却不能：以下为方案下的问题。请修改方案，或在方案中声明处理方式。",
        "The pools can be paid under the rules in force but not as proposed; what follows is wrong "
        "under the proposal only. Change the proposal, or declare what is to be done.",
    ),
    Reason(
        "COMPARE_NEEDS_RECORDS",
        "error",
        "command",
        "拟调整方案改变了一些项目的计数口径，或在计数的时段内换值（{items}），须重新计数。"
        "请用 --case 给出核算时的资料，或对资料文件夹运行 compare。",
        "The proposal changes how some items are counted, or changes within what was counted as "
        "one ({items}), so their records must be counted again. Add --case with the case that was "
        "settled, or run compare on the case.",
    ),
)
