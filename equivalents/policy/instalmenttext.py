"""The key ``instalments`` of a fund 分期拨付: in how many parts its due money is paid.

Only instalments know the method ``remainder_first`` (equal floors, everything left to the first);
money that is shared among payees goes by largest remainder. Source: definition 5.10.
"""

from typing import Final

from equivalents.policy.figuretext import Reader
from equivalents.policy.funds import Instalments
from equivalents.policy.yamltext import Entry

__all__ = ["INSTALMENT_KEYS", "REMAINDER_FIRST", "read_instalments"]

REMAINDER_FIRST: Final = "remainder_first"
INSTALMENT_KEYS: Final = {"count": "text", "method": "text"}
"""What a plan of instalments may say."""
_MOST: Final = 366


def read_instalments(entry: Entry, read: Reader) -> Instalments | None:
    """The plan; ``None`` where there is none, or none that can be read (noted)."""
    if entry.value == "":
        return None
    read.keys(entry, INSTALMENT_KEYS, "instalments")
    read.need(entry, "count", "method")
    method = read.known("CHOICE_INVALID", entry.get("method"), (REMAINDER_FIRST,))
    text = entry.get("count").text
    whole = text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST
    if text and not whole:
        place = entry.get("count").place
        read.findings.add("INSTALMENTS_INVALID", place, text, most=str(_MOST))
    return Instalments(int(text), entry.place) if whole and method else None
