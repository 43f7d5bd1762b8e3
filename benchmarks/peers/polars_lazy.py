"""polars: one lazy query for the records, run by its streaming engine, exact in integers.

How it was tuned (10 M records, 2 threads): casting ids to enums of the master tables and joining
on their integer codes takes 60 % of the time of joining on texts. As for DuckDB, the weight of
every item, institution group, setting and day is worked out once; the pools are shared in Int128.

With full rules the records that stand alone go this way too; those that have a counting basis or
performers go the way of ``polars_together``.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from benchmarks.peers.casefile import period, records_file, rules
from benchmarks.peers.polars_together import BASIS, together, with_bases

__all__ = ["payouts"]

_Schema = Mapping[str, pl.DataType | type[pl.DataType]]

_OPEN_START, _OPEN_END = date(1900, 1, 1), date(2200, 1, 1)
_PLACES: Final = 100_000
"""More than there are institutions: person code x this + institution code is one key."""

_STAFF: Final[_Schema] = {
    "person_id": pl.String,
    "institution_id": pl.String,
    "title_tier": pl.String,
    "active_from": pl.Date,
    "active_to": pl.Date,
}
_WEIGHTS: Final[_Schema] = {
    "item_code": pl.String,
    "weight": pl.Decimal(10, 4),
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "stopped": pl.String,
    "series": pl.String,
    "institution_group": pl.String,
    "setting": pl.String,
}
_BASES: Final[_Schema] = {"counting_basis": pl.String, "window": pl.String}
_POOLS: Final[_Schema] = {
    "institution_id": pl.String,
    "pool": pl.String,
    "amount": pl.Decimal(18, 2),
    "series": pl.String,
}
_RECORDS: Final[_Schema] = {
    "institution_id": pl.String,
    "person_id": pl.String,
    "item_code": pl.String,
    "service_date": pl.Date,
    "quantity": pl.Decimal(9, 3),
    "setting": pl.String,
}
_TOGETHER: Final[_Schema] = {"resident_id": pl.String, "performers": pl.String}


def payouts(case: Path, threads: int) -> pa.Table:
    """Settle a case folder; polars takes its threads from the environment, when it is imported."""
    first, after = period(case)
    full = rules(case) == "full"
    institutions = pl.read_csv(case / "institutions.csv", infer_schema=False)
    institutions = institutions.with_columns(pl.col("group").fill_null(""))
    postings = _postings(case, institutions, first, after)
    weights = pl.read_csv(case / "weights.csv", schema={**_WEIGHTS, **(_BASES if full else {})})
    weights = weights.with_columns(
        pl.col("institution_group", "setting").fill_null(""),
        pl.col("valid_to").fill_null(_OPEN_END),
        weight_e4=(pl.col("weight") * 10_000).cast(pl.Int64),
    )
    codes = _Codes(institutions, postings, weights, first, after)
    scan = _scan(records_file(case), full).filter(
        pl.col("service_date").is_between(first, after, closed="left"),
        pl.col("quantity").is_between(0, 1_000_000, closed="none"),
    )
    if not full:
        counted = _equivalents(scan, postings, _chosen(weights, codes), codes)
        return _share(case, postings, counted).to_arrow()
    weights = with_bases(weights)
    chosen = _chosen(weights, codes, BASIS)
    waits = weights.filter(pl.col("first_few") > 0)["item_code"].unique().implode()
    alone = ~pl.col("item_code").cast(pl.String).is_in(waits) & pl.col("performers").is_null()
    counted = _equivalents(scan.filter(alone), postings, chosen, codes)
    places = institutions.select(institution=codes.institution_code(), place=codes.place())
    others = (
        scan.filter(~alone)
        .with_columns(institution=codes.institution_code(), service=codes.service())
        .join(places.lazy(), on="institution")
        .with_columns(weight=codes.weight())
        .join(chosen.lazy(), on="weight")
        .collect(engine="streaming")
    )
    return _share(case, postings, pl.concat([counted, together(others, postings)])).to_arrow()


def _scan(records: Path, full: bool) -> pl.LazyFrame:
    if records.suffix == ".parquet":
        return pl.scan_parquet(records)
    return pl.scan_csv(records, schema={**_RECORDS, **(_TOGETHER if full else {})})


class _Codes:
    """Enums of the master tables and the integer keys made of their codes."""

    def __init__(
        self,
        institutions: pl.DataFrame,
        postings: pl.DataFrame,
        weights: pl.DataFrame,
        first: date,
        after: date,
    ) -> None:
        self.first, self.after = first, after
        self.institution = pl.Enum(institutions["institution_id"].unique().sort())
        self.person = pl.Enum(postings["person_id"].unique().sort())
        self.item = pl.Enum(weights["item_code"].unique().sort())
        self.groups = institutions["group"].unique().sort()
        # The blank setting comes first: code 0 is also that of settings no weight asks for.
        self.settings = pl.concat([pl.Series([""]), weights["setting"]]).unique().sort()

    def pair(self) -> pl.Expr:
        """Person and institution as one integer; null when either is unknown."""
        person, place = _code("person_id", self.person), self.institution_code()
        return person.cast(pl.Int64) * _PLACES + place.cast(pl.Int64)

    def institution_code(self) -> pl.Expr:
        """The code of the column ``institution_id``; null when it is unknown."""
        return _code("institution_id", self.institution)

    def place(self) -> pl.Expr:
        """The code of the column ``group``."""
        return _code("group", pl.Enum(self.groups)).cast(pl.Int32)

    def service(self) -> pl.Expr:
        """Item and setting as one integer; null when the item is unknown."""
        setting = _code("setting", pl.Enum(self.settings)).cast(pl.Int32).fill_null(0)
        return _code("item_code", self.item).cast(pl.Int32) * self.settings.len() + setting

    def weight(self) -> pl.Expr:
        """The columns ``service``, ``place`` and ``service_date`` as one integer."""
        day = (pl.col("service_date") - self.first).dt.total_days().cast(pl.Int32)
        days = (self.after - self.first).days
        return (pl.col("service") * self.groups.len() + pl.col("place")) * days + day


def _code(column: str, kind: pl.Enum) -> pl.Expr:
    return pl.col(column).cast(kind, strict=False).to_physical()


def _postings(case: Path, institutions: pl.DataFrame, first: date, after: date) -> pl.DataFrame:
    staff = pl.read_csv(case / "staff.csv", schema=_STAFF)
    return (
        staff.join(institutions, on="institution_id")
        .with_columns(
            since=pl.max_horizontal(pl.col("active_from").fill_null(_OPEN_START), first),
            until=pl.min_horizontal(pl.col("active_to").fill_null(_OPEN_END), after),
        )
        .filter(pl.col("since") < pl.col("until"))
        .with_row_index("posting")
    )


def _chosen(weights: pl.DataFrame, codes: _Codes, more: Sequence[str] = ()) -> pl.DataFrame:
    """For every item, setting, group and day the one weight with the most conditions."""
    filled = (pl.col("institution_group") != "", pl.col("asked") != "")
    since = pl.max_horizontal("valid_from", codes.first)
    until = pl.min_horizontal("valid_to", codes.after)
    return (
        weights.rename({"setting": "asked"})
        .filter(since < until)
        .join(pl.DataFrame({"group": codes.groups}), how="cross")
        .filter(~filled[0] | (pl.col("institution_group") == pl.col("group")))
        .join(pl.DataFrame({"setting": codes.settings}), how="cross")
        .filter(~filled[1] | (pl.col("asked") == pl.col("setting")))
        .sort(filled[0].cast(pl.Int8) + filled[1].cast(pl.Int8), descending=True)
        .select(
            "weight_e4",
            *more,
            service=codes.service(),
            place=codes.place(),
            service_date=pl.date_ranges(since, until, closed="left"),
        )
        .explode("service_date")
        .select("weight_e4", *more, weight=codes.weight())
        .unique("weight", keep="first")
    )


def _equivalents(
    scan: pl.LazyFrame, postings: pl.DataFrame, chosen: pl.DataFrame, codes: _Codes
) -> pl.DataFrame:
    """Equivalents by posting, exact in e7, of the records that pass every check."""
    places = postings.select("posting", "since", "until", pair=codes.pair(), place=codes.place())
    date_ = pl.col("service_date")
    return (
        scan.select(
            "service_date",
            pair=codes.pair(),
            service=codes.service(),
            quantity_e3=(pl.col("quantity") * 1_000).cast(pl.Int64),
        )
        .join(places.lazy(), on="pair")
        .filter(date_ >= pl.col("since"), date_ < pl.col("until"))
        .with_columns(weight=codes.weight())
        .join(chosen.lazy(), on="weight")
        .group_by("posting")
        .agg(equivalents_e7=(pl.col("quantity_e3") * pl.col("weight_e4")).sum())
        .collect(engine="streaming")
    )


def _share(case: Path, postings: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Each pool by largest remainder; ties go to the larger key, then the earlier code."""
    pools = pl.read_csv(case / "pools.csv", schema=_POOLS)
    key = pl.col("equivalents_e7").fill_null(0).sum().clip(lower_bound=0).cast(pl.Int128)
    staff = postings.join(counted, on="posting", how="left")
    keys = staff.group_by("institution_id", "person_id").agg(key=key)
    pool = ["institution_id", "pool"]
    fen = (pl.col("amount") * 100).cast(pl.Int64).cast(pl.Int128)
    shares = pools.with_columns(fen=fen).join(keys, on="institution_id", how="left")
    shares = shares.with_columns(total=pl.col("key").sum().over(pool))
    if shares.filter(pl.col("fen") > 0, pl.col("total") == 0).height:
        raise ValueError("a pool with nobody to pay")
    product, divisor = pl.col("fen") * pl.col("key"), pl.max_horizontal("total", 1)
    whole, left = pl.col("whole"), pl.col("fen") - pl.col("whole").sum().over(pool)
    return (
        shares.with_columns(whole=product // divisor, remainder=product % divisor)
        .sort(*pool, "remainder", "key", "person_id", descending=[False, False, True, True, False])
        .with_columns(extra=pl.int_range(pl.len()).over(pool) < left)
        .select(
            institution="institution_id",
            pool="pool",
            person="person_id",
            fen=(whole + pl.col("extra")).cast(pl.Int64),
        )
    )
