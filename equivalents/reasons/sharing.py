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
        "{level} 一级写到的编号“{value}”未登记{near}。请更正，或先登记它。",
        "The level '{level}' names '{value}', which is in no table{near}. "
        "Correct it, or register it first.",
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
        "WHO_NOBODY",
        "warning",
        "rules",
        "who 写到的“{value}”在花名册的 {column} 一列中没有{near}，选不到人。请核对。",
        "'who' names '{value}', which no posting of the roster has in the column {column}{near}, "
        "so it picks nobody. Check it.",
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
