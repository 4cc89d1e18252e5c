"""Checks and metrics, one file each. A new one is a file and a line here.

metric.py: `Metric`, the table of all, and the one place where a metric is run
checking.py: checks with threshold, weight and negation, and sets of checks
job.py: the same in a sandbox process, for many outputs at once
extraction/: which part of the output is judged; the filters of benchmarks
text/: exact, contains, starts with, regular expression, numeric
overlap/: ROUGE, BLEU, chrF, token F1, edit distance
"""

from workbench.evaluation.metrics.text import (  # isort: skip - the order of the list
    exact,
    contains,
    starts_with,
    pattern,
    numeric,
)
from workbench.evaluation.metrics.overlap import (  # isort: skip
    edit_distance,
    token_f1,
    rouge,
    bleu,
    chrf,
)
from workbench.evaluation.metrics.extraction import gsm8k, bbh  # isort: skip
from workbench.evaluation.metrics.metric import METRICS, Metric

__all__ = [
    "METRICS",
    "Metric",
    "bbh",
    "bleu",
    "chrf",
    "contains",
    "edit_distance",
    "exact",
    "gsm8k",
    "numeric",
    "pattern",
    "rouge",
    "starts_with",
    "token_f1",
]
