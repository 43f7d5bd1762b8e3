"""DuckDB: the whole settlement as one SQL script, exact in scaled integers.

How it was tuned (10 M records, 2 threads; several ways of joining were timed, this one and a
variant of equal speed were the fastest and the steadiest): the weight of every item, institution
group, setting and day is worked out once, by window function, into a table with one small integer
key, so that DuckDB finds it by a perfect hash join; only the posting is looked up by its texts.
Sums are of integers, shares of HUGEINT. The order of rows is of no interest and DuckDB is told so.
CSV is read with the types given and nothing sniffed.

With full rules the records that stand alone go this way too; those that have a counting basis or
performers go the way of ``duckdb_together``.
"""

from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from benchmarks.peers.casefile import period, records_file, rules
from benchmarks.peers.duckdb_together import GAPS, TOGETHER

__all__ = ["payouts"]

_MASTERS: Final = """
CREATE TEMP TABLE institutions AS
SELECT institution_id, coalesce("group", '') AS institution_group,
       dense_rank() OVER (ORDER BY coalesce("group", '')) - 1 AS group_no
FROM read_csv(getvariable('case') || '/institutions.csv', header = true, auto_detect = false,
     columns = {'institution_id': 'VARCHAR', 'group': 'VARCHAR'});

CREATE TEMP TABLE postings AS
SELECT row_number() OVER () AS posting, person_id, institution_id, group_no,
       greatest(coalesce(active_from, DATE '1900-01-01'), getvariable('first')) AS since,
       least(coalesce(active_to, DATE '2200-01-01'), getvariable('after')) AS until
FROM read_csv(getvariable('case') || '/staff.csv', header = true, auto_detect = false,
     columns = {'person_id': 'VARCHAR', 'institution_id': 'VARCHAR', 'title_tier': 'VARCHAR',
                'active_from': 'DATE', 'active_to': 'DATE'})
JOIN institutions USING (institution_id)
WHERE since < until;

CREATE TEMP TABLE weights AS
SELECT item_code, (weight * 10000)::BIGINT AS weight_e4, valid_from,
       coalesce(valid_to, DATE '2200-01-01') AS valid_to,
       coalesce(institution_group, '') AS institution_group, coalesce(setting, '') AS setting
       {basis}
FROM read_csv(getvariable('case') || '/weights.csv', header = true, auto_detect = false,
     columns = {'item_code': 'VARCHAR', 'weight': 'DECIMAL(10, 4)', 'valid_from': 'DATE',
                'valid_to': 'DATE', 'stopped': 'VARCHAR', 'series': 'VARCHAR',
                'institution_group': 'VARCHAR', 'setting': 'VARCHAR' {basis_columns}});

CREATE TEMP TABLE items AS
SELECT item_code, row_number() OVER (ORDER BY item_code) - 1 AS item_no {waits}
FROM weights GROUP BY item_code;

CREATE TEMP TABLE settings AS
SELECT setting, row_number() OVER (ORDER BY setting) AS setting_no
FROM (SELECT DISTINCT setting FROM weights WHERE setting <> '');
"""
"""Small tables; items and settings get numbers, setting 0 is "any that no weight asks for"."""

_KEY: Final = """
SET VARIABLE settings = (SELECT count(*) + 1 FROM settings);
SET VARIABLE groups = (SELECT max(group_no) + 1 FROM institutions);
SET VARIABLE days = getvariable('after') - getvariable('first');
CREATE TEMP MACRO weight_key(item_no, setting_no, group_no, day) AS
    ((item_no * getvariable('settings') + setting_no) * getvariable('groups') + group_no)
    * getvariable('days') + (day - getvariable('first'));
"""

_CHOSEN: Final = """
CREATE TEMP TABLE chosen AS
SELECT weight_key(item_no, setting_no, group_no, day) AS weight_key, weight_e4 {row}
FROM weights
JOIN items USING (item_code)
JOIN (SELECT DISTINCT institution_group, group_no FROM institutions) g
  ON weights.institution_group IN ('', g.institution_group)
JOIN (FROM settings UNION ALL SELECT '', 0) s ON weights.setting IN ('', s.setting)
JOIN (SELECT unnest(range(getvariable('first')::TIMESTAMP, getvariable('after')::TIMESTAMP,
                          INTERVAL 1 DAY))::DATE AS day)
  ON valid_from <= day AND day < valid_to
QUALIFY row_number() OVER (
    PARTITION BY item_no, setting_no, group_no, day
    ORDER BY (weights.institution_group <> '')::INTEGER + (weights.setting <> '')::INTEGER DESC
) = 1;
"""
"""For every item, setting, group and day the one row with the most conditions."""

_EQUIVALENTS: Final = """
CREATE TEMP TABLE equivalents AS
SELECT posting, sum(quantity_e3 * weight_e4)::BIGINT AS equivalents_e7
FROM (
    SELECT institution_id, person_id, service_date, (quantity * 1000)::BIGINT AS quantity_e3,
           item_no, coalesce(setting_no, 0) AS setting_no
    FROM {records}
    JOIN items USING (item_code)
    LEFT JOIN settings USING (setting)
    WHERE quantity > 0 AND quantity < 1000000 {alone}
      AND service_date >= getvariable('first') AND service_date < getvariable('after')
) r
JOIN postings p
  ON p.person_id = r.person_id AND p.institution_id = r.institution_id
 AND p.since <= r.service_date AND r.service_date < p.until
JOIN chosen c ON c.weight_key = weight_key(item_no, setting_no, p.group_no, r.service_date)
GROUP BY posting;
"""

_AS_WRITTEN: Final = "SET disabled_optimizers = 'join_order,build_side_probe_side';"
"""Join in the order that is written. A CSV file has no statistics: DuckDB would take it for small
and build its hash tables on the records, which takes twice the time and ten times the memory."""

_PAYOUTS: Final = """
WITH staff AS (
    SELECT institution_id, person_id,
           greatest(coalesce(sum(equivalents_e7), 0), 0)::HUGEINT AS key
    FROM postings LEFT JOIN equivalents USING (posting)
    GROUP BY institution_id, person_id
), pools AS (
    SELECT institution_id, pool, (amount * 100)::BIGINT AS pool_fen
    FROM read_csv(getvariable('case') || '/pools.csv', header = true, auto_detect = false,
         columns = {'institution_id': 'VARCHAR', 'pool': 'VARCHAR', 'amount': 'DECIMAL(18, 2)',
                    'series': 'VARCHAR'})
), keyed AS (
    SELECT *, sum(key) OVER (PARTITION BY institution_id, pool) AS total
    FROM pools LEFT JOIN staff USING (institution_id)
), divided AS (
    SELECT *,
           CASE WHEN pool_fen = 0 THEN 0
                WHEN coalesce(total, 0) = 0 THEN error('nobody to pay at ' || institution_id)
                ELSE pool_fen * key // total END AS whole_fen,
           CASE WHEN pool_fen = 0 THEN 0 ELSE pool_fen * key % total END AS remainder
    FROM keyed
), ranked AS (
    SELECT *,
           pool_fen - sum(whole_fen) OVER (PARTITION BY institution_id, pool) AS left_over,
           row_number() OVER (PARTITION BY institution_id, pool
                              ORDER BY remainder DESC, key DESC, person_id) AS place
    FROM divided
)
SELECT institution_id AS institution, pool, person_id AS person,
       (whole_fen + (place <= left_over)::INTEGER)::BIGINT AS fen
FROM ranked
"""
"""Largest remainder: floors, then a fen each by remainder, key and code."""

_CSV: Final = """read_csv('{path}', header = true, auto_detect = false, delim = ',',
    quote = '', escape = '', new_line = '\\n', columns = {{
    'institution_id': 'VARCHAR', 'person_id': 'VARCHAR', 'item_code': 'VARCHAR',
    'service_date': 'DATE', 'quantity': 'DECIMAL(9, 3)', 'setting': 'VARCHAR' {more}}})"""


def payouts(case: Path, threads: int) -> pa.Table:
    """Settle a case folder; the payouts as institution, pool, person and fen."""
    first, after = period(case)
    full = rules(case) == "full"
    with duckdb.connect(config={"threads": threads, "preserve_insertion_order": False}) as base:
        base.execute(f"SET VARIABLE \"case\" = '{case}'")
        base.execute(f"SET VARIABLE first = DATE '{first}'")
        base.execute(f"SET VARIABLE after = DATE '{after}'")
        base.execute(_filled(_MASTERS + _KEY + _CHOSEN, full))
        records = _records(case, full)
        if "read_csv" in records:
            base.execute(_AS_WRITTEN)
        base.execute(_filled(_EQUIVALENTS, full).replace("{records}", records))
        if full:
            base.execute(TOGETHER.replace("{records}", records))
        return base.sql(_PAYOUTS).to_arrow_table()


def _filled(script: str, full: bool) -> str:
    for gap, text in GAPS.items():
        script = script.replace(gap, text if full else "")
    return script


def _records(case: Path, full: bool) -> str:
    path = records_file(case)
    more = ", 'resident_id': 'VARCHAR', 'performers': 'VARCHAR'" if full else ""
    return (
        f"read_parquet('{path}')"
        if path.suffix == ".parquet"
        else _CSV.format(path=path, more=more)
    )
