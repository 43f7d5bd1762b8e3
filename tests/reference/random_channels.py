"""Random channels: parts of items that add to 1, or one that buys what the others leave (B1)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.reference.random_fundkinds import REFERENCE, FundPlan, Yaml

NAMES = ("c-items", "c-fixed", "c-floating")
WHOLE = (("1",), ("0.6", "0.4"), ("1/3", "2/3"), ("0.25", "0.25", "0.5"))
SOME = ((), ("1",), ("0.6",), ("1/3",), ("0.6", "0.4"), ("1/3", "1/3"))
"""Where a channel buys the others: it takes the rest."""


def give_channels(plan: FundPlan) -> None:
    """Make three channels of the items; the parts of each item add to 1."""
    plan.channels.update({name: {"reference": REFERENCE} for name in NAMES})
    every = sorted({item for found in plan.items.values() for item in found})
    if plan.rng.random() < 0.4:
        _with_others(plan, every)
    else:
        _listed(plan, every)
    for name in NAMES:
        items = plan.channels[name].get("items") or {}
        if items and set(items.values()) == {"1"} and plan.rng.random() < 0.5:
            plan.channels[name]["items"] = sorted(items)
        elif not items:
            # It buys nothing, and what the others have nobody buys beside them (B1).
            plan.channels[name].pop("items", None)
    dated = any({"valid_from", "valid_to"} & one.keys() for one in plan.channels.values())
    if not dated and plan.rng.random() < 0.3:
        # All from one day on or to one day: on every other day nobody buys.
        when = {plan.rng.choice(("valid_from", "valid_to")): plan.month()}
        for channel in plan.channels.values():
            channel.update(when | ({"title": "渠道"} if plan.rng.random() < 0.5 else {}))


def _listed(plan: FundPlan, every: Sequence[str]) -> None:
    """Let every item be listed, by one channel or by several."""
    for item in every:
        # A fund without a channel would buy what the others have: each channel lists something.
        parts = plan.rng.choice(WHOLE) if item != every[0] else WHOLE[-1]
        for name, part in zip(plan.rng.sample(NAMES, len(parts)), parts, strict=True):
            plan.channels[name].setdefault("items", {})[item] = part


def _with_others(plan: FundPlan, every: Sequence[str]) -> None:
    """Let one channel buy what two others leave; these begin or end on days of their own."""
    rng = plan.rng
    rest = rng.choice(NAMES[1:])  # prices of items ask for a channel that lists them
    plan.channels[rest]["others"] = "yes"
    listing = [name for name in NAMES if name != rest]
    for item in every:
        parts = rng.choice(SOME)
        for name, part in zip(rng.sample(listing, len(parts)), parts, strict=True):
            plan.channels[name].setdefault("items", {})[item] = part
    for name in listing:
        if rng.random() < 0.5:
            dated: Yaml = {rng.choice(("valid_from", "valid_to")): plan.month()}
            plan.channels[name].update(dated)
