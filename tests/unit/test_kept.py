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
from tests.proofs.counts import counts
from tests.reference import FEATURES, PAY, write_random_case

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*/case"))
CASE = SCENARIOS[0]


def codes(error: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda path: path.parent.name)
def test_every_scenario_is_settled_again_from_what_it_keeps(case: Path, tmp_path: Path) -> None:
    check_again(case, tmp_path / "out")


def check_again(case: Path, out: Path) -> None:
    """The case and what it keeps give every posting the same equivalents in each series."""
    first = settle_case(case, out, stop_on_reject=False)
    kept = read_kept(out)
    again = settle_kept(kept.rules, kept.plan, kept.tally)
    for series, weighed in first.weighed.items():
        assert np.array_equal(again.weighed[series].posting_e7, weighed.posting_e7)
        assert again.weighed[series].counted == weighed.counted
    assert first.payouts is not None
    assert again.payouts is not None
    assert np.array_equal(again.payouts.amount_fen, first.payouts.amount_fen)
    assert np.array_equal(again.payouts.person, first.payouts.person)


@pytest.mark.rules("A6")
@pytest.mark.parametrize("ends", [("2025-07-01", ""), ("", "2025-07-01"), ("", "")])
def test_two_postings_in_one_post_keep_their_records_apart(
    ends: tuple[str, str], tmp_path: Path
) -> None:
    # The main one has the records of its days, at 2 each; what is left is the other's, at 1.
    main, beside = ends
    tables = {
        "case.yaml": "period: 2025\n",
        "institutions.csv": "institution_id\nI1\n",
        "staff.csv": "person_id,institution_id,post_id,title_tier,main,active_from,active_to\n"
        f"P1,I1,A,senior,1,2025-01-01,{main}\nP1,I1,A,junior,,2025-01-01,{beside}\n"
        "P2,I1,,junior,,,\n",
        "weights.csv": "item_code,weight,valid_from,title_tier\nX,2,2020-01-01,senior\n"
        "X,1,2020-01-01,junior\n",
        "records.csv": "institution_id,person_id,item_code,service_date,quantity,performers\n"
        "I1,P1,X,2025-03-01,1,\nI1,P1,X,2025-09-01,1,\nI1,P2,X,2025-03-01,1,\n"
        "I1,,X,2025-03-01,2,P1;P2\nI1,,X,2025-09-01,2,P1;P2\n",
        "pools.csv": "institution_id,pool,amount\nI1,p,100.00\n",
    }
    (tmp_path / "case").mkdir()
    for name, text in tables.items():
        (tmp_path / "case" / name).write_text(text, encoding="utf-8")
    check_again(tmp_path / "case", tmp_path / "out")


@pytest.mark.parametrize("seed", [71_006, *range(71_100, 71_100 + counts(4, 40))])
def test_random_cases_are_settled_again_from_what_they_keep(seed: int, tmp_path: Path) -> None:
    features = FEATURES | PAY if seed % 2 else FEATURES
    write_random_case(tmp_path / "case", seed, 250, dirty=True, features=features)
    check_again(tmp_path / "case", tmp_path / "out")


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
