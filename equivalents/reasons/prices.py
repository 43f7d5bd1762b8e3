"""Reasons about charge prices 收费价格 and charges that are not of them."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["PRICE_REASONS"]

PRICE_REASONS: Final = (
    Reason(
        "CHARGE_PRICES_UNKNOWN",
        "error",
        "rules",
        "找不到收费价格“{value}”{near}。请写案例文件夹内的路径，或随附的名称：{allowed}。",
        "There are no charge prices '{value}'{near}. Name a path inside the case, or those that "
        "are shipped: {allowed}.",
    ),
    Reason(
        "CHARGE_PRICES_CITY",
        "error",
        "rules",
        "收费价格没有城市“{value}”{near}。请用 city 写明其一：{allowed}。",
        "The charge prices have no city '{value}'{near}. Name one of them as city: {allowed}.",
    ),
    Reason(
        "CHARGE_PRICES_NAME",
        "error",
        "rules",
        "收费价格名“{value}”与文件名“{file}”不一致。请改成一致。",
        "The charge prices call themselves '{value}' but their file is named '{file}'. Make them "
        "the same.",
    ),
    Reason(
        "CHARGE_PRICES_FISCAL",
        "error",
        "rules",
        "“{value}”是收费价格，只用于核对向居民的收费与机构收入，不能作为财政购买单价或当量表。"
        "请写财政单价的数值；要核对收费，请用 charge_prices。",
        "'{value}' are charge prices: they check what residents are charged and what comes in, "
        "and are neither fiscal prices nor weights. Write the fiscal price as a figure; to check "
        "charges, name them as charge_prices.",
    ),
    Reason(
        "CHARGE_PRICE",
        "warning",
        "table",
        "居民“{resident}”于 {day} 被收取“{value}”{amount} 元，不是当日收费价格（{prices}）的整数倍"
        "（{reference}）。请核实，多收的退费。",
        "The resident '{resident}' was charged {amount} for '{value}' on {day}, which is no whole "
        "multiple of the price of that day ({prices}; {reference}). Check it, and pay back what "
        "was too much.",
    ),
    Reason(
        "CHARGE_PRICE_UNVERIFIED",
        "note",
        "table",
        "居民“{resident}”于 {day} 被收取“{value}”{amount} 元，与收费价格 {prices} 不符；"
        "该价格在来源（{reference}）中被划去，未经核实。请以物价部门的文件为准。",
        "The resident '{resident}' was charged {amount} for '{value}' on {day}, which differs "
        "from {prices}; the source ({reference}) strikes that price through, so it is not "
        "verified. Look the price up in the notice itself.",
    ),
    Reason(
        "CHARGE_NO_PRICE",
        "warning",
        "table",
        "居民“{resident}”于 {day} 被收取“{value}”{amount} 元，当日没有生效的收费价格"
        "（最早自 {since}）。请核实日期，或补上当时的价格。",
        "The resident '{resident}' was charged {amount} for '{value}' on {day}, when no charge "
        "price was in force (the first is of {since}). Check the date, or add the price of that "
        "time.",
    ),
    Reason(
        "CHARGE_CODE_UNKNOWN",
        "warning",
        "table",
        "收费编码“{value}”（{charges} 行）不在收费价格（{city}）中{near}，方案别处也没有用到，"
        "未核对。请更正编码或补充价格。",
        "The charge code '{value}' ({charges} rows) is not among the charge prices ({city}){near} "
        "nor named elsewhere in the scheme, so it was not checked. Correct it, or add its price.",
    ),
)
"""Charge prices that cannot be read or are misplaced, and charges against them (B4a)."""
