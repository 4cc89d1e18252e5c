"""Choosing, perplexity and embeddings in the service."""

from __future__ import annotations

import math

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import starter_model

QUESTION = (Message.literal("user", "Is the sky blue? Answer Yes or No."),)


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine())
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


async def test_probabilities_are_of_the_labels_alone(core):
    found = await core.scoring.choose(QUESTION, ("Yes", "No", "Perhaps"))
    assert found.labels == ("Yes", "No", "Perhaps")
    assert sum(found.probabilities) == pytest.approx(1.0)
    order = sorted(range(3), key=lambda index: found.logprobs[index])
    assert order == sorted(range(3), key=lambda index: found.probabilities[index])


@pytest.mark.parametrize("labels", [("Yes",), ("Yes", ""), ("Yes", "Yes"), ("sure", "surely")])
async def test_labels_that_cannot_be_told_apart_are_refused(core, labels):
    with pytest.raises(UsageError):
        await core.scoring.choose(QUESTION, labels)


async def test_perplexity_is_exp_of_the_mean(core):
    found = await core.scoring.perplexity("one two three")
    logprobs = [token.logprob for token in found.tokens]
    assert found.perplexity == pytest.approx(math.exp(-sum(logprobs) / len(logprobs)))
    with pytest.raises(UsageError, match="no perplexity"):
        await core.scoring.perplexity("  ")


async def test_embeddings_have_unit_length(core):
    found = await core.scoring.embed(("a cat", "a dog"))
    assert [sum(v * v for v in vector) for vector in found.vectors] == pytest.approx([1.0, 1.0])


@pytest.mark.model
async def test_on_the_real_model(paths):
    core = Workbench(paths)
    await core.open()
    try:
        model = str(starter_model())
        plain = await core.scoring.perplexity(
            "The sun rises in the east and sets in the west.", model
        )
        odd = await core.scoring.perplexity(
            "The sun west in rises the in and sets east the.", model
        )
        assert 1.0 < plain.perplexity < odd.perplexity
        chosen = await core.scoring.choose(
            (Message.literal("user", "What is the capital of France? One word."),),
            ("Paris", "Banana"),
            model,
        )
        assert chosen.probabilities[0] > 0.9
    finally:
        await core.close()
