"""Ways of writing a heading that are surely the same: spaces, brackets, widths, marks, case.

A unit is part of a heading where ours has one: ``金额(元)`` is ``金额（元）``, but neither ``金额``
nor ``金额(万元)`` is. Where ours has none, a unit that counts single things may stand behind it.
"""

import re
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from typing import Final

from equivalents.errors import near_miss
from equivalents.intake.headings import Column, Sheet

__all__ = ["alike", "is_among", "keys_of", "may_name", "names_of", "proposal", "understood_as"]

_WIDE: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    ord("【"): ord("("),
    ord("】"): ord(")"),
    ord("["): ord("("),
    ord("]"): ord(")"),
    ord("〔"): ord("("),
    ord("〕"): ord(")"),
}
_SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff_\-]+")
_MARKS = re.compile(r"\((?:必填|选填|必填项|选填项)\)|^\*+|\*+$")
_UNIT = re.compile(r"\((?:次|人次|例|项|个|份|天|日|人|户|名)\)$")


def alike(heading: str) -> str:
    """What all ways of writing a heading have in common."""
    plain = _SPACE.sub("", heading.translate(_WIDE)).casefold()
    return _MARKS.sub("", plain)


@lru_cache(maxsize=64)
def _names(name: str, columns: tuple[Column, ...]) -> dict[str, tuple[str, Column]]:
    found: dict[str, tuple[str, Column]] = {}
    for column in columns:
        for text in (column.heading, column.name):
            found[alike(text)] = (text, column)
    return found


def names_of(sheet: Sheet) -> dict[str, tuple[str, Column]]:
    """Headings of a table as :func:`alike` makes them: the heading as we write it, the column."""
    return _names(sheet.name, tuple(sheet.columns))


def keys_of(texts: Iterable[str]) -> set[str]:
    """What the texts of a row have in common with other ways of writing them."""
    keys = {alike(text) for text in texts}
    return keys | {_UNIT.sub("", key) for key in keys if key.endswith(")")}


def is_among(heading: str, names: Iterable[str]) -> bool:
    """Whether a heading may be a way of writing one of some names."""
    return not keys_of([heading]).isdisjoint(map(alike, names))


def may_name(keys: Set[str], sheet: Sheet) -> bool:
    """Whether any of the :func:`keys_of` a row may name a column, or a part of one."""
    return not keys.isdisjoint(_parts(names_of(sheet)))


def _parts(names: Mapping[str, object]) -> set[str]:
    return {part for key in names for part in (key, *key.split("/"))}


def understood_as(title: str, sheet: Sheet) -> tuple[str, Column] | None:
    """Our heading that a title is a way of writing, and its column; ``None`` where it is none."""
    names, key = names_of(sheet), alike(title)
    return names.get(key) or names.get(_UNIT.sub("", key)) if key else None


def proposal(title: str, sheet: Sheet) -> str:
    """Our heading that an unknown title nearly is, or blank. It is told, and never taken."""
    names, key = names_of(sheet), alike(title)
    bare = key.partition("(")[0]
    if not bare:
        return ""
    for known, (_, column) in names.items():
        if known.partition("(")[0] == bare:
            return column.heading
    near = near_miss(key, list(names))
    return names[near][1].heading if near else ""
