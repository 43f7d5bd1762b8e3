"""A text that rules, looked at before it is kept: case.yaml, a scheme, a list of prices, a map.

It lies among the texts that stand already, so that what it names is found; nothing outside of them
and of what comes with the program is opened. Sources: specification page 3; issue 8.
"""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from equivalents.errors import DataError, Problem
from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.schemefiles import open_schemes
from equivalents.intake.schemes import shipped_schemes
from equivalents.mapping import check_map
from equivalents.policy.load import weight_table
from equivalents.policy.pricetext import read_prices
from equivalents.policy.yamltext import Entry, read_yaml
from equivalents.store.caseread import read_document
from equivalents.store.documents import CASE, Document

__all__ = ["checked_text"]

_FILES: Final = ("scheme", "map")
"""Kinds of texts that may name each other."""


def checked_text(one: Document, standing: Iterable[Document]) -> tuple[Document, list[Problem]]:
    """A document as it is to be kept, and warnings of it.

    Args:
        one: of kind ``case``, ``scheme`` or ``map``; its name is a relative path.
        standing: the documents in force beside it.

    Raises:
        DataError: everything that is wrong with it.
    """
    with TemporaryDirectory(prefix="equivalents-") as name:
        folder = Path(name)
        for other in standing:
            if other.kind in _FILES:
                _write(folder, other)
        path = _write(folder, one)
        if one.kind == "case":
            return read_document(path, one.period), []
        problems = _of_map(path, folder) if one.kind == "map" else _of_scheme(path, one.name)
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    return one, problems


def _write(folder: Path, one: Document) -> Path:
    path = (folder / (CASE if one.kind == "case" else one.name)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{one.name} leads out of a case")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(one.body.encode())
    return path


def _of_map(path: Path, folder: Path) -> list[Problem]:
    return [*check_map(str(path), case=folder).problems]


def _of_scheme(path: Path, name: str) -> list[Problem]:
    """Of a scheme, or of another list that case.yaml names: weights or charge prices."""
    findings = Findings()
    entry = read_yaml(path, name, findings)
    findings.stop_on_errors()
    assert entry is not None, "no error was noted, so it was read"
    if "cities" in entry.mapping:
        read_prices(entry, path.stem, findings)
    elif "table" in entry.mapping:
        weight_table(path, name, TABLES["weights"].names, findings)
    else:
        _check_lower(entry, path, findings)
        findings.stop_on_errors()
        return [*open_schemes([str(path)]).problems]
    return findings.problems


def _check_lower(entry: Entry, path: Path, findings: Findings) -> None:
    """The layers that it lies over stand beside it, or come with the program."""
    over = entry.get("over")
    for one in over.items or ([over] if over.text else []):
        beside = (path.parent / f"{one.text}.yaml").resolve()
        inside = beside.parent == path.parent and beside.is_file()
        if not inside and one.text not in shipped_schemes():
            findings.add("SCHEME_UNKNOWN", one.place, one.text, near="")
