"""The data-quality report as one page: no script, nothing from elsewhere, plots as inline SVG.

Every text is escaped, and drawings are made of whole pixels from whole numbers, so the same data
gives the same bytes. Source: issue "Files as they are", data-quality report.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from equivalents.report.neutral import legible
from equivalents.report.qualitytables import Quality, QualityTable, filled_marks, percent
from equivalents.version import __version__

__all__ = ["quality_page"]

_ROWS: Final = 200
"""Rows of a table, or of the heat table, that the page shows; the workbook has all."""
_KINDS: Final = {12: ' class="d"', 34: ' class="name"'}
"""How texts of a column of some width in the workbook are set: days on one line."""
_STYLE: Final = """
:root{--ink:#1f2933;--soft:#5b6773;--line:#d9e0e6;--good:#2f6f8f;--bad:#c0392b;--warm:#f4f7f9}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);line-height:1.5;font-size:15px;
font-family:"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Noto Sans SC",sans-serif}
main{max-width:1200px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:34px 0 4px}
small,.en{color:var(--soft);font-size:12px;font-weight:normal}
p{margin:4px 0 10px;color:var(--soft);font-size:13px}
nav{display:flex;flex-wrap:wrap;gap:4px 14px;margin:12px 0;font-size:13px}
a{color:var(--good)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:10px;
margin:16px 0}
.card{background:var(--warm);border:1px solid var(--line);border-radius:6px;padding:10px 12px}
.card b{display:block;font-size:22px;line-height:1.3;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{padding:5px 7px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{background:var(--warm);font-weight:600;vertical-align:bottom;min-width:58px}
th .en{display:block;line-height:1.2}
tr:last-child td{border-bottom:0}
td:first-child,.name{min-width:120px;max-width:320px;overflow-wrap:anywhere}
.wide td:first-child,.wide th:first-child{position:sticky;left:0;background:#fff}
.wide th:first-child{background:var(--warm)}
.d{white-space:nowrap}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th.n{white-space:normal}
.heat td{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.heat td:first-child{text-align:left;white-space:normal}
.h0{background:#fdecea;color:#8e2a1e}.h1{background:#eaf3f7}.h2{background:#cfe3ec}
.h3{background:#a9cddc}.h4{background:#78afc6}.h5{background:#2f6f8f;color:#fff}
.key{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12px;color:var(--soft);margin:6px 0}
.key i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:5px}
svg{display:block;width:100%;height:auto;max-width:900px}
svg text{fill:#5b6773;font-size:12px;font-family:inherit}
footer{margin-top:40px;color:var(--soft);font-size:12px}
@media(max-width:600px){.plot{overflow-x:auto}svg{width:auto;height:220px;max-width:none!important}
main{padding:14px 10px 32px}h1{font-size:20px}.card b{font-size:19px}
.cards{grid-template-columns:repeat(2,1fr)}th,td{padding:4px 5px}table{font-size:12px}
td:first-child,.name{min-width:86px;max-width:150px}th{min-width:46px}}
@media print{@page{size:A4 landscape;margin:12mm}nav{display:none}main{max-width:none;padding:0}
.wide{overflow:visible;border:0}table{font-size:9px}th,td{padding:2px 4px}
th{white-space:normal}thead{display:table-header-group}tr,svg,.card{break-inside:avoid}
h2{break-after:avoid}body{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def quality_page(quality: Quality, tables: Sequence[QualityTable]) -> str:
    """The page in full: cards, plots, then the tables, each cut at the rows a page may show."""
    parts = [*_head(quality, tables), *_cards(quality)]
    for table in tables:
        parts.append(f'<section id="{table.key}"><h2>{_both(table.zh, table.en)}</h2>')
        if table.key == "month":
            parts += _bars(quality)
        if table.key == "coverage":
            parts += _heat(quality)
        else:
            parts += _table(table)
        parts.append("</section>")
    parts.append(f"<footer>equivalents {_text(__version__)} · quality.xlsx</footer>")
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def _text(text: str) -> str:
    """A text as it may stand in the page."""
    return escape(legible(text))


def _both(zh: str, en: str) -> str:
    return f'{_text(zh)} <span class="en">{_text(en)}</span>'


def _head(quality: Quality, tables: Sequence[QualityTable]) -> Iterator[str]:
    title = f"数据质量报告 {quality.title}"
    yield '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8"/>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
    yield f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f'<h1>{_text(title)} <span class="en">Data quality</span></h1>'
    links = (f'<a href="#{table.key}">{_text(table.zh)}</a>' for table in tables)
    yield f"<nav>{' '.join(links)}</nav>"


def _cards(quality: Quality) -> Iterator[str]:
    """The figures that are looked at first."""
    sums = quality.sums
    total, rejected = sums.total(), sums.total("rejected")
    needed = filled_marks(required=True)
    filled = sum(map(sums.total, needed))
    figures = (
        ("收到", "received", f"{total:,}"),
        ("退回", "rejected", f"{rejected:,}"),
        ("完整性：必填已填", "completeness", _share(filled, total * len(needed))),
        ("有效性：未退回", "validity", _share(total - rejected, total)),
        ("唯一性：编号重复", "repeated ids", f"{sums.total('in:uniqueness'):,}"),
        ("唯一性：相同行", "equal rows", f"{sums.total('equal'):,}"),
        ("时效性：期间之外", "outside the period", f"{quality.outside:,}"),
        ("一致性：对不上", "at odds with tables", f"{sums.total('in:consistency'):,}"),
    )
    yield '<div class="cards">'
    for zh, en, figure in figures:
        yield f'<div class="card">{_text(zh)}<b>{figure}</b><small>{_text(en)}</small></div>'
    yield "</div>"


def _share(part: int, whole: int) -> str:
    share = percent(part, whole)
    return f"{share}%" if share else "–"


def _bars(quality: Quality) -> Iterator[str]:
    """Bars by month: records received, those rejected in another colour."""
    labels = quality.labels("month")
    shown = quality.shown("month")
    received = [int(quality.sums.received["month"][at]) for at in shown]
    rejected = [int(quality.sums.marked("month", "rejected")[at]) for at in shown]
    most, step, high = max([*received, 1]), 900 // max(len(shown), 6), 180
    yield (
        '<div class="key"><span><i style="background:#2f6f8f"></i>收到且未退回 accepted</span>'
        '<span><i style="background:#c0392b"></i>退回 rejected</span></div>'
    )
    yield (
        f'<div class="plot"><svg viewBox="0 0 {step * len(shown)} {high + 44}" '
        f'style="max-width:{step * len(shown)}px" role="img" '
        'aria-label="各月记录 records by month">'
    )
    for nth, (at, count, bad) in enumerate(zip(shown, received, rejected, strict=True)):
        left, wide = nth * step + step // 6, step - step // 3
        tall = count * high // most
        red = -(-bad * high // most)  # a single rejected record is to be seen
        name = labels[at].strip("（）").partition(" ")[0]
        middle = nth * step + step // 2
        yield f"<g><title>{_text(labels[at])}: {count:,} / {bad:,}</title>"
        top = 20 + high - max(tall, red)
        yield _box(left, top, wide, max(tall, red), "#2f6f8f")
        yield _box(left, 20 + high - red, wide, red, "#c0392b")
        yield f'<text x="{middle}" y="{top - 5}" text-anchor="middle">{count:,}</text>'
        yield f'<text x="{middle}" y="{high + 38}" text-anchor="middle">{_text(name)}</text></g>'
    yield "</svg></div>"


def _box(left: int, top: int, wide: int, high: int, colour: str) -> str:
    return f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" fill="{colour}"/>'


def _heat(quality: Quality) -> Iterator[str]:
    """Institutions by months: darker where there are more records, red where there are none."""
    sums, labels = quality.sums, quality.labels("institution")
    shown, months = quality.shown("institution"), quality.shown("month")
    most = max(int(sums.monthly["institution"].max(initial=0)), 1)
    yield "<p>机构各月收到的记录；红色为没有记录。Records by institution and month; red: none.</p>"
    yield '<div class="wide"><table class="heat"><thead><tr>'
    yield f"<th>{_both('机构', 'institution')}</th>"
    for at in months:
        zh, _, en = quality.labels("month")[at].strip("（）").partition(" ")
        yield f'<th class="n">{_both(zh, en)}</th>'
    yield "</tr></thead><tbody>"
    for place in shown[:_ROWS]:
        yield f"<tr><td>{_text(labels[place])}</td>"
        for at in months:
            count = int(sums.monthly["institution"][place, at])
            inside = at < len(quality.groups.months) and place < len(quality.groups.institutions)
            shade = -(-count * 5 // most)
            style = f' class="h{shade}"' if count or inside else ""
            yield f"<td{style}>{count:,}</td>"
        yield "</tr>"
    yield "</tbody></table></div>"
    yield from _cut(len(shown))


def _table(table: QualityTable) -> Iterator[str]:
    """A table, numbers to the right; the rows beyond what a page may show are in the workbook."""
    yield f"<p>{_text(table.note)}</p>"
    if not table.rows:
        yield "<p>无。None.</p>"
        return
    yield '<div class="wide"><table><thead><tr>'
    for column in table.columns:
        kind = ' class="n"' if column.form else ""
        yield f"<th{kind}>{_both(column.zh, column.en)}</th>"
    yield "</tr></thead><tbody>"
    for row in table.rows[:_ROWS]:
        cells = []
        for column, value in zip(table.columns, row, strict=True):
            kind = ' class="n"' if column.form else _KINDS.get(column.width, "")
            shown = f"{int(value):,}" if column.form == "#,##0" and value else _text(value)
            cells.append(f"<td{kind}>{shown}</td>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
    yield from _cut(len(table.rows))


def _cut(rows: int) -> Iterator[str]:
    if rows > _ROWS:
        yield (
            f"<p>共 {rows:,} 行，这里列前 {_ROWS} 行，其余见 quality.xlsx。"
            f"{rows:,} rows; the first {_ROWS} are shown, all are in quality.xlsx.</p>"
        )
