"""Scripts that make the files of `tests/files`, always the same bytes."""
