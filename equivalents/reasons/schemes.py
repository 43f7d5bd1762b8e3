"""Reasons about schemes 分配方案: layers, figures, funds and what they say of each other."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SCHEME_REASONS"]

SCHEME_REASONS: Final = (
    Reason(
        "REFERENCE_MISSING",
        "error",
        "rules",
        "“{value}”没有文件依据。请在该处或其上层写 reference；自拟的写“示例”并注明 illustrative: "
        "yes。",
        "Nothing founds '{value}'. Write a reference there or above it; what is your own is marked "
        "illustrative: yes.",
    ),
    Reason(
        "UNIT_MISSING",
        "error",
        "rules",
        "“{value}”没有单位。请在该数值或其所属资金处写 unit：{allowed}。",
        "'{value}' has no unit. Write one there or in its fund: {allowed}.",
    ),
    Reason(
        "UNIT_INVALID",
        "error",
        "rules",
        "“{what}”的单位“{value}”不对{near}。可用：{allowed}。",
        "The unit '{value}' does not fit '{what}'{near}. Choose from: {allowed}.",
    ),
    Reason(
        "DATE_MISSING",
        "error",
        "rules",
        "“{value}”没有生效日期。请在该数值、其所属资金或绩效池，或方案文件开头写 valid_from。",
        "'{value}' has no first day. Write valid_from there, in its fund or pool, or in the head "
        "of its file.",
    ),
    Reason(
        "INSTALMENTS_INVALID",
        "error",
        "rules",
        "分期数“{value}”无效。请写 1 至 {most} 的整数。",
        "'{value}' is no number of instalments. Write a whole number from 1 to {most}.",
    ),
    Reason(
        "FIGURE_OVERLAP",
        "error",
        "rules",
        "“{value}”的两个版本日期重叠（另见 {other}）。请让前一版本在后一版本生效之日截止。",
        "Two versions of '{value}' overlap (see {other}). Let the first end on the day the second "
        "begins.",
    ),
    Reason(
        "FIGURE_GAP",
        "error",
        "rules",
        "“{value}”的版本之间有空档：{since} 至 {until}（不含）没有数值。请补上。",
        "The versions of '{value}' leave a gap from {since} until {until} (exclusive). Fill it.",
    ),
    Reason(
        "FIGURE_MISSING",
        "error",
        "rules",
        "“{value}”在 {day} 没有生效的数值。请补上该日适用的版本，或更正资金的起止日期。",
        "No version of '{value}' is in force on {day}. Add one, or correct the dates of the fund.",
    ),
    Reason(
        "SCOPE_ABSENT",
        "warning",
        "rules",
        "随附方案的适用范围指到 {column}“{value}”，本县没有这样的机构{near}，该范围因此不含机构。"
        "如有，请在 institutions 表中填写。",
        "The scope of a shipped scheme names the {column} '{value}', which no institution of the "
        "county has{near}; that part of the scope is empty. Fill it in the table institutions if "
        "there should be one.",
    ),
    Reason(
        "SCHEME_UNKNOWN",
        "error",
        "rules",
        "找不到分配方案“{value}”{near}。请写资料文件夹内的文件名（带 .yaml；"
        "用记事本存的，末尾不要带 .txt），或随附方案的名称。",
        "There is no scheme '{value}'{near}. Name a file inside the case (with .yaml, and no "
        "hidden .txt behind it) or a shipped scheme.",
    ),
    Reason(
        "SCHEME_NAME",
        "error",
        "rules",
        "方案名“{value}”与文件名“{file}”不一致。请改成一致。",
        "The scheme calls itself '{value}' but its file is named '{file}'. Make them the same.",
    ),
    Reason(
        "SCHEME_NOT_MARKED",
        "error",
        "rules",
        "示例方案的标题“{value}”须含“示例”二字。",
        "The title '{value}' of an illustrative scheme must say 示例.",
    ),
    Reason(
        "CHOICES_OPEN",
        "warning",
        "rules",
        "方案文件“{value}”有 {count} 处是原文未定、由方案自行取用的（示例）：{paths}。"
        "请按本县文件在自己的层中写明，并写 reference；逐项说明见 equivalents scheme show。",
        "The scheme file '{value}' settles {count} things that its document leaves open "
        "(illustrative): {paths}. Write them in a layer of your own, with a reference; "
        "equivalents scheme show tells each.",
    ),
    Reason(
        "CHOICE_PATH_UNKNOWN",
        "error",
        "rules",
        "open_choices 中的“{value}”在本文件中没有对应的内容{near}。",
        "Nothing in this file stands at '{value}', named in open_choices{near}.",
    ),
    Reason(
        "LAYER_INVALID",
        "error",
        "rules",
        "层的写法有误：{detail}（“{value}”）。",
        "The layer is not valid: {detail} ('{value}').",
    ),
    Reason(
        "OVERRIDE_NO_REFERENCE",
        "error",
        "rules",
        "“{value}”改动了 {other} 的值，但没有文件依据。请在该处写 reference。",
        "'{value}' changes the value of {other} and names no reference. Write one there.",
    ),
    Reason(
        "LAYER_DIFFERS",
        "warning",
        "rules",
        "“{value}”与同级另一层（{other}）的值不同，以列在后面的为准。请核对两层的先后。",
        "'{value}' differs from another layer of the same kind ({other}); the one that is named "
        "later counts. Check their order.",
    ),
    Reason(
        "FIGURE_ILLUSTRATIVE",
        "warning",
        "money",
        "“{value}”用的是示例数值，没有文件依据（{reference}）。正式核算前请换成本县文件的数值。",
        "'{value}' is an illustrative figure that no document founds ({reference}). Put your "
        "county's own in its place before people are paid by it.",
    ),
    Reason(
        "FUND_UNKNOWN",
        "error",
        "rules",
        "方案中没有资金“{value}”{near}。可用：{allowed}。",
        "The scheme has no fund '{value}'{near}. Choose from: {allowed}.",
    ),
    Reason(
        "CHANNEL_UNKNOWN",
        "error",
        "rules",
        "方案中没有购买渠道“{value}”{near}。可用：{allowed}。",
        "The scheme has no channel '{value}'{near}. Choose from: {allowed}.",
    ),
    Reason(
        "FUND_INVALID",
        "error",
        "rules",
        "资金的写法有误：{detail}（“{value}”）。",
        "The fund is not valid: {detail} ('{value}').",
    ),
    Reason(
        "FUND_CYCLE",
        "error",
        "rules",
        "资金互相取数，绕成一圈：{way}。请断开其中一处。",
        "Funds are parts of each other in a circle: {way}. Break it.",
    ),
    Reason(
        "AGE_INVALID",
        "error",
        "rules",
        "年龄“{value}”无效。请写 0 至 999 的整数。",
        "The age '{value}' is not valid. Write a whole number from 0 to 999.",
    ),
    Reason(
        "PAYERS_INVALID",
        "error",
        "rules",
        "出资方的写法有误：{detail}（“{value}”）。",
        "The payers are not valid: {detail} ('{value}').",
    ),
    Reason(
        "PAYERS_MISSING",
        "error",
        "rules",
        "资金“{value}”没有出资方，算出来的钱无人拨付。请在 payers 中写明由谁承担。",
        "Nobody pays the fund '{value}': what it comes to would be owed by no one. Name the "
        "payers in payers.",
    ),
    Reason(
        "PAYERS_NOT_ALL",
        "error",
        "rules",
        "各出资方合计 {value}，应为 {whole}。请更正。",
        "The payers' parts add up to {value}, not to {whole}. Correct them.",
    ),
    Reason(
        "ITEM_BOUGHT_TWICE",
        "error",
        "rules",
        "项目“{value}”自 {day} 起被重复购买：{channels}（渠道或资金）合计 {total}，应为 1。",
        "The item '{value}' is bought twice from {day} on: {channels} (channels or funds) add up "
        "to {total}, not 1.",
    ),
    Reason(
        "ROW_CHANNEL",
        "warning",
        "rules",
        "当量表中 {count} 个项目（{items}）的购买渠道写的是“{value}”{near}，"
        "方案自 {day} 起由 {by} 购买。以方案为准；请核对，更正当量表的渠道或方案的 channels。",
        "The weight table says the channel '{value}'{near} of {count} items ({items}), the scheme "
        "buys them from {day} on through {by}. The scheme counts: correct the table, or channels "
        "of the scheme.",
    ),
    Reason(
        "CHANNEL_INVALID",
        "error",
        "rules",
        "购买渠道“{value}”的写法有误：{detail}。",
        "The channel '{value}' is not valid: {detail}.",
    ),
    Reason(
        "ITEM_PARTLY_BOUGHT",
        "error",
        "rules",
        "项目“{value}”自 {day} 起只购买了一部分：渠道 {channels} 合计 {total}，应为 1。",
        "Only a part of the item '{value}' is bought from {day} on: channels {channels} add up to "
        "{total}, not 1.",
    ),
    Reason(
        "RATE_BELOW_MINIMUM",
        "error",
        "rules",
        "标准 {value} 元低于规定的下限 {least} 元（{reference}）。请提高到下限或以上。",
        "The rate of {value} yuan is below its minimum of {least} yuan ({reference}). Raise it to "
        "the minimum or above.",
    ),
    Reason(
        "FUNDS_BUY_TWICE",
        "error",
        "rules",
        "资金“{fund}”与“{other}”购买同一工作（{value}）。请按购买渠道、机构或日期分开。",
        "The funds '{fund}' and '{other}' buy the same work ({value}). Part them by channel, "
        "institution or date.",
    ),
    Reason(
        "FUND_SPLIT_OVER",
        "error",
        "rules",
        "资金“{value}”与 {other} 都从“{of}”中拆分，自 {day} 起合计 {total}，超过全部。请更正。",
        "The funds '{value}' and {other} are splits of '{of}' and take {total} of it from {day} "
        "on, more than all. Correct them.",
    ),
    Reason(
        "FUND_BRIDGED_TWICE",
        "error",
        "rules",
        "资金“{fund}”转入绩效池“{value}”与 {other} 的部分合计超过全部。请更正。",
        "The parts of the fund '{fund}' that become the pools '{value}' and {other} are more than "
        "all of it. Correct them.",
    ),
    Reason(
        "POOL_BRIDGED_AND_GIVEN",
        "error",
        "rules",
        "绩效池“{value}”由资金转入（{other}），又写在绩效池表中。请只留一处。",
        "The pool '{value}' is made of a fund ({other}) and also given in the pools table. Keep "
        "one of them.",
    ),
    Reason(
        "POOL_RULE_INVALID",
        "error",
        "rules",
        "绩效池“{value}”的来源规则有误：{detail}。",
        "The rule of the pool '{value}' is not valid: {detail}.",
    ),
    Reason(
        "PAY_CAP_INVALID",
        "error",
        "rules",
        "绩效工资总量的写法有误：{detail}（“{value}”）。",
        "The pay cap is not valid: {detail} ('{value}').",
    ),
    Reason(
        "COEFFICIENT_TWICE",
        "warning",
        "rules",
        "系数类别“{value}”既用于资金或绩效工资总量，又会乘机构的绩效池，等于计了两次。"
        "如不是本意，请在 coefficients 中为它写 applies_to: none。",
        "The kind of coefficient '{value}' moves a fund or the pay cap and multiplies pools as "
        "well: it counts twice. If that is not meant, declare applies_to: none for it in "
        "coefficients.",
    ),
)
