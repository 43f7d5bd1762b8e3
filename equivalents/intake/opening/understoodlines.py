"""What was understood of a table, as lines of text in Chinese or English."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from equivalents.intake.opening.forms import FORM_CODES, FORMS
from equivalents.intake.opening.understood import WHY_LEFT_OUT
from equivalents.reasons import in_language

__all__ = ["lines_of"]

_ZH: Final = {
    "one": "数据表：{table_title}（{table}），标题在第 {heading_row} 行，数据 {rows} 行",
    "two": "数据表：{table_title}（{table}），两行标题（至第 {heading_row} 行），数据 {rows} 行",
    "above": "标题之上第 {row} 行：{text}",
    "used": "使用的列：{list}",
    "unused": "未使用的列：{list}",
    "near": "{title}（是否为“{near}”？）",
    "rows": "隐藏（或被筛选掉）的行照常读入：{hidden_rows} 行，第一处在第 {hidden_row} 行",
    "columns": "隐藏的列照常读入：{list}",
    "blank": "空行：{blank_rows}",
    "left": "未读入第 {row} 行（{why}）：{text}",
    "more": "未读入的行共有 {left_out_count} 行",
    "form": "“{column}”列：{form}，{count} 处，如第 {row} 行“{example}”读作“{read_as}”",
}
_EN: Final = {
    "one": "table: {table} ({table_title}), headings in row {heading_row}, rows of data: {rows}",
    "two": "table: {table} ({table_title}), two rows of headings down to row {heading_row}, rows "
    "of data: {rows}",
    "above": "above the headings, row {row}: {text}",
    "used": "columns used: {list}",
    "unused": "columns not used: {list}",
    "near": "{title} (did you mean '{near}'?)",
    "rows": "hidden (or filtered) rows, read as any: {hidden_rows}, the first is row {hidden_row}",
    "columns": "hidden columns, read as any: {list}",
    "blank": "blank rows: {blank_rows}",
    "left": "row {row} left out ({why}): {text}",
    "more": "rows left out in all: {left_out_count}",
    "form": "column '{column}': {form}; cells: {count}, as in row {row} '{example}', read as "
    "'{read_as}'",
}
_SHOWN: Final = 60


def lines_of(known: Mapping[str, Any], language: str) -> list[str]:
    """The lines in ``zh`` or ``en``; ``known`` is what ``Understood.as_json`` gives."""
    chinese = language == "zh"
    return [*_lines(known, _ZH if chinese else _EN, chinese)]


def _lines(known: Mapping[str, Any], say: Mapping[str, str], chinese: bool) -> Iterator[str]:
    yield say["one" if known["heading_rows"] == 1 else "two"].format(**known)
    for row, text in known["rows_above"]:
        yield say["above"].format(row=row, text=text[:_SHOWN])
    between = "、" if chinese else ", "
    used = [_used(one) for one in known["columns"] if one["as"]]
    unused = [
        say["near"].format(**one) if one["near"] else one["title"]
        for one in known["columns"]
        if not one["as"]
    ]
    yield say["used"].format(list=between.join(used))
    if unused:
        yield say["unused"].format(list=between.join(unused))
    if known.get("hidden_rows"):
        yield say["rows"].format(**known)
    if known.get("hidden_columns"):
        yield say["columns"].format(list=between.join(known["hidden_columns"]))
    if known["blank_rows"]:
        yield say["blank"].format(**known)
    for row, why, text in known["left_out"]:
        because = in_language(WHY_LEFT_OUT[why], chinese)
        yield say["left"].format(row=row, why=because, text=text[:_SHOWN])
    if known["left_out_count"] > len(known["left_out"]):
        yield say["more"].format(**known)
    for one in known["forms"]:
        form = FORMS[FORM_CODES[one["form"]]]
        yield say["form"].format(**{**one, "form": form.zh if chinese else form.en})


def _used(column: Mapping[str, str]) -> str:
    """A column in use: its title, and ours where that is written differently."""
    title = column["title"]
    return title if title in (column["as"], column["heading"]) else f"{title} = {column['heading']}"
