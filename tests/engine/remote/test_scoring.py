"""How probable given texts are, in the three ways that servers allow."""

from __future__ import annotations

import math

import pytest

from workbench.domain.errors import RemoteError, UnsupportedError
from workbench.domain.text import Message, Segment
from workbench.engine.protocol import ScoreRequest
from workbench.engine.remote.scoring import first_token_logprobs

from .scripted_server import ScriptedServer, refuse

LABELS = ("sure", "likely")


def score_request(**changes):
    messages = (Message.literal("user", "Is it?"),)
    given = {"segments": (Segment("Is it?"),), "messages": messages, "continuations": LABELS}
    return ScoreRequest(**(given | changes))


def whole(tokens, usage=(9, 1)):
    """A script that answers with one choice of these tokens, each (text, id, logprob, others)."""

    async def script(exchange):
        content = [
            {"token": text, "id": number, "logprob": logprob, "top_logprobs": others}
            for text, number, logprob, others in tokens
        ]
        choice = {"index": 0, "message": {"content": ""}, "logprobs": {"content": content}}
        counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        await exchange.reply({"choices": [choice], "usage": counts})

    return script


async def properties(exchange):
    await exchange.reply({"default_generation_settings": {"n_ctx": 512}, "total_slots": 4})


async def letters(exchange):
    """A tokenizer whose tokens are letters."""
    text = exchange.body.get("content") or exchange.body.get("prompt")
    if "messages" in exchange.body:
        text = exchange.body["messages"][0]["content"]
    await exchange.reply({"tokens": [ord(letter) for letter in text]})


async def test_llama_server_is_held_to_the_tokens_of_each_text(connect):
    async def forced(exchange):
        ids = [int(part.strip("<[]>")) for part in exchange.body["grammar"].split()[2:]]
        assert exchange.body["max_tokens"] == len(ids)
        await whole([(chr(number), number, -0.5, []) for number in ids])(exchange)

    server = ScriptedServer(forced, owner="llamacpp", tokenize=letters, props=properties)
    engine = await connect(server)
    scores = await engine.score(score_request(prefix="Well, "))
    assert [found.logprob for found in scores.continuations] == [-2.0, -3.0]
    assert [token.text for token in scores.continuations[0].tokens] == list("sure")
    assert server.chats[0].body["messages"][-1] == {"role": "assistant", "content": "Well, "}
    assert scores.prompt_tokens == 9


async def test_a_text_by_itself_is_foreseen_from_its_first_token(connect):
    async def forced(exchange):
        assert exchange.body["prompt"] == [ord("s")]
        await whole([(letter, ord(letter), -0.5, []) for letter in "ure"])(exchange)

    async def echo(exchange):
        reported = {
            "tokens": [*"sure"],
            "token_logprobs": [None, -1, -1, -1],
            "text_offset": [0, 1, 2, 3],
        }
        await exchange.reply({"choices": [{"index": 0, "logprobs": reported}]})

    asked = score_request(segments=(), messages=(), continuations=("sure",))
    scripts = {"tokenize": letters, "props": properties, "completions": forced}
    engine = await connect(ScriptedServer(refuse(500, "not asked"), owner="llamacpp", **scripts))
    assert (await engine.score(asked)).continuations[0].logprob == -1.5
    engine = await connect(ScriptedServer(refuse(500, "not asked"), completions=echo))
    assert (await engine.score(asked)).continuations[0].logprob == -3
    long = score_request(segments=(), messages=(), continuations=("s" * 2000,))
    engine = await connect(ScriptedServer(refuse(500, "not asked"), owner="llamacpp", **scripts))
    with pytest.raises(UnsupportedError, match="too long"):
        await engine.score(long)


async def test_a_server_that_does_not_keep_to_the_tokens_is_not_believed(connect):
    script = whole([("x", 1, -0.5, [])])
    server = ScriptedServer(script, owner="llamacpp", tokenize=letters, props=properties)
    with pytest.raises(UnsupportedError, match="does not keep to the tokens"):
        await (await connect(server)).score(score_request())


async def test_vllm_sends_the_prompt_back_with_its_probabilities(connect):
    async def echo(exchange):
        choices = []
        for index, ids in enumerate(exchange.body["prompt"]):
            count = len(ids) + 1  # and one that was generated
            reported = {
                "tokens": [*map(chr, ids), "!"],
                "token_logprobs": [None, *[-1.0] * (count - 1)],
                "top_logprobs": [None, *[{"z": -0.3, "y": -2.0}] * (count - 1)],
            }
            choices.append({"index": index, "logprobs": reported})
        await exchange.reply({"choices": choices, "usage": {"prompt_tokens": 21}})

    server = ScriptedServer(refuse(500, "not asked"), owner="vllm", tokenize=letters,
                            completions=echo)  # fmt: skip
    scores = await (await connect(server)).score(score_request(alternatives=1))
    assert [found.logprob for found in scores.continuations] == [-4.0, -6.0]
    assert [token.text for token in scores.continuations[1].tokens] == list("likely")
    assert scores.continuations[0].tokens[0].alternatives == (("z", -0.3),)
    assert server.chats == []


async def test_plain_text_is_scored_by_servers_that_echo_it(connect):
    async def echo(exchange):
        choices = []
        for index, text in enumerate(exchange.body["prompt"]):
            reported = {
                "tokens": [*text, "!"],
                "token_logprobs": [None, *[-0.25] * len(text)],
                "text_offset": list(range(len(text) + 1)),
            }
            choices.append({"index": index, "logprobs": reported})
        await exchange.reply({"choices": choices})

    engine = await connect(ScriptedServer(refuse(500, "not asked"), completions=echo))
    scores = await engine.score(score_request(messages=()))
    assert [found.logprob for found in scores.continuations] == [-1.0, -1.5]


async def test_other_servers_are_judged_by_the_alternatives_to_the_first_token(connect):
    others = [{"token": "sure", "logprob": -0.1}, {"token": "lik", "logprob": -3.0}]
    server = ScriptedServer(whole([("sure", 1, -0.1, others)]))
    scores = await (await connect(server)).score(score_request())
    assert [found.logprob for found in scores.continuations] == pytest.approx([-0.1, -3.0])
    assert server.chats[0].body["top_logprobs"] == 20


@pytest.mark.parametrize(
    ("script", "changes", "reason"),
    [
        (whole([("Hm", 1, -0.1, [{"token": "Hm", "logprob": -0.1}])]), {}, "separate the labels"),
        (whole([("sure", 1, -0.1, [])]), {}, "no log-probabilities"),
        (whole([]), {"prefix": "It is "}, "beginning of an answer"),
    ],
)
async def test_what_does_not_suffice_is_said(connect, script, changes, reason):
    engine = await connect(ScriptedServer(script))
    with pytest.raises(UnsupportedError, match=reason):
        await engine.score(score_request(**changes))


async def test_a_failing_server_is_a_remote_error(connect):
    with pytest.raises(RemoteError, match="refused the key"):
        await (await connect(ScriptedServer(refuse(401, "no")))).score(score_request())


def logs(**probabilities):
    return [(token, math.log(probability)) for token, probability in probabilities.items()]


def test_tokens_that_begin_one_label_speak_for_it():
    labels = ("sure", "likely", "impossible")
    found = first_token_logprobs(labels, logs(sure=0.5, s=0.1, imp=0.2, likely=0.19))
    assert [math.exp(each) for each in found] == pytest.approx([0.6, 0.19, 0.2])


def test_a_label_that_is_not_seen_gets_what_is_negligible_or_nothing():
    [seen, unseen] = first_token_logprobs(("yes", "no"), logs(yes=0.98, Yes=0.0199))
    assert math.exp(seen) == pytest.approx(0.98)
    assert math.exp(unseen) < 0.001
    assert first_token_logprobs(("yes", "no"), logs(yes=0.5, Yes=0.2)) is None


def test_a_token_that_begins_two_labels_settles_nothing():
    assert first_token_logprobs(("unlikely", "unsure"), logs(un=0.9, x=0.05)) is None
