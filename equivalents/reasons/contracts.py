"""Reasons about signed contracts, heads, registers, charges and tasks."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["CONTRACT_REASONS"]

CONTRACT_REASONS: Final = (
    Reason(
        "CONTRACT_NOBODY",
        "error",
        "rules",
        "签约“{value}”既没有人员也没有签约团队。请至少填写一个。",
        "The contract '{value}' names neither a person nor a team. Fill in one of them.",
    ),
    Reason(
        "CONTRACT_NO_POST",
        "error",
        "money",
        "“{value}”名下有 {contracts} 份签约，但期间最后一天没有任职。请把签约转给在岗人员或团队。",
        "'{value}' has {contracts} contracts but no posting on the last day of the period. Hand "
        "the contracts over to a person or team at work.",
    ),
    Reason(
        "CONTRACT_TEAM_EMPTY",
        "error",
        "money",
        "签约团队“{value}”有 {contracts} 份签约，但在期间最后一天没有在岗成员。请更正团队或签约。",
        "The team '{value}' has {contracts} contracts but no member with a posting on the last day "
        "of the period. Correct the team or the contracts.",
    ),
    Reason(
        "CONTRACT_HOME_UNCLEAR",
        "error",
        "money",
        "“{value}”在期间最后一天同时在 {places} 任职，{contracts} 份签约不知归哪个机构。"
        "请在花名册中把其中一个标为主岗。",
        "'{value}' has postings at {places} on the last day of the period, so it is not clear "
        "where {contracts} contracts count. Mark one of them as main in the staff table.",
    ),
    Reason(
        "CONTRACT_OVERLAP",
        "error",
        "rules",
        "签约“{value}”与{other}的签约“{contract}”为同一居民、同一医生或团队、同一服务包，有效期重叠。"
        "请删除重复的一份，或为较早的一份填写截止日期。",
        "The contract '{value}' overlaps '{contract}' ({other}): the same resident, doctor or "
        "team, and package. Remove the second one, or end the earlier one.",
    ),
    Reason(
        "RESIDENT_TWO_DOCTORS",
        "warning",
        "rules",
        "居民“{value}”在{other}的签约“{contract}”有效期内又与另一位医生或团队签约。"
        "每位居民同时只应有一位签约医生，请核实并终止其中一份。",
        "The resident '{value}' signed with another doctor or team while '{contract}' ({other}) "
        "is active. A resident has one doctor at a time: end one of the contracts.",
    ),
    Reason(
        "HOUSEHOLD_TWO_TEAMS",
        "warning",
        "rules",
        "家庭“{value}”在{other}的签约“{contract}”有效期内又与另一团队签约。"
        "每个家庭同时只应选择一个团队，请核实。",
        "The household '{value}' signed with another team while '{contract}' ({other}) is active. "
        "A household chooses one team at a time: check both contracts.",
    ),
    Reason(
        "CONTRACT_TERM_SHORT",
        "warning",
        "rules",
        "签约“{value}”自 {since} 至 {until}，不足一年。签约周期原则上不少于一年，请核实。",
        "The contract '{value}' runs from {since} to {until}, less than a year. Terms are a year "
        "or more as a rule: check the dates.",
    ),
    Reason(
        "TEAM_HOUSEHOLDS",
        "warning",
        "rules",
        "签约团队“{value}”期末签约 {households} 户，超过 {limit} 户。请考虑调整签约范围。",
        "The team '{value}' has {households} households on the last day, more than {limit}. "
        "Consider sharing them with another team.",
    ),
    Reason(
        "CONTRACT_PACKAGE_UNKNOWN",
        "warning",
        "rules",
        "服务包“{value}”（{contracts} 份签约）不在分配方案中，不产生服务包资金。方案中有：{known}。"
        "请更正名称或补充方案。",
        "The package '{value}' of {contracts} contracts is not in the scheme and earns nothing. "
        "It knows: {known}. Correct the name, or add the package.",
    ),
    Reason(
        "CHARGE_CONSULTATION",
        "warning",
        "rules",
        "居民“{value}”于 {day} 被收取一般诊疗费（{code}），当日签约“{contract}”（{other}）有效。"
        "签约居民不再收取，请核实并退费。",
        "The resident '{value}' was charged a general consultation fee ({code}) on {day}, with "
        "'{contract}' ({other}) active. The signed do not pay it: check, and pay it back.",
    ),
    Reason(
        "CHARGE_IN_PACKAGE",
        "warning",
        "rules",
        "居民“{value}”于 {day} 被收取“{code}”，该项目已含在其有效签约“{contract}”（{other}）的"
        "服务包“{package}”内，属重复收费。请核实并退费。",
        "The resident '{value}' was charged '{code}' on {day}, which the package '{package}' of "
        "the active contract '{contract}' ({other}) holds already: check, and pay it back.",
    ),
    Reason(
        "HEADS_INVALID",
        "error",
        "table",
        "人数“{value}”无效：{detail}。请填写不小于 0 的整数。",
        "'{value}' is not a number of heads: {detail}. Enter a whole number of 0 or more.",
    ),
    Reason(
        "ROWS_OUTSIDE_PERIOD",
        "warning",
        "table",
        "日期 {value} 不在期间 {period} 内。本表共有 {rows} 行如此，均未使用。请确认。",
        "The date {value} is outside the period {period}. Rows of this table like it: {rows}; "
        "they are not used. Make sure that this is right.",
    ),
    Reason(
        "CHARGES_TOO_LARGE",
        "error",
        "table",
        "收费合计达到 {limit} 元，超出上限。请检查金额单位是否为元。",
        "The charges add up to {limit} yuan or more, which is beyond the limit. Check that the "
        "amounts are in yuan.",
    ),
    Reason(
        "TASK_INCOMPLETE",
        "error",
        "table",
        "核定任务“{value}”不完整：任务与数量须同时填写，否则须填写核定收入。",
        "The row of '{value}' is not complete: a task needs its quantity, a quantity its task, "
        "and a row without them an approved income.",
    ),
    Reason(
        "TASK_QUANTITY",
        "error",
        "table",
        "核定数量“{value}”无效：{detail}。请填写不小于 0、最多三位小数的数。",
        "The approved quantity '{value}' is not valid: {detail}. Enter a number of 0 or more "
        "with at most three decimals.",
    ),
    Reason(
        "TASK_YEAR_INVALID",
        "error",
        "table",
        "年度“{value}”无效：请填写四位年份；有年度的行是往年完成量，须有任务和数量，不填核定收入。",
        "The year '{value}' is not valid: enter four digits. A row with a year is what was done in "
        "that year: it has a task and a quantity, and no approved income.",
    ),
    Reason(
        "TASK_YEAR_UNUSED",
        "warning",
        "table",
        "资金“{value}”没有写 forecast，往年完成量的行未被使用。"
        "要预测任务，请在分配方案中写 forecast；否则请删去这些行。",
        "The fund '{value}' has no forecast, so its rows of past years are not used. Add a "
        "forecast to the scheme, or take these rows out.",
    ),
    Reason(
        "TASK_FUND_UNKNOWN",
        "error",
        "table",
        "分配方案中没有按核定任务计算的资金“{value}”{near}。现有：{allowed}。请更正名称或补充方案。",
        "The scheme has no fund of the kind tasks named '{value}'{near}. It has: {allowed}. "
        "Correct the name, or add the fund.",
    ),
    Reason(
        "HEADS_NO_PLACE",
        "error",
        "money",
        "资金“{fund}”按人头计算，但“{value}”的 {contracts} 份签约在 {day} 不属于任何机构："
        "当日没有任职。"
        "请在签约表填写机构编号，或更正花名册。",
        "The fund '{fund}' counts heads, but {contracts} contracts of '{value}' belong to no "
        "institution on {day}: no posting on that day. Fill in institution_id, or correct the "
        "staff.",
    ),
    Reason(
        "HEADS_PLACE_UNCLEAR",
        "error",
        "money",
        "资金“{fund}”按人头计算，但“{value}”的 {contracts} 份签约在 {day} 属于哪个机构不明确。"
        "请在签约表填写机构编号，或在花名册标明主岗。",
        "The fund '{fund}' counts heads, but it is not clear to which institution {contracts} "
        "contracts of '{value}' belong on {day}. Fill in institution_id, or mark the main "
        "posting.",
    ),
    Reason(
        "HEADS_NO_BIRTH",
        "error",
        "money",
        "资金“{fund}”按年龄计算人数，但签约“{value}”没有出生日期。请补充。",
        "The fund '{fund}' counts heads by age, but the contract '{value}' has no birth date. "
        "Fill it in.",
    ),
    Reason(
        "REGISTER_MISSING",
        "error",
        "money",
        "资金“{fund}”按登记人数“{register}”计算，但机构 {value} 在 {day} 及以前没有该登记。"
        "请补充；确为 0 时写一行 0。",
        "The fund '{fund}' counts the register '{register}', but {value} has no row of it on or "
        "before {day}. Add one; a row of 0 says that there is nobody.",
    ),
    Reason(
        "REGISTER_MONTH_MISSING",
        "error",
        "money",
        "资金“{fund}”要求登记人数“{register}”每月都有一行（monthly: yes），但机构 {value} "
        "缺 {months}。请补充这些月份月末的行。",
        "The fund '{fund}' asks for a row of the register '{register}' in every month (monthly: "
        "yes); {value} has none in {months}. Add the rows of these months' ends.",
    ),
    Reason(
        "REGISTER_CARRIED",
        "warning",
        "money",
        "登记人数“{register}”按月用于资金“{fund}”，机构 {value} 在 {months} 没有登记，"
        "沿用了 {day} 的人数。人数如有变化，请补充这些月份月末的行。",
        "The register '{register}' is counted by month for the fund '{fund}'; {value} has no row "
        "in {months}, and the heads of {day} are taken on. Add the rows of these months' ends if "
        "heads have changed.",
    ),
    Reason(
        "GROUP_OF_NOBODY",
        "warning",
        "money",
        "资金“{fund}”按人群“{value}”计算人数，但没有一份签约属于该人群{near}。签约表中的人群：{groups}。",
        "The fund '{fund}' counts the group '{value}', which no contract has{near}. The contracts "
        "have: {groups}.",
    ),
    Reason(
        "FUND_ESTIMATE",
        "warning",
        "money",
        "资金“{value}”的标准按年，本期只有 {months} 个月：按 {day} 的人数和 {months}/12 估算，"
        "不得作为年度清算上报；全年应得以 12 月 31 日的人数为准。",
        "The rate of the fund '{value}' is for a year and the period has {months} months: by the "
        "heads of {day} and {months}/12 it is an estimate, not to be submitted as the year's "
        "settlement, which takes the heads of 31 December.",
    ),
)
"""Contracts and heads at fault: their tables, and what nobody can count (C5, D1, 5.15)."""
