"""Re-adds where the money of a pool came from, from the printed text alone (B10)."""

import re
from fractions import Fraction
from math import floor, prod

from tests.statement_steps import Factors

__all__ = ["PoolSource"]

_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
_FACTORS = r"-?[0-9][0-9./]*(?: × -?[0-9][0-9./]*)*"
_BY = r"(?:  \[依据 .*\])?$"
_SOURCE = re.compile(rf"^    来源 source (\S+ (?:given|surplus|fund|approved)).*: {_NUMBER}{_BY}")
_LINE = re.compile(
    rf"^    (?:应得 due|核定 approved|收支 account) .*?: (?:({_FACTORS}) ([=≈]) )?{_NUMBER}"
    rf"(?:  \[人均 a head -?[0-9.]+，仅供展示 for display\])?$"
)
_PAYER = re.compile(rf"^    出资 payer .*: {_NUMBER}$")
_BRIDGE = re.compile(
    rf"^    转入 bridge (\w+): (?:\({_NUMBER} - {_NUMBER}\)|{_NUMBER}) × ([0-9./]+)"
    rf" = {_NUMBER}(?:, 只余 left {_NUMBER})?{_BY}"
)
_RISE = re.compile(
    rf"^    机构系数大于 1 raised: {_NUMBER} × {_NUMBER} = {_NUMBER}, 超出 excess {_NUMBER} 由 .*$"
)
_CAP = re.compile(
    rf"^    总量扣减 pay cap: {_NUMBER} - {_NUMBER} = {_NUMBER}, 总量 cap {_NUMBER}, .*$"
)


def _fen(text: str) -> int:
    yuan = Fraction(text) * 100
    assert yuan.denominator == 1, text
    return int(yuan)


class PoolSource:
    """The lines between a pool and its first step, as they come."""

    def __init__(self, factors: Factors) -> None:
        self._factors = factors
        self.kind = ""
        self.base = 0
        self.lines: list[int] = []
        self.parts: list[int] = []
        self.fen: int | None = None
        """What the pool has by these lines."""

    def read(self, line: str) -> bool:
        """Take a line; false where it tells nothing of a source."""
        for pattern, take in (
            (_SOURCE, self._source), (_LINE, self._line), (_PAYER, self._payer),
            (_BRIDGE, self._bridge), (_RISE, self._rise), (_CAP, self._cap),
        ):  # fmt: skip
            if found := pattern.match(line):
                take(found, line)
                return True
        return False

    def check(self, pool_fen: int | None, where: str) -> None:
        """Lines and payers add up to the base, the last line is what the pool has."""
        assert self.kind, where
        assert self.fen == pool_fen, where
        assert self.kind == "given" or sum(self.lines) == self.base, where
        assert not self.parts or sum(self.parts) == self.base, where

    def _source(self, found: re.Match[str], line: str) -> None:
        assert not self.kind, line
        self.kind, self.base = found[1].split()[1], _fen(found[2])
        self.fen = self.base if self.kind == "given" else None

    def _line(self, found: re.Match[str], line: str) -> None:
        self.lines.append(_fen(found[3]))
        if found[1] and found[2] == "=":
            exact = prod(map(Fraction, found[1].split(" × ")), start=Fraction(100))
            assert abs(exact - self.lines[-1]) < 1, line

    def _payer(self, found: re.Match[str], _: str) -> None:
        self.parts.append(_fen(found[1]))

    def _bridge(self, found: re.Match[str], line: str) -> None:
        rule, less_base, costs, base, share, made, left = found.groups()
        assert _fen(base or less_base) == self.base, line
        rest = max(self.base - (_fen(costs) if costs else 0), 0) * Fraction(share)
        by_rule = {"odd_to_development": floor(rest), "odd_to_pay": -floor(-rest)}
        assert by_rule.get(rule, floor(rest + Fraction(1, 2))) == _fen(made), line
        self.fen = _fen(left or made)
        assert self.fen <= _fen(made), line

    def _rise(self, found: re.Match[str], line: str) -> None:
        before, coefficient, raised, excess = found.groups()
        assert _fen(before) == self.fen, line
        assert floor(_fen(before) * Fraction(coefficient) + Fraction(1, 2)) == _fen(raised), line
        assert _fen(raised) - _fen(before) == _fen(excess), line
        self._factors.begin(Fraction(coefficient), line)
        self.fen = _fen(raised)

    def _cap(self, found: re.Match[str], line: str) -> None:
        made, taken, rest, _ = map(_fen, found.groups())
        assert self.fen == made, line
        assert made - taken == rest, line
        self.fen = rest
