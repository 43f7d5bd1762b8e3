"""The smallest case, for examples that can be worked by hand: only what differs is written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from tests.reference.settling import Outcome

SMALLEST = {
    "case.yaml": "period: 2025\n",
    "institutions.csv": "institution_id,group\nI1,II\n",
    "staff.csv": "person_id,institution_id\nP1,I1\nP2,I1\n",
    "weights.csv": "item_code,weight,valid_from\nA,1,2020-01-01\n",
    "pools.csv": "institution_id,pool,amount\nI1,main,0.00\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity\n",
}
HEAD = "institution_id,person_id,item_code,service_date,quantity,"


def a_case(folder: Path, **tables: str) -> Path:
    """Write the smallest case with some tables replaced: `weights="..."` is weights.csv."""
    given = {"case.yaml" if name == "case" else f"{name}.csv": tables[name] for name in tables}
    for name, text in (SMALLEST | given).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def codes(outcome: Outcome, series: str = "pay") -> list[str]:
    """Return the verdicts of one series in the order of rows: the state, or the code."""
    verdicts = [of_record[series] for of_record in outcome.verdicts.values()]
    return [verdict.code or verdict.state for verdict in verdicts]


def keys(outcome: Outcome, pool: str = "main") -> dict[str, Fraction]:
    """Return the key of everybody in one pool."""
    return {person: one.key for (_, of, person), one in outcome.payouts.items() if of == pool}


def paid(outcome: Outcome, pool: str = "main") -> dict[str, int]:
    """Return the fen of everybody in one pool."""
    return {who: one.amount_fen for (_, of, who), one in outcome.payouts.items() if of == pool}


def rows(header: str, *of: str) -> str:
    """Return a csv table of a header and rows."""
    return "\n".join((header, *of)) + "\n"
