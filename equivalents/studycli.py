"""The commands of cost studies (A11): cost per equivalent, weights, manpower coefficients."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equivalents.terminal import console, print_json, reporting, show_problems, show_table

if TYPE_CHECKING:
    from equivalents.report.studies import Study

__all__ = ["cost", "manpower", "study", "weights"]

study = typer.Typer(
    help="成本测算：当量成本、当量值、人力成本。\n\n"
    "Cost studies: cost per equivalent, weights, labour cost of items.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_StudyArgument = Annotated[
    Path,
    typer.Argument(
        metavar="STUDY",
        exists=True,
        dir_okay=False,
        help="测算文件（YAML）：方法、数据表、参数、依据。"
        "The study file: method, tables, parameters, reference.",
    ),
]
_OutOption = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder for the result."),
]
_JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]
_SHOWN = 30


@study.command()
def cost(file: _StudyArgument, out: _OutOption, as_json: _JsonOption = False) -> None:
    """当量成本：按机构、渠道、规模档。Cost per equivalent by institution, channel and tier."""
    from equivalents.studies import study_cost

    _run(study_cost, file, out, as_json)


@study.command()
def weights(file: _StudyArgument, out: _OutOption, as_json: _JsonOption = False) -> None:
    """由耗时、专家或实测推出当量值。Weights out of time and risk, experts or observed time."""
    from equivalents.studyweights import study_weights

    _run(study_weights, file, out, as_json)


@study.command()
def manpower(file: _StudyArgument, out: _OutOption, as_json: _JsonOption = False) -> None:
    """按人力系数算项目人力成本。Labour cost of items by manpower coefficients."""
    from equivalents.studies import study_manpower

    _run(study_manpower, file, out, as_json)


def _run(made: "Callable[[Path], Study]", file: Path, out: Path, as_json: bool) -> None:
    from equivalents.report.folder import check_replaceable
    from equivalents.report.studies import write_study

    with reporting(as_json):
        check_replaceable(out)
        done = made(file)
        summary = write_study(done, out)
    if as_json:
        print_json({"out": out.as_posix(), **summary})
        return
    show_problems(done.problems, as_json)
    table = done.tables[0]
    places = [[*table.columns].index(name) for name in table.shown]
    headings = [f"{table.columns[name]}\n{name}" for name in table.shown]
    rows = [[row[at] for at in places] for row in table.said()[:_SHOWN]]
    show_table(done.title, headings, rows)
    if len(table.rows) > _SHOWN:
        console().print(f"……共 {len(table.rows)} 行 rows: {out}/{table.name}.csv")
    typer.echo(f"结果 result: {out}")
