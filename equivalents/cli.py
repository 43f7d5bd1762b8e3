"""The command line: settle a period, check its data, try the demo.

Exit codes: 0 done, 1 the data has problems (listed), 2 wrong usage, 3 a defect of ours.
"""

import json
import signal
import sys
import traceback
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from equivalents.asking import compare, explain
from equivalents.bookcli import template
from equivalents.cachecli import CacheOption, kept_counts
from equivalents.checkcli import CaseArgument, JsonOption, check
from equivalents.closingcli import correct, year_end
from equivalents.dbcli import db
from equivalents.dbkeepingcli import backup, expire, restore, trail, verify
from equivalents.dbputcli import cache, put, show
from equivalents.errors import Problem, as_object
from equivalents.evidencecli import evidence
from equivalents.exportcli import export
from equivalents.forecastcli import forecast
from equivalents.importcli import import_
from equivalents.lookcli import look
from equivalents.mapcli import maps
from equivalents.periodlatercli import period
from equivalents.run import settle_case
from equivalents.schemecli import scheme
from equivalents.servecli import serve, settings
from equivalents.storecasecli import CaseStoreOption, case_given, counts_of
from equivalents.studycli import study
from equivalents.terminal import (
    console,
    print_json,
    progress,
    reporting,
    show_problems,
    show_summary,
    show_table,
    show_understood,
)
from equivalents.version import __version__

__all__ = ["CaseArgument", "JsonOption", "OnReject", "app", "check", "demo", "main", "settle"]

app = typer.Typer(
    name="equivalents",
    help="当量绩效核算：服务记录 → 当量 → 分配到人、分文不差。\n\n"
    "Workload equivalents: from service records to payouts that add up to the fen.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_DEMO = "DEMO.txt"
_DEMO_NOTE = (
    "示例资料，全部为虚构；再次运行 equivalents demo 会替换本文件夹。\n"
    "A made-up case; running `equivalents demo` again replaces this folder.\n"
)


_OutOption = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder for the result."),
]


class OnReject(StrEnum):
    """What ``settle`` does when records were rejected."""

    STOP = "stop"
    QUARANTINE = "quarantine"


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"equivalents {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="显示版本。Show the version."
        ),
    ] = False,
) -> None:
    """Options before the command."""


@app.command()
def settle(
    case: CaseArgument,
    out: _OutOption,
    on_reject: Annotated[
        OnReject,
        typer.Option(
            help="有退回记录时：stop 停止；quarantine 隔离后继续。"
            "With rejected records: stop, or set them aside and settle the rest."
        ),
    ] = OnReject.STOP,
    payouts_only: Annotated[
        bool,
        typer.Option(
            "--payouts-only",
            help="只算分配，不写项目明细与计数表（最快）。"
            "Payouts only: no item lines and no tally (fastest).",
        ),
    ] = False,
    store: CaseStoreOption = "",
    cache: CacheOption = None,
    as_json: JsonOption = False,
) -> None:
    """核算一个期间，结果写入 OUT。Settle a period into the folder OUT."""
    understood: list[Mapping[str, Any]] = []
    with reporting(as_json), progress() as told:
        kept = kept_counts(cache or counts_of(case, store))
        settlement = settle_case(
            case_given(case, store),
            out,
            stop_on_reject=on_reject is OnReject.STOP,
            direct=payouts_only,
            told=told,
            shown=understood.extend if as_json else show_understood,
            cache=kept,
        )
    result = json.loads((out / "summary.json").read_bytes())
    problems = [] if kept is None else [*kept.problems]
    if settlement.payouts is None:
        problems.append(Problem("REJECTED_ROWS", facts={"count": str(settlement.counted.rejected)}))
    if as_json:
        more = {"understood": understood} if understood else {}
        listed = [as_object(problem) for problem in problems]
        print_json({"out": out.as_posix(), **result, **more, "problems": listed})
    else:
        show_summary(result, out)
        show_problems(problems, as_json)
    if settlement.payouts is None:
        raise typer.Exit(1)


app.command()(check)


@app.command()
def demo(
    out: _OutOption = Path("demo-out"),
    county: Annotated[
        Path,
        typer.Option(metavar="CASE", help="示例资料文件夹。Where the made-up case is written."),
    ] = Path("demo-county"),
    records: Annotated[
        int, typer.Option(min=5000, max=50_000_000, help="服务记录条数。How many service records.")
    ] = 1_500_000,
    as_json: JsonOption = False,
) -> None:
    """编造一个示例县并核算，无需任何准备。Make up a realistic county, settle it and show it."""
    from equivalents.demo import write_county
    from equivalents.demo.summary import (
        assessed_line,
        by_component,
        by_fund,
        by_institution,
        by_pool,
        notes_line,
        pay_cap_line,
    )
    from equivalents.report.folder import check_replaceable, new_folder

    with reporting(as_json), progress() as told:
        check_replaceable(out)
        with new_folder(county, mark=_DEMO) as fresh:
            write_county(fresh, records=records, progress=told)
            (fresh / _DEMO).write_text(_DEMO_NOTE, encoding="utf-8")
        settle_case(county, out, stop_on_reject=False, told=told)
    result = json.loads((out / "summary.json").read_bytes())
    if as_json:
        print_json({"case": county.as_posix(), "out": out.as_posix(), **result})
        return
    show_summary(result, out)
    show_table(*by_fund(county, out))
    console().print(pay_cap_line(out))
    show_table(*by_pool(out))
    console().print(assessed_line(out), highlight=False)
    show_table(*by_component(out))
    show_table(*by_institution(county, out))
    console().print(notes_line(out), highlight=False)
    typer.echo(
        f"资料 case: {county}    结果 result: {out}    工作簿 workbook: {out}/settlement.xlsx\n"
        f"再看 next: equivalents explain {out} --person P0322"
    )


app.command()(template)
app.command()(look)
app.command()(explain)
app.command()(compare)
app.command()(forecast)
app.command()(correct)
app.command("year-end")(year_end)
app.command()(export)
app.command("import")(import_)
app.command()(serve)
app.command()(settings)
for _command in (verify, backup, restore, expire, evidence, trail, put, show, cache):
    db.command()(_command)
app.add_typer(db, name="db")
app.add_typer(maps, name="map")
app.add_typer(period, name="period")
app.add_typer(scheme, name="scheme")
app.add_typer(study, name="study")


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


def main() -> None:
    """Run the command line."""
    # Ended from outside we still leave nothing behind: temporary folders go with the program.
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(number, _end)
    # Windows consoles may not be UTF-8; a character that cannot be shown must not end the run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception:
        # Exit code 1 would say that the data is at fault; this is a defect of ours.
        traceback.print_exc()
        sys.exit(3)
