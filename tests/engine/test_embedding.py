"""Vectors of texts, from a chat model and from a model that only embeds."""

from __future__ import annotations

import asyncio
import math
from array import array
from pathlib import Path

import gguf
import msgspec
import numpy as np
import psutil
import pytest

from workbench.domain.errors import ContextOverflowError, UnsupportedError, UsageError
from workbench.domain.text import Segment
from workbench.domain.views import Adapter
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


def write_bert(
    path: Path, width: int = 32, context: int = 64, pooling=gguf.PoolingType.MEAN
) -> None:
    """A BERT with one layer, random weights and twelve words."""
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(2 * width)
    writer.add_block_count(1)
    writer.add_head_count(4)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(pooling)
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


def write_lora(path: Path, seed: int) -> None:
    """An adapter of the starter model's first layers, of random weights."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    random = np.random.default_rng(seed)
    for layer in range(4):
        for side, shape in (("a", (4, 576)), ("b", (576, 4))):
            writer.add_tensor(
                f"blk.{layer}.attn_q.weight.lora_{side}",
                random.normal(0, 0.3, shape).astype(np.float32),
            )
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
    tokens = await engine.embed_tokens(texts[0])
    count = len(await engine.tokenize((Segment(texts[0], special=False),)))
    assert len(array("f", tokens.numbers)) == count * tokens.width
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


async def test_adapters_change_what_is_embedded(engine, model_path, tmp_path):
    files = [tmp_path / "one.gguf", tmp_path / "two.gguf"]
    for seed, file in enumerate(files):
        write_lora(file, seed)
    text = ("The cat sleeps on the warm sofa.",)

    async def vector(*scales: float):
        adapters = tuple(Adapter(str(file), scale) for file, scale in zip(files, scales))  # noqa: B905
        await engine.load(model_path, msgspec.structs.replace(SMALL, adapters=adapters))
        return (await engine.embed(text)).vectors[0]

    plain = await vector()
    assert cosine(await vector(0.0), plain) == pytest.approx(1.0, abs=1e-4)
    found = [
        plain,
        await vector(1.0),
        await vector(0.5),
        await vector(-1.0),
        await vector(1.0, 1.0),
    ]
    for index, one in enumerate(found):
        for other in found[:index]:
            assert cosine(one, other) < 0.9995


async def test_a_long_text_takes_little_memory_and_a_place_between_answers(engine, model_path):
    await engine.load(model_path, SMALL)
    await engine.embed(("short",))
    before = psutil.Process(engine.worker_pid).memory_info().rss
    most, task = 0, asyncio.create_task(engine.embed(("a long text, " * 700,)))
    while not task.done():
        most = max(most, psutil.Process(engine.worker_pid).memory_info().rss)
        await asyncio.sleep(0.02)
    assert (await task).tokens > 2000
    assert most - before < 300 * 1024**2


async def test_a_text_of_several_pieces_is_what_its_tokens_are(engine, model_path):
    """The mean over pieces is the mean over the text: its beginning weighs as its end does."""
    await engine.load(model_path, SMALL)
    half = "The sea is deep and blue. " * 40
    whole, begin = (await engine.embed((half + half, half))).vectors
    assert cosine(whole, begin) > 0.95
    (again,) = (await engine.embed((half + half,))).vectors
    assert cosine(whole, again) == pytest.approx(1.0, abs=1e-5)


async def test_a_model_that_ranks_pairs_embeds_nothing(engine, tmp_path):
    write_bert(tmp_path / "rank.gguf", pooling=gguf.PoolingType.RANK)
    await engine.load(str(tmp_path / "rank.gguf"), SMALL)
    with pytest.raises(UnsupportedError, match="ranks pairs"):
        await engine.embed(("the cat",))


@pytest.mark.parametrize("pooling", ["CLS", "LAST"])
async def test_the_first_or_the_last_token_alone_where_the_model_says_so(engine, tmp_path, pooling):
    write_bert(tmp_path / "one.gguf", pooling=gguf.PoolingType[pooling])
    await engine.load(str(tmp_path / "one.gguf"), SMALL)
    found = await engine.embed(("the cat sat", "the cat ran"))
    assert found.pooling == pooling.lower()
    assert cosine(*found.vectors) < 0.9999
