"""The command that forecasts next year's equivalents for a budget (B3)."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from equivalents.errors import UsageError, as_object
from equivalents.terminal import console, print_json, reporting, show_problems

__all__ = ["forecast"]


_Years = Annotated[
    Path,
    typer.Argument(
        metavar="YEARS",
        exists=True,
        dir_okay=False,
        help="历年当量表：机构编号、年度、当量，可加当量口径。"
        "Past years: institution_id, year, equivalents, and series if wanted.",
    ),
]
_Weights = Annotated[
    str,
    typer.Option(
        metavar="A:B:C",
        help="近几年的权重，早的在前。Weights of the last years, the earliest first.",
    ),
]
_Growth = Annotated[
    bool,
    typer.Option(
        "--growth", help="改按上一年的增长率。By the growth rate of the last year instead."
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help="另存为 CSV。Write it as CSV too."),
]
_Json = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]


def forecast(
    years: _Years,
    weights: _Weights = "1:2:7",
    growth: _Growth = False,
    out: _Out = None,
    as_json: _Json = False,
) -> None:
    """预测下一年当量，供核定任务。Forecast next year's equivalents, for approved tasks."""
    from equivalents.forecast import GROWTH
    from equivalents.intake.yearsfile import forecasts
    from equivalents.report.forecasts import COLUMNS, csv_text, rows

    with reporting(as_json):
        found, problems = forecasts(years, GROWTH if growth else _weights(weights))
    if not found:
        show_problems(problems, as_json, every=True)
        raise typer.Exit(1)
    told = rows(found)
    if out is not None:
        out.write_text(csv_text(told), encoding="utf-8-sig", newline="")
    method = "growth" if growth else weights
    if as_json:
        result: dict[str, Any] = {"method": method, "forecasts": told}
        print_json({**result, "problems": [as_object(one) for one in problems]})
        return
    show_problems(problems, as_json)
    way = "上年增长率 growth" if growth else f"权重 weights {weights}"
    table = Table(title=f"预测当量 forecast（{way}）")
    for name, heading in COLUMNS.items():
        right = name in ("year", "forecast", "growth_percent")
        table.add_column(heading, justify="right" if right else "left")
    for row in told:
        table.add_row(*(row[name] for name in COLUMNS))
    console().print(table)


def _weights(text: str) -> tuple[int, ...]:
    parts = text.split(":")
    good = all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts)
    if not good or not any(map(int, parts)):
        raise UsageError(
            f"--weights {text} 须是用冒号隔开的整数，至少一个大于 0，如 1:2:7。\n"
            f"--weights {text}: whole numbers with colons between them, one above 0, like 1:2:7."
        )
    return tuple(map(int, parts))
