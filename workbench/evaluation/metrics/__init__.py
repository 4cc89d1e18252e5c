"""Checks and metrics, one file each. A new one is a file and a line here.

metric.py: `Metric`, the table of all, and the one place where a metric is run
checking.py: checks with threshold, weight and negation, and sets of checks
job.py: the same in a sandbox process, for many outputs at once
extraction/: which part of the output is judged; the filters of benchmarks
text/: exact, contains, starts with, regular expression, numeric
"""

from workbench.evaluation.metrics.text import (  # isort: skip - the order of the list
    exact,
    contains,
    starts_with,
    pattern,
    numeric,
)
from workbench.evaluation.metrics.extraction import gsm8k, bbh  # isort: skip
from workbench.evaluation.metrics.metric import METRICS, Metric

__all__ = [
    "METRICS",
    "Metric",
    "bbh",
    "contains",
    "exact",
    "gsm8k",
    "numeric",
    "pattern",
    "starts_with",
]
