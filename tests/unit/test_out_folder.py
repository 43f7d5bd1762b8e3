"""The OUT folder appears whole or not at all, and never takes the place of what is not ours.

Faults caught: a half-written result left behind when writing fails, somebody's own folder emptied,
the old result gone before the new one is there, hidden litter beside OUT. Both ways are tested: the
exchange in one step and the two renames of systems that cannot.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from equivalents.errors import DataError
from equivalents.report import folder as module
from equivalents.report.folder import MARK, check_replaceable, new_folder

Contents = dict[str, str]


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test once with the one-step exchange, once without it."""
    if request.param == "two renames":
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)


both_ways = pytest.mark.usefixtures("way")


def result(folder: Path, **files: str) -> Path:
    """A folder that holds an earlier result."""
    folder.mkdir(parents=True)
    for name, text in {MARK: "{}", **files}.items():
        (folder / name).write_text(text)
    return folder


def contents(folder: Path) -> Contents:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def settle_into(out: Path, text: str = "new") -> None:
    with new_folder(out) as fresh:
        (fresh / MARK).write_text(text)


def fail_in(out: Path, error: BaseException) -> None:
    with new_folder(out) as fresh:
        (fresh / "half.csv").write_text("half")
        (fresh / "deeper").mkdir()
        (fresh / "deeper" / "more.csv").write_text("half")
        raise error


# -- success ---------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("before", ["nothing", "empty", "result"])
def test_a_result_takes_its_place(tmp_path: Path, before: str) -> None:
    out = tmp_path / "out"
    if before == "empty":
        out.mkdir()
    elif before == "result":
        (result(out, old="old") / "deep").mkdir()
    settle_into(out)
    assert contents(out) == {MARK: "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@both_ways
def test_again_and_again(tmp_path: Path) -> None:
    for at in range(5):
        settle_into(tmp_path / "out", str(at))
        assert contents(tmp_path / "out") == {MARK: str(at)}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_missing_parents_are_made(tmp_path: Path) -> None:
    settle_into(tmp_path / "2025" / "Q1" / "out")
    assert contents(tmp_path) == {f"2025/Q1/out/{MARK}": "new"}


@both_ways
def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    out = result(tmp_path / "out", old="old")
    with new_folder(out) as fresh:
        (fresh / MARK).write_text("new")
        assert fresh.parent == tmp_path, "on one file system, or it cannot be renamed"
        assert fresh.name.startswith(".")
        assert contents(out) == {MARK: "{}", "old": "old"}
    assert contents(out) == {MARK: "new"}


@both_ways
def test_a_relative_path_means_the_folder_of_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with new_folder(Path("out")) as fresh:
        (fresh / MARK).write_text("new")
        monkeypatch.chdir(tmp_path / "elsewhere")
    assert contents(tmp_path) == {f"out/{MARK}": "new"}


@pytest.mark.parametrize(("mask", "rights"), [(0o022, 0o755), (0o027, 0o750), (0o077, 0o700)])
def test_a_result_has_ordinary_rights(tmp_path: Path, mask: int, rights: int) -> None:
    before = os.umask(mask)
    try:
        settle_into(tmp_path / "out")
        assert os.umask(mask) == mask, "the mask of the process is as it was"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == rights


def test_another_mark(tmp_path: Path) -> None:
    case = tmp_path / "case"
    for text in ("one", "two"):
        with new_folder(case, mark="case.yaml") as fresh:
            (fresh / "case.yaml").write_text(text)
    assert contents(case) == {"case.yaml": "two"}
    with pytest.raises(DataError):
        check_replaceable(case)


# -- failure ---------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_a_failure_leaves_the_old_result(tmp_path: Path, error: BaseException) -> None:
    out = result(tmp_path / "out", old="old")
    with pytest.raises(type(error)):
        fail_in(out, error)
    assert contents(tmp_path) == {f"out/{MARK}": "{}", "out/old": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@both_ways
@pytest.mark.parametrize("prepare", [lambda out: None, Path.mkdir])
def test_a_failure_leaves_no_litter(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    out = tmp_path / "out"
    prepare(out)
    before = list(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="no"):
        fail_in(out, ValueError("no"))
    assert list(tmp_path.rglob("*")) == before


# -- what is not ours ------------------------------------------------------------------------


def a_foreign_folder(out: Path) -> None:
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")


def a_folder_of_folders(out: Path) -> None:
    (out / "photos").mkdir(parents=True)


def a_hidden_file(out: Path) -> None:
    out.mkdir()
    (out / ".git").write_text("history")


def a_folder_named_like_the_mark(out: Path) -> None:
    (out / MARK).mkdir(parents=True)


def a_file(out: Path) -> None:
    out.write_text("a file")


def a_result_deeper_inside(out: Path) -> None:
    result(out / "2025")


FOREIGN = (
    a_foreign_folder,
    a_folder_of_folders,
    a_hidden_file,
    a_folder_named_like_the_mark,
    a_file,
    a_result_deeper_inside,
)


@both_ways
@pytest.mark.parametrize("make", FOREIGN)
def test_what_is_not_ours_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    out = tmp_path / "out"
    make(out)
    before, paths = contents(tmp_path), sorted(tmp_path.rglob("*"))
    reached = False
    with pytest.raises(DataError) as caught, new_folder(out):
        reached = True
    assert not reached, "refused before anything is written"
    assert [problem.code for problem in caught.value.problems] == ["OUT_NOT_OURS"]
    assert caught.value.problems[0].value == "out"
    assert (contents(tmp_path), sorted(tmp_path.rglob("*"))) == (before, paths)
    with pytest.raises(DataError):
        check_replaceable(out)


def test_what_may_be_replaced(tmp_path: Path) -> None:
    check_replaceable(tmp_path / "nothing here")
    (tmp_path / "empty").mkdir()
    check_replaceable(tmp_path / "empty")
    check_replaceable(result(tmp_path / "ours", other="file"))


# -- what must survive ------------------------------------------------------------------------


@both_ways
def test_what_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def settle_meanwhile() -> None:
        with new_folder(out) as fresh:
            (fresh / MARK).write_text("new")
            a_foreign_folder(out)

    with pytest.raises(DataError):
        settle_meanwhile()
    assert contents(tmp_path) == {"out/thesis.docx": "years of work"}


@both_ways
def test_a_link_to_a_result_leaves_no_litter(tmp_path: Path) -> None:
    result(tmp_path / "real", old="old")
    (tmp_path / "out").symlink_to(tmp_path / "real")
    settle_into(tmp_path / "out")
    assert contents(tmp_path / "out") == {MARK: "new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "real"]


def test_a_second_rename_that_fails_brings_the_old_result_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = result(tmp_path / "out", old="old")
    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    honest = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if Path(target) == out and not self.name.endswith(".old"):
            raise PermissionError("a virus scanner holds the folder")
        return honest(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(PermissionError):
        settle_into(out)
    assert contents(out) == {MARK: "{}", "old": "old"}
