"""What there is to import: files, or the record files and column maps of a case.

Each file becomes one import, with its hash, and the whole of it as evidence. A file is opened as
``check`` opens it. Source: issue 7, "Import".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings
from equivalents.intake.casefolder import CaseFolder, open_folder
from equivalents.intake.encodings import AS_FOUND
from equivalents.intake.opening.found import Found, SpoolFolder
from equivalents.intake.opening.kinds import Kind, kind_of
from equivalents.intake.opening.opener import open_tables
from equivalents.intake.opening.sources import Mapped
from equivalents.intake.settings import read_settings
from equivalents.intake.source import Source
from equivalents.policy.daytext import Times
from equivalents.policy.yamltext import Entry
from equivalents.store.sealing import canonical, sha256_of

__all__ = ["Incoming", "incoming"]

_METHOD: Final = 1
"""How files are understood; another number where the same file would give other rows."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file that is to be imported: its name, bytes, hash, and the tables found in it.

    ``path`` is ``None`` where the rows came from a database: nothing of it is kept but a hash.
    ``plan`` is the hash of how it is read; ``whole``: the file holds a whole case.
    """

    name: str
    path: Path | None
    sha256: str
    size: int
    tables: tuple[Found, ...]
    plan: str
    times: Times = Times.REFUSE
    problems: tuple[Problem, ...] = ()
    understood: tuple[Mapping[str, Any], ...] = ()
    keeper: SpoolFolder = field(default_factory=SpoolFolder)
    whole: bool = False

    def opened(self) -> Source:
        """Its records, looked at once.

        Raises:
            DataError: every fault of the file as a whole.
        """
        folder = self.path.parent if self.path is not None else Path()
        return Source(folder, self.tables, self.times)


def incoming(files: Iterable[Path], *, databases: bool = True) -> list[Incoming]:
    """Everything that some files, or cases, hold; all faults of whole files at once.

    ``databases``: whether a case may name databases that are read from this machine.

    Raises:
        DataError: what cannot be opened; ``FILE_ABSENT``; ``UPLOAD_DATABASE``.
    """
    found: list[Incoming] = []
    problems: list[Problem] = []
    for file in files:
        try:
            found += _of_file(file, databases)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return found


def _of_file(file: Path, databases: bool) -> list[Incoming]:
    if file.is_dir():
        return _of_case(open_folder(file), databases)
    if not file.is_file():
        raise DataError([Problem("IMPORT_FILE_ABSENT", value=str(file))])
    if file.stat().st_size and kind_of(file, file.name) is Kind.ZIP:
        case = _zipped_case(file)
        if case is not None:
            return _of_case(case, databases)
    keeper = SpoolFolder()
    opened = open_tables([(file, file.name)], ("records",), keeper)
    _stop(opened.problems)
    plan = sha256_of(canonical({"method": _METHOD, "times": Times.REFUSE.value}).encode())
    one = Incoming(
        file.name,
        file,
        _hash(file),
        file.stat().st_size,
        tuple(opened.tables),
        plan,
        problems=tuple(opened.problems),
        understood=tuple(_understood(opened.tables)),
        keeper=keeper,
    )
    return [one]


def _zipped_case(file: Path) -> CaseFolder | None:
    """The case in a zip; ``None``: it holds files of records and no case."""
    try:
        return open_folder(file)
    except DataError as error:
        if {one.code for one in error.problems} <= {"CASE_NOT_FOUND", "CASE_SHEET_MISSING"}:
            return None
        raise


def _of_case(case: CaseFolder, databases: bool) -> list[Incoming]:
    """The records of a case: each file is one, and what a column map makes of it is told apart."""
    findings = Findings()
    case.told(findings)
    entry = case.entry(findings)
    settings = read_settings(entry, case.folder, Findings())
    case.reading = settings.reading
    if not databases:
        _check_sources(entry.get("sources"))
    case.take_sources(entry.get("sources"), findings)
    records = case.records(findings)
    _stop(findings.problems)
    grouped: dict[tuple[str, str], list[Found]] = {}
    mapped: dict[tuple[str, str], Mapped] = {}
    for found in records:
        source = next((one for one in case.mapped if one.found is found), None)
        key = found.file.partition("!")[0], source.source.name if source is not None else ""
        grouped.setdefault(key, []).append(found)
        if source is not None:
            mapped[key] = source
    return [
        _of_table(case, name, found, mapped.get((name, source)), settings.times, findings)
        for (name, source), found in grouped.items()
    ]


def _check_sources(sources: Entry) -> None:
    """Refuse a case from elsewhere that would have this machine ask a database.

    Raises:
        DataError: ``UPLOAD_DATABASE``.
    """
    every = [*sources.mapping.values(), *sources.items]
    found = [one.mapping["url"] for one in every if "url" in one.mapping]
    if found:
        raise DataError([Problem("UPLOAD_DATABASE", one.place) for one in found])


def _of_table(
    case: CaseFolder,
    name: str,
    found: Sequence[Found],
    source: Mapped | None,
    times: Times,
    findings: Findings,
) -> Incoming:
    path, digest, size = _evidence(case, name, source)
    plan: dict[str, Any] = {"method": _METHOD, "times": times.value}
    if case.reading is not AS_FOUND and case.reading != AS_FOUND:
        plan["reading"] = repr(case.reading)
    if source is not None:
        rules = source.source
        plan["map"] = [[known, _hash(at)] for known, at in rules.map.files]
    return Incoming(
        name if source is None or source.source.database is None else source.source.name,
        path,
        digest,
        size,
        tuple(found),
        sha256_of(canonical(plan).encode()),
        times,
        tuple(one for one in findings.problems if one.place.file.partition("!")[0] in ("", name)),
        tuple(_understood(found)),
        case.keeper,
        path == case.given,
    )


def _evidence(case: CaseFolder, name: str, source: Mapped | None) -> tuple[Path | None, str, int]:
    """The file that is kept, its hash and size; of a database the hash of its rows."""
    if source is not None and source.source.database is not None:
        return None, source.digest, 0
    if not case.given.is_dir():
        return case.given, _hash(case.given), case.given.stat().st_size
    files = dict(case.files)
    if source is not None:
        files |= {known: at for at, known in source.source.files}
    path = files[name]
    return path, _hash(path), path.stat().st_size


def _understood(tables: Iterable[Found]) -> Iterable[Mapping[str, Any]]:
    for one in tables:
        if one.spool is not None:
            for known in one.spool.understood:
                yield {"file": one.file, "sheet": one.sheet, **known}


def _stop(problems: Sequence[Problem]) -> None:
    if any(one.severity == "error" for one in problems):
        raise DataError(problems)


def _hash(file: Path) -> str:
    whole = sha256()
    try:
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                whole.update(block)
    except OSError as error:
        facts = {"detail": error.strerror or str(error)}
        raise DataError([Problem("IMPORT_FILE_ABSENT", Place(), str(file), facts)]) from None
    return whole.hexdigest()
