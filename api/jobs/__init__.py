"""Long work: kinds of jobs, the process that does one, and the thread that looks after them."""

__all__: list[str] = []
