"""The lists made by columns equal those made row by row, whatever the rows and faults are.

Faults caught: a sentence with the value of another row, faults of a row in another order, a fault
that two series share listed twice, a comma or quote left bare, a long or two-language value not
cut, hints looked up in another order than that of the rows, a row of another file or window, a
malformed row out of its turn, a JSON document that is not what ``json.dumps`` writes.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equivalents.errors import ConservationError, as_object, near_miss
from equivalents.intake import originals as originals_module
from equivalents.intake.case import Case, load_case
from equivalents.intake.source import Source
from equivalents.reasons import REASONS, in_language
from equivalents.records import FaultSet
from equivalents.report import faults as faults_module
from equivalents.report.ahead import ahead
from equivalents.report.cells import CSV, JSON, joined_pieces
from equivalents.report.faults import count_row_problems
from equivalents.report.lists import all_problems, json_problems, write_lists
from equivalents.report.nearest import Nearest
from equivalents.report.sentences import sentence
from equivalents.report.table import quoted_text, texts
from equivalents.run import check_case, settle_case
from equivalents.settle import Settlement, settle, weigh
from equivalents.tally import Plan
from tests import obvious_lists as obvious_module
from tests.bad.case import GOOD, Content, write_case
from tests.obvious_lists import Lists, obvious_lists
from tests.proofs.counts import counts
from tests.reference import write_random_case

HEAD = ("institution_id", "person_id", "item_code", "service_date", "quantity")
SERIES = (
    "series,item_code,weight,valid_from\npay,MZ01,1,2025-01-01\nmanage,SF01,2,2025-01-01\n"
    "teach,SF01,2,2025-01-01\n"
)
ODD = [
    *("", ",", '"', "a\nb", "\r", '"",\n', "\\", "\t\x01\x7f\x1f", "中¦ en", "¦", "¦¦x"),
    *("x" * 200, "长" * 201, "长" * 150 + "¦" + "y" * 250, '"' * 201),
    *("I02", "i01 ", "MZ1", "P1"),
]
VALUE = st.sampled_from(ODD) | st.text('ab,"\n\r¦\\ \t甲𠮷IMP012', max_size=6)
CODES = [
    ("LINE_BREAK", "item_code"), ("VALUE_MISSING", "quantity"), ("DATE_INVALID", "service_date"),
    ("QUANTITY_INVALID", "quantity"), ("NOT_SUPPORTED", "performers"),
    ("INSTITUTION_UNKNOWN", "institution_id"), ("PERSON_UNKNOWN", "person_id"),
    ("ITEM_UNKNOWN", "item_code"), ("NOT_IN_SERIES", "item_code"),
    ("OUTSIDE_PERIOD", "service_date"), ("RECORD_ID_CONFLICT", "record_id"),
    ("QUANTITY_ABOVE_MAX", "quantity"),
]  # fmt: skip
NOTED = ("RECORD_ID_CONFLICT", "QUANTITY_ABOVE_MAX")


def compare(settlement: Settlement, case: Case, source: Source, folder: Path) -> Lists:
    """Both ways give the same bytes, counts and objects."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = obvious_lists(settlement, case, source)
    listed = write_lists(settlement, case, source, folder, 3)
    assert (folder / "problems.csv").read_bytes().decode() == wanted.problems.decode()
    assert (folder / "rejected.csv").read_bytes().decode() == wanted.rejected.decode()
    assert {name: +counts for name, counts in listed.counts.items()} == wanted.verdicts
    assert count_row_problems(settlement) == wanted.of_rows
    problems = list(all_problems(settlement, case, source))
    assert list(map(as_object, problems)) == list(map(as_object, wanted.listed))
    kept = [(row.original.row, row.faults[0].text("zh")) for row in listed.first]
    rows = list(csv.reader(io.StringIO(wanted.rejected.decode("utf-8-sig"), newline="")))[1:4]
    assert kept == [(int(row[2]), row[6]) for row in rows]
    money = wanted.listed[:1]
    text = "".join(json_problems(settlement, case, source, money))
    objects = [as_object(problem) for problem in (*wanted.listed, *money)]
    document = json.dumps({"problems": objects or [0]}, ensure_ascii=False, indent=2)
    assert document == f'{{\n  "problems": [\n{text or "    0"}\n  ]\n}}'
    return wanted


def prepared(folder: Path, files: dict[str, Content]) -> tuple[Settlement, Case, Source]:
    case = load_case(write_case(folder / "case", files))
    source = Source(folder / "case", case.records)
    plan = Plan(case.rules)
    return weigh(case.rules, plan, source.blocks(plan)), case, source


# -- random rows, random faults ------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """Rows of three files, and faults by (code, column, series) as marks for every row."""

    rows: Sequence[Sequence[Sequence[str]]]
    shapes: Sequence[int]
    faults: Sequence[tuple[int, tuple[str, str], str, int, int]]
    window: int
    hints: int


ROWS = st.lists(st.lists(VALUE, min_size=6, max_size=6), min_size=1, max_size=9)
DRAWN = st.builds(
    Drawn,
    rows=st.tuples(ROWS, ROWS, ROWS),
    shapes=st.lists(st.integers(0, 8), max_size=3),
    faults=st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from(CODES),
            st.sampled_from(["", "manage", "pay", "teach"]),
            st.integers(1, 2**12 - 1),
            st.integers(0, 12),
        ),
        max_size=14,
    ),
    window=st.integers(1, 8),
    hints=st.integers(0, 4),
)


def csv_file(headings: Sequence[str], rows: Sequence[Sequence[str]], shapes: Sequence[int]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    for at, row in enumerate(rows):
        if at in shapes:
            stream.write('only,"two"\n' if at % 2 else "a,b,c,d,e,f,g,h\n")
        writer.writerow(row)
    return stream.getvalue()


def case_files(drawn: Drawn) -> dict[str, Content]:
    one, two, three = drawn.rows
    columns = dict(zip((*HEAD, "value"), map(list, zip(*three, strict=True)), strict=True))
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, row_group_size=4)
    return {
        "weights.csv": SERIES,
        "pools.csv": GOOD["pools.csv"].replace("amount\n", "amount\n"),
        "records/a,1.csv": csv_file((*HEAD, "备注"), one, drawn.shapes),
        "records/b.csv": csv_file(("code", *HEAD), two, []),
        "records/c.parquet": stream.getvalue(),
    }


def random_faults(drawn: Drawn, source: Source) -> list[FaultSet]:
    """Fault sets as the engine makes them: rows ascending, each kind of fault once a row."""
    found: list[FaultSet] = []
    used: set[tuple[int, tuple[str, str], str]] = set()
    for part, one in enumerate(source.parts):
        batches = list(one.batches())
        for raw in batches:
            if raw.malformed:
                lost = np.array([row.row for row in raw.malformed], np.int64)
                found.append(FaultSet(part, "ROW_SHAPE", "", lost, "", ("7",) * lost.size))
        rows = np.concatenate([np.zeros(0, np.int64), *(raw.row for raw in batches)])
        for wanted, kind, series, marks, cut in drawn.faults:
            if wanted % len(source.parts) != part or (part, kind, series) in used:
                continue
            used.add((part, kind, series))
            mine = rows[[bool(marks >> (at % 12) & 1) for at in range(rows.size)]]
            for some in (mine[cut:], mine[:cut]):
                notes = [f'other, "{row}"{"¦" * (row % 3)}' for row in some.tolist()]
                kept = tuple(notes) if kind[0] in NOTED else ()
                found.append(FaultSet(part, *kind, some, series, kept))
    return found


@settings(max_examples=counts(60, 300))
@given(drawn=DRAWN)
def test_random_faults(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("lists")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(originals_module, "_WINDOW", drawn.window)
        patch.setattr(faults_module, "_HINTS", drawn.hints)
        patch.setattr(obvious_module, "HINTS", drawn.hints)
        settlement, case, source = prepared(folder, case_files(drawn))
        compare(settlement, case, source, folder / "its own")
        counted = replace(settlement.counted, faults=random_faults(drawn, source))
        compare(replace(settlement, counted=counted), case, source, folder / "random")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("window", [1, 7, 1 << 14])
def test_random_cases(
    seed: int, window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals_module, "_WINDOW", window)
    write_random_case(tmp_path / "case", 7000 + seed, 300, dirty=True)
    case = load_case(tmp_path / "case")
    source = Source(tmp_path / "case", case.records)
    assert compare(settle(case.rules, source.blocks), case, source, tmp_path / "out").of_rows


# -- by hand -------------------------------------------------------------------------------------

LONG = "九" * 205
BY_HAND = (
    f"{','.join(HEAD)},备注\n"
    "I01,P01,MZ01,2025-06-31,1,\n"
    "I01,P01,MZ01\n"
    f'I01,P09,MZ1,"6,1","{LONG}","say""hi"""\n'
)


def test_lines_by_hand(tmp_path: Path) -> None:
    settlement, case, source = prepared(tmp_path, {"records.csv": BY_HAND})
    wanted = compare(settlement, case, source, tmp_path / "out")
    lines = wanted.rejected.decode("utf-8-sig").split("\n")
    assert lines[1] == (
        "records.csv,,2,service_date,DATE_INVALID,2025-06-31,"
        "“2025-06-31”不能作为日期：日历上没有这一天。,"
        "'2025-06-31' cannot be used as a date: the calendar has no such day.,,"
        "I01,P01,MZ01,2025-06-31,1,"
    )
    assert lines[2] == (
        "records.csv,,3,,ROW_SHAPE,,"
        "本行字段数为 3，标题行为 6 列。请检查是否多了或少了逗号、引号。,"
        "This row has 3 fields where the headings have 6. Look for a missing or extra comma or "
        'quote.,,"I01,P01,MZ01",,,,,'
    )
    assert lines[3].endswith(f'I01,P09,MZ1,"6,1",{LONG},"say""hi"""')
    said = [problem.text("zh") for problem in wanted.listed if problem.place.row == 4]
    assert f"数量“{'九' * 200}…”不是规范的数字" in said[1]
    assert any("（是否为“P03”？）" in text for text in said)


def test_a_row_that_was_not_read_again_is_a_defect(tmp_path: Path) -> None:
    settlement, case, source = prepared(tmp_path, {"records.csv": BY_HAND})
    for row in (99, 1):
        lost = FaultSet(0, "DATE_INVALID", "service_date", np.array([row]), "")
        counted = replace(settlement.counted, faults=[*settlement.counted.faults, lost])
        with pytest.raises(ConservationError):
            list(all_problems(replace(settlement, counted=counted), case, source))


def test_many_malformed_rows_cost_no_more_than_others(tmp_path: Path) -> None:
    rows = ["I01,P01,MZ01,2025-06-02,1,", "I01,P01"] * 40_000
    content = "\n".join([f"{','.join(HEAD)},备注", *rows]) + "\n"
    settlement, case, source = prepared(tmp_path, {"records.csv": content})
    listed = write_lists(settlement, case, source, tmp_path, 0)
    assert listed.counts["pay"] == {"ROW_SHAPE": 40_000}
    lines = (tmp_path / "rejected.csv").read_text("utf-8-sig").splitlines()[1:]
    assert [int(line.split(",")[2]) for line in lines] == list(range(3, 80_003, 2))


# -- the pieces ----------------------------------------------------------------------------------


@settings(max_examples=counts(20, 300))
@given(values=st.lists(VALUE, min_size=1, max_size=5), other=VALUE)
@example(values=ODD, other='“,"')
def test_every_sentence_in_columns_reads_like_one_by_one(values: list[str], other: str) -> None:
    column = texts(values)
    for code, reason in REASONS.items():
        for language in ("zh", "en"):
            for facts in ({}, {"near": column, "other": other}, {"value": other, "series": column}):
                made = joined_pieces(
                    [*sentence(code, language, column, facts), texts([""] * len(values))]
                )
                known = [
                    {"value": v} | {k: f if isinstance(f, str) else v for k, f in facts.items()}
                    for v in values
                ]
                assert made.to_pylist() == [reason.fill(language, one) for one in known]


@given(pieces=st.lists(VALUE | st.lists(VALUE, min_size=3, max_size=3), min_size=1, max_size=4))
@example(pieces=["a", ["b,", "c", '"']])
def test_cells(pieces: list[str | list[str]]) -> None:
    columns = [piece if isinstance(piece, str) else texts(piece) for piece in pieces]
    whole = ["".join(p if isinstance(p, str) else p[at] for p in pieces) for at in range(3)]
    end = texts([""] * 3)
    assert joined_pieces([*CSV.cell(columns), end]).to_pylist() == list(map(quoted_text, whole))
    dumped = [json.dumps(text, ensure_ascii=False) for text in whole]
    assert joined_pieces([*JSON.cell(columns), end]).to_pylist() == dumped


@given(known=st.lists(st.text("abcABC01甲乙", max_size=6), max_size=12), value=VALUE)
@example(known=["J00012", "J00021", "J00102", "j00012"], value="J000l2")
@example(known=["", "a"], value="A")
def test_near_misses_are_those_of_a_search_through_all_names(known: list[str], value: str) -> None:
    names = sorted(set(known))
    assert Nearest(names).to(value) == near_miss(value, names)


def test_near_misses_among_many_names() -> None:
    for size in (1500, 2500):
        names = [f"J{number:05}" for number in range(size)]
        nearest = Nearest(names)
        for value in ("J0001", "XJ00463", "J99999", "j00012", "00377J", "?", "J1499"):
            assert nearest.to(value) == near_miss(value, names)


def test_a_fact_in_one_language_is_a_half_and_cut() -> None:
    assert in_language("中¦en", True) == "中"
    assert in_language("中¦en", False) == "en"
    assert in_language("x" * 201, False) == "x" * 200 + "…"


def test_work_ahead_keeps_the_order_and_passes_errors_on() -> None:
    assert list(ahead(lambda item: item * 2, range(7))) == [(i, 2 * i) for i in range(7)]
    with pytest.raises(ZeroDivisionError):
        list(ahead(lambda item: 1 // item, [1, 0, 1]))


# -- what is said of very many -------------------------------------------------------------------


def test_a_refusal_lists_the_first_faults_and_counts_all(tmp_path: Path) -> None:
    rows = "".join(f"I01,P01,MZ01,2025-{at},1\n" for at in range(1_500))
    case = write_case(tmp_path / "case", {"records.csv": f"{','.join(HEAD)}\n{rows}"})
    with pytest.raises(Exception) as caught:  # noqa: PT011
        settle_case(case, tmp_path / "out", stop_on_reject=False)
    error = caught.value
    assert type(error).__name__ == "RefusedError"
    codes = [problem.code for problem in error.problems]  # type: ignore[attr-defined]
    assert codes == ["DATE_INVALID"] * 1_000 + ["POOL_NO_KEY"] * 2
    assert error.total == 1_502  # type: ignore[attr-defined]


def test_check_writes_every_problem_as_json(tmp_path: Path) -> None:
    rows = "".join(f"I01,P01,MZ01,2025-{at},1\n" for at in range(30))
    case = write_case(tmp_path / "case", {"records.csv": f"{','.join(HEAD)}\n{rows}"})
    checked = check_case(case, first=5)
    assert (len(checked.problems), checked.total) == (7, 32)
    objects = json.loads(f"[{''.join(checked.objects())}]")
    assert [one["code"] for one in objects] == ["DATE_INVALID"] * 30 + ["POOL_NO_KEY"] * 2
    assert objects == list(map(as_object, check_case(case).problems))
