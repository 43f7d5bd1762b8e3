"""The commands about column maps 列映射: check one, propose one for a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equivalents.errors import UsageError, as_object
from equivalents.terminal import print_json, reporting, say, show_problems, show_table

if TYPE_CHECKING:
    from equivalents.mapping import Suggested

__all__ = ["check", "maps", "suggest"]

maps = typer.Typer(
    name="map",
    help="列映射：检查，或由文件拟一份建议稿。\n\n"
    "Column maps: check one, or propose one for a file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]
_CaseOption = Annotated[
    Path | None,
    typer.Option(
        metavar="CASE",
        help="资料文件夹：对照表和已知编号从中读取。The case with tables of codes and known ids.",
    ),
]


@maps.command()
def check(
    name: Annotated[
        str,
        typer.Argument(metavar="MAP", help="映射文件，或随附映射名。A map, or a shipped name."),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="导出文件，试着映射。An export to try it on."),
    ] = None,
    case: _CaseOption = None,
    as_json: _JsonOption = False,
) -> None:
    """检查列映射；给出文件则试着映射，不写任何文件。Check a map, and try it on a file."""
    from equivalents.mapping import check_map
    from equivalents.report.understoodline import understood_lines

    with reporting(as_json):
        checked = check_map(name, file, case)
    if as_json:
        found = checked.found
        about = {"map": found.name, "version": found.version, "table": found.table} if found else {}
        problems = [as_object(problem) for problem in checked.problems]
        print_json({**about, "tables": checked.tables, "problems": problems})
    else:
        show_problems(checked.problems, as_json=False, every=True)
        for line in understood_lines(checked.tables):
            say(line)
        rows = [
            [one["code"], one["column"], one["value"], f"{one['rows']:,}"]
            for table in checked.tables
            for one in table["map_faults"]
        ]
        if rows:
            titles = ["代码 code", "列 column", "值 value", "行数 rows"]
            show_table("不能映射的值 what cannot be mapped", titles, rows)
        elif not checked.faulty and checked.found is not None:
            one = checked.found
            say(f"映射无误 the map is sound: {one.name} {one.version} → {one.table}")
    if checked.faulty:
        raise typer.Exit(1)


@maps.command()
def suggest(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="导出文件。An export of the source.")
    ],
    table: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="映射到哪张数据表；不写则自行辨认。To which table; otherwise whichever fits.",
        ),
    ] = "",
    case: _CaseOption = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="OUT", help="写到这个文件。The file to write."),
    ] = None,
    as_json: _JsonOption = False,
) -> None:
    """由列名和内容拟一份映射建议稿，供核对。Propose a map from headings and content, to check."""
    from equivalents.mapping import suggest_map

    with reporting(as_json):
        if out is not None and out.exists():
            raise UsageError(
                f"文件“{out.name}”已存在，未作改动。\n"
                f"The file '{out.name}' exists and was left alone."
            )
        made = suggest_map(file, table, case, out.stem if out is not None else "proposed")
        if out is not None:
            out.write_text(made.text, encoding="utf-8", newline="\n")
    if not as_json:
        show_problems(made.problems, as_json=False)
        say(made.text if out is None else f"建议稿 proposal: {out}", nl=out is not None)
        return
    print_json(_as_object(made))


def _as_object(made: "Suggested") -> dict[str, Any]:
    """A proposal as ``--json`` shows it."""
    one = made.proposed
    return {
        "table": one.table,
        "columns": [
            {
                "column": each.column,
                "heading": each.heading,
                "confidence": each.confidence.name.lower(),
                "why": list(each.why),
                "others": list(each.others),
            }
            for each in one.columns
        ],
        "missing": list(one.missing),
        "constants": dict(one.constants),
        "codes": {column: dict(some) for column, some in one.codes.items()},
        "unused": list(made.unused),
        "text": made.text,
        "problems": [as_object(problem) for problem in made.problems],
    }
