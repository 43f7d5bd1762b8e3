"""The subsidies of 14 community health centres, 2019 to 2021, as cases with known answers.

Data: ``tests/data/chinese_centres`` (ChinaXiv 202207.00109, CC BY 4.0, 娄翠迪 et al.).

Modelling. The real total subsidy of a year is one pool, shared over the centres by their real
equivalents. A case shares a pool among the people of one institution, so here the one institution
is ``COUNTY`` (县级资金池) and its 14 "people" are the centres S1 to S14 as payees, with names that
say 中心. The published totals are not always basic + public health to the last digit, so each
centre has one record of the published total and not one per part. The totals are printed in
万当量 (ten thousand equivalents); as single equivalents some would pass the quantity limit of
1,000,000, so the quantity is the printed figure (121.73) in the unit 万当量 and the weight is
10000.0000. Inputs are the published tables; the answers are ``expected_pool_allocation.csv``.

Run ``python -m tests.build.centres YEAR FOLDER``.
"""

import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.build.tables import read, write

__all__ = ["YEARS", "build", "expected", "main", "pool_yuan"]

DATA: Final = Path(__file__).resolve().parents[1] / "data" / "chinese_centres"
YEARS: Final = (2019, 2020, 2021)
COUNTY: Final = "COUNTY"
ITEM: Final = "EQUIVALENTS_WAN"
REFERENCE: Final = "ChinaXiv 202207.00109"


def pool_yuan(year: int) -> str:
    """The real total subsidy of the year in yuan: the sum of the published 万元."""
    rows = read(DATA / "institution_money_wan_yuan.csv")
    total = sum((Decimal(row[f"actual_{year}"]) for row in rows), Decimal(0))
    return f"{total * 10000:.2f}"


def build(year: int, folder: Path) -> None:
    """Write the case of one of ``YEARS`` into ``folder`` (made if it is missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    totals = {
        row["institution"]: row[f"total_wan_{year}"]
        for row in read(DATA / "institution_equivalents.csv")
    }
    (folder / "case.yaml").write_text(
        f'period: "{year}"\ntitle: {year} 年 14 家社区卫生服务中心补助\n',
        encoding="utf-8",
        newline="\n",
    )
    write(folder / "institutions.csv", ["institution_id", "name"], [[COUNTY, "县级资金池"]])
    write(
        folder / "staff.csv",
        ["person_id", "institution_id", "name"],
        [[centre, COUNTY, f"{centre} 中心"] for centre in totals],
    )
    write(
        folder / "records.csv",
        ["institution_id", "person_id", "item_code", "service_date", "quantity"],
        [[COUNTY, centre, ITEM, f"{year}-12-31", wan] for centre, wan in totals.items()],
    )
    write(
        folder / "weights.csv",
        ["item_code", "weight", "valid_from", "item_name", "unit", "reference"],
        [[ITEM, "10000.0000", "2019-01-01", "已公布的总当量", "万当量", REFERENCE]],
    )
    write(
        folder / "pools.csv",
        ["institution_id", "pool", "amount"],
        [[COUNTY, "subsidy", pool_yuan(year)]],
    )


def expected(year: int) -> dict[str, str]:
    """Centre to its part of the year's subsidy in yuan, as text with two decimals."""
    return {
        row["institution"]: row["largest_remainder_yuan"]
        for row in read(DATA / "expected_pool_allocation.csv")
        if row["year"] == str(year)
    }


def main(arguments: Sequence[str]) -> int:
    """Write the case of a year; 2 for wrong usage."""
    if len(arguments) != 2 or arguments[0] not in map(str, YEARS):
        print("usage: python -m tests.build.centres 2019|2020|2021 FOLDER")
        return 2
    build(int(arguments[0]), Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
