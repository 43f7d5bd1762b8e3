"""The book of ids: one code for each id, whatever its length, order of asking and thread.

Catches: ids that differ only in their last bytes, in length or by a zero byte taken for one; an
equal hash taken for an equal id; ids lost when a table grows or while another thread adds some.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from equivalents.ids import IdBook, Texts, _Table


def _texts(values: Sequence[str]) -> Texts:
    written = [value.encode() for value in values]
    begins = np.cumsum([0, *map(len, written)], dtype=np.int64)
    return Texts(np.frombuffer(b"".join(written), np.uint8), begins)


def _is_one_to_one(values: Sequence[str], codes: Sequence[int]) -> bool:
    pairs = set(zip(values, codes, strict=True))
    return len(pairs) == len(set(values)) == len({code for _, code in pairs})


def test_ids_of_any_length_are_told_apart() -> None:
    values = ["", "R", "R\0", "\0", "\0\0", "居民一", "居民二", "R00000001", "R00000002", "R" * 8]
    values += ["R" * 16, "R" * 17, "R" * 15 + "S", "x" * 40, "x" * 39 + "y", "y" + "x" * 39]
    codes = IdBook().learn(_texts(values)).tolist()
    assert _is_one_to_one(values, codes)


def test_equal_ids_have_one_code_in_one_question_and_in_the_next() -> None:
    book = IdBook()
    values = ["R2", "R1", "R2", "long enough for two words", "R2"]
    first = book.learn(_texts(values)).tolist()
    assert _is_one_to_one(values, first)
    assert book.learn(_texts(values[::-1])).tolist() == first[::-1]
    assert [book.find(value) for value in values] == first
    assert book.find("R3") == book.find("of a length not seen") == -1


def test_nothing_asked_is_nothing_learnt() -> None:
    book = IdBook()
    assert book.learn(_texts([])).size == len(book) == 0


def test_a_part_of_a_column_has_its_own_texts() -> None:
    whole = _texts(["A1", "B22", "C3", "D4"])
    some = Texts(whole.data, whole.begins[1:4])
    book = IdBook()
    codes = book.learn(some).tolist()
    assert [book.find(value) for value in ("B22", "C3")] == codes[:2]
    assert book.find("A1") == -1
    same_length = Texts(whole.data, whole.begins[2:])
    assert book.learn(same_length).tolist() == [book.find("C3"), book.find("D4")]


def test_ids_stay_as_tables_grow() -> None:
    book = IdBook()
    draw = np.random.default_rng(7)
    known: dict[str, int] = {}
    for size in (10, 3_000, 1, 40_000, 20_000):
        numbers = draw.integers(0, 60_000, size).tolist()
        values = [f"R{number:0{6 + number % 12}}" for number in numbers]
        for value, code in zip(values, book.learn(_texts(values)).tolist(), strict=True):
            assert known.setdefault(value, code) == code
    assert _is_one_to_one(list(known), list(known.values()))


def test_equal_hashes_are_not_equal_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = _Table._slots
    monkeypatch.setattr(_Table, "_slots", lambda table, words: slots(table, words) >> 7 << 7)
    book = IdBook()
    values = [f"R{number}" for number in range(3_000)]
    parts = [values[at : at + 500] for at in range(0, 3_000, 500)]
    codes = np.concatenate([book.learn(_texts(part)) for part in parts]).tolist()
    assert _is_one_to_one(values, codes)
    assert [book.find(value) for value in values[::97]] == codes[::97]


def test_threads_agree_on_the_codes() -> None:
    book = IdBook()
    draw = np.random.default_rng(8)
    asked = [[f"R{n:09}" for n in draw.integers(0, 30_000, 4_000).tolist()] for _ in range(24)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda values: book.learn(_texts(values)).tolist(), asked))
    values = [value for some in asked for value in some]
    assert _is_one_to_one(values, [code for codes in found for code in codes])
