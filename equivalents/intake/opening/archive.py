"""Archives of files: every member unpacked under a name of our own, its own name only shown.

A name inside an archive is never a path: ``../../x`` or ``C:\\x`` is unpacked like any other
member, and the warning tells so. Links have no content and are refused, as skipping one would lose
a file in silence. For the child process only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.filenames import INSIDE, LOST, Unpacked
from equivalents.intake.opening.kinds import Kind, kind_of
from equivalents.intake.opening.limits import MIB, Limits, setting_of
from equivalents.intake.opening.prescan import members_of
from equivalents.intake.opening.zipdir import Member, ZipFaultError, pieces

__all__ = ["shown_name", "unpack", "unpack_all"]

_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", ".ds_store"})
_BESIDE: Final = ("._", "~$")
"""How the names begin of files that systems and Excel put beside those of people."""


@dataclass(slots=True)
class _Unpacking:
    """What one unpacking shares with the archives inside it."""

    folder: Path
    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    written: int = 0

    def add(self, code: str, place: Place, value: str = "", **facts: str) -> None:
        self.problems.append(Problem(code, place, value, facts))


def unpack(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The task ``archive:unpack``: the request has ``path``, ``name`` and ``folder`` (empty).

    The answer has ``files`` (path, shown name and its parts, in the order of the archive) and
    ``told``, the warnings as data. Files that systems put there are passed by.
    """
    path, name = Path(request["path"]), str(request["name"])
    files, told = unpack_all(path, name, Path(request["folder"]), limits)
    return {
        "files": [[str(one.path), one.name, one.parts] for one in files],
        "told": [[one.code, list(one.place), one.value, dict(one.facts)] for one in told],
    }


def unpack_all(
    path: Path, name: str, folder: Path, limits: Limits
) -> tuple[list[Unpacked], list[Problem]]:
    """The files of an archive and of those inside it; warnings.

    Raises:
        DataError: what :func:`members_of` refuses, of every archive; ``MEMBER_LINK``,
            ``FILE_NAME_ENCODING``, ``ARCHIVE_NESTED``, ``FILE_DAMAGED``, ``FILE_EMPTY`` (no file
            in it).
    """
    work = _Unpacking(folder, limits)
    files = list(_unpack(path, name, work, ()))
    if not files and not any(one.severity == "error" for one in work.problems):
        work.add("FILE_EMPTY", Place(name))
    if any(one.severity == "error" for one in work.problems):
        raise DataError(work.problems)
    return files, work.problems


def _unpack(path: Path, name: str, work: _Unpacking, inside: tuple[str, ...]) -> Iterator[Unpacked]:
    """The files of one archive; problems are noted and the other members still looked at."""
    try:
        members = members_of(path, work.limits, name)
    except DataError as error:
        work.problems.extend(error.problems)
        return
    wanted = _wanted(members, name, work)
    if work.files + len(wanted) > work.limits.members:
        facts = {"most": str(work.limits.members), "setting": setting_of("members")}
        work.add("MEMBERS_TOO_MANY", Place(name), str(work.files + len(wanted)), **facts)
        return
    for member, shown in wanted:
        one = _write(path, member, f"{name}{INSIDE}{shown}", work)
        if one is None:
            continue
        one = replace(one, parts=(*inside, shown))
        kind = _kind(one)
        if kind is not Kind.ZIP:
            yield _named_by_kind(one, kind)
        elif len(inside) < work.limits.nesting:
            yield from _unpack(one.path, one.name, work, one.parts)
            one.path.unlink()
        else:
            facts = {"most": str(work.limits.nesting), "setting": setting_of("nesting")}
            work.add("ARCHIVE_NESTED", Place(one.name), str(len(one.parts)), **facts)


def _wanted(members: Sequence[Member], name: str, work: _Unpacking) -> list[tuple[Member, str]]:
    """The members that are files of the user, with the names to show."""
    wanted: dict[str, Member] = {}
    for member in members:
        shown = shown_name(member.name)
        parts = shown.casefold().split("/")
        if member.link:
            work.add("MEMBER_LINK", Place(name), member.name)
        elif member.folder or any(part in _SYSTEM or part.startswith(_BESIDE) for part in parts):
            continue
        elif any(part.startswith(".") for part in parts):
            work.add("MEMBER_HIDDEN", Place(name), shown)
        elif LOST in shown:
            work.add("FILE_NAME_ENCODING", Place(name), shown)
        elif shown in wanted:
            work.add("MEMBER_TWICE", Place(name), shown)
        else:
            wanted[shown] = member
            if shown != member.name.replace("\\", "/"):
                work.add("MEMBER_NAME_UNSAFE", Place(name), member.name, other=shown)
    return [(member, shown) for shown, member in wanted.items()]


def shown_name(written: str) -> str:
    """The name of a member as it is shown: no drive, no way up, nothing that is not printable."""
    plain = "".join(c if c.isprintable() else "_" for c in written.replace("\\", "/"))
    parts = [part for part in _DRIVE.sub("", plain).split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "_"


def _write(path: Path, member: Member, shown: str, work: _Unpacking) -> Unpacked | None:
    """Unpack one member into the next file of our folder, or note why not."""
    work.files += 1
    target = work.folder / f"{work.files:06d}"
    most = work.limits.unpacked_mb * MIB
    try:
        with path.open("rb") as file, target.open("xb") as out:
            for piece in pieces(file, member):
                work.written += len(piece)
                if work.written > most:
                    facts = {
                        "most": str(work.limits.unpacked_mb),
                        "setting": setting_of("unpacked_mb"),
                    }
                    large = str(-(-work.written // MIB))
                    raise DataError([Problem("UNPACKED_TOO_LARGE", Place(shown), large, facts)])
                out.write(piece)
    except ZipFaultError as fault:
        work.add("FILE_DAMAGED", Place(shown), detail=str(fault))
        return None
    return Unpacked(target, shown)


def _kind(one: Unpacked) -> Kind | None:
    """The kind of an unpacked file; whoever opens it says what is wrong with it."""
    try:
        return kind_of(one.path, one.name)
    except DataError:
        return None


def _named_by_kind(one: Unpacked, kind: Kind | None) -> Unpacked:
    """Its file with an ending by its content, as some parsers go by that."""
    if kind is None:
        return one
    return replace(one, path=one.path.rename(one.path.with_suffix(f".{kind}")))
