"""Reasons about what is paid after a period was closed: corrections and the year's end."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["CORRECTION_REASONS"]

CORRECTION_REASONS: Final = (
    Reason(
        "CORRECT_FUND_UNKNOWN",
        "error",
        "rules",
        "corrections 的 fund 写的资金“{value}”不在分配方案的 funds 中{near}。可用：{allowed}。"
        "不写则由当期同名绩效池支付。",
        "The fund '{value}' of corrections is no fund of the scheme{near}. There are: {allowed}. "
        "Without it the open period's pool of that name pays.",
    ),
    Reason(
        "CLOSED_NOT_REPRODUCED",
        "error",
        "file",
        "结果“{value}”完整，但由它保存的计数重新核算，得到的 payouts.csv 不同，"
        "不能作为更正的依据。请用得出该结果的程序版本。",
        "The result '{value}' is intact, but settling its kept counts again gives another "
        "payouts.csv, so nothing can be corrected against it. Use the program that made it.",
    ),
    Reason(
        "CORRECT_OTHER_CASE",
        "error",
        "command",
        "结果“{value}”不是这份资料的：{what}不同，结果为“{closed}”，资料为“{now}”。"
        "请给出同一县、同一期间的资料与结果。",
        "The result '{value}' is not one of this case: the {what} differs, '{closed}' in the "
        "result and '{now}' in the case. Name the case and the result of one county and period.",
    ),
    Reason(
        "CORRECT_OUT_IS_INPUT",
        "error",
        "command",
        "结果文件夹“{value}”是本次要读的结果。已结账的结果不得改动，请另写一个文件夹。",
        "The folder '{value}' for the result is one that is read. What is closed never changes: "
        "name another folder.",
    ),
    Reason(
        "CORRECT_NOT_ADJUSTMENTS",
        "error",
        "file",
        "“{value}”不是 equivalents correct 写出的更正结果。请给出更正结果的文件夹。",
        "'{value}' is not a result of equivalents correct. Name the folder of a correction.",
    ),
    Reason(
        "CORRECT_OTHER_RUN",
        "error",
        "command",
        "更正结果“{value}”更正的是另一个结果（清单 {found}），不是{expected}。请去掉它。",
        "The correction '{value}' is one of another result (manifest {found}), not of {expected}. "
        "Leave it out.",
    ),
    Reason(
        "CORRECT_CHAIN",
        "error",
        "command",
        "更正结果“{value}”是在另外 {before} 个更正之后做的，与给出的不符。"
        "请把同一结果的更正全部给出，每个一次，correct 还须先早后晚。",
        "The correction '{value}' was made after {before} others, which are not those given. "
        "Give all corrections of the result, each once, and for correct the earliest first.",
    ),
    Reason(
        "CORRECT_MODE_CHANGED",
        "error",
        "command",
        "更正结果“{value}”已全部重分（reshare），之后不能再按原价（at_price）更正，"
        "否则会把重分的差额退回去。请仍用 reshare。",
        "The correction '{value}' has shared everything again (reshare); at_price after it would "
        "undo that. Declare reshare again.",
    ),
    Reason(
        "CORRECT_NO_PRICE",
        "error",
        "money",
        "人员“{value}”在绩效池 {pool} 的依据变了，而“{parent}”结账时没有大于 0 的依据，"
        "没有原价可用。请用 reshare，或另行发放。",
        "The key of '{value}' in the pool {pool} changed, but under '{parent}' nobody had a key "
        "above 0 when it was closed, so there is no price. Use reshare, or pay it otherwise.",
    ),
    Reason(
        "CORRECT_NEEDS_RESHARE",
        "error",
        "money",
        "机构 {institution} 的绩效池“{value}”不能按原价更正：{why}。"
        "请改回，或在 corrections 下写 mode: reshare。",
        "The pool '{value}' of {institution} cannot be corrected at the locked price: {why}. Put "
        "it back, or declare mode: reshare under corrections.",
    ),
    Reason(
        "CORRECT_POOL_AMOUNT",
        "warning",
        "money",
        "机构 {institution} 的绩效池“{value}”结账时为 {closed} 元，现在为 {now} 元；"
        "按原价更正不分这个差额。要分请用 reshare。",
        "The pool '{value}' of {institution} was {closed} yuan when it was closed and is {now} "
        "now; a correction at the locked price does not pay the difference. reshare does.",
    ),
    Reason(
        "CORRECT_DEFICIT",
        "warning",
        "money",
        "机构 {institution} 的人员“{value}”在绩效池 {pool} 低于 0 的依据，结账时为 {closed}，"
        "现在为 {now}。低于 0 的按 0 计，更正不付；请改正其带入下期（opening）的依据。",
        "What is below 0 in the key of '{value}' in the pool {pool} of {institution} was {closed} "
        "when it was closed and is {now} now. It counts as 0, so nothing is paid for it: correct "
        "the key that opens the next period.",
    ),
    Reason(
        "YEAR_END_PERIOD",
        "error",
        "command",
        "年终清算要整年的资料，case.yaml 的 period 是“{value}”。请写年份，如 2025。",
        "The year's end wants the case of a whole year; the period in case.yaml is '{value}'. "
        "Write a year, like 2025.",
    ),
    Reason(
        "YEAR_END_MISSING",
        "error",
        "command",
        "年终清算缺少这些月的结果：{value}。请用 --paid 给出当年各期的结果。",
        "The results of these months are missing: {value}. Give the results of all periods of the "
        "year with --paid.",
    ),
    Reason(
        "YEAR_END_TWICE",
        "error",
        "command",
        "结果“{value}”（{period}）与另一个结果（{other}）的月份重复。每个月只能给一次。",
        "The result '{value}' ({period}) has months that another one ({other}) has too. Give every "
        "month once.",
    ),
    Reason(
        "YEAR_END_OUTSIDE",
        "error",
        "command",
        "结果“{value}”的期间 {period} 不在清算的年份 {year} 内。请去掉它。",
        "The period {period} of the result '{value}' is not within the year {year}. Leave it out.",
    ),
    Reason(
        "YEAR_END_POOL",
        "error",
        "money",
        "各月付过“{value}”（机构 {institution}），全年资料中却没有，清算会把它全部扣回。"
        "请在全年资料中补上。",
        "The months paid '{value}' (institution {institution}), which the case of the year does "
        "not have; all of it would be taken back. Add it to the case of the year.",
    ),
    Reason(
        "YEAR_END_ADJUSTMENTS",
        "warning",
        "money",
        "机构 {institution} 的人员“{value}”：各月付出的补发扣回为 {paid} 元，"
        "给出的更正结果为 {given} 元。给出的按已付计；未付的须另行支付，"
        "漏给的请用 --adjusted 补上。",
        "'{value}' at {institution} was paid {paid} yuan of adjustments in the months; those given "
        "come to {given}. What is given counts as paid: what was not must be paid by itself, what "
        "is missing must be given with --adjusted.",
    ),
)
