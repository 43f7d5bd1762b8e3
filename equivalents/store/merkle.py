"""Merkle trees as RFC 6962 makes them: a root over lines, and a short proof that a line is in it.

A leaf is SHA-256 over the byte 0 and the line, a node over the byte 1 and its two children; a list
is parted at the largest power of two below its length, which is the same as pairing neighbours
level by level and taking an odd last one up as it is. So no line can pass for a node.
Source: specification page 2 "A period's life"; issue 7 "Life of a period".
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

__all__ = ["LEFT", "RIGHT", "leaf_hash", "node_hash", "proof_of", "root_of", "tree_of", "walked"]

LEFT: Final = "left"
RIGHT: Final = "right"
"""On which side of the way up the other hash stands."""


def leaf_hash(line: str) -> bytes:
    """The hash of a line."""
    return sha256(b"\0" + line.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\1" + left + right).digest()


def tree_of(lines: Iterable[str]) -> list[list[bytes]]:
    """All hashes, level by level from the leaves to the root; no lines, no levels."""
    level = [leaf_hash(line) for line in lines]
    levels = [level] if level else []
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [node_hash(left, right) for left, right in pairs]
        if len(level) % 2:
            above.append(level[-1])
        levels.append(above)
        level = above
    return levels


def root_of(tree: Sequence[Sequence[bytes]]) -> str:
    """The root in hexadecimal; of no lines the hash of nothing."""
    return (tree[-1][0] if tree else sha256(b"").digest()).hex()


def proof_of(tree: Sequence[Sequence[bytes]], index: int) -> list[list[str]]:
    """The way from a leaf to the root: pairs of side and hash, in the order they are taken.

    Raises:
        IndexError: there is no such leaf.
    """
    if not tree or not 0 <= index < len(tree[0]):
        raise IndexError(index)
    path = []
    for level in tree[:-1]:
        other = index ^ 1
        if other < len(level):
            path.append([LEFT if other < index else RIGHT, level[other].hex()])
        index //= 2
    return path


def walked(line: str, path: Iterable[Sequence[str]]) -> str:
    """The root that a line and its way up come to."""
    node = leaf_hash(line)
    for side, other in path:
        beside = bytes.fromhex(other)
        node = node_hash(beside, node) if side == LEFT else node_hash(node, beside)
    return node.hex()
