"""Web pages that hospital systems name `.xls`, good and bad."""

from collections.abc import Callable
from html import escape
from typing import Final

from tests.files.make.books import ROWS

__all__ = ["PAGES"]


def table(cell: str = "td") -> str:
    """The good rows as a table."""
    return "<table border=1>{}</table>".format(
        "\n".join(
            "<tr>{}</tr>".format("".join(f"<{cell}>{escape(str(value))}</{cell}>" for value in row))
            for row in ROWS
        )
    )


def page(body: str, charset: str = "utf-8") -> str:
    """A page."""
    return (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{charset}">'
        f"<style>td {{mso-number-format:'\\@'}}</style></head><body>{body}</body></html>"
    )


SPANS: Final = (
    "<table><tr><th colspan=6>六月<br>服务记录</th></tr>"
    "<tr><td rowspan=2>R001</td><td>00123</td></tr><tr><td>B</td></tr></table>"
)
XML_2003: Final = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)
OPEN: Final = "<script>alert('<table>')</script><table><tr><td>a<td>b<tr><td>&lt;&#x4e2d;</table>"

PAGES: Final[dict[str, Callable[[], bytes]]] = {
    "page.xls": page(table()).encode,
    "page-gb2312.xls": lambda: page(table("th"), "gb2312").encode("gb18030"),
    "page-utf-16.xls": lambda: page(table()).encode("utf-16"),
    "page.html": lambda: table().encode("utf-8-sig"),
    "page-spans.xls": page(SPANS).encode,
    "page-two-tables.xls": page(table() + "<p>合计</p>" + table()).encode,
    "page-without-ends.xls": page(OPEN).encode,
    "page-in-page.xls": page(f"<table><tr><td>{table()}</td></tr></table>").encode,
    "page-cut-off.xls": lambda: page(table()).encode()[:-200],
    "page-wide.xls": page("<table><tr><td colspan=99999>a</td></tr></table>").encode,
    "page-without-table.xls": page("<p>登录已过期</p>").encode,
    "page-latin-1.xls": lambda: page(table(), "iso-8859-1").encode("gb18030"),
    "page-bad-bytes.xls": lambda: page("<table><tr><td>\xff").encode("latin-1"),
    "web-archive.xls": lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
    "excel-2003.xls": XML_2003.encode,
}
