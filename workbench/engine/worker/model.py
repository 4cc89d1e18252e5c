"""Loading a GGUF model into llama.cpp, and evaluating batches on it."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.domain.errors import (
    EngineError,
    ModelError,
    NotEnoughMemoryError,
    UnsupportedModelError,
)
from workbench.domain.views import LoadSettings
from workbench.engine.cores import physical_cores
from workbench.engine.protocol import LoadedModel, MemoryKind
from workbench.engine.worker.batch import Batch
from workbench.engine.worker.kv.tree import KvTree
from workbench.engine.worker.llama import Interrupt, lib, library_versions, log
from workbench.engine.worker.vocabulary import Vocabulary
from workbench.engine.worker.weights import apply_adapters, load_adapters, load_weights
from workbench.models.memory.context_size import (
    MICRO_BATCH_TOKENS,
    MIN_CONTEXT_TOKENS,
    deciding_settings,
    sequence_count,
    uses_flash_attention,
)

MOST_ROWS = 64
"""Logits of one evaluation; each row is as long as the vocabulary."""
USUAL_WIDTH = 24
"""Answers decoded together until it was measured what suits the machine."""
_KV_TYPES = {"f16": lib.GGML_TYPE_F16, "q8_0": lib.GGML_TYPE_Q8_0, "q4_0": lib.GGML_TYPE_Q4_0}

DECODED = 0
NO_ROOM = 1
INTERRUPTED = 2

_BUFFER = re.compile(r"(KV|RS|compute|output) buffer size\D*=\s*([\d.]+) MiB")


class _Memory:
    """llama.cpp's memory, as :class:`KvTree` wants it."""

    def __init__(self, context: Any) -> None:
        self._memory = lib.llama_get_memory(context)

    def __bool__(self) -> bool:
        return bool(self._memory)

    def clear(self) -> None:
        lib.llama_memory_clear(self._memory, True)

    def remove(self, sequence: int, start: int) -> bool:
        return bool(lib.llama_memory_seq_rm(self._memory, sequence, start, -1))

    def copy(self, source: int, target: int, end: int) -> None:
        lib.llama_memory_seq_cp(self._memory, source, target, 0 if end >= 0 else -1, end)

    def first_position(self, sequence: int) -> int:
        return int(lib.llama_memory_seq_pos_min(self._memory, sequence))


class Model:
    """A model in memory with its context. All methods belong to the thread that loaded it.

    ``vocabulary`` may be used from any thread until :meth:`close`.
    """

    def __init__(
        self,
        path: str,
        settings: LoadSettings,
        name: str,
        on_progress: Callable[[float], bool],
        *,
        measured_width: int = 0,
    ) -> None:
        """Load it.

        Args:
            path: the GGUF file.
            settings: context, sequences, threads and the like.
            name: what to call it.
            on_progress: called with 0 to 1; False gives up the loading.
            measured_width: how many answers it decodes best together here; 0 is not known yet.

        Raises:
            ModelError: llama.cpp refuses it; the reason is llama.cpp's own.
        """
        self.path = path
        self._context: Any = None
        self._memory: _Memory | None = None
        self.interrupt = Interrupt()
        log.errors.clear()
        log.lines.clear()
        self._handle = load_weights(path, settings, on_progress)
        try:
            self._require_causal_decoder()
            self.vocabulary = Vocabulary(self._handle)
            self._threads = settings.threads or physical_cores()
            self._sequences = self._choose_sequences()
            self.most_rows = min(MOST_ROWS, self._sequences)
            self.is_width_chosen = bool(settings.sequences or measured_width)
            self.width = min(settings.sequences or measured_width or USUAL_WIDTH, self.most_rows)
            self.batch_tokens = max(settings.batch_tokens, self.most_rows)
            self._adapters = load_adapters(self._handle, settings.adapters)
            self._scales = tuple(adapter.scale for adapter in settings.adapters)
            self._open_context(settings)
            self.apply_adapters(self._context)
            self.generates = bool(self._memory)
            self.tree = self._new_tree()
            self.loaded = self._describe(name, settings)
            self.batch = Batch(self.batch_tokens)
        except ModelError:
            self.close()
            raise

    @property
    def handle(self) -> Any:
        """llama.cpp's model, for further contexts on the same weights."""
        return self._handle

    @property
    def context(self) -> Any:
        """llama.cpp's context, for the samplers."""
        return self._context

    @property
    def is_causal(self) -> bool:
        """Whether a token's computation needs those before it alone."""
        return self.generates and bool(lib.llama_get_causal_attn(self._context))

    def apply_adapters(self, context: Any) -> None:
        """Let the adapters of the load settings work in a context on these weights."""
        apply_adapters(context, self._adapters, self._scales)

    def close(self) -> None:
        """Free everything; safe to call twice."""
        if self._context is not None:
            lib.llama_free(self._context)
            self._context = None
        if self._handle is not None:
            lib.llama_model_free(self._handle)
            self._handle = None

    def evaluate(self, batch: Batch) -> int:
        """Run the model over a batch.

        Returns:
            DECODED, NO_ROOM (nothing changed), or INTERRUPTED (the batch must be rolled back).

        Raises:
            EngineError: llama.cpp failed in a way that leaves the cache unknown.
        """
        status = int(lib.llama_decode(self._context, batch.native))
        if status < 0:
            reason = log.errors[-1] if log.errors else f"status {status}"
            raise EngineError(f"llama.cpp could not evaluate the prompt ({reason}): run it again.")
        return status

    def _require_causal_decoder(self) -> None:
        if lib.llama_model_has_encoder(self._handle) or lib.llama_model_is_diffusion(self._handle):
            raise UnsupportedModelError(
                self.path, "it does not generate text from left to right; choose a chat model."
            )
        if lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(self._handle)) == 0:
            raise UnsupportedModelError(self.path, "it has no vocabulary; choose a chat model.")

    def _choose_sequences(self) -> int:
        recurrent = self._memory_kind() in ("recurrent", "hybrid")
        return sequence_count(self.vocabulary.size, recurrent=recurrent)

    def _open_context(self, settings: LoadSettings) -> None:
        params = lib.llama_context_default_params()
        params.n_ctx = max(settings.context_tokens, MIN_CONTEXT_TOKENS)
        params.n_batch = self.batch_tokens
        params.n_ubatch = min(self.batch_tokens, MICRO_BATCH_TOKENS)
        params.n_seq_max = self._sequences
        # The default keeps a row of logits for each token of a batch: half a gigabyte with a large
        # vocabulary. Fewer than one a sequence is refused.
        params.n_outputs_max = self._sequences
        params.type_k = params.type_v = _KV_TYPES[settings.kv_type]
        params.flash_attn_type = _flash_attention(settings)
        params.n_threads = params.n_threads_batch = self._threads
        params.kv_unified = True
        # A sliding window memory of full size, so that prefixes of such models can be shared too.
        # With many sequences the small one is hardly smaller.
        params.swa_full = True
        params.no_perf = True
        params.abort_callback = self.interrupt.callback
        self._context = lib.llama_init_from_model(self._handle, params)
        if not self._context:
            self._context = None
            raise NotEnoughMemoryError(
                self.path,
                f"a context of {params.n_ctx:,} tokens does not fit into the memory; load the "
                "model with a smaller context.",
            )
        self._memory = _Memory(self._context)

    def _new_tree(self) -> KvTree:
        assert self._memory is not None
        return KvTree(
            self._memory,
            cell_count=lib.llama_n_ctx(self._context),
            sequence_count=self._sequences,
            can_cut=bool(self._memory) and self._probe_cutting(self._memory),
            window_tokens=lib.llama_model_n_swa(self._handle),
            patience=self._patience(),
        )

    def _patience(self) -> int:
        """Computed tokens after which a held cell has cost as much as reading its token again.

        A token costs two operations for each weight; a cell that it looks at costs four for each
        number of each attention head, in every layer.
        """
        layers = int(lib.llama_model_n_layer(self._handle))
        numbers = layers * int(lib.llama_model_n_embd(self._handle))
        weights = int(lib.llama_model_n_params(self._handle))
        return max(1, weights // max(1, 2 * numbers))

    def _probe_cutting(self, memory: _Memory) -> bool:
        """Whether this model's memory lets go of single tokens: try it (which also warms up)."""
        token = self.vocabulary.bos if self.vocabulary.bos >= 0 else 0
        probe = Batch(2)
        probe.add(token, position=0, sequence=0, wants_logits=False)
        probe.add(token, position=1, sequence=0, wants_logits=True)
        try:
            self.evaluate(probe)
        except EngineError as error:
            raise UnsupportedModelError(self.path, str(error)) from error
        finally:
            probe.close()
        can_cut = memory.remove(0, 1)
        memory.clear()
        return can_cut

    def _describe(self, name: str, settings: LoadSettings) -> LoadedModel:
        vocabulary = self.vocabulary
        trained = int(lib.llama_model_n_ctx_train(self._handle))
        cells = int(lib.llama_n_ctx(self._context))
        template = lib.llama_model_chat_template(self._handle, None)
        return LoadedModel(
            name=name or Path(self.path).stem,
            path=self.path,
            architecture=self.metadata("general.architecture"),
            # The cells may be more than the model was trained for: they serve several sequences.
            context_tokens=min(cells, trained) if trained > 0 else cells,
            trained_context_tokens=trained,
            chat_template=template.decode("utf-8", "replace") if template else "",
            bos_text=vocabulary.text(vocabulary.bos),
            eos_text=vocabulary.text(vocabulary.eos),
            add_bos=vocabulary.add_bos,
            special_texts=vocabulary.control_texts,
            vocabulary_size=vocabulary.size,
            threads=self._threads,
            tokenizer=vocabulary.digest(),
            library=library_versions(),
            memory_kind=self._memory_kind() if self.generates else "none",
            can_score=self.generates,
            shared_prefixes=self.tree.can_cut,
            decode_width=self.width,
            weights_bytes=int(lib.llama_model_size(self._handle)),
            kv_bytes=_logged_bytes("KV") + _logged_bytes("RS"),
            compute_bytes=_logged_bytes("compute") + _logged_bytes("output"),
            adapters=tuple(adapter.note for adapter in settings.adapters),
            deciding=deciding_settings(settings),
        )

    def _memory_kind(self) -> MemoryKind:
        if lib.llama_model_is_hybrid(self._handle):
            return "hybrid"
        if lib.llama_model_is_recurrent(self._handle):
            return "recurrent"
        return "sliding window" if lib.llama_model_n_swa(self._handle) > 0 else "attention"

    def metadata(self, key: str) -> str:
        """A value of the header as text, "" where there is none."""
        buffer = ctypes.create_string_buffer(256)
        length = lib.llama_model_meta_val_str(self._handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""


def _flash_attention(settings: LoadSettings) -> int:
    """llama.cpp's number for how attention is computed; on a GPU it knows best itself."""
    if not uses_flash_attention(settings):
        return int(lib.LLAMA_FLASH_ATTN_TYPE_DISABLED)
    if settings.flash_attention == "on" or settings.kv_type != "f16":
        return int(lib.LLAMA_FLASH_ATTN_TYPE_ENABLED)
    return int(lib.LLAMA_FLASH_ATTN_TYPE_AUTO)


def _logged_bytes(kind: str) -> int:
    """Bytes of all buffers of a kind, as llama.cpp logged them while it made the context."""
    matches = (match for line in log.lines if (match := _BUFFER.search(line)))
    return sum(int(float(match[2]) * 1024**2) for match in matches if match[1] == kind)
