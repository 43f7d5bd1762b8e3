"""CSV fields by comparison instead of a parser: the same rows, texts and faults as the parser's.

Faults caught: a text taken for another one with the same hash or the same first eight bytes, a
text that ends in the middle of a word, a separator of the next field in it, a table that forgets
its texts when it grows or is given longer ones, codes of one thread's table with another's texts, a
row lost between two blocks, a number shifted by a malformed row, ``+1`` or ``1.`` let in.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from equivalents.intake import grid, text, words
from equivalents.intake.columns import Distinct, TextColumn
from equivalents.intake.csvfile import CsvPart, RawBatch, csv_parts
from equivalents.intake.grid import Block, Grid, blocks, make_grid
from equivalents.intake.words import Words, WordTable

Row = tuple[int | str, ...]
LETTERS = ["a", "b", "0", "é", "甲", "𠮷", "\u0001", "\x7f", " "]


def words_of(texts: list[str]) -> list[Words]:
    """The obvious way: each text filled up with zero bytes to the longest."""
    encoded = [one.encode() for one in texts]
    width = max(1, -(-max(map(len, encoded), default=0) // 8))
    padded = b"".join(one.ljust(8 * width, b"\0") for one in encoded)
    return [np.ascontiguousarray(w) for w in np.frombuffer(padded, "<u8").reshape(-1, width).T]


def read_back(column: TextColumn | None) -> list[str]:
    assert column is not None
    assert column.index.dtype == np.int32
    known = column.distinct.texts()
    return [known[at] for at in column.index]


def some_texts(rng: Random, longest: int, count: int = 200) -> list[str]:
    return ["".join(rng.choices(LETTERS, k=rng.randrange(longest + 1))) for _ in range(count)]


# -- tables of texts -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_texts_come_back_as_they_were(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:
        # Every text wants one of very few slots.
        monkeypatch.setattr(words, "_FACTORS", tuple(np.uint64(2**63) for _ in range(4)))
    rng, table = Random(seed), WordTable()
    for longest in (2, 1, 4, 3, 6, 2, 0, 5):
        texts = some_texts(rng, longest)
        assert read_back(table.column(words_of(texts))) == texts


def test_a_text_keeps_its_code_when_the_table_grows() -> None:
    table = WordTable()
    first = table.column(words_of(["b", "", "a"]))
    table.column(words_of([f"{at:03}" for at in range(1_000)]))
    table.column(words_of(["a text of three words"]))
    again = table.column(words_of(["b", "", "a"]))
    assert first is not None
    assert again is not None
    assert again.index.tolist() == first.index.tolist()


def test_texts_that_share_their_first_words_are_different() -> None:
    texts = ["12345678", "123456789", "12345678\u0001", "1234567812345678", "123456781234567"]
    assert read_back(WordTable().column(words_of(texts))) == texts
    table = WordTable()
    for one in texts:
        assert read_back(table.column(words_of([one]))) == [one]


def test_a_table_is_not_filled_beyond_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_MOST", 5)
    table = WordTable()
    assert read_back(table.column(words_of(["a", "b", "c"]))) == ["a", "b", "c"]
    assert table.column(words_of(["a", "d", "e", "f"])) is None
    assert table.column(words_of(["a longer text"])) is None
    assert read_back(table.column(words_of(["c", "a"]))) == ["c", "a"]


def test_threads_may_share_a_table() -> None:
    table = WordTable()

    def work(seed: int) -> bool:
        texts = some_texts(Random(seed % 7), seed % 9, 500)
        return read_back(table.column(words_of(texts))) == texts

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))


def test_what_is_known_of_texts_is_kept_when_they_grow() -> None:
    asked: list[list[str]] = []

    def lengths(own: Distinct) -> tuple[list[int], np.ndarray]:
        asked.append(own.texts())
        found = [len(one) for one in own.texts()]
        return found, np.array(found, np.int32)

    first = Distinct(pa.array(["a", "bb"]))
    first.once("lengths", lengths)
    grown = first.grown(pa.array(["", "dddd"])).grown(pa.array(["e"]))
    listed, column = grown.once("lengths", lengths)
    assert (listed, column.tolist()) == ([1, 2, 0, 4, 1], [1, 2, 0, 4, 1])
    assert asked == [["a", "bb"], ["", "dddd", "e"]]
    assert grown.blanks().tolist() == [False, False, True, False, False]


# -- blocks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5, 12, 40, 1000])
def test_blocks_are_the_file_line_by_line(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "_SIZE", size)
    rng = Random(size)
    for _ in range(50):
        content = b"".join(
            b"x" * rng.randrange(20) + b"\n" * (rng.random() < 0.9) for _ in range(rng.randrange(9))
        )
        path = tmp_path / "some.csv"
        path.write_bytes(content)
        start = content.find(b"\n", rng.randrange(len(content) + 1)) + 1
        found, at = [], start
        for block in blocks(path, start, len(content), 1):
            assert block.start == at
            at = block.stop
            if block.size:
                found += bytes(block.raw[1 : block.size]).split(b"\n")[:-1]
            else:
                longest = max(map(len, content[block.start :].split(b"\n")))
                assert longest >= size
                found += content[block.start :].split(b"\n")[
                    : None if content[-1:] != b"\n" else -1
                ]
        assert at == len(content) or start == len(content)
        assert found == content[start:].splitlines()


def test_a_file_that_has_become_shorter_ends_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"a\nb\nc")
    assert b"".join(bytes(b.raw[1 : b.size]) for b in blocks(path, 0, 100, 2)) == b"a\nb\nc\n"
    path.write_bytes(b"")
    assert list(blocks(path, 0, 100, 2)) == []


def block_of(content: bytes) -> Block:
    raw = bytearray(b"\n" + content + bytes(40))
    return Block(raw, len(content) + 1, 0, len(content))


def test_a_blank_line_of_many_fields_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"x" + b"," * 199 + b"\n" + (b"y" * 40 + b"," * 199 + b"\n") * 20 + b"\n")
    [block] = blocks(path, 0, path.stat().st_size, 200)
    found = make_grid(block, 200, 2)
    for at in (0, 1, 199):
        texts = ["x", *["y" * 40] * 20, ""] if at == 0 else [""] * 22
        assert found.texts(at).to_pylist() == texts
    last = found.words(199)
    assert last is not None
    assert last[0].tolist() == [0] * 22
    assert found.filled().row.tolist() == list(range(2, 23))


def test_lengths_of_texts_in_words() -> None:
    for length in range(33):
        texts = ["x" * length, "", "甲"[: length // 3], "y" * max(length - 1, 0)]
        for picked in (texts, texts[:1], texts[:1] * 3):
            content = "".join(f",{one},z\r\n" for one in picked).encode()
            found = make_grid(block_of(content), 3, 1)
            assert found is not None
            got = found.words(1)
            assert got is not None
            assert [w.tolist() for w in got] == [w.tolist() for w in words_of(picked)]
    found = make_grid(block_of(b"," + b"x" * 33 + b"\n"), 2, 1)
    assert found is not None
    assert found.words(1) is None


# -- the same rows as the parser's -----------------------------------------------------------


def random_file(rng: Random) -> str:
    """Rows mostly of three fields, with blank and malformed ones, in one of two line ends."""
    odd = rng.choice((0, 0, 0.02, 0.3))
    texts = ["", "1", "1.5", "甲乙丙", "x" * rng.randrange(40), " ", "2025-01-01", "𠮷"]
    lines = [
        ",".join(rng.choices(texts, k=3 if rng.random() >= odd else rng.choice((0, 1, 2, 4))))
        for _ in range(rng.randrange(1, 80))
    ]
    end = rng.choice(("\n", "\r\n"))
    return end.join(["a,b,c", *lines]) + end * rng.randrange(3)


def by_parser(part: CsvPart) -> list[Row]:
    return [row for piece in part.parsed() for row in batch_rows(piece)]


def batch_rows(batch: RawBatch) -> Iterator[Row]:
    columns = [column.to_pylist() for column in batch.columns.values()]
    yield from zip(batch.row.tolist(), *columns, strict=True)
    yield from ((bad.row, bad.found, bad.text) for bad in batch.malformed)


def by_grid(part: CsvPart, tables: list[WordTable]) -> Iterator[Row]:
    for piece in part.pieces():
        if isinstance(piece, RawBatch):
            yield from batch_rows(piece)
            continue
        columns = []
        for at, table in enumerate(tables):
            texts = piece.texts(at).to_pylist()
            found = piece.words(at)
            if found is None:
                assert max(len(one.encode()) for one in texts) > 32
            else:
                assert read_back(table.column(found)) == texts
            columns.append(texts)
        filled = piece.filled().row.tolist()
        yield from ((bad.row, bad.found, bad.text) for bad in piece.malformed)
        rows = list(zip(piece.row.tolist(), *columns, strict=True))
        assert filled == [row[0] for row in rows if any(row[1:])]
        yield from rows


@pytest.mark.parametrize("size", [8, 60, 300, 5000])
@pytest.mark.parametrize("seed", range(20))
def test_grids_have_the_rows_of_the_parser(
    size: int, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "RANGE", size * 4)
    monkeypatch.setattr(text, "_BLOCK", size * 2)
    monkeypatch.setattr(grid, "_SIZE", size)
    content = random_file(Random(seed))
    path = tmp_path / "records.csv"
    path.write_text(content, encoding="utf-8", newline="")
    tables = [WordTable() for _ in range(3)]
    for part in csv_parts(path, "records.csv"):
        assert sorted(by_grid(part, tables)) == sorted(by_parser(part))


def test_a_clean_file_is_all_grids(tmp_path: Path) -> None:
    """Else the tests above would prove nothing."""
    path = tmp_path / "records.csv"
    path.write_text("a,b\n" + "1,2\n" * 50, encoding="utf-8")
    [part] = csv_parts(path, "records.csv")
    assert [type(piece) for piece in part.pieces()] == [Grid]
    path.write_text("a,b\n" + "1,2\n" * 50 + "1\n\n", encoding="utf-8")
    [part] = csv_parts(path, "records.csv")
    [piece] = part.pieces()
    assert isinstance(piece, Grid)
    assert ([bad.row for bad in piece.malformed], piece.row[-1], piece.row.size) == ([52], 53, 51)
