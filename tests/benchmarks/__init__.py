"""The benchmark of the engine: ``python -m tests.benchmarks`` or ``make bench``."""
