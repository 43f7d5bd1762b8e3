"""Texts of cells, cleaned by the kind of their column: one distinct text at a time.

Nothing that could change what is meant is mended. In ids only outer spaces and full-width digits,
letters and spaces become plain; a number keeps its decimals as they are written; what is left is
parsed strictly, as ever, where it is used.
"""

import re
from typing import Final

from equivalents.intake.cellkinds import CellKind
from equivalents.intake.opening.daytexts import day_of_text
from equivalents.intake.opening.forms import UNCALCULATED, Meaning
from equivalents.intake.plaintexts import DASHES

__all__ = [
    "BLANKS",
    "ERRORS",
    "WORDS_ARE_PLAIN",
    "clean_text",
    "plain_pattern",
]

BLANKS: Final = (
    " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""Characters that look like nothing, left out around a text."""
ERRORS: Final = frozenset(
    (
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#BUSY!",
        "#EXTERNAL!",
        "#PYTHON!",
    )
)
"""What Excel shows for a formula without a result."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
"""Characters that no one writes; line breaks and tabs, which Excel's cells may have, are none."""
_QUOTED = re.compile(r'="([^"]*)"')
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{1,3}", re.ASCII)
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
_NUMBER = re.compile(r"[-0-9.,]+", re.ASCII)

_WIDE: Final = {0xFF10 + at: ord("0") + at for at in range(10)}
_WIDE_LETTERS: Final = {
    **{0xFF21 + at: ord("A") + at for at in range(26)},
    **{0xFF41 + at: ord("a") + at for at in range(26)},
}
_TABLES: Final[dict[CellKind, dict[int, int]]] = {
    "id": {**_WIDE, **_WIDE_LETTERS, 0x3000: ord(" ")},
    "ids": {**_WIDE, **_WIDE_LETTERS, 0x3000: ord(" "), 0xFF1B: ord(";"), 0xFF1A: ord(":")},
    "day": {**_WIDE, 0x3000: ord(" "), 0xFF0F: ord("/"), 0xFF0D: ord("-"), 0xFF0E: ord("."),
            0xFF1A: ord(":")},
    "number": {**_WIDE, 0xFF0C: ord(","), 0xFF0E: ord("."), 0xFF0D: ord("-"), 0x2212: ord("-")},
    "flag": {**_WIDE, **_WIDE_LETTERS},
    "text": {},
}  # fmt: skip
_BETWEEN = re.compile(r" *([;:]) *")

_WORD: Final = r"0-9A-Za-z_\p{Han}"
_PLAIN: Final[dict[CellKind, str]] = {
    "id": rf"^(?:[{_WORD}](?:[{_WORD}.:;()|\-]*[{_WORD})])?)?$",
    "ids": rf"^(?:[{_WORD}](?:[{_WORD}.:;()|\-]*[{_WORD})])?)?$",
    "day": r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$",
    "number": r"^(?:-?[0-9]+(?:\.[0-9]+)?)?$",
    "flag": r"^[01]?$",
    "text": rf"^(?:[{_WORD}](?:[{_WORD}.:;()|\-]*[{_WORD})])?)?$",
}

WORDS_ARE_PLAIN: Final[frozenset[CellKind]] = frozenset(("id", "ids", "text"))
"""Kinds whose texts are clean where they have ASCII letters, digits and ``_`` alone."""


def plain_pattern(kind: CellKind) -> str:
    """The regular expression (RE2) of texts that need no look: they are clean already."""
    return _PLAIN[kind]


def clean_text(text: str, kind: CellKind, required: bool, epoch_1904: bool | None) -> Meaning:
    """What a text means in a column of some kind.

    A lone dash or slash is a blank where a blank may be, and in numbers; in other required
    columns it stays what it is. ``epoch_1904`` as in :func:`~.daytexts.day_of_text`.
    """
    bare = text.strip(BLANKS)
    form = "" if bare == text else "spaces"
    quoted = _QUOTED.fullmatch(bare)
    if quoted is not None:
        bare, form = quoted[1].strip(BLANKS), "quoted"
    if bare in DASHES and (kind == "number" or not required):
        return Meaning("", "dash")
    if bare in ERRORS:
        return Meaning(bare, fault="CELL_ERROR")
    if bare == UNCALCULATED:
        return Meaning(bare, fault="CELL_FORMULA")
    if _CONTROL.search(bare):
        return Meaning(bare, fault="CELL_CONTROL")
    narrow = bare.translate(_TABLES[kind]) if not bare.isascii() else bare
    if kind == "ids":
        narrow = _BETWEEN.sub(r"\1", narrow)
    if kind == "number" and not _NUMBER.fullmatch(narrow):
        return Meaning(bare, form)
    if narrow != bare:
        form = "full_width"
    return _of_kind(narrow, kind, form, epoch_1904)


def _of_kind(text: str, kind: CellKind, form: str, epoch_1904: bool | None) -> Meaning:
    """What a text of plain characters means; ``form`` is what was mended already."""
    if kind == "day":
        meant = day_of_text(text, epoch_1904)
        return meant if meant.form or meant.fault else Meaning(meant.text, form)
    if kind == "number" and _THOUSANDS.fullmatch(text):
        return Meaning(text.replace(",", ""), "thousands")
    if kind in ("id", "ids") and _SCIENTIFIC.fullmatch(text):
        return Meaning(text, fault="ID_SCIENTIFIC")
    if kind == "flag" and text.upper() in ("TRUE", "FALSE"):
        return Meaning("1" if text.upper() == "TRUE" else "0", "boolean")
    return Meaning(text, form)
