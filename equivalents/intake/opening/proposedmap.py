"""A proposed column map as YAML text: every line with its reason, marked as a proposal.

Whoever reads it fills in the date, corrects what is wrong and removes the mark; until then every
case that names it is refused (``MAP_PROPOSED``).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from equivalents.intake.opening.codetables import CODE_SHEETS
from equivalents.intake.opening.mapmodel import CODE_KINDS
from equivalents.intake.opening.suggest import Proposal, Proposed

__all__ = ["map_text"]

_PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff（）]*")
_WORDS: Final = frozenset(("yes", "no", "true", "false", "on", "off", "null", "y", "n"))
_HEAD: Final = """\
# 列映射建议稿：由列名和内容推测，每行注明理由和把握。
# 请逐行核对，填写启用日期，删去 proposed 一行后再用。
# A proposed column map: guessed from headings and content, each line with reason and confidence.
# Check every line, fill in the date, and remove the line `proposed` before it can be used.
"""


def map_text(proposed: Proposed, name: str, unused: Sequence[str]) -> str:
    """The YAML text; ``name`` is that of the map, ``unused`` headings are told."""
    return "\n".join(_lines(proposed, name, unused)) + "\n"


def _lines(proposed: Proposed, name: str, unused: Sequence[str]) -> Iterator[str]:
    yield _HEAD.rstrip()
    yield f"map: {_scalar(name)}"
    yield f"title: {_scalar(name + '（待核对）')}"
    yield "version:  # 启用日期 the day from which it is used, like 2025-06-01"
    yield "proposed: yes"
    yield f"table: {proposed.table}"
    if any(one.column in ("active_to", "valid_to") for one in proposed.columns):
        yield "ends:  # 截止日期含当日写 inclusive，不含写 exclusive; whether ends count their day"
    yield "columns:"
    yield from map(_column, proposed.columns)
    yield from (f"  # {one}: ?  没有找到，请补上 nothing found: add it" for one in proposed.missing)
    if proposed.constants:
        yield "constants:"
        yield from (
            f"  {one}: {_scalar(text)}  # 案例中只有这一个 the only one of the case"
            for one, text in proposed.constants.items()
        )
    yield from _codes(proposed.codes)
    if unused:
        yield f"# 未使用的列 not used: {'、'.join(unused)}"


def _column(one: Proposal) -> str:
    others = f"；也可能是 or: {'、'.join(one.others)}" if one.others else ""
    why = "，".join(one.why)
    return f"  {one.column}: {_scalar(one.heading)}  # {one.confidence.words}：{why}{others}"


def _codes(codes: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Lists of codes: those of people, items ... as tables, all others as values."""
    kinds = {column: kind for kind, columns in CODE_KINDS.items() for column in columns}
    values = {column: some for column, some in codes.items() if column not in kinds}
    if values:
        yield "values:"
    for column, some in values.items():
        yield f"  {column}:"
        yield "    codes:"
        yield from (f"      {_scalar(text)}: {_scalar(ours)}" for text, ours in some.items())
    for column, some in codes.items():
        if column in kinds:
            ours = CODE_SHEETS[kinds[column]].columns[1].name
            yield f"{kinds[column]}:  # 案例中没有的编码，请填对应 codes that the case has not got"
            yield "  rows:"
            yield from (
                f"    - {{source_code: {_scalar(text)}, {ours}: {_scalar(found)}}}"
                for text, found in some.items()
            )


def _scalar(text: str) -> str:
    """A text as YAML reads it back; what is not plain stands in quotes."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
