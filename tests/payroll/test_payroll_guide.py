"""docs/payroll.md is done step by step, as it stands, and its arithmetic is done again, exactly.

Catches: an option, a column, a key or a message that changed and not in the page, a figure that the
page tells otherwise than the program, a sum that does not add up, a key of a map nobody explains.
"""

import re
from pathlib import Path

import pytest

from equivalents.payroll import columnmap, vouchermap
from equivalents.payroll.fields import BANK
from tests.guide import Walk, steps
from tests.unit.test_studies_guide import holds

PAGE = (Path(__file__).parents[2] / "docs" / "payroll.md").read_text(encoding="utf-8")
SUMS = [
    one
    for one in re.findall(r"`([^`\n]+)`", PAGE)
    if re.fullmatch(r"[-+×÷().0-9 ]+[=≈][-+.0-9 ]+", one)
]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_every_step_does_what_it_says(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    walk = Walk(encoding)
    done = steps(PAGE)
    for step in done:
        walk.do(step)
    ran = {what for one in done for what in re.findall(r"--as (\w+)", " ".join(one.lines))}
    assert ran == {"lines", "summary", "bank", "voucher", "approval", "signing"}


def test_every_sum_of_the_page_adds_up() -> None:
    assert len(SUMS) >= 9
    assert [one for one in SUMS if not holds(one)] == []


def test_every_key_and_choice_of_a_map_is_explained() -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.M | re.S)
    told = set(re.findall(r"`([^`\n]+)`", prose))
    enums = (columnmap.MapLevel, columnmap.Encoding, columnmap.LineEnd, columnmap.Quotes)
    more = (columnmap.Unit, columnmap.Sign, columnmap.Per, vouchermap.Negative)
    values = {one.value for enum in (*enums, *more) for one in enum}
    keys = {*columnmap._HEAD, *columnmap._FILE, *columnmap._AMOUNTS, *columnmap._COLUMN}
    keys |= {*vouchermap._HEAD, *vouchermap._ENTRY}
    assert {*values, *keys} - told == set()
    assert all(re.search(rf"\b{name}\b", PAGE) for name in BANK)
