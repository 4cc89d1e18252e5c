"""GBNF expressions for JSON numbers between bounds."""

from __future__ import annotations

_MOST_DIGITS = 15
"""Whole numbers up to here are exact in every JSON reader."""
_FRACTION = '("." [0-9]{1,15})?'


def integers(low: int | None, high: int | None) -> str:
    """Whole numbers from ``low`` to ``high``, both included; None is no bound.

    An empty text where there are none.
    """
    found: list[str] = []
    if low is None or low < 0:
        least = 1 if high is None or high >= 0 else -high
        most = None if low is None else -low
        found += [f'"-" {part}' for part in _positive(least, most)]
    if high is None or high >= 0:
        least = 0 if low is None else max(low, 0)
        if least == 0:
            found.append('"0"')
        found += _positive(max(least, 1), high)
    return " | ".join(found)


def numbers(low: int | None, high: int | None) -> str:
    """Numbers from ``low`` to ``high``, both included, without exponents; None is no bound.

    An empty text where ``low`` is above ``high``.
    """
    found: list[str] = []
    if low is None or low < 0:
        least = 0 if high is None or high >= 0 else -high
        found += [f'"-" {part}' for part in _with_fractions(least, None if low is None else -low)]
    if high is None or high >= 0:
        found += _with_fractions(0 if low is None else max(low, 0), high)
    return " | ".join(found)


def _with_fractions(low: int, high: int | None) -> list[str]:
    """Numbers that are not negative; the upper bound itself has no fraction but zeros."""
    if high is not None and low > high:
        return []
    whole = ['"0"'] if low == 0 and (high is None or high > 0) else []
    whole += _positive(max(low, 1), None if high is None else high - 1)
    found = [f"({' | '.join(whole)}) {_FRACTION}"] if whole else []
    if high is not None:
        found.append(f'"{high}" ("." "0"{{1,15}})?')
    return found


def _positive(low: int, high: int | None) -> list[str]:
    """Whole numbers from ``low`` (at least 1) to ``high``, by their number of digits."""
    found: list[str] = []
    fewest = len(str(low))
    if high is None:
        if low != 10 ** (fewest - 1):
            found.append(_same_length(str(low), "9" * fewest))
            fewest += 1
        if fewest <= _MOST_DIGITS:
            found.append(f"[1-9] [0-9]{{{fewest - 1},{_MOST_DIGITS - 1}}}")
        return found
    for digits in range(fewest, len(str(high)) + 1):
        least, most = max(low, 10 ** (digits - 1)), min(high, 10**digits - 1)
        if least <= most:
            found.append(_same_length(str(least), str(most)))
    return found


def _same_length(low: str, high: str) -> str:
    """Digits from ``low`` to ``high``, texts of one length, as one expression."""
    if low == high:
        return f'"{low}"'
    if set(low) == {"0"} and set(high) == {"9"}:
        return f"[0-9]{{{len(low)}}}" if len(low) > 1 else "[0-9]"
    if len(low) == 1:
        return f"[{low}-{high}]"
    if low[0] == high[0]:
        return f'"{low[0]}" {_same_length(low[1:], high[1:])}'
    rest = len(low) - 1
    parts: list[str] = []
    first, last = int(low[0]), int(high[0])
    if low[1:] != "0" * rest:
        parts.append(f'"{first}" {_same_length(low[1:], "9" * rest)}')
        first += 1
    if high[1:] != "9" * rest:
        parts.append(f'"{last}" {_same_length("0" * rest, high[1:])}')
        last -= 1
    if first <= last:
        head = f"[{first}-{last}]" if first < last else f'"{first}"'
        parts.append(f"{head} {_same_length('0' * rest, '9' * rest)}")
    return f"({' | '.join(parts)})" if len(parts) > 1 else parts[0]
