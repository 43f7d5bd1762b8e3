"""What the commands about schemes 分配方案 read: names, files, cases, as layers of one scheme.

A file or a case wins over a shipped scheme of the same name. The keys that a scheme shares with
case.yaml are read here too, as far as they can be judged without the tables of a case. Sources:
specification page 3 (``scheme show|diff|check``); issue "Schemes as dated data".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from equivalents.errors import NOWHERE, Problem, UsageError, near_miss
from equivalents.findings import Findings
from equivalents.intake.schemes import (
    SchemeOfCase,
    inline_layer,
    layer_files,
    names_apart,
    read_files,
    shipped_schemes,
    with_lower,
    with_prices,
)
from equivalents.intake.settings import Settings, read_case_yaml, settings_of
from equivalents.intake.teams import read_teams
from equivalents.policy.calendar import Period, parse_period
from equivalents.policy.keyload import KeyReader
from equivalents.policy.layers import Layer
from equivalents.policy.leaveload import read_leave_rules
from equivalents.policy.roster import Roster
from equivalents.policy.schemecheck import check_figures
from equivalents.policy.schemetext import SHARED_KEYS, Reading, read_scheme
from equivalents.policy.yamltext import Entry
from equivalents.policy.yearlytext import read_yearly_limits

__all__ = ["Opened", "open_schemes"]

_OF_TABLES: Final = ("COEFFICIENT_UNUSED", "TEAM_ROLE_UNUSED")
"""Warnings that only the tables of a case can give."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A scheme as it was named: what was read, and every problem found."""

    reading: Reading
    problems: tuple[Problem, ...]

    @property
    def faulty(self) -> bool:
        """Whether any problem is an error: then nothing may be told or computed from it."""
        return any(problem.severity == "error" for problem in self.problems)


def open_schemes(names: Sequence[str]) -> Opened:
    """Read the layers that are named, community first, as one scheme; every fault is noted.

    A name is the path of a scheme file, the folder of a case (its ``scheme`` and its inline keys),
    or a shipped name; several may be joined by ``+``.

    Raises:
        UsageError: a name stands for nothing of these, or for several cases.
    """
    files: list[tuple[str, Path]] = []
    gathered = _Gathered()
    for name in _parted(names):
        files += _gather(name, gathered)
    findings = gathered.findings
    called = {path.resolve(): name for name, path in files}
    every = with_lower([path for _, path in files], findings)
    files = names_apart([(called.get(path.resolve(), path.name), path) for path in every])
    layers = read_files(files, findings)
    case = gathered.case
    if case is not None:
        layers = _with_case(layers, inline_layer(case))
    folder = gathered.folder or (files[-1][1].parent if files else Path())
    reading, _ = with_prices(read_scheme(layers, findings), folder, findings)
    _check_shared(reading, case or Entry({}, NOWHERE), findings)
    return Opened(reading, tuple(_by_line(findings.problems, [name for name, _ in files])))


def _by_line(problems: Sequence[Problem], files: Sequence[str]) -> list[Problem]:
    """In the order of the layers and of their lines, as one corrects them; case.yaml last."""
    order = {name: number for number, name in enumerate(files)}
    last = len(files)
    return sorted(problems, key=lambda one: (order.get(one.place.file, last), one.place.row))


@dataclass
class _Gathered:
    """What the names stand for so far."""

    findings: Findings = field(default_factory=Findings)
    case: Entry | None = None
    folder: Path | None = None


def _parted(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from [name] if Path(name).exists() else name.split("+")


def _gather(name: str, gathered: _Gathered) -> list[tuple[str, Path]]:
    """The files that one name stands for; a case is remembered."""
    path, shipped = Path(name), shipped_schemes()
    if path.is_file() and path.name != "case.yaml":
        return [(path.name, path)]
    folder = path.parent if path.is_file() else path
    if name and (folder / "case.yaml").is_file():
        if gathered.case is not None:
            raise UsageError(
                "只能给出一个资料文件夹。要比较两个案例，请用 scheme diff。\n"
                "Only one case may be named. To compare two cases use scheme diff."
            )
        case = read_case_yaml(folder / "case.yaml", "case.yaml", gathered.findings)
        gathered.case, gathered.folder = case, folder
        named = case.get("scheme")
        return layer_files(
            named.items or ([named] if named.text else []), folder, gathered.findings
        )
    if name in shipped:
        return [(shipped[name].name, shipped[name])]
    close = near_miss(name, tuple(shipped))
    zh, en = (f"（是否为“{close}”？）", f" (did you mean '{close}'?)") if close else ("", "")
    raise UsageError(
        f"找不到分配方案“{name}”{zh}。请写方案文件的路径、资料文件夹，或随附方案的名称。\n"
        f"There is no scheme '{name}'{en}. Name a scheme file, the folder of a case, or a shipped "
        f"scheme.\n随附方案 shipped: {', '.join(shipped)}"
    )


def _with_case(layers: Sequence[Layer], inline: Layer) -> list[Layer]:
    """The keys of case.yaml after the community's files, before those of institutions."""
    community = [layer for layer in layers if not layer.of_institutions]
    return [*community, inline, *(layer for layer in layers if layer.of_institutions)]


# -- the keys that a scheme shares with case.yaml ------------------------------------------------


def _check_shared(reading: Reading, case: Entry, findings: Findings) -> None:
    """Read the shared keys and note what is wrong with them, whatever the tables say."""
    merged = reading.merged.mapping
    shared = {key: merged[key] for key in SHARED_KEYS if key in merged}
    kept = {key: value for key, value in case.mapping.items() if key not in SHARED_KEYS}
    kept.setdefault("scheme", Entry(reading.scheme.name, NOWHERE))
    of_case = SchemeOfCase(Entry(kept | shared, case.place), reading.scheme)
    period = _period(case)
    settings = settings_of(of_case, period, findings)
    apart = Findings()
    _read_rules(settings, apart)
    findings.problems += [one for one in apart.problems if one.code not in _OF_TABLES]
    if period is not None:
        check_figures(reading.scheme, period, findings)


def _period(case: Entry) -> Period | None:
    """The case's period; that it is missing or odd is told by ``check`` of the case."""
    try:
        return parse_period(case.get("period").text)
    except ValueError:
        return None


def _read_rules(settings: Settings, findings: Findings) -> None:
    """Coefficients, ceilings, leave, yearly limits and team roles, with nobody to apply them to."""
    reader = KeyReader(findings, (), Roster.of(()))
    pools = _named_pools(settings)
    reader.kinds(settings.coefficients, (), pools)
    reader.ceilings(settings.ceilings, ())
    read_leave_rules(settings.leave, pools, findings)
    read_yearly_limits(settings.yearly_limits, pools, (), None, findings)
    read_teams((), settings.team_roles, findings)


def _named_pools(settings: Settings) -> list[str]:
    """The pools that the rules name themselves: which of them exist is for the case to say."""
    rules: list[Entry] = []
    for entry in (settings.coefficients, settings.leave, settings.yearly_limits):
        for one in (*entry.mapping.values(), *entry.items):
            rules += one.items or [one]
    named = [rule.get("pools") for rule in rules]
    return [one.text for entry in named for one in (entry.items or [entry]) if one.text]
