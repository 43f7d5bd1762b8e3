"""Pages: HTML over the same resources; so far the one by which the first administrator comes in."""

__all__: list[str] = []
