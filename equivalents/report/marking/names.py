"""Names of sheets for files: what Excel allows, each once."""

from collections.abc import Iterable
from typing import Final

from equivalents.report.neutral import legible

__all__ = ["sheet_names"]

_LONGEST: Final = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\\t\r\n", "_"))
_RESERVED: Final = ("history", "历史记录")


def sheet_names(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """A name for each, as near to it as may be; those ``taken`` are left to others."""
    used = {name.casefold() for name in (*taken, *_RESERVED)}
    names = []
    for one in wanted:
        base = legible(one.translate(_FORBIDDEN)).strip("' ") or "_"
        name, number = base[:_LONGEST].rstrip("'"), 1
        while name.casefold() in used:
            number += 1
            end = f"~{number}"
            name = base[: _LONGEST - len(end)] + end
        used.add(name.casefold())
        names.append(name)
    return names
