"""Small workbooks written by hand: xlsx and ods as zips of XML."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.files.make.zips import Entry, zip_of

__all__ = ["ROWS", "TRANSITIONAL", "cell", "ods", "ods_parts", "sheet_xml", "xlsx", "xlsx_parts"]

ROWS: Sequence[Sequence[object]] = (
    ("记录编号", "机构编号", "人员编号", "项目编码", "服务日期", "数量"),
    ("R001", "J01", "P01", "MZ01", "2026-06-01", 1.5),
    ("R002", "J01", "P02", "MZ02", "2026-06-02", 2),
    ("R003", "J02", "P03", "MZ01", "2026-06-30", 3),
)
"""The rows of every small good file."""

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def cell(reference: str, value: object) -> str:
    """One cell of an xlsx sheet; a text that begins with ``<`` is its XML as it is."""
    if isinstance(value, str) and value.startswith("<"):
        return value
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def sheet_xml(
    rows: Sequence[Sequence[object]] = ROWS, *, dimension: str = "", main: str = TRANSITIONAL
) -> str:
    """A sheet of these rows from A1 on; ``dimension`` is what it says of its size."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row) if value != ""
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    says = f'<dimension ref="{dimension}"/>' if dimension else ""
    body = "".join(lines)
    return f'{XML}<worksheet xmlns="{main}">{says}<sheetData>{body}</sheetData></worksheet>'


def xlsx_parts(
    sheets: Mapping[str, str],
    *,
    hidden: Sequence[str] = (),
    settings: str = "",
    main: str = TRANSITIONAL,
    relations: str = _RELATIONS,
) -> dict[str, bytes | str]:
    """The parts of an xlsx of these sheets: title and XML."""
    titles, links, types = [], [], []
    parts: dict[str, bytes | str] = {}
    for number, (title, xml) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if title in hidden else ""
        titles.append(
            f'<sheet name={quoteattr(title)} sheetId="{number}"{state} r:id="rId{number}"/>'
        )
        links.append(_link(number, f"{relations}/worksheet", f"worksheets/sheet{number}.xml"))
        types.append(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
            f'ContentType="{_TYPE}.worksheet+xml"/>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = xml
    book = f'<workbook xmlns="{main}" xmlns:r="{relations}">{settings}<sheets>'
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f"{''.join(types)}</Types>",
        "_rels/.rels": _links([_link(1, f"{relations}/officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f"{XML}{book}{''.join(titles)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _links(links),
        **parts,
    }


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'


def _links(links: Sequence[str]) -> str:
    return f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}</Relationships>'


def xlsx(
    sheets: Mapping[str, str] | None = None, changed: Mapping[str, bytes | str | None] | None = None
) -> bytes:
    """An xlsx; ``changed`` replaces or adds parts, or leaves them out."""
    parts = xlsx_parts(sheets or {"记录": sheet_xml()}) | dict(changed or {})
    return _zip(parts)


def _zip(parts: Mapping[str, bytes | str | None]) -> bytes:
    entries = []
    for name, data in parts.items():
        if data is not None:
            entries.append(Entry(name, data.encode() if isinstance(data, str) else data))
    return zip_of(entries)


def ods_parts(rows: Sequence[Sequence[object]] = ROWS, *, before: str = "") -> dict[str, str]:
    """The parts of an ods; a text cell that begins with ``<`` is its XML as it is."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    return {
        "mimetype": mime,
        "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{office}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>",
        "content.xml": f'{XML}{before}<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="记录">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }


def _ods_cell(value: object) -> str:
    if isinstance(value, str) and value.startswith("<"):
        return value
    if isinstance(value, str):
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
        )
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}">'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def ods(changed: Mapping[str, bytes | str | None] | None = None) -> bytes:
    """An ods; ``changed`` replaces or adds parts, or leaves them out."""
    return _zip({**ods_parts(), **(changed or {})})
