"""The record of proofs: every proof stands in it, with counts that are true and what failed.

Faults seen to be caught: a file of proofs in no kind, a count told that is not the full one, a kind
whose file is gone, a failed test that the page does not name.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import proof
from tests.proof import KINDS, Kind, Result, page, told

TESTS = proof.ROOT / "tests"
EXAMPLES = 1000
"""What the hypothesis profile `full` asks for, where a test does not say otherwise."""
KIND = Kind("a kind", ("tests/unit/test_units.py",), "3 cases", "a fault")


def files(kind: Kind) -> Iterator[Path]:
    """The files of tests of a kind."""
    for name in kind.where:
        path = proof.ROOT / name
        yield from sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def full_counts(path: Path) -> set[int]:
    """The numbers that a file of tests runs with in full mode."""
    found: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "counts":
            full = node.args[1]
            assert isinstance(full, ast.Constant)
            assert isinstance(full.value, int)
            found.add(full.value)
        elif node.func.id == "given":
            found.add(EXAMPLES)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.split(" ")[0])
def test_a_kind_tells_its_full_counts(kind: Kind) -> None:
    numbers = {int(text.replace(",", "")) for text in re.findall(r"\d[\d,]*", kind.counts)}
    for path in files(kind):
        assert path.is_file(), path
        assert full_counts(path) <= numbers, path
    assert kind.bites


def test_every_proof_with_full_counts_stands_in_one_kind() -> None:
    known = [path for kind in KINDS for path in files(kind)]
    assert len(known) == len(set(known))
    proofs = {*(TESTS / "proofs").glob("test_*.py")}
    proofs |= {path for path in TESTS.rglob("test_*.py") if full_counts(path)}
    assert proofs <= set(known)


def test_the_full_profile_has_that_many_examples() -> None:
    assert f'"full", max_examples={EXAMPLES},' in (TESTS / "conftest.py").read_text("utf-8")


SUMMARY = """\
F.E                                                                      [100%]
=========================== short test summary info ============================
FAILED tests/unit/test_a.py::test_one[A - B-1] - assert 1 == 2
FAILED tests/unit/test_a.py::test_two
ERROR tests/unit/test_b.py::test_three - RuntimeError: FAILED again
1 failed, 1 passed, 1 error in 3.20s
"""


def test_what_failed_is_told_test_by_test() -> None:
    result = told(KIND, 1, SUMMARY, "", 3.2)
    assert result.tally == "1 failed, 1 passed, 1 error"
    ids = ["tests/unit/test_a.py::test_one[A - B-1]", "tests/unit/test_a.py::test_two",
           "tests/unit/test_b.py::test_three"]  # fmt: skip
    assert list(result.failed) == ids
    text = page([Result(KIND, 0, "3 passed", 1.0), result])
    assert "| a kind | 3 cases | **failed**: 1 failed, 1 passed, 1 error | 3 | a fault |" in text
    assert text.endswith("".join(f"- `{name}`\n" for name in ids))


def test_what_cannot_run_is_told() -> None:
    missing = "ERROR: file or directory not found: tests/unit/test_gone.py\n"
    result = told(KIND, 4, "no tests ran in 0.00s\n", missing, 0.1)
    assert result.failed == ("file or directory not found: tests/unit/test_gone.py",)
    silent = told(KIND, -9, "", "", 0.1)
    assert page([silent]).endswith("a kind:\n\n- no test is named; exit code -9\n")


def test_a_page_without_failures_lists_none() -> None:
    passed = told(KIND, 0, "3 passed in 0.10s\n", "ERROR nothing\n", 0.1)
    assert passed.failed == ()
    assert "failed" not in page([passed])


def test_a_kind_that_was_not_run_is_told() -> None:
    other = KIND._replace(name="another kind")
    text = page([told(KIND, 0, "3 passed in 0.10s\n", "", 0.1)], [KIND, other])
    assert text.count("**not run**") == 1
    assert "| another kind | 3 cases | **not run** | | a fault |" in text


def test_an_unknown_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        proof.main(["nothing-of-that-name"])
    assert "no kind is named so" in capsys.readouterr().err
