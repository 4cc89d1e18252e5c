"""The statistics of evaluations: pure functions of numbers, numpy only where it resamples or fits.

Results that the window shows are structs of `domain/evaluation/`. What cannot be known is None,
never NaN; numbers that are no scores, counts or shares raise `UsageError`.

distributions.py: the normal, t, beta and binomial distributions and their quantiles
intervals.py: intervals of shares (Wilson, Clopper-Pearson) and of means, with clusters
row_scores.py: the scores of a column, repeats folded; what they add up to
paired.py: two columns on common rows: t, exact McNemar, interval of shares, bootstrap
power.py: rows that a difference needs; the smallest difference that rows show
verdict.py: better, worse, no difference or not enough rows: the one function that decides
samples.py: pass@k and pass^k
calibration.py: ECE, Brier, log loss, AUROC
agreement.py: kappa, weighted kappa, AC1, alpha; votes until kappa is sure; Rogan-Gladen
judging.py: two orders of a pair combined; bias of position and length
pareto.py: the front of quality against cost
votes.py: votes on pairs become a board with ratings, intervals and rank ranges
davidson.py: the model behind it: strengths with ties, by Newton's method
corrections.py: p-values of many tests: Holm, Benjamini-Hochberg
repeats.py: whether repeats of one question tell strategies apart, and how many could
"""
