"""DuckDB, full rules: the records that do not stand alone, one in seven (A3, A5; 5.4, 5.5).

The file is read once more for them, which is faster than keeping all records. They are placed and
weighed first; then window functions find the first of each class, and split the total of each crew
by largest remainder.
"""

from typing import Final

__all__ = ["GAPS", "TOGETHER"]

GAPS: Final = {
    "{basis_columns}": ", 'counting_basis': 'VARCHAR', 'window': 'VARCHAR'",
    "{basis}": """,
       row_number() OVER () AS weight_row,
       CASE WHEN counting_basis = 'resident' THEN 1
            WHEN counting_basis LIKE 'first:%' THEN substr(counting_basis, 7)::INTEGER
            ELSE 0 END AS first_few,
       CASE "window" WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'half' THEN 6 ELSE 12 END
           AS months""",
    "{waits}": ", max(first_few) > 0 AS waits",
    "{row}": ", weight_row, first_few, months",
    "{alone}": "AND NOT waits AND performers IS NULL",
}
"""What full rules put into the gaps of the script for all records."""

_WAITING: Final = """
CREATE TEMP TABLE waiting AS
SELECT r.*, weight_e4, weight_row, first_few, months
FROM (
    SELECT institution_id, person_id, item_no, service_date, quantity, setting, resident_id,
           performers, coalesce(setting_no, 0) AS setting_no
    FROM {records}
    JOIN items USING (item_code)
    LEFT JOIN settings USING (setting)
    WHERE quantity > 0 AND quantity < 1000000 AND (waits OR performers IS NOT NULL)
      AND service_date >= getvariable('first') AND service_date < getvariable('after')
) r
JOIN institutions i ON i.institution_id = r.institution_id
JOIN chosen c ON c.weight_key = weight_key(item_no, setting_no, i.group_no, r.service_date)
WHERE first_few = 0 OR resident_id IS NOT NULL;
"""

_CREWS: Final = """
CREATE TEMP TABLE named AS
SELECT performers, person_id,
       share // list_reduce(list(share) OVER (PARTITION BY performers), lambda a, b: gcd(a, b))
           AS share
FROM (
    SELECT performers, split_part(entry, ':', 1) AS person_id,
           coalesce(nullif(split_part(entry, ':', 2), ''), '1')::BIGINT AS share
    FROM (SELECT performers, unnest(string_split(performers, ';')) AS entry
          FROM (SELECT DISTINCT performers FROM waiting WHERE performers IS NOT NULL))
);

CREATE TEMP TABLE crews AS
SELECT performers, size, dense_rank() OVER (ORDER BY crew) AS crew_no
FROM (
    SELECT performers, count(*) AS size,
           list({'person': person_id, 'share': share} ORDER BY person_id) AS crew
    FROM named GROUP BY performers
);

CREATE TEMP TABLE members AS
SELECT DISTINCT crew_no, person_id, share,
       sum(share) OVER (PARTITION BY performers)::BIGINT AS whole
FROM named JOIN crews USING (performers);
"""
"""Lists that say the same in other words are one crew."""

_COUNTED: Final = """
CREATE TEMP TABLE placed AS
SELECT s.rowid AS record, posting
FROM waiting s JOIN postings p
  ON p.person_id = s.person_id AND p.institution_id = s.institution_id
 AND p.since <= s.service_date AND s.service_date < p.until
WHERE performers IS NULL
UNION ALL
SELECT s.rowid, NULL
FROM waiting s JOIN crews USING (performers) JOIN members m USING (crew_no) JOIN postings p
  ON p.person_id = m.person_id AND p.institution_id = s.institution_id
 AND p.since <= s.service_date AND s.service_date < p.until
GROUP BY s.rowid HAVING count(*) = any_value(size);

CREATE TEMP TABLE counted AS
SELECT institution_id, posting, performers, weight_row, month(service_date) AS month,
       (quantity * 1000)::BIGINT * weight_e4 AS equivalents_e7
FROM waiting s JOIN placed ON record = s.rowid
WHERE first_few = 0
UNION ALL
SELECT institution_id, posting, performers, weight_row, month, 1000 * weight_e4
FROM (
    SELECT *, month(service_date) AS month
    FROM waiting s JOIN placed ON record = s.rowid
    WHERE first_few > 0
    QUALIFY row_number() OVER (
        PARTITION BY item_no, resident_id, months, (month(service_date) - 1) // months
        ORDER BY service_date, institution_id, person_id NULLS FIRST, quantity::VARCHAR,
                 setting NULLS FIRST, performers NULLS FIRST
    ) <= first_few
);
"""
"""Everybody of a crew needs a posting; the first of a class count 1.000 each. Quantities compare as
text; with three decimals each they do so as without idle zeros."""

_SPLIT: Final = """
CREATE TEMP TABLE totals AS
SELECT institution_id, crew_no, sum(equivalents_e7)::BIGINT AS total_e7
FROM counted JOIN crews USING (performers)
GROUP BY institution_id, crew_no, weight_row, month;

INSERT INTO equivalents
SELECT posting, sum(equivalents_e7)::BIGINT FROM counted WHERE posting IS NOT NULL GROUP BY posting
UNION ALL
SELECT min(posting), any_value(equivalents_e7)
FROM (
    SELECT institution_id, person_id,
           sum(part_e7 + (place <= left_over)::INTEGER)::BIGINT AS equivalents_e7
    FROM (
        SELECT institution_id, person_id, part_e7,
               total_e7 - sum(part_e7) OVER (PARTITION BY total) AS left_over,
               row_number() OVER (PARTITION BY total
                                  ORDER BY remainder DESC, share DESC, person_id) AS place
        FROM (
            SELECT t.rowid AS total, institution_id, person_id, share, total_e7,
                   total_e7 * share // whole AS part_e7, total_e7 * share % whole AS remainder
            FROM totals t JOIN members USING (crew_no)
        )
    )
    GROUP BY institution_id, person_id
) JOIN postings USING (institution_id, person_id)
GROUP BY institution_id, person_id;
"""
"""What a crew earned goes to one posting of each person there: it is the person who is paid."""

TOGETHER: Final = _WAITING + _CREWS + _COUNTED + _SPLIT
