"""Those who do the workload, each a program: ``python -m tests.benchmarks.peers.raw``."""
