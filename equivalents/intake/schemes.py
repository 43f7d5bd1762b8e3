"""The scheme 分配方案 of a case: which files it names, in the case or shipped, laid with case.yaml.

The scheme's own keys and those that it shares with case.yaml come out as one mapping, read as if
it stood in case.yaml; every value keeps the file and line where it was written. Sources:
specification page 3 (``scheme``); issue "Schemes as dated data".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from equivalents.findings import Findings, hint, near
from equivalents.intake.chargeprices import charge_prices
from equivalents.policy.layers import SCHEME_KEYS, Ground, Layer, read_layer, with_paths
from equivalents.policy.openchoices import note_open_choices
from equivalents.policy.scheme import Scheme
from equivalents.policy.schemetext import SHARED_KEYS, Reading, has_scheme, read_scheme
from equivalents.policy.yamltext import Entry, read_yaml
from equivalents.resources import shipped_weights

__all__ = [
    "SchemeOfCase",
    "inline_layer",
    "layer_files",
    "load_scheme",
    "names_apart",
    "read_files",
    "read_layers",
    "scheme_of_case",
    "shipped_among",
    "shipped_schemes",
    "with_lower",
    "with_prices",
]


@dataclass(frozen=True, slots=True)
class SchemeOfCase:
    """What case.yaml says once its scheme stands under it, and the scheme's files."""

    entry: Entry
    scheme: Scheme | None
    files: tuple[tuple[str, Path], ...] = ()


def shipped_schemes() -> dict[str, Path]:
    """The shipped schemes by name."""
    return {path.stem: path for path in sorted((shipped_weights() / "schemes").glob("*.yaml"))}


def shipped_among(files: Iterable[tuple[str, Path]]) -> frozenset[str]:
    """The names, as places have them, of those files of a scheme that are shipped ones."""
    shipped = set(shipped_schemes().values())
    return frozenset(name for name, path in files if path in shipped)


def load_scheme(paths: Sequence[Path]) -> tuple[Scheme, Findings, Reading]:
    """A scheme from its files alone, community first, without a case; nothing is raised.

    What is returned last has every key laid (``merged``), where each value stands with file, line
    and path, and the layers; ``layered.ground(entry)`` is the reference that founds a value.
    """
    findings = Findings()
    paths = with_lower(paths, findings)
    layers = read_files(names_apart([(path.name, path) for path in paths]), findings)
    folder = paths[-1].parent if paths else Path()
    reading, _ = with_prices(read_scheme(layers, findings), folder, findings)
    return reading.scheme, findings, reading


def names_apart(files: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """The same files, with folders before the names of those that would be called alike.

    A value is known by file, line and path, so two files of one name would be mistaken for each
    other. Names stay relative; one file that is named twice keeps one name.
    """
    names: dict[str, set[Path]] = defaultdict(set)
    for name, path in files:
        names[name].add(path.resolve())
    return [
        (name, path) if len(names[name]) == 1 else (_longer(path, names[name]), path)
        for name, path in files
    ]


def _longer(path: Path, alike: Iterable[Path]) -> str:
    """The shortest end of a path that no other of those called alike has."""
    own = path.resolve()
    others = [one.parts for one in alike if one != own]
    for count in range(2, len(own.parts)):
        if all(other[-count:] != own.parts[-count:] for other in others):
            return Path(*own.parts[-count:]).as_posix()
    return own.name


def read_files(files: Iterable[tuple[str, Path]], findings: Findings) -> list[Layer]:
    """Scheme files as layers, in their order; one that cannot be read is noted and left out."""
    layers = []
    for name, path in files:
        read = read_yaml(path, name, findings)
        if read is not None:
            layers.append(read_layer(read, path.stem, (*SCHEME_KEYS, *SHARED_KEYS), findings))
    return layers


def scheme_of_case(folder: Path, entry: Entry, findings: Findings) -> SchemeOfCase:
    """Lay the scheme's files and the keys of case.yaml over each other; faults are noted."""
    if not has_scheme(entry):
        return SchemeOfCase(entry, None)
    named = entry.get("scheme")
    names = named.items or ([named] if named.text else [])
    reading, files = read_layers(names, folder, findings, inline=entry)
    note_open_choices(reading.scheme.choices, findings)
    merged = reading.merged.mapping
    kept = {key: value for key, value in entry.mapping.items() if key not in SHARED_KEYS}
    shared = {key: merged[key] for key in SHARED_KEYS if key in merged}
    return SchemeOfCase(Entry(kept | shared, entry.place), reading.scheme, files)


def read_layers(
    names: Iterable[Entry], folder: Path, findings: Findings, *, inline: Entry | None = None
) -> tuple[Reading, tuple[tuple[str, Path], ...]]:
    """Read the files that are named, in their order, and lay them; ``inline`` comes last.

    A name is a path inside ``folder``, or that of a shipped scheme. A layer of an institution is
    laid over the community's, whatever stands inline.
    """
    files = layer_files(names, folder, findings)
    layers = read_files(files, findings)
    community = [layer for layer in layers if not layer.of_institutions]
    own = [layer for layer in layers if layer.of_institutions]
    last = [] if inline is None else [inline_layer(inline)]
    in_order = [*community, *last, *own] if inline is not None else layers
    reading, more = with_prices(read_scheme(in_order, findings), folder, findings)
    return reading, (*files, *more)


def with_prices(
    reading: Reading, folder: Path, findings: Findings
) -> tuple[Reading, tuple[tuple[str, Path], ...]]:
    """The scheme with the charge prices that it names, and their file (B4a)."""
    own = reading.layered.own.values()
    prices, files = charge_prices(reading.merged, own, folder, findings)
    return replace(reading, scheme=replace(reading.scheme, charge_prices=prices)), files


def layer_files(names: Iterable[Entry], folder: Path, findings: Findings) -> list[tuple[str, Path]]:
    """The files that are named, each with what it is called; one that is not there is noted.

    Files of the case are called by their path in it, wherever the case is; a shipped one by its
    name, with its folder before it where a file of the case is called alike.
    """
    found = [_find(one, folder, findings) for one in names]
    paths = with_lower([path for path in found if path is not None], findings)
    inside = {_inside(path, folder) for path in paths}
    return [(_inside(path, folder) or _shipped_name(path, inside), path) for path in paths]


def with_lower(paths: Iterable[Path], findings: Findings) -> list[Path]:
    """The same files, before each those that its key ``over`` names, unless they are named, too.

    A name of ``over`` is that of a file beside it, else of a shipped scheme; one that is neither
    is noted.
    """
    paths = list(paths)
    named = {path.resolve() for path in paths}
    order: list[Path] = []

    def below(path: Path) -> None:
        for entry in _over(path):
            lower = _beside(entry, path.parent, findings)
            if lower is not None and lower.resolve() not in named:
                named.add(lower.resolve())
                below(lower)
                order.append(lower)

    for path in paths:
        below(path)
        order.append(path)
    return order


def _over(path: Path) -> list[Entry]:
    """What a scheme file says that it lies over; nothing where it cannot be read."""
    read = read_yaml(path, path.name, Findings())
    named = read.get("over") if read is not None else None
    return [] if named is None else named.items or ([named] if named.text else [])


def _beside(entry: Entry, folder: Path, findings: Findings) -> Path | None:
    inside, shipped = folder / f"{entry.text}.yaml", shipped_schemes()
    if inside.is_file():
        return inside
    if entry.text in shipped:
        return shipped[entry.text]
    findings.add("SCHEME_UNKNOWN", entry.place, entry.text, near=near(entry.text, [*shipped]))
    return None


def _shipped_name(path: Path, taken: Collection[str]) -> str:
    ends = (Path(*path.parts[-count:]).as_posix() for count in range(1, len(path.parts)))
    return next(end for end in ends if end not in taken)


def inline_layer(entry: Entry) -> Layer:
    """The keys of case.yaml that a scheme could have, as the community's last layer."""
    placed = with_paths(entry)
    keys = (*SCHEME_KEYS, *SHARED_KEYS)
    own = {key: value for key, value in placed.mapping.items() if key in keys}
    ground = Ground(entry.get("reference").text)
    title = entry.get("title").text
    return Layer(entry.place.file, Entry(own, entry.place), "", title, ground=ground)


def _find(entry: Entry, folder: Path, findings: Findings) -> Path | None:
    """The file that a name stands for; noted where there is none."""
    shipped = shipped_schemes()
    inside = (folder / entry.text).resolve()
    if inside.is_relative_to(folder.resolve()) and inside.is_file():
        return inside
    if entry.text in shipped:
        return shipped[entry.text]
    whole = f"{entry.text}.yaml"
    there = sorted(path.name for path in folder.glob("*.yaml"))
    told = hint(whole) if whole in there else near(entry.text, [*shipped, *there])
    findings.add("SCHEME_UNKNOWN", entry.place, entry.text, near=told)
    return None


def _inside(path: Path, folder: Path) -> str:
    """The path within the case, blank for a file elsewhere."""
    root = folder.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
