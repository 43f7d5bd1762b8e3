"""The command ``template``: the Chinese workbook to fill in, blank or with a case in it."""

import re
from pathlib import Path
from typing import Annotated

import typer

from equivalents.errors import Problem, UsageError, as_object
from equivalents.findings import near
from equivalents.terminal import print_json, reporting, show_problems

__all__ = ["template"]

_NO_NAMES: list[str] = []


def template(
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="BOOK.xlsx",
            help="要写的工作簿，不得已存在。The workbook to write; it must not exist yet.",
        ),
    ],
    tables: Annotated[
        list[str],
        typer.Option(
            "--tables",
            metavar="TABLE",
            help="除必需的表外只要这些表，英文名或中文名，逗号分隔，可多次写；默认全部。"
            "Besides those needed only these tables, by name or title, parted by commas; "
            "may be repeated; default: all.",
        ),
    ] = _NO_NAMES,
    case: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="CASE",
            help="把这份资料写进工作簿。Write this case into the workbook.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
    ] = False,
) -> None:
    """写出供填报的中文工作簿。Write the Chinese workbook to fill in."""
    with reporting(as_json):
        names, files, problems = _write(out, tables, case)
    if as_json:
        told = {"book": out.as_posix(), "tables": names, "left_out": files}
        print_json({**told, "problems": [as_object(one) for one in problems]})
        return
    show_problems(problems, as_json=False)
    typer.echo(f"工作簿 workbook: {out}    再用 next: equivalents check {out}")
    if files:
        listed = ", ".join(files)
        typer.echo(f"未能放入（文件名须短于 32 字，只含文字和 - _ .）: {listed}", err=True)
        typer.echo("Left out: a file name must be short, of letters, digits and - _ .", err=True)


def _write(
    out: Path, tables: list[str], case: Path | None
) -> tuple[list[str], list[str], list[Problem]]:
    """Write the workbook: its tables, files of the case that it cannot hold, what is odd in it."""
    from equivalents.intake.casefolder import open_folder
    from equivalents.report.newfile import new_file
    from equivalents.report.template.filling import filling_of, left_out
    from equivalents.report.template.writing import ordered, write_template

    named = _named(tables)
    opened = open_folder(case) if case is not None else None
    filling = filling_of(opened) if opened is not None else None
    if filling is not None and named is not None:
        named = [*named, *(one.table for one in filling.tables)]
    with new_file(out, ".xlsx") as path:
        write_template(path, ordered(named), filling)
    told = filling.told if filling is not None else []
    return [*ordered(named)], left_out(opened) if opened is not None else [], told


def _named(texts: list[str]) -> list[str] | None:
    """The tables that are named; ``None``: all.

    Raises:
        UsageError: there is no such table.
    """
    from equivalents.intake.headings import TABLES

    names = {sheet.title: sheet.name for sheet in TABLES.values()}
    names |= {name: name for name in TABLES}
    wanted = [one for text in texts for one in re.split(r"[,，、\s]+", text) if one]
    for one in wanted:
        if one not in names:
            chinese, _, english = near(one, list(names)).partition("¦")
            raise UsageError(
                f"没有数据表“{one}”{chinese}。\nThere is no table '{one}'{english or chinese}."
            )
    return [names[one] for one in wanted] or None
