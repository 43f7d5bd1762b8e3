"""The command ``look``: one file as it would be understood, without a case."""

from pathlib import Path
from typing import Annotated, Any

import typer

from equivalents.errors import as_object
from equivalents.terminal import print_json, reporting, say, show_problems, show_table

__all__ = ["look"]


def look(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="一个文件。The file to look at.")],
    table: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="当作哪张数据表；不写则自行辨认。As which table; otherwise whichever it fits.",
        ),
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
    ] = False,
) -> None:
    """看一个文件会怎样读取：标题、数据表、前几行。How a file would be read; nothing is written."""
    from equivalents.intake.opening.understoodlines import lines_of
    from equivalents.looking import look_file

    with reporting(as_json):
        looked = look_file(file, table)
    if as_json:
        print_json(
            {
                "tables": [_as_json(one) for one in looked.tables],
                "problems": [as_object(problem) for problem in looked.problems],
            }
        )
        return
    for one in looked.tables:
        known = one.understood
        say(" ".join(filter(None, (known["file"], known["sheet"]))))
        for language in ("zh", "en"):
            for line in lines_of(known, language):
                say(f"    {line}")
        rows = [[str(number), *texts] for number, texts in one.rows]
        show_table("前几行 first rows", ["行 row", *one.headings], rows)
    show_problems(looked.problems, as_json=False)


def _as_json(one: Any) -> dict[str, Any]:
    rows = [
        {"row": number, **dict(zip(one.headings, texts, strict=True))} for number, texts in one.rows
    ]
    return {**one.understood, "first_rows": rows}
