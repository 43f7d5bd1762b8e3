"""A whole case read for keeping: its tables as rows, case.yaml and what it names as documents.

Everything is read before anything is written, and every fault of every table is told at once.
Service records are not read here: they come in by ``equivalents import``. Sources: specification
page 3 "A case"; issue 7, "Store".
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equivalents.errors import Place, Problem
from equivalents.findings import Findings, Table
from equivalents.intake.casefolder import CASE_FILE, CaseFolder, open_folder
from equivalents.intake.headings import TABLES
from equivalents.intake.settings import Settings, known_keys, read_settings
from equivalents.intake.tables import read_table
from equivalents.policy.calendar import parse_period
from equivalents.policy.daytext import Times
from equivalents.policy.yamltext import Entry, read_yaml
from equivalents.store.dated import Given
from equivalents.store.datedrules import KEPT
from equivalents.store.documents import CASE, Document, entry_text
from equivalents.store.engine import Store
from equivalents.store.evidence import Secrecy, Upload, key_for
from equivalents.store.secret import ResidentKey
from equivalents.store.tableform import Row, has_hidden, hidden_rows, kept_rows
from equivalents.store.uploaded import upload_of, whole_case

__all__ = ["CaseContent", "csv_text", "read_case", "read_document"]

_YAML: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class CaseContent:
    """What is kept of a case: ``missing`` are the tables that it has not got."""

    period: str
    tables: Sequence[Given]
    documents: Sequence[Document]
    missing: Sequence[str]
    problems: Sequence[Problem] = ()
    whole: Upload | None = None
    key: ResidentKey | None = None
    key_file: Path | None = None


def read_case(store: Store, path: Path, *, period: str = "", alone: bool = False) -> CaseContent:
    """Read a case as it is to be kept.

    Args:
        store: where it is to be kept; its key hides ids of residents.
        path: a folder, a workbook, or a zip of either.
        period: whose case it is, if not that of its case.yaml.
        alone: every table is that of the period alone, also those that usually stand.

    Raises:
        DataError: every fault of case.yaml and of the form of tables, all at once.
    """
    findings, folder = Findings(), open_folder(path)
    folder.told(findings)
    entry = folder.entry(findings)
    settings = read_settings(entry, folder.folder, findings)
    if period:
        absent = [one for one in findings.problems if one.code == "KEY_MISSING"]
        findings.problems = [p for p in findings.problems if p not in absent or p.value != "period"]
    folder.reading = settings.reading
    folder.take_sources(entry.get("sources"), findings)
    tables, missing = _tables(folder, settings.times, findings)
    documents = [*_documents(folder, entry, settings, findings)]
    findings.stop_on_errors()
    named = period or (settings.period.name if settings.period is not None else "")
    hidden = any(has_hidden(name, rows) for name, rows, _ in tables)
    whole = whole_case(path, hidden=hidden) if folder.book is not None else None
    uploads = [one for one in (whole, *(upload for _, _, upload in tables)) if one is not None]
    secrecies = [one.secrecy for one in uploads]
    key_file = store.place.key
    key = key_for(Secrecy.IDS if hidden else max(secrecies, default=Secrecy.NONE), key_file)
    if whole is not None and whole.why_not(key):
        findings.add("UPLOAD_NOT_KEPT", Place(), path.name)
    given = []
    for name, rows, upload in tables:
        of = named if alone or KEPT[name].per_period else ""
        made = hidden_rows(name, rows, key if has_hidden(name, rows) else None)
        given.append(Given(name, of, made, upload, (), key, key_file))
    kept = [one._replace(period=named) for one in documents]
    told = tuple(findings.problems)
    return CaseContent(named, given, kept, missing, told, whole, key, key_file)


def _tables(
    folder: CaseFolder, times: Times, findings: Findings
) -> tuple[list[tuple[str, list[Row], Upload | None]], list[str]]:
    """The tables of a case as rows, each with its file; and the names of those it has not got."""
    tables, missing = [], []
    for name in KEPT:
        found = folder.table(name, findings, required=False)
        if found is None:
            missing.append(name)
            continue
        rows = kept_rows(read_table(found, TABLES[name], findings, times=times), name, findings)
        upload = None
        for called, path in folder.files_of(found)[-1:]:
            known = {"hidden": has_hidden(name, rows), "mapped": found.is_mapped}
            told = _told_of(findings, called)
            upload = upload_of(path, called, rows=len(rows), problems=told, **known)
        tables.append((name, rows, upload))
    return tables, missing


def _told_of(findings: Findings, file: str) -> list[Problem]:
    """What was told of one file."""
    return [one for one in findings.problems if one.place.file.partition("!")[0] == file]


# -- documents ------------------------------------------------------------------------------------


def _documents(
    folder: CaseFolder, entry: Entry, settings: Settings, findings: Findings
) -> Iterator[Document]:
    """case.yaml, the files that it names inside the case, and the column maps that were used."""
    if folder.book is None:
        yield Document("case", CASE, "", _text(folder.files[CASE_FILE]))
    else:
        yield Document("case", CASE, "", entry_text(entry))
    inside = folder.folder.resolve()
    for _, path in settings.scheme_files:
        if path.resolve().is_relative_to(inside):
            yield Document("scheme", path.resolve().relative_to(inside).as_posix(), "", _text(path))
    for one in settings.weight_tables:
        yield from _named_weights(folder, one.text, settings.times, findings)
    for name, path in dict.fromkeys(_map_files(folder)):
        text = _text(path)
        if text:
            yield Document("map", name, "", text)


def _named_weights(
    folder: CaseFolder, name: str, times: Times, findings: Findings
) -> Iterator[Document]:
    """A weight table inside the case; shipped ones are in the program."""
    path = folder.files.get(name) or (folder.folder / name).resolve()
    inside = name in folder.files or path.is_relative_to(folder.folder.resolve())
    if not inside or not path.is_file():
        return
    if path.suffix in _YAML:
        yield Document("scheme", name, "", _text(path))
        return
    rows: list[Row] = []
    for found in folder.open_file(path, path.name, "weights", findings):
        read: Table = read_table(found, TABLES["weights"], findings, times=times)
        rows += kept_rows(read, "weights", findings)
    yield Document("weights", name, "", csv_text("weights", rows))


def _map_files(folder: CaseFolder) -> Iterator[tuple[str, Path]]:
    for one in folder.mapped:
        yield from one.source.map.files


def _text(path: Path) -> str:
    """A file as text; blank where it is none, as a workbook of codes."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def read_document(path: Path, period: str) -> Document:
    """A YAML file by itself: case.yaml, or one that case.yaml names.

    Without a ``period`` case.yaml is that of its own period, if it says one; others stand.

    Raises:
        DataError: it cannot be read, or its keys are not those of a case.
    """
    findings = Findings()
    entry = read_yaml(path, path.name, findings)
    findings.stop_on_errors()
    assert entry is not None, "no error was noted, so it was read"
    if path.name != CASE_FILE:
        return Document("scheme", path.name, period, _text(path))
    known_keys(entry, findings)
    said = entry.get("period")
    try:
        named = period or (parse_period(said.text).name if said.text else "")
    except ValueError:
        findings.add("PERIOD_INVALID", said.place, said.text)
        named = ""
    findings.stop_on_errors()
    return Document("case", CASE, named, _text(path))


def csv_text(table: str, rows: Iterable[Row]) -> str:
    """Rows as the CSV of a case: our names, required columns and those that any row fills."""
    rows = list(rows)
    filled = {name for row in rows for name in row}
    names = [one.name for one in TABLES[table].columns if one.required or one.name in filled]
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return lines.getvalue()
