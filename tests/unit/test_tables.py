"""The quick cut of a table's text into columns, against the CSV reader of the standard library.

Faults caught: a row that is shorter or longer than the others shifting all values behind it, a
comma inside quotes taken for the end of a value, a blank row counted as a row of blanks, the last
row lost or doubled for want of a line feed.
"""

import csv
import io
from pathlib import Path
from random import Random

import pytest

from equivalents.errors import DataError
from equivalents.findings import Findings
from equivalents.intake.anytable import read_file
from equivalents.intake.source import Source
from equivalents.intake.tables import plain_columns


def by_rows(text: str) -> list[list[str]]:
    """The columns of a text by the CSV reader."""
    rows = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    return [list(column) for column in zip(*rows, strict=True)]


def by_grid(text: str) -> list[list[str]] | None:
    """The columns of a text as they are cut at once, headings first; ``None`` where they are not.

    A column is coded by its distinct texts, each once, in order.
    """
    found = plain_columns(text.encode())
    if found is None:
        return None
    headings, columns = found
    for column in columns:
        assert list(column.texts) == sorted(set(column))
    return [[heading, *column] for heading, column in zip(headings, columns, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "a,b\n1,2",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\n,2\n1,\n",
        "a,b\n",
        "编号,名称\n甲,乙\u2028丙\n\U00020bb7, x \n",
        "a,b,c\n1,,\n,,3\n",
    ],
)
def test_a_plain_text_is_cut_as_the_reader_cuts_it(text: str) -> None:
    assert by_grid(text) == by_rows(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a\n1\n",  # one column: a blank line and a blank value look alike
        'a,b\n"1,2",3\n',
        "a,b\n1,2,3\n4\n",  # as many values as two rows need
        "a,b\n1\n2,3,4\n",
        "a,b\n1,2\n3\n",
        "a,b\n1,2\n\n3,4\n",
        "a,b\n1,2\n\n",
        "a,b\n,\n",
        "a,b\n1,2\r3,4\n",
        f"a,b\n{'x' * csv.field_size_limit()},2\n",
    ],
)
def test_a_text_that_asks_for_care_is_left_to_the_reader(text: str) -> None:
    assert by_grid(text) is None


def test_thousands_of_texts_are_cut_alike_or_left() -> None:
    rng = Random(20251125)
    cut = 0
    for _ in range(5_000):
        text = "".join(rng.choices("x,\n", (3, 2, 2), k=rng.randrange(16)))
        columns = by_grid(text)
        if columns is not None:
            cut += 1
            assert columns == by_rows(text)
    assert cut > 200, "texts that are cut must be common"


@pytest.mark.parametrize("name", ["weights", "records"])
@pytest.mark.parametrize(
    ("columns", "code"), [(2_000, "COLUMN_UNKNOWN"), (2_001, "SHEET_TOO_LARGE")]
)
def test_a_text_has_no_more_columns_than_a_sheet(
    name: str, columns: int, code: str, tmp_path: Path
) -> None:
    """For each unknown one a near name is looked for: a file of 6 MB took minutes."""
    findings, path = Findings(), tmp_path / f"{name}.csv"
    path.write_text(",".join(f"c{at}" for at in range(columns)) + "\n", "utf-8")
    if name == "weights":
        read_file(path, name, findings)
    else:
        with pytest.raises(DataError) as raised:
            Source(tmp_path, [path])
        findings.take(raised.value)
    assert findings.problems[0].code == code
    assert (len(findings.problems) == 1) == (code == "SHEET_TOO_LARGE")
