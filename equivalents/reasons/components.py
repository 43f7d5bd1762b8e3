"""Reasons about components of pay 构成项, bonuses, adjustments and what was withheld."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["COMPONENT_REASONS"]

COMPONENT_REASONS: Final = (
    Reason(
        "COMPONENT_NAME",
        "error",
        "rules",
        "构成项不能叫“{value}”：另有绩效池或内置构成项用了这个名称（{other}）。请另取名称。",
        "A component may not be called '{value}': a pool or a built-in component is ({other}). "
        "Choose another name.",
    ),
    Reason(
        "COMPONENT_INVALID",
        "error",
        "rules",
        "构成项的“{value}”不对：{detail}。",
        "'{value}' of a component is not right: {detail}.",
    ),
    Reason(
        "COMPONENT_UNKNOWN",
        "error",
        "rules",
        "方案没有叫“{value}”的单项奖（kind: bonus）{near}。现有：{allowed}。",
        "The scheme has no bonus (kind: bonus) called '{value}'{near}. There are: {allowed}.",
    ),
    Reason(
        "BONUS_NOT_IN_FORCE",
        "error",
        "rules",
        "单项奖“{value}”在 {day} 不在有效期内，这一行不会发放。请更正日期，或更正"
        "构成项的 valid_from、valid_to。",
        "The bonus '{value}' is not in force on {day}, so that this row would pay nothing. Correct "
        "the date, or valid_from and valid_to of the component.",
    ),
    Reason(
        "COMPONENT_NO_LEADERS",
        "error",
        "rules",
        "构成项“{value}”发给单位负责人，但没有 leaders 说明哪些岗位是负责人。请写明。",
        "The component '{value}' is for heads of institutions, and no key leaders says which posts "
        "are heads'. Add it.",
    ),
    Reason(
        "COMPONENT_POOL_UNKNOWN",
        "error",
        "rules",
        "构成项“{component}”按绩效池“{value}”的人均算，而资料中没有这个池{near}。",
        "The component '{component}' goes by an average of the pool '{value}', which the case does "
        "not have{near}.",
    ),
    Reason(
        "COMPONENT_FIGURE_MISSING",
        "error",
        "rules",
        "构成项“{value}”在 {day} 没有标准。请补上该日的版本，或用 valid_from、valid_to 限定"
        "构成项。",
        "The component '{value}' has no rate on {day}. Add a version for that day, or limit the "
        "component by valid_from and valid_to.",
    ),
    Reason(
        "LEADER_COEFFICIENT_TWICE",
        "warning",
        "rules",
        "系数类别“{value}”既乘机构的绩效池（{pools}），又乘按这些池的人均发的构成项“{component}”，"
        "等于计了两次。如不是本意，请在 coefficients 中为它写 applies_to: none，"
        "或去掉构成项的系数。",
        "The kind of coefficient '{value}' multiplies pools ({pools}) and the component "
        "'{component}', which is paid by their average, as well: it counts twice. If that is not "
        "meant, declare applies_to: none for it in coefficients, or leave it out of the component.",
    ),
    Reason(
        "COMPONENT_COEFFICIENT_MISSING",
        "error",
        "rules",
        "构成项“{component}”要乘系数“{kind}”，而“{value}”在 {day} 没有这个系数。请补上结果；"
        "没有结果不按 1 算。",
        "The component '{component}' is multiplied by the coefficient '{kind}', and '{value}' has "
        "none on {day}. Add the result: a missing one is not 1.",
    ),
    Reason(
        "COMPONENT_PLACE_UNCLEAR",
        "error",
        "rules",
        "“{value}”{day} 在几家机构（{places}）都符合构成项“{component}”，又没有唯一的主岗，"
        "不知道该由谁发。请在花名册标明主岗（main）。",
        "'{value}' fits the component '{component}' at several institutions ({places}) on {day} "
        "and has no single main posting, so nobody knows which of them pays. Mark the main "
        "posting (main) in the roster.",
    ),
    Reason(
        "COMPONENT_NOBODY",
        "warning",
        "money",
        "构成项“{value}”本期没有发给任何人。请核对发放对象、表和日期。",
        "The component '{value}' pays nobody in this period. Check whom it is for, its table and "
        "its dates.",
    ),
    Reason(
        "COMPONENT_NO_AVERAGE",
        "error",
        "money",
        "“{value}”在绩效池 {pools} 中没有人分配，算不出平均数，因此算不出“{person}”的负责人绩效。",
        "Nobody is listed at '{value}' in the pools {pools}, so there is no average and no pay for "
        "the head '{person}'.",
    ),
    Reason(
        "COMPONENT_OVERDRAWN",
        "error",
        "money",
        "机构“{institution}”的构成项“{value}”要用“{source}”{amount} 元，绩效池已用 {pools} 元，"
        "而应得或核定只有 {base} 元。请改由其他资金支付，或降低标准、转入比例。",
        "At '{institution}' the components '{value}' take {amount} of '{source}', pools take "
        "{pools}, and only {base} is due or approved. Let another fund pay, or lower the rate or "
        "the share that becomes a pool.",
    ),
    Reason(
        "COMPONENT_ABOVE_CAP",
        "error",
        "money",
        "机构“{institution}”计入总量的构成项“{value}”共 {amount} 元，绩效池让完后仍超过绩效工资总量"
        " {cap} 元，超出 {over} 元。构成项不打折：请调高总量，或写 in_cap: no。",
        "The components '{value}' of '{institution}' in the pay cap come to {amount}; with all "
        "that cannot give way the cap of {cap} is exceeded by {over}. Components are never cut: "
        "raise the cap, or say in_cap: no.",
    ),
    Reason(
        "RELEASE_TWICE",
        "error",
        "rules",
        "构成项“{value}”和“{other}”在同一时期兑现同一个池扣留的钱。请让每个池只由一项兑现。",
        "The components '{value}' and '{other}' release withheld money of the same pool on the "
        "same days. Let one of them release each pool.",
    ),
    Reason(
        "RELEASE_ABOVE_ONE",
        "error",
        "rules",
        "“{value}”的系数“{kind}”是 {found}，大于 1：构成项“{component}”不能兑现多于扣留的钱。",
        "The coefficient '{kind}' of '{value}' is {found}, above 1: the component '{component}' "
        "cannot release more than was withheld.",
    ),
    Reason(
        "WITHHELD_WAITING",
        "warning",
        "money",
        "“{value}”以前被扣留的 {amount} 元（{pool}）本期没有构成项兑现，继续结转下期。",
        "No component of this period releases the {amount} that was withheld of '{value}' "
        "({pool}); it is carried on.",
    ),
    Reason(
        "LATER_NOT_WITHHELD",
        "error",
        "rules",
        "系数“{value}”写了 later，但不是 applies_to: withhold：没有扣留，就没有以后兑现。",
        "The coefficient '{value}' says later and is not applies_to: withhold: where nothing is "
        "withheld nothing is released.",
    ),
    Reason(
        "WITHHOLD_LATER_MIXED",
        "error",
        "rules",
        "系数“{value}”和“{other}”扣留同一个池的钱，一个留存、一个以后兑现，无法分开。"
        "请让两者的 later 一致，或用 pools 分开。",
        "The coefficients '{value}' and '{other}' withhold from the same pool, one to retain it "
        "and one to release it later, and nothing tells the two apart. Let their later agree, or "
        "part them by pools.",
    ),
    Reason(
        "PAY_NO_POST",
        "error",
        "rules",
        "花名册中“{value}”在机构“{institution}”从未任职{near}。离职人员也须留在花名册中。",
        "The roster has no posting of '{value}' at '{institution}' at any time{near}. Those who "
        "left stay in the roster, too.",
    ),
    Reason(
        "ADJUSTMENT_PERIOD",
        "error",
        "rules",
        "补发扣回更正的是“{value}”，须在本期 {period} 之前。",
        "An adjustment corrects '{value}', which must lie before this period, {period}.",
    ),
    Reason(
        "ADJUSTMENT_NO_POOL",
        "error",
        "rules",
        "机构“{institution}”本期没有绩效池或构成项“{value}”{near}，补发扣回无处列支。请在 fund 列"
        "写明由哪项资金支付。",
        "'{institution}' has no pool or component '{value}' in this period{near} that the "
        "adjustment could be charged to. Name the fund that pays it in the column fund.",
    ),
    Reason(
        "ADJUSTMENTS_ABOVE_POOL",
        "error",
        "money",
        "机构“{institution}”的绩效池“{value}”要先补发 {amount} 元，而可分的只有 {left} 元。"
        "请在补发扣回表的 fund 列写明由哪项资金支付。",
        "Adjustments take {amount} of the pool '{value}' of '{institution}', and only {left} is "
        "there to be shared. Name a fund that pays them in the column fund of the adjustments.",
    ),
)
