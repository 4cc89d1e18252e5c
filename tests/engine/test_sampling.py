"""Every sampler does what its name says, on the real model; what has no effect is reported."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import jsonschema
import pytest
import pytest_asyncio

from workbench.domain.errors import GrammarError, UsageError
from workbench.domain.runs.sampling import SAMPLERS, Sampling
from workbench.domain.text import Segment
from workbench.engine.client import LlamaEngine
from workbench.engine.effective import effective_values, ignored_sentences
from workbench.engine.protocol import SamplingApplied
from workbench.processes.pool import SandboxPool

from .asking import SMALL, ask, chat, request_of, starter_model

model = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def engine() -> AsyncIterator[LlamaEngine]:
    pool = SandboxPool()
    made = LlamaEngine(pool, hung_seconds=60.0)
    await made.load(starter_model(), SMALL)
    yield made
    await made.close()
    await pool.close()


async def draw(engine, question="Write a short poem about rain.", seeds=(1,), **sampling):
    return await ask(engine, request_of(chat(question), seeds=seeds, **sampling))


async def applied(engine, **sampling) -> SamplingApplied:
    frames = engine.generate(request_of(chat("Hi"), max_tokens=1, **sampling))
    found = [frame async for frame in frames]
    assert isinstance(found[0], SamplingApplied)
    return found[0]


CHAINS = {
    "typical": ({"typical_p": 0.5}, "typical"),
    "sigma": ({"top_n_sigma": 1.0}, "top-n-sigma"),
    "xtc": ({"xtc_probability": 0.5}, "xtc"),
    "dynamic temperature": ({"dynatemp_range": 0.5}, "temp-ext"),
    "dry": ({"dry_multiplier": 0.8}, "dry"),
    "mirostat 1": ({"mirostat": 1}, "mirostat"),
    "mirostat 2": ({"mirostat": 2}, "mirostat-v2"),
    "adaptive-p": ({"adaptive_target": 0.3}, "adaptive-p"),
    "penalties": ({"presence_penalty": 0.5}, "penalties"),
    "bias": ({"logit_bias": {"rain": -100}}, "logit-bias"),
}


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_each_sampler_works_and_repeats_with_its_seed(engine, name):
    sampling, native = CHAINS[name]
    reported = await applied(engine, **sampling)
    assert native in reported.chain
    assert reported.ignored == ()
    once = await draw(engine, seeds=(3, 4), mode="strict", max_tokens=12, **sampling)
    again = await draw(engine, seeds=(3, 4), mode="strict", max_tokens=12, **sampling)
    assert once.texts == again.texts


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_the_order_is_the_one_asked_for(engine):
    order = ("temperature", "min_p", "top_k")
    reported = await applied(engine, samplers=order)
    assert reported.chain == ("temp", "min-p", "top-k", "dist")
    assert reported.ignored == ()
    left_out = await applied(engine, samplers=order, top_p=0.5)
    assert left_out.ignored == ("top_p has no effect: top_p is left out of the order of samplers.",)
    assert "top_p" not in left_out.effective
    assert left_out.effective["top_k"] == 40


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_a_ban_holds_and_an_end_that_is_banned_never_comes(engine):
    free = await draw(engine, "Say hello.", temperature=0.0, max_tokens=2)
    first = free.tokens[0][0]
    banned = await draw(
        engine, "Say hello.", temperature=0.0, max_tokens=4, logit_bias={f"#{first.id}": -100}
    )
    assert banned.tokens[0][0].id != first.id
    endless = await draw(
        engine,
        "Say hello.",
        max_tokens=40,
        temperature=1.0,
        logit_bias={"<|im_end|>": -100, "<|endoftext|>": -100},
    )
    assert endless.done[0].finish_reason == "length"
    assert endless.done[0].completion_tokens == 40


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_a_grammar_binds_every_sample(engine):
    grammar = 'root ::= ("yes" | "no") ", because " [a-z ]{5,20} "."'
    answers = await draw(
        engine, "Is water wet?", seeds=(1, 2, 3, 4), temperature=1.5, max_tokens=60, grammar=grammar
    )
    for sample, text in answers.texts.items():
        assert re.fullmatch(r"(yes|no), because [a-z ]{5,20}\.", text), text
        assert answers.done[sample].finish_reason == "stop"
    assert (await applied(engine, grammar=grammar)).chain[0] == "grammar"


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_dry_keeps_a_phrase_from_coming_back(engine):
    phrase = "the cat sat on the mat and the dog sat on the log"
    question = f"Repeat exactly and for ever: {phrase}, {phrase}, {phrase}"
    plain = await draw(engine, question, temperature=0.0, max_tokens=48)
    dry = await draw(
        engine, question, temperature=0.0, max_tokens=48, dry_multiplier=4.0, dry_penalty_last_n=-1
    )
    count = {
        name: found.texts[0].count("sat on the") for name, found in (("plain", plain), ("dry", dry))
    }
    assert count["dry"] < count["plain"]


@pytest.mark.parametrize(
    ("sampling", "sentence"),
    [
        ({"temperature": 0.0, "top_p": 0.5}, "top_p has no effect: at temperature 0"),
        ({"mirostat": 2, "min_p": 0.3}, "min_p has no effect: mirostat draws by itself"),
        ({"dry_base": 3.0}, "dry_base has no effect: dry_multiplier is switched off"),
        ({"samplers": ("top_k",), "temperature": 1.5}, "temperature has no effect: temperature is"),
        ({"mirostat_tau": 3.0}, "mirostat_tau has no effect: mirostat is switched off"),
    ],
)
def test_what_has_no_effect_is_said(sampling, sentence):
    found = ignored_sentences(Sampling(**sampling))
    assert len(found) == 1
    assert found[0].startswith(sentence)
    name = sentence.split()[0]
    assert name not in effective_values(Sampling(**sampling))


def test_defaults_are_not_spoken_of_and_every_value_is_json():
    assert ignored_sentences(Sampling()) == ()
    assert ignored_sentences(Sampling(temperature=0.0)) == ()
    assert ignored_sentences(Sampling(), ["xyz"]) == (
        "logit_bias has no token for “xyz”: it has no effect.",
    )
    json.dumps(effective_values(Sampling(logit_bias={"a": 1.0}, stop=("x",))))


def test_an_order_with_an_unknown_or_double_sampler_is_refused():
    for order in (("top_z",), ("top_k", "top_k")):
        with pytest.raises(UsageError, match="at most once"):
            Sampling(samplers=order)
    assert Sampling(samplers=SAMPLERS[::-1]).samplers[0] == "temperature"


SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 20},
            "age": {"type": "integer"},
            "kind": {"enum": ["cat", "dog"]},
        },
        "required": ["name", "age", "kind"],
        "additionalProperties": False,
    }
)


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_an_answer_fits_its_json_schema(engine):
    answers = await draw(
        engine,
        "Describe a pet as JSON.",
        seeds=(1, 2, 3, 4),
        temperature=1.2,
        max_tokens=120,
        json_schema=SCHEMA,
    )
    for text in answers.texts.values():
        jsonschema.validate(json.loads(text), json.loads(SCHEMA))


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_schema_asks_for_in_vain_is_said(engine):
    schema = '{"type": "object", "properties": {"if": {"type": "array", "uniqueItems": true}}}'
    reported = await applied(engine, json_schema=schema)
    assert len(reported.ignored) == 1
    assert "“uniqueItems”" in reported.ignored[0]


@pytest.mark.parametrize(
    ("sampling", "message"),
    [
        ({"grammar": 'root ::= "a" other'}, "no rule called other"),
        ({"grammar": 'root ::= root "a"'}, "begins with itself"),
        ({"grammar": "root ::= [z-a]"}, "runs backwards"),
        ({"grammar": "root ::= <no-such-token>"}, "the model has no token <no-such-token>"),
        ({"json_schema": '{"type": '}, "no JSON"),
        ({"json_schema": "[]"}, "is an object"),
        ({"json_schema": '{"type": "nonsense"}'}, "cannot be used"),
        ({"json_schema": '{"$ref": "file:///etc/passwd"}'}, "only parts of itself"),
    ],
)
@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_bind_an_answer_is_refused_and_the_worker_lives_on(
    engine, sampling, message
):
    pid = engine.worker_pid
    with pytest.raises(GrammarError, match=message):
        await draw(engine, max_tokens=2, **sampling)
    assert (await draw(engine, max_tokens=2)).done[0].completion_tokens == 2
    assert engine.worker_pid == pid


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_a_grammar_may_name_tokens(engine):
    ((number, _),) = await engine.tokenize((Segment(" water"),))
    grammar = f"root ::= <|im_start|> <[{number}]> !<[{number}]> <|im_end|>"
    found = await draw(engine, max_tokens=20, grammar=grammar)
    texts = [token.text for token in found.tokens[0]]
    assert texts[:2] == ["<|im_start|>", " water"]
    assert texts[2] != " water"
    assert texts[3:] == ["<|im_end|>"]


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_schema_asks_to_repeat_is_written_to_its_end(engine):
    zeros = {"type": "array", "items": {"const": 0}, "minItems": 90, "maxItems": 90}
    request = request_of(
        chat("Write zeros."), json_schema=json.dumps(zeros), temperature=0.0, max_tokens=900
    )
    answers = await ask(engine, request)
    assert json.loads(answers.texts[0]) == [0] * 90
    assert answers.done[0].finish_reason == "stop"


@pytest.mark.model
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("value", "written"),
    [({"type": "integer"}, "73918264509182734"), ({"format": "date"}, '"2024-02-29"')],
)
async def test_long_numbers_and_dates_are_copied_whole(engine, value, written):
    schema = {"type": "object", "properties": {"id": value}, "required": ["id"]}
    request = request_of(
        (Segment(f'{{"id": {written}}}\n' * 5),),
        json_schema=json.dumps(schema),
        temperature=0.0,
        max_tokens=60,
    )
    assert json.loads((await ask(engine, request)).texts[0]) == {"id": json.loads(written)}


@pytest.mark.parametrize(
    "texts",
    [
        {"stop": ("\ud83d",)},
        {"dry_sequence_breakers": ("a\udc00",)},
        {"logit_bias": {"\ud83d": 1.0}},
        {"grammar": 'root ::= "\ud83d"'},
        {"json_schema": '{"const": "\ud83d"}'},
    ],
)
def test_half_a_character_is_refused_where_it_is_given(texts):
    with pytest.raises(UsageError, match=f"{next(iter(texts))} holds half a character"):
        Sampling(**texts)
