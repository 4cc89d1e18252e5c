"""A parse that failed is seen as what it is, by all who look at what was read."""

from __future__ import annotations

from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import fold_all


def test_a_failed_parse_is_counted_and_stands_among_what_was_read():
    events = (
        ev.NodeAdded(node="0", parent="", depth=0),
        ev.Parsed(node="0", rule="last line", value="4", raw="so 4", call="0/answer"),
        ev.ParseFailed(node="0", rule="sure / likely", raw="hm", call="0/value", sample=1),
    )
    state = fold_all(ev.LoggedEvent(1, at, 0.0, event) for at, event in enumerate(events))
    assert state.parse_failures == 1
    assert [(each.value, each.raw) for each in state.parsed] == [("4", "so 4"), (None, "hm")]
    assert (state.parsed[1].call, state.parsed[1].sample) == ("0/value", 1)
