"""The little that every foreign peer needs from a case folder besides its tables."""

import re
from datetime import date
from pathlib import Path

from benchmarks.world import Rules

__all__ = ["period", "records_file", "rules"]


def rules(case: Path) -> Rules:
    """Whether the weights have counting bases; if so records may have performers too."""
    with (case / "weights.csv").open(encoding="utf-8") as file:
        return "full" if "counting_basis" in next(file) else "plain"


def period(case: Path) -> tuple[date, date]:
    """The first day of the period, a year, and the first day after it."""
    found = re.search(r'^period: "?(\d{4})"?$', (case / "case.yaml").read_text("utf-8"), re.M)
    if found is None:
        raise ValueError("case.yaml names no year as its period")
    year = int(found[1])
    return date(year, 1, 1), date(year + 1, 1, 1)


def records_file(case: Path) -> Path:
    """The one file with the records, Parquet or CSV."""
    return next(path for path in sorted(case.iterdir()) if path.stem == "records")
