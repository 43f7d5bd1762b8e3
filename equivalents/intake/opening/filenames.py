"""Names of files: of those in archives, and those that cannot be shown.

Bytes that are no UTF-8 may be left as a name by an unpacker. Python holds such a byte as half a
character, which no screen, workbook or JSON can take. A name that cannot be shown cannot be told
either, nor compared with those of tables.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equivalents.errors import Place, Problem

__all__ = ["INSIDE", "LOST", "Unpacked", "name_problem"]

INSIDE: Final = "!"
"""Between the name of an archive and that of a file in it, where both are shown."""
LOST: Final = "\ufffd"
"""Stands where bytes of a name made no character."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file out of an archive: where it is now, what people call it (``a.zip!b/c.xlsx``).

    ``parts`` is the same in parts: the archives inside the outermost one, then the file.
    """

    path: Path
    name: str
    parts: tuple[str, ...] = ()


def name_problem(name: str) -> Problem | None:
    """``FILE_NAME_ENCODING`` for a name that is no text; ``None`` for any other."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        shown = "".join(LOST if "\ud800" <= sign <= "\udfff" else sign for sign in name)
        return Problem("FILE_NAME_ENCODING", Place(shown), shown)
    return None
