"""A lone dash is a blank on the plain way too: the same result as with blanks, and no id.

Catches: a dash taken for the id of a resident, so that strangers are one person in a basis; two
records with the id `－` that are refused as one id given twice; a mark of the plain way's search
that hides the difference.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from equivalents.intake.dashes import DASHES, dash_words, dashes_in, without_dashes
from equivalents.intake.opening.textfile import is_plain
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


def test_dashes_are_found_wherever_a_column_was_cut() -> None:
    texts = ["", *sorted(DASHES), "-1", "/a", "——x", "－－－", "P1"]
    for kind in (pa.string(), pa.large_string()):
        for start in (0, 3):
            column = pa.array(["x", "y", "z", *texts], kind)[start:]
            expected = ["" if one in DASHES else one for one in column.to_pylist()]
            assert without_dashes(column).to_pylist() == expected
    plain = pa.array(["P1", "P2"])
    assert without_dashes(plain) is plain
    assert dashes_in(plain[:0]).size == 0


def test_dashes_are_found_by_their_words() -> None:
    texts = [*sorted(DASHES), "", "-1", "12345678", "—-"]
    padded = [one.encode()[:8].ljust(8, b"\0") for one in texts]
    words = np.array([int.from_bytes(one, "little") for one in padded], np.uint64)
    lengths = np.array([len(one.encode()) for one in texts])
    assert dash_words(words, lengths).tolist() == list(range(len(DASHES)))
