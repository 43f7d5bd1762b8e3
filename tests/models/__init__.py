"""Slow, obvious models of single rooms, in fractions: what unit tests compare them with."""
