"""Text files round trip through every encoding and delimiter; broken ones get an answer.

Rows are written in some encoding, with some delimiter, quotes and line ends, and read again: the
same rows, in chunks of any size. And whatever the bytes are, opening them gives rows or a problem
with a code, never anything else; rows that are read have no zero character and are those of
Python's own CSV reader.

Faults seen to be caught: a BOM left in the first cell, the two signs of one line end taken for two
line ends, UTF-16 without a BOM taken for NUL bytes.
"""

import csv
import io
import random
import tempfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equivalents.errors import DataError
from equivalents.intake.encodings import CODECS, Reading
from equivalents.intake.opening.textfile import is_plain, raw_chunks, text_shape
from equivalents.reasons import REASONS
from tests.files.make.texts import FILES, HEAD
from tests.proofs.counts import counts

ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
DECLARED: Final = {"cp950": "big5", "cp932": "shift-jis", "cp1252": "windows-1252"}
CELLS: Final = st.text(
    st.sampled_from("01.:-aZ 门诊记录家庭医生机构编码卫\"',;\t|，\n"), max_size=8
)
LATIN: Final = st.text(st.sampled_from("01.:-aZ \"',;\t|\n"), max_size=8)


def opened(data: bytes, reading: Reading, size: int) -> list[list[str]]:
    """The rows of a file, given so many at once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(data)
        is_plain(path, reading)
        shape = text_shape(path, path.name, reading)
        return [row for chunk in raw_chunks(path, shape, size) for row in chunk]


def written(rows: list[list[str]], sign: str, end: str, *, quoted: bool = False) -> str:
    text = io.StringIO()
    if quoted:
        writer = csv.writer(text, delimiter=sign, lineterminator=end, quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(text, delimiter=sign, lineterminator=end)
    writer.writerows(rows)
    return text.getvalue()


@settings(max_examples=counts(60, 3_000), deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=8),
    encoding=st.sampled_from(ENCODINGS),
    sign=st.sampled_from(",;\t|，"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoted=st.booleans(),
    size=st.integers(1, 5),
)
def test_rows_come_back_as_they_were(
    rows: list[list[str]], encoding: str, sign: str, end: str, quoted: bool, size: int
) -> None:
    rows = [HEAD, *rows]
    # A lone return ends lines: the writer would leave a line feed in a value without quotes.
    data = written(rows, sign, end, quoted=quoted or end == "\r").encode(encoding)
    assert opened(data, Reading(), size) == rows


@settings(max_examples=counts(30, 1_000), deadline=None)
@given(
    rows=st.lists(st.lists(LATIN, min_size=5, max_size=5), max_size=6),
    codec=st.sampled_from([*DECLARED]),
    sign=st.sampled_from(",;\t|"),
)
def test_a_declared_encoding_round_trips(rows: list[list[str]], codec: str, sign: str) -> None:
    special = {"cp950": "陳美華", "cp932": "たなか", "cp1252": "Müller"}[codec]
    rows = [["institution_id", "person_id", "item_code", "service_date", special], *rows]
    data = written(rows, sign, "\r\n").encode(codec)
    assert opened(data, Reading(DECLARED[codec]), 3) == rows


def broken(data: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, or the end cut off."""
    raw = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(raw) + 1)
        kind = rng.randrange(5)
        if kind == 0 and raw:
            raw[at % len(raw)] = rng.choice(b'\0\r\n",;\t|=\xff\xfe\x80\xa3' + rng.randbytes(4))
        elif kind == 1:
            del raw[at : at + rng.randrange(1, 9)]
        elif kind == 2:
            raw[at:at] = raw[at : at + rng.randrange(1, 40)]
        elif kind == 3:
            raw[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            del raw[at:]
    return bytes(raw)


def answer(data: bytes, reading: Reading) -> str:
    """``read`` or the code of the refusal; anything else fails."""
    try:
        rows = opened(data, reading, 7)
    except DataError as error:
        [problem] = error.problems
        # Both languages, with every fact filled in.
        return problem.code if problem.code in REASONS and str(problem) else "?"
    assert not any("\0" in cell for row in rows for cell in row)
    return "read"


@pytest.mark.parametrize("name", FILES)
def test_broken_files_get_an_answer(name: str) -> None:
    rng = random.Random(name)
    data = FILES[name]()
    for _ in range(counts(6, 600)):
        encoding = rng.choice(["", "", *CODECS])
        answer(broken(data, rng), Reading(encoding, rng.choice(["", "", ";", "\t"])))


def test_random_bytes_get_an_answer() -> None:
    rng = random.Random(6)
    found = set()
    for _ in range(counts(200, 20_000)):
        data = bytes(rng.choices(b'\r\n",;\t|ab1\0\xff\xfe\xc4\xe3\xd6\xd0', k=rng.randrange(60)))
        found.add(answer(rng.choice((b"", b"\xff\xfe", b"\xef\xbb\xbf")) + data, Reading()))
    found.add(answer(b'a,b\r\n1,"2\r\n', Reading()))
    assert {"read", "FILE_ENCODING", "FILE_EMPTY", "FILE_DAMAGED"} <= found


@settings(max_examples=counts(40, 2_000), deadline=None)
@given(st.text(st.sampled_from('ab1",\n\r'), max_size=60), st.sampled_from(ENCODINGS))
def test_whatever_is_read_is_what_the_csv_reader_of_the_language_reads(
    text: str, encoding: str
) -> None:
    text = "institution_id,person_id\n" + text
    try:
        wanted = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        assume(False)
    assert opened(text.encode(encoding), Reading(), 2) == wanted
