"""docs/schemes.md is done step by step, as it stands, through the command line, in one folder.

Catches: a key, column or command that changed and not in the guide, a figure or message that it
tells otherwise than the program, a step that works only with a file that the guide does not have, a
block that nobody runs.
"""

import re
from pathlib import Path

import pytest

from tests.guide import Step, Walk, opened, shows, steps

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "schemes.md").read_text(encoding="utf-8")
STEPS = steps(GUIDE)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_every_step_of_the_guide_does_what_it_says(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tables as Excel saves them: CSV UTF-8, and plain CSV of a Chinese Windows."""
    monkeypatch.chdir(tmp_path)
    walk = Walk(encoding)
    for step in STEPS:
        walk.do(step)


def test_the_guide_goes_all_the_way() -> None:
    commands = {
        line.split(" ", 2)[2] for one in STEPS if one.kind == "run" for line in one.lines[:1]
    }
    for wanted in (
        "check 2025", "scheme check 2025", "settle 2025 -o 结果2025", "settle 2026 -o 结果2026",
        "explain .* --pool", "explain .* --person", "scheme diff", "scheme show .* --on",
    ):  # fmt: skip
        assert any(re.match(wanted, command) for command in commands), wanted
    mistakes = [
        line for one in STEPS if one.kind == "run" for line in one.lines if "error " in line
    ]
    assert len(mistakes) >= 8
    files = {Path(one.path).name for one in STEPS if one.kind == "open"}
    assert files >= {"dues.csv", "ledger.csv", "funds.csv", "settlement.xlsx", "accounts_next.csv"}


def test_the_guide_is_chinese_with_an_english_summary_at_the_top() -> None:
    head, _, body = GUIDE.partition("\n\n本页")
    assert "In English" in head
    prose = re.sub(
        r"```.*?```|`[^`]*`|^\|.*$|\]\([^)]*\)", "", body, flags=re.DOTALL | re.MULTILINE
    )
    assert len(re.findall(r"[A-Za-z]{2,}", prose)) < len(re.findall("[\u3400-\u9fff]", prose)) / 40


# -- the walk itself -------------------------------------------------------------------------------


def test_a_block_or_a_lead_without_the_other_is_refused() -> None:
    assert steps("新建 `a`：\n\n```\nx\n```\n") == [Step(3, "new", "a", "", ("x",))]
    for text in ("看这里：\n\n```\nx\n```\n", "新建 `a`：\n\n说明\n", "```\nx\n```\n"):
        with pytest.raises(ValueError, match="line"):
            steps(text)


def test_what_is_left_out_stands_for_anything_and_nothing_else_does() -> None:
    assert shows(["a", "……", "d 1"], ["a", "b", "c", "d 1"])
    assert shows(["a", "……", "b"], ["a", "b"])
    assert shows(["a……c"], ["a b c"])
    assert not shows(["a"], ["a", "b"])
    assert not shows(["a", "……", "d 1"], ["a", "b", "d 2"])
    assert not shows(["b", "a", "……"], ["a", "b"])


@pytest.mark.parametrize(
    ("kind", "name", "lines"),
    [
        ("change", "", ("-gone", "+new")),
        ("insert", "gone", ("new",)),
        ("new", "", ("again",)),
        ("run", "", ("$ equivalents --version", "equivalents 9.9.9")),
        ("open", "", ("| name |", "|---|", "| 李 |")),
    ],
)
def test_a_step_that_tells_wrongly_is_found(
    kind: str, name: str, lines: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("name\n王\n", encoding="utf-8-sig")
    assert opened(Path("t.csv"), "") == [{"name": "王"}]
    with pytest.raises(AssertionError):
        Walk("utf-8-sig").do(Step(1, kind, "t.csv", name, lines))
