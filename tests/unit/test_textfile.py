"""How a text file is read: delimiter, dirt, declared readings, bounded memory.

Faults seen to be caught: a mark in the last rows of a large file missed, a declaration in
case.yaml not heard by the tables, a line without an end read whole.
"""

import tracemalloc
from pathlib import Path

import pytest

from equivalents.errors import DataError, Place
from equivalents.findings import Findings
from equivalents.intake.encodings import Reading
from equivalents.intake.opening import dirt, textfile
from equivalents.intake.opening.delimiters import find_delimiter
from equivalents.intake.opening.dirt import find_mark
from equivalents.intake.opening.textfile import is_plain, raw_chunks, text_shape
from equivalents.intake.settings import read_case_yaml, read_settings
from equivalents.run import check_case, settle_case
from tests.files.make.texts import text

PLACE = Place("x.csv")


@pytest.mark.parametrize(
    ("lines", "sign"),
    [
        (["a,b,c\n", "1,2,3\n"], ","),
        (["a;b;c\n", "1,5;2;3,5\n", "1;2;3\n"], ";"),
        (["a|b\n", "1|2\n", "3|4\n"], "|"),
        (["Bericht 2025\n", "\n", "a;b\n", "1;2\n", "3;4\n", "5;6\n"], ";"),
        # Both part every row, but only of one the values are headings.
        (["person_id,institution_id,performers\n", "P1,I1,P2;P3\n", "P1,I1,P2;P3\n"], ","),
        (['a,"x;y;z"\n', '1,"x;y;z"\n'], ","),
        (["only\n", "one\n"], ","),
        (["机构，人员\n", "甲，乙\n"], "，"),
    ],
)  # fmt: skip
def test_the_delimiter_is_found(lines: list[str], sign: str) -> None:
    assert find_delimiter(lines, PLACE) == sign


def test_an_open_delimiter_is_not_guessed() -> None:
    with pytest.raises(DataError, match="FILE_DELIMITER_DOUBT"):
        find_delimiter(["a;b,c\n", "1;2,3\n"], PLACE)


@pytest.mark.parametrize(
    ("cell", "mark"),
    [("1", ""), ("a b", ""), ("2025-06-02 08:00", ""), ("甲", ""), ("（门诊）：", ""),
     ("１", "１"), (" a", ", "), ("a ", " ,"), ("--", "--"), ("-", ",-,"), ("/", ",/,"),
     ("—", ",—,"), ("上门——随访", ""), ("-1", ""),
     ("1.2E+17", "E+"), ('="01"', '="'), ("合计", "合计"), ("a\u3000", "\u3000"), ("a\xa0", "\xa0"),
     ('"1,234"', '"1,234"'), ('"1,23"', ""), ("#N/A", "#N/A"), ("2025/1/5", "")],
)  # fmt: skip
def test_marks_of_dirt(cell: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"a,b,c\n1,{cell},3\n", "utf-8")
    assert find_mark(path, "utf-8") == mark
    gb18030 = "\xa0" not in cell
    if gb18030:
        path.write_text(f"a,b,c\n1,{cell},3\n", "gb18030")
        assert find_mark(path, "gb18030") == mark


@pytest.mark.parametrize("at", [0, 1])
def test_marks_at_both_ends_of_a_large_file_are_found(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dirt, "WHOLE", 1000)
    rows = ["I01,P01,门诊,1\n"] * 20_000
    path = tmp_path / "x.csv"
    path.write_text("".join(rows), "utf-8")
    assert find_mark(path, "utf-8") == ""
    rows[(10, -10)[at]] = "合计,,,1\n"
    path.write_text("".join(rows), "utf-8")
    assert find_mark(path, "utf-8") == "合计"


def test_a_long_line_and_a_long_value_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n" + "x" * 200_000 + ",2\n", "utf-8")
    shape = text_shape(path, "x.csv")
    with pytest.raises(DataError, match="row 3"):
        list(raw_chunks(path, shape))
    monkeypatch.setattr(textfile, "_LINE", 1000)
    with pytest.raises(DataError, match="1000 characters"):
        list(raw_chunks(path, shape))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text() + "C01;P001;MZ01;2025-06-02;1;门诊\r\n" * 60_000, "gb18030")
    shape = text_shape(path, "x.csv", Reading(delimiter=";"))
    tracemalloc.start()
    rows = sum(len(chunk) for chunk in raw_chunks(path, shape, 1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 60_004
    assert peak < path.stat().st_size


@pytest.mark.parametrize("word", ["abc", "zz", "上下"])
def test_a_zero_byte_in_a_text_of_one_byte_a_letter_is_no_utf_16(word: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for at in range(8):
        data = (f"{word},{word}\n" * 50).encode()
        path.write_bytes(data[: at + 9] + b"\0" + data[at + 9 :])
        with pytest.raises(DataError, match="NUL"):
            text_shape(path, "x.csv")
        path.write_text(f"{word},{word}\n" * 50, "utf-16-le")
        assert text_shape(path, "x.csv").encoding == "utf-16-le"


def test_a_bom_of_gb18030_is_no_part_of_the_first_heading(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\ufeff" + text(), "gb18030")
    assert not is_plain(path)
    assert next(raw_chunks(path, text_shape(path, "x.csv")))[0][0] == "机构编码"


def test_headings_in_a_later_row_are_not_plain(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n1,2,3\n", "utf-8")
    assert is_plain(path)
    path.write_text("表,,\n机构编码,人员编码,项目编码\nI1,P1,MZ\n", "utf-8")
    assert not is_plain(path)


# -- case.yaml: reading ------------------------------------------------------------------------

CASE = {
    "case.yaml": "period: 2025\nreading: {encoding: big5}\n",
    "institutions.csv": "institution_id,name\nI01,衛生院\n",
    "staff.csv": "person_id,institution_id,name\nP1,I01,陳美華\n",
    "weights.csv": "item_code,weight,valid_from\nMZ01,1,2025-01-01\n",
    "pools.csv": "institution_id,pool,amount\nI01,績效,10.00\n",
    "records.csv": "institution_id,person_id,item_code,service_date,quantity,備註\n"
    "I01,P1,MZ01,2025-06-02,1,門診\n",
}


def test_a_case_in_big5_is_settled_as_declared_and_refused_otherwise(tmp_path: Path) -> None:
    for code in ("big5", "utf-8"):
        case = tmp_path / code
        case.mkdir()
        for name, content in CASE.items():
            (case / name).write_text(content, code if name.endswith(".csv") else "utf-8")
        settle_case(case, tmp_path / f"out-{code}")
    payouts = [
        (tmp_path / f"out-{code}" / "payouts.csv").read_bytes() for code in ("big5", "utf-8")
    ]
    assert payouts[0] == payouts[1]
    (tmp_path / "big5" / "case.yaml").write_text("period: 2025\n", "utf-8")
    with pytest.raises(DataError) as caught:
        check_case(tmp_path / "big5")
    codes = [(problem.code, problem.place.file) for problem in caught.value.problems]
    assert ("FILE_ENCODING_DOUBT", "records.csv") in codes
    assert ("FILE_ENCODING_DOUBT", "staff.csv") in codes


@pytest.mark.parametrize(
    ("text", "reading", "codes"),
    [
        ("reading: {encoding: Big5, delimiter: tab}", Reading("big5", "\t"), []),
        ('reading: {delimiter: ";"}', Reading(delimiter=";"), []),
        ("reading: {encoding: gbk}", Reading(), ["CHOICE_INVALID"]),
        ("reading: {delimiter: x}", Reading(), ["CHOICE_INVALID"]),
        ("reading: {codec: big5}", Reading(), ["KEY_UNKNOWN"]),
        ("reading: big5", Reading(), ["VALUE_SHAPE"]),
    ],
)
def test_what_case_yaml_declares(
    text: str, reading: Reading, codes: list[str], tmp_path: Path
) -> None:
    path, findings = tmp_path / "case.yaml", Findings()
    path.write_text(f"period: 2025\n{text}\n", "utf-8")
    assert (
        read_settings(read_case_yaml(path, path.name, findings), path.parent, findings).reading
        == reading
    )
    assert [problem.code for problem in findings.problems] == codes


PLAIN = "机构编号,人员编号,项目编码,服务日期,数量\nJ1,P1,A,2025-01-05,1\n"


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("数量", True),
        ("quantity", True),
        ("数量（公里）", True),
        ("数量(次)", False),
        ("*数量", False),
        ("数量（必填）", False),
        ("Quantity", False),
        (" 数量", False),
    ],
)
def test_headings_that_must_be_understood_are_not_plain(
    heading: str, plain: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(PLAIN.replace("数量", heading), encoding="utf-8")
    assert is_plain(path) is plain
    path.write_text(f"{heading},{PLAIN.replace(',数量', '').replace(',1', '')}", encoding="utf-8")
    assert is_plain(path) is plain


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("数量", "", 1) + PLAIN,
        PLAIN.replace("数量", "", 1).replace("J1,P1,A,2025-01-05,1", ",,,,数量"),
        PLAIN + PLAIN,
        "服务记录,,,,\n" + PLAIN,
    ],
)
def test_headings_in_another_row_are_not_plain(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert not is_plain(path)
