"""The units 单位 that figures of a scheme may have: a closed list for each place of one.

A rate of a year that says 元/人·月 pays a twelfth of what was meant, or twelve times as much:
so a unit is no free text. Sources: A3 (units of count), B1 to B5; definitions 5.13, 5.15.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from equivalents.policy.funds import Per

__all__ = ["COUNTED", "EQUIVALENT", "MONEY", "PART", "PER_HEAD", "TASK", "TIMES", "UNITS"]

PER_HEAD: Final[Mapping[Per, Sequence[str]]] = {
    Per.YEAR: ("元/人·年",),
    Per.MONTH: ("元/人·月",),
}
"""Rates of heads and prices of packages, by whether they are for a year or a month (5.15)."""
EQUIVALENT: Final = ("元/当量",)
"""Prices of an equivalent (B2)."""
COUNTED: Final = tuple(
    f"元/{unit}"
    for unit in (
        *("次", "人次", "床日", "例", "份", "项", "人", "人·年", "户", "户次", "剂次", "张"),
        *("床", "部位", "场", "期", "机构·次"),
    )
)
"""Prices of one counted unit of an item (A3)."""
TASK: Final = (*EQUIVALENT, "元/万当量", *COUNTED)
"""Standards of approved tasks (B3)."""
MONEY: Final = ("元",)
"""Budgets."""
PART: Final = ("比例",)
"""Parts of a whole."""
TIMES: Final = ("倍",)
"""Multiples of an average (D4)."""
UNITS: Final = tuple(
    dict.fromkeys((*PER_HEAD[Per.YEAR], *PER_HEAD[Per.MONTH], *TASK, *MONEY, *PART, *TIMES))
)
"""Every unit that there is."""
