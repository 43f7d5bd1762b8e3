"""docs/studies.md is done step by step, as it stands, and its arithmetic is done again, exactly.

Catches: a key, column or message of a study that changed and not in the page, a figure that the
page tells otherwise than the program, a sum that does not add up.
"""

import ast
import re
from fractions import Fraction
from pathlib import Path

import pytest

from tests.guide import Walk, steps

PAGE = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
SUMS = [
    one
    for one in re.findall(r"`([^`\n]+)`", PAGE)
    if re.fullmatch(r"[-+×÷().0-9 ]+[=≈][-.0-9 ]+", one)
]


def exact(text: str) -> Fraction:
    """The exact value of an expression with + - × ÷ and brackets."""
    source = text.strip().replace("×", "*").replace("÷", "/")

    def of(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            left, right = of(node.left), of(node.right)
            match node.op:
                case ast.Add():
                    return left + right
                case ast.Sub():
                    return left - right
                case ast.Mult():
                    return left * right
                case ast.Div():
                    return left / right
        return Fraction(ast.get_source_segment(source, node) or "")

    return of(ast.parse(source, mode="eval").body)


def holds(line: str) -> bool:
    """= is exact; ≈ is rounded half-up at the last place that is printed (figures above 0)."""
    left, sign, right = re.split("([=≈])", line)
    if sign == "=":
        return exact(left) == exact(right)
    unit = Fraction(10) ** -len(right.strip().partition(".")[2])
    return (exact(left) / unit + Fraction(1, 2)) // 1 * unit == exact(right)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_every_step_does_what_it_says(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    walk = Walk(encoding)
    done = steps(PAGE)
    for step in done:
        walk.do(step)
    run = {" ".join(one.lines[0].split()[2:4]) for one in done if one.kind == "run"}
    assert run >= {"study cost", "study weights", "study manpower", "compare 结果2025"}
    methods = {line for one in done for line in one.lines if line.startswith("method: ")}
    assert methods == {"method: time", "method: experts", "method: observed"}


def test_every_sum_of_the_page_adds_up() -> None:
    assert len(SUMS) >= 20
    assert [one for one in SUMS if not holds(one)] == []


@pytest.mark.parametrize("wrong", ["1 + 1 = 3", "2 ÷ 3 ≈ 0.66", "(1 + 2) × 3 = 7"])
def test_the_check_of_sums_bites(wrong: str) -> None:
    assert not holds(wrong)
