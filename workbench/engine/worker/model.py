"""Loading a GGUF model into llama.cpp, and evaluating batches on it."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from workbench.domain.errors import (
    EngineError,
    ModelError,
    ModelFileError,
    NotEnoughMemoryError,
    UnsupportedModelError,
)
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import LoadedModel
from workbench.engine.worker.batch import Batch
from workbench.engine.worker.kv_cache import KvCache
from workbench.engine.worker.llama import (
    Interrupt,
    lib,
    library_versions,
    log,
    system_features,
)
from workbench.engine.worker.vocabulary import Vocabulary

MIN_CONTEXT_TOKENS = 256
"""llama.cpp silently raises anything smaller."""
MAX_SEQUENCES = 256
"""LLAMA_MAX_SEQ, compiled into llama.cpp."""

DECODED = 0
NO_ROOM = 1
INTERRUPTED = 2

_UNKNOWN_ARCHITECTURE = re.compile(r"unknown model architecture: '([^']*)'")
_UNKNOWN_TOKENIZER = re.compile(r"unknown (?:pre-)?tokenizer(?: type)?: '([^']*)'")
_OUT_OF_MEMORY = re.compile(r"failed to allocate|unable to allocate|out of memory|cannot allocate")
_PREFIX = re.compile(r"^\w+: (?:error loading model: )?")


class _Memory:
    """llama.cpp's memory, as :class:`KvCache` wants it."""

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
    ) -> None:
        """Load it.

        Args:
            path: the GGUF file.
            settings: context, sequences, threads and the like.
            name: what to call it.
            on_progress: called with 0 to 1; False gives up the loading.

        Raises:
            ModelError: llama.cpp refuses it; the reason is llama.cpp's own.
        """
        self.path = path
        self._context: Any = None
        self._memory: _Memory | None = None
        self.interrupt = Interrupt()
        log.errors.clear()
        self._handle = _load_weights(path, settings, on_progress)
        try:
            self._require_causal_decoder()
            self.vocabulary = Vocabulary(self._handle)
            self._threads = settings.threads or _physical_cores()
            self._sequences = min(settings.sequences or 32, MAX_SEQUENCES)
            self.batch_tokens = max(settings.batch_tokens, self._sequences)
            self._open_context(settings)
            self.cache = self._new_cache()
            self.loaded = self._describe(name)
            self.batch = Batch(self.batch_tokens)
        except ModelError:
            self.close()
            raise

    @property
    def context(self) -> Any:
        """llama.cpp's context, for the samplers."""
        return self._context

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

    def _require_memory(self, settings: LoadSettings) -> None:
        """Refuse a cache that cannot fit: the system would let it grow and then kill somebody."""
        cells = max(settings.context_tokens, MIN_CONTEXT_TOKENS)
        needed = cells * self._cell_bytes()
        if settings.use_mmap and not settings.gpu_layers:
            # Mapped weights are not in memory yet; otherwise they already are.
            needed += int(lib.llama_model_size(self._handle))
        free = psutil.virtual_memory().available
        if needed > free:
            raise NotEnoughMemoryError(
                self.path,
                f"with a context of {cells:,} tokens it needs {needed / 1e9:.1f} GB and "
                f"{free / 1e9:.1f} GB are free; load it with a smaller context, close other "
                "programs, or choose a smaller model.",
            )

    def _cell_bytes(self) -> int:
        """Bytes of one token in the KV cache: keys and values of every layer, 16 bits each."""
        architecture = self._metadata("general.architecture")
        heads = max(1, int(lib.llama_model_n_head(self._handle)))
        usual = int(lib.llama_model_n_embd(self._handle)) // heads
        key = int(self._metadata(f"{architecture}.attention.key_length") or usual)
        value = int(self._metadata(f"{architecture}.attention.value_length") or usual)
        layers = int(lib.llama_model_n_layer(self._handle))
        return layers * int(lib.llama_model_n_head_kv(self._handle)) * (key + value) * 2

    def _open_context(self, settings: LoadSettings) -> None:
        self._require_memory(settings)
        params = lib.llama_context_default_params()
        params.n_ctx = max(settings.context_tokens, MIN_CONTEXT_TOKENS)
        params.n_batch = params.n_ubatch = self.batch_tokens
        params.n_seq_max = self._sequences
        # Room for the logits of one token a sequence; the default keeps one row for each token of
        # a batch, half a gigabyte with a large vocabulary.
        params.n_outputs_max = self._sequences
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
        if not self._memory:
            raise UnsupportedModelError(
                self.path, "it makes embeddings and generates no text; choose a chat model."
            )

    def _new_cache(self) -> KvCache:
        assert self._memory is not None
        return KvCache(
            self._memory,
            cell_count=lib.llama_n_ctx(self._context),
            sequence_count=self._sequences,
            can_cut=self._probe_cutting(self._memory),
            window_tokens=lib.llama_model_n_swa(self._handle),
        )

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

    def _describe(self, name: str) -> LoadedModel:
        vocabulary = self.vocabulary
        trained = int(lib.llama_model_n_ctx_train(self._handle))
        cells = int(lib.llama_n_ctx(self._context))
        template = lib.llama_model_chat_template(self._handle, None)
        return LoadedModel(
            name=name or Path(self.path).stem,
            path=self.path,
            architecture=self._metadata("general.architecture"),
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
            library=library_versions(),
            shared_prefixes=self.cache.can_cut,
        )

    def _metadata(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        length = lib.llama_model_meta_val_str(self._handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""


def _load_weights(path: str, settings: LoadSettings, on_progress: Callable[[float], bool]) -> Any:
    callback = lib.llama_progress_callback(lambda progress, _data: on_progress(progress))
    params = lib.llama_model_default_params()
    params.n_gpu_layers = settings.gpu_layers
    params.load_mode = lib.LLAMA_LOAD_MODE_MMAP if settings.use_mmap else lib.LLAMA_LOAD_MODE_NONE
    # llama.cpp's AMX kernels crash or compute nonsense (ggml-org/llama.cpp#20824, seen here with
    # Q4_1 on Sapphire Rapids). Only the repacked weights use them, so those stay off on such CPUs.
    params.use_extra_bufts = "AMX_INT8 = 1" not in system_features()
    params.progress_callback = callback
    handle = lib.llama_model_load_from_file(os.fsencode(path), params)
    if not handle:
        raise _load_error(path, list(log.errors))
    return handle


def _load_error(path: str, messages: list[str]) -> ModelError:
    """The reason out of llama.cpp's own messages: the call itself only says no."""
    text = "\n".join(messages)
    for pattern, what in (
        (_UNKNOWN_ARCHITECTURE, "architecture"),
        (_UNKNOWN_TOKENIZER, "tokenizer"),
    ):
        found = pattern.search(text)
        if found:
            return UnsupportedModelError(
                path,
                f"its {what} “{found.group(1)}” is not known to {library_versions()}; choose "
                "another model or a newer version of the program.",
            )
    if _OUT_OF_MEMORY.search(text):
        return NotEnoughMemoryError(
            path, "its weights do not fit into the free memory; choose a smaller model."
        )
    reason = _PREFIX.sub("", messages[0]) if messages else "llama.cpp gives no reason"
    return ModelFileError(path, f"llama.cpp cannot load it: {reason}; get the file again.")


def _physical_cores() -> int:
    """Cores that this process may use, without their hyper-threads."""
    usable = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else 0
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return max(1, min(physical, usable or physical))
