"""`equivalents correct`: what it refuses, and that nothing is written then.

Faults seen to be caught: a hash that nobody compares, a chain with a gap.
"""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.bad.case import GOOD, HEAD, Content, run, write_case
from tests.correcting import LATE, corrected, late, refused, settled
from tests.lines_alike import read_out

pytestmark = pytest.mark.rules("D5")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The good case, closed."""
    return settled(tmp_path, "closed", {})


@pytest.mark.parametrize("name", ["payouts.csv", "tally.parquet", "settlement.xlsx", "pools.csv"])
def test_a_closed_result_that_was_changed_is_refused(closed: Path, name: str) -> None:
    content = bytearray((closed / name).read_bytes())
    content[len(content) // 2] ^= 1
    (closed / name).write_bytes(content)
    assert refused("OUT_CHANGED", closed, late(LATE))[0] == name


def test_a_closed_result_that_lost_a_file_or_its_manifest_is_refused(closed: Path) -> None:
    (closed / "spread.csv").unlink()
    assert refused("OUT_CHANGED", closed, late(LATE))[0] == "spread.csv"
    (closed / "manifest.json").write_text("[]")
    assert refused("OUT_CHANGED", closed, late(LATE))[0] == "manifest.json"
    (closed / "manifest.json").unlink()
    assert refused("OUT_MISSING", closed, late(LATE))[0] == "closed"


def _forge(closed: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a file and its hash in the manifest, as somebody would who knows how."""
    path, manifest = closed / name, closed / "manifest.json"
    before = path.read_bytes()
    assert old in before
    path.write_bytes(before.replace(old, new))
    digests = [hashlib.sha256(one).hexdigest() for one in (before, path.read_bytes())]
    text = manifest.read_text("utf-8")
    assert digests[0] in text
    manifest.write_text(text.replace(digests[0], digests[1]), "utf-8")


def test_a_payout_that_the_kept_counts_do_not_give_is_refused(closed: Path) -> None:
    _forge(closed, "payouts.csv", b"50.00", b"60.00")
    refused("CLOSED_NOT_REPRODUCED", closed, late(LATE))


def test_another_method_is_refused(closed: Path) -> None:
    manifest = closed / "manifest.json"
    content = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**content, "method": "1999-01"}))
    assert refused("OUT_METHOD", closed, late(LATE))[0] == "1999-01"


def test_a_result_without_a_tally_is_refused(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", {})
    assert run("settle", case, "-o", tmp_path / "closed", "--payouts-only").exit_code == 0
    refused("OUT_MISSING", tmp_path / "closed", late(LATE))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"case.yaml": "period: 2025-05\n"}, "2025-05"),
        ({"case.yaml": "period: 2025-06\ntitle: 别县\n"}, "别县"),
        (
            {
                "institutions.csv": "institution_id\nI01\nI03\n",
                "staff.csv": "person_id,institution_id\nP01,I01\nP02,I01\n",
                "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n",
            },
            "I02",
        ),
    ],
    ids=["period", "title", "institution"],
)
def test_another_case_is_refused(closed: Path, files: dict[str, Content], says: str) -> None:
    assert says in refused("CORRECT_OTHER_CASE", closed, files)[1]


def test_corrections_out_of_order_left_out_doubled_or_of_another_run_are_refused(
    closed: Path, tmp_path: Path
) -> None:
    corrected(closed, late(LATE), "one")
    one, two = tmp_path / "one", tmp_path / "two"
    corrected(closed, late(LATE, "I01,P02,MZ01,2025-06-21,2\n"), "two", one)
    for chain in ((two,), (two, one), (one, one), (one, two, two)):
        options = [part for folder in chain for part in ("--earlier", folder)]
        case = write_case(tmp_path / "again", {})
        done = run("correct", case, "--closed", closed, *options, "-o", tmp_path / "no")
        assert (done.exit_code, "CORRECT_CHAIN" in done.stderr) == (1, True)
    other = settled(tmp_path, "other", {"pools.csv": GOOD["pools.csv"].replace("30.00", "31.00")})
    refused("CORRECT_OTHER_RUN", other, {}, "--earlier", one)
    refused("CORRECT_NOT_ADJUSTMENTS", closed, {}, "--earlier", other)
    (one / "adjustments.csv").write_bytes((two / "adjustments.csv").read_bytes())
    refused("OUT_CHANGED", closed, {}, "--earlier", one)


def test_at_price_after_reshare_is_refused(closed: Path) -> None:
    corrected(
        closed, late(LATE, case_yaml="period: 2025-06\ncorrections: {mode: reshare}\n"), "one"
    )
    refused("CORRECT_MODE_CHANGED", closed, late(LATE), "--earlier", closed.parent / "one")


def test_where_nobody_had_a_key_there_is_no_price(tmp_path: Path) -> None:
    for nobody in ("retain", "equal"):
        yaml = f"period: 2025-06\nsharing: {{绩效: {{nobody: {nobody}}}}}\n"
        records = f"{HEAD}\nI01,P01,MZ01,2025-06-02,1\n"
        closed = settled(tmp_path / nobody, "closed", {"case.yaml": yaml, "records.csv": records})
        more = {"case.yaml": yaml, "records.csv": records + "I02,P03,MZ01,2025-06-04,3\n"}
        assert refused("CORRECT_NO_PRICE", closed, more)[0] == "P03"
        reshare = {**more, "case.yaml": yaml + "corrections: {mode: reshare}\n"}
        rows = corrected(closed, reshare)
        assert [row["amount"] for row in rows] == (["30.00"] if nobody == "retain" else [])


def test_a_pool_that_is_gone_or_shared_otherwise_wants_reshare(closed: Path) -> None:
    gone = "institution_id,pool,amount\nI01,绩效,100.00\n"
    assert refused("CORRECT_NEEDS_RESHARE", closed, {"pools.csv": gone})[0] == "绩效"
    yaml = "period: 2025-06\nsharing: {绩效: {levels: [{to: person, key: headcount}]}}\n"
    case = write_case(closed.parent / "heads", {"case.yaml": yaml})
    done = run("correct", case, "--closed", closed, "-o", closed.parent / "no")
    assert (done.exit_code, done.stderr.count("CORRECT_NEEDS_RESHARE")) == (1, 2)


def test_the_result_never_stands_in_the_place_of_what_is_read(closed: Path, tmp_path: Path) -> None:
    case = write_case(tmp_path / "c", late(LATE))
    for out in (closed, closed / "adj", closed.parent):
        done = run("correct", case, "--closed", closed, "-o", out)
        assert (done.exit_code, "CORRECT_OUT_IS_INPUT" in done.stderr) == (1, True), out
    other = tmp_path / "elsewhere" / "other"
    shutil.copytree(closed, other)
    done = run("correct", case, "--closed", closed, "-o", other)
    assert (done.exit_code, "OUT_NOT_OURS" in done.stderr) == (1, True), "a settlement is no ADJ"


def test_a_rejected_record_stops_it_unless_it_is_set_aside(closed: Path) -> None:
    files = late(LATE, "I01,P02,NO99,2025-06-20,1\n")
    refused("REJECTED_ROWS", closed, files)
    case = write_case(closed.parent / "q", files)
    done = run(
        "correct",
        case,
        "--closed",
        closed,
        "-o",
        closed.parent / "adj",
        "--on-reject",
        "quarantine",
    )
    assert done.exit_code == 0
    assert len(read_out(closed.parent / "adj", "rejected")) == 1
    assert [row["amount"] for row in read_out(closed.parent / "adj", "adjustments")] == ["7.50"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("c",), ("c", "--closed", "o"), ("c", "--closed", "o", "-o", "a", "--mode", "x")],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run("correct", *arguments).exit_code == 2


def test_help_tells_the_options_in_both_languages() -> None:
    text = run("correct", "--help").stdout
    assert "--earlier" in text
    assert "只付差额" in text
