"""Vectors of texts, from a chat model and from a model that only embeds."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import gguf
import numpy as np
import pytest

from workbench.domain.errors import ContextOverflowError, UnsupportedError, UsageError
from workbench.domain.text import Segment
from workbench.engine.protocol import ScoreRequest

from .asking import SMALL, ask, chat, request_of

pytestmark = pytest.mark.model

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *["▁the", "▁cat", "▁dog", "▁sat", "▁ran", "▁sea", "▁blue"],
]


def write_bert(path: Path, width: int = 32, context: int = 64) -> None:
    """A BERT with one layer, random weights and twelve words."""
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(2 * width)
    writer.add_block_count(1)
    writer.add_head_count(4)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_tokenizer_model("bert")
    writer.add_token_list(WORDS)
    writer.add_token_types([3] * 5 + [1] * (len(WORDS) - 5))
    writer.add_token_type_count(2)
    for name, token in (("unk", 1), ("sep", 3), ("pad", 0), ("mask", 4), ("bos", 2)):
        getattr(writer, f"add_{name}_token_id")(token)
    writer.add_eos_token_id(3)
    writer.add_uint32("tokenizer.ggml.cls_token_id", 2)
    random = np.random.default_rng(1)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, 0.2, shape).astype(np.float32))

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(width, dtype=np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(width, dtype=np.float32))

    add("token_embd.weight", len(WORDS), width)
    add("token_types.weight", 2, width)
    add("position_embd.weight", context, width)
    norm("token_embd_norm")
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        add(f"blk.0.{part}.weight", width, width)
        add(f"blk.0.{part}.bias", width)
    norm("blk.0.attn_output_norm")
    add("blk.0.ffn_up.weight", 2 * width, width)
    add("blk.0.ffn_up.bias", 2 * width)
    add("blk.0.ffn_down.weight", width, 2 * width)
    add("blk.0.ffn_down.bias", width)
    norm("blk.0.layer_output_norm")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def cosine(a, b) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


async def test_a_chat_model_embeds_beside_its_answers(engine, model_path):
    await engine.load(model_path, SMALL)
    texts = ("The cat sleeps on the warm sofa.", "A cat is sleeping on the couch.", "x = 17 * 3")
    answers, found = await asyncio.gather(
        ask(engine, request_of(chat("Hello!"), max_tokens=12)), engine.embed(texts)
    )
    assert answers.done[0].completion_tokens > 0
    assert found.pooling == "mean"
    assert found.tokens > 15
    for vector in found.vectors:
        assert math.sqrt(cosine(vector, vector)) == pytest.approx(1.0)
    cat, other_cat, sum_ = found.vectors
    assert cosine(cat, other_cat) > cosine(cat, sum_)
    alone = await engine.embed(texts[1:2])
    assert cosine(alone.vectors[0], other_cat) == pytest.approx(1.0, abs=1e-4)
    with pytest.raises(UsageError, match="nothing to embed"):
        await engine.embed(("",))
    with pytest.raises(ContextOverflowError, match="cut it into pieces"):
        await engine.embed(("word " * 9000,))


async def test_a_model_that_only_embeds_does_that_and_says_so(engine, tmp_path):
    path = tmp_path / "bert.gguf"
    write_bert(path)
    model = await engine.load(str(path), SMALL)
    assert (model.memory_kind, model.can_score) == ("none", False)
    found = await engine.embed(("the cat sat", "the dog ran", "the cat sat"))
    assert cosine(found.vectors[0], found.vectors[2]) == pytest.approx(1.0)
    assert cosine(found.vectors[0], found.vectors[1]) < 0.9999
    with pytest.raises(UnsupportedError, match="writes no text"):
        await ask(engine, request_of((Segment("the cat"),)))
    with pytest.raises(UnsupportedError, match="writes no text"):
        await engine.score(ScoreRequest(segments=(Segment("the cat"),), continuations=("sat",)))


async def test_giving_up_leaves_the_engine_free(engine, model_path):
    await engine.load(model_path, SMALL)
    task = asyncio.create_task(engine.embed(("a long text, " * 60,) * 40))
    await asyncio.sleep(0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len((await engine.embed(("short",))).vectors) == 1
