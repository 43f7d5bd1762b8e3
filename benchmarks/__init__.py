"""Speed, measured honestly: kernels on their own, and whole settlements beside other engines.

``python -m benchmarks.peers`` compares; ``pytest benchmarks`` times kernels. Nothing here is a
test: a slow machine never fails the build, but an answer that differs does.
"""
