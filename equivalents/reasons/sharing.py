"""Reasons about how pools are shared: levels, children, caps and floors."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["SHARING_REASONS"]

SHARING_REASONS: Final = (
    Reason(
        "LEVEL_INVALID",
        "error",
        "rules",
        "“{value}”的分配层级写法不对：{detail}。请更正 case.yaml 的 sharing。",
        "The sharing levels at '{value}' are not right: {detail}. Correct 'sharing' in case.yaml.",
    ),
    Reason(
        "POOL_UNKNOWN",
        "error",
        "rules",
        "sharing 写到的绩效池“{value}”不在绩效池表中{near}。现有：{allowed}。请更正名称或删除。",
        "'sharing' names the pool '{value}', which is not in the pools table{near}. "
        "There are: {allowed}. Correct or remove it.",
    ),
    Reason(
        "CHILD_UNKNOWN",
        "error",
        "rules",
        "{level}写到的编号“{value}”未登记{near}。请更正，或先登记它。",
        "{level} names '{value}', which is in no table{near}. Correct it, or register it first.",
    ),
    Reason(
        "POOLS_MEET",
        "error",
        "rules",
        "绩效池“{value}”与上级同名绩效池（{other}）都会分到机构 {institution}，"
        "结果无法区分。请改名。",
        "The pool '{value}' and a pool of the same name above it ({other}) both reach "
        "{institution}, so their payouts could not be told apart. Rename one of them.",
    ),
    Reason(
        "SHARE_MISSING",
        "error",
        "money",
        "绩效池“{pool}”按固定比例分配，但 {parent} 下的“{value}”没有比例。"
        "请在 shares 中补上（可为 0）。",
        "The pool '{pool}' is shared by fixed shares, but '{value}' under {parent} has none. "
        "Add it to 'shares' (0 is allowed).",
    ),
    Reason(
        "CHILD_ABSENT",
        "warning",
        "money",
        "绩效池“{pool}”的规则写到“{value}”，但本期它不在分配对象之中，该条未予使用。请核对。",
        "The rules of the pool '{pool}' name '{value}', which has nobody to pay there in the "
        "period, so that entry was not used. Check it.",
    ),
    Reason(
        "FLOOR_ABOVE_CAP",
        "error",
        "money",
        "绩效池“{pool}”中“{value}”的保底 {floor} 元高于封顶 {cap} 元。请更正其一。",
        "In the pool '{pool}' the floor of '{value}', {floor} yuan, is above its cap, {cap} yuan. "
        "Correct one of them.",
    ),
    Reason(
        "FLOORS_OVER_POOL",
        "error",
        "money",
        "绩效池“{value}”在 {parent} 有 {amount} 元，不足以支付全部保底。"
        "请降低保底，或声明 floors_over: scale。",
        "The pool '{value}' has {amount} yuan at {parent}, which is less than all floors. "
        "Lower the floors, or declare 'floors_over: scale'.",
    ),
    Reason(
        "FLOORS_SCALED",
        "warning",
        "money",
        "绩效池“{value}”在 {parent} 有 {amount} 元，不足以支付全部保底，已按声明将保底按比例压缩。",
        "The pool '{value}' has {amount} yuan at {parent}, less than all floors, so the floors "
        "were scaled down to it, as declared.",
    ),
    Reason(
        "SECONDARY_POOL",
        "error",
        "rules",
        "二次分配表写到绩效池“{value}”{near}，它不按 key: secondary 分给个人。"
        "二次分配的池：{allowed}。请更正。",
        "The table of secondary distribution names the pool '{value}'{near}, whose people are not "
        "shared by 'key: secondary'. Those that are: {allowed}. Correct it.",
    ),
    Reason(
        "SECONDARY_ONE_OF",
        "error",
        "rules",
        "二次分配表中“{value}”须写比例或金额，且只写一个。请更正。",
        "In secondary distribution '{value}' needs either a share or an amount. Correct it.",
    ),
    Reason(
        "SECONDARY_NEGATIVE",
        "error",
        "rules",
        "二次分配的金额“{value}”小于 0。请更正；扣回另用调整。",
        "The amount '{value}' of a secondary distribution is below 0. Correct it; claw-back is an "
        "adjustment of its own.",
    ),
    Reason(
        "SECONDARY_MIXED",
        "error",
        "rules",
        "“{value}”在绩效池“{pool}”的二次分配中既写比例又写金额（另见 {other}）。请统一。",
        "'{value}' hands in both shares and amounts for the pool '{pool}' (see {other}). "
        "Use one of them.",
    ),
    Reason(
        "SECONDARY_NOTHING",
        "error",
        "money",
        "“{value}”在绩效池“{pool}”得到 {received} 元，但没有报送二次分配。"
        "请补报，或声明 secondary_default: adjusted。",
        "'{value}' received {received} yuan of the pool '{pool}' and hands in no secondary "
        "distribution. Hand it in, or declare 'secondary_default: adjusted'.",
    ),
    Reason(
        "SECONDARY_MISSING",
        "error",
        "money",
        "{parent} 报送的绩效池“{pool}”二次分配中没有“{value}”。"
        "请补上（可为 0），或声明 secondary_missing: zero。",
        "The secondary distribution of {parent} in the pool '{pool}' does not list '{value}'. "
        "Add the person (0 is allowed), or declare 'secondary_missing: zero'.",
    ),
    Reason(
        "SECONDARY_STRANGER",
        "error",
        "money",
        "{parent} 报送的绩效池“{pool}”二次分配写到“{value}”，但其本期不在那里参与分配。请更正。",
        "The secondary distribution of {parent} in the pool '{pool}' lists '{value}', who does "
        "not share there in the period. Correct it.",
    ),
    Reason(
        "SECONDARY_SUM",
        "error",
        "money",
        "“{value}”报送的绩效池“{pool}”二次分配金额合计 {found} 元，得到 {received} 元，"
        "相差 {difference} 元。请更正。",
        "The amounts that '{value}' hands in for the pool '{pool}' add up to {found} yuan; it "
        "received {received} yuan, a difference of {difference}. Correct them.",
    ),
    Reason(
        "SECONDARY_BOUND",
        "error",
        "money",
        "{parent} 报送的绩效池“{pool}”二次分配中，“{value}”的 {found} 元超出{side} {bound} 元。"
        "请更正。",
        "In the secondary distribution of {parent} in the pool '{pool}' the {found} yuan of "
        "'{value}' are outside the {side} of {bound} yuan. Correct it.",
    ),
    Reason(
        "SECONDARY_UNUSED",
        "error",
        "money",
        "二次分配表有“{value}”的绩效池“{pool}”，但那里本期没有这个池的钱或人员。请更正。",
        "The table of secondary distribution has rows of '{value}' for the pool '{pool}', which "
        "does not reach it in the period. Correct them.",
    ),
    Reason(
        "WHO_NOBODY",
        "warning",
        "rules",
        "按“{value}”选人，而花名册的 {column} 一列中没有{near}，选不到人。请核对。",
        "Postings are picked by '{value}', which none of the roster has in the column "
        "{column}{near}, so it picks nobody. Check it.",
    ),
    Reason(
        "AVERAGE_OWN_KEY",
        "warning",
        "money",
        "绩效池“{pool}”的 averages 写到人员“{value}”，但其本人已有依据 {key}，"
        "按本人依据分配。请核对。",
        "The 'averages' of the pool '{pool}' pick '{value}', who has a key of {key} there and "
        "keeps it. Check it.",
    ),
    Reason(
        "NOBODY_TO_PAY",
        "warning",
        "money",
        "绩效池“{value}”在 {parent} 有 {amount} 元，但没有人员或无正的分配依据，"
        "已按声明处理：{done}。",
        "The pool '{value}' has {amount} yuan at {parent}, but no people or no positive key there. "
        "As declared: {done}.",
    ),
)
