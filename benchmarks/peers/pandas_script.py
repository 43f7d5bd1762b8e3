"""pandas: what an office's analyst writes. Float weights, merges, a groupby, amounts rounded each.

It drops the same faulty records and chooses the same weights, but money by rounding every amount
half up does not add up to the pools: its wrong payouts are counted, not forgiven. It is written
with care otherwise: ids are categories, and the weights are spread over groups and settings
beforehand, so that a record meets at most its two dated versions.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

from benchmarks.peers.casefile import period, records_file

__all__ = ["payouts"]

_OPEN_END = pd.Timestamp("2200-01-01")
_OPEN_START = pd.Timestamp("1900-01-01")


def payouts(case: Path, threads: int) -> pa.Table:
    """Settle a case folder with one thread, whatever is offered: pandas knows no other way."""
    first, after = period(case)
    groups = pd.read_csv(case / "institutions.csv", dtype=str, keep_default_na=False)
    staff = _table(case / "staff.csv", ["active_from", "active_to"])
    staff = staff.merge(groups[["institution_id", "group"]], on="institution_id")
    staff["group"] = staff["group"].astype(pd.CategoricalDtype(pd.unique(groups["group"])))
    staff["active_from"] = staff["active_from"].fillna(_OPEN_START)
    staff["active_to"] = staff["active_to"].fillna(_OPEN_END)
    worked = _equivalents(records_file(case), staff, _weights(case, groups), first, after)
    here = (staff["active_from"] < pd.Timestamp(after)) & (staff["active_to"] > pd.Timestamp(first))
    people = staff.loc[here, ["institution_id", "person_id"]].drop_duplicates()
    return _share(case, people, worked)


def _table(path: Path, dates: list[str]) -> Any:
    return pd.read_csv(path, dtype=str, keep_default_na=False, parse_dates=dates)


def _weights(case: Path, groups: Any) -> Any:
    """One row an item, institution group, setting and dated version: the most specific weight."""
    weights = _table(case / "weights.csv", ["valid_from", "valid_to"])
    weights["weight"] = weights["weight"].astype(float)
    weights["valid_to"] = weights["valid_to"].fillna(_OPEN_END)
    settings = pd.DataFrame({"at": pd.unique(pd.concat([weights["setting"], pd.Series([""])]))})
    spread = weights.merge(groups[["group"]].drop_duplicates(), how="cross")
    spread = spread.merge(settings, how="cross")
    by_group, by_setting = spread["institution_group"] != "", spread["setting"] != ""
    spread["conditions"] = by_group.astype(int) + by_setting.astype(int)
    fits = ~by_group | (spread["institution_group"] == spread["group"])
    fits &= ~by_setting | (spread["setting"] == spread["at"])
    key = ["item_code", "group", "at", "valid_from"]
    best = spread[fits].sort_values("conditions", ascending=False).drop_duplicates(key)
    best["group"] = best["group"].astype(pd.CategoricalDtype(pd.unique(groups["group"])))
    return best[[*key, "valid_to", "weight"]].rename(columns={"at": "setting"})


def _equivalents(records: Path, staff: Any, weights: Any, first: date, after: date) -> Any:
    """Equivalents by institution and person, as floats."""
    rows = _records(records)
    for name in ("institution_id", "person_id", "item_code", "setting"):
        # Merging is several times faster when both sides are categories of the same list.
        known = staff if name in staff else weights
        kind = pd.CategoricalDtype(pd.unique(known[name]))
        known[name] = known[name].astype(kind)
        rows[name] = rows[name].cat.set_categories(kind.categories)  # the unknown become missing
    rows["setting"] = rows["setting"].fillna("")
    day, quantity = rows["service_date"], rows["quantity"]
    within = (day >= pd.Timestamp(first)) & (day < pd.Timestamp(after))
    rows = rows[within & (quantity > 0) & (quantity < 1_000_000)]
    pair = ["institution_id", "person_id"]
    rows = rows.dropna().merge(staff[[*pair, "group", "active_from", "active_to"]], on=pair)
    day = rows["service_date"]
    rows = rows[(day >= rows["active_from"]) & (day < rows["active_to"])]
    rows = rows.drop(columns=["active_from", "active_to"])
    rows = rows.merge(weights, on=["item_code", "group", "setting"])
    day = rows["service_date"]
    rows = rows[(day >= rows["valid_from"]) & (day < rows["valid_to"])]
    own = rows["quantity"] * rows["weight"]
    worked = own.groupby([rows[name] for name in pair], observed=True).sum()
    return worked.rename("equivalents").reset_index().astype(dict.fromkeys(pair, "str"))


def _records(path: Path) -> Any:
    texts = ("institution_id", "person_id", "item_code", "setting")
    if path.suffix == ".csv":
        kinds = dict.fromkeys(texts, "category") | {"quantity": "float64"}
        return pd.read_csv(path, dtype=kinds, parse_dates=["service_date"], date_format="%Y-%m-%d")
    table = pa.parquet.read_table(path)
    at = table.schema.get_field_index("quantity")
    frame = table.set_column(at, "quantity", table.column(at).cast(pa.float64())).to_pandas()
    frame["service_date"] = pd.to_datetime(frame["service_date"])
    return frame


def _share(case: Path, people: Any, worked: Any) -> pa.Table:
    """Each amount is pool x own / all, rounded half up to the fen."""
    pools = _table(case / "pools.csv", [])
    shares = pools.merge(people, on="institution_id")
    shares = shares.merge(worked, on=["institution_id", "person_id"], how="left")
    own = shares["equivalents"].fillna(0.0).clip(lower=0.0)
    total = own.groupby([shares["institution_id"], shares["pool"]]).transform("sum")
    amount = shares["amount"].astype(float) * own / total.where(total > 0, 1.0)
    fen = np.floor(amount.to_numpy() * 100 + 0.5).astype(np.int64)
    columns = {"institution": "institution_id", "pool": "pool", "person": "person_id"}
    texts = {name: pa.array(shares[column].tolist()) for name, column in columns.items()}
    return pa.table(texts | {"fen": pa.array(fen)})
