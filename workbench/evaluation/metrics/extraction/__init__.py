"""What of an output is judged: our rules, and those of benchmarks where figures must agree."""
