"""What OUT says about levels, caps and floors: checks, resolved rules, the workbook.

Faults caught: a level without its check, a bound that the resolved rules leave out, money moved by
a cap that the workbook does not show, a sheet that changes for cases without any bound.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from equivalents.run import settle_case
from tests.rules import SCENARIOS

Settled = Callable[[str], Path]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    base = tmp_path_factory.mktemp("sharing")

    def settle(number: str) -> Path:
        out = base / number
        if not out.exists():
            folder = next(path for path in SCENARIOS.iterdir() if path.name.startswith(number))
            settle_case(folder / "case", out)
        return out

    return settle


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def sheet(out: Path, name: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(out / "settlement.xlsx")
    rows = [[cell.value for cell in row] for row in book[name].iter_rows(min_row=3)]
    book.close()
    return rows


def test_each_level_has_its_check(settled: Settled) -> None:
    checks = load(settled("42") / "summary.json")["checks"]
    found = {check["check"]: (check["left"], check["right"]) for check in checks}
    assert found["paid + retained + carried = pools"] == ("170.01", "170.01")
    assert found["level department: children + retained + carried = parents"] == ("100.00",) * 2
    assert found["level person: children + retained + carried = parents"] == ("170.01",) * 2
    money = load(settled("42") / "summary.json")["money"]
    assert (money["paid"], money["retained"], money["carried"]) == ("100.01", "10.00", "60.00")


def test_without_sharing_nothing_more_is_said(settled: Settled) -> None:
    checks = [check["check"] for check in load(settled("24") / "summary.json")["checks"]]
    assert not any("level" in check for check in checks)
    assert "levels" not in load(settled("24") / "resolved-rules.json")["pools"][0]
    assert "封顶扣减（元）" not in sheet(settled("24"), "人员明细")[0]


def test_levels_are_resolved_with_their_bounds_and_reference(settled: Settled) -> None:
    assert load(settled("43") / "resolved-rules.json")["pools"][0]["levels"] == [
        {
            "to": "person",
            "key": "adjusted",
            "nobody": "refuse",
            "floor": {"average": "0.5000"},
            "cap": {"average": "1.5000"},
            "excess": "share",
            "floors_over": "refuse",
        }
    ]
    own = load(settled("36") / "resolved-rules.json")["pools"][0]["levels"][0]
    assert own["limits"] == {"P01": {"cap": "400.00"}}
    fixed = load(settled("35") / "resolved-rules.json")["pools"]
    levels = {pool["pool"]: pool["levels"] for pool in fixed}
    assert levels["村室专项"][0]["shares"] == {"D01": "50.0000", "I01": "20.0000", "V01": "30.0000"}


def test_the_workbook_shows_what_bounds_moved_and_what_stays(settled: Settled) -> None:
    head, first, *_ = sheet(settled("37"), "人员明细")
    row = dict(zip(head, first, strict=True))
    assert (row["人员编号"], row["金额（元）"]) == ("P01", 400)
    assert (row["封顶扣减（元）"], row["保底补足（元）"]) == (100, 0)
    head, pool, *_ = sheet(settled("37"), "机构汇总")
    row = dict(zip(head, pool, strict=True))
    assert (row["已分配（元）"], row["留存（元）"], row["结转（元）"]) == (900, 100, 0)


def test_the_workbook_names_where_people_of_a_higher_pool_work(settled: Settled) -> None:
    head, *rows = sheet(settled("33"), "人员明细")
    at = [head.index(name) for name in ("机构编号", "机构名称", "人员编号")]
    assert [[row[i] for i in at] for row in rows[:4]] == [
        ["I01", "青溪镇卫生院", "P01"],
        ["I01", "青溪镇卫生院", "P02"],
        ["I02", "石桥镇卫生院", "P01"],
        ["I02", "石桥镇卫生院", "P03"],
    ]
