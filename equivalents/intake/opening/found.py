"""A table that was found in a file: to be read as it stands, or from its spool."""

import tempfile
import weakref
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from equivalents.intake.encodings import AS_FOUND, Reading
from equivalents.intake.opening.leftovers import PREFIX, hold, remove, remove_left
from equivalents.intake.opening.spool import Spooled
from equivalents.intake.text import TextFile

__all__ = ["Found", "SpoolFolder"]

_PARQUET = b"PAR1"


class SpoolFolder:
    """A temporary folder for spools and whatever else waits on disk; removed with this object.

    Whoever may still read from it holds it; at the end of the program it is removed in any case.
    What a program left that was killed is removed by the next one.
    """

    def __init__(self) -> None:
        remove_left()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._numbers = count(1)
        self._end = weakref.finalize(self, remove, self.path, hold(self.path))

    def fresh(self) -> Path:
        """A new empty folder in it, with a name of our own making."""
        folder = self.path / str(next(self._numbers))
        folder.mkdir()
        return folder

    def remove(self) -> None:
        """Remove it now."""
        self._end()


@dataclass(frozen=True, slots=True)
class Found:
    """One table of a case: ``path`` is the file itself, or that of its spool where it has one.

    ``file`` and ``sheet`` are what people know it by: the path in the case, members of archives
    behind ``!``, and the sheet of a workbook. ``keeper`` is the folder of the spool, which is
    removed when nobody holds it. ``reading`` is what is declared of text files, ``seen`` what a
    look at this one showed.
    """

    path: Path
    file: str
    sheet: str = ""
    spool: Spooled | None = None
    keeper: SpoolFolder | None = None
    reading: Reading = AS_FOUND
    seen: TextFile | None = None

    @property
    def is_mapped(self) -> bool:
        """Whether a column map made it; then columns of the source stand beside ours."""
        return self.spool is not None and self.spool.map != ""

    @property
    def is_parquet(self) -> bool:
        """Whether the file is Parquet, by its name or by its first bytes."""
        if self.path.suffix.lower() == ".parquet":
            return True
        with self.path.open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
