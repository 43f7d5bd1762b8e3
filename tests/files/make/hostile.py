"""Files that lie, break or bloat, and good ones: `python -m tests.files.make.hostile`.

What is said of each stands in `tests/files/expected/safe.csv`.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.files.make.archives import ARCHIVES
from tests.files.make.binary import BOTH_ERRORS, compound, xls, xlsb
from tests.files.make.books import (
    ROWS,
    ods,
    ods_parts,
    sheet_xml,
    xlsx,
    xlsx_parts,
)
from tests.files.make.pages import PAGES
from tests.files.make.zips import Entry, zip_of, zipped

__all__ = ["FILES", "FOLDER", "main"]

FOLDER: Final = Path(__file__).resolve().parents[1]
STRICT: Final = "http://purl.oclc.org/ooxml"
SHEET: Final = sheet_xml()
GOOD_CSV: Final = "\r\n".join(",".join(map(str, row)) for row in ROWS) + "\r\n"
EMPTY_CELL: Final = '<c r="XFD1048576" s="0"/>'
FAR_CELL: Final = '<c r="XFD1048576"><v>2</v></c>'


def with_row(number: int, cells: str) -> bytes:
    """The good xlsx with one more row."""
    row = f'<row r="{number}">{cells}</row></sheetData>'
    return xlsx({"记录": SHEET.replace("</sheetData>", row)})


def with_cell(xml: str) -> bytes:
    """The good xlsx with another cell for the last quantity."""
    return xlsx({"记录": SHEET.replace('<c r="F4"><v>3</v></c>', xml)})


def declared(doctype: str, text: str) -> str:
    """The sheet with declarations before its root and a text that uses them."""
    first, _, rest = SHEET.partition("\n")
    return f"{first}\n{doctype}{rest.replace('R003', text)}"


def swapped(changed: dict[str, Entry]) -> bytes:
    """The good xlsx with some members written otherwise."""
    entries = [
        Entry(name, data.encode() if isinstance(data, str) else data)
        for name, data in xlsx_parts({"记录": SHEET}).items()
    ]
    return zip_of([changed.get(one.name, one) for one in entries])


def sheet_entry(data: bytes, **wrong: object) -> bytes:
    """The good xlsx with its sheet written otherwise."""
    name = "xl/worksheets/sheet1.xml"
    return swapped({name: Entry(name, data, **wrong)})  # type: ignore[arg-type]


def strict() -> bytes:
    """Strict OOXML: other namespaces."""
    main, relations = f"{STRICT}/spreadsheetml/main", f"{STRICT}/officeDocument/relationships"
    sheets = {"记录": sheet_xml(main=main)}
    return zipped(xlsx_parts(sheets, main=main, relations=relations))


def many_sheets() -> bytes:
    """300 titles, all of the same sheet."""
    parts = xlsx_parts({"记录": SHEET})
    first = '<sheet name="记录" sheetId="1" r:id="rId1"/>'
    more = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, 301))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(first, first + more)
    return zipped(parts)


def repeated_ods() -> bytes:
    """A value repeated over a million rows of 16,384 columns."""
    value = '<table:table-cell office:value-type="float" office:value="1"'
    row = f'{value} table:number-columns-repeated="16384"><text:p>1</text:p></table:table-cell>'
    xml = ods_parts([*ROWS, (row,)])["content.xml"]
    at = xml.rindex("<table:table-row>")
    many = '<table:table-row table:number-rows-repeated="1048570">'
    return ods({"content.xml": xml[:at] + many + xml[at + len("<table:table-row>") :]})


def ordinary_tail_ods() -> bytes:
    """The million blank rows with which an ods ends ordinarily."""
    xml = ods_parts([*ROWS, ('<table:table-cell table:number-columns-repeated="16384"/>',)])
    content = xml["content.xml"]
    at = content.rindex("<table:table-row>")
    many = '<table:table-row table:number-rows-repeated="1048572">'
    return ods({"content.xml": content[:at] + many + content[at + len("<table:table-row>") :]})


def error_xlsx() -> bytes:
    """An error as a value, and as what a formula gave."""
    value = '<c r="F3" t="e"><v>#N/A</v></c>'
    formula = '<c r="F4" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    sheet = SHEET.replace('<c r="F4"><v>3</v></c>', formula)
    return xlsx({"记录": sheet.replace('<c r="F3"><v>2</v></c>', value)})


def error_ods() -> bytes:
    """A division by zero, which LibreOffice saves as the number 0."""
    shown = '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">'
    rows = [*ROWS[:3], (*ROWS[3][:5], f"{shown}<text:p>#DIV/0!</text:p></table:table-cell>")]
    return ods({"content.xml": ods_parts(rows)["content.xml"]})


def padded_ods() -> bytes:
    """A number shown with leading zeros: which cell it is, among repeated ones, is not known."""
    shown = '<table:table-cell office:value-type="float" office:value="12">'
    rows = [*ROWS[:3], (*ROWS[3][:5], f"{shown}<text:p>00012</text:p></table:table-cell>")]
    return ods({"content.xml": ods_parts(rows)["content.xml"]})


def deep(count: int) -> str:
    """A sheet whose first text lies in so many elements."""
    return SHEET.replace("<sheetData>", f"{'<a>' * count}{'</a>' * count}<sheetData>")


def laughs() -> str:
    """Entities of entities: a billion of the last."""
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE worksheet [<!ENTITY e0 "haha">{names}]>'


def sparse_xlsb() -> bytes:
    """Two cells in opposite corners, in the binary format."""
    good = xlsb([["R001"], ["R002"]])
    row = bytes([0, 17]) + (1).to_bytes(4, "little")
    far = bytes([0, 17]) + (1_048_575).to_bytes(4, "little")
    assert good.count(row) == 1
    changed = good.replace(row, far)
    column = bytes([6, 20]) + bytes(4)
    at = changed.rindex(column)
    changed = changed[: at + 2] + (16_383).to_bytes(4, "little") + changed[at + 6 :]
    return _summed(changed, "xl/worksheets/sheet1.bin")


def _summed(data: bytes, member: str) -> bytes:
    """The zip with the checksum of a changed member set right."""
    import io
    import zipfile
    import zlib

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        info = book.getinfo(member)
    start = info.header_offset + 30 + len(member.encode())
    wrong = info.CRC.to_bytes(4, "little")
    right = zlib.crc32(data[start : start + info.file_size]).to_bytes(4, "little")
    return data.replace(wrong, right)


def _circle(data: bytes) -> bytes:
    """The sectors of the workbook lead back to its first."""
    at = 512 + 4 * 9
    return data[:at] + (2).to_bytes(4, "little") + data[at + 4 :]


def _between_rows() -> bytes:
    """Cut off where one row ends and the next begins: its parser takes it for whole."""
    rows = [ROWS[0], *([f"R{n:03d}", "J01", "P01", "MZ01", "2026-06-01", n] for n in range(100))]
    return xls(rows)[:12183]


FILEPASS: Final = b"\x2f\x00\x06\x00\x00\x00\x01\x02\x03\x04"
"""A password that only garbles the cells, which the parser takes for none."""
EXTERNAL: Final = '<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
BIG_DIMENSION: Final = sheet_xml(dimension="A1:XFD1048576")

FORMATS: Final[dict[str, Callable[[], bytes]]] = {
    "good.xlsx": xlsx,
    "good.xls": xls,
    "good.xlsb": xlsb,
    "good.ods": ods,
    "macros.xlsm": lambda: xlsx(changed={"xl/vbaProject.bin": b"Auto_Open"}),
    "strict.xlsx": strict,
    "epoch-1904.xlsx": lambda: zipped(
        xlsx_parts({"记录": SHEET}, settings='<workbookPr date1904="1"/>')
    ),
    "epoch-1904.xls": lambda: xls(from_1904=True),
    "epoch-1904.xlsb": lambda: xlsb(from_1904=True),
    "hidden-sheet.xlsx": lambda: zipped(
        xlsx_parts({"记录": SHEET, "隐藏": SHEET}, hidden=["隐藏"])
    ),
    "ordinary-tail.ods": ordinary_tail_ods,
}
HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    # cells
    "sparse.xlsx": lambda: with_row(1048576, FAR_CELL),
    "sparse-row.xlsx": lambda: with_row(4294967295, '<c r="A4294967295"><v>2</v></c>'),
    "sparse-single-quotes.xlsx": lambda: with_row(1048576, FAR_CELL.replace('"', "'")),
    "sparse-out-of-sight.xlsx": lambda: with_row(1048576, FAR_CELL.replace("=", " = ")),
    "sparse-only-formatted.xlsx": lambda: with_row(1048576, EMPTY_CELL),
    "sparse.xlsb": sparse_xlsb,
    "repeated.ods": repeated_ods,
    "dimension-too-small.xlsx": lambda: xlsx({"记录": sheet_xml(dimension="A1:B2")}),
    "dimension-too-large.xlsx": lambda: xlsx({"记录": BIG_DIMENSION}),
    "dimension-nonsense.xlsx": lambda: xlsx({"记录": sheet_xml(dimension="ZZZZZ99:A0")}),
    "number-1e400.xlsx": lambda: with_cell('<c r="F4"><v>1e400</v></c>'),
    "number-nan.xlsx": lambda: with_cell('<c r="F4"><v>NaN</v></c>'),
    "error-value.xlsx": error_xlsx,
    "error-value.xls": lambda: xls(BOTH_ERRORS),
    "error-value.xlsb": lambda: xlsb(BOTH_ERRORS),
    "error-value.ods": error_ods,
    "padded-value.ods": padded_ods,
    "shared-string-missing.xlsx": lambda: with_cell('<c r="F4" t="s"><v>77</v></c>'),
    "many-sheets.xlsx": many_sheets,
    # XML
    "dtd.xlsx": lambda: xlsx({"记录": declared("<!DOCTYPE worksheet>", "R003")}),
    "external-entity.xlsx": lambda: xlsx({"记录": declared(EXTERNAL, "&e;")}),
    "billion-laughs.xlsx": lambda: xlsx({"记录": declared(laughs(), "&e9;")}),
    "dtd-in-utf-16.xlsx": lambda: xlsx(
        changed={"xl/worksheets/sheet1.xml": declared(EXTERNAL, "&e;").encode("utf-16")}
    ),
    "dtd-behind-a-comment.xlsx": lambda: sheet_entry(
        declared(f"<!--{' ' * 70_000}-->{EXTERNAL}", "&e;").encode(), deflate=True
    ),
    "external-entity.ods": lambda: ods(
        dict(ods_parts([("&e;",), *ROWS], before=EXTERNAL)) | {"mimetype": ods_parts()["mimetype"]}
    ),
    "deep.xlsx": lambda: sheet_entry(deep(50_000).encode(), deflate=True),
    "deep.ods": lambda: ods(
        {"content.xml": ods_parts([("<a>" * 2000 + "</a>" * 2000,)])["content.xml"]}
    ),
    "xml-cut-off.xlsx": lambda: xlsx({"记录": SHEET[: SHEET.index('<row r="4">')]}),
    "xml-with-nul.xlsx": lambda: xlsx({"记录": SHEET.replace("R003", "R0\x003")}),
    "nul-reference.xlsx": lambda: xlsx({"记录": SHEET.replace("R003", "R&#0;003")}),
    "no-sheet-part.xlsx": lambda: xlsx(changed={"xl/worksheets/sheet1.xml": None}),
    # the zip around it
    "bomb.xlsx": lambda: sheet_entry(bytes(12 << 20), deflate=True),
    "declares-less.xlsx": lambda: sheet_entry(SHEET.encode(), declared=100),
    "declares-more.xlsx": lambda: sheet_entry(SHEET.encode(), declared=100_000),
    "declares-terabytes.xlsx": lambda: sheet_entry(SHEET.encode(), declared=0xFFFFFFF0),
    "wrong-checksum.xlsx": lambda: sheet_entry(SHEET.encode(), checksum=7),
    "other-name-in-front.xlsx": lambda: sheet_entry(SHEET.encode(), local_name="xl/x.xml"),
    "two-sheets-of-one-name.xlsx": lambda: zip_of(
        [
            *(
                Entry(n, d.encode())
                for n, d in xlsx_parts({"记录": SHEET}).items()
                if isinstance(d, str)
            ),
            Entry("xl/worksheets/Sheet1.xml", SHEET.replace("R003", "R999").encode()),
        ]
    ),
    "more-than-it-lists.xlsx": lambda: zip_of([Entry("xl/workbook.xml", b"<a/>")], count=2),
    "something-behind.xlsx": lambda: xlsx() + b"more",
    # other containers
    "encrypted.xlsx": lambda: compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}),
    "encrypted.xls": lambda: xls(before=FILEPASS),
    "no-workbook.xls": lambda: compound({"Contents": b"x"}),
    "sectors-in-a-circle.xls": lambda: _circle(xls()),
    "word.xls": lambda: compound({"WordDocument": b"x"}),
    "truncated.xlsx": lambda: xlsx()[:-40],
    "truncated.xls": lambda: xls()[:-600],
    "truncated-between-rows.xls": _between_rows,
    "truncated.xlsb": lambda: xlsb()[:1500],
    "truncated.ods": lambda: ods()[:2000],
    # wrong names
    "workbook.csv": xlsx,
    "text.xlsx": GOOD_CSV.encode,
    "text-gb18030.xls": lambda: GOOD_CSV.encode("gb18030"),
    "text-utf-16.xls": lambda: GOOD_CSV.replace(",", "\t").encode("utf-16"),
    "old-workbook.xlsx": xls,
    "opendocument.xlsx": ods,
    "nul-bytes.csv": lambda: GOOD_CSV.replace("R003", "R0\x003").encode(),
    "picture.xlsx": lambda: b"\x89PNG\r\n\x1a\n" + bytes(40),
    "pdf.xls": lambda: b"%PDF-1.7\n",
    "word.xlsx": lambda: zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"}),
    "sqlite.csv": lambda: b"SQLite format 3\0" + bytes(84),
    "nothing.xlsx": lambda: b"",
}


FILES: Final[dict[str, Callable[[], bytes]]] = {
    **{f"formats/{name}": made for name, made in FORMATS.items()},
    **{f"hostile/{name}": made for name, made in {**HOSTILE, **ARCHIVES, **PAGES}.items()},
}


def main() -> int:
    """Write every file."""
    for name, made in FILES.items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made())
    return 0


if __name__ == "__main__":
    sys.exit(main())
