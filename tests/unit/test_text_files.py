"""Text files as they are: each has the outcome that stands in ``tests/files/expected/texts.csv``.

Faults seen to be caught: Big5 read as GB18030, a decimal comma taken for the delimiter, a line
``sep=;`` counted as a row, NUL bytes let through in UTF-16, a BOM left in the first heading.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from equivalents.errors import DataError
from equivalents.intake.encodings import AS_FOUND, Reading
from equivalents.intake.opening.textfile import is_plain, raw_chunks, text_shape
from tests.files.make.texts import FILES, FOLDER, HEAD, ROWS, TRADITIONAL


class Outcome(NamedTuple):
    """What comes of a file: by which way, or refused; codes; what was understood; its rows."""

    outcome: str
    codes: str
    encoding: str
    delimiter: str
    rows: str


def outcome(path: Path, reading: Reading = AS_FOUND) -> Outcome:
    """Open a file the whole way, without cleaning."""
    plain = is_plain(path, reading)
    try:
        shape = text_shape(path, path.name, reading)
        rows = [row for chunk in raw_chunks(path, shape, 2) for row in chunk]
    except DataError as error:
        codes = ";".join(problem.code for problem in error.problems)
        return Outcome("refused", codes, "", "", "")
    told = shape.as_json()
    way = "plain" if plain else "read"
    return Outcome(way, "", told["encoding"], told["delimiter"], str(len(rows)))


def expected() -> dict[str, Outcome]:
    with (FOLDER / "expected" / "texts.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["file"]: Outcome(*(row[name] for name in Outcome._fields))
            for row in csv.DictReader(file)
        }


def test_every_file_has_its_outcome_and_stands_here() -> None:
    assert [*expected()] == [*FILES]
    assert {f"texts/{path.name}" for path in (FOLDER / "texts").iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_its_script_makes_it_and_it_has_the_outcome(name: str) -> None:
    assert FILES[name]() == (FOLDER / name).read_bytes()
    assert (FOLDER / name).stat().st_size < 20_000
    assert outcome(FOLDER / name) == expected()[name]


def rows_of(name: str, reading: Reading = AS_FOUND) -> list[list[str]]:
    path = FOLDER / "texts" / name
    shape = text_shape(path, name, reading)
    return [row for chunk in raw_chunks(path, shape) for row in chunk]


SAME = [
    *(
        name.removeprefix("texts/")
        for name in FILES
        if name.startswith(("texts/utf", "texts/gb"))
        and name.rpartition("-")[2].partition(".")[0] in ("comma", "semicolon", "tab", "bar", "bom")
    ),
    "line-ends-cr.csv",
    "line-ends-mixed.csv",
    "no-last-line-end.csv",
]


@pytest.mark.parametrize("name", SAME)
def test_the_same_rows_are_read_of_every_encoding_delimiter_and_line_end(name: str) -> None:
    assert rows_of(name) == ROWS


def test_a_line_sep_is_no_row_and_blank_rows_are() -> None:
    assert rows_of("sep-semicolon.csv")[0] == HEAD
    assert rows_of("blank-rows-tab.csv") == [[], HEAD, [], ROWS[1], []]


def test_a_declared_encoding_is_read_as_such() -> None:
    assert rows_of("big5.csv", Reading("big5")) == TRADITIONAL
    assert is_plain(FOLDER / "texts" / "big5.csv", Reading("big5"))
    # What is UTF-8, or has a BOM, is that whatever is declared.
    for name in ("utf-8-comma.csv", "utf-8-bom-comma.csv", "utf-16-le-bom.txt"):
        assert rows_of(name, Reading("big5")) == ROWS
    # Declared to be GB18030 it is read so, nonsense or not.
    assert outcome(FOLDER / "texts" / "big5.csv", Reading("gb18030")).outcome == "plain"
    broken = outcome(FOLDER / "texts" / "cut-in-a-character.csv", Reading("utf-8"))
    assert broken.codes == "FILE_ENCODING"


def test_a_declared_delimiter_settles_what_is_open() -> None:
    assert rows_of("either-delimiter.csv", Reading(delimiter=";"))[1] == ["1", "2,3"]
    assert rows_of("either-delimiter.csv", Reading(delimiter=","))[1] == ["1;2", "3"]


def test_what_a_refusal_says() -> None:
    def said(name: str) -> str:
        with pytest.raises(DataError) as caught:
            rows_of(name)
        return str(caught.value)

    assert "it looks like big5" in said("big5.csv")
    assert "it looks like shift-jis" in said("shift-jis.csv")
    assert "windows-1252" in said("windows-1252.csv")
    assert "comma, semicolon" in said("either-delimiter.csv")
    assert "row 3" in said("unpaired-quote.csv")
    assert "NUL" in said("nul-utf-16.csv")
