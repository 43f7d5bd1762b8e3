"""The lists of what is wrong, row by row in plain Python: slow, obvious, to compare with.

Written as the specification says it (page 3): each fault is looked at by itself, its sentence is
filled from its own facts, near misses are looked up by :func:`equivalents.findings.near`, and a
value stands in quotes where it needs them. Only the reading of a file into rows is the engine's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from equivalents.errors import Place, Problem
from equivalents.findings import near
from equivalents.intake.case import Case
from equivalents.intake.parquet import text_values
from equivalents.intake.source import Source
from equivalents.policy.daytext import day_fault
from equivalents.reasons import REASONS
from equivalents.records import FaultSet
from equivalents.settle import Settlement

__all__ = ["Lists", "obvious_lists"]

HEAD = ["file", "sheet", "row", "column", "code", "value", "reason_zh", "reason_en", "series"]
PROBLEM = ["severity", "code", *HEAD[:4], *HEAD[5:]]
HINTS = 500


@dataclass
class Lists:
    """Both files as bytes, the problems in order, and the verdicts counted by series."""

    rejected: bytes = b""
    problems: bytes = b""
    listed: list[Problem] = field(default_factory=list)
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    of_rows: int = 0


def obvious_lists(settlement: Settlement, case: Case, source: Source) -> Lists:
    """What must be listed of a settlement."""
    series = settlement.rules.series
    found = Lists(verdicts={name: Counter() for name in series})
    found.listed += [*case.problems, *source.problems]
    headings = list(source.headings)
    lines = [[*HEAD, *(f"original_{h}" if h in HEAD else h for h in source.titles)]]
    hints: dict[tuple[str, str], str] = {}
    for severity in ("error", "warning"):
        for part in range(len(source.parts)):
            rows = originals(source, part)
            for row, faults in sorted(by_row(settlement, part, severity).items()):
                texts = rows[row]
                problems = [explain(settlement, source, part, f, row, texts, hints) for f in faults]
                found.listed += problems
                found.of_rows += len(problems)
                if severity == "error":
                    lines.append(rejected_line(problems, texts, headings))
                    count(found.verdicts, problems)
    found.listed += settlement.problems
    found.rejected = as_csv(lines)
    found.problems = as_csv([PROBLEM, *map(problem_line, found.listed)])
    return found


@dataclass
class Fault:
    """A fault of one row: its set, its note, the series in which it was noted."""

    fault: FaultSet
    note: str
    series: list[str]


def originals(source: Source, part: int) -> dict[int, dict[str, str]]:
    """Every row of a part by its number: texts by our name of a column or its heading."""
    names = source._names[part]
    headings = source.parts[part].headings
    rows: dict[int, dict[str, str]] = {}
    for raw in source.parts[part].as_written():
        columns = {names.get(h, h): text_values(array) for h, array in raw.columns.items()}
        for at, row in enumerate(raw.row.tolist()):
            rows[row] = {name: values[at] for name, values in columns.items()}
        for lost in raw.malformed:
            rows[lost.row] = {names.get(h, h): "" for h in headings}
            rows[lost.row][names.get(headings[0], headings[0])] = lost.text
    return rows


def by_row(settlement: Settlement, part: int, severity: str) -> dict[int, list[Fault]]:
    """The faults of each row in the order in which they were noted, those of one kind merged."""
    rows: dict[int, dict[tuple[str, str], Fault]] = defaultdict(dict)
    for fault in settlement.counted.faults:
        if fault.part == part and REASONS[fault.code].severity == severity:
            for at, row in enumerate(fault.row.tolist()):
                note = fault.notes[at] if fault.notes else ""
                same = rows[row].setdefault((fault.code, fault.column), Fault(fault, note, []))
                same.series.append(fault.series)
    return {row: list(faults.values()) for row, faults in rows.items()}


def explain(
    settlement: Settlement,
    source: Source,
    part: int,
    one: Fault,
    row: int,
    texts: dict[str, str],
    hints: dict[tuple[str, str], str],
) -> Problem:
    """A fault as a problem, with the facts that its sentence names."""
    plan, fault = settlement.plan, one.fault
    value = texts.get(fault.column, "")
    every = set(settlement.rules.series)
    named = "" if "" in one.series or set(one.series) == every else ";".join(sorted(one.series))
    known = {
        "INSTITUTION_UNKNOWN": plan.institutions.values,
        "PERSON_UNKNOWN": plan.persons.values,
        "ITEM_UNKNOWN": plan.known_items,
    }
    facts = {"other": one.note} if one.note else {}
    if fault.code in known:
        looked_up = sum(1 for code, _ in hints if code == fault.code)
        if (fault.code, value) not in hints and looked_up < HINTS:
            hints[fault.code, value] = near(value, known[fault.code])
        facts = {"near": hints.get((fault.code, value), "")}
    elif fault.code == "ROW_SHAPE":
        fields, _, of = one.note.partition("/")
        facts = {"found": fields, "expected": of or str(len(source.parts[part].headings))}
    elif fault.code == "DATE_INVALID":
        facts = {"detail": day_fault(value)}
    elif fault.code == "OUTSIDE_PERIOD":
        facts = {"period": plan.period.name}
    elif fault.code == "NOT_SUPPORTED":
        facts = {"value": fault.column}
    elif fault.code == "NOT_IN_SERIES":
        facts = {"series": named or fault.series}
    elif fault.code == "QUANTITY_ABOVE_MAX":
        limit, _, size = one.note.partition(" ")
        facts = {"limit": limit, "value": size or value}
    else:  # what the form lacks, and what cells hold, is told by the heading of the column
        heading = source.written(part).get(fault.column, fault.column)
        facts["column"] = f"{heading}¦{fault.column}" if heading != fault.column else heading
    place = Place(source.parts[part].name, "", row, fault.column)
    return Problem(fault.code, place, value, facts, named)


def rejected_line(
    problems: Sequence[Problem], texts: dict[str, str], headings: Sequence[str]
) -> list[str]:
    first = problems[0]
    union = {name for one in problems for name in one.series.split(";")}
    series = "" if "" in union else ";".join(sorted(union))
    verdict = [*map(str, first.place), first.code, first.value, first.text("zh"), first.text("en")]
    return [*verdict, series, *(texts.get(heading, "") for heading in headings)]


def count(verdicts: dict[str, Counter[str]], problems: Sequence[Problem]) -> None:
    for name, counts in verdicts.items():
        mine = [one for one in problems if not one.series or name in one.series.split(";")]
        if mine:
            counts[mine[0].code] += 1


def problem_line(one: Problem) -> list[str]:
    place = one.place
    where = [place.file, place.sheet, str(place.row or ""), place.column]
    return [one.severity, one.code, *where, one.value, one.text("zh"), one.text("en"), one.series]


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    text = "".join(",".join(map(quoted, line)) + "\n" for line in lines)
    return b"\xef\xbb\xbf" + text.encode()


def quoted(value: str) -> str:
    if any(special in value for special in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value
