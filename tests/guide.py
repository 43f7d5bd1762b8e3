"""A guide as a list of steps: files to write, commands to run, tables to open, in its order.

The sentence above a block says what is done with it, as it says so to the reader: 新建 (new file),
末尾加 (append), 一行前面加 (insert), 改 (replace), 运行 (run), 打开 (open), 复制 (copy, a file or,
with 文件夹, a folder). A block without one of them is an error: then nobody would run it.
"""

import csv
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openpyxl
from typer.testing import CliRunner

from equivalents.cli import app

__all__ = ["LEADS", "Step", "Walk", "opened", "shows", "steps"]

LEADS: Final = {
    "new": r"新建 `(?P<path>[^`]+)`：",
    "append": r"在 `(?P<path>[^`]+)` 末尾加：",
    "insert": r"在 `(?P<path>[^`]+)` 的 `(?P<name>[^`]+)` 一行前面加：",
    "change": r"改 `(?P<path>[^`]+)`：",
    "run": r"运行：",
    "open": r"打开 `(?P<path>[^`]+)`(?: 的工作表“(?P<name>[^”]+)”)?：",
}
_COPY: Final = re.compile(r"- 复制(文件夹)? `([^`]+)` 为 `([^`]+)`")
_LEFT_OUT: Final = "……"


@dataclass(frozen=True, slots=True)
class Step:
    """What is done with the lines of a block or table; ``number`` is the line in the guide."""

    number: int
    kind: str
    path: str
    name: str
    lines: tuple[str, ...]


def steps(text: str) -> list[Step]:
    """Every step of a guide; a block or a lead that stands alone raises ``ValueError``."""
    found: list[Step] = []
    lines = text.splitlines()
    lead, at = "", 0
    while at < len(lines):
        line, number = lines[at], at + 1
        copied = _COPY.fullmatch(line)
        fenced, table = line.startswith("```"), lead.startswith("打开") and line.startswith("|")
        if copied:
            kind = "copy_folder" if copied[1] else "copy"
            found.append(Step(number, kind, copied[2], copied[3], ()))
        elif fenced or table:
            ends = "```" if fenced else ""
            end = next(i for i in range(at + 1, len(lines) + 1) if [*lines, ""][i] == ends)
            found.append(_step(number, lead, tuple(lines[at + fenced : end])))
            lead, at = "", end
        elif line:
            if any(re.fullmatch(form, lead) for form in LEADS.values()):
                raise ValueError(f"line {number}: nothing stands below {lead!r}")
            lead = line
        at += 1
    return found


def _step(number: int, lead: str, lines: tuple[str, ...]) -> Step:
    for kind, form in LEADS.items():
        match = re.fullmatch(form, lead)
        if match:
            told = match.groupdict()
            return Step(number, kind, told.get("path") or "", told.get("name") or "", lines)
    raise ValueError(f"line {number}: nobody says what to do with the block below {lead!r}")


class Walk:
    """Does the steps in one folder, which is the current one; tables are kept in ``encoding``."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding

    def do(self, step: Step) -> None:
        """One step; what the guide tells wrongly is an ``AssertionError`` with its line."""
        getattr(self, f"_{step.kind}")(step)

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        encoding = self._encoding if path.suffix == ".csv" else "utf-8"
        path.write_text(text, encoding=encoding, newline="")

    def _read(self, path: Path) -> str:
        data = path.read_bytes()
        # Excel keeps what it opened in UTF-8 with a mark as such until it is saved as another.
        utf8 = path.suffix != ".csv" or data.startswith(b"\xef\xbb\xbf")
        return data.decode("utf-8-sig" if utf8 else self._encoding)

    def _new(self, step: Step) -> None:
        path = Path(step.path)
        assert not path.exists(), step
        self._write(path, "".join(f"{line}\n" for line in step.lines))

    def _append(self, step: Step) -> None:
        path = Path(step.path)
        added = "".join(f"{line}\n" for line in step.lines)
        self._write(path, self._read(path) + added)

    def _insert(self, step: Step) -> None:
        added = "".join(f"{line}\n" for line in step.lines)
        self._replace(step, f"{step.name}\n", f"{added}{step.name}\n")

    def _change(self, step: Step) -> None:
        signs = "".join(line[0] for line in step.lines)
        assert re.fullmatch(r"-+\++", signs), step
        old, new = (
            "".join(f"{line[1:]}\n" for line in step.lines if line[0] == sign) for sign in "-+"
        )
        self._replace(step, old, new)

    def _replace(self, step: Step, old: str, new: str) -> None:
        path = Path(step.path)
        text = self._read(path)
        assert f"\n{text}".count(f"\n{old}") == 1, step
        self._write(path, f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:])

    def _copy(self, step: Step) -> None:
        Path(step.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(step.path, step.name)

    def _copy_folder(self, step: Step) -> None:
        shutil.copytree(step.path, step.name)

    def _run(self, step: Step) -> None:
        command, *told = step.lines
        assert command.startswith("$ equivalents "), step
        done = CliRunner().invoke(app, command.split()[2:])
        printed = _in_chinese(done.output)
        assert shows(told, printed), f"line {step.number}: {command}\n{done.output}"
        wrong = any(line.startswith("error ") for line in told)
        assert done.exit_code == int(wrong), f"line {step.number}: {command}\n{done.output}"

    def _open(self, step: Step) -> None:
        headings, _, *rows = ([c.strip() for c in line[1:-1].split("|")] for line in step.lines)
        there = opened(Path(step.path), step.name)
        listed = ["|".join(one[heading] for heading in headings) for one in there]
        told = ["|".join(row) for row in rows]
        assert shows(told, listed), f"line {step.number}: {step.path}\n" + "\n".join(listed)


def _in_chinese(output: str) -> list[str]:
    """The lines printed, without the English sentence of each problem, as the guide prints them."""
    kept: list[str] = []
    since = 0
    for line in output.splitlines():
        since = 0 if re.match(r"(error|warning|note) [A-Z_]+", line) else since + 1
        english = since == 2 and line.startswith("    ") and kept[-1].startswith("    ")
        if not english or not re.match(r"(error|warning|note) ", kept[-2]):
            kept.append(line.rstrip())
    return kept


def shows(told: list[str], printed: list[str]) -> bool:
    """Whether ``printed`` is what was told; …… stands for any lines, or for a part of a line."""
    forms = [
        r"(?:.*\n)*?" if line == _LEFT_OUT else _line(line)
        for line in (one.rstrip() for one in told)
    ]
    return re.fullmatch("".join(forms), "".join(f"{line}\n" for line in printed)) is not None


def _line(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(_LEFT_OUT)) + "\n"


def opened(path: Path, sheet: str) -> list[dict[str, str]]:
    """The rows of a result table, or of a sheet (its totals left out), as texts by heading."""
    if not sheet:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    book = openpyxl.load_workbook(path, read_only=True)
    # A title, a line of what it is, then the headings.
    _, _, headings, *rows = book[sheet].iter_rows(values_only=True)
    book.close()
    names = [str(one) for one in headings]
    return [dict(zip(names, map(_cell, row), strict=True)) for row in rows if row[0] != "合计"]


def _cell(value: Any) -> str:
    """A cell as a plain number or text."""
    return f"{value:.15g}" if isinstance(value, float) else str(value if value is not None else "")
