"""The documents say what the program does: commands, tables, columns, codes, links.

Catches: an option, column, result file or reason code that no document knows, one that a document
still names after it is gone, a reason without one of its languages, a dead link, and a document
that names somebody's machine.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import typer.main

from equivalents.cli import app
from equivalents.intake.headings import TABLES
from equivalents.intake.opening.limits import ENVIRONMENT
from equivalents.intake.settings import CASE_KEYS
from equivalents.reasons import EXCLUSIONS, REASONS
from equivalents.run import settle_case
from equivalents.servicesettings import FILE, SERVICE_SETTINGS
from tests.build import reasons_doc

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "weights/README.md")]
    + list(DOCS.glob("*.md"))
)
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=[p.relative_to(ROOT).as_posix() for p in PAGES]
)

HOSTS = {"keepachangelog.com", "semver.org"}
"""The only hosts that a document may name."""
SERVED = r"(?!v1\b|health\b|ready\b|metrics\b|first\b|(?:etc|opt|var/lib)/equivalents\b)"
OURS = r"(?!127\.0\.0\.|10\.0\.0\.0/8)"
MACHINE = (
    rf"(?:^|[\s`('\"])/{SERVED}[A-Za-z]",
    r"\b[A-Z]:\\",
    rf"localhost|\b{OURS}[0-9]+(?:\.[0-9]+){{3}}\b",
)
"""Absolute paths and addresses, but those that the service is asked by or installed under."""
HOST = re.compile(r"[\w.-]+\.(?:org|com|net|io|cn|dev)\b")
CHINESE = re.compile("[\u3400-\u9fff]")
# What one writes into `staff.kind` stands in English sentences as it is written.
WRITTEN_VALUES = re.compile("借调|多点执业|示例")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _section(text: str, heading: str) -> str:
    """The text below a heading, up to the next heading of the same or a higher level."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", text, re.M | re.S)
    assert found is not None, heading
    return found[1]


def _rows(text: str) -> list[list[str]]:
    """The rows of the first Markdown table of a text, without its headings."""
    block = re.search(r"(?:^\|.*\n)+", text, re.M)
    assert block is not None, text[:60]
    lines = block[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip()[1:-1].split(" | ")] for line in lines]


def _names(text: str) -> list[str]:
    """The code names in the first column of the first table."""
    return [name for row in _rows(text) for name in re.findall(r"`([^`]+)`", row[0])]


# -- the command line ------------------------------------------------------------------------------


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app)))


def test_the_commands_are_found() -> None:
    assert {path for path in COMMANDS if path} >= {("settle",), ("check",), ("demo",)}


@pytest.mark.parametrize("path", [path for path in COMMANDS if path], ids="-".join)
def test_every_command_and_option_is_in_cli_md(path: tuple[str, ...]) -> None:
    text = _read(DOCS / "cli.md")
    name = " ".join(path)
    heading = re.search(rf"^## `equivalents {name}\b.*`$", text, re.M)
    assert heading is not None, name
    known = {
        name
        for param in COMMANDS[path].params
        for name in (param.opts if param.opts[0].startswith("-") else [param.metavar])
    }
    assert set(_names(_section(text, heading[0]))) == known - {"--help"}
    assert f"equivalents {name}" in _read(ROOT / "README.md") + text


@pytest.mark.parametrize("path", list(COMMANDS), ids=lambda path: "-".join(path) or "root")
def test_every_command_and_option_has_help_in_both_languages(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    helps = [command.help, *(getattr(p, "help", "") for p in command.params if p.name != "help")]
    for text in helps:
        assert text, path
        assert CHINESE.search(text), text
        assert re.search(r"[A-Za-z]{3}", text), text


def test_root_options_and_exit_codes_are_in_cli_md() -> None:
    text = _read(DOCS / "cli.md")
    options = {name for param in COMMANDS[()].params for name in param.opts}
    assert options | {"--help"} == set(_names(text))
    assert [row[0] for row in _rows(_section(text, "## Exit codes"))] == ["0", "1", "2", "3"]


# -- tables in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", TABLES.values(), ids=list(TABLES))
def test_every_column_and_heading_is_in_files_md(sheet: Any) -> None:
    section = _section(_read(DOCS / "files.md"), f"### `{sheet.name}` {sheet.title}")
    told = [(row[0].strip("`"), row[1], row[2] == "yes") for row in _rows(section)]
    assert told == [(c.name, c.heading, c.required) for c in sheet.columns]


def test_every_table_key_and_refusal_is_in_files_md() -> None:
    text = _read(DOCS / "files.md")
    folder = "\n".join(row[0] for row in _rows(_section(text, "## The case folder")))
    assert set(re.findall(r"`(\w+)\.csv`", folder)) == set(TABLES)
    assert tuple(_names(_section(text, "### `case.yaml`"))) == CASE_KEYS
    refused = _section(text, "### Not supported yet")
    later = {c.name for sheet in TABLES.values() for c in sheet.columns if c.later}
    assert later <= set(re.findall(r"`(\w+)`", refused))


def test_every_weight_error_has_its_remedy() -> None:
    text = _section(_read(DOCS / "weight-tables.md"), "## Errors and how to mend them")
    named = set(re.findall(r"`([A-Z][A-Z_]{4,})`", text))
    weight_codes = {code for code in REASONS if code.startswith("WEIGHT_")}
    assert weight_codes | {"STOP_WITHOUT_END", "TABLE_UNKNOWN"} <= named


def test_every_shipped_table_is_listed() -> None:
    shipped = {p.stem for p in (ROOT / "weights").iterdir() if p.suffix in (".yaml", ".csv")}
    text = _section(_read(DOCS / "weight-tables.md"), "## Shipped tables")
    assert set(_names(text)) == shipped


# -- the result ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "out"
    settle_case(DOCS / "example", folder, stop_on_reject=False)
    return folder


def _headings(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    if path.suffix == ".json":
        return list(json.loads(_read(path)))
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        names = [str(name) for name in book.sheetnames]
        book.close()
        return names
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def test_every_result_file_and_column_is_in_files_md(out: Path) -> None:
    text = _section(_read(DOCS / "files.md"), "## The result folder OUT")
    assert sorted(re.findall(r"^### `(.+)`$", text, re.M)) == sorted(p.name for p in out.iterdir())
    original = len(_headings(DOCS / "example" / "records.csv"))
    for path in out.iterdir():
        section = _section(text, f"### `{path.name}`")
        told = [row[0].strip("`") for row in _rows(section)]
        headings = _headings(path)
        if path.name == "rejected.csv":
            headings = headings[:-original]
        order = sorted if path.suffix == ".json" else list
        assert order(told) == order(headings), path.name


def test_every_result_file_of_the_readme_exists(out: Path) -> None:
    section = _section(_read(ROOT / "README.md"), "## Read the result")
    assert all((out / name).is_file() for name in _names(section))


# -- the README's case -----------------------------------------------------------------------------


def _cases() -> list[str]:
    return re.findall(
        r"^```\n(== my-case/case\.yaml\n.*?)^```", _read(ROOT / "README.md"), re.M | re.S
    )


@pytest.mark.parametrize("half", [0, 1], ids=["English", "Chinese"])
def test_the_smallest_case_settles_as_told(half: int, tmp_path: Path) -> None:
    for part in _cases()[half].split("== ")[1:]:
        name, _, content = part.partition("\n")
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    settle_case(tmp_path / "my-case", tmp_path / "out")
    with (tmp_path / "out" / "payouts.csv").open(encoding="utf-8-sig", newline="") as file:
        paid = [
            [row[c] for c in ("person_id", "equivalents", "amount", "remainder_fen")]
            for row in csv.DictReader(file)
        ]
    section = _section(_read(ROOT / "README.md"), "## Settle your own tables")
    assert paid == _rows(section)
    chinese = _section(_read(ROOT / "README.md"), "## 核算自己的数据")
    assert all(f"{row[2]} 元" in chinese for row in paid)


@pytest.mark.slow
def test_the_demo_prints_what_the_readme_shows(usual_demo: Path) -> None:
    output = _read(usual_demo / "printed")
    printed = {line.rstrip() for line in output.splitlines()}
    section = _section(_read(ROOT / "README.md"), "## Try it")
    shown = re.findall(r"^```\n(.*?)^```", section, re.M | re.S)[1].splitlines()
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == ["..."]


# -- reasons ---------------------------------------------------------------------------------------


def test_reasons_md_is_printed_from_the_code() -> None:
    assert _read(reasons_doc.PAGE) == reasons_doc.page()
    assert set(re.findall(r"^\| `(\w+)` \| \w+ \|", reasons_doc.page(), re.M)) == set(REASONS)


@pytest.mark.parametrize("code", list(REASONS))
def test_every_reason_has_both_languages(code: str) -> None:
    reason = REASONS[code]
    assert CHINESE.search(reason.zh)
    assert reason.en
    assert not CHINESE.search(WRITTEN_VALUES.sub("", reason.en)), reason.en
    assert not any(unicodedata.east_asian_width(c) == "F" for c in reason.en), reason.en
    facts = [set(re.findall(r"\{(\w+)\}", text)) for text in (reason.zh, reason.en)]
    assert facts[0] == facts[1]


def test_every_exclusion_has_both_languages() -> None:
    for code, (zh, en) in EXCLUSIONS.items():
        assert code in REASONS
        assert CHINESE.search(zh)
        assert en
        assert not CHINESE.search(en)


# -- every page ------------------------------------------------------------------------------------


def _anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.M):
        kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        found.add(kept.replace(" ", "-"))
    return found


@each_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", _read(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        assert not anchor or anchor in _anchors(_read(path)), target


@each_page
def test_every_code_that_is_named_exists(page: Path) -> None:
    # Names of settings end in `_` where a page tells what several begin with.
    settings = {*(one.variable for one in SERVICE_SETTINGS), FILE, ENVIRONMENT, "EQUIVALENTS_"}
    exists = {*REASONS, "METHOD", *settings}
    named = set(re.findall(r"`([A-Z]{3,}_[A-Z_]+)`", _read(page)))
    assert named - exists == set()


@each_page
def test_no_page_names_a_machine(page: Path) -> None:
    text = _read(page)
    for pattern in MACHINE:
        assert not re.search(pattern, text, re.M), pattern
    assert set(HOST.findall(text)) <= HOSTS


@pytest.mark.parametrize("text", ["see `/data/x`", "C:\\x", "at 10.0.0.1", "/v12/x"])
def test_the_machine_check_bites(text: str) -> None:
    assert any(re.search(pattern, text, re.M) for pattern in MACHINE)


def test_the_readme_is_short_and_names_every_page() -> None:
    text = _read(ROOT / "README.md")
    assert len(text.splitlines()) < 200
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        assert name == "README.md" or text.count(f"({name})") >= 2, name
