"""The first sheet of the marked copy, 问题清单: every problem with a link to its cell."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from equivalents.intake.opening.othersheets import OWN_SHEETS
from equivalents.report.marking.pagesheet import COLOURS
from equivalents.report.marking.sentences import SEVERITIES
from equivalents.report.neutral import legible, neutral
from equivalents.report.template.lists import LAST_ROW
from equivalents.report.template.styles import Styles

__all__ = ["LISTED", "LIST_SHEET", "Listing", "write_list"]

LIST_SHEET: Final = "问题清单"
_HEAD: Final = 5
LISTED: Final = LAST_ROW - _HEAD
"""Problems that a sheet can list."""
_LINKS: Final = 65_000
"""Links of a sheet; Excel takes 65,530."""
_COLUMNS: Final = (
    ("定位", 24), ("文件", 22), ("工作表", 14), ("行", 9), ("列", 16), ("值", 22), ("级别", 8),
    ("代码", 24), ("原因", 56), ("怎么办", 48), ("口径", 12),
)  # fmt: skip
_RANKS: Final = {"error": 2, "warning": 1}


class Listing(NamedTuple):
    """A problem as the list shows it; ``sheet_name`` and ``cell`` are where the link leads."""

    sheet_name: str
    cell: str
    file: str
    sheet: str
    row: int
    column: str
    value: str
    severity: str
    code: str
    reason: str
    remedy: str
    series: str


def write_list(
    sheet: Any,
    listings: Iterable[Listing],
    counts: Mapping[str, int],
    notes: Sequence[str],
    styles: Styles,
) -> None:
    """Write the list; ``counts`` are true counts by severity, however many are listed."""
    total = sum(counts.values())
    sheet.write_string(0, 0, OWN_SHEETS[LIST_SHEET], styles(bold=True, font_size=14))
    parts = [f"{SEVERITIES[name]} {counts[name]:,}" for name in SEVERITIES if counts.get(name)]
    cut = f"；本页只能列出前 {LISTED:,} 个，全部用 check --json" if total > LISTED else ""
    sheet.write_string(1, 0, f"共 {total:,} 个问题（{'，'.join(parts)}）{cut}", styles(bold=True))
    sheet.write_string(2, 0, legible("　".join(notes)), styles(font_color="#666666"))
    for rank, text in ((2, "错误：须改正"), (1, "提示：请核实")):
        sheet.write_string(3, 2 - rank, text, styles(bg_color=COLOURS[rank], border=1))
    head = styles(bold=True, bg_color="#E8EEF4", border=1)
    for at, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(4, at, title, head)
    last = 4
    for last, one in enumerate(listings, _HEAD):
        _write_row(sheet, last, one, styles, linked=last < _LINKS)
    sheet.freeze_panes(_HEAD, 1)
    sheet.autofilter(4, 0, max(last, 4), len(_COLUMNS) - 1)
    sheet.activate()


def _write_row(sheet: Any, at: int, one: Listing, styles: Styles, *, linked: bool) -> None:
    top: dict[str, Any] = {"valign": "top", "border": 1, "border_color": "#CCCCCC"}
    plain = styles(**top, num_format="@")
    if one.cell:
        shown = neutral(f"{one.sheet_name}!{one.cell}")
        link = styles(**top, font_color="#0563C1", underline=1)
        if linked:
            target = one.sheet_name.replace("'", "''")
            sheet.write_url(at, 0, f"internal:'{target}'!{one.cell}", link, shown)
        else:
            sheet.write_string(at, 0, shown, plain)
    sheet.write_string(at, 1, neutral(one.file), plain)
    sheet.write_string(at, 2, neutral(one.sheet), plain)
    if one.row:
        sheet.write_number(at, 3, one.row, styles(**top))
    sheet.write_string(at, 4, neutral(one.column), plain)
    sheet.write_string(at, 5, neutral(one.value), plain)
    rank = _RANKS.get(one.severity, 0)
    colour = {"bg_color": COLOURS[rank]} if rank else {}
    sheet.write_string(at, 6, SEVERITIES[one.severity], styles(**top, **colour))
    sheet.write_string(at, 7, one.code, plain)
    wrap = styles(**top, text_wrap=True)
    sheet.write_string(at, 8, neutral(one.reason), wrap)
    sheet.write_string(at, 9, neutral(one.remedy), wrap)
    sheet.write_string(at, 10, neutral(one.series), plain)
