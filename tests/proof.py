"""`make proof`: every kind of proof with its full count, written down in docs/proof.md.

Runs the test suite with the full counts (``EQUIVALENTS_PROOF=full``), kind by kind, and records
date, machine, command, figures and what each kind was seen to catch. Every kind runs to its end;
what fails is written down as failed, test by test. Ends with the exit code of the worst run.

``make proof ARGS="what-if --quick"`` tries some kinds, here with small counts; no page is written.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Kind(NamedTuple):
    """One kind of proof: what is proven, where, how often, and faults that it was seen to catch."""

    name: str
    where: tuple[str, ...]
    counts: str
    bites: str


KINDS = (
    Kind(
        "real data with known answers 真实数据",
        ("tests/proofs/test_real_data.py", "tests/unit/test_published_identities.py"),
        "17,028 lines, 2,151 doctors, 52 pools; 3 years of 14 centres",
        "equivalents summed in floats; payouts rounded one by one",
    ),
    Kind(
        "engine = independent reference 独立参照",
        ("tests/proofs/test_reference_agrees.py", "tests/proofs/test_scenarios_agree.py"),
        "every scenario that both read; 100 random cases of 900 records; 24 of 400 for each rule "
        "and combination of rules; one case of 100,000; the real lines; two paths, same bytes",
        "the smaller of two resident-group weights; a posting's last day counted",
    ),
    Kind(
        "corrections and the year-end = independent reference 更正与年清算",
        ("tests/proofs/test_corrections_agree.py",),
        "30 random cases known later, by price and shared anew, each twice; 30 years in halves",
        "a fen too much in one row of a file; a row left out",
    ),
    Kind(
        "properties 性质",
        ("tests/proofs/test_properties.py",),
        "40 cases for each property and change",
        "a cut of buckets that leaks into results; a file counted twice",
    ),
    Kind(
        "properties of counting, every rule on 计数性质",
        ("tests/proofs/test_counting_properties.py",),
        "30 cases of 200 records for each property and change",
        "texts left out of who is first in a class: then the row that is read first is",
    ),
    Kind(
        "properties of correcting 更正性质",
        ("tests/proofs/test_correcting_properties.py", "tests/unit/test_yearend.py"),
        "30 cases of 150 records for each mode and property; 30 years of 12 months; 1,000 "
        "hypothesis examples for each property of a year's end",
        "a key at the price of another department; a month's adjustment counted twice",
    ),
    Kind(
        "properties of paying, every rule on 分配性质",
        ("tests/proofs/test_paying_properties.py",),
        "30 cases of 150 records for each property and change",
        "sharers kept in the order they are written in; a left-over fen left out of a statement",
    ),
    Kind(
        "properties of money 资金性质",
        ("tests/proofs/test_money_of_funds.py", "tests/proofs/test_money_refusals.py",
         "tests/unit/test_reference_random_pay.py"),
        "30 cases for each property and change, and 30 spoiled in each of 11 ways",
        "approved tasks and heads kept in the order of their rows",
    ),
    Kind(
        "kernels against exact models 运算",
        ("tests/unit/test_units.py", "tests/unit/test_allocate.py", "tests/unit/test_bounds.py",
         "tests/unit/test_levels.py", "tests/unit/test_tally.py", "tests/unit/test_surplus.py",
         "tests/unit/test_spread.py", "tests/unit/test_weight_check.py",
         "tests/unit/test_calendar.py", "tests/unit/test_columns.py", "tests/unit/test_identity.py",
         "tests/unit/test_out_table.py", "tests/unit/test_work.py", "tests/unit/test_exact.py",
         "tests/unit/test_fund_properties.py", "tests/unit/test_money_properties.py",
         "tests/unit/test_captodate.py", "tests/unit/test_heads.py",
         "tests/unit/test_contractchecks.py", "tests/unit/test_chargechecks.py",
         "tests/unit/test_components.py", "tests/unit/test_assess.py",
         "tests/unit/test_hashstore.py", "tests/unit/test_equalrows.py",
         "tests/unit/test_assess_outcomes.py", "tests/unit/test_shown.py"),
        "1,000 hypothesis examples for each property",
        "the correction step of the division removed; no tie-break by key; full-width digits; "
        "a sign from the wrapped product alone",
    ),
    Kind(
        "who shares, averages, hand-ins, rooms 分配范围",
        ("tests/unit/test_sharing_extras.py",),
        "60 random institutions for each property; 1,000 hypothesis examples of the rounding",
        "the multiple of the first day; a mean that counts people without a key; a filter that "
        "lets everybody in; shares handed in that count as 1; a room whose total is its last line",
    ),
    Kind(
        "statements re-add from the printed text alone 说明可复核",
        ("tests/proofs/test_item_money.py", "tests/unit/test_apportion.py",
         "tests/unit/test_explain.py", "tests/unit/test_explain_texts.py"),
        "everybody with every record and every pool of every scenario; the records of 40 random "
        "cases; every line of 24 cases of 300 records for each rule and combination; 1,000 "
        "hypothesis examples for each property",
        "the correction step of the division removed; floors towards zero; money on lines whose "
        "keys add up to nothing; lines without the coefficient of their days; the weight row of "
        "another performer; a factor, what is withheld or what a parent keeps left untold",
    ),
    Kind(
        "column maps 列映射",
        ("tests/unit/test_maps.py", "tests/unit/test_mapfile.py"),
        "1,000 hypothesis examples for each property",
        "a product of a quantity and its factor that is rounded; an overlap behind a third span",
    ),
    Kind(
        "what-if = a case of its own 试算",
        ("tests/unit/test_recount.py", "tests/unit/test_reweigh.py"),
        "of up to 120 cases for each change and combination, 40 that can be paid",
        "an item that another one depends on and that is not counted again",
    ),
    Kind(
        "cost studies 成本测算",
        ("tests/unit/test_costs.py", "tests/unit/test_worth.py", "tests/unit/test_observed.py"),
        "14 published centres of two papers; 1,000 examples each: costs that add up, weights that "
        "no scaling or order changes, statistics beside the standard library's, weights found "
        "again without noise, least sums of squares within bounds",
        "the plain mean for the overall cost; a bound put on minutes and not on weights",
    ),
    Kind(
        "a year in parts = the year 分期核算",
        ("tests/unit/test_year_in_parts.py",),
        "4 quarters, each the opening of the next: limits, caps, ceilings",
        "what was paid before not taken off; a ceiling that begins anew each quarter",
    ),
    Kind(
        "the same bytes however it is read and cut 逐字节一致",
        ("tests/unit/test_shards.py", "tests/unit/test_grid_cases.py", "tests/unit/test_lists.py",
         "tests/unit/test_demo_county.py", "tests/unit/test_kept.py"),
        "every scenario with waiting records, in small shards; 160 random cases by grid and by "
        "parser; lists by columns and row by row, 300 examples of whole cases and sentences and "
        "1,000 of cells; the demo, twice; every scenario and 40 random cases settled again from "
        "what they keep",
        "a correction in another part than its record; a quantity valued differently by the "
        "parser; two postings in one post that a kept result takes for one",
    ),
    Kind(
        "the same bytes on every Python, from the wheel 各版本一致",
        ("tests/proofs/test_any_python.py",),
        "every supported Python found on the machine, each in a clean environment",
        "a data file missing from the wheel",
    ),
    Kind(
        "scenarios 情景",
        ("tests/scenarios", "tests/unit/test_rules.py"),
        "every folder in tests/scenarios",
        "the inclusive end of a weight or posting; float remainders; ties to the smaller key",
    ),
    Kind(
        "text files as they are 文本文件",
        ("tests/proofs/test_text_files.py", "tests/unit/test_daytext.py"),
        "3,000 round trips through 6 encodings, 5 delimiters, 3 line ends; 1,000 through declared "
        "ones; 2,000 texts beside the reader of Python; 600 random changes of each of 69 files; "
        "20,000 files of random bytes",
        "a BOM left in the first cell; a lone return that ends no line",
    ),
    Kind(
        "tables as people have them 表格原样",
        ("tests/unit/test_cells.py", "tests/unit/test_shape_properties.py",
         "tests/unit/test_quick_looks.py"),
        "1,000 hypothesis examples for each property",
        "a total among the data; a row number that is off; an id that lost a digit",
    ),
    Kind(
        "checks at the door, quality of the data 入口检查与数据质量",
        ("tests/unit/test_door.py", "tests/unit/test_doorchecks.py", "tests/unit/test_quality.py"),
        "1,000 hypothesis examples, or the 12 to 300 that a test names: every check beside plain "
        "Python, record by record; the same doubts however files are cut; reports that add up",
        "a record in two groups; a claim that is told once only",
    ),
    Kind(
        "bad input 错误输入",
        ("tests/unit/test_bad_input.py",),
        "every reason code",
        "a missing Parquet quantity taken for a number; rows swallowed by a quoted line break",
    ),
    Kind(
        "hostile and broken files 异常文件",
        ("tests/proofs/test_fuzz_opening.py", "tests/unit/test_hostile_files.py",
         "tests/unit/test_opening_child.py"),
        "116 files; of each of 6 formats 1,000 changed at random and 3,000 cut off, or one at each "
        "length, two of them also in the part with the cells; 5,000 changed and asked for their "
        "kind",
        "an xls cut off between two rows taken for whole; an ods without its end read as empty",
    ),
    Kind(
        "workbooks there and back 工作簿往返",
        ("tests/unit/test_neutral.py", "tests/unit/test_marking.py"),
        "1,000 hypothesis examples of texts in cells and of rows in a sheet that is too small; the "
        "demo county as one workbook, the same bytes",
        "a control character before a formula; a row at fault that pushes another one out",
    ),
    Kind(
        "records come in once, killed or crowded 导入不丢不重",
        ("tests/store/test_import_crash.py",),
        "on SQLite and PostgreSQL: 200 kills of an import and one at each failpoint; 16 processes "
        "with 100 equal files each",
        "two writers let in at once; what was decided before the lock written without asking again",
    ),
    Kind(
        "a period's life in the store 期间的流程",
        ("tests/store/test_period_machine.py", "tests/store/test_period_kills.py",
         "tests/store/test_merkle.py"),
        "300 walks of 25 commands on SQLite and 60 on PostgreSQL against an obvious model; 200 "
        "random kills each of settling, locking and unlocking on both; 1,000 trees",
        "a lock of a result that records came after; a step that stands after a return",
    ),
    Kind(
        "the case of a period out of the store 库中期间的资料",
        ("tests/store/test_storecase.py", "tests/store/test_casenotes.py"),
        "every scenario and the demo county on SQLite and PostgreSQL, to the bytes of its folder; "
        "20 random orders of every kind of change on both, found by its note and made anew",
        "record ids lost from a column with few bytes; a cached file half written by another; a "
        "document left out of what a note stands for",
    ),
    Kind(
        "the cache of counts 计数缓存",
        ("tests/store/test_tallycache.py", "tests/store/test_cachedrules.py",
         "tests/store/test_cachefolder.py"),
        "60 random cases of each kind on both paths; every change of rules; every bit of a file",
        "a team's shares left out of the address; a fault told of another file",
    ),
    Kind(
        "tampering, backups, crashes of the store 篡改、备份、中断",
        ("tests/store/test_tamper.py", "tests/store/test_backup.py",
         "tests/store/test_keeping_kills.py", "tests/store/test_postgres_keeping.py",
         "tests/store/test_recompute.py", "tests/store/test_revisions.py"),
        "on SQLite and PostgreSQL: 1,000 random tamperings, 300 backups cut and 300 spoiled, 200 "
        "kills of backup and restore; PostgreSQL stopped 10 times under load",
        "a column that no hash covers; a backup that has its name before it is whole; a forger "
        "who seals everything anew",
    ),
    Kind(
        "exports add up 导出可核对",
        ("tests/payroll",),
        "1,000 hypothesis examples for each property; every scenario that settles",
        "an amount in words without its zero; a control total of other bytes",
    ),
    Kind(
        "access, webhooks and logs as values 权限、回调、日志",
        ("tests/service/test_access_limits.py", "tests/service/test_access_masks.py",
         "tests/service/test_access_passwords.py", "tests/service/test_access_roles.py",
         "tests/service/test_access_throttle.py", "tests/service/test_access_tokens.py",
         "tests/service/test_hooks_addresses.py", "tests/service/test_hooks_schedule.py",
         "tests/service/test_hooks_signing.py", "tests/service/test_telling_lines.py"),
        "1,000 hypothesis examples for each property",
        "one request more than the limit; an address inside by its IPv6 form; a name in a log",
    ),
    Kind(
        "every route, whatever is asked 接口遍历",
        ("tests/service/test_schemathesis.py", "tests/service/test_matrix.py",
         "tests/service/test_openapi.py", "tests/service/test_compatibility.py",
         "tests/service/test_scope.py", "tests/service/test_limits.py",
         "tests/service/test_security.py"),
        "schemathesis over all phases: 60 cases of each operation, 400 chains of requests; every "
        "route x role x own or other institution",
        "an id that is no number answered with 500; a role that reaches a route too many",
    ),
    Kind(
        "jobs outlive kills 任务中断",
        ("tests/service/test_jobs.py", "tests/service/test_restart.py"),
        "on SQLite and PostgreSQL: 200 workers and 60 servers killed at random moments of an "
        "import, then nothing is doubled, lost or stuck; what was given up after three lives says "
        "so and is taken when it is sent again; an upload of 200 MB",
        "a row that comes twice because its job was begun again; a job that waits for ever",
    ),
)  # fmt: skip

_CORES = ("-n", "auto", "--dist", "worksteal", "-p", "no:benchmark")
"""As many workers as there are cores."""
_FAILED = re.compile(r"^(?:FAILED|ERROR):? (\S+?\[.*?\](?= - |$)|.+?)(?: - .*)?$", re.MULTILINE)
"""A line of pytest's summary; parameters may have spaces, a reason may follow."""


class Result(NamedTuple):
    """What one run gave; ``failed`` are the ids of the tests that failed or could not run."""

    kind: Kind
    code: int
    tally: str
    seconds: float
    failed: tuple[str, ...] = ()


def prove(kind: Kind, counts: str) -> Result:
    """Run one kind to its end, with ``full`` or ``quick`` counts."""
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--color=no", *_CORES, *kind.where]
    started = time.monotonic()
    environment = os.environ | {"EQUIVALENTS_PROOF": counts}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    sys.stdout.write(done.stdout[-2000:])
    return told(kind, done.returncode, done.stdout, done.stderr, time.monotonic() - started)


def told(kind: Kind, code: int, output: str, errors: str, seconds: float) -> Result:
    """What pytest's words say of a run."""
    last = (output.strip().splitlines() or ["no output"])[-1]
    tally = re.sub(r" in [0-9.]+s.*", "", last).strip("= ")
    failed = tuple(dict.fromkeys(_FAILED.findall(f"{output}\n{errors}"))) if code else ()
    return Result(kind, code, tally, seconds, failed)


def machine() -> str:
    """Cores, memory and versions, in one line."""
    import numpy
    import pyarrow

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return (
        f"{os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, NumPy {numpy.__version__}, "
        f"pyarrow {pyarrow.__version__}"
    )


def page(results: list[Result], kinds: Sequence[Kind] = ()) -> str:
    """The text of docs/proof.md; of ``kinds`` those without a result were not run."""
    lines = [
        "# What was proven 验证记录",
        "",
        "Written by `make proof`: every kind of proof with its full counts. `make test` runs the",
        "same kinds with small counts and fixed seeds.",
        "",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Machine: {machine()}",
        "- Command: `make proof`",
        "",
        "| Kind | Counts | Result | Seconds | A fault that it was seen to catch |",
        "|---|---|---|---:|---|",
    ]
    for kind, code, tally, seconds, _ in results:
        state = "" if code == 0 else "**failed**: "
        lines.append(
            f"| {kind.name} | {kind.counts} | {state}{tally} | {seconds:.0f} | {kind.bites} |"
        )
    done = {result.kind.name for result in results}
    for kind in kinds:
        if kind.name not in done:
            lines.append(f"| {kind.name} | {kind.counts} | **not run** | | {kind.bites} |")
    wrong = [result for result in results if result.code != 0]
    if wrong:
        lines += ["", "## What failed 未通过"]
    for kind, code, _, _, failed in wrong:
        ids = [f"- `{name}`" for name in failed] or [f"- no test is named; exit code {code}"]
        lines += ["", f"{kind.name}:", "", *ids]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every kind and write the page; or some kinds, which are printed only."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=main.__doc__)
    parser.add_argument("words", nargs="*", help="only kinds whose name has one of these words")
    parser.add_argument("--quick", action="store_true", help="small counts; no page is written")
    asked = parser.parse_args(arguments)
    some = [kind for kind in KINDS if any(word in kind.name for word in asked.words)]
    if asked.words and not some:
        parser.error(f"no kind is named so; the kinds: {'; '.join(kind.name for kind in KINDS)}")
    results = []
    for kind in some or KINDS:
        results.append(prove(kind, "quick" if asked.quick else "full"))
        if not (some or asked.quick):
            # Written after each kind: a run that is cut off leaves what it has proven.
            text = page(results, KINDS)
            (ROOT / "docs" / "proof.md").write_text(text, encoding="utf-8", newline="\n")
    print(page(results))
    return max(result.code for result in results)


if __name__ == "__main__":
    sys.exit(main())
