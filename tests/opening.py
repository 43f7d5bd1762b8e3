"""What is said of a file by the room that opens files: kind, child process, archive, codes."""

from codecs import BOM_UTF16
from pathlib import Path
from typing import Any, NamedTuple

from equivalents.errors import DataError
from equivalents.intake.opening.child import in_child
from equivalents.intake.opening.kinds import Kind, different_name, kind_of
from equivalents.intake.opening.limits import Limits
from equivalents.intake.text import look_at

__all__ = ["Outcome", "outcome"]


class Outcome(NamedTuple):
    """``read``, ``told`` (read, with a warning) or ``refused``; codes; the answer, if any."""

    outcome: str
    codes: tuple[str, ...]
    answer: dict[str, Any]
    texts: str = ""


def outcome(path: Path, folder: Path, limits: Limits | None = None) -> Outcome:
    """Open a file as the program does; archives are unpacked into ``folder``."""
    limits = limits or Limits(memory_mb=700, cpu_s=60, wall_s=120)
    request = {"path": str(path), "name": path.name, "folder": str(folder)}
    try:
        kind = kind_of(path, path.name)
        answer: dict[str, Any] = {"kind": str(kind)}
        if kind.is_workbook:
            answer = in_child("workbook:look", request, limits)
            codes = [one["code"] for one in answer["told"]]
        elif kind is Kind.ZIP:
            answer = in_child("archive:unpack", request, limits)
            codes = [one[0] for one in answer["told"]]
        else:
            # Text is the business of another room; zero bytes must not pass any.
            if b"\0" in path.read_bytes() and not path.read_bytes().startswith(BOM_UTF16):
                look_at(path, path.name)
            codes = [one.code for one in (different_name(kind, path.name),) if one is not None]
    except DataError as error:
        found = tuple(sorted({one.code for one in error.problems}))
        return Outcome("refused", found, {}, str(error))
    return Outcome("told" if codes else "read", tuple(sorted(set(codes))), answer)
