"""Figures that no document founds 示例, told once each where money was computed with them.

A shipped scheme fills what its source leaves open, so that it runs; whoever settles by it has to
know. Source: issue "Schemes as dated data".
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from equivalents.bridge import Bridged
from equivalents.errors import Place, Problem
from equivalents.fundfacts import Money
from equivalents.paycap import Capped
from equivalents.policy.funds import Dated, Version
from equivalents.sharetest import ShareResult

__all__ = ["illustrative_figures", "illustrative_versions"]

_Named = tuple[str, Version[Any]]


def illustrative_figures(
    money: Money,
    made: Sequence[Bridged],
    caps: Sequence[Capped],
    tests: Sequence[ShareResult],
    day: int,
    components: Sequence[tuple[str, Version[Any]]] = (),
) -> list[Problem]:
    """A warning ``FIGURE_ILLUSTRATIVE`` for each illustrative figure in use, by file and line.

    Those of bridges, caps and tests of shares are taken as of ``day``, the period's last;
    ``components`` are the figures that components were paid by.
    """
    return illustrative_versions((*money.used, *_others(made, caps, tests, day), *components))


def illustrative_versions(named: Iterable[tuple[str, Version[Any] | None]]) -> list[Problem]:
    """A warning for each illustrative version among some that were used, by file and line."""
    found: dict[tuple[str, Place], Version[Any]] = {}
    for name, version in named:
        if version is not None and version.illustrative:
            found.setdefault((name, version.place), version)
    ordered = sorted(found.items(), key=lambda one: (one[0][1].file, one[0][1].row or 0, one[0][0]))
    return [
        Problem("FIGURE_ILLUSTRATIVE", place, name, {"reference": version.reference or "-"})
        for (name, place), version in ordered
    ]


def _others(
    made: Sequence[Bridged], caps: Sequence[Capped], tests: Sequence[ShareResult], day: int
) -> Iterator[_Named]:
    figures: list[tuple[str, Dated[Any] | None]] = [
        (f"{one.bridge.pool}.share", one.bridge.share) for one in made
    ]
    for one in caps:
        for at, term in enumerate(one.rule.terms, start=1):
            figures.append((f"pay_cap.terms[{at}].rate", term.rate_e4))
            figures.append((f"pay_cap.terms[{at}].share", term.share))
    figures += [(f"{one.test.name}.at_least", one.test.at_least) for one in tests]
    yield from _on(figures, day)


def _on(figures: Iterable[tuple[str, Dated[Any] | None]], day: int) -> Iterator[_Named]:
    for name, dated in figures:
        version = dated.on(day) if dated is not None else None
        if version is not None:
            yield name, version
