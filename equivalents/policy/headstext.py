"""The key ``heads`` of a fund: which signed or registered heads it counts, as read.

Sources: rules B4, B5, C4; definition 5.15.
"""

from typing import Final

from equivalents.policy.figuretext import Reader
from equivalents.policy.funds import Heads, HeadSource
from equivalents.policy.yamltext import Entry

__all__ = ["read_heads"]

_HEADS: Final = {
    "source": "text",
    "register": "text",
    "permanent": "text",
    "groups": "texts",
    "age_from": "text",
    "age_to": "text",
    "package": "text",
    "once": "text",
    "monthly": "text",
    "effective": "text",
}
_AGES: Final = 150

_REGISTER: Final = (
    "register 只用于 source: registers，且不可缺"
    "¦register belongs to source: registers, which needs one"
)
_MONTHLY: Final = "monthly 只用于 source: registers¦monthly belongs to source: registers"
_OF_CONTRACTS: Final = (
    "登记人数不能再按签约条件筛选¦heads of a register have no conditions of contracts"
)
_AGE_ORDER: Final = "age_from 不得大于 age_to¦age_from must not be above age_to"


def read_heads(entry: Entry, read: Reader) -> Heads:
    """Which heads a fund counts; faults are noted."""
    read.keys(entry, _HEADS, "heads")
    source = read.choice(entry.get("source"), HeadSource.CONTRACTS)
    register = entry.get("register").text
    ages = [_age(entry.get(key), read) for key in ("age_from", "age_to")]
    of_contracts = [key for key in _HEADS if key not in ("source", "register", "monthly")]
    if (source is HeadSource.REGISTERS) != bool(register):
        read.invalid("FUND_INVALID", entry, "register", _REGISTER)
    if source is HeadSource.REGISTERS and any(entry.get(key).value != "" for key in of_contracts):
        read.invalid("FUND_INVALID", entry, register, _OF_CONTRACTS)
    monthly = read.flag(entry.get("monthly"), default=False)
    if monthly and source is HeadSource.CONTRACTS:
        read.invalid("FUND_INVALID", entry.get("monthly"), "monthly", _MONTHLY)
    low, high = ages
    if low is not None and high is not None and low > high:
        read.invalid("FUND_INVALID", entry.get("age_from"), f"{low}-{high}", _AGE_ORDER)
    return Heads(
        source,
        register,
        read.flag(entry.get("permanent"), default=False),
        read.texts(entry.get("groups")),
        low,
        high,
        entry.get("package").text,
        read.flag(entry.get("once"), default=False),
        monthly,
        entry.get("effective").text,
    )


def _age(entry: Entry, read: Reader) -> int | None:
    text = entry.text
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_AGES))):
        read.findings.add("AGE_INVALID", entry.place, text)
        return None
    return int(text)
