"""CSV record files: every row with the number that Excel shows, however the file is cut.

Faults caught: a blank or malformed row that shifts the numbers after it, a range that begins in the
middle of a row or loses the row at its seam, a byte-order mark glued to the first heading, a last
row without line end left out, GB18030 bytes taken for separators.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from equivalents.errors import DataError
from equivalents.intake import csvfile, text
from equivalents.intake.csvfile import csv_parts
from equivalents.intake.source import Source

Rows = list[tuple[int, tuple[str, ...]]]
HEAD = "institution_id,person_id,item_code,service_date,quantity"


def write(folder: Path, content: str | bytes, name: str = "records.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes) -> tuple[Rows, Rows]:
    """The rows of a file, and its malformed rows: number and texts, in the order of numbers."""
    good: Rows = []
    malformed: Rows = []
    for part in csv_parts(write(folder, content), "records.csv"):
        for batch in part.batches():
            columns = [column.to_pylist() for column in batch.columns.values()]
            texts = list(zip(*columns, strict=True))
            good += zip(batch.row.tolist(), texts, strict=True)
            malformed += [(bad.row, (str(bad.found), bad.text)) for bad in batch.malformed]
    return good, sorted(malformed)


def good_rows(folder: Path, content: str | bytes) -> Rows:
    good, malformed = read(folder, content)
    assert malformed == []
    return good


def codes_of(error: DataError) -> list[str]:
    return [problem.code for problem in error.problems]


# -- row numbers -----------------------------------------------------------------------------


def test_the_heading_is_row_one(tmp_path: Path) -> None:
    assert good_rows(tmp_path, "a,b\n1,2\n3,4\n") == [(2, ("1", "2")), (3, ("3", "4"))]


def test_blank_rows_count(tmp_path: Path) -> None:
    good = good_rows(tmp_path, "a,b\n\n1,2\n\n\n3,4\n,\n5,6\n\n")
    assert [row for row in good if any(row[1])] == [
        (3, ("1", "2")),
        (6, ("3", "4")),
        (8, ("5", "6")),
    ]
    assert [number for number, _ in good] == list(range(2, 10))


def test_malformed_rows_keep_their_numbers(tmp_path: Path) -> None:
    good, malformed = read(tmp_path, "a,b\n1\n1,2\n1,2,3\n\n4\n5,6\n7,8,9\n")
    assert [row for row in good if any(row[1])] == [(3, ("1", "2")), (7, ("5", "6"))]
    assert malformed == [
        (2, ("1", "1")),
        (4, ("3", "1,2,3")),
        (6, ("1", "4")),
        (8, ("3", "7,8,9")),
    ]


def test_only_malformed_rows(tmp_path: Path) -> None:
    good, malformed = read(tmp_path, "a,b\n1\n2\n3,4,5")
    assert (good, [row for row, _ in malformed]) == ([], [2, 3, 4])


def test_a_quoted_line_break_is_one_row(tmp_path: Path) -> None:
    good, malformed = read(tmp_path, 'a,b\n"x\ny","1,5"\n3,4\n"z"\n"say ""hi""",8\n')
    assert good == [(2, ("x\ny", "1,5")), (3, ("3", "4")), (5, ('say "hi"', "8"))]
    assert [row for row, _ in malformed] == [4]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    content = f"a,b{end}1,2{end}{end}3,4{end}5{end}6,7"
    good, malformed = read(tmp_path, content)
    assert [row for row in good if any(row[1])] == [
        (2, ("1", "2")),
        (4, ("3", "4")),
        (6, ("6", "7")),
    ]
    assert malformed == [(5, ("1", "5"))]


def test_the_last_row_needs_no_line_end(tmp_path: Path) -> None:
    assert good_rows(tmp_path, "a,b\n1,2") == good_rows(tmp_path, "a,b\n1,2\n")
    assert good_rows(tmp_path, "a,b\n1,") == [(2, ("1", ""))]


@pytest.mark.parametrize("content", ["a,b", "a,b\n", "a,b\r\n", "\ufeffa,b\n", '"a","b"\n'])
def test_headings_only(tmp_path: Path, content: str) -> None:
    [part] = csv_parts(write(tmp_path, content), "records.csv")
    assert part.headings == ("a", "b")
    assert list(part.batches()) == []


# -- text ------------------------------------------------------------------------------------


def test_a_byte_order_mark_is_no_part_of_the_heading(tmp_path: Path) -> None:
    for content in ("\ufeffa,b\n1,2\n", '\ufeff"a",b\n1,"2"\n'):
        [part] = csv_parts(write(tmp_path, content), "records.csv")
        assert part.headings == ("a", "b")
        assert good_rows(tmp_path, content) == [(2, ("1", "2"))]


def test_texts_come_as_they_are(tmp_path: Path) -> None:
    content = "a,b\n 1 ,NULL\nNaN,001\n1e3,１\n#N/A,\u3000\n"
    assert [row for _, row in good_rows(tmp_path, content)] == [
        (" 1 ", "NULL"),
        ("NaN", "001"),
        ("1e3", "１"),
        ("#N/A", "\u3000"),
    ]


def test_only_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    [part] = csv_parts(write(tmp_path, "a,b,c\n1,2,3\n4\n"), "records.csv")
    batches = list(part.batches(frozenset({"c", "a"})))
    assert [sorted(batch.columns) for batch in batches if batch.columns] == [["a", "c"]]
    assert sum(len(batch.malformed) for batch in batches) == 1


@pytest.mark.parametrize("quoted", [False, True])
def test_gb18030(tmp_path: Path, quoted: bool) -> None:
    # The second byte of these characters is that of , | \\ and similar in ASCII, or four bytes.
    people = ["张三", "李四", "乗丄", "㐀", "𠮷", "丂"]
    # Most of a text is ordinary Chinese, or it is no GB18030 (FILE_ENCODING_DOUBT).
    people += ["家庭医生签约服务团队", "王小明"]
    lines = [f'"{name}",{at}' if quoted else f"{name},{at}" for at, name in enumerate(people)]
    content = "\r\n".join(["姓名,序号", *lines, "缺", ""]).encode("gb18030")
    good, malformed = read(tmp_path, content)
    wanted = [(at + 2, (name, str(at))) for at, name in enumerate(people)]
    assert good == wanted
    assert [row for row, _ in malformed] == [10]


def test_a_large_gb18030_file_is_read_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvfile, "_BLOCK", 128)
    rows = [f"人员{at:03},{at}" for at in range(200)]
    content = "\n".join(["姓名,数量", *rows]).encode("gb18030")
    assert good_rows(tmp_path, content) == [
        (at + 2, (f"人员{at:03}", str(at))) for at in range(200)
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"\xef\xbb\xbf", "FILE_EMPTY"),
        (b"\n\r\n ,\n", "FILE_EMPTY"),
        (b"\n\na,b\n1,2\n", "FILE_DAMAGED"),
        (b'a,b\n"1,2\n3,4\n', "FILE_DAMAGED"),
        ("a,b\n1,2\n".encode("utf-16"), "FILE_ENCODING"),
        ("a,b\n1,2\n".encode("utf-16-be"), "FILE_ENCODING"),
        (b"PK\x03\x04rest", "FILE_ENCODING"),
        (b"a,b\n1,\xff\xff\n", "FILE_ENCODING"),
        (b"a,b\n1,\xe4", "FILE_ENCODING"),
        (b"a,b\n1,\x00\n", "FILE_ENCODING"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, content)
    assert codes_of(caught.value) == [code]
    assert caught.value.problems[0].place.file == "records.csv"


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"a,b\n1,2\n3,\x00\n4,\x00", "utf-8: NUL byte at 10; gb18030: NUL byte at 10"),
        (b"a,b\n1,2\n3,\xff\xff\n4,\x00", "utf-8: byte 10; gb18030: byte 10"),
        (b"a,b\n1,2\n3,\x00\n4,\xff\xff", "utf-8: NUL byte at 10; gb18030: NUL byte at 10"),
        ("甲,b\n一,2\n".encode() + b"3,\xff", "utf-8: byte 14; gb18030: byte 2"),
        (b"a,b\n1,2\n3,\xe4", "utf-8: byte 11; gb18030: byte 11"),
        (b"a,b\n1,\xb25\n3,4\n", "utf-8: byte 6; gb18030: byte 6"),
        ("甲,b\n一,2\n".encode("gb18030") + b"3,\xff\n", "utf-8: byte 0; gb18030: byte 12"),
    ],
)
@pytest.mark.parametrize("size", [3, 8, 10**6])
def test_the_first_bad_byte_is_told_wherever_a_range_begins(
    content: bytes, detail: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "RANGE", size)
    monkeypatch.setattr(text, "_BLOCK", size)
    with pytest.raises(DataError) as caught:
        read(tmp_path, content)
    assert caught.value.problems[0].facts["detail"] == detail


# -- ranges ----------------------------------------------------------------------------------


def random_file(rng: Random, end: str) -> str:
    """Rows of every length, blank and malformed ones among them."""
    lines = []
    for at in range(rng.randrange(1, 60)):
        kind = rng.random()
        if kind < 0.1:
            lines.append("")
        elif kind < 0.2:
            lines.append(",".join("x" * rng.randrange(30) for _ in range(rng.choice((1, 2, 4)))))
        else:
            lines.append(f"{at},{'数' * rng.randrange(40)},{rng.randrange(10**6)}")
    text = "标题一,b,c" + end + end.join(lines)
    return text + end if rng.random() < 0.5 else text


def obvious(content: str) -> tuple[Rows, Rows]:
    """The same by Python's reader, which numbers one row after the other."""
    good: Rows = []
    malformed: Rows = []
    for number, line in enumerate(csv.reader(io.StringIO(content, newline="")), start=1):
        if number == 1:
            continue
        texts = tuple(line or [""] * 3)
        if len(texts) == 3:
            good.append((number, texts))
        else:
            malformed.append((number, (str(len(texts)), ",".join(texts))))
    return good, malformed


@pytest.mark.parametrize(
    "size",
    [1, 7, 64, 300, 1000],
)
def test_the_same_rows_whatever_the_size_of_a_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(text, "RANGE", size)
    monkeypatch.setattr(text, "_BLOCK", size)
    rng = Random(size)
    for _ in range(40 if size > 1 else 12):
        content = random_file(rng, rng.choice(("\n", "\r\n")))
        assert read(tmp_path, content) == obvious(content)
        assert read(tmp_path, "\ufeff" + content) == obvious(content)


def test_a_file_is_cut_into_ranges_that_touch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "RANGE", 64)
    monkeypatch.setattr(text, "_BLOCK", 64)
    content = "a,b\n" + "".join(f"{at},{at}\n" for at in range(300))
    parts = csv_parts(write(tmp_path, content), "records.csv")
    assert len(parts) > 20
    assert (parts[0].start, parts[-1].stop) == (4, len(content))
    assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]
    assert parts[5].first_row == 2 + content[4 : parts[5].start].count("\n")


def test_a_file_with_quotes_is_never_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "RANGE", 8)
    monkeypatch.setattr(text, "_BLOCK", 8)
    content = 'a,b\n1,2\n"x\n\n\ny",3\n4,5\n'
    assert len(csv_parts(write(tmp_path, content), "records.csv")) == 1
    assert good_rows(tmp_path, content) == [
        (2, ("1", "2")),
        (3, ("x\n\n\ny", "3")),
        (4, ("4", "5")),
    ]


def test_lone_carriage_returns_do_not_shift_the_rows_of_later_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "a,b\n1,2\r3,4\n5,6\n7,8\n9,10\n"
    whole = good_rows(tmp_path, content)
    monkeypatch.setattr(text, "RANGE", 8)
    monkeypatch.setattr(text, "_BLOCK", 8)
    assert good_rows(tmp_path, content) == whole


def test_each_part_can_be_read_again(tmp_path: Path) -> None:
    [part] = csv_parts(write(tmp_path, "a,b\n1,2\n3\n"), "records.csv")
    first, second = (
        [(batch.row.tolist(), list(batch.malformed)) for batch in part.batches()] for _ in range(2)
    )
    assert first == second


# -- headings --------------------------------------------------------------------------------


def problems(folder: Path, heading: str, row: str = "1,2,3,4,5") -> Sequence[tuple[str, str]]:
    """The codes and values of what a record file's headings are warned of or refused for."""
    path = write(folder, f"{heading}\n{row}\n")
    try:
        found: Sequence[object] = Source(folder, [path]).findings.problems
    except DataError as error:
        found = error.problems
    return [(problem.code, problem.value) for problem in found]  # type: ignore[attr-defined]


def test_known_headings_raise_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, HEAD) == []
    assert problems(tmp_path, "机构编号,人员编号,项目编码,服务日期,数量") == []


def test_an_unknown_heading_is_a_warning(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{HEAD},备注", "1,2,3,4,5,6") == [("COLUMN_UNKNOWN", "备注")]


def test_a_column_in_both_languages_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, f"{HEAD},数量", "1,2,3,4,5,6") == [("COLUMN_TWICE", "quantity")]


def test_a_doubled_heading_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, f"{HEAD},quantity", "1,2,3,4,5,6")
    assert found == [("COLUMN_TWICE", "quantity")]


def test_a_missing_heading_is_refused(tmp_path: Path) -> None:
    heading = HEAD.replace("quantity", "quantiti")
    assert problems(tmp_path, heading) == [
        ("COLUMN_UNKNOWN", "quantiti"),
        ("COLUMN_MISSING", "quantity"),
    ]


def test_blank_headings_stand_apart(tmp_path: Path) -> None:
    [part] = csv_parts(write(tmp_path, "a,,b,\n1,2,3,4\n"), "records.csv")
    assert len(set(part.headings)) == 4
    assert good_rows(tmp_path, "a,,b,\n1,2,3,4\n") == [(2, ("1", "2", "3", "4"))]


# -- very many malformed rows ----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("limit", [0, 1, 5])
def test_rows_are_the_same_where_a_range_is_parsed_at_once(
    seed: int, limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    fields = ["1", "甲", "", "x y", *(['"a,b"', '"c\nd"', '""""'] if seed % 3 else [])]
    rows = [",".join(chance.choices(fields, k=chance.choice([2, 2, 3, 1]))) for _ in range(60)]
    content = "\n".join(["a,b", *rows]) + ("\n" if seed % 2 else "")
    monkeypatch.setattr(csvfile, "_BLOCK", 64 << (seed % 3))
    monkeypatch.setattr(csvfile, "_HOPELESS", 10**9)
    wanted = read(tmp_path, content)
    assert len(wanted[1]) > 10
    monkeypatch.setattr(csvfile, "_HOPELESS", limit)
    assert read(tmp_path, content) == wanted
    monkeypatch.setattr(csvfile, "_WHOLE", 10)
    assert read(tmp_path, content) == wanted


def test_a_range_that_is_parsed_at_once_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [part] = csv_parts(write(tmp_path, "a,b\n" + "1\n2,3\n" * 2_000), "records.csv")
    monkeypatch.setattr(csvfile.CsvPart, "_parse_whole", lambda *_: iter(()))
    assert sum(batch.row.size for batch in part.parsed()) == 0
    assert sum(batch.row.size for batch in part.batches()) == 2_000


def test_rows_of_a_hopeless_encoded_file(tmp_path: Path) -> None:
    content = ("甲,b\n" + "一\n二,三\n" * 1_500).encode("gb18030")
    good, malformed = read(tmp_path, content)
    assert [number for number, _ in malformed] == list(range(2, 3_002, 2))
    assert good == [(number, ("二", "三")) for number in range(3, 3_003, 2)]
