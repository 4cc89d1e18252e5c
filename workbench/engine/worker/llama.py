"""The only module that imports ``llama_cpp``.

The package's ``__init__`` imports its high-level classes and with them diskcache (pickles on disk,
CVE-2025-69872), a web of optional packages and a second of start-up time. Only the low-level
binding is wanted. So a bare package module with the right ``__path__`` is put into ``sys.modules``
first, and the submodule is imported under it without the ``__init__`` ever running.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from collections import deque
from importlib.metadata import version
from typing import Any


def _import_binding() -> Any:
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None:
        raise ImportError("llama-cpp-python is not installed")
    sys.modules["llama_cpp"] = importlib.util.module_from_spec(spec)
    return importlib.import_module("llama_cpp.llama_cpp")


lib: Any = _import_binding()
"""The ctypes binding: every ``llama_*`` function of llama.h, under its own name."""

_LOG_LEVEL_DEBUG = 1
_LOG_LEVEL_ERROR = 4
_LOG_LEVEL_CONTINUED = 5


class Log:
    """llama.cpp's messages go to standard error; the last errors are kept to explain a failure.

    The callback runs on whatever thread llama.cpp logs from; deque and write are safe for that.
    """

    def __init__(self) -> None:
        self.errors: deque[str] = deque(maxlen=20)
        self.lines: deque[str] = deque(maxlen=400)
        """The latest log lines, for figures that llama.cpp reports nowhere else."""
        self._level = 0
        # Held for the life of the process: the native side keeps only the address.
        self._callback = lib.llama_log_callback(self._receive)
        lib.llama_log_set(self._callback, ctypes.c_void_p())

    def _receive(self, level: int, text: bytes, _user_data: Any) -> None:
        if level != _LOG_LEVEL_CONTINUED:
            self._level = level
        if self._level == _LOG_LEVEL_DEBUG:
            return
        if self._level == _LOG_LEVEL_ERROR:
            self.errors.append(text.decode("utf-8", "replace").strip())
        self.lines.append(text.decode("utf-8", "replace"))
        os.write(2, text)


log = Log()
lib.llama_backend_init()


def system_features() -> str:
    """The CPU features this build uses, as llama.cpp prints them."""
    return str(lib.llama_print_system_info().decode())


def library_versions() -> str:
    """Versions of the binding and of llama.cpp, for the run's manifest."""
    binding = version("llama-cpp-python")
    return f"llama-cpp-python {binding}, llama.cpp {lib.llama_version().decode()}"


class Interrupt:
    """Lets another thread end a running evaluation, and counts what has been evaluated.

    llama.cpp asks before each node of the graph (some hundreds a step, below 1 ms together), on the
    thread that called it.
    """

    def __init__(self) -> None:
        self.requested = False
        self.work = 0
        self.callback = lib.ggml_abort_callback(self._ask)

    def _ask(self, _user_data: Any) -> bool:
        self.work += 1
        return self.requested
