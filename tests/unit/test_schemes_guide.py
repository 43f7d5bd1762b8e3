"""The pages of the guide are done step by step, as they stand, through the command line.

schemes.md stands alone; closing.md goes on in the folder of pay.md.

Catches: a key, column or command that changed and not in the guide, a figure or message that it
tells otherwise than the program, a step that works only with a file that the guide does not have, a
block that nobody runs.
"""

import re
from pathlib import Path

import pytest

from tests.guide import Step, Walk, opened, shows, steps

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    name: (DOCS / name).read_text(encoding="utf-8")
    for name in ("schemes.md", "pay.md", "closing.md")
}
SCHEMES, PAY, CLOSING = (steps(page) for page in PAGES.values())
LINKS = {
    "schemes.md": ("pay.md", "closing.md"),
    "pay.md": ("schemes.md", "closing.md"),
    "closing.md": ("pay.md", "schemes.md"),
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("guide", [SCHEMES, [*PAY, *CLOSING]], ids=["schemes", "pay"])
def test_every_step_of_the_guide_does_what_it_says(
    guide: list[Step], encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tables as Excel saves them: CSV UTF-8, and plain CSV of a Chinese Windows."""
    monkeypatch.chdir(tmp_path)
    walk = Walk(encoding)
    for step in guide:
        walk.do(step)


def _of(guide: list[Step], *commands: str) -> tuple[int, set[str]]:
    """How many mistakes a page makes on purpose and what it opens; it runs all ``commands``."""
    runs = [one for one in guide if one.kind == "run"]
    run = {one.lines[0].split(" ", 2)[2] for one in runs}
    for wanted in commands:
        assert any(re.match(wanted, command) for command in run), wanted
    mistakes = [line for one in runs for line in one.lines if line.startswith("error ")]
    return len(mistakes), {Path(one.path).name for one in guide if one.kind == "open"}


def test_the_guide_goes_all_the_way() -> None:
    mistakes, files = _of(
        SCHEMES, "check 2025", "scheme check 2025", "settle 2025 -o 结果2025",
        "settle 2026 -o 结果2026", "explain .* --pool", "explain .* --person", "scheme diff",
        "scheme show .* --on",
    )  # fmt: skip
    assert mistakes >= 8
    assert files >= {"dues.csv", "ledger.csv", "funds.csv", "settlement.xlsx", "accounts_next.csv"}
    mistakes, files = _of(PAY, "check", "settle 上半年", "explain .* --person")
    assert mistakes >= 6
    assert files >= {"assessment.csv", "averages.csv", "components.csv", "pools.csv", "dues.csv"}
    mistakes, files = _of(
        CLOSING, "correct .* --closed", "correct .* --earlier", "settle 下半年",
        "year-end .* --paid .* --paid .* --adjusted",
    )  # fmt: skip
    assert mistakes >= 2
    assert files == {"adjustments.csv", "payouts.csv", "year_end.csv", "year_end_pools.csv"}


@pytest.mark.parametrize("name", PAGES)
def test_the_guide_is_chinese_with_an_english_summary_at_the_top(name: str) -> None:
    assert all(f"]({other})" in PAGES[name] for other in LINKS[name])
    head, _, body = PAGES[name].partition("\n\n本页")
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
