"""Where the tokens of two runs first differ."""

from __future__ import annotations

import math

from workbench.domain.runs.pair import Candidate, Parting, find_parting, has_tokens
from workbench.domain.runs.run_state import CallState, RunState, SampleState
from workbench.domain.text import Token


def _state(**calls: list[list[Token]]) -> RunState:
    state = RunState()
    for name, samples in calls.items():
        found = [
            SampleState(text="".join(token.text for token in tokens), tokens=tokens)
            for tokens in samples
        ]
        call = CallState(name, "0", "answer", (), found, 0.0)
        state.calls[name] = call
    return state


def _tokens(text: str) -> list[Token]:
    return [Token(ord(letter), letter, math.log(0.5), (("z", math.log(0.25)),)) for letter in text]


def test_equal_runs_do_not_part() -> None:
    assert find_parting(_state(a=[_tokens("abc")]), _state(a=[_tokens("abc")])) is None


def test_the_first_other_token_is_counted_over_all_calls() -> None:
    left = _state(a=[_tokens("ab"), _tokens("c")], b=[_tokens("dez")])
    right = _state(a=[_tokens("ab"), _tokens("c")], b=[_tokens("dzz")])
    assert find_parting(left, right) == Parting(
        number=5,
        call="b",
        left_count=6,
        right_count=6,
        candidates=(Candidate("e", 0.5, None), Candidate("z", 0.25, 0.5)),
    )


def test_a_run_that_goes_on_and_a_call_that_one_did_not_make_differ() -> None:
    longer = find_parting(_state(a=[_tokens("ab")]), _state(a=[_tokens("abc")]))
    assert longer is not None
    assert (longer.number, longer.candidates) == (3, (Candidate("c", None, 0.5),))
    more = find_parting(_state(a=[_tokens("ab")]), _state(a=[_tokens("ab")], b=[_tokens("x")]))
    assert more is not None
    assert (more.number, more.call) == (3, "b")


def test_runs_of_other_strategies_are_compared_in_the_order_of_their_calls() -> None:
    assert find_parting(_state(answer=[_tokens("abc")]), _state(reason=[_tokens("abc")])) is None
    parting = find_parting(
        _state(answer=[_tokens("abc")]), _state(reason=[_tokens("abc")], last=[_tokens("d")])
    )
    assert parting is not None
    assert (parting.number, parting.call) == (4, "2")


def test_a_text_without_its_tokens_is_not_compared_by_them() -> None:
    assert has_tokens(_state(a=[_tokens("ab")]))
    state = _state(a=[[]])
    state.calls["a"].samples[0].text = "of a server"
    assert not has_tokens(state)
