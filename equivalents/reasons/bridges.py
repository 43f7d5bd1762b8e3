"""Reasons about what becomes of money: pools out of funds, the total pay cap, the ledger."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["BRIDGE_REASONS"]

BRIDGE_REASONS: Final = (
    Reason(
        "SCHEME_PART_PERIOD",
        "error",
        "money",
        "“{value}”只在期间 {period} 的一部分日子有效，而应得金额按整个期间计算，无法分开。"
        "请改为整期有效，或缩短核算期。",
        "'{value}' is in force for a part of the period {period} only, but what is due is due for "
        "all of it. Let it be in force over the whole period, or settle shorter periods.",
    ),
    Reason(
        "FUND_TWICE",
        "error",
        "money",
        "资金“{value}”已直接转为机构 {institution} 的绩效池 {pool}，又作为收入进入结余（B7），"
        "同一笔钱不能用两次。收支账中该资金的收入合计 {booked} 元，最多可记 {room} 元。"
        "请更正收入行，或取消该绩效池。",
        "The fund '{value}' becomes the pool {pool} of {institution} and stands as income of the "
        "surplus as well (B7). Money is used once: its income rows add up to {booked} yuan, and "
        "{room} is the most that they may be. Correct them, or remove the pool's rule.",
    ),
    Reason(
        "FUND_ALL_INCOME",
        "error",
        "money",
        "资金“{value}”声明为机构收入（income: yes），又全部转为绩效池 {pool}。"
        "请把 income 改为 no，或只取一部分（rule: percent 或 after_costs）。",
        "The fund '{value}' is declared income of the institution (income: yes) and becomes the "
        "pool {pool} as a whole. Declare income: no, or take a part (rule: percent or "
        "after_costs).",
    ),
    Reason(
        "FUND_INCOME_DIFFERS",
        "warning",
        "money",
        "资金“{value}”：机构 {institution} 应得扣除绩效池后有 {due} 元应计入收入，"
        "收支账中科目或来源为该资金的收入行共 {booked} 元，相差 {difference} 元，"
        "结余随之偏差。请核对。",
        "The fund '{value}' owes {institution} {due} yuan of income after its pools, but the "
        "income rows whose line or source is the fund add up to {booked}: a difference of "
        "{difference}, by which the surplus is off. Check it.",
    ),
    Reason(
        "COSTS_TWICE",
        "warning",
        "money",
        "支出科目“{value}”（{amount} 元）已从机构 {institution} 的绩效池 {pool} 中扣减，"
        "又作为支出减少结余。项目资金的支出请记为 project_expenditure。",
        "The expenditure '{value}' ({amount} yuan) is taken off the pool {pool} of {institution} "
        "and lowers the surplus as well. Book costs of project money as project_expenditure.",
    ),
    Reason(
        "BRIDGE_POOL_GIVEN",
        "error",
        "money",
        "机构 {value} 的绩效池 {pool} 由分配方案产生，不能再由表格给定（{other}）。请删去其一。",
        "The pool {pool} of {value} is made by the scheme and cannot be given as well ({other}). "
        "Remove one of them.",
    ),
    Reason(
        "BRIDGE_FIGURE_MISSING",
        "error",
        "money",
        "绩效池“{value}”的比例 share 在 {day} 没有生效的数值。请补上及其依据。",
        "The share of the pool '{value}' has no version in force on {day}. "
        "Add it with its reference.",
    ),
    Reason(
        "BRIDGE_NEGATIVE",
        "error",
        "money",
        "绩效池“{value}”的来源“{source}”在机构 {institution} 为负（{amount} 元），不能成为绩效池。"
        "应退的钱请作为对个人的调整处理。",
        "The source '{source}' of the pool '{value}' is negative at {institution} "
        "({amount} yuan) and cannot be a pool. Claw back by adjustments of people.",
    ),
    Reason(
        "BRIDGE_OVERDRAWN",
        "error",
        "money",
        "机构 {institution} 的绩效池“{value}”要取 {amount} 元，而来源“{source}”只剩 {left} 元。"
        "请检查同一来源各绩效池的比例之和。",
        "The pool '{value}' of {institution} takes {amount} yuan, but {left} are left of its "
        "source '{source}'. Check the shares of all pools of that source.",
    ),
    Reason(
        "EXCESS_OVERDRAWN",
        "error",
        "money",
        "机构 {institution} 的系数使绩效池“{value}”增加 {amount} 元，"
        "而支付超出部分的资金“{source}”只剩 {left} 元。请降低系数，或指明另一项资金。",
        "The coefficient of {institution} adds {amount} yuan to the pool '{value}', but {left} are "
        "left of the fund '{source}' that pays the excess. Lower it, or name another fund.",
    ),
    Reason(
        "EXCESS_FUND_UNKNOWN",
        "error",
        "rules",
        "绩效池“{pool}”的 excess_fund 写的资金“{value}”不在分配方案的 funds 中{near}。"
        "请写方案中的资金代码。",
        "The excess_fund '{value}' of the pool '{pool}' is no fund of the scheme{near}. Name one "
        "of its funds.",
    ),
    Reason(
        "BRIDGE_SERIES",
        "error",
        "money",
        "绩效池“{value}”的当量口径 {series} 不存在，可用：{allowed}。请用 series 指明。",
        "The series {series} of the pool '{value}' does not exist; there are: {allowed}. "
        "Name one with series.",
    ),
    Reason(
        "BRIDGE_EMPTY",
        "warning",
        "money",
        "绩效池“{value}”没有产生：本期没有任何机构有来源“{source}”的金额。请检查适用机构与账目。",
        "The pool '{value}' was not made: no institution has money of its source '{source}' in "
        "this period. Check the scope and the accounts.",
    ),
    Reason(
        "PAYCAP_MISSING",
        "error",
        "money",
        "机构 {value} 有计入绩效工资总量的绩效池，却没有核定总量"
        "（收支账 approved 行，科目 {line}）。"
        "请补上，或声明不设总量。",
        "{value} has pools that count in the total pay cap, but no approved total (a row approved "
        "of the accounts, line {line}). Add it, or declare no cap.",
    ),
    Reason(
        "PAYCAP_FIGURE_MISSING",
        "error",
        "money",
        "机构 {value} 的绩效工资总量项 {term} 在 {day} 没有生效的数值。请补上及其依据。",
        "The term {term} of the pay cap of {value} has no figure in force on {day}. "
        "Add it with its reference.",
    ),
    Reason(
        "PAYCAP_COEFFICIENT_MISSING",
        "error",
        "money",
        "绩效工资总量要求的系数 {kind}，机构 {value} 在期末日没有。请补上；没有调整的请写 1。",
        "The pay cap asks for the coefficient {kind}, which {value} does not have on the last day "
        "of the period. Add it; where nothing is adjusted, write 1.",
    ),
    Reason(
        "PAYCAP_CUT",
        "warning",
        "money",
        "机构 {value} 的绩效工资总量为 {cap} 元，基础部分 {base} 元{before}；"
        "计入总量的绩效池超出 {amount} 元，已按比例扣减，{then}。",
        "The pay cap of {value} is {cap} yuan, its base part {base}{before}. Pools in the cap are "
        "{amount} yuan above it, taken off in proportion; the excess {then}.",
    ),
    Reason(
        "PAYCAP_BASE_ABOVE",
        "warning",
        "money",
        "机构 {value} 的基础部分 {base} 元已高于绩效工资总量 {cap} 元；基础部分不动，请核对。",
        "The base part of {value}, {base} yuan, is above its pay cap of {cap} by itself. "
        "It is not touched; check both.",
    ),
    Reason(
        "PAYCAP_OVER_PAID",
        "warning",
        "money",
        "机构 {value} 的绩效工资总量为 {cap} 元，基础部分累计 {base} 元{before}，已超 {amount} 元。"
        "已锁定的期间不改动；如须追回，请作为对个人的调整处理。",
        "The pay cap of {value} is {cap} yuan, its base part to date {base}{before}: {amount} yuan "
        "too much. Locked periods are not changed; claw back by adjustments of people.",
    ),
    Reason(
        "PAYCAP_CARRIED_ON",
        "warning",
        "money",
        "机构 {value} 以前因超总量结转的 {amount} 元属于绩效池“{pool}”，"
        "本期没有计入总量的同名绩效池，继续结转。",
        "{amount} yuan that the pay cap of {value} carried belong to the pool '{pool}', which this "
        "period does not have in the cap. They are carried on.",
    ),
    Reason(
        "PAYCAP_YEAR",
        "error",
        "money",
        "绩效工资总量按年核定，机构 {value} 本年 {months} 的数据（{kind} {name}）没有带入。"
        "请把上期结果的 opening_next.csv 作为 opening 带入；没有发的月份填 0.00。",
        "The pay cap is one of the year, and {months} of {value} ({kind} {name}) are not brought "
        "in. Take opening_next.csv of the last period as opening; write 0.00 where nothing was "
        "paid.",
    ),
    Reason(
        "PAYCAP_STAFF_TWICE",
        "error",
        "money",
        "人员“{value}”在 {day} 任职于几个机构（{institutions}），没有唯一的主岗，"
        "会在几个机构的总量里重复计数。请在花名册标明主岗（main），"
        "或声明 several: each 各计一次。",
        "'{value}' has postings at several institutions ({institutions}) on {day} and not one "
        "main posting: the pay cap would count the head twice. Mark the main posting, or declare "
        "several: each to count it at each.",
    ),
    Reason(
        "OPENING_NO_CAP",
        "error",
        "rules",
        "{kind} 行是绩效工资总量的期初，而本期没有生效的按年总量（pay_cap）。"
        "请删去该行，或声明总量。",
        "A row {kind} is of a pay cap of the year, and none is in force in this period. "
        "Remove it, or declare the cap.",
    ),
    Reason(
        "MONEY_LINE_UNKNOWN",
        "error",
        "money",
        "收支账 {kind} 行的科目“{value}”不是分配方案中的资金{near}。",
        "The line '{value}' of a row {kind} is no fund of the scheme{near}.",
    ),
    Reason(
        "LEDGER_PAYER_MISSING",
        "error",
        "money",
        "机构 {value} 的资金 {fund} 有几个出资方（{payers}），该行没有写资金来源。请补上。",
        "The fund {fund} of {value} has several payers ({payers}) and this row names no source. "
        "Add it.",
    ),
    Reason(
        "LEDGER_OF_SPLIT",
        "error",
        "money",
        "“{value}”拆自资金“{of}”，没有自己的出资方。请把预拨、到账记在“{of}”名下。",
        "'{value}' is a split of the fund '{of}' and has no payers of its own. Put what came in "
        "on the line '{of}'.",
    ),
    Reason(
        "LEDGER_PAYER_UNKNOWN",
        "error",
        "money",
        "资金来源“{value}”不是资金 {fund} 的出资方（{payers}）{near}。"
        "请改正来源，或在分配方案中加上该出资方。",
        "The source '{value}' is no payer of the fund {fund} ({payers}){near}. Correct it, or "
        "declare the payer in the scheme.",
    ),
    Reason(
        "LEDGER_PAYER_OTHER",
        "warning",
        "money",
        "资金来源“{value}”没有核定资金 {fund}（核定的有：{payers}），在台账中单列一行。请核对。",
        "The source '{value}' approved nothing of the fund {fund} (those who did: {payers}); it "
        "has a row of its own in the ledger. Check it.",
    ),
    Reason(
        "APPROVED_DIFFERS",
        "warning",
        "money",
        "资金“{value}”：{payer} 给机构 {institution} 核定 {approved} 元，按分配方案应得 {due} 元，"
        "相差 {difference} 元。台账按应得结算，请核对。",
        "The fund '{value}': {payer} approved {approved} yuan for {institution}, but {due} are "
        "due by the scheme, a difference of {difference}. The ledger settles what is due; check.",
    ),
    Reason(
        "OVER_ADVANCED",
        "warning",
        "money",
        "资金“{value}”：{payer} 预拨给机构 {institution} 的钱比应得多 {amount} 元，{then}。",
        "The fund '{value}': {payer} advanced {institution} {amount} yuan above what is due, "
        "which {then}.",
    ),
    Reason(
        "RESTRICTED_CLOSING",
        "error",
        "money",
        "机构 {institution} 的限定用途资金“{value}”期末应结转 {closing} 元，"
        "账目报的是 {reported} 元，差额会进入结余。"
        "请核对到账、支付与绩效池，并改正 closing_restricted 行。",
        "The restricted money of '{value}' at {institution} closes with {closing} yuan, but the "
        "accounts say {reported}: the difference would enter the balance. Check what was "
        "received, paid and made pools, and correct the row closing_restricted.",
    ),
    Reason(
        "RESTRICTED_UNREPORTED",
        "error",
        "money",
        "机构 {institution} 的限定用途资金“{value}”期末应结转 {closing} 元，账目没有报（0.00 元），"
        "这笔钱会进入结余。请在收支账中加一行：科目 {value}、类别 closing_restricted、"
        "金额 {closing}；已经用掉的，补上支付行（paid）。",
        "The restricted money of '{value}' at {institution} closes with {closing} yuan, but the "
        "accounts report none (0.00), so it would enter the balance. Add a row to the accounts: "
        "line {value}, kind closing_restricted, amount {closing}; if it was spent, add what was "
        "paid (kind paid).",
    ),
    Reason(
        "RESTRICTED_OVERSPENT",
        "warning",
        "money",
        "机构 {institution} 的限定用途资金“{value}”支出多于可用，期末为 {closing} 元。请核对。",
        "More was spent of the restricted money '{value}' at {institution} than there was: it "
        "closes with {closing} yuan. Check it.",
    ),
    Reason(
        "SHARE_FIGURE_MISSING",
        "error",
        "money",
        "比例核查“{value}”的 at_least 在 {day} 没有生效的数值。请补上及其依据。",
        "The share of the test '{value}' has no version in force on {day}. "
        "Add it with its reference.",
    ),
    Reason(
        "SHARE_TEST_FAILED",
        "warning",
        "money",
        "比例核查“{value}”未达到：{institution} 用了 {part} 元，总额 {whole} 元，"
        "要求不低于 {share}。",
        "The share test '{value}' is not met: {institution} spent {part} of {whole} yuan, and at "
        "least {share} is asked for.",
    ),
)
