"""The readable scenarios: small tables in, hand-worked figures out, and why.

Each folder beside this file is one scenario: ``case/`` (tables as a finance clerk writes them),
``expected/`` (what the rules say, worked out by hand and never copied from the engine) and
``why.md`` (the rules it proves, and the arithmetic step by step). The files in ``expected/`` need
not have every column of the engine's file; those they have must be equal as text, row by row.
Some have a ``proposal/``, and in ``expected-changes/`` what changes under it; some in
``expected-lines/`` the money on each line of a person's statement; some a ``study/`` of files,
each named by its command, and in ``expected-study/`` what it finds: its weights are the proposal.

Faults seen to be caught: an inclusive ``valid_to`` of a weight or a posting, the smaller of two
resident groups, the least specific row, an ignored main post, a weight of 0 taken for a missing
one, the posting judged before the date, a tie given to the smaller key, remainders in floats, a
negative key that is not counted as 0, a purchase series that rejects what is not bought, a cap
that is not shared again, floors that are not paid to a key of 0, a shared
record split on its own, a team of another date, everybody weighed with the first performer's row.
"""

import csv
import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor, prod
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.report.explained_json import person_json
from equivalents.run import settle_case
from equivalents.tracing import trace_person
from equivalents.whatif import compare_case
from tests.rules import RULES, folders, rules_named
from tests.statement_steps import ratio

FOLDERS = folders()
SERIES_COLUMNS = ("institution_id", "person_id", "series")
EMPTY_UNLESS_EXPECTED = ("rejected", "excluded")

pytestmark = pytest.mark.rules(
    *("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12"),
    *("B1", "B2", "B4", "B4a", "B5", "B6", "B7", "B8", "B10"),
    *("C1", "C2", "C3", "C4", "C5", "D0", "D1", "D2", "D3", "D4", "D5", "D6", "F"),
)
each_scenario = pytest.mark.parametrize("folder", FOLDERS, ids=[f.name for f in FOLDERS])


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text; a row with too few or too many fields is a fault."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    for row in rows:
        assert None not in row, f"{path.name}: a row has too many fields: {row}"
        assert None not in row.values(), f"{path.name}: a row has too few fields: {row}"
    return rows


@each_scenario
def test_the_figures_are_those_worked_by_hand(
    folder: Path, settled_scenario: Callable[[str], Path]
) -> None:
    for path in sorted((folder / "expected").glob("*.csv")):
        expected = read(path)
        columns = list(expected[0])
        found = read(settled_scenario(folder.name) / path.name)
        if path.name == "problems.csv":
            found = [row for row in found if row["severity"] != "error"]
        assert [{name: row[name] for name in columns} for row in found] == expected, path.name


PROPOSED = [folder for folder in FOLDERS if (folder / "proposal").is_dir()]


@pytest.mark.parametrize("kept", [False, True], ids=["case", "kept"])
@pytest.mark.parametrize("folder", PROPOSED, ids=[f.name for f in PROPOSED])
def test_a_proposal_changes_what_was_worked_by_hand(
    folder: Path, kept: bool, settled_scenario: Callable[[str], Path], tmp_path: Path
) -> None:
    """Over the case, and over the kept result with the case for what must be counted again."""
    weights, coefficients = (folder / "proposal" / f"{n}.csv" for n in ("weights", "coefficients"))
    base, case = (
        (settled_scenario(folder.name), folder / "case") if kept else (folder / "case", None)
    )
    compared = compare_case(
        base,
        weights if weights.is_file() else None,
        tmp_path / "out",
        coefficients=coefficients if coefficients.is_file() else None,
        case=case,
    )
    for path in sorted((folder / "expected-changes").glob("*.csv")):
        expected = read(path)
        columns = list(expected[0])
        found = read(tmp_path / "out" / path.name)
        assert [{name: row[name] for name in columns} for row in found] == expected, path.name
    again = folder / "expected-changes" / "recounted.txt"
    names = again.read_text(encoding="utf-8").split() if again.is_file() else []
    assert [*compared.comparison.recounted] == names


STUDIES = [
    (folder, path)
    for folder in FOLDERS
    for path in sorted((folder / "study").glob("*.yaml"))
]  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "path"), STUDIES, ids=[f"{folder.name}-{path.stem}" for folder, path in STUDIES]
)
def test_a_study_finds_what_was_worked_by_hand(folder: Path, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["study", path.stem, str(path), "-o", str(out), "--json"])
    assert done.exit_code == 0, done.output
    wanted = sorted((folder / "expected-study" / path.stem).glob("*.csv"))
    assert wanted
    proposal = folder / "proposal" / "weights.csv"
    for one in [*wanted, *([proposal] if path.stem == "weights" else [])]:
        expected = read(one)
        columns = list(expected[0])
        found = read(out / one.name)
        assert [{name: row[name] for name in columns} for row in found] == expected, one


EXPLAINED = [folder for folder in FOLDERS if (folder / "expected-lines").is_dir()]


@pytest.mark.parametrize("folder", EXPLAINED, ids=[f.name for f in EXPLAINED])
def test_money_is_on_the_lines_as_worked_by_hand(
    folder: Path, settled_scenario: Callable[[str], Path]
) -> None:
    """Of the pools that the file names: every line, and what stands on the line of the pool."""
    for path in sorted((folder / "expected-lines").glob("*.csv")):
        expected = read(path)
        story, _ = trace_person(settled_scenario(folder.name), path.stem)
        found = []
        for place in person_json(story)["institutions"]:
            for pool in place["pools"]:
                lines = [{"pool": pool["pool"], **line} for line in pool["lines"]]
                if (rest := pool["amount_on_no_line"]) != "0.00":
                    blank = dict.fromkeys(expected[0], "")
                    lines.append(blank | {"pool": pool["pool"], "kind": "pool", "amount": rest})
                found += [{name: line[name] for name in expected[0]} for line in lines]
        pools = {row["pool"] for row in expected}
        assert [row for row in found if row["pool"] in pools] == expected, path.name


@each_scenario
def test_nothing_is_kept_out_unless_the_scenario_says_so(
    folder: Path, settled_scenario: Callable[[str], Path]
) -> None:
    for name in EMPTY_UNLESS_EXPECTED:
        if not (folder / "expected" / f"{name}.csv").is_file():
            assert read(settled_scenario(folder.name) / f"{name}.csv") == []
    if not (folder / "expected" / "problems.csv").is_file():
        problems = read(settled_scenario(folder.name) / "problems.csv")
        assert [row["code"] for row in problems if row["severity"] != "error"] == []


@each_scenario
def test_the_result_re_adds_without_the_engine(
    folder: Path, settled_scenario: Callable[[str], Path]
) -> None:
    """Quantity x weight (x share) = equivalents; lines add up to keys and payouts, to pools."""
    out = settled_scenario(folder.name)
    lines: dict[tuple[str, ...], Decimal] = {}
    for line in read(out / "equivalents.csv"):
        equivalents = Decimal(line["equivalents"])
        whole = Fraction(line["quantity"] or 0) * Fraction(line["weight"] or 0)
        # A part is cut at the seventh decimal: one unit at most for the total of these scenarios.
        cut = 0 if line["share"] == "1" else Fraction(1, 10**7)
        if not line["weight_row"].startswith(("ceiling:", "leader:")):
            assert abs(whole * Fraction(line["share"]) - Fraction(equivalents)) <= cut, line
        owner = tuple(line[name] for name in SERIES_COLUMNS)
        lines[owner] = lines.get(owner, Decimal(0)) + equivalents
    keys = adjusted_keys(out)
    pools = {(row["institution_id"], row["pool"]): row for row in read(out / "pools.csv")}
    above = parents(folder)
    resolved = json.loads((out / "resolved-rules.json").read_text(encoding="utf-8"))
    filtered = {pool["pool"] for pool in resolved["pools"] if "who" in pool}
    plain = "sharing:" not in (folder / "case" / "case.yaml").read_text(encoding="utf-8")
    paid = dict.fromkeys(pools, Decimal(0))
    components = components_re_added(out)
    for row in read(out / "payouts.csv"):
        here = (row["institution_id"], row["pool"])
        name = here if here in pools else (above.get(here[0], ""), here[1])
        if row["component"] != "pool_share":
            paid_for = (*here, row["person_id"], row["component"])
            assert Decimal(row["amount"]) == components.pop(paid_for), row
            if name in pools:
                paid[name] += Decimal(row["amount"])
            continue
        owner = (row["institution_id"], row["person_id"], pools[name]["series"])
        mine = lines.get(owner, Decimal(0))
        if name[1] in filtered:  # only some of a person's postings share
            assert abs(Decimal(row["equivalents"])) <= abs(mine), row
        else:
            assert Decimal(row["equivalents"]) == mine, row
        key = keys[row["institution_id"], row["pool"], row["person_id"]]
        if plain:
            assert Decimal(row["key"]) == max(key, Decimal(0)), row
        paid[name] += Decimal(row["amount"])
    assert not components, "a component that nobody is paid"
    for name, pool in pools.items():
        assert paid[name] == Decimal(pool["paid"]), name
        rest = Decimal(pool["retained"]) + Decimal(pool["carried"])
        assert paid[name] + rest == Decimal(pool["amount"]), name


def components_re_added(out: Path) -> dict[tuple[str, ...], Decimal]:
    """Base x quantity x rate x coefficient of each part, added exactly and rounded once."""
    exact: dict[tuple[str, ...], Fraction] = {}
    told: dict[tuple[str, ...], Decimal] = {}
    for row in read(out / "components.csv") if (out / "components.csv").is_file() else ():
        figures = ("base", "quantity", "rate", "coefficient")
        part = prod((ratio(row[name] or "1") for name in figures), start=Fraction(1))
        owner = (row["institution_id"], row["pool"], row["person_id"], row["component"])
        exact[owner] = exact.get(owner, Fraction(0)) + part
        told[owner] = told.get(owner, Decimal(0)) + Decimal(row["amount"])
        assert abs(part - Fraction(row["amount"])) < Fraction(1, 100), row
    for paid_for, amount in exact.items():
        cents = floor(abs(amount) * 100 + Fraction(1, 2))
        assert told[paid_for] == Decimal(cents if amount >= 0 else -cents) / 100, paid_for
    return told


def parents(folder: Path) -> dict[str, str]:
    """The institution above each; a scenario with Chinese headings has none."""
    rows = read(folder / "case" / "institutions.csv")
    return {row.get("institution_id", ""): row.get("parent_id", "") for row in rows}


@each_scenario
def test_every_level_gives_what_it_got(
    folder: Path, settled_scenario: Callable[[str], Path]
) -> None:
    """Down a ladder a parent's children have its amount, but for what stays behind."""
    out = settled_scenario(folder.name)
    pools = {(row["institution_id"], row["pool"]): row for row in read(out / "pools.csv")}
    got = {name: Decimal(row["amount"]) for name, row in pools.items()}
    given: dict[tuple[str, str], Decimal] = {}
    for row in read(out / "allocations.csv"):
        parent = (row["parent"], row["pool"])
        given[parent] = given.get(parent, Decimal(0)) + Decimal(row["amount"])
        if row["level"] != "person":
            child = (row["child"], row["pool"])
            got[child] = got.get(child, Decimal(0)) + Decimal(row["amount"])
    stays = sum(Decimal(row["retained"]) + Decimal(row["carried"]) for row in pools.values())
    # What is withheld, or above a yearly limit, was given to people before, and stays after.
    if (out / "withheld.csv").is_file():
        stays -= sum((Decimal(row["withheld"]) for row in read(out / "withheld.csv")), Decimal(0))
    if (out / "limited.csv").is_file():
        stays -= sum((Decimal(row["taken"]) for row in read(out / "limited.csv")), Decimal(0))
    # Adjustments of people are paid out of their pool before it is shared.
    for row in read(out / "components.csv") if (out / "components.csv").is_file() else ():
        if row["source"].startswith("pool:"):
            got[row["institution_id"], row["pool"]] -= Decimal(row["amount"])
    assert sum(got.values()) == sum(given.values()) + stays
    assert all(amount <= got[parent] for parent, amount in given.items())


def adjusted_keys(out: Path) -> dict[tuple[str, ...], Decimal]:
    """Each adjusted line rounded by ourselves, and the sum of everybody's, leave included."""
    keys: dict[tuple[str, ...], Decimal] = {}
    for row in read(out / "adjusted.csv"):
        exact = Decimal(row["equivalents"]) * Decimal(row["coefficient"])
        adjusted = exact.quantize(Decimal("1e-7"), ROUND_HALF_UP)
        assert Decimal(row["adjusted"]) == adjusted, row
        owner = (row["institution_id"], row["pool"], row["person_id"])
        keys[owner] = keys.get(owner, Decimal(0)) + adjusted
    for row in read(out / "leave.csv") if (out / "leave.csv").is_file() else ():
        names = ("days", "percent", "head", "average_key")
        product = prod((Fraction(row[name]) for name in names), start=Fraction(1, 100))
        off = product / Fraction(row["average_days"]) - Fraction(row["key"])
        assert abs(off) <= Fraction(1, 2 * 10**7), row
        owner = (row["institution_id"], row["pool"], row["person_id"])
        keys[owner] += Decimal(row["key"])
    return keys


@each_scenario
def test_every_record_is_accounted_for_in_every_series(
    folder: Path, settled_scenario: Callable[[str], Path]
) -> None:
    """Counted + excluded + rejected = received (A10), in OUT and, if any is kept out, in why."""
    out = settled_scenario(folder.name)
    received = len(read(folder / "case" / "records.csv"))
    records = json.loads((out / "summary.json").read_bytes())["records"]
    assert records["received"] == received
    why = (folder / "why.md").read_text(encoding="utf-8")
    for series, counts in records["series"].items():
        rows = read(out / "rejected.csv")
        rejected = sum(not row["series"] or series in row["series"].split(";") for row in rows)
        rules = [row for row in read(out / "excluded.csv") if row["series"] == series]
        excluded = sum(int(row["records"]) for row in rules)
        counted = counts["counted"]
        assert counted + excluded + rejected == received
        if counted < received:
            said = f"{counted} \\+ 不计 {excluded}(（[A-Z_]+）)? \\+ 退回 {rejected}"
            assert re.search(rf"收到 {received}( 条)? = 计入 {said}", why), f"{series}: {said}"


@each_scenario
def test_the_explanation_names_its_rules_and_every_amount(folder: Path) -> None:
    text = (folder / "why.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert re.search(r"^English: ", text, re.MULTILINE)
    named = rules_named(folder)
    assert named
    assert not {name for name in named if "." not in name} - set(RULES), "an unknown rule"
    assert all(re.fullmatch(r"5\.([1-9]|1\d|2[0-2])", name) for name in named if "." in name)
    for row in read(folder / "expected" / "payouts.csv"):
        amount = re.escape(row["amount"])
        assert re.search(rf"(?<![\d.]){amount}(?!\d)", text), f"{row['amount']} is not explained"


@each_scenario
def test_the_direct_path_pays_the_same(
    folder: Path, settled_scenario: Callable[[str], Path], tmp_path: Path
) -> None:
    """Weighed record by record, without item lines: the same keys, lines and money."""
    out = tmp_path / "out"
    settle_case(folder / "case", out, stop_on_reject=False, direct=True)
    for name in ("payouts", "adjusted", "allocations", "pools", "funds"):
        one, other = settled_scenario(folder.name) / f"{name}.csv", out / f"{name}.csv"
        assert one.read_bytes() == other.read_bytes(), name


def test_the_scenarios_are_there_and_numbered() -> None:
    numbers = [folder.name.partition("-")[0] for folder in FOLDERS]
    assert numbers == [f"{n:02d}" for n in range(1, len(FOLDERS) + 1)]
    assert all((f / "expected" / "payouts.csv").is_file() for f in FOLDERS)
