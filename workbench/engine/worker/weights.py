"""Reading a model's weights and its LoRA adapters; saying why llama.cpp refuses them."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable, Sequence
from typing import Any

from workbench.domain.errors import (
    ModelError,
    ModelFileError,
    NotEnoughMemoryError,
    UnsupportedModelError,
)
from workbench.domain.views import Adapter, LoadSettings
from workbench.engine.worker.llama import lib, library_versions, log, system_features

_UNKNOWN_ARCHITECTURE = re.compile(r"unknown model architecture: '([^']*)'")
_UNKNOWN_TOKENIZER = re.compile(r"unknown (?:pre-)?tokenizer(?: type)?: '([^']*)'")
_OUT_OF_MEMORY = re.compile(r"failed to allocate|unable to allocate|out of memory|cannot allocate")
_PREFIX = re.compile(r"^\w+: (?:error loading model: )?")


def load_weights(path: str, settings: LoadSettings, on_progress: Callable[[float], bool]) -> Any:
    """The handle of a loaded model.

    Raises:
        ModelError: llama.cpp refuses it, or ``on_progress`` returned False.
    """
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


def load_adapters(model: Any, adapters: Sequence[Adapter]) -> list[Any]:
    """Handles of LoRA adapters; they live as long as the model.

    Raises:
        ModelFileError: a file is no adapter, or made for another model.
    """
    handles = []
    for adapter in adapters:
        log.errors.clear()
        handle = lib.llama_adapter_lora_init(model, os.fsencode(adapter.path))
        if not handle:
            reason = _PREFIX.sub("", log.errors[0]) if log.errors else "llama.cpp gives no reason"
            raise ModelFileError(
                adapter.path,
                f"it cannot be used as a LoRA adapter of this model: {reason}; remove it from the "
                "load settings or choose one made for this model.",
            )
        handles.append(handle)
    return handles


def apply_adapters(context: Any, handles: Sequence[Any], scales: Sequence[float]) -> None:
    """Let adapters work in a context, each with its scale. A new context knows of none."""
    if not handles:
        return
    pointers = (lib.llama_adapter_lora_p_ctypes * len(handles))(*handles)
    values = (ctypes.c_float * len(handles))(*scales)
    lib.llama_set_adapters_lora(context, pointers, len(handles), values)
