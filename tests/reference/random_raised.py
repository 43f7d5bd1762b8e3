"""Random coefficients above 1 on pools, and the funds that pay the excess (5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.random_fundkinds import FundPlan, Yaml
from tests.reference.random_fundtables import COEFFICIENT_COLUMNS
from tests.reference.tables import rows_of

KIND = "remote-extra"


def raise_pools(plan: FundPlan, folder: Path, declared: Yaml, pools: Sequence[str]) -> None:
    """Give some institutions a coefficient above 1 on one pool, and let a fund pay for it.

    The excess is small, and mostly there is enough of the fund; :func:`spare` takes back the rest.
    """
    rng = plan.rng
    funds = [name for name, fund in plan.funds.items() if fund.get("below_zero") != "yes"]
    if not (pools and funds) or rng.random() < 0.6:
        return
    pool, fund = rng.choice(sorted(pools)), rng.choice(funds)
    value = rng.choice(("1.0001", "1.01", "1.0333", "1.2"))
    rows = rows_of(folder, "coefficients")
    codes = sorted(place["institution_id"] for place in plan.places)
    for code in rng.sample(codes, rng.randint(1, len(codes))):
        row = {"scope": "institution", "subject_id": code, "kind": KIND}
        rows.append(row | {"value": value, "valid_from": "2020-01-01"})
    write_table(rng, folder / "coefficients.csv", COEFFICIENT_COLUMNS, rows)
    declared.setdefault("coefficients", {})[KIND] = {"pools": [pool]}
    sharing = declared.setdefault("sharing", {})
    sharing.setdefault(pool, dict(sharing.get("default", {})))["excess_fund"] = fund


def spare(folder: Path, institution: str, rng: Random) -> bool:
    """Take back the coefficients above 1 of an institution whose fund has not enough for them.

    Say whether it had any.
    """
    rows = rows_of(folder, "coefficients")
    kept = [row for row in rows if (row["subject_id"], row["kind"]) != (institution, KIND)]
    write_table(rng, folder / "coefficients.csv", COEFFICIENT_COLUMNS, kept)
    return len(kept) < len(rows)
