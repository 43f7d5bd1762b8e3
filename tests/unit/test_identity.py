"""Record ids over all files of a case (5.8): repeats, conflicts, corrections.

Faults caught: the later file kept instead of the first, one of two conflicting rows kept, two ids
taken for one because their hashes meet, 1 and 1.0 taken for different content, equal rows without
ids thrown away.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equivalents.intake import identity, text
from equivalents.intake.csvfile import csv_parts
from equivalents.intake.grid import Grid
from equivalents.intake.headings import TABLES
from equivalents.intake.identity import find_identities, hash_texts
from equivalents.policy.daytext import Times

HEAD = "institution_id,person_id,item_code,service_date,quantity,record_id,corrects,resident_id"
Found = dict[tuple[str, int], tuple[str, str]]


def row(record_id: str = "", quantity: str = "1", corrects: str = "", resident: str = "") -> str:
    return f"c1,p1,A,2025-03-31,{quantity},{record_id},{corrects},{resident}"


def faults(folder: Path, files: Mapping[str, list[str]], head: str = HEAD) -> Found:
    """The code and the other place of each faulty row, by file and row number."""
    parts = []
    for name, rows in files.items():
        (folder / name).write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        parts += csv_parts(folder / name, name)
    lookup = TABLES["records"].lookup()
    names = [{h: lookup[h].name for h in part.headings if h in lookup} for part in parts]
    found: Found = {}
    for part, part_faults in zip(parts, find_identities(parts, names).faults, strict=True):
        if part_faults is not None:
            assert list(part_faults.row) == sorted(part_faults.row)
            marks = zip(part_faults.row, part_faults.code, part_faults.note, strict=True)
            found |= {(part.name, int(at)): (code, note) for at, code, note in marks}
    return found


def codes(folder: Path, rows: list[str], head: str = HEAD) -> list[str]:
    """The codes of the rows of one file; blank where a row is fine."""
    found = faults(folder, {"a.csv": rows}, head)
    return [found.get(("a.csv", at), ("",))[0] for at in range(2, len(rows) + 2)]


# -- repeats and conflicts ---------------------------------------------------------------------


def test_different_ids_are_fine(tmp_path: Path) -> None:
    assert codes(tmp_path, [row("r1"), row("r2"), row("R1"), row("r1 "), row("r01")]) == [""] * 5


def test_of_equal_rows_the_first_is_kept(tmp_path: Path) -> None:
    rows = [row("r2"), row("r1"), row("r2"), row("r1"), row("r2")]
    repeated = "RECORD_ID_REPEATED"
    assert codes(tmp_path, rows) == ["", "", repeated, repeated, repeated]


def test_the_first_is_the_first_by_file_name_and_row(tmp_path: Path) -> None:
    found = faults(tmp_path, {"b.csv": [row("r1")], "a.csv": [row("x"), row("r1"), row("r1")]})
    assert found == {
        ("a.csv", 4): ("RECORD_ID_REPEATED", "a.csv 3"),
        ("b.csv", 2): ("RECORD_ID_REPEATED", "a.csv 3"),
    }


def test_rows_with_one_id_and_other_content_are_all_rejected(tmp_path: Path) -> None:
    found = faults(tmp_path, {"a.csv": [row("r1"), row("r2")], "b.csv": [row("r1", "2")]})
    assert found == {
        ("a.csv", 2): ("RECORD_ID_CONFLICT", "b.csv 2"),
        ("b.csv", 2): ("RECORD_ID_CONFLICT", "a.csv 2"),
    }


def test_two_equal_rows_and_a_third_that_differs(tmp_path: Path) -> None:
    rows = [row("r1"), row("r1"), row("r1", resident="1"), row("r2")]
    assert codes(tmp_path, rows) == ["RECORD_ID_CONFLICT"] * 3 + [""]


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("1", "1.0", "RECORD_ID_REPEATED"),
        ("1.5", "1.500", "RECORD_ID_REPEATED"),
        ("-1", "-1.000", "RECORD_ID_REPEATED"),
        ("1", "1.001", "RECORD_ID_CONFLICT"),
        ("1", "-1", "RECORD_ID_CONFLICT"),
        ("1", "01", "RECORD_ID_CONFLICT"),
        ("x", "x", "RECORD_ID_REPEATED"),
        ("x", "y", "RECORD_ID_CONFLICT"),
    ],
)
def test_quantities_are_compared_as_numbers(
    tmp_path: Path, one: str, other: str, code: str
) -> None:
    first = code if code == "RECORD_ID_CONFLICT" else ""
    assert codes(tmp_path, [row("r1", one), row("r1", other)]) == [first, code]


def test_a_column_that_one_file_lacks_is_blank_there(tmp_path: Path) -> None:
    short = "institution_id,person_id,item_code,service_date,quantity,record_id"
    (tmp_path / "1").mkdir()
    parts = []
    for name, head, line in (
        ("a.csv", short, "c1,p1,A,2025-03-31,1,r1"),
        ("b.csv", HEAD, row("r1")),
    ):
        (tmp_path / name).write_text(f"{head}\n{line}\n", encoding="utf-8")
        parts += csv_parts(tmp_path / name, name)
    names = [{heading: heading for heading in part.headings} for part in parts]
    first, second = find_identities(parts, names).faults
    assert first is None
    assert second is not None
    assert second.code == ("RECORD_ID_REPEATED",)


def test_unknown_columns_are_no_content(tmp_path: Path) -> None:
    rows = [row("r1") + ",note", row("r1") + ",other"]
    assert codes(tmp_path, rows, HEAD + ",remark") == ["", "RECORD_ID_REPEATED"]


def test_equal_rows_without_an_id_are_all_kept(tmp_path: Path) -> None:
    assert codes(tmp_path, [row(), row(), row(quantity="2"), row()]) == [""] * 4
    head = HEAD.replace(",record_id", "")
    assert codes(tmp_path, ["c1,p1,A,2025-03-31,1,,"] * 3, head) == [""] * 3


def test_malformed_and_blank_rows_between_shift_nothing(tmp_path: Path) -> None:
    rows = [row("r1"), "", "malformed", row("r2"), "x,y", row("r1"), ",,,,,,,", row("r2", "2")]
    assert codes(tmp_path, rows) == [
        *("", "", "", "RECORD_ID_CONFLICT", "", "RECORD_ID_REPEATED", "", "RECORD_ID_CONFLICT"),
    ]


# -- corrections -------------------------------------------------------------------------------


def test_a_correction_names_a_record_of_the_case(tmp_path: Path) -> None:
    rows = [row("r1"), row("r2", "-1", "r1"), row("r3", "-1", "r9"), row("", "-1", "r4")]
    assert codes(tmp_path, rows) == ["", "", "CORRECTS_UNKNOWN", "CORRECTS_UNKNOWN"]


def test_the_record_may_stand_in_another_file_or_later(tmp_path: Path) -> None:
    files = {"a.csv": [row("r2", "-1", "r1")], "b.csv": [row("r1"), row("", "-1", "r2")]}
    assert faults(tmp_path, files) == {}


def test_a_repeated_record_may_be_corrected(tmp_path: Path) -> None:
    rows = [row("r1"), row("r1"), row("", "-1", "r1")]
    assert codes(tmp_path, rows) == ["", "RECORD_ID_REPEATED", ""]


def test_the_id_is_named_before_the_correction(tmp_path: Path) -> None:
    rows = [row("r1", "-1", "r9"), row("r1", "-1", "r9"), row("r1", "-2", "r9")]
    assert codes(tmp_path, rows) == ["RECORD_ID_CONFLICT"] * 3


def test_a_case_without_ids_has_nothing_to_correct(tmp_path: Path) -> None:
    head = HEAD.replace(",record_id", "")
    assert codes(tmp_path, ["c1,p1,A,2025-03-31,-1,r1,"], head) == ["CORRECTS_UNKNOWN"]


# -- hashes ------------------------------------------------------------------------------------


def constant(array: pa.Array) -> identity.Hashes:
    """The worst hash there is: every text that is not blank collides with every other."""
    texts = array.cast(pa.string()).to_pylist()
    return np.array([1 if text else 0 for text in texts], np.uint64)


def test_hashes_that_collide_make_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row("r1"), row("r2"), row("r3", "5"), row("r2"), row("r3", "6"), row(), row()]
    honest = codes(tmp_path, rows)
    assert honest.count("") == 4
    monkeypatch.setattr(identity, "hash_texts", constant)
    monkeypatch.setattr(identity, "_hash_fields", lambda grid, at: constant(grid.texts(at)))
    assert codes(tmp_path, rows) == honest


def test_hashes_that_collide_hide_no_unknown_correction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "hash_texts", constant)
    monkeypatch.setattr(identity, "_hash_fields", lambda grid, at: constant(grid.texts(at)))
    assert codes(tmp_path, [row("r1"), row("", "-1", "r9")]) == ["", "CORRECTS_UNKNOWN"]


def test_hashes_tell_texts_apart() -> None:
    texts = ["", "a", "b", "ab", "ba", "aa", "甲", "12345678", "123456789", "023456789"]
    texts += [f"2025{number:08}" for number in range(20_000)]
    hashes = hash_texts(pa.array(texts))
    assert np.unique(hashes).size == len(texts)
    assert hashes[0] == 0
    assert (hashes[1:] > 0).all()


def test_hashes_depend_on_the_text_alone() -> None:
    texts = ["", "r1", None, "甲乙", "r1", "long " * 20]
    wanted = hash_texts(pa.array(["x", *texts, "y"]))[1:-1].tolist()
    for array in (
        pa.array(texts),
        pa.array(texts, pa.large_string()),
        pa.array(texts).dictionary_encode(),
        pa.array(["x", *texts, "y"]).slice(1, len(texts)),
        pa.array(["x", *texts, "y"]).dictionary_encode().slice(1, len(texts)),
    ):
        assert hash_texts(array).tolist() == wanted
    numbers = hash_texts(pa.array([7, None, -120]))
    assert numbers.tolist() == hash_texts(pa.array(["7", "", "-120"])).tolist()


def test_hashes_of_fields_are_those_of_their_texts(tmp_path: Path) -> None:
    texts = ["", "r1", "r1", "1" * 8, "1" * 9, "甲乙丙", "x" * 16, "x" * 17, "y" * 32]
    for more in ([], ["z" * 33], ["r2"] * 50):
        for picked in ([*texts, *more], texts[1:2], ["1" * 16] * 3):
            path = tmp_path / "a.csv"
            path.write_text("\n".join(["a,b", *(f"0,{one}" for one in picked)]), "utf-8")
            [part] = csv_parts(path, "a.csv")
            [grid] = part.pieces()
            assert isinstance(grid, Grid)
            wanted = hash_texts(pa.array(picked)).tolist()
            assert identity._hash_fields(grid, 1).tolist() == wanted


def test_many_ids_in_ranges_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "RANGE", 2000)
    monkeypatch.setattr(text, "_BLOCK", 2000)
    first = [row(f"r{at}") for at in range(400)]
    second = [row(f"r{at}", "2" if at % 3 else "1.0") for at in range(380, 700)]
    found = faults(tmp_path, {"a.csv": first, "b.csv": second})
    shared = range(380, 400)
    conflicts = [at for at in shared if at % 3]
    assert {key for key, (code, _) in found.items() if code == "RECORD_ID_CONFLICT"} == {
        *(("a.csv", at + 2) for at in conflicts),
        *(("b.csv", at - 378) for at in conflicts),
    }
    assert {key for key, (code, _) in found.items() if code == "RECORD_ID_REPEATED"} == {
        ("b.csv", at - 378) for at in shared if at not in conflicts
    }


SEPARATING = st.text("\\|a,", max_size=4)


@given(rows=st.lists(st.tuples(SEPARATING, SEPARATING, SEPARATING), min_size=2, max_size=6))
@example(rows=[("\\|", "", "a"), ("", "\\|", "a"), ("\\", "|", "a"), ("|", "\\", "a")])
def test_rows_are_the_same_content_only_if_every_value_is(rows: list[tuple[str, str, str]]) -> None:
    names = ("institution_id", "person_id", "resident_id")
    columns = {
        name: pa.array([one[at] for one in rows], pa.large_string())
        for at, name in enumerate(names)
    }
    columns["quantity"] = pa.array(["1"] * len(rows), pa.large_string())
    contents = identity._content(columns, Times.REFUSE).to_pylist()
    assert len(set(contents)) == len(set(rows))
    assert [contents.index(one) for one in contents] == [rows.index(one) for one in rows]
