"""Roots and proofs against a tiny tree written from RFC 6962's own recursive definition.

Faults it catches: an odd last leaf doubled instead of taken up; a node that passes for a leaf; a
proof whose sides are swapped.
"""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.store.merkle import leaf_hash, node_hash, proof_of, root_of, tree_of, walked

LINES = st.lists(st.text(max_size=8), max_size=40)


def obvious(lines: list[str]) -> bytes:
    """RFC 6962, 2.1: parted at the largest power of two below the length."""
    if not lines:
        return sha256(b"").digest()
    if len(lines) == 1:
        return sha256(b"\x00" + lines[0].encode()).digest()
    half = 1
    while half * 2 < len(lines):
        half *= 2
    return sha256(b"\x01" + obvious(lines[:half]) + obvious(lines[half:])).digest()


@given(LINES)
def test_the_root_is_that_of_the_recursive_definition(lines: list[str]) -> None:
    assert root_of(tree_of(lines)) == obvious(lines).hex()


@given(LINES)
def test_every_line_is_proven_and_no_other_is(lines: list[str]) -> None:
    tree = tree_of(lines)
    root = root_of(tree)
    for at, line in enumerate(lines):
        path = proof_of(tree, at)
        assert walked(line, path) == root
        assert walked(line + "x", path) != root
        assert len(path) <= max(len(lines) - 1, 0).bit_length()


@pytest.mark.parametrize("size", range(1, 34))
def test_lists_of_each_size(size: int) -> None:
    lines = [str(n) for n in range(size)]
    tree = tree_of(lines)
    assert root_of(tree) == obvious(lines).hex()
    assert all(walked(line, proof_of(tree, n)) == root_of(tree) for n, line in enumerate(lines))
    with pytest.raises(IndexError):
        proof_of(tree, size)


def test_known_roots_and_parted_kinds() -> None:
    # The test vectors of certificate transparency: of nothing, and of one empty leaf.
    assert root_of([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash("").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    one, two = leaf_hash("1"), leaf_hash("2")
    assert node_hash(one, two) != leaf_hash((one + two).decode("latin-1"))
    assert root_of(tree_of(["1", "2", "2"])) != root_of(tree_of(["1", "2", "2", "2"]))
