"""A look through a zip-based file before any parser sees it: what it says of itself is proven.

The list of members is checked first (how many, how large, how dense, twice the same name), then
each part that a parser would read is unpacked in pieces and thrown away: it must be as large as
declared, and XML must have no DTD, no entities and no absurd depth. Of each sheet of a zip the
rectangle around its cells is found, which the parser sets up whole: two cells in opposite corners
of a sheet of a kilobyte would take hundreds of gigabytes. All that is wrong is said at once.

Cells that hold an error like ``#DIV/0!`` are found, too, as parsers give them as blanks or zeros.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.opening.binarycells import BinaryScan, xls_errors
from equivalents.intake.opening.binaryformats import xls_formats
from equivalents.intake.opening.binaryrecords import xls_titles
from equivalents.intake.opening.bookparts import formats_of, sheet_titles
from equivalents.intake.opening.compound import CompoundError, beginning, streams_of
from equivalents.intake.opening.hiddenparts import HiddenParts
from equivalents.intake.opening.kinds import Kind
from equivalents.intake.opening.limits import MIB, Limits, setting_of
from equivalents.intake.opening.numberformats import Formats
from equivalents.intake.opening.sheetcells import CellScan, OdsErrors
from equivalents.intake.opening.zipdir import Member, ZipFaultError, pieces, read_members
from equivalents.reasons import BOTH

__all__ = ["LIST_BYTES", "Scanned", "members_of", "prescan"]

LIST_BYTES: Final = 1 << 25
"""Bytes of a list of members that are read at most: some 300,000 members."""
_SMALL: Final = 8 * MIB
"""A member that unpacks to no more may be as dense as it likes."""
_HEAD: Final = 1 << 16
_ROOT: Final = re.compile(rb"<([A-Za-z_:][^\s/>]*)")
_DECLARATIONS: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAIL: Final = 1 << 10
_SLICE: Final = 1 << 12
_DEEP: Final = 1000
_LOOKED_AT: Final = 16 * MIB


class _Findings(list[Problem]):
    """All that was found; like :class:`equivalents.findings.Findings`, which loads NumPy."""

    def add(self, code: str, place: Place, value: str = "", **facts: str) -> None:
        self.append(Problem(code, place, value, facts))

    def stop_on_errors(self) -> None:
        if any(one.severity == "error" for one in self):
            raise DataError(self)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a look through a workbook found: warnings; by title of the sheet errors and formats.

    ``titles`` are those of the sheets looked at; ``None`` where sheets are not told apart.
    """

    told: tuple[Problem, ...] = ()
    errors: Mapping[str, Mapping[tuple[int, int], str]] = field(default_factory=dict)
    formats: Mapping[str, Formats] = field(default_factory=dict)
    hidden: Mapping[str, HiddenParts] = field(default_factory=dict)
    from_1904: bool = False
    titles: Sequence[str] | None = None


def prescan(path: Path, kind: Kind, limits: Limits, name: str) -> Scanned:
    """Look through a workbook before its parser.

    Raises:
        DataError: all that forbids to open it (the codes of :mod:`equivalents.reasons.safety`).
    """
    if kind is Kind.XLS:
        return _scanned_xls(path, name)
    if kind not in (Kind.XLSX, Kind.XLSM, Kind.XLSB, Kind.ODS):
        return Scanned()
    errors: dict[str, Mapping[tuple[int, int], str]] = {}
    formats: dict[str, Formats] = {}
    hidden: dict[str, HiddenParts] = {}
    findings = _Findings()
    members = members_of(path, limits, name)
    titles = sheet_titles(path, members)
    styles = formats_of(path, members)
    with path.open("rb") as file:
        for member in members:
            if not _is_read(member.name):
                continue
            sheet = titles.get(member.name, "")
            scan = _scan_of(member.name, sheet, kind, styles)
            try:
                _look_at_part(pieces(file, member), member.name, Place(name), scan, findings)
            except ZipFaultError as fault:
                findings.add("FILE_DAMAGED", Place(name), detail=_both(member.name[:80], fault))
                continue
            if isinstance(scan, OdsErrors | CellScan) and scan.first:
                findings.add("SHEET_ERRORS", Place(name, sheet), scan.first)
            if isinstance(scan, OdsErrors | CellScan) and scan.padded:
                findings.add("SHEET_PADDED", Place(name, sheet), scan.padded)
            if isinstance(scan, CellScan):
                hidden[sheet] = scan.hidden
            if isinstance(scan, CellScan | BinaryScan):
                errors[sheet], formats[sheet] = scan.errors, scan.formats.runs
                if scan.may_exceed(limits.cells):
                    _measure(scan, pieces(file, member), Place(name, sheet), limits, findings)
    findings.stop_on_errors()
    if any(one.name.endswith("vbaProject.bin") for one in members):
        findings.add("MACROS_IGNORED", Place(name))
    known = None if kind is Kind.ODS else (*titles.values(),)
    return Scanned(tuple(findings), errors, formats, hidden, titles=known)


_Scan = CellScan | BinaryScan | OdsErrors


def _scan_of(part: str, sheet: str, kind: Kind, styles: Mapping[bytes, str]) -> _Scan | None:
    """What looks at the cells of a part, if it has any."""
    if kind is Kind.ODS:
        return OdsErrors() if part == "content.xml" else None
    if not sheet:
        return None
    return BinaryScan(styles) if part.endswith(".bin") else CellScan(styles)


def _scanned_xls(path: Path, name: str) -> Scanned:
    """The cells of an xls that hold errors or are shown otherwise; the rest is small."""
    try:
        streams = streams_of(path)
    except CompoundError as fault:
        facts = {"detail": str(fault)}
        raise DataError([Problem("FILE_DAMAGED", Place(name), facts=facts)]) from None
    book = streams.get("Workbook") or streams.get("Book")
    if book is None:
        return Scanned()
    data = beginning(path, book, book.length)
    formats = {title: found.runs for title, found in xls_formats(data).items()}
    titles = (*xls_titles(data).values(),)
    return Scanned(errors=xls_errors(data), formats=formats, titles=titles)


def _both(part: str, fault: ZipFaultError) -> str:
    """What is wrong with a part, in both languages."""
    zh, _, en = str(fault).partition(BOTH)
    return f"{part} {zh}{BOTH}{part}: {en}"


def members_of(path: Path, limits: Limits, name: str) -> list[Member]:
    """The members of a zip whose list passes.

    Raises:
        DataError: ``FILE_DAMAGED``, ``FILE_ENCRYPTED``, ``MEMBERS_TOO_MANY``, ``MEMBER_TWICE``,
            ``UNPACKED_TOO_LARGE`` or ``PACKED_TOO_DENSE``.
    """
    findings, place = _Findings(), Place(name)
    try:
        members = read_members(path, LIST_BYTES)
    except ZipFaultError as fault:
        findings.add("FILE_DAMAGED", place, detail=str(fault))
        members = []
    if len(members) > limits.members:
        facts = {"most": str(limits.members), "setting": setting_of("members")}
        findings.add("MEMBERS_TOO_MANY", place, str(len(members)), **facts)
    if any(one.encrypted for one in members):
        findings.add("FILE_ENCRYPTED", place)
    _twice(members, place, findings)
    _sizes(members, place, limits, findings)
    findings.stop_on_errors()
    return members


def _twice(members: Sequence[Member], place: Place, findings: _Findings) -> None:
    """Names that some reader would take for the same."""
    seen = Counter(one.name.replace("\\", "/").casefold() for one in members)
    for one in members:
        key = one.name.replace("\\", "/").casefold()
        if seen[key] > 1:
            findings.add("MEMBER_TWICE", place, one.name)
            seen[key] = 0


def _sizes(members: Sequence[Member], place: Place, limits: Limits, findings: _Findings) -> None:
    """Declared sizes: all together, and how dense each is packed."""
    total = sum(one.unpacked for one in members)
    if total > limits.unpacked_mb * MIB:
        facts = {"most": str(limits.unpacked_mb), "setting": setting_of("unpacked_mb")}
        findings.add("UNPACKED_TOO_LARGE", place, str(-(-total // MIB)), **facts)
    for one in members:
        if one.unpacked > _SMALL and one.unpacked > limits.ratio * one.packed:
            facts = {
                "ratio": str(one.unpacked // max(one.packed, 1)),
                "most": str(limits.ratio),
                "setting": setting_of("ratio"),
            }
            findings.add("PACKED_TOO_DENSE", place, one.name, **facts)


def _is_read(part: str) -> bool:
    """Whether a parser may read a part: no pictures, no macros."""
    if part.startswith(("xl/media/", "Pictures/", "Thumbnails/")):
        return False
    return part.endswith((".xml", ".rels", ".bin")) and not part.endswith("vbaProject.bin")


def _look_at_part(
    unpacked: Iterator[bytes], part: str, place: Place, scan: _Scan | None, findings: _Findings
) -> None:
    """One part to its end, so that its size and checksum are proven."""
    depth = 0
    looked_at = 0
    binary = part.endswith(".bin")
    head, tail = b"", b""
    for piece in unpacked:
        if binary:
            if scan is not None:
                scan.see(piece)
            continue
        if not looked_at and not _declares_nothing(piece[:_HEAD]):
            findings.add("XML_DECLARATIONS", place, part)
            return
        if b"\0" in piece:
            detail = f"{part[:80]} 含有空字节（NUL）{BOTH}{part[:80]} holds a zero byte"
            findings.add("FILE_DAMAGED", place, detail=detail)
            return
        if looked_at < _LOOKED_AT:
            depth = _depth(piece, depth)
            if depth > _DEEP:
                findings.add("XML_TOO_DEEP", place, part)
                return
        looked_at += len(piece)
        head = head or piece[:_HEAD]
        tail = (tail + piece)[-_TAIL:]
        if scan is not None:
            scan.see(piece)
    if not binary and not _ends(head, tail):
        detail = f"{part[:80]} 没有结尾{BOTH}{part[:80]} has no end"
        findings.add("FILE_DAMAGED", place, detail=detail)


def _ends(head: bytes, tail: bytes) -> bool:
    """Whether a document ends with the end of its root element; without, rows may be lost."""
    root = _ROOT.search(head)
    if root is None:
        return False
    return b"</" + root[1] in tail or re.match(rb"<[^>]*/>\s*$", head[root.start() :]) is not None


def _declares_nothing(head: bytes) -> bool:
    """Whether a document begins with its root element, without a DTD or entities before it.

    In UTF-16 every other byte is a zero.
    """
    head = head.replace(b"\0", b"")
    return _DECLARATIONS.search(head) is None and _ROOT.search(head) is not None


def _depth(piece: bytes, depth: int) -> int:
    """How deep the elements are nested after a piece, or the first depth that is absurd."""
    for at in range(0, len(piece), _SLICE):
        part = piece[at : at + _SLICE]
        ends = part.count(b"</")
        other = part.count(b"<!") + part.count(b"<?")
        depth += part.count(b"<") - 2 * ends - other - part.count(b"/>")
        depth = max(depth, 0)
        if depth > _DEEP:
            break
    return depth


def _measure(
    scan: CellScan | BinaryScan,
    unpacked: Iterator[bytes],
    place: Place,
    limits: Limits,
    findings: _Findings,
) -> None:
    """The rectangle around the cells of a sheet, now exactly."""
    found = scan.rectangle(unpacked)
    if found is not None and found.cells > limits.cells:
        facts = {
            "what": found.words, "most": str(limits.cells), "setting": setting_of("cells"),
        }  # fmt: skip
        findings.add("SHEET_TOO_LARGE", place, str(found.cells), **facts)
