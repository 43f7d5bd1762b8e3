"""Column maps: what each key does to a file, and every fault of one told at its line.

Catches: a claw-back that is handed over as pay, yuan for fen, a name that the encoding cannot hold,
a misspelt field, a map for totals that is given to a bank.
"""

import io
from pathlib import Path

import openpyxl
import pytest

from equivalents.errors import DataError
from equivalents.payroll import PayLines, read_column_map, write_lines
from equivalents.payroll.mapped import month_text
from tests.payroll.made import lines_of, paid

HEAD = "payroll_map: mine\ntitle: 我的（示例）\n"
AMOUNT = "  - {heading: 金额, field: amount}\n"


def _map(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def _written(tmp_path: Path, text: str, lines: PayLines) -> bytes:
    file = io.BytesIO()
    column_map = read_column_map(_map(tmp_path, text))
    control = write_lines(lines, "csv", file, column_map=column_map)
    assert control.amount_fen == lines.amount_fen
    return file.getvalue()


SOME = (paid("J1", "P1", 12345), paid("J1", "P1", -45, closed="2025-06"), paid("J1", "P2", 700))


def test_the_shipped_payroll_example_is_what_its_product_reads(lines: PayLines) -> None:
    file = io.BytesIO()
    control = write_lines(lines, "csv", file, column_map=read_column_map("generic-payroll"))
    text = file.getvalue().decode("gb18030")
    rows = [row.split(",") for row in text.split("\r\n")]
    assert rows[0][:5] == ["工号", "姓名", "部门", "发放月份", "工资项目"]
    assert [row[:9] for row in rows[1:-1]] == [
        ["P01", "王春梅", "全科", "202507", "绩效工资", "36.66", "4.55", "0.00", "41.21"],
        ["P02", "李志强", "全科", "202507", "绩效工资", "73.34", "0.00", "-4.55", "68.79"],
        ["P02", "李志强", "", "202507", "绩效工资", "7.50", "0.00", "0.00", "7.50"],
        ["P03", "赵小兰", "", "202507", "绩效工资", "22.50", "0.00", "0.00", "22.50"],
    ]
    assert (control.people, control.lines, control.amount_fen) == (3, 4, 14000)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", "金额\n123.00\n7.00\n"),
        ("level: detail\n", "金额\n-0.45\n123.45\n7.00\n"),
        ("level: detail\nkinds: adjustment\n", "金额\n-0.45\n"),
        ("file: {header: no, line_end: crlf}\n", "123.00\r\n7.00\r\n"),
        ("level: detail\namounts: {unit: fen}\n", "金额\n-45\n12345\n700\n"),
        ("level: detail\namounts: {sign: reversed}\n", "金额\n0.45\n-123.45\n-7.00\n"),
    ],
)
def test_each_key_does_what_it_says(keys: str, expected: str, tmp_path: Path) -> None:
    file = io.BytesIO()
    column_map = read_column_map(_map(tmp_path, f"{HEAD}{keys}columns:\n{AMOUNT}"))
    write_lines(lines_of(*SOME), "csv", file, column_map=column_map)
    assert file.getvalue().decode("utf-8-sig") == expected


def test_amounts_without_a_sign_stand_beside_their_direction(tmp_path: Path) -> None:
    text = (
        f"{HEAD}level: detail\namounts: {{sign: absolute}}\nfile: {{delimiter: tab, header: no}}\n"
        f"columns:\n  - {{heading: 方向, field: direction}}\n{AMOUNT}"
    )
    more = (*SOME, paid("J1", "P2", 5, closed="2025-06"))
    told = _written(tmp_path, text, lines_of(*more)).decode("utf-8-sig")
    assert told == "扣回\t0.45\n应发\t123.45\n补发\t0.05\n应发\t7.00\n"


def test_parts_of_a_total_can_be_columns(tmp_path: Path) -> None:
    text = (
        f"{HEAD}file: {{header: no, encoding: utf-8}}\ncolumns:\n"
        "  - {heading: 绩效, field: 'part:绩效'}\n  - {heading: 奖, field: 'part:奖:津贴'}\n"
        f"  - {{heading: 单项, field: 'part::单项奖'}}\n{AMOUNT}"
    )
    rows = (
        paid("J1", "P1", 100),
        paid("J1", "P1", 20, pool="奖", component="津贴"),
        paid("J1", "P1", 3, pool="单项奖", component="单项奖"),
        paid("J1", "P2", 5),
    )
    told = _written(tmp_path, text, lines_of(*rows)).decode()
    assert told == "1.00,0.20,0.03,1.23\n0.05,,,0.05\n"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("YYYYMM", "202406"),
        ("YYYY年MM月", "2024年06月"),
        ("YYYY-MM-DD", "2024-06-30"),
        ("YYYYMMDD", "20240630"),
    ],
)
def test_months_in_other_forms(form: str, expected: str) -> None:
    assert month_text("2024-06", form) == expected
    assert month_text("2024-H1", form) == expected


def _codes(error: DataError) -> list[tuple[str, int]]:
    return [(one.code, one.place.row) for one in error.problems]


def test_every_fault_of_a_map_is_told_at_its_line(tmp_path: Path) -> None:
    path = _map(
        tmp_path,
        "title: 没有名称\n"
        "levle: detail\n"
        "kinds: [bonus]\n"
        "file: {encoding: big5, delimiter: '#'}\n"
        "amounts: {unit: jiao, sign: absolute}\n"
        "columns:\n"
        "  - {heading: 工号, field: person}\n"
        "  - {heading: 工号, field: name, form: YYYYMM}\n"
        "  - {heading: 月, field: tax_month, form: MM}\n"
        "  - {heading: 项目, field: post, constant: x}\n",
    )
    with pytest.raises(DataError) as raised:
        read_column_map(path)
    assert sorted(_codes(raised.value), key=lambda one: one[1]) == [
        ("PAYROLL_MAP_INVALID", 1),  # no name
        ("KEY_UNKNOWN", 2),
        ("CHOICE_INVALID", 3),
        ("PAYROLL_MAP_INVALID", 3),  # kinds of totals
        ("CHOICE_INVALID", 4),
        ("CHOICE_INVALID", 4),
        ("CHOICE_INVALID", 5),
        ("PAYROLL_MAP_INVALID", 5),  # no column for the direction
        ("CHOICE_INVALID", 7),
        ("PAYROLL_MAP_INVALID", 7),  # no amount
        ("PAYROLL_MAP_INVALID", 8),  # heading twice
        ("PAYROLL_MAP_INVALID", 8),  # form of no month
        ("CHOICE_INVALID", 9),
        ("PAYROLL_MAP_INVALID", 10),  # field and constant
    ]


def test_a_map_without_columns_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read_column_map(_map(tmp_path, HEAD))
    assert "没有一列" in raised.value.problems[0].text("zh")


def test_an_unknown_name_hints_at_a_shipped_one() -> None:
    with pytest.raises(DataError) as raised:
        read_column_map("generic-payrol")
    assert [one.code for one in raised.value.problems] == ["PAYROLL_MAP_UNKNOWN"]
    assert "generic-payroll" in raised.value.problems[0].text("en")


def _refused(tmp_path: Path, keys: str, *names: str) -> list[tuple[str, str]]:
    text = f"{HEAD}{keys}columns:\n  - {{heading: 姓名, field: name}}\n{AMOUNT}"
    column_map = read_column_map(_map(tmp_path, text))
    rows = [paid("J1", f"P{at}", 100) for at, _ in enumerate(names)]
    named = {f"P{at}": name for at, name in enumerate(names)}
    file = io.BytesIO()
    with pytest.raises(DataError) as raised:
        write_lines(lines_of(*rows, names=named), "csv", file, column_map=column_map)
    assert not file.getvalue()
    return [(one.code, one.value) for one in raised.value.problems]


def test_what_cannot_be_written_is_told_all_at_once(tmp_path: Path) -> None:
    rare = "某\U00020bb7"
    gbk = _refused(tmp_path, "file: {encoding: gbk}\n", rare, "某甲", "某\U00020bb8")
    assert gbk == [("PAYROLL_TEXT_UNFIT", rare), ("PAYROLL_TEXT_UNFIT", "某\U00020bb8")]
    bars = _refused(tmp_path, "file: {delimiter: bar, quotes: never}\n", "某|甲", "某乙")
    assert bars == [("PAYROLL_TEXT_UNFIT", "某|甲")]


def test_rare_characters_are_whole_in_gb18030(tmp_path: Path) -> None:
    text = (
        f"{HEAD}file: {{encoding: gb18030}}\ncolumns:\n  - {{heading: 姓名, field: name}}\n{AMOUNT}"
    )
    told = _written(tmp_path, text, lines_of(paid("J1", "P1", 1), names={"P1": "某\U00020bb7"}))
    assert told.decode("gb18030") == "姓名,金额\n某\U00020bb7,0.01\n"


def test_a_map_may_refuse_what_is_below_nothing(tmp_path: Path) -> None:
    text = f"{HEAD}level: detail\namounts: {{sign: refuse}}\ncolumns:\n{AMOUNT}"
    column_map = read_column_map(_map(tmp_path, text))
    with pytest.raises(DataError) as raised:
        write_lines(lines_of(*SOME), "csv", io.BytesIO(), column_map=column_map)
    (only,) = raised.value.problems
    assert (only.code, only.value, only.facts["amount"]) == ("PAYROLL_NEGATIVE", "P1", "-0.45")


def test_a_map_of_a_bank_writes_no_lines(lines: PayLines) -> None:
    with pytest.raises(DataError) as raised:
        write_lines(lines, "csv", io.BytesIO(), column_map=read_column_map("bank-list"))
    assert raised.value.problems[0].code == "PAYROLL_MAP_LEVEL"


def test_ndjson_takes_no_map(lines: PayLines) -> None:
    with pytest.raises(ValueError, match="column map"):
        write_lines(lines, "ndjson", io.BytesIO(), column_map=read_column_map("generic-payroll"))


def test_the_workbook_of_a_map_has_its_headings_and_numbers(
    lines: PayLines, tmp_path: Path
) -> None:
    path, column_map = tmp_path / "book.xlsx", read_column_map("generic-payroll")
    control = write_lines(lines, "xlsx", path, column_map=column_map)
    file = io.BytesIO()
    of_text = write_lines(lines, "csv", file, column_map=column_map)
    assert (control.sha256, control.covers) == (of_text.sha256, "lines")
    book = openpyxl.load_workbook(path)
    rows = list(book["导入"].values)
    assert rows[0] == tuple(one.heading for one in column_map.columns)
    assert rows[2][:9] == ("P02", "李志强", "全科", "202507", "绩效工资", 73.34, 0, -4.55, 68.79)
    told = dict(book["核对"].values)
    assert told["金额合计（元）"] == "140.00"
    assert told["文本文件散列 sha256"] == control.sha256
