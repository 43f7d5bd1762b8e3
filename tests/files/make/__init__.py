"""Makes the example files: each module writes its own, the same bytes every time."""
