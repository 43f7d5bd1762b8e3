"""Texts of plain files mean what they mean in cleaned ones: dashes, and ids that no table knows.

Catches: an id with a blank behind it that is another resident in a large file only; a dash taken
for the id of a resident, so that strangers are one person in a basis; two records with the id `－`
that are refused as one id given twice.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from equivalents.intake.opening.celltexts import clean_text
from equivalents.intake.opening.textfile import is_plain
from equivalents.intake.plaintexts import DASHES, dash_words, understood
from equivalents.run import check_case, settle_case
from tests.bad.case import case_with

HEADINGS = (
    "institution_id,person_id,item_code,service_date,quantity,record_id,corrects,service_end_date,"
    "resident_id,household_id,resident_group,setting,visit_number,team_id,performers,post_id,source"
)
WEIGHTS = (
    "item_code,weight,valid_from,counting_basis,window\n"
    "MZ01,1,2025-01-01,first:1,month\nSF01,2,2025-01-01,record,\n"
)


def records(nothing: str) -> str:
    more = ",".join([nothing] * 12)
    rows = [f"I01,P01,MZ01,2025-06-{day:02},1,{more}" for day in range(2, 9)]
    rows += [f"I01,P01,SF01,2025-06-05,{nothing},{more}", f"I02,P03,SF01,2025-06-06,3,{more}"]
    rows += [f"I01,P02,SF01,2025-06-07,2,{more}"]
    return "\n".join([HEADINGS, *rows]) + "\n"


@pytest.mark.parametrize("dash", ["－", "–", "―"])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_dash_is_a_blank_in_a_plain_file(dash: str, quoted: bool, tmp_path: Path) -> None:
    text = f'"{dash}"' if quoted else dash
    tables = {"weights.csv": WEIGHTS}
    blank = case_with(tmp_path / "blank", {**tables, "records.csv": records("")})
    other = case_with(tmp_path / "dash", {**tables, "records.csv": records(text)})
    assert is_plain(other / "records.csv")
    codes = [
        [(one.code, one.place) for one in check_case(case).problems] for case in (blank, other)
    ]
    assert codes[0] == codes[1]
    assert "VALUE_MISSING" in {code for code, _ in codes[1]}
    for name, case in (("a", blank), ("b", other)):
        settle_case(case, tmp_path / name, stop_on_reject=False)
    for name in ("payouts.csv", "equivalents.csv", "excluded.csv", "summary.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_texts_are_understood_wherever_a_column_was_cut() -> None:
    texts = ["", *sorted(DASHES), "-1", "/a", "——x", "P1"]
    for kind in (pa.string(), pa.large_string()):
        for start in (0, 3):
            column = pa.array(["x", "y", "z", *texts], kind)[start:]
            expected = ["" if one in DASHES else one for one in column.to_pylist()]
            for name in ("setting", "resident_id"):
                assert understood(name, column).to_pylist() == expected
            assert understood("person_id", column) is column
    plain = pa.array(["P1", "P2"])
    assert understood("resident_id", plain) is plain
    assert len(understood("setting", plain[:0])) == 0


ODD = {
    "R7 ": "R7", "\u3000R7": "R7", "\tR7": "R7", "Ｒ７": "R7", "R７": "R7", '="007"': "007",
    "－": "", "居民７": "居民7", "居民": "居民", "=R7": "=R7", "R 7": "R 7",
}  # fmt: skip


def test_free_ids_are_understood_as_in_cleaned_files() -> None:
    for name in ("resident_id", "household_id"):
        column = pa.array([*ODD, "", "R7"])
        assert understood(name, column).to_pylist() == [*ODD.values(), "", "R7"]
    for text, meant in ODD.items():
        assert clean_text(text, "id", required=False, epoch_1904=None).text == meant


def test_dashes_are_found_by_their_words() -> None:
    texts = [*sorted(DASHES), "", "-1", "12345678", "—-"]
    padded = [one.encode()[:8].ljust(8, b"\0") for one in texts]
    words = np.array([int.from_bytes(one, "little") for one in padded], np.uint64)
    lengths = np.array([len(one.encode()) for one in texts])
    assert dash_words(words, lengths).tolist() == list(range(len(DASHES)))


def test_an_id_that_a_large_file_hides_is_understood_as_in_a_small_one(tmp_path: Path) -> None:
    """However files are cut they give the same (page 2); the id lies where no mark is sought."""
    head = "institution_id,person_id,item_code,service_date,quantity,record_id,resident_id\n"
    rows = [f"I01,P01,MZ01,2025-06-{1 + n % 28:02},1,{n:08},R{n:07}" for n in range(120_000)]
    where = 50_000
    rows[where] = "I01,P01,MZ01,2025-06-03,1,9999999,R0000007 "
    weights = "item_code,weight,valid_from,counting_basis,window\nMZ01,1,2025-01-01,first:1,year\n"
    pools = "institution_id,pool,amount\nI01,绩效,100.00\n"
    tables = {"weights.csv": weights, "pools.csv": pools}
    text = head + "\n".join(rows) + "\n"
    whole = case_with(tmp_path / "whole", {**tables, "records.csv": text})
    assert is_plain(whole / "records.csv"), "otherwise this asks nothing"
    parts = {f"records/{n}.csv": head + "\n".join(rows[n::3]) + "\n" for n in range(3)}
    cut = case_with(tmp_path / "cut", {**tables, "records.csv": None, **parts})
    for name, case in (("a", whole), ("b", cut)):
        settle_case(case, tmp_path / name)
    for name in ("equivalents.csv", "excluded.csv", "payouts.csv", "summary.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
