"""Checks and metrics, one file each. A new one is a file and a line here.

metric.py: `Metric`, the table of all, and the one place where a metric is run
checking.py: checks with threshold, weight and negation, and sets of checks
job.py: the same in a sandbox process, for many outputs at once
extraction/: which part of the output is judged; the filters of benchmarks
text/: exact, contains, starts with, regular expression, numeric
structured/: JSON: valid, equal, fields
overlap/: ROUGE, BLEU, chrF, token F1, edit distance
vectors/: embedding similarity, greedy token match
likelihood/: perplexity, bits per byte, likelihood, multiple choice
judges/: rubrics, claims, pairs, sampled consistency: read from label probabilities
models.py: parameters of metrics that ask a model
diversity/: distinct n-grams, self-BLEU, repetition, readability
puzzles/: puzzles with many right answers
code/: code in an output, run with the tests of its row
usage/: length, latency, tokens, finish reason
"""

# Each module registers its metrics; this is the order in which they are offered.
from workbench.evaluation.metrics.text import exact  # isort: skip
from workbench.evaluation.metrics.text import contains, starts_with, pattern, numeric  # isort: skip
from workbench.evaluation.metrics.structured import valid, equal, fields  # isort: skip
from workbench.evaluation.metrics.overlap import edit_distance, token_f1  # isort: skip
from workbench.evaluation.metrics.overlap import rouge, bleu, chrf  # isort: skip
from workbench.evaluation.metrics.vectors import cosine, greedy_match  # isort: skip
from workbench.evaluation.metrics.likelihood import perplexity, multiple_choice  # isort: skip
from workbench.evaluation.metrics.judges import rubric, claim, pairwise, sampled  # isort: skip
from workbench.evaluation.metrics.diversity import distinct, self_bleu  # isort: skip
from workbench.evaluation.metrics.diversity import repetition, readability  # isort: skip
from workbench.evaluation.metrics.usage import length, cost, finish_reason  # isort: skip
from workbench.evaluation.metrics.extraction import gsm8k, bbh  # isort: skip
from workbench.evaluation.metrics.puzzles import puzzle  # isort: skip
from workbench.evaluation.metrics.code import python_tests  # isort: skip
from workbench.evaluation.metrics.metric import METRICS, Metric

__all__ = [
    "METRICS",
    "Metric",
    "bbh",
    "bleu",
    "chrf",
    "claim",
    "contains",
    "cosine",
    "cost",
    "distinct",
    "edit_distance",
    "equal",
    "exact",
    "fields",
    "finish_reason",
    "greedy_match",
    "gsm8k",
    "length",
    "multiple_choice",
    "numeric",
    "pairwise",
    "pattern",
    "perplexity",
    "puzzle",
    "python_tests",
    "readability",
    "repetition",
    "rouge",
    "rubric",
    "sampled",
    "self_bleu",
    "starts_with",
    "token_f1",
    "valid",
]
