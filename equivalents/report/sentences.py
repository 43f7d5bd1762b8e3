"""The sentences of many faults at once: literal texts side by side with columns of facts."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from equivalents.reasons import BOTH, LONGEST, REASONS, in_language
from equivalents.report.cells import Piece, joined_pieces
from equivalents.report.table import holds

__all__ = ["sentence"]

_AFTER: Final = f"(?s){BOTH}.*"
_BEFORE: Final = f"(?s)^[^{BOTH}]*{BOTH}"


def sentence(code: str, language: str, value: pa.Array, facts: Mapping[str, Piece]) -> list[Piece]:
    """The sentence of a code for many faults, in pieces: what ``Problem.text`` says of each.

    A fact named ``value`` takes the place of the value; one that is missing reads ``?``.
    """
    known = {"value": value, **facts}
    chinese = language == "zh"
    pieces: list[Piece] = []
    for literal, name in _template(code, language):
        pieces.append(literal)
        if name:
            fact = known.get(name, "?")
            if isinstance(fact, str):
                pieces.append(in_language(fact, chinese))
            else:
                pieces.append(_in_language(fact, chinese))
    return pieces


@cache
def _template(code: str, language: str) -> list[tuple[str, str]]:
    return REASONS[code].pieces(language)


def _in_language(facts: pa.Array, chinese: bool) -> pa.Array:
    """The half of each fact in one language, cut where it is too long; as :func:`in_language`."""
    if holds(facts, BOTH):
        facts = pc.replace_substring_regex(facts, _AFTER if chinese else _BEFORE, "")
    long = pc.greater(pc.utf8_length(facts), LONGEST)
    if pc.any(long).as_py():
        cut = joined_pieces([pc.utf8_slice_codeunits(facts, 0, LONGEST), "…"])
        facts = pc.if_else(long, cut, facts)
    return facts
