"""The child process: whatever it dies of is an answer, and it has little to lose.

Faults seen to be caught: the limit of memory not set, an abort that raises nothing, a child that
outlives its time or its parent, a password in its environment, the engine loaded for every file.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import DataError, Place, UsageError
from equivalents.intake.opening import child
from equivalents.intake.opening.child import in_child, plain_words
from equivalents.intake.opening.limits import Limits, setting_of

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="the limits are those of POSIX")


@pytest.fixture(autouse=True)
def tasks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def do(task: str, limits: Limits | None = None, **request: object) -> dict[str, object]:
    asked = {"name": "六月.xlsx", **request}
    return child._in_child("tests", f"child_tasks:{task}", asked, limits or Limits())


def fault(task: str, limits: Limits | None = None, **request: object) -> str:
    with pytest.raises(DataError) as caught:
        do(task, limits, **request)
    (problem,) = caught.value.problems
    assert problem.code == "FILE_UNREADABLE"
    assert problem.place == Place("六月.xlsx")
    assert "?" not in problem.text("zh") + problem.text("en")
    return problem.text("en")


def test_the_answer_comes_back_and_what_was_printed_does_not() -> None:
    found = do("echo", Limits(cpu_s=77), text="居民 \ud800")
    assert found["request"] == {"name": "六月.xlsx", "text": "居民 \ud800"}
    assert found["limits"] == Limits(cpu_s=77).values()


def test_the_child_loads_nothing_of_the_engine_and_knows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EQUIVALENTS_SECRET", "x")
    monkeypatch.setenv("PGPASSWORD", "x")
    found = do("echo")
    loaded, environment = found["loaded"], found["environment"]
    assert isinstance(loaded, list)
    assert isinstance(environment, list)
    assert not {"numpy", "pyarrow", "equivalents.settle", "equivalents.run", "typer"} & {*loaded}
    assert not {"EQUIVALENTS_SECRET", "PGPASSWORD"} & {*environment}
    assert found["session"] is True


def test_problems_come_back_as_they_were_found() -> None:
    with pytest.raises(DataError) as caught:
        do("problems")
    (problem,) = caught.value.problems
    assert caught.value.total == 9
    assert problem.place == Place("六月.xlsx", "记录", 7, "日期")
    assert (problem.code, problem.value, problem.series) == ("VALUE_MISSING", "x", "pay")
    assert problem.facts == {"column": "日期"}


def test_what_is_no_exception_is_told_too() -> None:
    assert "BaseExceptionGroup: two lines" in fault("raises")


@POSIX
def test_memory_beyond_its_limit() -> None:
    assert do("memory", Limits(memory_mb=300), mb=50) == {"length": 50 << 20}
    assert "300 MB of memory; EQUIVALENTS_OPEN_MEMORY_MB" in fault(
        "memory", Limits(memory_mb=300), mb=400
    )


@pytest.mark.parametrize("dies", [True, False])
def test_a_full_disk_is_not_the_fault_of_the_file(dies: bool) -> None:
    with pytest.raises(DataError) as caught:
        do("full_disk", dies=dies)
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("TEMP_FULL", tempfile.gettempdir())


@POSIX
def test_processor_time_beyond_its_limit() -> None:
    assert "EQUIVALENTS_OPEN_CPU_S" in fault("processor", Limits(cpu_s=1))


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    assert "EQUIVALENTS_OPEN_WALL_S" in fault("sleep", Limits(wall_s=3), pid=str(pid))
    if os.name == "posix":
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


@POSIX
@pytest.mark.parametrize(("task", "signal"), [("abort", 6), ("segfault", 11)])
def test_a_crash(task: str, signal: int) -> None:
    assert f"crashed (signal {signal})" in fault(task)


@POSIX
def test_a_file_that_grows_without_end(tmp_path: Path) -> None:
    path = tmp_path / "large"
    assert "OSError" in fault("large_file", Limits(unpacked_mb=3), path=str(path))
    assert path.stat().st_size <= 3 << 20


@pytest.mark.parametrize(
    ("task", "request_", "says"),
    [
        ("leave", {"code": 4}, "ended with code 4"),
        ("leave", {"code": 0}, "gave no answer"),
        ("unspeakable", {}, "ended with code"),
        ("talkative", {}, "gave no answer"),
        ("missing", {}, "AttributeError"),
    ],
)
def test_no_answer(task: str, request_: dict[str, object], says: str) -> None:
    assert says in fault(task, None, **request_)


@pytest.mark.parametrize("task", ["os:system", "workbook", "a.b:c", "workbook:look:x", "../x:y"])
def test_only_tasks_of_the_package_are_done(task: str) -> None:
    with pytest.raises((ValueError, DataError)) as caught:
        in_child(task, {"name": "x"}, Limits())
    assert "module:function" in str(caught.value) or "ModuleNotFoundError" in str(caught.value)


def test_an_interrupt_ends_the_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def interrupted(self: object, timeout: float) -> int:
        while not pid.exists() or not pid.read_text():
            time.sleep(0.01)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        do("sleep", pid=str(pid))
    if os.name == "posix":
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells of a dead parent")
def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    asked = (
        "from equivalents.intake.opening import child; "
        "from equivalents.intake.opening.limits import Limits; "
        "import sys; "
        "child._in_child('tests', 'child_tasks:sleep', {'pid': sys.argv[1]}, Limits())"
    )
    parent = subprocess.Popen([sys.executable, "-c", asked, str(pid)])
    while not pid.exists() or not pid.read_text():
        assert parent.poll() is None
        time.sleep(0.01)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(1000):
        if _gone(int(pid.read_text())):
            return
        time.sleep(0.01)
    pytest.fail("the child lives on")


def _gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked about yet is a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_limits_come_from_the_environment() -> None:
    assert Limits.from_environment({}) == Limits()
    given = {"EQUIVALENTS_OPEN_MEMORY_MB": " 512 ", "EQUIVALENTS_OPEN_NESTING": "0"}
    assert Limits.from_environment(given) == Limits(memory_mb=512, nesting=0)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "１", "9" * 30])
def test_a_limit_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="EQUIVALENTS_OPEN_CPU_S"):
        Limits.from_environment({"EQUIVALENTS_OPEN_CPU_S": text})


def test_with_too_little_memory_nothing_can_begin() -> None:
    with pytest.raises(UsageError, match="256"):
        Limits.from_environment({"EQUIVALENTS_OPEN_MEMORY_MB": "255"})
    book = ROOT / "tests" / "files" / "formats" / "epoch-1904.xlsx"
    least = {"EQUIVALENTS_OPEN_MEMORY_MB": "256"}
    done = CliRunner().invoke(app, ["look", str(book)], env=least)
    assert done.exit_code == 0, done.output


def test_every_limit_and_its_default_stand_in_the_documents() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(EQUIVALENTS_OPEN_\w+)` \| (\d+) \|", text, re.MULTILINE))
    assert told == {setting_of(name): str(value) for name, value in Limits().values().items()}


def test_words_of_a_parser_are_harmless() -> None:
    assert plain_words("a\x1b[31m¦ b\n\n\u202ec") == "a [31m b c"
    assert len(plain_words("x" * 999)) < 200
