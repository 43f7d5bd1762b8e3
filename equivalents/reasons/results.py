"""Reasons about kept results and proposals: explain and compare."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["RESULT_REASONS"]

RESULT_REASONS: Final = (
    Reason(
        "OUT_MISSING",
        "error",
        "file",
        "“{value}”不是完整的核算结果（缺少计数表或清单）。"
        "请用 settle 重新核算，不要加 --payouts-only。",
        "'{value}' is not a complete result (the tally or the manifest is missing). Settle again, "
        "without --payouts-only.",
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
        "人员“{value}”在机构 {institution} 没有任职（* 为任何机构）。请核对编号。",
        "'{value}' has no posting at {institution} (*: anywhere). Check the id.",
    ),
    Reason(
        "POOL_NOT_FOUND",
        "error",
        "command",
        "机构 {institution} 没有绩效池“{value}”。请核对 pools.csv。",
        "There is no pool '{value}' at {institution}. See pools.csv.",
    ),
    Reason(
        "EXPLAIN_OTHER_CASE",
        "error",
        "command",
        "资料文件“{value}”与该结果所用的不同，不能用来列出记录。请给出核算时的资料。",
        "The file '{value}' is not the one that this result was made from, so its records cannot "
        "be listed. Name the case that was settled.",
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
        "拟调整方案缺少已计入的项目“{value}”。请补上；若只列变动项目，请用 --partial。",
        "The proposal leaves out the item '{value}', which was counted. Add it, or use --partial "
        "if it lists changed items only.",
    ),
    Reason(
        "PROPOSAL_ADDS",
        "warning",
        "rules",
        "拟调整方案中的项目“{value}”在现行当量表和记录中都没有，本期不产生当量。",
        "The proposed item '{value}' is in no table and no record of this case; it earns nothing "
        "in this period.",
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
        "COMPARE_NEEDS_RECORDS",
        "error",
        "command",
        "“{value}”改变了计数口径或在月中换版（{items}），须重新计数。"
        "请对资料文件夹而不是结果运行 compare。",
        "'{value}' changes how items are counted, or begins in mid-month ({items}), so records "
        "must be counted again. Run compare on the case instead of the result.",
    ),
)
