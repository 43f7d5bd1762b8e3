"""A kept result is settled again without its records, to the same equivalents and fen.

Catches: an attribute, mark, posting or rule that the files do not keep; a file that somebody
edited; a result without item lines.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from equivalents.errors import DataError
from equivalents.report.kept import read_kept
from equivalents.run import settle_case
from equivalents.settle import settle_kept

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*/case"))
CASE = SCENARIOS[0]


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_every_scenario_is_settled_again_from_what_it_keeps(case: Path, tmp_path: Path) -> None:
    first = settle_case(case, tmp_path / "out", stop_on_reject=False)
    kept = read_kept(tmp_path / "out")
    again = settle_kept(kept.rules, kept.plan, kept.tally)
    assert first.payouts is not None
    assert again.payouts is not None
    for series, weighed in first.weighed.items():
        assert np.array_equal(again.weighed[series].posting_e7, weighed.posting_e7)
        assert again.weighed[series].counted == weighed.counted
    assert np.array_equal(again.payouts.amount_fen, first.payouts.amount_fen)
    assert np.array_equal(again.payouts.person, first.payouts.person)


@pytest.mark.parametrize("name", ["tally.parquet", "roster.parquet", "resolved-rules.json"])
def test_a_file_that_was_edited_is_noticed(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(CASE, out, stop_on_reject=False)
    (out / name).write_bytes((out / name).read_bytes() + b" ")
    with pytest.raises(DataError) as error:
        read_kept(out)
    assert codes(error) == ["OUT_CHANGED"]


def test_payouts_only_keep_nothing_to_ask(tmp_path: Path) -> None:
    settle_case(CASE, tmp_path / "out", stop_on_reject=False, direct=True)
    with pytest.raises(DataError) as error:
        read_kept(tmp_path / "out")
    assert codes(error) == ["OUT_MISSING"]


def test_a_result_of_another_method_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settle_case(CASE, out, stop_on_reject=False)
    manifest = json.loads((out / "manifest.json").read_bytes())
    (out / "manifest.json").write_text(json.dumps(manifest | {"method": "2020-01"}))
    with pytest.raises(DataError) as error:
        read_kept(out)
    assert codes(error) == ["OUT_METHOD"]


def test_a_folder_that_is_no_result_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read_kept(tmp_path)
    assert codes(error) == ["OUT_MISSING"]
