"""Why the worker ended, as one sentence each."""

from __future__ import annotations

from collections.abc import Iterable

_RESTARTS = "The next run starts a new one."

# Exit codes: negative signal numbers on POSIX, NTSTATUS values on Windows.
_ILLEGAL_INSTRUCTION = {-4, 0xC000001D}
_KILLED = {-9}
_BUS_ERROR = {-7, -10, 0xC0000006}
_CRASHED = {-11, -6, -8, -5, 0xC0000005, 0xC0000374, 0xC0000409, 0xC00000FD}
_MISSING_LIBRARY = {0xC0000135, 0xC0000139}
_TERMINATED = {-15, -2, -1, 0xC000013A}
_WINDOWS_OUT_OF_MEMORY = {0xC0000017, 0xC000012D}

_NAMES = {
    -4: "SIGILL",
    -5: "SIGTRAP",
    -6: "SIGABRT",
    -7: "SIGBUS",
    -8: "SIGFPE",
    -9: "SIGKILL",
    -10: "SIGBUS",
    -11: "SIGSEGV",
}


def describe_exit(
    code: int, *, model_bytes: int = 0, free_bytes: int = 0, log: Iterable[str] = ()
) -> str:
    """The sentence for a worker that ended by itself.

    Args:
        code: what the process returned; negative is a signal.
        model_bytes: size of the loaded model's file, 0 for none.
        free_bytes: memory that was free shortly before.
        log: the worker's last lines on standard error.
    """
    code = code if code < 0 else code & 0xFFFFFFFF
    name = _NAMES.get(code, f"exit code {code if abs(code) < 256 else hex(code)}")
    if code in _ILLEGAL_INSTRUCTION:
        return (
            f"The engine needs a newer processor than this one ({name}): "
            "build llama-cpp-python on this machine, or with GGML_NATIVE off."
        )
    if code in _KILLED | _WINDOWS_OUT_OF_MEMORY:
        return (
            f"The engine was ended from outside ({name}), most likely because the memory ran out"
            f"{_memory(model_bytes, free_bytes)}: close other programs, choose a smaller model, or "
            f"load it with a smaller context. {_RESTARTS}"
        )
    if code in _BUS_ERROR:
        return (
            f"The model file changed or its drive was removed while it was in use ({name}): "
            f"check the file. {_RESTARTS}"
        )
    if code in _CRASHED:
        reason = _last_assertion(log)
        return f"The engine crashed ({name}{f': {reason}' if reason else ''}). {_RESTARTS}"
    if code in _MISSING_LIBRARY:
        return (
            f"The engine could not start because a library is missing ({name}): "
            "install the program again."
        )
    if code in _TERMINATED:
        return f"The engine was ended from outside ({name}). {_RESTARTS}"
    last = next((line for line in reversed(list(log)) if line.strip()), "")
    return f"The engine ended by itself ({name}{f': {last.strip()}' if last else ''}). {_RESTARTS}"


def _memory(model_bytes: int, free_bytes: int) -> str:
    parts = []
    if model_bytes:
        parts.append(f"the model takes {model_bytes / 1e9:.1f} GB")
    if free_bytes:
        parts.append(f"{free_bytes / 1e9:.1f} GB were free")
    return f" ({', '.join(parts)})" if parts else ""


def _last_assertion(log: Iterable[str]) -> str:
    """What ggml said before it gave up, without the path of its source."""
    found = [line for line in log if "GGML_ASSERT" in line or "GGML_ABORT" in line]
    return found[-1].rsplit("/", 1)[-1].strip() if found else ""
