"""Example exports of other systems with their column maps: made again, always the same bytes.

Run ``python -m tests.files.make.maps`` to write them. An export ``maps/NAME.csv`` goes with the map
``maps/NAME.yaml``; what comes of it stands in ``tests/files/expected/maps.csv``.
"""

import io
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["EXPECTED", "FOLDER", "made", "main"]

FOLDER: Final = Path(__file__).parents[1] / "maps"
EXPECTED: Final = FOLDER.parent / "expected" / "maps.csv"

_HEAD: Final = "title: 示例\nversion: 2025-06-01\ntable: records\n"
_COLUMNS: Final = (
    "columns: {person_id: [工号, 医生工号], item_code: 项目, service_date: 日期, quantity: 数量}\n"
)
_HERE: Final = "constants: {institution_id: J1}\n"
_ROWS: Final = (
    "工号,项目,日期,数量,单位,状态\nA1,MZ,2025-06-02,1,次,正常\nA2,CZ,2025-06-20,3,次,正常\n"
)
_HANDED_ON: Final = (
    "people:\n  rows:\n    - {source_code: A1, person_id: P1}\n"
    "    - {source_code: A2, person_id: P2, valid_to: 2025-06-16}\n"
    "    - {source_code: A2, person_id: P1, valid_from: 2025-06-16}\n"
)
_FACTORS: Final = "factors: {quantity: {unit: 单位, codes: {次: 1, 半小时: 0.5, 分钟: 0.05}}}\n"


def _map(name: str, more: str = _HERE, columns: str = _COLUMNS, head: str = _HEAD) -> str:
    return f"map: {name}\n{head}{columns}{more}"


def _texts() -> Mapping[str, tuple[str, str]]:
    """Maps and exports by name."""
    contracts = _HEAD.replace("records", "contracts")
    signed = "columns: {contract_id: 协议, resident_id: 居民, active_from: 起, active_to: 止}\n"
    rows = "协议,居民,起,止\nC1,R1,2025-01-01,2025-12-31\n"
    lines = _ROWS.splitlines()
    return {
        "改名": ("", _ROWS),
        "别名": ("", _ROWS.replace("工号", "医生工号")),
        "两列同义": ("", _ROWS.replace("单位", "医生工号")),
        "缺列": ("", _ROWS.replace("日期", "就诊日")),
        "工号换人": (_HERE + _HANDED_ON, _ROWS + "A2,MZ,2025-06-15,2,次,正常\n"),
        "工号空档": (
            _HERE + _HANDED_ON.replace("valid_from: 2025-06-16", "valid_from: 2025-06-21"), _ROWS,
        ),
        "工号重叠": (
            _HERE + _HANDED_ON.replace("valid_from: 2025-06-16", "valid_from: 2025-06-15"), _ROWS,
        ),
        "工号未列": (_HERE + _HANDED_ON, _ROWS + "A9,MZ,2025-06-15,2,次,正常\n"),
        "日期不明": (_HERE + _HANDED_ON, _ROWS + "A2,MZ,六月,2,次,正常\n"),
        "项目对照": (_HERE + "values: {item_code: {codes: {MZ: M01, CZ: C01}}}\n", _ROWS),
        "项目未列": (_HERE + "values: {item_code: {codes: {MZ: M01}}}\n", _ROWS),
        "项目照用": (_HERE + "values: {item_code: {codes: {MZ: M01}, unlisted: keep}}\n", _ROWS),
        "单位系数": (_HERE + _FACTORS, _ROWS + "A1,XJ,2025-06-03,3,半小时,正常\n"),
        "除不尽": (_HERE + _FACTORS, _ROWS + "A1,XJ,2025-06-03,0.01,分钟,正常\n"),
        "单位未列": (_HERE + _FACTORS, _ROWS + "A1,XJ,2025-06-03,3,小时,正常\n"),
        "作废剔除": (
            _HERE + "filters: [{name: 作废单, column: 状态, drop: [作废]}]\n",
            _ROWS + "A1,MZ,2025-06-03,1,次,作废\n",
        ),
        "全部剔除": (_HERE + "filters: [{column: 状态, keep: [有效]}]\n", _ROWS),
        "拼接编号": (_HERE + "join: {record_id: {columns: [工号, 日期], by: '#'}}\n", _ROWS),
        "拼接含分隔符": (_HERE + "join: {record_id: {columns: [工号, 日期], by: '-'}}\n", _ROWS),
        "标题之上有行": ("", f"六月门诊明细,,,,,\n,,,,,\n{_ROWS}"),
        "合计行": ("", f"{_ROWS}合计,,,4,,\n"),
        "日期写法": ("", _ROWS.replace("2025-06-02", "20250602").replace("-06-20", "/6/20")),
        "编号带空格": (
            _HERE + _HANDED_ON,
            _ROWS.replace("A1,MZ", " A1\u3000,MZ").replace("A2", "\uff21\uff12"),
        ),
        "科学计数": ("", f"{_ROWS}1.2E+17,MZ,2025-06-03,1,次,正常\n"),
        "来源含本系统列名": ("", f"{lines[0]},quantity\n{lines[1]},99\n{lines[2]},99\n"),
        "含当日": (_map("含当日", "ends: inclusive\n", signed, contracts), rows),
        "未写含否": (_map("未写含否", "", signed, contracts), rows),
        "建议稿": (_map("建议稿", f"proposed: yes\n{_HERE}"), _ROWS),
    }  # fmt: skip


def _parquet(quantity: "pa.Array") -> bytes:
    stream = io.BytesIO()
    columns = {
        "工号": ["A1", "A2"],
        "项目": ["MZ", "CZ"],
        "日期": pa.array([20241, 20259], pa.date32()),
        "数量": quantity,
    }
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def _database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "his.db"
        with closing(sqlite3.connect(path)) as made_here:
            made_here.execute("create table visits(工号 text, 项目 text, 日期 text, 数量 real)")
            rows = [("A1", "MZ", "2025-06-02", 1.5), ("A2", "CZ", "20250620", 3.0)]
            made_here.executemany("insert into visits values (?, ?, ?, ?)", rows)
            made_here.commit()
        data = bytearray(path.read_bytes())
    # The version of the library that wrote it stands there, and nothing reads it.
    data[96:100] = bytes(4)
    return bytes(data)


def made() -> dict[str, bytes]:
    """Every file by its path below ``tests/files``."""
    files: dict[str, bytes] = {}
    for name, (more, rows) in _texts().items():
        text = more if more.startswith("map:") else _map(name, more or _HERE)
        files[f"maps/{name}.yaml"] = text.encode()
        files[f"maps/{name}.csv"] = rows.encode()
    files["maps/中文编码.yaml"] = _map("中文编码").encode()
    files["maps/中文编码.csv"] = _ROWS.encode("gb18030")
    for name, quantity in (
        ("类型化", pa.array([Decimal("1.5"), Decimal("3")], pa.decimal128(12, 3))),
        ("浮点数量", pa.array([1.5, 3.0])),
    ):
        files[f"maps/{name}.yaml"] = _map(name).encode()
        files[f"maps/{name}.parquet"] = _parquet(quantity)
    files["maps/数据库.db"] = _database()
    return files


def main() -> None:
    """Write the files."""
    for name, data in made().items():
        path = FOLDER.parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
