"""What the service tells about itself: lines of a log, and counters; never who somebody is."""

__all__: list[str] = []
