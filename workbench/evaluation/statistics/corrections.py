"""p-values of several tests, adjusted for being several."""

from __future__ import annotations

from collections.abc import Sequence


def holm(values: Sequence[float]) -> tuple[float, ...]:
    """p-values of several tests, adjusted so that any false finding among them stays as rare.

    For "which prompt is better". Source: Holm, S. (1979), A simple sequentially rejective multiple
    test procedure, Scandinavian Journal of Statistics 6, 65-70. Returned in the order given, at
    most 1.
    """
    adjusted = [0.0] * len(values)
    reached = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        reached = max(reached, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = reached
    return tuple(adjusted)


def holm_levels(values: Sequence[float], level: float = 0.05) -> tuple[float, ...]:
    """The level at which Holm's procedure tests each of several p-values.

    The smallest is tested at level / m, the next at level / (m - 1), and so on until one is not
    rejected; those from there on share its level. An interval of confidence 1 - that level excludes
    0 exactly where Holm rejects. Source: Serlin, R. C. (1993), Confidence intervals and the
    scientific method: a case for Holm on the range, Journal of Experimental Education 61, 350-360.
    """
    levels = [0.0] * len(values)
    stopped: float | None = None
    for rank, place in enumerate(sorted(range(len(values)), key=lambda each: values[each])):
        own = level / (len(values) - rank) if stopped is None else stopped
        levels[place] = own
        if values[place] >= own:
            stopped = own
    return tuple(levels)


def benjamini_hochberg(values: Sequence[float]) -> tuple[float, ...]:
    """p-values adjusted so that the share of false findings among all findings is bounded.

    For screening tags. Source: Benjamini, Y., Hochberg, Y. (1995), Controlling the false discovery
    rate, Journal of the Royal Statistical Society B 57, 289-300. Returned in the order given, at
    most 1.
    """
    adjusted = [0.0] * len(values)
    reached = 1.0
    order = sorted(range(len(values)), key=lambda each: values[each], reverse=True)
    for place, rank in zip(order, range(len(values), 0, -1), strict=True):
        reached = min(reached, values[place] * len(values) / rank)
        adjusted[place] = reached
    return tuple(adjusted)
