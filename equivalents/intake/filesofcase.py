"""The files of a case as it lies there, in a folder or in a zip: which belong to which table.

A zip inside a zipped case stands for its table as it does in a folder: by its name, or among the
records. Any other one is told. A name that is no text is refused, as it may be that of a table.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.filenames import INSIDE, Unpacked, name_problem
from equivalents.intake.opening.found import SpoolFolder
from equivalents.intake.opening.named import table_named
from equivalents.intake.opening.othersheets import YAML_NAME

__all__ = ["CASE_FILE", "FilesOfCase", "file_of", "files_in", "files_of_zip", "rules_folder"]

CASE_FILE: Final = "case.yaml"
_RECORDS: Final = "records"
_IGNORED: Final = (".", "~$", "__MACOSX")
"""What the names begin with of files that systems put beside those of people."""
_SYSTEM: Final = (("Thumbs.db",), ("desktop.ini",))


@dataclass(frozen=True, slots=True)
class FilesOfCase:
    """Files by their path in the case; of those in a zip beside case.yaml, the zip."""

    files: Mapping[str, Path]
    archived: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def file_of(name: str, files: Mapping[str, Path]) -> tuple[str, Path]:
    """The file of a case that something called ``file!member`` lies in; both names may have ``!``.

    Raises:
        KeyError: there is none.
    """
    end = len(name)
    while end > 0:
        if name[:end] in files:
            return name[:end], files[name[:end]]
        end = name.rfind(INSIDE, 0, end)
    raise KeyError(name)


def files_of_zip(members: Sequence[Unpacked]) -> FilesOfCase | Path | None:
    """The files of a zipped case, in a folder or not; the one file that it holds; or nothing.

    A zip that holds nothing but another zip is that one.
    """
    parts = {one.parts: one.path for one in members}
    while len({key[0] for key in parts}) == 1 and all(len(key) > 1 for key in parts):
        parts = {key[1:]: path for key, path in parts.items()}
    parts = {key: path for key, path in parts.items() if not any(map(_ignored, key))}
    cases = [key[0] for key in parts if len(key) == 1 and PurePosixPath(key[0]).name == CASE_FILE]
    if len(cases) != 1:
        return next(iter(parts.values())) if len(parts) == 1 else None
    root = cases[0].removesuffix(CASE_FILE)
    files: dict[str, Path] = {}
    archived: dict[str, str] = {}
    for key, path in parts.items():
        if key[0].startswith(root):
            name = INSIDE.join(key).removeprefix(root)
            files[name] = path
            if len(key) > 1:
                archived[name] = key[0].removeprefix(root)
    unused = [one for one in dict.fromkeys(archived.values()) if not _is_used(one)]
    told = [Problem("ARCHIVE_NOT_USED", Place(one), one) for one in unused]
    return FilesOfCase(files, archived, tuple(told))


def _is_used(archive: str) -> bool:
    """Whether a zip in a case is one of its tables, or among its records."""
    parts = PurePosixPath(archive).parts
    if len(parts) > 1:
        return table_named(parts[0]) == _RECORDS
    return bool(table_named(PurePosixPath(archive).stem))


def rules_folder(files: Mapping[str, Path], keeper: SpoolFolder) -> Path:
    """A folder with the YAML files beside case.yaml, which schemes look for by their names.

    Only names of letters, digits and few signs are taken: nothing of an archive is ever a path.
    """
    folder = keeper.fresh()
    for name, path in files.items():
        if YAML_NAME.fullmatch(name):
            shutil.copyfile(path, folder / name)
    return folder


def _ignored(name: str) -> bool:
    """Whether a system put a file there, and not people."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(_IGNORED) for part in parts) or parts[-1:] in _SYSTEM


def files_in(folder: Path, *, every: bool = False) -> dict[str, Path]:
    """The files beside case.yaml, and those in folders that carry the name of a table, or in any.

    Raises:
        DataError: ``FILE_NAME_ENCODING`` for each name that is no text.
    """
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    for inside in sorted(path for path in folder.iterdir() if path.is_dir()):
        if every or table_named(inside.name):
            some = (path for path in sorted(inside.rglob("*")) if path.is_file())
            files |= {path.relative_to(folder).as_posix(): path for path in some}
    files = {name: path for name, path in files.items() if not _ignored(name)}
    _refuse_names(files)
    return files


def _refuse_names(names: Iterable[str]) -> None:
    problems = [one for one in map(name_problem, names) if one is not None]
    if problems:
        raise DataError(problems)
