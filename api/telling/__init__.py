"""What the service tells those who run it: one line a request, and counts. Never about whom."""

__all__: list[str] = []
