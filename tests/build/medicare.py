"""The Medicare lines of ``tests/data/medicare_lines`` as a case with known answers.

17,028 real service lines of 2,151 renumbered doctors in 52 states, with public-domain weights
(work values) and one pool per state, the real payments. 1,619 lines over 151 codes have no weight
on purpose. The source's lines have no date; every record here is given one date in 2012.

Modelling: state = institution, doctor = person with one posting in his state, place (F facility,
O office) = ``setting``, work value = weight in series ``pay``, pool ``work`` = payments of a state.

Run ``python -m tests.build.medicare FOLDER`` to write the case, and
``python -m tests.build.medicare --weight-table FILE`` to write ``weights/medicare-work-2022.csv``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.build.tables import read, write

__all__ = ["build", "expected_keys", "expected_payouts", "main", "write_weight_table"]

DATA: Final = Path(__file__).resolve().parents[1] / "data" / "medicare_lines"
SERVICE_DATE: Final = "2012-07-01"
VALID_FROM: Final = "2012-01-01"
REFERENCE: Final = "CMS PPRRVU22 work RVU, public domain"
WEIGHT_COLUMNS: Final = (
    "item_code",
    "weight",
    "valid_from",
    "series",
    "item_name",
    "unit",
    "reference",
)
CASE_YAML: Final = 'period: "2012"\ntitle: CMS 2012 service lines, work values 2022\n'


def yuan(cents: str) -> str:
    """Whole cents as text with two decimals: ``1853802`` is ``18538.02``."""
    padded = cents.zfill(3)
    return f"{padded[:-2]}.{padded[-2:]}"


def write_weight_table(path: Path) -> None:
    """Write the work values, digits untouched, in the weights columns, sorted by item code."""
    rows = sorted(
        (row["item_code"], row["work_rvu"], VALID_FROM, "pay", "", "次", REFERENCE)
        for row in read(DATA / "weights.csv")
    )
    write(path, WEIGHT_COLUMNS, rows)


def build(folder: Path) -> None:
    """Write the case into ``folder`` (made if it is missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, pools = read(DATA / "services.csv"), read(DATA / "expected_pools.csv")
    (folder / "case.yaml").write_text(CASE_YAML, encoding="utf-8", newline="\n")
    write(
        folder / "institutions.csv",
        ["institution_id"],
        [[state] for state in sorted({line["institution"] for line in lines})],
    )
    write(
        folder / "staff.csv",
        ["person_id", "institution_id"],
        sorted({(line["doctor_id"], line["institution"]) for line in lines}),
    )
    write(
        folder / "records.csv",
        ["institution_id", "person_id", "item_code", "service_date", "quantity", "setting"],
        (
            [
                line["institution"],
                line["doctor_id"],
                line["item_code"],
                SERVICE_DATE,
                line["quantity"],
                line["place"],
            ]
            for line in lines
        ),
    )
    write_weight_table(folder / "weights.csv")
    write(
        folder / "pools.csv",
        ["institution_id", "pool", "amount"],
        [[row["institution"], "work", yuan(row["pool_cents"])] for row in pools],
    )


def expected_keys() -> dict[str, str]:
    """Doctor to exact work equivalents, as text with four decimals."""
    return {row["doctor_id"]: row["work_equivalents"] for row in read(DATA / "expected_doctor.csv")}


def expected_payouts() -> dict[tuple[str, str], str]:
    """(Institution, doctor) to the payout, as text with two decimals."""
    rows = read(DATA / "expected_pool_allocation.csv")
    return {(row["institution"], row["doctor_id"]): row["amount"] for row in rows}


def main(arguments: Sequence[str]) -> int:
    """Write the case or the weight table; 2 for wrong usage."""
    match arguments:
        case ["--weight-table", path]:
            write_weight_table(Path(path))
        case [folder] if not folder.startswith("-"):
            build(Path(folder))
        case _:
            print("usage: python -m tests.build.medicare FOLDER | --weight-table FILE")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
