"""Words about a run, and the positions of a search's nodes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message, count_text
from workbench.ui.runs.tree_layout import lay_out_small
from workbench.ui.runs.words import (
    agreement_words,
    answer_rule,
    describe_sampling,
    limit_sentence,
    output_tokens,
    rate_text,
    state_word,
    tie_words,
)


def state_of(*events: Any) -> RunState:
    return fold_all(ev.LoggedEvent(1, seq, seq * 0.5, each) for seq, each in enumerate(events))


def call(name: str, samples: int = 1) -> ev.CallStarted:
    node, _, role = name.partition("/")
    return ev.CallStarted(
        call=name,
        node=node,
        role=role,
        messages=(Message.literal("user", "?"),),
        samples=samples,
        seeds=tuple(range(samples)),
        max_tokens=10,
        temperature=0.0,
    )


def text(name: str, sample: int = 0) -> ev.TextReceived:
    return ev.TextReceived(call=name, sample=sample, text="some")


def finished(name: str, sample: int = 0) -> ev.CallFinished:
    return ev.CallFinished(
        call=name,
        sample=sample,
        text="some",
        finish_reason="stop",
        prompt_tokens=340,
        evaluated_tokens=340,
        completion_tokens=3,
        seconds=1.0,
    )


def node(path: str, kind: str = "thought") -> ev.NodeAdded:
    parent = path.rpartition(".")[0]
    return ev.NodeAdded(
        node=path, parent=parent, depth=path.count("."), text=f"thought {path}", kind=kind
    )


def test_states_in_words() -> None:
    reading = ev.PromptEvaluated(call="0/answer", done_tokens=120, total_tokens=340)
    assert state_word(RunState(), {}).text == "Queued"
    assert state_word(state_of(call("0/answer")), {}).text == "Queued"
    assert state_word(state_of(call("0/answer"), reading), {}).text == "Reading 120 of 340"
    live = state_of(call("0/answer"), reading, text("0/answer"))
    assert state_word(live, {}).text == "Generating"
    assert state_word(state_of(call("0/answer"), finished("0/answer")), {}).text == "Working"
    paths = state_of(call("0/path", 3), text("0/path"), finished("0/path", 1))
    assert state_word(paths, {}).text == "1 of 3 paths"


@pytest.mark.parametrize("status", ["done", "failed", "cancelled", "interrupted"])
def test_every_end_has_a_word_and_an_icon(status: Any) -> None:
    word = state_word(RunState(status=status), {})
    assert word.text.casefold() == {"cancelled": "stopped"}.get(status, status)
    assert word.icon


def test_a_run_that_its_budget_ended_is_not_just_done() -> None:
    assert state_word(RunState(status="done", limit="tokens"), {}).text == "Budget reached"


def test_steps_of_a_search_are_counted() -> None:
    start = (node("0", "question"), call("0/propose"), text("0/propose"))
    assert state_word(state_of(*start), {"depth": 3}).text == "Step 1 of 3"
    later = (*start, finished("0/propose"), node("0.0"), call("0.0/value"), text("0.0/value"))
    assert state_word(state_of(*later), {"depth": 3}).text == "Step 1 of 3"
    deeper = (*later, finished("0.0/value"), call("0.0/propose"), text("0.0/propose"))
    assert state_word(state_of(*deeper), {"depth": 3}).text == "Step 2 of 3"
    answering = (node("0", "question"), node("0.0"), call("0.0/answer"), text("0.0/answer"))
    assert state_word(state_of(*answering), {"depth": 3}).text == "Answering"


def test_the_rule_of_an_answer() -> None:
    assert answer_rule(None, {"extraction": "last_number"}) == "last number"
    whole = ev.Parsed(node="0", rule="whole output", value="x", raw="x")
    assert answer_rule(state_of(whole), {}) == "whole output"
    voted = state_of(
        whole,
        ev.Voted(tally=(("x", 4), (None, 1)), winner="x", tie_rule="none"),
        ev.RunFinished(
            status="done", answer="x", output="x", node="0", finish_reason="stop", seconds=1
        ),
    )
    assert answer_rule(voted, {}) == "4 of 5 votes, whole output"
    assert tie_words((("7", 2), ("8", 2), (None, 3)), "none") == "A tie has no winner"
    assert tie_words((("7", 2), ("8", 1)), "first_seen") == "", "no text where there is none"
    assert tie_words(((None, 4),), "first_seen") == ""


def test_how_many_votes_agree() -> None:
    assert agreement_words((("7", 3), ("8", 2))) == "3 of 5 agree"
    assert agreement_words((("7", 2), ("8", 2), (None, 1))) == "tie at 2 of 5"
    assert agreement_words((("7", 1), ("8", 1), ("9", 1))) == "no two of 3 agree"
    assert agreement_words((("7", 1),)) == "1 answer"
    assert agreement_words(((None, 4),)) == "no answers"


def test_a_run_that_did_not_come_to_its_own_end_says_so() -> None:
    def word(reason: str, limit: str = "") -> str:
        return state_word(RunState(status="done", finish_reason=reason, limit=limit), {}).text

    assert word("stop") == word("answer") == "Done"
    assert word("repeating") == "Repeated itself"
    assert word("length") == "Length limit"
    assert word("length", "tokens") == "Budget reached"


def test_numbers_have_units() -> None:
    assert rate_text(0, 3.0) == "–"
    assert rate_text(104, 8.3) == "12.5"
    assert count_text(1024, "node") == "1,024 nodes"
    assert "token budget" in limit_sentence(RunState(limit="tokens"))
    assert "repeated itself" in limit_sentence(RunState(status="done", finish_reason="repeating"))
    assert limit_sentence(RunState(status="done", finish_reason="answer")) == ""
    assert describe_sampling(Sampling(), 7).endswith("512 tokens · seed 7")


def test_a_search_is_laid_out_without_overlap() -> None:
    nodes = [node("0", "question")]
    nodes += [node(f"0.{index}") for index in range(3)]
    nodes += [node(f"0.{first}.{index}") for first in range(2) for index in range(2)]
    pruned = ev.Pruned(nodes=("0.2",), reason="not among the best 2")
    best = ev.BestUpdated(node="0.1.0", answer=None, output="")
    layout = lay_out_small(state_of(*nodes, pruned, best, call("0.1.0/propose")))
    cards = layout.cards
    assert (layout.height, len(layout.columns)) == (5, 4)
    places = [(card.depth, card.top) for card in cards.values()]
    assert len(set(places)) == len(places)
    assert cards["0.0"].top == (cards["0.0.0"].top + cards["0.0.1"].top) / 2
    assert [name for name, card in cards.items() if card.best] == ["0", "0.1", "0.1.0", "0.1.0.+"]
    assert cards["0.1.0.+"].call


def test_a_search_of_two_thousand_nodes_is_laid_out() -> None:
    nodes = [node("0", "question"), *(node(f"0.{index}") for index in range(2000))]
    assert lay_out_small(state_of(*nodes)).height == 2000


def test_the_tokens_of_the_text_are_without_those_that_a_resume_wrote_again() -> None:
    cut = msgspec.structs.replace(finished("0/answer"), finish_reason="cancelled")
    stopped = state_of(call("0/answer"), text("0/answer"), cut)
    assert output_tokens(stopped) == 3
    again = (call("0/answer"), text("0/answer"), finished("0/answer"))
    resumed = state_of(call("0/answer"), text("0/answer"), cut, *again)
    assert output_tokens(resumed) == 3
    assert resumed.generated_tokens == 6
