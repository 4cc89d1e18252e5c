"""What was, or was not, read out of an output, as an event."""

from __future__ import annotations

from workbench.domain.events import Event, Parsed, ParseFailed
from workbench.domain.extraction import ExtractionRule


def read_out(
    node: str, rule: ExtractionRule, value: str | None, raw: str, call: str, sample: int = 0
) -> Event:
    """Parsed, or ParseFailed where ``value`` is None."""
    described = rule.describe()
    if value is None:
        return ParseFailed(node=node, rule=described, raw=raw, call=call, sample=sample)
    return Parsed(node=node, rule=described, value=value, raw=raw, call=call, sample=sample)
