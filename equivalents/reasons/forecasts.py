"""Reasons about the years that a forecast is made of."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["FORECAST_REASONS"]

FORECAST_REASONS: Final = (
    Reason(
        "YEAR_TWICE",
        "error",
        "rules",
        "“{value}”的 {year} 年写了两行（另见 {other}）。每个机构、口径、年度只留一行。",
        "'{value}' has two rows of {year} (see {other}). Keep one for each institution, series and "
        "year.",
    ),
    Reason(
        "YEAR_MISSING",
        "error",
        "rules",
        "“{value}”缺少 {missing} 年的当量，无法按所选办法预测。请补上，或换一种办法。",
        "The equivalents of '{value}' in {missing} are missing, which the chosen method needs. Add "
        "them, or choose another method.",
    ),
)
