"""Forecasts as rows of text: what a terminal, JSON and a CSV file show (B3)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from equivalents.exact import half_up
from equivalents.intake.yearsfile import Forecast
from equivalents.units import print_e4, print_e7

__all__ = ["COLUMNS", "csv_text", "rows"]

COLUMNS: Final[Mapping[str, str]] = {
    "institution_id": "机构 institution",
    "series": "口径 series",
    "year": "年度 year",
    "past": "历年 past years",
    "growth_percent": "增长率% growth",
    "forecast": "预测 forecast",
}
"""The columns and what people call them."""


def rows(forecasts: Iterable[Forecast]) -> list[dict[str, str]]:
    """One row a forecast; a growth rate has four places of a per cent, half-up, for display."""
    return [
        {
            "institution_id": one.institution_id,
            "series": one.series,
            "year": str(one.year),
            "past": " ".join(map(print_e7, one.past_e7)),
            "growth_percent": "" if one.growth is None else print_e4(half_up(one.growth * 10**6)),
            "forecast": print_e7(one.forecast_e7),
        }
        for one in forecasts
    ]


def csv_text(told: Sequence[Mapping[str, str]]) -> str:
    """The rows as CSV with line feeds."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    return text.getvalue()
