"""What became of files that were imported: of each its counts, and what is wrong with it.

Source: issue 7, "Import": received = accepted + known + rejected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from equivalents.errors import Problem, as_object
from equivalents.store.importlook import Changes

__all__ = ["Imported", "ImportedFile", "without_cells"]

_CELLS: Final = ("example", "read_as", "left_out", "rows_above", "value")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file.

    ``known_as`` is the import that an equal file was, where nothing was written; ``import_id`` is
    0 where nothing was written at all. received = accepted + known + rejected.
    """

    file: str
    import_id: int = 0
    known_as: int = 0
    received: int = 0
    accepted: int = 0
    known: int = 0
    reversed: int = 0
    rejected: int = 0
    period: str = ""
    quality: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    understood: tuple[Mapping[str, Any], ...] = ()
    changes: Changes | None = None

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` shows it."""
        shown = self.changes.as_json() if self.changes is not None else None
        return {
            "file": self.file,
            "import": self.import_id or None,
            "known_as": self.known_as or None,
            "received": self.received,
            "accepted": self.accepted,
            "known": self.known,
            "reversed": self.reversed,
            "rejected": self.rejected,
            "posted_to": self.period,
            "quality": dict(self.quality),
            "understood": [*self.understood],
            "changes": shown,
            "problems": [as_object(one) for one in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of all files of one command, in their order."""

    files: tuple[ImportedFile, ...]

    @property
    def accepted(self) -> int:
        """Rows that were added."""
        return sum(one.accepted for one in self.files)

    @property
    def imports(self) -> tuple[int, ...]:
        """The imports that were made."""
        return tuple(one.import_id for one in self.files if one.import_id)


def without_cells(value: Any) -> Any:
    """What was understood of a file without examples of its cells: they may be ids of residents."""
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if key not in _CELLS}
        return {key: without_cells(one) for key, one in kept.items()}
    if isinstance(value, list):
        return [without_cells(one) for one in value]
    return value
