"""What a model will need, against what llama.cpp reports when it is loaded."""

from __future__ import annotations

import pytest

from tests.models.crafting import write
from workbench.domain.views import LoadSettings
from workbench.models.gguf.header import read_header
from workbench.models.memory.estimate import estimate
from workbench.models.memory.prefix_reuse import memory_kind, reuse_sentence
from workbench.settings import starter_model

MIB = 1024**2


@pytest.fixture
def header(tmp_path):
    def made(**metadata):
        named = {key.replace("__", "."): value for key, value in metadata.items()}
        return read_header(str(write(tmp_path / "m.gguf", named, vocabulary=100)))

    return made


@pytest.mark.parametrize(
    ("changes", "kv_mib", "compute_mib"),
    [
        # As llama.cpp reports them: KV buffer; compute buffer and output buffer.
        ({}, 180.0, 83.19 + 24),
        ({"context_tokens": 2048}, 45.0, 25.13 + 24),
        ({"flash_attention": "on"}, 180.0, 24.84 + 24),
        ({"kv_type": "q8_0"}, 95.62, 25.13 + 24),
        ({"kv_type": "q4_0"}, 50.62, 25.13 + 24),
        ({"batch_tokens": 64}, 180.0, 41.6 + 24),
        ({"context_tokens": 16384}, 360.0, 163.19 + 24),
    ],
)
def test_the_starter_models_needs_are_known_within_a_percent(changes, kv_mib, compute_mib):
    found = estimate(read_header(str(starter_model())), LoadSettings(**changes))
    assert found.kv_bytes / MIB == pytest.approx(kv_mib, rel=0.001)
    assert found.compute_bytes / MIB == pytest.approx(compute_mib, rel=0.01)
    assert found.weights_bytes / MIB == pytest.approx(92.10, rel=0.001)


def test_the_formula_holds_the_numbers():
    formula = estimate(read_header(str(starter_model())), LoadSettings()).formula
    assert "30 layers × 3 heads × (64 + 64) × 8,192 tokens × 2 bytes (f16) = 189 MB" in formula
    assert "9 heads × 8,192 cells" in formula


def test_the_cache_grows_with_the_context_alone():
    header = read_header(str(starter_model()))
    small = estimate(header, LoadSettings(context_tokens=1024))
    large = estimate(header, LoadSettings(context_tokens=4096))
    assert large.kv_bytes == 4 * small.kv_bytes
    assert large.weights_bytes == small.weights_bytes


def test_heads_and_windows_that_differ_by_layer_are_counted_by_layer(header):
    found = header(
        llama__block_count=4,
        llama__attention__head_count_kv=[2, 2, 0, 1],
        llama__attention__key_length=32,
        llama__attention__value_length=32,
        llama__attention__key_length_swa=16,
        llama__attention__value_length_swa=16,
        llama__attention__sliding_window_pattern=[True, True, False, False],
    )
    with_flash = estimate(found, LoadSettings(context_tokens=1024, flash_attention="on"))
    assert with_flash.kv_bytes == (2 * 2 * 32 + 1 * 64) * 1024 * 2
    # Without flash attention the values of all layers are as wide as the widest.
    without = estimate(found, LoadSettings(context_tokens=1024))
    assert without.kv_bytes == (2 * 2 * 16 + 32 + 3 * 32) * 1024 * 2


def test_recurrent_models_have_a_state_and_no_cache(header):
    found = header(
        general__architecture="mamba",
        mamba__block_count=2,
        mamba__context_length=8192,
        mamba__embedding_length=64,
        mamba__ssm__conv_kernel=4,
        mamba__ssm__inner_size=128,
        mamba__ssm__state_size=16,
    )
    small, large = (estimate(found, LoadSettings(context_tokens=n)) for n in (1024, 8192))
    assert small.kv_bytes == large.kv_bytes == 2 * (3 * 128 + 16 * 128) * 4 * 32
    assert "recurrent state" in small.formula


def test_hybrid_models_cache_their_attention_layers_only(header):
    found = header(
        general__architecture="jamba",
        jamba__block_count=4,
        jamba__context_length=8192,
        jamba__embedding_length=64,
        jamba__attention__head_count=4,
        jamba__attention__head_count_kv=[0, 0, 0, 2],
        jamba__ssm__conv_kernel=4,
        jamba__ssm__inner_size=128,
        jamba__ssm__state_size=16,
    )
    found = estimate(found, LoadSettings(context_tokens=1024))
    assert found.kv_bytes == 2 * 32 * 1024 * 2 + 3 * (3 * 128 + 16 * 128) * 4 * 32


def test_nonsense_in_a_header_is_no_number(header):
    found = header(llama__block_count="many", llama__attention__head_count_kv=[-5, -1])
    assert estimate(found, LoadSettings()).kv_bytes == 0


def test_the_verdict_goes_by_what_is_free():
    found = estimate(read_header(str(starter_model())), LoadSettings())
    for free, verdict in ((0.9, "Will not fit"), (1.05, "May be slow"), (2.0, "Fits")):
        shown = type(found)(
            **{name: getattr(found, name) for name in found.__struct_fields__}
            | {"free_bytes": int(found.total_bytes * free)}
        )
        assert shown.fit == verdict


@pytest.mark.parametrize(
    ("architecture", "kind", "words"),
    [
        ("llama", "attention", "used again."),
        ("mamba2", "recurrent", "only when a whole earlier prompt"),
        ("lfm2", "hybrid", "memory is hybrid"),
        ("qwen3next", "hybrid", "memory is hybrid"),
        ("gemma3", "sliding window", "sliding window keep the whole context"),
    ],
)
def test_what_can_be_used_again_is_known_from_the_header(header, architecture, kind, words):
    found = header(
        general__architecture=architecture,
        **{
            f"{architecture}__context_length": 1,
            f"{architecture}__attention__sliding_window": 512 if kind == "sliding window" else 0,
        },
    )
    assert memory_kind(found) == kind
    assert words in reuse_sentence(kind)


def test_what_was_found_out_while_loading_counts_more_than_the_header():
    assert "cannot be cut" in reuse_sentence("attention", shared_prefixes=False)
    assert "was read once is used again" in reuse_sentence("hybrid", shared_prefixes=True)


@pytest.mark.model
def test_the_estimate_of_the_starter_model_is_what_it_takes(starter_model, tmp_path):
    from workbench.engine.worker.model import Model  # noqa: PLC0415 - loads llama.cpp

    settings = LoadSettings(context_tokens=1024)
    model = Model(starter_model, settings, "starter", lambda _progress: True)
    loaded = model.loaded
    model.close()
    found = estimate(read_header(starter_model), settings)
    used = loaded.weights_bytes + loaded.kv_bytes + loaded.compute_bytes
    assert found.total_bytes == pytest.approx(used, rel=0.02)
