"""Reasons about funds: what a scheme or the facts of a period lack, and budgets exceeded."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["FUND_REASONS"]

FUND_REASONS: Final = (
    Reason(
        "FUND_FORECAST",
        "error",
        "money",
        "资金“{value}”无法预测机构 {institution} 的任务：{detail}。"
        "请补上往年数量，或填写核定数量。",
        "The fund '{value}' cannot foretell the tasks of {institution}: {detail}. Add the years "
        "to the table of tasks, or an approved quantity.",
    ),
    Reason(
        "FUND_FIGURE_MISSING",
        "error",
        "money",
        "资金“{value}”的 {figure} 在 {day} 没有生效的数值。请在分配方案中补上该日的数值及依据。",
        "The fund '{value}' has no {figure} in force on {day}. "
        "Add the figure of that day to the scheme, with its reference.",
    ),
    Reason(
        "FUND_MID_MONTH",
        "error",
        "money",
        "资金“{value}”的 {figure} 在月中（{day}）变化，而服务量按月汇总。请改为自每月 1 日起变化。",
        "The {figure} of the fund '{value}' changes on {day}, within a month, but work is added up "
        "by month. Let it change on the first day of a month.",
    ),
    Reason(
        "FUND_PRICE_MISSING",
        "error",
        "money",
        "资金“{value}”没有适用于机构 {institution}（分组“{group}”）的当量单价。"
        "请补上该分组的单价。",
        "The fund '{value}' has no price per equivalent for {institution} (group '{group}'). "
        "Add a price for its group.",
    ),
    Reason(
        "FUND_COEFFICIENT_MISSING",
        "error",
        "money",
        "资金“{value}”要求的系数 {kind}，机构 {institution} 在期末日没有。"
        "请在系数表中补上；没有调整的请写 1。",
        "The fund '{value}' asks for the coefficient {kind}, which {institution} does not have on "
        "the last day of the period. Add it to the coefficients; where nothing is adjusted, "
        "write 1.",
    ),
    Reason(
        "FUND_OVER_BUDGET",
        "error",
        "money",
        "资金“{value}”各机构应得合计 {total} 元，超出 {day} 的预算 {budget} 元。"
        "请调整预算或单价，或声明 over_budget: scale。",
        "The fund '{value}' owes {total} yuan in all, above its budget of {budget} yuan on {day}. "
        "Change the budget or the prices, or declare over_budget: scale.",
    ),
    Reason(
        "FUND_NO_KEY",
        "error",
        "money",
        "资金“{value}”在 {day} 有预算，但没有任何机构有正的当量，无法按浮动单价分配。"
        "请检查服务记录、购买渠道与适用机构。",
        "The fund '{value}' has a budget on {day}, but no institution has positive equivalents, so "
        "there is no floating price. Check the records, the channel and the scope.",
    ),
    Reason(
        "FUND_PAYERS_CHANGE",
        "error",
        "money",
        "资金“{value}”的出资方在本期内（{day}）变化，一笔应得不能按两种比例分担。"
        "请拆成首尾相接的两项资金，或缩短核算期。",
        "The payers of the fund '{value}' change within the period ({day}), and one amount cannot "
        "be split in two ways. Declare two funds, one after the other, or settle shorter periods.",
    ),
    Reason(
        "FUND_STANDARD_MISSING",
        "error",
        "money",
        "核定任务“{task}”在资金“{value}”中没有补助标准。请补上标准，或改正任务名称。",
        "The approved task '{task}' has no standard in the fund '{value}'. "
        "Add one, or correct the name of the task.",
    ),
    Reason(
        "FUND_REIMBURSEMENT",
        "error",
        "money",
        "资金“{value}”的服务包 {package} 报销额高于价格。请改正其中之一。",
        "The reimbursement of the package {package} in the fund '{value}' is above its price. "
        "Correct one of them.",
    ),
    Reason(
        "FUND_OUT_OF_SCOPE",
        "error",
        "money",
        "收支账中有机构 {institution} 的核定金额，但资金“{value}”本期不适用于该机构。"
        "请改正资金的适用机构、起止日期或该行。",
        "The accounts approve an amount for {institution}, which the fund '{value}' does not "
        "concern in this period. Correct the fund's institutions or dates, or that row.",
    ),
    Reason(
        "FUND_TOO_LARGE",
        "error",
        "money",
        "资金“{value}”对机构 {institution} 的应得 {amount} 元超出可处理的上限。请检查单价与数量。",
        "The fund '{value}' owes {institution} {amount} yuan, beyond what can be handled. "
        "Check prices and quantities.",
    ),
)
