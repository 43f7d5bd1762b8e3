"""Random heads: names of posts for the staff, and a rule of which of them are heads'."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.text import csv_table

POSTS = ("院长", "副院长", "全科医生", "护士", "")


def write_leaders(rng: Random, folder: Path, span: tuple[date, date]) -> str:
    """Name the posts of `staff.csv`, each post code one name; return the rule for `case.yaml`."""
    rows = csv_table(folder / "staff.csv")
    names: dict[tuple[str, str, str], str] = {}
    for row in rows:
        at = (row["institution_id"], row["person_id"], row.get("post_id", ""))
        row["post"] = names.setdefault(at, rng.choice(POSTS))
    write_table(rng, folder / "staff.csv", list(rows[0]), rows)
    before, after = (span[0] - timedelta(days=rng.choice((0, 40)))).isoformat(), span[1].isoformat()
    first = f"{{posts: [院长], valid_from: {before}, valid_to: {after}, reference: 示例}}"
    then = f"{{posts: [院长, 副院长], valid_from: {after}, reference: 示例}}"
    return rng.choice(
        (
            "leaders: {posts: [院长, 副院长], reference: 示例}\n",
            f"leaders: {{posts: 院长, valid_from: {before}, reference: 示例}}\n",
            f"leaders: [{first}, {then}]\n",
        )
    )
