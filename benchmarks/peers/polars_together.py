"""polars, full rules: the records that do not stand alone, one in seven (A3, A5; 5.4, 5.5).

They come weighed, from a second pass over the file, and are placed, ranked within their classes and
split in memory.
"""

from typing import Final

import polars as pl

__all__ = ["BASIS", "together", "with_bases"]

BASIS: Final = ("weight_row", "first_few", "months")
"""What a weight row says besides its weight: which it is, how many of a class count, its window."""

_CLASS: Final = ("item_code", "resident_id", "months", "window")
_TIES: Final = ("service_date", "institution_id", "person_id", "text", "setting", "performers")
"""The order within a class: the columns of page 3 that records have, quantities as text."""
_MONTHS: Final = {"month": 1, "quarter": 3, "half": 6}


def with_bases(weights: pl.DataFrame) -> pl.DataFrame:
    """The weights with the columns of :data:`BASIS`."""
    basis = pl.col("counting_basis")
    return weights.with_row_index("weight_row").with_columns(
        first_few=pl.when(basis == "resident")
        .then(1)
        .otherwise(basis.str.strip_prefix("first:").cast(pl.Int32, strict=False))
        .fill_null(0),
        months=pl.col("window").replace_strict(_MONTHS, default=12, return_dtype=pl.Int8),
    )


def together(records: pl.DataFrame, postings: pl.DataFrame) -> pl.DataFrame:
    """Equivalents by posting, exact in e7, of weighed records with a basis or performers."""
    named = pl.col("first_few") == 0
    records = records.filter(named | pl.col("resident_id").is_not_null()).with_columns(
        pl.col("institution_id", "person_id", "performers").cast(pl.String),
        month=pl.col("service_date").dt.month(),
    )
    members = _members(records)
    records = _placed(records.with_row_index("record"), members, postings)
    counted = _counted(records).with_columns(
        equivalents_e7=pl.col("quantity_e3") * pl.col("weight_e4")
    )
    own = counted.filter(pl.col("posting").is_not_null()).select("posting", "equivalents_e7")
    first = postings.group_by("institution_id", "person_id").agg(pl.col("posting").min())
    parts = _parts(counted.filter(pl.col("posting").is_null()), members)
    parts = parts.join(first, on=["institution_id", "person_id"])
    both = pl.concat([own, parts.select("posting", "equivalents_e7")])
    return both.group_by("posting").agg(pl.col("equivalents_e7").sum())


def _members(records: pl.DataFrame) -> pl.DataFrame:
    """Who is in each list, with shares in lowest terms; lists that say the same are one crew."""
    lists = records.select(pl.col("performers").drop_nulls().unique())
    entry = pl.col("entry").str.split_exact(":", 1)
    named = lists.with_columns(entry=pl.col("performers").str.split(";")).explode("entry")
    named = named.select(
        "performers",
        person_id=entry.struct.field("field_0"),
        share=entry.struct.field("field_1").cast(pl.Int64).fill_null(1),
    ).sort("performers", "person_id")
    # The largest number that divides all shares of a list is no larger than any of them.
    most = max(named["share"].to_list(), default=1)
    divisor = pl.lit(1, pl.Int64)
    for number in range(2, most + 1):
        divides = (pl.col("share") % number == 0).all().over("performers")
        divisor = pl.when(divides).then(number).otherwise(divisor)
    named = named.with_columns(share=pl.col("share") // divisor)
    crew = (pl.col("person_id") + ":" + pl.col("share").cast(pl.String)).str.join(";")
    return named.with_columns(
        crew=crew.over("performers"),
        size=pl.len().over("performers"),
        whole=pl.col("share").sum().over("performers"),
    )


def _placed(records: pl.DataFrame, members: pl.DataFrame, postings: pl.DataFrame) -> pl.DataFrame:
    """Records with their posting, null where shared; of a crew everybody needs one on the day."""
    pair = ["institution_id", "person_id"]
    places = postings.select(*pair, "posting", "since", "until")
    day = pl.col("service_date")
    holds = (day >= pl.col("since")) & (day < pl.col("until"))
    shared = pl.col("performers").is_not_null()
    alone = records.filter(~shared).join(places, on=pair).filter(holds).drop("since", "until")
    asked = records.filter(shared).select("record", "institution_id", "service_date", "performers")
    found = asked.join(members.select("performers", "person_id", "size"), on="performers")
    found = found.join(places, on=pair).filter(holds)
    found = found.group_by("record").agg(here=pl.len(), size=pl.col("size").first())
    whole = found.filter(pl.col("here") == pl.col("size")).select("record")
    rest = records.filter(shared).join(whole, on="record", how="semi")
    return pl.concat([alone, rest.with_columns(posting=pl.lit(None, pl.UInt32))])


def _counted(records: pl.DataFrame) -> pl.DataFrame:
    """The records that count: of a class the first few, each as 1.000."""
    every = pl.col("first_few") == 0
    plain = records.filter(every).with_columns(
        quantity_e3=(pl.col("quantity") * 1_000).cast(pl.Int64)
    )
    classed = records.filter(~every).with_columns(
        window=(pl.col("month") - 1) // pl.col("months"),
        # With three decimals each, quantities compare as without idle zeros.
        text=pl.col("quantity").cast(pl.String),
        setting=pl.col("setting").cast(pl.String),
    )
    first = (
        classed.sort(*_CLASS, *_TIES, nulls_last=False)
        .filter(pl.int_range(pl.len()).over(_CLASS) < pl.col("first_few"))
        .with_columns(quantity_e3=pl.lit(1_000, pl.Int64))
    )
    kept = ["institution_id", "posting", "performers", "weight_row", "month"]
    values = ["quantity_e3", "weight_e4"]
    return pl.concat([plain.select(*kept, *values), first.select(*kept, *values)])


def _parts(shared: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """What each person has of the totals of his crews, by largest remainder (5.4, 5.10)."""
    crews = members.select("performers", "crew").unique()
    total = ["institution_id", "crew", "weight_row", "month"]
    totals = (
        shared.join(crews, on="performers")
        .group_by(total)
        .agg(total_e7=pl.col("equivalents_e7").sum())
        .with_row_index("total")
    )
    people = members.select("crew", "person_id", "share", "whole").unique()
    product = pl.col("total_e7").cast(pl.Int128) * pl.col("share")
    left = pl.col("total_e7") - pl.col("part").sum().over("total")
    return (
        totals.join(people, on="crew")
        .with_columns(
            part=(product // pl.col("whole")).cast(pl.Int64), remainder=product % pl.col("whole")
        )
        .sort("total", "remainder", "share", "person_id", descending=[False, True, True, False])
        .with_columns(extra=(pl.int_range(pl.len()).over("total") < left).cast(pl.Int64))
        .group_by("institution_id", "person_id")
        .agg(equivalents_e7=(pl.col("part") + pl.col("extra")).sum())
    )
