"""Values of evaluations: scores, checks, estimates with their intervals, verdicts, boards.

metric_input.py: what a metric looks at: an output with its row, and what was fetched for it
scores.py: what a metric says: a score, undefined, a format failure or an error
evaluation_set.py: an evaluation as it is written down: variants, columns, goal; its cases
cells.py: cells of a sweep and how far each is; what a sweep will take
setting_up.py: what Setup needs to know: metrics, rows, a preview of a check
listing.py: what the list of the workspace has: evaluations, files of sets, drafts, data sets
results.py: scores of cases, counts of variants, comparisons, the outcome
outcome.py: whether the goal is met: printed sentence and exit status
identity.py: bytes for digests that later versions keep
checks.py: metrics with weight and threshold, sets of them, and their results
estimates.py: a number with its interval (`Estimate`); what a column adds up to (`ScoreSummary`)
verdict.py: what a comparison with the baseline says (`ComparisonVerdict`), and its sentence
calibration.py: how far confidences and outcomes agree (`Calibration`)
judge_agreement.py: agreement of two raters; the three gates of a judge (`JudgeGate`)
analysis.py: quality against cost, rows that changed, tags, calibration (`Analysis`)
judging.py: what a judge read (`LabelReading`), what is known of a judge, self-tests, bias probes
judge_tables.py: self-tests and bias reports as tables (`JudgeTable`)
pareto.py: variants by quality and cost (`Variant`, `FrontPlace`)
votes.py: votes on pairs of answers, and which is shown at the left (`Vote`, `VotePair`)
preferences.py: votes as rows for training (`PreferenceExport`)
board.py: candidates ranked by votes on pairs (`VoteBoard`, `Standing`)
grid/: the grid of cases x variants: cells, rows, which of them are shown
"""
